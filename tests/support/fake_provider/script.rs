//! What is answered to one request, and how it ends.

use std::time::Duration;

/// What is answered, and how.
#[derive(Debug, Clone)]
pub struct Script {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) head_after: Duration,
    pub(super) pieces: Vec<(Duration, Vec<u8>)>,
    pub(super) end: End,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Clean,
    /// The connection is closed before the body's end.
    Cut,
    /// The connection is reset.
    Reset,
    /// Nothing more comes, until the client goes.
    Hang,
    /// Not even a head comes, until the client goes.
    Silent,
    /// The pieces are sent as they are, without a head, and the connection is closed.
    Raw,
}

impl Script {
    /// A head and nothing else yet.
    pub fn status(status: u16) -> Script {
        Script {
            status,
            headers: Vec::new(),
            head_after: Duration::ZERO,
            pieces: Vec::new(),
            end: End::Clean,
        }
    }

    /// A whole JSON body.
    pub fn json(status: u16, body: impl Into<String>) -> Script {
        Script::status(status)
            .header("content-type", "application/json")
            .piece(body.into())
    }

    /// The start of a stream of events.
    pub fn events() -> Script {
        Script::status(200).header("content-type", "text/event-stream")
    }

    /// The start of a stream of JSON lines.
    pub fn lines() -> Script {
        Script::status(200).header("content-type", "application/x-ndjson")
    }

    /// Bytes that need not be HTTP.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Script {
        Script::status(200).piece(bytes).end(End::Raw)
    }

    /// No answer at all.
    pub fn silent() -> Script {
        Script::status(200).end(End::Silent)
    }

    pub fn header(mut self, name: &str, value: &str) -> Script {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A piece of the body right after the one before.
    pub fn piece(self, bytes: impl Into<Vec<u8>>) -> Script {
        self.later(Duration::ZERO, bytes)
    }

    /// A piece of the body, some time after the one before.
    pub fn later(mut self, after: Duration, bytes: impl Into<Vec<u8>>) -> Script {
        self.pieces.push((after, bytes.into()));
        self
    }

    /// Another body instead.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Script {
        self.pieces = vec![(Duration::ZERO, bytes.into())];
        self
    }

    /// The same body in so many pieces, each some time after the one before.
    pub fn spread(mut self, count: usize, after: Duration) -> Script {
        let body: Vec<u8> = self.pieces.drain(..).flat_map(|(_, bytes)| bytes).collect();
        let size = body.len().div_ceil(count.max(1)).max(1);
        self.pieces = body.chunks(size).map(|piece| (after, piece.to_vec())).collect();
        self
    }

    /// The head comes only after some time.
    pub fn head_after(mut self, after: Duration) -> Script {
        self.head_after = after;
        self
    }

    /// Whether whoever asked is told that all is well.
    pub fn takes(&self) -> bool {
        self.status == 200 && self.end == End::Clean
    }

    pub fn end(mut self, end: End) -> Script {
        self.end = end;
        self
    }
}
