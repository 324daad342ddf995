//! Profiles that nobody has to ask for: at intervals, and when the guard finds CPU or memory short.

mod places;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::guard::Guard;
use super::name::{KeptName, kind};
use super::push::{About, Pusher};
use super::{Ask, ProfileError, ProfileName, Taken, take};
use crate::config::{Config, ContinuousProfiling};
use crate::telemetry::Metrics;
use crate::telemetry::label::{ProfileCause, ProfilePlace};
use crate::telemetry::load::{Load, LoadMeter};

/// Time between two looks at the config and at the load.
const LOOK: Duration = Duration::from_secs(1);

/// Where the config in effect is asked for, again and again.
type ConfigInEffect = Box<dyn Fn() -> Arc<Config> + Send + Sync>;

/// Takes the profiles.
pub struct Steady {
    metrics: Arc<Metrics>,
    config: ConfigInEffect,
    state_dir: Option<PathBuf>,
    pusher: Pusher,
    /// What was said and is still so.
    told: Told,
}

#[derive(Debug, Default)]
struct Told {
    folder: AtomicBool,
    push: AtomicBool,
    /// Of CPU and heap profiles.
    profile: [AtomicBool; 2],
}

/// A profile that was taken.
#[derive(Debug)]
struct Ready {
    about: About,
    name: KeptName,
    /// Compressed.
    bytes: Bytes,
    /// Its file's name, once it is in one.
    file: Option<String>,
}

/// What came of taking both profiles.
#[derive(Debug, Default)]
struct Round {
    /// The files that they are in.
    files: Vec<String>,
    /// Whether the server has taken one.
    is_pushed: bool,
    /// How long somebody else is still taking one.
    busy: Option<Duration>,
}

/// When the next profiles at intervals are due.
#[derive(Debug, Default)]
struct Rhythm {
    /// When the last ones were begun; `None` while they are switched off.
    last: Option<Instant>,
}

impl Rhythm {
    /// Whether they are due. The first are at once, so that somebody who switches them on sees that they come.
    fn is_due(&mut self, settings: &ContinuousProfiling, now: Instant) -> bool {
        if !settings.enabled {
            self.last = None;
            return false;
        }
        let is_due = self
            .last
            .is_none_or(|last| now.duration_since(last) >= settings.interval);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}

impl Steady {
    /// Profiles by the config that is in effect at each moment; `state_dir` keeps them where the config names no folder.
    pub fn new(
        metrics: Arc<Metrics>,
        state_dir: Option<PathBuf>,
        config: impl Fn() -> Arc<Config> + Send + Sync + 'static,
    ) -> Steady {
        Steady {
            metrics,
            config: Box::new(config),
            state_dir,
            pusher: Pusher::default(),
            told: Told::default(),
        }
    }

    /// Goes on until `stop`, which also ends a profile under way.
    pub async fn run(self, stop: CancellationToken) {
        let both = async { tokio::join!(self.at_intervals(), self.on_guard()) };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = both => {}
        }
    }

