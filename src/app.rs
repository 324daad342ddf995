//! Builds everything from one checked config, starts the doors, stops in order.

mod audit;
mod parent;
mod reload;
mod secrets;
mod signals;
mod systemd;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::answer::{AnswerService, Ground, Reloads, Snapshot};
use crate::config::{ClientAuth, Config, ExitWithParent, Loaded, Problems, Scope, Sources, Topic};
use crate::plugin::{About, ListenOptions, Listeners};
use crate::provider::{self, Spending, metric_labels};
use crate::telemetry::audit::{Actor, Audit, AuditError, Outcome};
use crate::telemetry::logs::{LogCounts, LogHandle, LogLevels};
use crate::telemetry::trace::{Collector, TraceCounts, Tracer};
use crate::telemetry::{Metrics, ReloadTrigger, logs};
use crate::{answer, http, plugin};

use reload::{Exchanged, Reloader};

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
    /// Who may do what cannot be decided.
    #[error("{0}")]
    Access(String),
    /// The gRPC door closed by itself.
    #[error("the gRPC door closed: {0}")]
    Plugin(#[from] plugin::ServeError),
    /// The runtime or the HTTP door failed.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

/// Serves until it is told to stop. `by_host` says that atest started it, with `--socket` or `--port`.
pub fn serve(loaded: Loaded, sources: &Sources, by_host: bool) -> Result<(), AppError> {
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
    let outcome = runtime.block_on(run(loaded, sources.clone(), HostedBy { by_host, parent }, &log));
    runtime.shutdown_timeout(LAST_STEPS);
    outcome
}

/// Checks what the rooms know better than the types of the config.
///
/// # Errors
/// Everything that is wrong.
pub fn check(loaded: &Loaded) -> Result<(), Problems> {
    let mut problems = Problems::default();
    if let Err(error) = logs::check(&loaded.config.logging) {
        problems.add(&loaded.origin("logging"), "logging", error.to_string());
    }
    for checked in [
        http::check(loaded),
        http::tls::check(loaded),
        plugin::check(loaded),
    ] {
        problems
            .0
            .extend(checked.err().into_iter().flat_map(|found| found.0));
    }
    if problems.0.is_empty() {
        return Ok(());
    }
    problems.sort();
    Err(problems)
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
    /// For atest's extension proxy.
    relay: Option<TcpListener>,
    notices: Vec<String>,
}

async fn run(loaded: Loaded, sources: Sources, host: HostedBy, log: &LogHandle) -> Result<(), AppError> {
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
    let collector = collector(&config, &mut ground, traces.clone());
    let audit = audit::open(&loaded, &ground.metrics)?;
    ground.audit = audit.clone();
    ground.log_levels = log.levels();
    let secrets = audit::secrets(&loaded);
    let access = Arc::new(http::Access::new(
        http::Rules::new(&config).map_err(AppError::Access)?,
    ));
    let kept_secrets = secrets::Secrets::start(&loaded, &ground);
    let spending = Arc::clone(&ground.spending);
    let kept_maintenance = answer::kept_maintenance(loaded.state_dir.as_deref());
    let snapshot = Snapshot::new(Arc::clone(&config), &ground, None);
    let service = Arc::new(AnswerService::new(snapshot, ground).with_settings(loaded));
    let material = http::tls::Material::new(&config.server)?;
    let tls = Arc::new(http::tls::Tls::new(material, Arc::clone(&service.metrics)));
    let (reloads, requests) = Reloads::channel();
    let reloader = Reloader::new(
        Arc::clone(&service),
        sources,
        requests,
        Exchanged {
            access: Arc::clone(&access),
            tls: Arc::clone(&tls),
            secrets: kept_secrets,
            collector,
            traces,
        },
    );
    let doors = open_doors(&config, host.by_host).await?;
    tracing::info!(listening = doors.plugin.describe(), "gRPC door is open");

    // Everything is built. Before the doors answer: what waited in a listener's queue must not hear "starting".
    if let Some(since) = kept_maintenance {
        service.admission.resume_maintenance(since);
        tracing::warn!(%since, "in maintenance as before the restart: new questions are refused");
    }
    service.admission.open();
    service.reloads_go_to(reloads);
    let stop = CancellationToken::new();
    let about = Arc::new(About {
        notices: doors.notices,
        page_server: (doors.relay.as_ref())
            .and_then(|listener| listener.local_addr().ok())
            .map(|address| format!("http://{address}")),
    });
    let plugin_door = tokio::spawn(plugin::serve(
        doors.plugin,
        Arc::clone(&service),
        about,
        Arc::clone(&tls),
        stop.clone(),
    ));
    let http_door = doors.http.map(|listener| {
        let (access, tls) = (Arc::clone(&access), Arc::clone(&tls));
        tokio::spawn(http::serve(
            listener,
            Arc::clone(&service),
            access,
            tls,
            stop.clone(),
        ))
    });
    let relay_door = doors.relay.map(|listener| {
        let (service, access) = (Arc::clone(&service), Arc::clone(&access));
        tokio::spawn(http::serve_relayed(listener, service, access, stop.clone()))
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
    let reloader = tokio::spawn(reloader.run(stop.clone()));
    audit::started(&audit, &secrets);
    tracing::info!(version = crate::telemetry::build_info().version, "ready");

    let ends_with_host = host.by_host && config.server.exit_with_parent == ExitWithParent::Auto;
    let reason = signals
        .wait_for_stop(log, &service, ends_with_host.then_some(host.parent))
        .await;
    let limit = service.snapshot().config.server.shutdown_timeout;
    tracing::info!(reason, "stopping");
    systemd::stopping();
    service.admission.drain();
    stop.cancel();
    let drained = tokio::time::timeout(limit, async {
        let plugin_outcome = plugin_door.await;
        for door in [http_door, relay_door].into_iter().flatten() {
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
    if let Ok(Some(collector)) = reloader.await {
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
    let relay = relay(config).await.unwrap_or_else(|error| {
        tracing::warn!(reason = %error, "there is no listener for atest's extension proxy");
        None
    });
    Ok(Doors {
        plugin,
        http,
        relay,
        notices,
    })
}

/// The listener for atest's extension proxy: on this machine alone, where atest is; any port, which atest asks for.
async fn relay(config: &Config) -> std::io::Result<Option<TcpListener>> {
    let is_wanted = config.server.extension_proxy;
    if !is_wanted.unwrap_or_else(|| config.access.opens(Scope::Api)) {
        return Ok(None);
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map(Some)
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

/// What SIGHUP asks for: files opened anew, and the config loaded again, which nobody waits for here.
fn hang_up(log: &LogHandle, service: &Arc<AnswerService>) {
    signals::reopen(log, service.audit());
    let service = Arc::clone(service);
    tokio::spawn(async move { service.reload(ReloadTrigger::Signal, Actor::SIGNAL).await });
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

    /// Waits for a reason to stop; meanwhile a hang-up reopens log files and reloads the config, and the others change log levels.
    async fn wait_for_stop(
        &mut self,
        log: &LogHandle,
        service: &Arc<AnswerService>,
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
                _ = self.hangup.recv() => hang_up(log, service),
                _ = self.debug.recv() => signals::debug(&log.levels(), service.audit()),
                _ = self.usual.recv() => signals::back(&log.levels(), service.audit()),
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
