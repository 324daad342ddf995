//! Builds everything from one checked config, starts the doors, stops in order.

mod audit;
mod parent;
mod signals;
mod systemd;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::answer::{AnswerService, Ground, Snapshot};
use crate::config::{ClientAuth, Config, ExitWithParent, Loaded, Topic};
use crate::plugin::{About, ListenOptions, Listeners};
use crate::provider::{self, Spending, metric_labels};
use crate::telemetry::audit::{Audit, AuditError, Outcome};
use crate::telemetry::logs::{LogCounts, LogHandle, LogLevels};
use crate::telemetry::trace::{Collector, TraceCounts, Tracer};
use crate::telemetry::{BudgetPeriod, Metrics, logs};
use crate::{http, plugin};

/// Threads for work that blocks: reading schemas, linking words. Each is idle most of the time.
const BLOCKING_THREADS: usize = 16;
/// Longest wait for logs and sockets after the doors are closed.
const LAST_STEPS: Duration = Duration::from_secs(5);
/// Longest time for sending the last traces.
const LAST_TRACES: Duration = Duration::from_secs(5);

/// Time between two looks at the config while providers are not looked at.
const NO_WATCH: Duration = Duration::from_secs(30);

/// Where `stores.yaml` files point that were written for the Go plugin.
const DEFAULT_SOCKET: &str = "/tmp/atest-ext-ai.sock";

/// What `systemctl status` shows while all is well.
const TAKING_QUESTIONS: &str = "taking questions";

