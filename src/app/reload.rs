//! Loads the config again and exchanges what was made from it: all of it, or nothing.
//!
//! Reloads are done one after the other, whatever asks for them: changed files, a signal, an operator, a secret. The
//! whole config is loaded and checked, what it describes is built beside what runs, and then exchanged. Where anything
//! is wrong, the config in effect stays.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use profiling::tasks;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::block_in_place;

use super::secrets::Secrets;
use super::{LAST_TRACES, TAKING_QUESTIONS, systemd};
use crate::answer::{AnswerService, ReloadRequest, Reloaded, without_paths};
use crate::config::watch::{Content, Sign, Watch, content_of, silent_places};
use crate::config::{Held, Loaded, Next, Origin, Problems, Sources, ask_vault};
use crate::http::tls::{Material, Tls};
use crate::http::{Access, Rules};
use crate::telemetry::audit::{Actor, Event, Outcome, Record};
use crate::telemetry::trace::{Collector, TraceCounts, Tracer};
use crate::telemetry::{ReloadResult, ReloadTrigger};

/// What a reload exchanges besides what answers questions.
pub(super) struct Exchanged {
    /// Who may do what.
    pub access: Arc<Access>,
    /// What the listeners encrypt with.
    pub tls: Arc<Tls>,
    /// What keeps secrets of Vault current, and where their changes come out.
    pub secrets: (Secrets, mpsc::Receiver<Held>),
    /// What sends traces.
    pub collector: Option<Collector>,
    /// Where spans are counted.
    pub traces: TraceCounts,
}

/// Does the reloads of one plugin.
pub(super) struct Reloader {
    service: Arc<AnswerService>,
    sources: Sources,
    requests: mpsc::Receiver<ReloadRequest>,
    access: Arc<Access>,
    tls: Arc<Tls>,
    secrets: Secrets,
    changed_secrets: mpsc::Receiver<Held>,
    collector: Option<Collector>,
    traces: TraceCounts,
    watch: Watch,
    /// What was in the files when they were last loaded.
    seen: Option<Content>,
    /// What was wrong with them then, if anything was.
    refused: Option<Problems>,
    /// What was said last of a watch that does not work.
    watch_trouble: Option<String>,
}

/// How loudly a reload is told that changes nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Always,
    /// Only what differs from the last time.
    News,
}

impl Reloader {
    /// One for a plugin that was made from `sources`.
    pub(super) fn new(
        service: Arc<AnswerService>,
        sources: Sources,
        requests: mpsc::Receiver<ReloadRequest>,
        exchanged: Exchanged,
    ) -> Reloader {
        let (secrets, changed_secrets) = exchanged.secrets;
        Reloader {
            service,
            sources,
            requests,
            secrets,
            changed_secrets,
            access: exchanged.access,
            tls: exchanged.tls,
            collector: exchanged.collector,
            traces: exchanged.traces,
            watch: Watch::default(),
            seen: None,
            refused: None,
            watch_trouble: None,
        }
    }

    /// Does what comes, until nobody can ask any more or this is cancelled by `stop`; gives back the collector.
    pub(super) async fn run(mut self, stop: tokio_util::sync::CancellationToken) -> Option<Collector> {
        if self.service.snapshot().config.reload.watch {
            self.tell_silent_places().await;
            // A file that changed between the start and this moment has caused no event.
            self.look(Sign::Event).await;
        }
        loop {
            let settings = self.service.snapshot().config.reload.clone();
            let sign = async {
                if settings.watch {
                    return self.watch.sign(settings.debounce, settings.poll_interval).await;
                }
                std::future::pending().await
            };
            tokio::select! {
                () = stop.cancelled() => return self.collector,
                request = self.requests.recv() => match request {
                    Some(request) => self.serve(request).await,
                    None => return self.collector,
                },
                Some(held) = self.changed_secrets.recv() => {
                    self.sources.vault = Some(held);
                    self.reload(ReloadTrigger::Secrets, &Actor::PLUGIN, Told::Always).await;
                }
                sign = sign => self.look(sign).await,
            }
        }
    }

    async fn serve(&mut self, request: ReloadRequest) {
        let is_signal = request.trigger == ReloadTrigger::Signal;
        if is_signal {
            systemd::reloading();
        }
        let reloaded = self.reload(request.trigger, &request.actor, Told::Always).await;
        if is_signal {
            systemd::ready(TAKING_QUESTIONS);
        }
        // Whoever asked may have gone.
        let _ = request.done.send(reloaded);
    }

