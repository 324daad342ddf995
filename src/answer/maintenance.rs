//! Maintenance that outlives the process: a file in the state folder says that it is on.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::AnswerService;
use crate::config::{Like, LockedFolder};

const FILE: &str = "maintenance.json";

/// Why a switch is not kept for the next start.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// There is no folder.
    #[error("there is no state folder that this user may write; set `server.state_dir` to one")]
    NoFolder,
    /// It cannot be written.
    #[error("{} cannot be written: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Whether maintenance was on at the end of the last run, and since when.
pub fn kept(state_dir: Option<&Path>) -> Option<Timestamp> {
    let path = state_dir?.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        // Whoever switched questions off does not want them on because of a mode.
        Err(error) => {
            tracing::warn!(reason = %error, "{FILE} cannot be read; it counts as on");
            return Some(Timestamp::now());
        }
    };
    let document: Value = serde_json::from_str(&text).unwrap_or_default();
    let since = document["since"].as_str().and_then(|text| text.parse().ok());
    Some(since.unwrap_or_else(Timestamp::now))
}

impl AnswerService {
    /// Has the next start begin as it is now: in maintenance, or not.
    ///
    /// # Errors
    /// It cannot be written down.
    pub async fn keep_maintenance(&self) -> Result<(), NotKept> {
        let folder = self
            .settings()
            .await
            .loaded()
            .and_then(|loaded| loaded.state_dir.clone());
        let since = self.admission.maintenance_since();
        let Some(folder) = folder else {
            return match since {
                Some(_) => Err(NotKept::NoFolder),
                None => Ok(()),
            };
        };
        let path = folder.join(FILE);
        let outcome =
            profiling::tasks::spawn_blocking("keep the maintenance mode", move || write(&folder, since))
                .await;
        outcome
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(|error| NotKept::Write { path, error })
    }

    /// Whether the next start begins in maintenance.
    pub async fn maintenance_is_kept(&self) -> bool {
        let settings = self.settings().await;
        let folder = settings.loaded().and_then(|loaded| loaded.state_dir.as_deref());
        folder.is_some_and(|folder| folder.join(FILE).exists())
    }
}

fn write(folder: &Path, since: Option<Timestamp>) -> io::Result<()> {
    let Some(since) = since else {
        return match fs::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let text = format!("{}\n", json!({ "since": since }));
    LockedFolder::wait(folder)?.replace(FILE, text.as_bytes(), &Like::PRIVATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_found_again_and_a_broken_file_counts_as_on() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        assert_eq!(kept(Some(&state)), None);
        assert_eq!(kept(None), None);
        let since: Timestamp = "2026-11-28T10:00:00Z".parse().unwrap();
        write(&state, Some(since)).unwrap();
        assert_eq!(kept(Some(&state)), Some(since));
        write(&state, None).unwrap();
        write(&state, None).unwrap();
        assert_eq!(kept(Some(&state)), None);
        fs::write(state.join(FILE), "{").unwrap();
        assert!(kept(Some(&state)).is_some());
    }
}