/// Why the plugin did not start, or ended early. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Logs cannot be written where the config says.
    #[error(transparent)]
    Logs(#[from] logs::LogError),
    /// The audit log cannot be written where the config says.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The gRPC door cannot open.
    #[error(transparent)]
    Listen(#[from] plugin::ListenError),
    /// The files of `server.tls` cannot be used.
    #[error("TLS cannot be used: {0}")]
    Tls(#[from] http::tls::Faults),
    /// The HTTP door cannot open.
    #[error(transparent)]
    Bind(#[from] http::BindError),
    /// The gRPC door closed by itself.
    #[error("the gRPC door closed: {0}")]
    Plugin(#[from] plugin::ServeError),
    /// The runtime or the HTTP door failed.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

/// Serves until it is told to stop. `by_host` says that atest started it, with `--socket` or `--port`.
pub fn serve(loaded: Loaded, by_host: bool) -> Result<(), AppError> {
    // As early as can be: a host that ends before this look would go unnoticed.
    let parent = parent::Parent::look();
    let log = logs::init(&loaded.config.logging)?;
    let workers = loaded
        .config
        .performance
        .worker_threads
        .unwrap_or_else(default_workers);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("atest-worker")
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(run(loaded, HostedBy { by_host, parent }, &log));
    runtime.shutdown_timeout(LAST_STEPS);
    outcome
}

/// Who started the plugin.
struct HostedBy {
    /// atest did, with `--socket` or `--port`.
    by_host: bool,
    parent: parent::Parent,
}

/// At least two: with one, a single computation would stop the probes.
fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 8))
}

/// What goes on whatever the config says. Reads what was spent before from the state folder.
pub fn ground(loaded: &Loaded, logs: LogCounts, traces: TraceCounts) -> Ground {
    let metrics = Arc::new(Metrics::new(&metric_labels(&loaded.config), logs, traces));
    metrics.config_in_effect(&loaded.config);
    let budget = &loaded.config.ai.budget;
    metrics.budget(BudgetPeriod::Day, budget.day);
    metrics.budget(BudgetPeriod::Month, budget.month);
    Ground {
        spending: Arc::new(Spending::open(loaded.state_dir.as_deref(), Arc::clone(&metrics))),
        metrics,
        tracer: Tracer::default(),
        audit: Audit::default(),
        log_levels: LogLevels::default(),
    }
}

/// Has traces sent, when they are to be. Questions are answered all the same when that cannot be.
fn collector(config: &Config, ground: &mut Ground, counts: TraceCounts) -> Option<Collector> {
    if !config.tracing.is_on() {
        return None;
    }
    match Collector::start(&config.tracing, counts) {
        Ok((tracer, collector)) => {
            ground.tracer = tracer;
            Some(collector)
        }
        Err(error) => {
            tracing::error!(reason = %error, "no traces are sent");
            None
        }
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

/// Everything that is open while the plugin runs.
struct Doors {
    plugin: Listeners,
    http: Option<TcpListener>,
    notices: Vec<String>,
}

async fn run(loaded: Loaded, host: HostedBy, log: &LogHandle) -> Result<(), AppError> {
    // Signals first: one that comes while starting must not be lost.
    let mut signals = Signals::new()?;
    let config = Arc::new(loaded.config.clone());
    // How defaults differ from the Go plugin's is told by --validate; at each start it would only be noise.
    for notice in loaded
        .notices
        .iter()
        .filter(|notice| notice.topic != Topic::Difference)
    {
        tracing::info!(setting = notice.key, "{}", notice.text);
    }
    let traces = TraceCounts::default();
    let mut ground = ground(&loaded, log.counts(), traces.clone());
    let collector = collector(&config, &mut ground, traces);
    let audit = audit::open(&loaded, &ground.metrics)?;
    ground.audit = audit.clone();
    ground.log_levels = log.levels();
    let secrets = audit::secrets(&loaded);
    let spending = Arc::clone(&ground.spending);
    let snapshot = Snapshot::new(Arc::clone(&config), &ground, None);
    let service = Arc::new(AnswerService::new(snapshot, ground).with_settings(loaded));
    let material = http::tls::Material::new(&config.server)?;
    let tls = Arc::new(http::tls::Tls::new(material, Arc::clone(&service.metrics)));
    let doors = open_doors(&config, host.by_host).await?;
    tracing::info!(listening = doors.plugin.describe(), "gRPC door is open");

    // Everything is built. Before the doors answer: what waited in a listener's queue must not hear "starting".
    service.admission.open();
    let stop = CancellationToken::new();
    let about = Arc::new(About {
        notices: doors.notices,
    });
    let plugin_door = tokio::spawn(plugin::serve(
        doors.plugin,
        Arc::clone(&service),
        about,
        Arc::clone(&tls),
        stop.clone(),
    ));
    let http_door = doors.http.map(|listener| {
        tokio::spawn(http::serve(
            listener,
            Arc::clone(&service),
            Arc::clone(&tls),
            stop.clone(),
        ))
    });
    let tls_clock = tokio::spawn(async move { tls.keep_watch().await });
    systemd::ready(TAKING_QUESTIONS);
    let watchdog = tokio::spawn(systemd::watchdog());
    let watch = tokio::spawn(watch_providers(Arc::clone(&service)));
    let keep = tokio::spawn(provider::keep_spending(Arc::clone(&spending)));
    let level_clock = tokio::spawn(signals::keep_time(log.levels(), audit.clone()));
    let refusals = tokio::spawn({
        let audit = audit.clone();
        async move { audit.keep_time().await }
    });
    let limit = config.server.shutdown_timeout;
    audit::started(&audit, &secrets);
    tracing::info!(version = crate::telemetry::build_info().version, "ready");

    let ends_with_host = host.by_host && config.server.exit_with_parent == ExitWithParent::Auto;
    let reason = signals
        .wait_for_stop(log, &audit, ends_with_host.then_some(host.parent))
        .await;
    tracing::info!(reason, "stopping");
    systemd::stopping();
    service.admission.drain();
    stop.cancel();
    let drained = tokio::time::timeout(limit, async {
        let plugin_outcome = plugin_door.await;
        if let Some(door) = http_door {
            let _ = door.await;
        }
        plugin_outcome
    });
    let outcome = tokio::select! {
        outcome = drained => outcome,
        () = signals.second() => {
            tracing::warn!("a second signal: ending at once");
            audit::stopped(&audit, "a second signal", Outcome::Failed);
            log.flush();
            std::process::exit(1);
        }
    };
    for task in [watchdog, watch, keep, level_clock, refusals, tls_clock] {
        task.abort();
    }
    if let Some(collector) = collector {
        collector.stop(LAST_TRACES).await;
    }
    if let Err(error) = spending.save() {
        tracing::warn!(reason = %error.kind(), "what was spent since the last save is lost");
    }
    let outcome = finish(outcome, limit);
    let how = if outcome.is_ok() {
        Outcome::Success
    } else {
        Outcome::Failed
    };
    audit::stopped(&audit, reason, how);
    outcome
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

async fn open_doors(config: &Config, by_host: bool) -> Result<Doors, AppError> {
    let server = &config.server;
    let plugin = plugin::listen(&listen_options(server))?;
    let mut notices = Vec::new();
    let http = match http::bind(server).await {
        Ok(listener) => Some(listener),
        // atest needs its socket more than anybody needs the probes.
        Err(error) if by_host => {
            tracing::warn!(reason = %error, "the HTTP door stays closed; gRPC serves all the same");
            notices.push(format!("HTTP is off: {error}"));
            None
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Doors {
        plugin,
        http,
        notices,
    })
}

fn listen_options(server: &crate::config::Server) -> ListenOptions {
    ListenOptions {
        sockets: vec![server.socket_path.clone()],
        default_socket: server.default_socket.then(|| DEFAULT_SOCKET.into()),
        tcp: server.listen_address.clone().into_iter().collect(),
        permissions: server.socket_permissions,
        owner: server.socket_owner.clone(),
        group: server.socket_group.clone(),
        users: server.socket_uids.clone(),
        open_tcp: server.allow_insecure_grpc
            || server.tls.is_on() && server.tls.client_auth == ClientAuth::Required,
        systemd: true,
    }
}

/// What SIGHUP asks for. systemd waits for the end of it, where it sent the signal itself (`Type=notify-reload`).
fn reopen(log: &LogHandle, audit: &Audit) {
    systemd::reloading();
    signals::reopen(log, audit);
    systemd::ready(TAKING_QUESTIONS);
}

/// The signals that matter to a service.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    hangup: Signal,
    debug: Signal,
    usual: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hangup: signal(SignalKind::hangup())?,
            debug: signal(SignalKind::user_defined1())?,
            usual: signal(SignalKind::user_defined2())?,
        })
    }

    /// Waits for a reason to stop; meanwhile a hang-up reopens log files, and the others change log levels.
    async fn wait_for_stop(
        &mut self,
        log: &LogHandle,
        audit: &Audit,
        host: Option<parent::Parent>,
    ) -> &'static str {
        let host_gone = async {
            match host {
                Some(host) => host.gone().await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(host_gone);
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return "SIGTERM",
                _ = self.interrupt.recv() => return "SIGINT",
                _ = self.quit.recv() => return "SIGQUIT",
                () = &mut host_gone => return "the host that started the plugin is gone",
                _ = self.hangup.recv() => reopen(log, audit),
                _ = self.debug.recv() => signals::debug(&log.levels(), audit),
                _ = self.usual.recv() => signals::back(&log.levels(), audit),
            }
        }
    }

    async fn second(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.quit.recv() => {}
        }
    }
}
