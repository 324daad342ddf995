//! The levels in effect: the config's, or others for a while.
//!
//! A filter stands before everything, behind one pointer that is exchanged as a whole. `tracing` keeps each statement's
//! verdict with the statement, so one that writes nothing costs an atomic load; after an exchange the verdicts are made
//! anew.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer};

use super::component::{ComponentError, Levels};
use crate::config::{LogLevel, Logging};

/// The component that tells of changes.
const TELLS: &str = "app";

/// The levels in effect. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct LogLevels(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    rules: Arc<ArcSwap<Targets>>,
    now: Mutex<Now>,
    /// When the change in effect ends.
    end: watch::Sender<Option<Instant>>,
}

#[derive(Debug)]
struct Now {
    configured: Levels,
    /// How long a change holds that says nothing about it; 0 is for ever.
    usual_time: Duration,
    levels: Levels,
    changed: bool,
    until: Option<Timestamp>,
}

/// Other levels than the config's. What is not given stays as the config has it.
#[derive(Debug, Clone, Default)]
pub struct LevelChange {
    /// For everything of the program's own.
    pub level: Option<LogLevel>,
    /// For single components.
    pub components: BTreeMap<String, LogLevel>,
    /// How long it holds; 0 is for ever, `None` is `logging.debug_duration`.
    pub time: Option<Duration>,
}

/// What is in effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelsInEffect {
    /// Of everything that has none of its own.
    pub level: LogLevel,
    /// Of every component.
    pub components: BTreeMap<&'static str, LogLevel>,
    /// Whether they are others than the config's.
    pub changed: bool,
    /// When they are the config's again; `None` when nothing was changed, and when nobody said so.
    pub until: Option<Timestamp>,
}

impl Default for LogLevels {
    /// Levels of a log that nobody reads.
    fn default() -> LogLevels {
        let logging = Logging::default();
        LogLevels::of(
            Levels::new(logging.level, &BTreeMap::new()).expect("no component is wrong"),
            logging.debug_duration,
        )
    }
}

impl LogLevels {
    /// The config's.
    pub(super) fn new(logging: &Logging) -> Result<LogLevels, ComponentError> {
        let configured = Levels::new(logging.level, &logging.components)?;
        Ok(LogLevels::of(configured, logging.debug_duration))
    }

    fn of(configured: Levels, usual_time: Duration) -> LogLevels {
        LogLevels(Arc::new(Shared {
            rules: Arc::new(ArcSwap::from_pointee(configured.targets())),
            now: Mutex::new(Now {
                levels: configured.clone(),
                configured,
                usual_time,
                changed: false,
                until: None,
            }),
            end: watch::Sender::new(None),
        }))
    }

    /// What keeps out the lines that are not written.
    pub(super) fn filter(&self) -> LevelsFilter {
        LevelsFilter(Arc::clone(&self.0.rules))
    }

    /// What is in effect.
    pub fn in_effect(&self) -> LevelsInEffect {
        in_effect(&self.now())
    }

    /// Puts other levels into effect, in place of those that an earlier change has made.
    ///
    /// # Errors
    /// A component that there is not; nothing is changed then.
    pub fn change(&self, change: &LevelChange) -> Result<LevelsInEffect, ComponentError> {
        let mut now = self.now();
        let levels = now.configured.with(change.level, &change.components)?;
        Ok(self.set(&mut now, levels, change.time))
    }

    /// Has debug lines written by all parts of the program, for the usual time.
    pub fn debug(&self) -> LevelsInEffect {
        let mut now = self.now();
        let levels = now.configured.at_least(LogLevel::Debug);
        self.set(&mut now, levels, None)
    }

    /// Goes on with another config. A change for a while stays until its end, and then this config's levels hold.
    ///
    /// # Errors
    /// A component that there is not; nothing is changed then.
    pub fn configure(&self, logging: &Logging) -> Result<(), ComponentError> {
        let configured = Levels::new(logging.level, &logging.components)?;
        let mut now = self.now();
        now.usual_time = logging.debug_duration;
        now.configured = configured.clone();
        if !now.changed {
            self.exchange(&mut now, configured);
        }
        Ok(())
    }

    fn set(&self, now: &mut Now, levels: Levels, time: Option<Duration>) -> LevelsInEffect {
        let time = time.unwrap_or(now.usual_time);
        now.until = (!time.is_zero()).then(|| {
            let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
            Timestamp::now().saturating_add(time).unwrap_or(Timestamp::MAX)
        });
        now.changed = true;
        self.exchange(now, levels);
        let end = (!time.is_zero()).then(|| Instant::now() + time);
        self.0.end.send_replace(end);
        in_effect(now)
    }

    /// Goes back to the config's levels. `tell` is run while the more talkative ones of both are in effect, so that what
    /// it logs is seen where it can be. It is not run when nothing was changed.
    pub fn reset(&self, tell: impl FnOnce()) -> LevelsInEffect {
        let mut now = self.now();
        if now.changed {
            self.back(&mut now, tell);
        }
        in_effect(&now)
    }

    fn back(&self, now: &mut Now, tell: impl FnOnce()) {
        let configured = now.configured.clone();
        let mut tell = Some(tell);
        if now.levels.of(TELLS) >= configured.of(TELLS) {
            tell.take().into_iter().for_each(|tell| tell());
        }
        self.exchange(now, configured);
        now.changed = false;
        now.until = None;
        self.0.end.send_replace(None);
        tell.into_iter().for_each(|tell| tell());
    }

    fn exchange(&self, now: &mut Now, levels: Levels) {
        self.0.rules.store(Arc::new(levels.targets()));
        now.levels = levels;
        tracing::callsite::rebuild_interest_cache();
    }

    /// Ends each change at its time; runs for as long as the plugin does. `tell` says that one has ended.
    pub async fn keep_time(&self, tell: impl Fn()) {
        let mut ends = self.0.end.subscribe();
        loop {
            let end = *ends.borrow_and_update();
            let over = async {
                match end {
                    Some(end) => tokio::time::sleep_until(end).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = over => {
                    let mut now = self.now();
                    // Another change may have come at the last moment.
                    if *self.0.end.borrow() == end {
                        self.back(&mut now, &tell);
                    }
                }
                changed = ends.changed() => if changed.is_err() {
                    return;
                },
            }
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_effect(now: &Now) -> LevelsInEffect {
    LevelsInEffect {
        level: now.levels.general,
        components: now.levels.all(),
        changed: now.changed,
        until: now.until,
    }
}

/// Keeps out the lines that are not written.
#[derive(Debug)]
pub(super) struct LevelsFilter(Arc<ArcSwap<Targets>>);

impl LevelsFilter {
    fn lets(&self, metadata: &Metadata<'_>) -> bool {
        self.0.load().would_enable(metadata.target(), metadata.level())
    }
}

impl<S: Subscriber> Layer<S> for LevelsFilter {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.lets(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.lets(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Layer::<S>::max_level_hint(&**self.0.load())
    }
}

#[cfg(test)]
mod tests;
