//! A file of lines that is rotated by size: every line whole, none lost by the rotation.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::archive::{BackupNames, Wake};
use super::line::{Style, Value};
use super::notice;

/// Readable by the group, so that a log shipper needs no root.
const MODE: u32 = 0o640;

/// A file of lines.
pub(in crate::telemetry) struct RotatedFile {
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
    style: Style,
}

/// Lines that could not be written.
#[derive(Debug)]
pub(in crate::telemetry) struct Cut {
    /// Bytes of whole lines that are in the file all the same.
    pub(in crate::telemetry) kept: usize,
    /// Why the rest is not.
    pub(in crate::telemetry) reason: io::Error,
}

impl RotatedFile {
    /// Opens the file, and its folder if there is none yet. A `max_size` of 0 never rotates it. `style` is how it
    /// complains.
    pub(in crate::telemetry) fn open(
        path: &Path,
        max_size: u64,
        archive: Wake,
        style: Style,
    ) -> io::Result<RotatedFile> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let (file, size) = open_at_end(path)?;
        let max_size = if max_size == 0 { u64::MAX } else { max_size };
        archive.tidy();
        Ok(RotatedFile {
            path: path.to_owned(),
            file,
            size,
            max_size,
            rotate_at: max_size,
            names: BackupNames::of(path),
            archive,
            style,
        })
    }

    /// Appends whole lines, with one write for all that fit into one file.
    pub(in crate::telemetry) fn append(&mut self, lines: &[u8]) -> Result<(), Cut> {
        let mut kept = 0;
        while kept < lines.len() {
            let rest = &lines[kept..];
            let first = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            if self.size > 0 && self.size.saturating_add(first as u64) > self.rotate_at {
                self.rotate();
            }
            let room = usize::try_from(self.rotate_at.saturating_sub(self.size)).unwrap_or(usize::MAX);
            let part = match rest.get(..room) {
                // A line that is longer than a whole file is not cut.
                Some(fits) => &rest[..memchr::memrchr(b'\n', fits).map_or(first, |end| end + 1)],
                None => rest,
            };
            match self.write(part) {
                Ok(()) => kept += part.len(),
                Err(cut) => {
                    kept += cut.kept;
                    return Err(Cut { kept, ..cut });
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, lines: &[u8]) -> Result<(), Cut> {
        let mut written = 0;
        while written < lines.len() {
            let reason = match self.file.write(&lines[written..]) {
                Ok(0) => io::Error::from(io::ErrorKind::WriteZero),
                Ok(more) => {
                    written += more;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            let kept = memchr::memrchr(b'\n', &lines[..written]).map_or(0, |end| end + 1);
            self.cut_off_half_a_line(kept as u64, written as u64);
            self.size += kept as u64;
            return Err(Cut { kept, reason });
        }
        self.size += lines.len() as u64;
        Ok(())
    }

    /// Never more than that is cut off: where somebody else writes to the file too, nothing is.
    fn cut_off_half_a_line(&self, kept: u64, written: u64) {
        let is_ours = |facts: fs::Metadata| facts.len() == self.size + written;
        if written > kept && self.file.metadata().is_ok_and(is_ours) {
            // Where even that fails, the next line begins within this one; a reader sees that it is none.
            let _ = self.file.set_len(self.size + kept);
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

    /// Opens the file at its path anew: a tool like logrotate has moved the old one away. When that fails, the old one
    /// stays in use.
    pub(in crate::telemetry) fn reopen(&mut self) -> io::Result<()> {
        (self.file, self.size) = open_at_end(&self.path)?;
        self.rotate_at = self.max_size;
        Ok(())
    }

    /// Says on standard error what the file cannot.
    pub(super) fn complain(&self, message: &str, reason: &io::Error) {
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
