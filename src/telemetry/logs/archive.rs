//! Rotated log files: their names, their compression in the background, and their end.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::line::{Style, Value};
use super::notice;

/// How long rotated files are kept, and how.
#[derive(Debug, Clone)]
pub(in crate::telemetry) struct Keep {
    /// Most of them; 0 keeps all.
    pub max_backups: usize,
    /// Days; 0 keeps them for ever.
    pub max_age_days: u32,
    /// Whether they are gzipped.
    pub compress: bool,
}

/// The names of rotated files: `plugin.log` becomes `plugin-2026-11-24T17-23-45.123.log.1`, and compressed
/// `….log.gz`. Neither ends in `.log`: shippers that read `*.log` would read its lines a second time.
#[derive(Debug, Clone)]
pub(in crate::telemetry) struct BackupNames {
    folder: PathBuf,
    stem: String,
    extension: String,
}

/// A rotated file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Backup {
    at: Timestamp,
    path: PathBuf,
    kind: BackupKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum BackupKind {
    Plain,
    Compressed,
    /// Compression did not come to its end.
    Unfinished,
}

const TIME_IN_NAME: &str = "%Y-%m-%dT%H-%M-%S%.3f";

impl BackupNames {
    /// Of the log file at that path.
    pub(in crate::telemetry) fn of(path: &Path) -> BackupNames {
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        let extension = text(path.extension());
        BackupNames {
            folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            stem: text(path.file_stem()),
            extension: if extension.is_empty() {
                extension
            } else {
                format!(".{extension}")
            },
        }
    }

    /// A name for a file that is rotated at that moment; when it is taken, that of the next free millisecond.
    pub(super) fn free(&self, now: Timestamp) -> PathBuf {
        let mut at = now;
        loop {
            let plain = self.name(at, ".1");
            if !plain.exists() && !self.name(at, ".gz").exists() {
                return plain;
            }
            at += SignedDuration::from_millis(1);
        }
    }

    fn name(&self, at: Timestamp, ending: &str) -> PathBuf {
        let time = at.strftime(TIME_IN_NAME);
        self.folder
            .join(format!("{}-{time}{}{ending}", self.stem, self.extension))
    }

    /// The rotated files in the folder, oldest first. Other files that merely look alike are left out.
    fn list(&self) -> io::Result<Vec<Backup>> {
        let folder = if self.folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.folder
        };
        let mut backups: Vec<Backup> = fs::read_dir(folder)?
            .filter_map(|entry| self.parse(&entry.ok()?.file_name()))
            .collect();
        backups.sort();
        Ok(backups)
    }

    fn parse(&self, name: &OsString) -> Option<Backup> {
        let rest = name.to_str()?.strip_prefix(&self.stem)?.strip_prefix('-')?;
        let (time, kind, ending) = [
            (BackupKind::Plain, ".1"),
            (BackupKind::Compressed, ".gz"),
            (BackupKind::Unfinished, ".gz.tmp"),
        ]
        .into_iter()
        .find_map(|(kind, ending)| {
            let time = rest.strip_suffix(ending)?.strip_suffix(self.extension.as_str())?;
            Some((time, kind, ending))
        })?;
        let at = jiff::civil::DateTime::strptime(TIME_IN_NAME, time).ok()?;
        let at = TimeZone::UTC.to_timestamp(at).ok()?;
        let path = self.folder.join(name);
        (self.name(at, ending) == path).then_some(Backup { at, path, kind })
    }
}

/// The thread that looks after rotated files. Dropped, it ends; a compression that is not done by then is
/// done at the next start.
#[derive(Debug)]
pub(in crate::telemetry) struct Archive {
    wake: Wake,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Has rotated files compressed and old ones removed, in the background.
#[derive(Debug, Clone)]
pub(in crate::telemetry) struct Wake(Sender<()>);

impl Archive {
    /// Starts the thread. `style` is how it complains.
    pub(in crate::telemetry) fn start(names: BackupNames, keep: Keep, style: Style) -> io::Result<Archive> {
        let (wake, woken) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let worker = Worker {
            names,
            keep,
            style,
            stop: Arc::clone(&stop),
        };
        let thread = thread::Builder::new()
            .name("log-archive".to_owned())
            .spawn(move || worker.run(&woken))?;
        Ok(Archive {
            wake: Wake(wake),
            stop,
            thread: Some(thread),
        })
    }

