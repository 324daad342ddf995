//! Profiles that nobody has to ask for: at intervals, and when the guard finds CPU or memory short.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::guard::Guard;
use super::kept::{self, Bounds, Folder};
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
        let settings = &config.profiling.continuous;
        let mut round = Round::default();
        for name in order {
            let began = SystemTime::now();
            let ask = Ask {
                name,
                duration: settings.duration,
                hertz: settings.hertz,
            };
            let taken = take(&self.metrics, ask).await;
            let told = &self.told.profile[usize::from(name == ProfileName::Heap)];
            match taken {
                Ok(taken) => {
                    told.store(false, Ordering::Relaxed);
                    self.put(config, (name, cause), began, taken, &mut round).await;
                }
                Err(ProfileError::Busy(reason, left)) => {
                    tracing::debug!(%reason, profile = kind(name), "a profile is left out");
                    round.busy = Some(left);
                    // Both belong to one moment. The guard asks again.
                    if cause == ProfileCause::CpuGuard {
                        break;
                    }
                }
                Err(error) => {
                    if !told.swap(true, Ordering::Relaxed) {
                        tracing::warn!(reason = %error, profile = kind(name), "a profile cannot be taken");
                    }
                }
            }
        }
        round
    }

    /// Puts a profile where it is to be, and notes where that is.
    async fn put(
        &self,
        config: &Config,
        (profile, cause): (ProfileName, ProfileCause),
        began: SystemTime,
        taken: Taken,
        round: &mut Round,
    ) {
        let Taken::Profile(taken) = taken else {
            return;
        };
        let about = About {
            cause,
            began,
            ended: SystemTime::now(),
        };
        // Compresses for some milliseconds.
        let Ok(bytes) = profiling::tasks::spawn_blocking("compress a profile", move || taken.to_gzip()).await
        else {
            return;
        };
        let name = KeptName {
            at: Timestamp::try_from(began).unwrap_or_else(|_| Timestamp::now()),
            cause,
            profile,
        };
        let is_pushed = self.pushed(config, about, &bytes).await;
        // What the guard has taken is also there when the server is not looked at, or has forgotten it.
        let kept = match is_pushed && cause == ProfileCause::Interval {
            true => None,
            false => self.keep(config, name, bytes).await,
        };
        let place = match (&kept, is_pushed) {
            (Some(_), _) => ProfilePlace::Folder,
            (None, true) => ProfilePlace::Server,
            (None, false) => ProfilePlace::Nowhere,
        };
        self.metrics.profile_kept(cause, place);
        round.files.extend(kept);
        round.is_pushed |= is_pushed;
    }

    /// Whether the server has taken it; `false` also where there is none.
    async fn pushed(&self, config: &Config, about: About, bytes: &[u8]) -> bool {
        let Some(url) = config.profiling.continuous.push_url.as_deref() else {
            return false;
        };
        match self.pusher.push(url, config, about, bytes.to_vec()).await {
            Ok(()) => {
                if self.told.push.swap(false, Ordering::Relaxed) {
                    tracing::info!("the server takes profiles again");
                }
                true
            }
            Err(error) => {
                self.metrics.profile_push_failed();
                if !self.told.push.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        reason = %error,
                        "the server of profiles (profiling.continuous.push_url) does not take them; they go into the folder \
                         until it does"
                    );
                }
                false
            }
        }
    }

    async fn keep(&self, config: &Config, name: KeptName, bytes: Vec<u8>) -> Option<String> {
        let bounds = bounds(&config.profiling.continuous);
        let keep = move |folder: Folder| {
            folder
                .keep(name, &bytes, bounds)
                .map_err(|error| error.to_string())
        };
        let (name, total) = self.in_folder(config, keep).await?;
        self.metrics.profiles_folder(total);
        Some(name)
    }

    /// Removes what is past its age while nothing is written.
    async fn tidy(&self, config: &Config) {
        let bounds = bounds(&config.profiling.continuous);
        let tidy = move |folder: Folder| {
            let tidied = folder.tidy(bounds, Timestamp::now());
            tidied.map_err(|error| error.to_string())
        };
        if let Some(total) = self.in_folder(config, tidy).await {
            self.metrics.profiles_folder(total);
        }
    }

    /// Looks at the folder once it is needed, so that trouble with it is told before there is an incident.
    async fn prepare(&self, config: &Config, prepared: &mut Option<Option<Folder>>) {
        let profiling = &config.profiling;
        if !profiling.continuous.enabled && !profiling.guard.enabled {
            *prepared = None;
            return;
        }
        let folder = self.folder(config);
        if prepared.as_ref() == Some(&folder) {
            return;
        }
        *prepared = Some(folder);
        // Of another folder, or of one that was mended: it is told anew.
        self.told.folder.store(false, Ordering::Relaxed);
        let bounds = bounds(&profiling.continuous);
        let prepare = move |folder: Folder| {
            let prepared = folder.prepare(bounds, Timestamp::now());
            prepared.map_err(|error| error.to_string())
        };
        if let Some(total) = self.in_folder(config, prepare).await {
            self.metrics.profiles_folder(total);
        }
    }

    fn folder(&self, config: &Config) -> Option<Folder> {
        let named = config.profiling.continuous.folder.as_deref();
        kept::place(named, self.state_dir.as_deref())
    }

    /// Does something in the folder, away from the tasks. What goes wrong is told once.
    async fn in_folder<T: Send + 'static>(
        &self,
        config: &Config,
        work: impl FnOnce(Folder) -> Result<T, String> + Send + 'static,
    ) -> Option<T> {
        let outcome = match self.folder(config) {
            Some(folder) => {
                match profiling::tasks::spawn_blocking("keep a profile", move || work(folder)).await {
                    Ok(outcome) => outcome,
                    // The runtime ends.
                    Err(_) => return None,
                }
            }
            None => Err("there is no state folder that this user may write".to_owned()),
        };
        match outcome {
            Ok(done) => {
                if self.told.folder.swap(false, Ordering::Relaxed) {
                    tracing::info!("profiles are kept again");
                }
                Some(done)
            }
            Err(reason) => {
                if !self.told.folder.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        reason,
                        is_pushed = config.profiling.continuous.push_url.is_some(),
                        "profiles cannot be kept in their folder; let this user write there, or name another folder with \
                         profiling.continuous.folder"
                    );
                }
                None
            }
        }
    }
}

fn bounds(settings: &ContinuousProfiling) -> Bounds {
    let days = u64::from(settings.max_age.0);
    Bounds {
        max_size: settings.max_size.0,
        max_age: (days > 0).then(|| Duration::from_secs(days * 86_400)),
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
