//! The doors while they are open, and what goes on beside them.

use std::sync::Arc;
use std::time::Duration;

use profiling::tasks;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::parts::Parts;
use super::{AppError, Doors, LAST_STEPS, LAST_TRACES, TAKING_QUESTIONS, audit, signals, systemd};
use crate::answer::AnswerService;
use crate::plugin::About;
use crate::provider::{self, Spending};
use crate::telemetry::logs::LogHandle;
use crate::telemetry::profiles::Steady;
use crate::telemetry::trace::Collector;
use crate::{http, plugin};

/// Time between two looks at the config while providers are not looked at.
const NO_WATCH: Duration = Duration::from_secs(30);

/// Time between two exchanges of what was spent.
const SHARING: Duration = Duration::from_secs(2);

/// Everything that goes on.
pub(super) struct Serving {
    stop: CancellationToken,
    plugin: JoinHandle<Result<(), plugin::ServeError>>,
    http: Vec<JoinHandle<std::io::Result<()>>>,
    /// What goes on until it is aborted.
    tasks: Vec<JoinHandle<()>>,
    reloader: JoinHandle<Option<Collector>>,
    spending: Arc<Spending>,
}

impl Serving {
    /// Takes questions.
    pub(super) fn begin(parts: Parts, doors: Doors, log: &LogHandle) -> Serving {
        let Parts {
            service,
            access,
            tls,
            audit,
            spending,
            state_dir,
            ..
        } = parts;
        // Everything is built. Before the doors answer: what waited in a listener's queue must not hear "starting".
        service.admission.open();
        service.reloads_go_to(parts.reloads);
        let stop = CancellationToken::new();
        let relay_address = doors
            .relay
            .as_ref()
            .and_then(|listener| listener.local_addr().ok());
        let about = Arc::new(About {
            notices: doors.notices,
            page_server: relay_address.map(|address| format!("http://{address}")),
        });
        let plugin = tasks::spawn(
            "answer questions over gRPC",
            plugin::serve(
                doors.plugin,
                Arc::clone(&service),
                about,
                Arc::clone(&tls),
                stop.clone(),
            ),
        );
        let page = doors.http.map(|listener| {
            let (service, access, tls) = (Arc::clone(&service), Arc::clone(&access), Arc::clone(&tls));
            tasks::spawn(
                "answer over HTTP",
                http::serve(listener, service, access, tls, stop.clone()),
            )
        });
        let relay = doors.relay.map(|listener| {
            let (service, access) = (Arc::clone(&service), Arc::clone(&access));
            tasks::spawn(
                "answer the extension proxy",
                http::serve_relayed(listener, service, access, stop.clone()),
            )
        });
        systemd::ready(TAKING_QUESTIONS);
        let refusals = audit.clone();
        let profiled = Arc::clone(&service);
        let steady = Steady::new(Arc::clone(&service.metrics), state_dir, move || {
            Arc::clone(&profiled.snapshot().config)
        });
        let serving = Serving {
            plugin,
            http: page.into_iter().chain(relay).collect(),
            tasks: vec![
                tasks::spawn("tell systemd that all is well", systemd::watchdog()),
                tasks::spawn("share what was spent", share_spending(Arc::clone(&service))),
                tasks::spawn("look at the providers", watch_providers(service)),
                tasks::spawn(
                    "keep what was spent",
                    provider::keep_spending(Arc::clone(&spending)),
                ),
                tasks::spawn(
                    "set log levels back in time",
                    signals::keep_time(log.levels(), audit.clone()),
                ),
                tasks::spawn("sum up refusals for the audit", async move {
                    refusals.keep_time().await
                }),
                tasks::spawn("watch the certificates", async move { tls.keep_watch().await }),
                tasks::spawn("take profiles", steady.run(stop.clone())),
            ],
            reloader: tasks::spawn("watch the config", parts.reloader.run(stop.clone())),
            stop,
            spending,
        };
        audit::started(&audit, &parts.secrets);
        serving
    }

    /// Lets end what is under way, for `limit` at most, and keeps what outlives the process.
    pub(super) async fn end(self, limit: Duration) -> Result<(), AppError> {
        self.stop.cancel();
        let drained = tokio::time::timeout(limit, async {
            let plugin_outcome = self.plugin.await;
            for door in self.http {
                let _ = door.await;
            }
            plugin_outcome
        });
        let outcome = finish(drained.await, limit);
        for task in self.tasks {
            task.abort();
        }
        // A reload may wait for Vault.
        if let Ok(Ok(Some(collector))) = tokio::time::timeout(LAST_STEPS, self.reloader).await {
            collector.stop(LAST_TRACES).await;
        }
        if let Err(error) = self.spending.save() {
            tracing::warn!(reason = %error.kind(), "what was spent since the last save is lost");
        }
        outcome
    }
}

type DoorOutcome =
    Result<Result<Result<(), plugin::ServeError>, tokio::task::JoinError>, tokio::time::error::Elapsed>;

fn finish(outcome: DoorOutcome, limit: Duration) -> Result<(), AppError> {
    match outcome {
        Ok(Ok(served)) => {
            tracing::info!("stopped");
            Ok(served?)
        }
        Ok(Err(failure)) => Err(AppError::System(std::io::Error::other(failure.to_string()))),
        Err(_) => {
            tracing::warn!(
                limit_s = limit.as_secs_f64(),
                "stopped with questions under way: server.shutdown_timeout passed"
            );
            Ok(())
        }
    }
}

/// Tells the other plugins what this one has spent while they could not be told, and hears what they have.
async fn share_spending(service: Arc<AnswerService>) {
    loop {
        tokio::time::sleep(SHARING).await;
        let snapshot = service.snapshot();
        snapshot.providers.share_spending().await;
    }
}

/// Looks at the providers again and again, so that an operator hears of one that fails before somebody asks.
async fn watch_providers(service: Arc<AnswerService>) {
    loop {
        let snapshot = service.snapshot();
        let interval = snapshot.config.ai.health_check_interval;
        if interval.is_zero() {
            // Another config may say otherwise.
            tokio::time::sleep(NO_WATCH).await;
            continue;
        }
        snapshot.providers.look(interval).await;
        drop(snapshot);
        tokio::time::sleep(interval).await;
    }
}