    /// Loads the files if there is something else in them than before, or if they were wrong before: what they lacked
    /// may be there now.
    async fn look(&mut self, sign: Sign) {
        let files = self.files().await;
        self.follow(&files);
        let content = block_in_place(|| content_of(&files));
        let is_new = self.seen.as_ref() != Some(&content);
        if !is_new && self.refused.is_none() {
            return;
        }
        let trigger = match sign {
            Sign::Event => ReloadTrigger::File,
            Sign::Clock => ReloadTrigger::Poll,
        };
        let is_first = self.seen.is_none();
        let told = if is_new && !is_first {
            Told::Always
        } else {
            Told::News
        };
        self.reload(trigger, &Actor::PLUGIN, told).await;
    }

    fn follow(&mut self, files: &BTreeSet<PathBuf>) {
        let settings = &self.service.snapshot().config.reload;
        let outcome = if settings.watch {
            block_in_place(|| self.watch.follow(files))
        } else {
            self.watch.stop();
            Ok(())
        };
        self.service.metrics.watch_up(settings.watch && outcome.is_ok());
        let trouble = outcome.err();
        if let Some(reason) = &trouble
            && self.watch_trouble != trouble
        {
            tracing::warn!(
                %reason, poll_interval_s = settings.poll_interval.as_secs_f64(),
                "the system does not tell of changed config files; they are looked at now and then"
            );
        }
        self.watch_trouble = trouble;
    }

    async fn files(&self) -> BTreeSet<PathBuf> {
        let settings = self.service.settings().await;
        settings.loaded().map(Loaded::files).unwrap_or_default()
    }

    async fn tell_silent_places(&self) {
        let files = self.files().await;
        for text in block_in_place(|| silent_places(&files)) {
            tracing::warn!("{text}");
        }
    }

    async fn reload(&mut self, trigger: ReloadTrigger, actor: &Actor, told: Told) -> Reloaded {
        // Before the files are read: what is written meanwhile is seen as a change afterwards.
        let files = self.files().await;
        self.seen = Some(block_in_place(|| content_of(&files)));
        let outcome = self.exchange().await;
        let reloaded = Reloaded {
            at: Timestamp::now(),
            trigger,
            result: match &outcome {
                Ok(changes) if changes.changed.is_empty() => ReloadResult::Unchanged,
                Ok(_) => ReloadResult::Applied,
                Err(problems) if is_unreadable(problems) => ReloadResult::Unreadable,
                Err(_) => ReloadResult::Invalid,
            },
            changed: outcome
                .as_ref()
                .map(|changes| changes.changed.clone())
                .unwrap_or_default(),
            needs_restart: outcome
                .as_ref()
                .map(|changes| changes.waiting.clone())
                .unwrap_or_default(),
            problems: outcome.as_ref().err().map(without_paths).unwrap_or_default(),
        };
        let refused = outcome.err();
        let is_news = refused != self.refused || reloaded.result == ReloadResult::Applied;
        self.refused = refused;
        if told == Told::Always || is_news {
            self.tell(&reloaded, actor);
            self.service.reloaded(reloaded.clone());
        }
        // Other files may be named now, and links may lead elsewhere.
        let files = self.files().await;
        self.follow(&files);
        reloaded
    }