    /// What wakes it.
    pub(in crate::telemetry) fn wake(&self) -> Wake {
        self.wake.clone()
    }
}

impl Wake {
    pub(super) fn tidy(&self) {
        // It only fails when the thread has ended, which leaves files as they are.
        let _ = self.0.send(());
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.wake.tidy();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Worker {
    names: BackupNames,
    keep: Keep,
    style: Style,
    stop: Arc<AtomicBool>,
}

impl Worker {
    fn run(&self, woken: &Receiver<()>) {
        while woken.recv().is_ok() && !self.stop.load(Ordering::Acquire) {
            if let Err(reason) = self.tidy(Timestamp::now()) {
                let fields = [
                    ("folder", Value::Text(self.names.folder.display().to_string())),
                    ("reason", Value::Text(reason.to_string())),
                ];
                notice::warn_on_stderr(&self.style, "rotated log files cannot be looked after", &fields);
            }
        }
    }

    fn tidy(&self, now: Timestamp) -> io::Result<()> {
        let (unfinished, mut backups): (Vec<Backup>, Vec<Backup>) = self
            .names
            .list()?
            .into_iter()
            .partition(|backup| backup.kind == BackupKind::Unfinished);
        for backup in unfinished {
            remove(&backup.path)?;
        }
        self.remove_old(&mut backups, now)?;
        if !self.keep.compress {
            return Ok(());
        }
        for backup in backups.iter().filter(|backup| backup.kind == BackupKind::Plain) {
            if self.stop.load(Ordering::Acquire) {
                return Ok(());
            }
            self.compress(backup)?;
        }
        Ok(())
    }

    /// Removes what is too much or too old, and forgets it in the list.
    fn remove_old(&self, backups: &mut Vec<Backup>, now: Timestamp) -> io::Result<()> {
        let too_many = match self.keep.max_backups {
            0 => 0,
            most => backups.len().saturating_sub(most),
        };
        let age = SignedDuration::from_hours(24 * i64::from(self.keep.max_age_days));
        let too_old = match self.keep.max_age_days {
            0 => 0,
            _ => backups.partition_point(|backup| now.duration_since(backup.at) > age),
        };
        for backup in backups.drain(..too_many.max(too_old)) {
            remove(&backup.path)?;
        }
        Ok(())
    }

    /// Compresses beside the file and renames at the end, so that a `.gz` is always whole.
    fn compress(&self, backup: &Backup) -> io::Result<()> {
        let (unfinished, done) = (
            self.names.name(backup.at, ".gz.tmp"),
            self.names.name(backup.at, ".gz"),
        );
        let whole = self.gzip(&backup.path, &unfinished);
        if !matches!(whole, Ok(true)) {
            remove(&unfinished)?;
            return whole.map(|_| ());
        }
        fs::rename(&unfinished, &done)?;
        remove(&backup.path)
    }

    /// Whether it came to the end; not when the thread is asked to stop.
    fn gzip(&self, from: &Path, to: &Path) -> io::Result<bool> {
        let mut source = File::open(from)?;
        let mode = source.metadata()?.permissions().mode();
        let target = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(to)?;
        target.set_permissions(Permissions::from_mode(mode & 0o777))?;
        let mut encoder = GzEncoder::new(target, Compression::default());
        let mut chunk = vec![0; 64 * 1024];
        loop {
            if self.stop.load(Ordering::Acquire) {
                return Ok(false);
            }
            let read = source.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            encoder.write_all(&chunk[..read])?;
        }
        encoder.finish()?.sync_all()?;
        Ok(true)
    }
}

/// Removes a file; an operator may have been faster.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(reason) if reason.kind() != io::ErrorKind::NotFound => Err(reason),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
