//! What the service is made from, and how that is exchanged while it answers.

use std::path::PathBuf;
use std::sync::Arc;

use profiling::contention;
use secrecy::ExposeSecret;
use tokio::sync::MutexGuard;

use super::reload::{Reloaded, Reloads};
use super::service::{AnswerService, Snapshot};
use crate::config::{Config, Loaded, Next, SavedService};
use crate::provider::metric_labels;
use crate::telemetry::ReloadTrigger;
use crate::telemetry::audit::Actor;
use crate::telemetry::trace::Tracer;

/// What the config in effect was made from, and the one that the plugin was started with.
#[derive(Debug)]
pub(super) struct Made {
    loaded: Loaded,
    started: Config,
}

/// What became of saved settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Why they are not in the state folder for the next start; `None` when they are.
    pub only_in_memory: Option<String>,
    /// A key that was stored before is no longer used, because it was for another endpoint.
    pub key_dropped: bool,
}

/// The settings while nobody else can change them.
#[derive(Debug)]
pub struct Settings<'a> {
    service: &'a AnswerService,
    made: MutexGuard<'a, Option<Made>>,
}

impl Settings<'_> {
    /// What the config in effect was made from; `None` where it cannot be changed.
    pub fn loaded(&self) -> Option<&Loaded> {
        self.made.as_ref().map(|made| &made.loaded)
    }

    /// What of a config would take effect now, and what has to wait for the next start; `None` where it cannot be changed.
    pub fn next(&self, loaded: Loaded) -> Option<Next> {
        let made = self.made.as_ref()?;
        Some(Next::new(&made.loaded, &made.started, loaded))
    }

    /// Goes on with another config. Requests under way keep the one that they began with.
    pub fn put(&mut self, next: Loaded) {
        self.service.metrics.learn(&metric_labels(&next.config));
        self.service.change(Arc::new(next.config.clone()));
        if let Some(made) = self.made.as_mut() {
            made.loaded = next;
        }
    }
}

impl AnswerService {
    /// The same for a config that can be changed.
    pub fn with_settings(self, loaded: Loaded) -> AnswerService {
        let started = loaded.config.clone();
        AnswerService {
            settings: tokio::sync::Mutex::new(Some(Made { loaded, started })),
            ..self
        }
    }

    /// The settings, once nobody else changes them.
    pub async fn settings(&self) -> Settings<'_> {
        Settings {
            service: self,
            made: contention::wait("wait for the settings", self.settings.lock()).await,
        }
    }

    /// Changes one service as the page says, keeps that over restarts, and goes on with it.
    ///
    /// # Errors
    /// What is wrong with the change; nothing is changed then.
    pub async fn save(&self, name: &str, change: SavedService) -> Result<Kept, String> {
        let mut settings = self.settings().await;
        let Some(loaded) = settings.loaded() else {
            return Err("the settings of this process cannot be changed".into());
        };
        let had_key = has_key(&loaded.config, name);
        let next = loaded
            .with_service(name, &change)
            .map_err(|problems| problems.to_string())?;
        let Some(Next { loaded: next, .. }) = settings.next(next) else {
            return Err("the settings of this process cannot be changed".into());
        };
        let (mut saving, saved_name) = (next.clone(), name.to_owned());
        let saved = profiling::tasks::spawn_blocking("save a provider of the page", move || {
            let outcome = saving.save(&saved_name);
            (saving, outcome)
        });
        let (next, only_in_memory) = match saved.await {
            Ok((next, outcome)) => (next, outcome.err().map(|error| error.to_string())),
            Err(error) => (next, Some(error.to_string())),
        };
        let kept = Kept {
            key_dropped: had_key && !has_key(&next.config, name),
            only_in_memory,
        };
        settings.put(next);
        Ok(kept)
    }

    /// The file that the config was read from; `None` when there was none.
    pub async fn config_file(&self) -> Option<PathBuf> {
        self.settings().await.loaded()?.file.clone()
    }

    /// Goes on with another config. Requests under way keep the one that they began with.
    pub fn change(&self, config: Arc<Config>) {
        self.metrics.config_in_effect(&config);
        let next = Snapshot::new(config, &self.ground, Some(&self.snapshot()));
        self.snapshot.store(Arc::new(next));
    }

    /// Has traces begin elsewhere; those that have begun go on as they are.
    pub fn trace_with(&self, tracer: Tracer) {
        self.tracer.store(Arc::new(tracer));
    }

    /// From now on reloads can be asked for there.
    pub fn reloads_go_to(&self, reloads: Reloads) {
        // Whoever came first does them.
        let _ = self.reloads.set(reloads);
    }

    /// Has the config loaded again; `None` where nobody does that.
    pub async fn reload(&self, trigger: ReloadTrigger, actor: Actor) -> Option<Reloaded> {
        self.reloads.get()?.ask(trigger, actor).await
    }

    /// What became of the last reload; `None` when there was none.
    pub fn last_reload(&self) -> Option<Arc<Reloaded>> {
        self.last_reload.load_full()
    }

    /// Tells what became of a reload.
    pub fn reloaded(&self, reloaded: Reloaded) {
        self.metrics.reloaded(reloaded.trigger, reloaded.result);
        if reloaded.is_right() {
            self.metrics.settings_waiting(reloaded.needs_restart.len());
        }
        self.last_reload.store(Some(Arc::new(reloaded)));
    }
}

fn has_key(config: &Config, name: &str) -> bool {
    let key = config
        .ai
        .services
        .get(name)
        .and_then(|service| service.api_key.as_ref());
    key.is_some_and(|key| !key.expose_secret().is_empty())
}
