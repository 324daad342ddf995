//! The body of an answer as it comes: bounded in size, and noticed when it falls silent.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use tokio::sync::OwnedSemaphorePermit;

use crate::provider::{Failure, FailureKind};

use super::Peer;

/// Longest body that is read: a list of a thousand models is 1 MB, an answer of a model some 100 kB.
pub(super) const MAX_BODY: usize = 4 * 1024 * 1024;
/// How much is read of the body of an error.
pub(super) const MAX_ERROR: usize = 64 * 1024;
/// Longest wait for a piece of the body of an error: its status alone says enough.
const ERROR_PATIENCE: Duration = Duration::from_secs(5);

/// An answer whose head has come. Dropping it closes its connection if the body is not at its end.
pub(crate) struct Answer {
    response: reqwest::Response,
    /// Counts as under way while the body comes.
    _permit: OwnedSemaphorePermit,
    stall_timeout: Duration,
    /// Bytes of the body so far, and at most.
    length: usize,
    limit: usize,
}

impl Answer {
    pub(super) fn new(
        response: reqwest::Response,
        permit: OwnedSemaphorePermit,
        stall_timeout: Duration,
    ) -> Answer {
        Answer {
            response,
            _permit: permit,
            stall_timeout,
            length: 0,
            limit: MAX_BODY,
        }
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Whether it calls itself a web page.
    pub(super) fn is_page(&self) -> bool {
        let kind = self.headers().get(CONTENT_TYPE).map(http::HeaderValue::as_bytes);
        kind.is_some_and(|kind| {
            let kind = kind.trim_ascii_start();
            [&b"text/html"[..], b"application/xhtml"]
                .iter()
                .any(|page| kind.len() >= page.len() && kind[..page.len()].eq_ignore_ascii_case(page))
        })
    }

    /// The same for reports of a long work: of any length, with longer silences.
    pub fn long(self, stall_timeout: Duration) -> Answer {
        Answer {
            stall_timeout: stall_timeout.max(self.stall_timeout),
            limit: usize::MAX,
            ..self
        }
    }

    /// The next piece; `None` at the end. The first may take as long as the caller lets it: a model may think.
    ///
    /// # Errors
    /// `Stalled` when nothing comes for too long, `Network` when the connection breaks, `InvalidResponse` when the
    /// body is too long.
    pub async fn next(&mut self, peer: &Peer) -> Result<Option<Bytes>, Failure> {
        let piece = if self.length == 0 {
            self.response.chunk().await
        } else {
            match tokio::time::timeout(self.stall_timeout, self.response.chunk()).await {
                Ok(piece) => piece,
                Err(_) => {
                    return Err(peer.failure(
                        FailureKind::Stalled,
                        &format!(
                            "began its answer and then said nothing for {:?}",
                            self.stall_timeout
                        ),
                        "ask again, or raise ai.stall_timeout if its model pauses that long",
                    ));
                }
            }
        };
        let piece = piece.map_err(|error| peer.trouble(&error))?;
        self.length = self.length.saturating_add(piece.as_ref().map_or(0, Bytes::len));
        if self.length > self.limit {
            return Err(peer.failure(
                FailureKind::InvalidResponse,
                &format!("answered with more than {} MiB", MAX_BODY / (1024 * 1024)),
                "check that it is the service that it should be",
            ));
        }
        Ok(piece)
    }

    /// The whole body.
    ///
    /// # Errors
    /// As [`Answer::next`].
    pub async fn whole(mut self, peer: &Peer) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(piece) = self.next(peer).await? {
            body.extend_from_slice(&piece);
        }
        if peer.gives_away(&String::from_utf8_lossy(&body)) {
            return Err(peer.gave_away());
        }
        Ok(body)
    }

    /// What comes of the body until `limit`, its end, an error or silence.
    pub(super) async fn up_to(&mut self, limit: usize) -> Vec<u8> {
        let mut body = Vec::new();
        let patience = self.stall_timeout.min(ERROR_PATIENCE);
        while body.len() < limit {
            let piece = tokio::time::timeout(patience, self.response.chunk()).await;
            let Ok(Ok(Some(piece))) = piece else { break };
            body.extend_from_slice(&piece[..piece.len().min(limit - body.len())]);
        }
        body
    }

    /// Reads to the end of the body if that comes within `time`: the connection can then be used again.
    pub(super) async fn drain(&mut self, time: Duration) {
        let rest = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        let _ = tokio::time::timeout(time, rest).await;
    }

    /// The next piece, or nothing when none comes within `time`. For what follows an answer that is already whole.
    pub(super) async fn next_within(&mut self, time: Duration) -> Option<Bytes> {
        let piece = tokio::time::timeout(time.min(self.stall_timeout), self.response.chunk()).await;
        let piece = piece.ok()?.ok()??;
        self.length += piece.len();
        (self.length <= self.limit).then_some(piece)
    }
}
