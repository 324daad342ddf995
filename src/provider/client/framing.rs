//! An answer as JSON documents: a stream of events, JSON by the line, or one whole body, told apart by how it begins.

use std::time::{Duration, Instant};

use memchr::memchr;
use serde::Deserialize;

use crate::provider::FailureKind;

use super::{Answer, Peer, Rejection, Said};

/// Longest line of a stream.
const MAX_LINE: usize = 1024 * 1024;
/// How long usage and end marks may follow an answer that says it is finished.
const AFTERWORDS: Duration = Duration::from_secs(1);
/// How long the connection's end of the body may follow the end mark, so that the connection can be used again.
const LAST_BYTES: Duration = Duration::from_millis(20);

/// What takes an answer's documents in.
pub(crate) trait Documents {
    /// Whether a body that begins as JSON has one document a line; else it is one document.
    const BY_LINE: bool;

    /// Takes one document. An event called `error` is one, whatever it holds.
    fn take(&mut self, json: &[u8]) -> Result<(), Fault>;

    /// Takes the mark `[DONE]`.
    fn done(&mut self) {}

    /// How far the answer is.
    fn progress(&self) -> Progress;

    /// Whether any text has come.
    fn has_text(&self) -> bool;
}

/// How far an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// More text must come.
    Open,
    /// The text is whole; usage may follow.
    Finished,
    /// Nothing follows.
    Ended,
}

/// What is wrong with a document.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It stops in the middle.
    Incomplete,
    /// It is not JSON, or not an answer.
    Unreadable,
    /// It is an error of the provider.
    Error(Said),
}

/// Reads each document of `json`; there may be several, with blanks between.
pub(crate) fn each<'a, T: Deserialize<'a>>(
    json: &'a [u8],
    mut take: impl FnMut(T) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for document in serde_json::Deserializer::from_slice(json).into_iter::<T>() {
        take(document.map_err(|error| match error.classify() {
            serde_json::error::Category::Eof => Fault::Incomplete,
            _ => Fault::Unreadable,
        })?)?;
    }
    Ok(())
}

/// Reads a whole answer; gives the time from `sent` to the first text.
///
/// # Errors
/// As [`Answer::next`], and `InvalidResponse` for what is no answer, `Network` for one that ends too early, or the
/// provider's own error inside it.
pub(crate) async fn read<D: Documents>(
    peer: &Peer,
    mut answer: Answer,
    documents: &mut D,
    model: &str,
    sent: Instant,
) -> Result<Option<Duration>, Rejection> {
    let mut framing = Framing::new();
    let mut first_text = None;
    loop {
        let piece = match documents.progress() {
            Progress::Open => answer.next(peer).await?,
            Progress::Finished => answer.next_within(AFTERWORDS).await,
            Progress::Ended => {
                answer.drain(LAST_BYTES).await;
                break;
            }
        };
        let Some(piece) = piece else { break };
        if let Err(fault) = framing.take(&piece, documents) {
            if matches!(fault, Fault::Error(_)) {
                answer.drain(LAST_BYTES).await;
            }
            return Err(explain(fault, peer, model));
        }
        if first_text.is_none() && documents.has_text() {
            first_text = Some(sent.elapsed());
        }
    }
    let was_finished = documents.progress() != Progress::Open;
    match framing.end(documents) {
        Ok(()) => {}
        // What follows a whole answer does not spoil it.
        Err(_) if was_finished => {}
        Err(fault) => return Err(explain(fault, peer, model)),
    }
    if framing.shape == Shape::Unknown {
        return Err(peer
            .failure(
                FailureKind::InvalidResponse,
                "answered with an empty body",
                "check its endpoint and its own log",
            )
            .into());
    }
    // A body that is one document is whole when it can be read.
    if documents.progress() == Progress::Open && framing.shape != Shape::Whole {
        return Err(explain(Fault::Incomplete, peer, model));
    }
    Ok(first_text.or_else(|| documents.has_text().then(|| sent.elapsed())))
}

fn explain(fault: Fault, peer: &Peer, model: &str) -> Rejection {
    let failure = match fault {
        Fault::Incomplete => peer.failure(
            FailureKind::Network,
            "ended its answer before it was whole",
            "ask again; if it stays, a proxy between may cut long answers off",
        ),
        Fault::Unreadable => peer.failure(
            FailureKind::InvalidResponse,
            "answered with something that is not the JSON of its kind",
            "check ai.services for the right provider and endpoint",
        ),
        Fault::Error(said) => return peer.error_inside(said, Some(model)),
    };
    failure.into()
}

/// How documents stand in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Only blanks so far; some services send them while one waits.
    Unknown,
    /// Server-sent events.
    Events,
    /// A document a line.
    Lines,
    /// One document.
    Whole,
}