    /// Loads, checks, builds, and only then exchanges.
    async fn exchange(&mut self) -> Result<Changes, Problems> {
        // Before anybody else has to wait for the settings: Vault may be slow.
        let sources = self.sources.clone();
        let asking = tasks::spawn_blocking("ask Vault", move || ask_vault(&sources)).await;
        let sources = match asking {
            Ok(Ok(sources)) => sources,
            Ok(Err(error)) => {
                return Err(one_problem(&Origin::Default, "secrets.vault", error.to_string()));
            }
            Err(error) => return Err(at_all(&format!("asking Vault failed: {error}"))),
        };
        let service = Arc::clone(&self.service);
        let mut settings = service.settings().await;
        let Some(running) = settings.loaded().cloned() else {
            return Err(at_all("the settings of this process cannot be changed"));
        };
        let loading = tasks::spawn_blocking("load the config", move || {
            let loaded = running.again(&sources)?;
            super::check(&loaded)?;
            // Files were read for the check, and are read again: what was exchanged in between is found now.
            let rules = Rules::new(&loaded.config).map_err(|reason| at_all(&reason))?;
            Ok((loaded, rules, sources))
        });
        let (loaded, rules, sources) = match loading.await {
            Ok(outcome) => outcome?,
            Err(error) => return Err(at_all(&format!("loading the config failed: {error}"))),
        };
        let Some(next) = settings.next(loaded) else {
            return Err(at_all("the settings of this process cannot be changed"));
        };
        let server = &next.loaded.config.server;
        let material = block_in_place(|| Material::new(server)).map_err(|faults| {
            one_problem(
                &next.loaded.origin("server.tls"),
                "server.tls",
                faults.to_string(),
            )
        })?;
        let traces = self.prepare_traces(&next)?;

        // From here on nothing can fail.
        let config = &next.loaded.config;
        if let Err(error) = service.log_levels().configure(&config.logging) {
            tracing::error!(%error, "log levels stay as they were");
        }
        self.access.put(rules);
        self.tls.put(material);
        self.secrets.put(&next.loaded);
        self.sources = sources;
        if let Some((tracer, collector)) = traces {
            service.trace_with(tracer);
            let earlier = std::mem::replace(&mut self.collector, collector);
            if let Some(earlier) = earlier {
                tasks::spawn("send the last traces", earlier.stop(LAST_TRACES));
            }
        }
        let changes = Changes {
            changed: next.changed,
            waiting: next.waiting,
        };
        settings.put(next.loaded);
        drop(settings);
        if changes.changed.iter().any(|key| key.starts_with("ai.")) {
            // An operator wants to hear soon that a provider does not take its new key.
            let snapshot = service.snapshot();
            tasks::spawn("look at changed providers", async move {
                let interval = snapshot.config.ai.health_check_interval;
                if !interval.is_zero() {
                    snapshot.providers.look(interval).await;
                }
            });
        }
        Ok(changes)
    }

    /// What sends the traces from now on; `None` when that stays as it is.
    fn prepare_traces(&self, next: &Next) -> Result<Option<(Tracer, Option<Collector>)>, Problems> {
        if !next.changed.iter().any(|key| key.starts_with("tracing.")) {
            return Ok(None);
        }
        let tracing = &next.loaded.config.tracing;
        if !tracing.is_on() {
            return Ok(Some((Tracer::default(), None)));
        }
        match Collector::start(tracing, self.traces.clone()) {
            Ok((tracer, collector)) => Ok(Some((tracer, Some(collector)))),
            Err(error) => Err(one_problem(
                &Origin::Default,
                "tracing",
                format!("no traces can be sent: {error}"),
            )),
        }
    }

    fn tell(&self, reloaded: &Reloaded, actor: &Actor) {
        let trigger = reloaded.trigger.word();
        match &self.refused {
            Some(problems) => {
                for problem in &problems.0 {
                    tracing::error!(trigger, %problem, "the config is not used");
                }
                tracing::error!(
                    trigger,
                    problems = problems.0.len(),
                    "the config was not loaded again; the one in effect stays"
                );
            }
            None if reloaded.changed.is_empty() => {
                tracing::info!(trigger, "the config was loaded again; no setting differs");
            }
            None => {
                let changed = reloaded.changed.join(", ");
                tracing::info!(trigger, changed, "the config was loaded again");
            }
        }
        if !reloaded.needs_restart.is_empty() {
            let keys = reloaded.needs_restart.join(", ");
            tracing::warn!(keys, "these settings take effect at the next start");
        }
        self.service.audit().record(&Record {
            event: Event::ConfigReload,
            outcome: match reloaded.is_right() {
                true => Outcome::Success,
                false => Outcome::Refused,
            },
            actor,
            target: "config",
            details: json!({
                "trigger": trigger,
                "result": reloaded.result.word(),
                "keys": reloaded.changed,
                "needs_restart": reloaded.needs_restart,
                "problems": reloaded.problems,
            }),
        });
    }
}

/// The keys of what was exchanged, and of what was not.
struct Changes {
    changed: Vec<String>,
    waiting: Vec<&'static str>,
}

/// Whether it is the file as a whole that is wrong, not what is in it.
fn is_unreadable(problems: &Problems) -> bool {
    problems
        .0
        .iter()
        .all(|problem| problem.key.is_empty() && !matches!(problem.origin, Origin::File { line: 1.., .. }))
}

/// What is wrong with one setting.
fn one_problem(origin: &Origin, key: &str, message: impl Into<String>) -> Problems {
    let mut problems = Problems::default();
    problems.add(origin, key, message);
    problems
}

/// What is wrong with no setting in particular.
fn at_all(message: &str) -> Problems {
    one_problem(&Origin::Default, "", message)
}