    async fn at_intervals(&self) {
        let mut rhythm = Rhythm::default();
        let mut prepared = None;
        loop {
            let config = (self.config)();
            self.prepare(&config, &mut prepared).await;
            if rhythm.is_due(&config.profiling.continuous, Instant::now()) {
                let round = self.round(&config, ProfileCause::Interval).await;
                if round.files.is_empty() {
                    self.tidy(&config).await;
                }
            }
            drop(config);
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn on_guard(&self) {
        let mut watching: Option<(Guard, LoadMeter)> = None;
        loop {
            let config = (self.config)();
            let rules = &config.profiling.guard;
            if rules.enabled {
                let (guard, meter) = watching.get_or_insert_with(|| (Guard::default(), LoadMeter::new()));
                let (load, now) = (meter.look(), Instant::now());
                if let Some(cause) = guard.look(rules, load, now) {
                    let round = self.round(&config, cause).await;
                    // Whoever takes one now need not be who looks into the incident: the guard takes its own after it.
                    let rest = match round.busy {
                        Some(left) if cause == ProfileCause::CpuGuard => left,
                        _ => rules.cooldown,
                    };
                    guard.rest(cause, now + rest);
                    tell_incident(cause, load, &round);
                }
            } else {
                watching = None;
            }
            drop(config);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Takes both profiles and puts them where they are to be.
    async fn round(&self, config: &Config, cause: ProfileCause) -> Round {
        let order = match cause {
            // Who runs out of memory may be gone before a CPU profile is over.
            ProfileCause::MemoryGuard => [ProfileName::Heap, ProfileName::Cpu],
            _ => [ProfileName::Cpu, ProfileName::Heap],
        };
        let mut round = Round::default();
        let mut ready = Vec::new();
        for name in order {
            match self.taken(config, name, cause).await {
                Ok(Some(mut profile)) => {
                    // What the guard has taken is written at once, as the process may not live long, and stays there when
                    // the server has forgotten it.
                    if cause != ProfileCause::Interval {
                        profile.file = self.keep(config, &profile).await;
                    }
                    ready.push(profile);
                }
                Ok(None) => {}
                Err(left) => {
                    round.busy = Some(left);
                    // Both belong to one moment. The guard asks again.
                    if cause == ProfileCause::CpuGuard {
                        break;
                    }
                }
            }
        }
        // Only now: a slow server must not part the two.
        for profile in ready {
            self.send(config, profile, &mut round).await;
        }
        round
    }

    /// Takes one profile; `None` where that cannot be.
    ///
    /// # Errors
    /// How long somebody else is still taking one.
    async fn taken(
        &self,
        config: &Config,
        profile: ProfileName,
        cause: ProfileCause,
    ) -> Result<Option<Ready>, Duration> {
        let settings = &config.profiling.continuous;
        let began = SystemTime::now();
        let ask = Ask {
            name: profile,
            duration: settings.duration,
            hertz: settings.hertz,
        };
        let told = &self.told.profile[usize::from(profile == ProfileName::Heap)];
        let taken = match take(&self.metrics, ask).await {
            Ok(Taken::Profile(taken)) => taken,
            Ok(_) => return Ok(None),
            Err(ProfileError::Busy(reason, left)) => {
                tracing::debug!(%reason, profile = kind(profile), "a profile is left out");
                return Err(left);
            }
            Err(error) => {
                if !told.swap(true, Ordering::Relaxed) {
                    tracing::warn!(reason = %error, profile = kind(profile), "a profile cannot be taken");
                }
                return Ok(None);
            }
        };
        told.store(false, Ordering::Relaxed);
        let about = About {
            cause,
            began,
            ended: SystemTime::now(),
        };
        let name = KeptName {
            at: Timestamp::try_from(began).unwrap_or_else(|_| Timestamp::now()),
            cause,
            profile,
        };
        // Compresses for some milliseconds.
        let bytes = profiling::tasks::spawn_blocking("compress a profile", move || taken.to_gzip()).await;
        Ok(bytes.ok().map(|bytes| Ready {
            about,
            name,
            bytes: bytes.into(),
            file: None,
        }))
    }

    /// Sends a profile to the server, where there is one, and keeps it where it is nowhere else.
    async fn send(&self, config: &Config, mut profile: Ready, round: &mut Round) {
        let is_pushed = self.pushed(config, &profile).await;
        let cause = profile.about.cause;
        if !is_pushed && cause == ProfileCause::Interval {
            profile.file = self.keep(config, &profile).await;
        }
        let place = match (&profile.file, is_pushed) {
            (Some(_), _) => ProfilePlace::Folder,
            (None, true) => ProfilePlace::Server,
            (None, false) => ProfilePlace::Nowhere,
        };
        self.metrics.profile_kept(cause, place);
        round.files.extend(profile.file);
        round.is_pushed |= is_pushed;
    }
}

/// Names of files, never folders: those stand in the config.
fn tell_incident(cause: ProfileCause, load: Load, round: &Round) {
    let files = round.files.join(", ");
    let cause = ProfileCause::WORDS[cause as usize];
    let [cpu_percent, memory_percent] =
        [load.cpu_percent, load.memory_percent].map(|percent| percent.unwrap_or_default().round());
    let is_pushed = round.is_pushed;
    match round.busy {
        _ if !files.is_empty() || is_pushed => tracing::warn!(
            cause,
            cpu_percent,
            memory_percent,
            files,
            is_pushed,
            "a threshold of profiling.guard was passed; profiles of it were taken"
        ),
        Some(left) => tracing::info!(
            cause,
            left_s = left.as_secs(),
            "a threshold of profiling.guard was passed; its profile waits until another one is over"
        ),
        None => tracing::warn!(
            cause,
            cpu_percent,
            memory_percent,
            "a threshold of profiling.guard was passed, but no profile of it could be kept"
        ),
    }
}

#[cfg(test)]
mod tests;
