//! Watching the files that a config is made from: tells that they changed, and never what is in them.
//!
//! Folders are watched, not files: a Kubernetes volume exchanges a symbolic link (`..data`), and an editor renames a new
//! file into place; a watch on the file itself would stay with the old one. What an event says is not looked at: the
//! content decides, by its hash. File systems that send no events are looked at now and then.

mod content;
mod mounts;
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

pub use content::{Content, content_of, content_of_one};
pub use mounts::silent_places;

/// Longest time that events may go on before somebody looks: another program may write to the same folder all the time.
const LONGEST_STORM: Duration = Duration::from_secs(1);

/// How a possible change was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The system said that something happened in a folder.
    Event,
    /// It was time to look.
    Clock,
}

/// Watches folders. Without the system's events it goes by the clock alone.
#[derive(Debug, Default)]
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    /// The folders that are watched, and which folder each was then: another one may have taken its name.
    folders: BTreeMap<PathBuf, Identity>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Wakes whoever waits for a sign.
    bell: Notify,
    /// The system has said that it cannot go on.
    broken: AtomicBool,
}

/// Device and inode.
type Identity = (u64, u64);

impl Watch {
    /// Watches the folders in which a change can reach one of these files; looks anew which these are, because links and
    /// folders are exchanged too.
    ///
    /// # Errors
    /// Why the system sends no events, or not for all folders. The clock goes on.
    pub fn follow(&mut self, files: &BTreeSet<PathBuf>) -> Result<(), String> {
        if self.shared.broken.swap(false, Ordering::AcqRel) {
            self.stop();
        }
        let wanted = places::folders(files);
        if self.watcher.is_none() {
            self.watcher = Some(self.start().map_err(|error| told(&error))?);
        }
        let Some(watcher) = &mut self.watcher else {
            return Ok(());
        };
        let current: BTreeMap<PathBuf, Identity> = (wanted.into_iter())
            .filter_map(|folder| Some((identity(&folder)?, folder)))
            .map(|(identity, folder)| (folder, identity))
            .collect();
        for (folder, was) in &self.folders {
            if current.get(folder) != Some(was) {
                // It may be gone already, and then so is the watch.
                let _ = watcher.unwatch(folder);
            }
        }
        let mut failed = None;
        let earlier = std::mem::take(&mut self.folders);
        for (folder, identity) in current {
            if earlier.get(&folder) != Some(&identity)
                && let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive)
            {
                failed = Some(told(&error));
                continue;
            }
            self.folders.insert(folder, identity);
        }
        failed.map_or(Ok(()), Err)
    }

    /// No events any more, only the clock.
    pub fn stop(&mut self) {
        self.watcher = None;
        self.folders.clear();
    }

    /// Waits until something may have changed: until events have come and none has for `quiet`, or `longest` is over.
    pub async fn sign(&self, quiet: Duration, longest: Duration) -> Sign {
        let bell = &self.shared.bell;
        if tokio::time::timeout(longest, bell.notified()).await.is_err() {
            return Sign::Clock;
        }
        let end = Instant::now() + LONGEST_STORM.max(quiet);
        loop {
            let next = (Instant::now() + quiet).min(end);
            if timeout_at(next, bell.notified()).await.is_err() {
                return Sign::Event;
            }
            if Instant::now() >= end {
                return Sign::Event;
            }
        }
    }

    fn start(&self) -> notify::Result<RecommendedWatcher> {
        let shared = Arc::clone(&self.shared);
        notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            match event {
                // Looking at the files is not a change.
                Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
                Ok(_) => {}
                Err(_) => shared.broken.store(true, Ordering::Release),
            }
            shared.bell.notify_one();
        })
    }
}

fn identity(folder: &Path) -> Option<Identity> {
    let found = std::fs::metadata(folder).ok()?;
    Some((found.dev(), found.ino()))
}

fn told(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the limit of watches is reached; raise fs.inotify.max_user_watches or max_user_instances (sysctl)".into()
        }
        notify::ErrorKind::Io(error) => error.to_string(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests;
