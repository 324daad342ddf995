//! The log file: reopened when asked, and never a reason to stop.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Level;

use super::archive::Wake;
use super::line::{Style, Value};
use super::notice;
use super::queue::{Sink, count_lines};
use super::rotated::RotatedFile;

/// The log file. Clones write to the same one.
#[derive(Clone)]
pub(super) struct LogFile(Arc<Mutex<State>>);

struct State {
    file: RotatedFile,
    /// Lines lost since the last one that could be written.
    lost: usize,
    style: Style,
}

impl LogFile {
    /// Opens the file, and its folder if there is none yet. A `max_size` of 0 never rotates it. Fails where it
    /// cannot be written.
    pub(super) fn open(path: &Path, max_size: u64, archive: Wake, style: Style) -> io::Result<LogFile> {
        Ok(LogFile(Arc::new(Mutex::new(State {
            file: RotatedFile::open(path, max_size, archive, style.clone())?,
            lost: 0,
            style,
        }))))
    }

    /// Opens the file at its path anew: a tool like logrotate has moved the old one away. When that fails, the
    /// old one stays in use.
    pub(super) fn reopen(&self) -> io::Result<()> {
        self.state().file.reopen()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for LogFile {
    /// Of lines that cannot be written, standard error is told once.
    fn write_lines(&mut self, lines: &[u8]) -> usize {
        self.state().write_lines(lines)
    }
}

impl State {
    fn write_lines(&mut self, lines: &[u8]) -> usize {
        match self.file.append(lines) {
            Ok(()) => {
                if self.lost > 0 {
                    self.tell_what_was_lost();
                }
                count_lines(lines)
            }
            Err(cut) => {
                let written = count_lines(&lines[..cut.kept]);
                if self.lost == 0 {
                    let message = "the log file cannot be written; lines are lost until it can";
                    self.file.complain(message, &cut.reason);
                }
                self.lost += count_lines(lines) - written;
                written
            }
        }
    }

    fn tell_what_was_lost(&mut self) {
        let lost = [("lost_lines", Value::Literal(self.lost.to_string()))];
        let text = notice::line(
            &self.style,
            Level::WARN,
            "the log file can be written again",
            &lost,
        );
        if self.file.append(text.as_bytes()).is_ok() {
            self.lost = 0;
        }
    }
}

#[cfg(test)]
mod tests;
