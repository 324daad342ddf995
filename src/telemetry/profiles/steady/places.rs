//! Where the profiles go: to the server, into the folder. What goes wrong there is told once, and again once it is mended.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::{Ready, Steady};
use crate::config::{Config, ContinuousProfiling};
use crate::telemetry::profiles::kept::{self, Bounds, Folder};

impl Steady {
    /// Whether the server has taken it; `false` also where there is none.
    pub(super) async fn pushed(&self, config: &Config, profile: &Ready) -> bool {
        let Some(url) = config.profiling.continuous.push_url.as_deref() else {
            return false;
        };
        let bytes = profile.bytes.to_vec();
        match self.pusher.push(url, config, profile.about, bytes).await {
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

    /// Its file's name, where it could be written.
    pub(super) async fn keep(&self, config: &Config, profile: &Ready) -> Option<String> {
        let bounds = bounds(&config.profiling.continuous);
        let (name, bytes) = (profile.name, Bytes::clone(&profile.bytes));
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
    pub(super) async fn tidy(&self, config: &Config) {
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
    pub(super) async fn prepare(&self, config: &Config, prepared: &mut Option<Option<Folder>>) {
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
