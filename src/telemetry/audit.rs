//! The audit log: who did what to the plugin, one JSON object a line, appended and never lost in a queue.
//!
//! A line is in the file before whoever caused it goes on. What cannot be written is counted
//! (`atest_ai_audit_write_failures_total`), said in the log once, and told in the file as soon as it can be written
//! again. Names and keys are written, values never.

mod flood;
mod record;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use profiling::contention::Mutex;
use serde_json::json;

use self::flood::Flood;
use super::logs::LogError;
use super::logs::archive::{Archive, BackupNames, Keep};
use super::logs::line::Style;
use super::logs::rotated::RotatedFile;
use super::{Metrics, trace};
use crate::config::{AuditSettings, Logging};

pub use record::{Actor, Door, Event, Outcome, Peer, Record};

/// How often somebody looks whether refusals were left out.
const LOOK: Duration = Duration::from_secs(60);

/// Why there can be no audit log as configured.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file cannot be written.
    #[error(
        "cannot write the audit log {}: {reason}; make it writable for the user that runs the plugin, or name another \
         file with audit.path", path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The thread that looks after rotated files cannot be started, or the log's style is wrong.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The audit log. Clones write to the same one; the default one writes nothing.
#[derive(Debug, Clone, Default)]
pub struct Audit(Option<Arc<Shared>>);

struct Shared {
    state: Mutex<State>,
    metrics: Arc<Metrics>,
}

struct State {
    place: Place,
    /// `None` while it cannot be opened.
    file: Option<RotatedFile>,
    /// Lines lost since the last one that could be written.
    lost: u64,
    flood: Flood,
}

/// Where the file is, and how it is rotated.
struct Place {
    path: PathBuf,
    max_size: u64,
    style: Style,
    archive: Archive,
}

impl Audit {
    /// Opens the file, and its folder if there is none yet. A file that nobody named is tried again at each line.
    ///
    /// # Errors
    /// A file that the config names cannot be written.
    pub fn open(
        settings: &AuditSettings,
        path: &Path,
        logging: &Logging,
        metrics: Arc<Metrics>,
    ) -> Result<Audit, AuditError> {
        let style = Style::new(logging.format, &logging.fields, false)?;
        let keep = Keep {
            max_backups: settings.max_backups,
            max_age_days: settings.max_age.0,
            compress: settings.compress,
        };
        let archive =
            Archive::start(BackupNames::of(path), keep, style.clone()).map_err(LogError::Threads)?;
        let place = Place {
            path: path.to_owned(),
            max_size: settings.max_size.0,
            style,
            archive,
        };
        let file = match place.open() {
            Ok(file) => Some(file),
            Err(_) if settings.path.is_none() => None,
            Err(reason) => {
                return Err(AuditError::Open {
                    path: path.to_owned(),
                    reason,
                });
            }
        };
        Ok(Audit(Some(Arc::new(Shared {
            state: Mutex::new(State {
                place,
                file,
                lost: 0,
                flood: Flood::default(),
            }),
            metrics,
        }))))
    }

    /// The file; `None` when none is written.
    pub fn path(&self) -> Option<PathBuf> {
        self.0.as_ref().map(|shared| shared.state().place.path.clone())
    }

    /// Writes one line.
    pub fn record(&self, record: &Record<'_>) {
        if let Some(shared) = &self.0 {
            let mut state = shared.state();
            shared.write(&mut state, record);
        }
    }

    /// A caller that was turned away. Of many in one minute, some are written, and how many were left out. False when this
    /// one was left out.
    pub fn refused(&self, actor: &Actor, target: &str, reason: &str) -> bool {
        self.refused_at(actor, target, reason, Instant::now())
    }

    fn refused_at(&self, actor: &Actor, target: &str, reason: &str, now: Instant) -> bool {
        let Some(shared) = &self.0 else { return true };
        let mut state = shared.state();
        shared.tell_left_out(&mut state, now);
        let is_told = state.flood.admits(now);
        if is_told {
            let record = Record {
                event: Event::AuthenticationFailure,
                outcome: Outcome::Refused,
                actor,
                target,
                details: json!({ "reason": reason }),
            };
            shared.write(&mut state, &record);
        }
        is_told
    }

    /// Tells how many refusals were left out, when the minute is over in which they were; runs for as long as the
    /// plugin does.
    pub async fn keep_time(&self) {
        let Some(shared) = &self.0 else { return };
        loop {
            tokio::time::sleep(LOOK).await;
            let mut state = shared.state();
            shared.tell_left_out(&mut state, Instant::now());
        }
    }

    /// Tells what was left out so far: for the end.
    pub fn settle(&self) {
        if let Some(shared) = &self.0 {
            let mut state = shared.state();
            if let Some(left_out) = state.flood.take() {
                shared.write_left_out(&mut state, left_out);
            }
        }
    }

    /// Opens the file anew, after a tool like logrotate has moved it away.
    ///
    /// # Errors
    /// It cannot be opened; lines still go to the old one, if there was one.
    pub fn reopen(&self) -> io::Result<()> {
        let Some(shared) = &self.0 else {
            return Ok(());
        };
        let mut state = shared.state();
        match &mut state.file {
            Some(file) => file.reopen(),
            None => {
                state.file = Some(state.place.open()?);
                Ok(())
            }
        }
    }
}

impl Place {
    fn open(&self) -> io::Result<RotatedFile> {
        RotatedFile::open(&self.path, self.max_size, self.archive.wake(), self.style.clone())
    }
}

impl State {
    fn append(&mut self, line: &str) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            empty => empty.insert(self.place.open()?),
        };
        file.append(line.as_bytes()).map_err(|cut| cut.reason)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, state: &mut State, record: &Record<'_>) {
        let now = Timestamp::now();
        let line = record.line(now, trace::current());
        let written = if state.lost > 0 {
            let gap = Record {
                event: Event::AuditGap,
                outcome: Outcome::Failed,
                actor: &Actor::PLUGIN,
                target: "audit",
                details: json!({ "lost": state.lost }),
            };
            state
                .append(&gap.line(now, None))
                .and_then(|()| state.append(&line))
        } else {
            state.append(&line)
        };
        match written {
            Ok(()) => {
                if state.lost > 0 {
                    tracing::warn!(lost_lines = state.lost, "the audit log can be written again");
                    state.lost = 0;
                }
            }
            Err(reason) => {
                self.metrics.audit_write_failed();
                if state.lost == 0 {
                    // Without the path: it is in the config.
                    tracing::error!(reason = %reason.kind(), "the audit log cannot be written; lines are lost until it can");
                }
                state.lost += 1;
            }
        }
    }

    fn tell_left_out(&self, state: &mut State, now: Instant) {
        if let Some(left_out) = state.flood.over(now) {
            self.write_left_out(state, left_out);
        }
    }

    fn write_left_out(&self, state: &mut State, left_out: u64) {
        let record = Record {
            event: Event::AuthenticationFailure,
            outcome: Outcome::Refused,
            actor: &Actor::PLUGIN,
            target: "audit",
            details: json!({ "left_out": left_out }),
        };
        self.write(state, &record);
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
