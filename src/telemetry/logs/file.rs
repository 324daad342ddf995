//! The log file: rotated by size, reopened when asked, and never a reason to stop.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Level;

use super::LogCounts;
use super::archive::{BackupNames, Wake};
use super::line::{Style, Value};
use super::notice;

/// Readable by the group, so that a log shipper needs no root.
const MODE: u32 = 0o640;

/// The log file. Clones write to the same one.
#[derive(Clone)]
pub(super) struct LogFile(Arc<Mutex<State>>);

struct State {
    path: PathBuf,
    file: File,
    /// Bytes in the file.
    size: u64,
    /// Size at which a file is rotated.
    max_size: u64,
    /// Size at which this one is: more than `max_size` after it could not be rotated.
    rotate_at: u64,
    names: BackupNames,
    archive: Wake,
    /// Lines lost since the last one that could be written.
    lost: u64,
    style: Style,
    counts: LogCounts,
}

impl LogFile {
    /// Opens the file, and its folder if there is none yet. A `max_size` of 0 never rotates it. Fails where it
    /// cannot be written.
    pub(super) fn open(
        path: &Path,
        max_size: u64,
        archive: Wake,
        style: Style,
        counts: LogCounts,
    ) -> io::Result<LogFile> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let (file, size) = open_at_end(path)?;
        let max_size = if max_size == 0 { u64::MAX } else { max_size };
        archive.tidy();
        Ok(LogFile(Arc::new(Mutex::new(State {
            path: path.to_owned(),
            file,
            size,
            max_size,
            rotate_at: max_size,
            names: BackupNames::of(path),
            archive,
            lost: 0,
            style,
            counts,
        }))))
    }

    /// Opens the file at its path anew: a tool like logrotate has moved the old one away. When that fails, the
    /// old one stays in use.
    pub(super) fn reopen(&self) -> io::Result<()> {
        self.state().reopen()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for LogFile {
    /// Writes one line. It never fails: a line that cannot be written is counted, and standard error is told
    /// once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.state().write_line(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl State {
    fn write_line(&mut self, line: &[u8]) {
        if self.size > 0 && self.size.saturating_add(line.len() as u64) > self.rotate_at {
            self.rotate();
        }
        match self.file.write_all(line) {
            Ok(()) => {
                self.size += line.len() as u64;
                if self.lost > 0 {
                    self.tell_what_was_lost();
                }
            }
            Err(reason) => self.lose(line, &reason),
        }
    }

    fn lose(&mut self, line: &[u8], reason: &io::Error) {
        // Part of the line may have been written: cut that off, and never more than that.
        let half = self.size + 1..self.size + line.len() as u64;
        if self
            .file
            .metadata()
            .is_ok_and(|facts| half.contains(&facts.len()))
        {
            let _ = self.file.set_len(self.size);
        }
        self.counts.count_unwritable();
        self.lost += 1;
        if self.lost == 1 {
            self.complain(
                "the log file cannot be written; lines are lost until it can",
                reason,
            );
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
        if self.file.write_all(text.as_bytes()).is_ok() {
            self.size += text.len() as u64;
            self.lost = 0;
        }
    }

    fn rotate(&mut self) {
        let rotated = self.try_rotate();
        if let Err(reason) = &rotated {
            self.complain("the log file cannot be rotated; it goes on growing", reason);
        }
        if !matches!(rotated, Ok(true)) {
            // Tried again after as much again, not at every line.
            self.rotate_at = self.size.saturating_add(self.max_size);
        }
    }

    /// Whether lines now go to another file.
    fn try_rotate(&mut self) -> io::Result<bool> {
        let ours = self.file.metadata()?;
        match fs::symlink_metadata(&self.path) {
            // Containers like to link a log to `/dev/stdout`: whoever made the link says where lines end up.
            Ok(there) if !there.is_file() => return Ok(false),
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => {}
            // Somebody else has moved the file away: there is nothing of ours at the path.
            _ => return self.reopen().map(|()| true),
        }
        let backup = self.names.free(jiff::Timestamp::now());
        fs::rename(&self.path, &backup)?;
        if let Err(reason) = self.reopen() {
            // Lines still go to the file under its new name, so it must not be compressed.
            fs::rename(&backup, &self.path)?;
            return Err(reason);
        }
        self.archive.tidy();
        Ok(true)
    }

    fn reopen(&mut self) -> io::Result<()> {
        (self.file, self.size) = open_at_end(&self.path)?;
        self.rotate_at = self.max_size;
        Ok(())
    }

    fn complain(&self, message: &str, reason: &io::Error) {
        let path = Value::Text(self.path.display().to_string());
        let fields = [("path", path), ("reason", Value::Text(reason.to_string()))];
        notice::warn_on_stderr(&self.style, message, &fields);
    }
}

fn open_at_end(path: &Path) -> io::Result<(File, u64)> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(MODE)
        .open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

#[cfg(test)]
mod tests;