/// Cuts pieces into documents, whatever the pieces' borders are.
struct Framing {
    shape: Shape,
    /// A line, or in `Whole` the body, whose end has not come.
    rest: Vec<u8>,
    /// The data of an event whose end has not come, or a document that goes on in the next line.
    data: Vec<u8>,
    /// The event is called `error`.
    is_error: bool,
    /// A line of the event format has been seen.
    has_field: bool,
}

impl Framing {
    fn new() -> Framing {
        Framing {
            shape: Shape::Unknown,
            rest: Vec::new(),
            data: Vec::new(),
            is_error: false,
            has_field: false,
        }
    }

    fn take<D: Documents>(&mut self, piece: &[u8], documents: &mut D) -> Result<(), Fault> {
        let mut piece = piece;
        if self.shape == Shape::Unknown {
            // A byte order mark is a blank, too.
            let Some(start) = piece
                .iter()
                .position(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte))
            else {
                return Ok(());
            };
            piece = &piece[start..];
            self.shape = match piece[0] {
                b'{' | b'[' if D::BY_LINE => Shape::Lines,
                b'{' | b'[' => Shape::Whole,
                b'<' => return Err(Fault::Unreadable),
                _ => Shape::Events,
            };
        }
        if self.shape == Shape::Whole {
            self.rest.extend_from_slice(piece);
            return Ok(());
        }
        self.lines(piece, documents)
    }

    fn lines<D: Documents>(&mut self, mut piece: &[u8], documents: &mut D) -> Result<(), Fault> {
        while let Some(end) = memchr(b'\n', piece) {
            if self.rest.is_empty() {
                self.line(&piece[..end], documents)?;
            } else {
                let mut line = std::mem::take(&mut self.rest);
                line.extend_from_slice(&piece[..end]);
                self.line(&line, documents)?;
                // Keeps its memory for the next line that two pieces share.
                line.clear();
                self.rest = line;
            }
            piece = &piece[end + 1..];
        }
        self.rest.extend_from_slice(piece);
        if self.rest.len() > MAX_LINE {
            return Err(Fault::Unreadable);
        }
        Ok(())
    }

    fn line<D: Documents>(&mut self, line: &[u8], documents: &mut D) -> Result<(), Fault> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE {
            return Err(Fault::Unreadable);
        }
        match self.shape {
            Shape::Lines => self.document_line(line, documents),
            _ => self.event_line(line, documents),
        }
    }

    /// A line of `application/x-ndjson`. A document over several lines is put together.
    fn document_line<D: Documents>(&mut self, line: &[u8], documents: &mut D) -> Result<(), Fault> {
        if self.data.is_empty() {
            match documents.take(line) {
                Err(Fault::Incomplete) => self.data.extend_from_slice(line),
                outcome => return outcome,
            }
        } else {
            self.data.push(b'\n');
            self.data.extend_from_slice(line);
            match documents.take(&self.data) {
                Err(Fault::Incomplete) if self.data.len() <= MAX_LINE => {}
                outcome => {
                    self.data.clear();
                    return outcome;
                }
            }
        }
        Ok(())
    }

    /// A line of `text/event-stream` (WHATWG HTML, §9.2.6).
    fn event_line<D: Documents>(&mut self, line: &[u8], documents: &mut D) -> Result<(), Fault> {
        if line.is_empty() {
            return self.dispatch(documents);
        }
        if line[0] == b':' {
            self.has_field = true;
            return Ok(());
        }
        let (field, value) = match memchr(b':', line) {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &line[line.len()..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if !self.data.is_empty() {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => self.is_error = value == b"error",
            b"id" | b"retry" => {}
            // Garbage that happens to begin like text.
            _ if !self.has_field => return Err(Fault::Unreadable),
            _ => {}
        }
        self.has_field = true;
        Ok(())
    }

    fn dispatch<D: Documents>(&mut self, documents: &mut D) -> Result<(), Fault> {
        let is_error = std::mem::take(&mut self.is_error);
        if self.data.is_empty() {
            return Ok(());
        }
        let mut json = self.data.trim_ascii();
        // Some services leave out the empty line between the last document and the mark.
        let is_done = json.ends_with(b"[DONE]");
        if is_done {
            json = json[..json.len() - b"[DONE]".len()].trim_ascii_end();
        }
        let outcome = if is_error {
            Err(Fault::Error(Said::read(json)))
        } else if json.is_empty() {
            Ok(())
        } else {
            documents.take(json)
        };
        self.data.clear();
        outcome?;
        if is_done {
            documents.done();
        }
        Ok(())
    }

    /// The body is at its end.
    fn end<D: Documents>(&mut self, documents: &mut D) -> Result<(), Fault> {
        let rest = std::mem::take(&mut self.rest);
        match self.shape {
            Shape::Unknown => Ok(()),
            Shape::Whole => documents.take(&rest),
            Shape::Lines | Shape::Events => {
                if !rest.is_empty() {
                    self.line(&rest, documents)?;
                }
                if self.shape == Shape::Events {
                    return self.dispatch(documents);
                }
                if self.data.is_empty() {
                    Ok(())
                } else {
                    Err(Fault::Incomplete)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
