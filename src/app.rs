//! Builds everything from one checked config, starts the doors, stops in order.

mod audit;
mod parent;
mod parts;
mod reload;
mod secrets;
mod serving;
mod signals;
mod systemd;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::answer::feedback::Feedback;
use crate::answer::{AnswerService, Ground};
use crate::config::{ClientAuth, Config, ExitWithParent, Loaded, Problems, Scope, Sources};
use crate::plugin::{ListenOptions, Listeners};
use crate::provider::{Spending, metric_labels};
use crate::telemetry::audit::{Actor, Audit, AuditError, Outcome};
use crate::telemetry::logs::{LogCounts, LogHandle, LogLevels};
use crate::telemetry::trace::{TraceCounts, Tracer};
use crate::telemetry::{Metrics, ReloadTrigger, logs};
use crate::{database, http, plugin};

use parts::Parts;
use serving::Serving;

/// Threads for work that blocks: reading schemas, linking words. Each is idle most of the time.
const BLOCKING_THREADS: usize = 16;
/// Longest wait for logs and sockets after the doors are closed.
const LAST_STEPS: Duration = Duration::from_secs(5);
/// Longest time for sending the last traces.
const LAST_TRACES: Duration = Duration::from_secs(5);

/// Where `stores.yaml` files point that were written for the Go plugin.
const DEFAULT_SOCKET: &str = "/tmp/atest-ext-ai.sock";

/// The reason of a stop that nobody asked for.
const HOST_GONE: &str = "the host that started the plugin is gone";

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
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    profiling::tasks::install(&mut runtime);
    let runtime = runtime
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
        database::check(loaded),
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
        feedback: Arc::new(Feedback::new(loaded.state_dir.clone())),
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
    let server = loaded.config.server.clone();
    let ends_with_host = host.by_host && server.exit_with_parent == ExitWithParent::Auto;
    let parts = Parts::build(loaded, sources, log)?;
    let doors = open_doors(&parts.config, host.by_host).await?;
    tracing::info!(listening = doors.plugin.describe(), "gRPC door is open");

    let (service, audit) = (Arc::clone(&parts.service), parts.audit.clone());
    let serving = Serving::begin(parts, doors, log);
    tracing::info!(version = crate::telemetry::build_info().version, "ready");
    let reason = signals
        .wait_for_stop(log, &service, ends_with_host.then_some(host.parent))
        .await;

    tracing::info!(reason, "stopping");
    systemd::stopping();
    let stopped = async {
        // No balancer stands between the plugin and the host that started it.
        if reason != HOST_GONE {
            leave(&service).await;
        }
        service.admission.drain();
        let limit = service.snapshot().config.server.shutdown_timeout;
        serving.end(limit).await
    };
    let outcome = tokio::select! {
        outcome = stopped => outcome,
        () = signals.second() => {
            tracing::warn!("a second signal: ending at once");
            audit::stopped(&audit, "a second signal", Outcome::Failed);
            log.flush();
            std::process::exit(1);
        }
    };
    let how = if outcome.is_ok() {
        Outcome::Success
    } else {
        Outcome::Failed
    };
    audit::stopped(&audit, reason, how);
    outcome
}

/// Takes questions for `server.shutdown_delay` more, while it says already that it is not ready: a question that a balancer
/// sends before it has seen that is answered like any other.
async fn leave(service: &AnswerService) {
    let delay = service.snapshot().config.server.shutdown_delay;
    if delay.is_zero() {
        return;
    }
    service.admission.leave();
    tracing::info!(
        delay_s = delay.as_secs_f64(),
        "not ready any more; questions are taken until balancers have seen it"
    );
    tokio::time::sleep(delay).await;
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
    profiling::tasks::spawn("reload the config as a signal asked", async move {
        service.reload(ReloadTrigger::Signal, Actor::SIGNAL).await
    });
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
                () = &mut host_gone => return HOST_GONE,
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
