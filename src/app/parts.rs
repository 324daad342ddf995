//! What the plugin is made of, built from one checked config before any door opens.

use std::path::PathBuf;
use std::sync::Arc;

use super::reload::{Exchanged, Reloader};
use super::secrets::Secrets;
use super::{AppError, audit, ground};
use crate::answer::{self, AnswerService, Ground, Reloads, Snapshot};
use crate::config::{Config, Loaded, Sources, Topic};
use crate::http;
use crate::provider::Spending;
use crate::telemetry::audit::Audit;
use crate::telemetry::logs::LogHandle;
use crate::telemetry::trace::{Collector, TraceCounts};

/// Everything but the doors.
pub(super) struct Parts {
    /// The config of the start.
    pub config: Arc<Config>,
    pub service: Arc<AnswerService>,
    pub access: Arc<http::Access>,
    pub tls: Arc<http::tls::Tls>,
    pub reloader: Reloader,
    /// Where reloads are asked for.
    pub reloads: Reloads,
    pub audit: Audit,
    pub spending: Arc<Spending>,
    /// The folder for what outlives the process.
    pub state_dir: Option<PathBuf>,
    /// The keys of the secrets in use, and where each comes from.
    pub secrets: Vec<(String, String)>,
}

impl Parts {
    /// Builds everything. What the last run left behind is taken up: spending, maintenance.
    pub(super) fn build(loaded: Loaded, sources: Sources, log: &LogHandle) -> Result<Parts, AppError> {
        tell(&loaded);
        let config = Arc::new(loaded.config.clone());
        let traces = TraceCounts::default();
        let mut ground = ground(&loaded, log.counts(), traces.clone());
        let collector = collector(&config, &mut ground, traces.clone());
        let audit = audit::open(&loaded, &ground.metrics)?;
        ground.audit = audit.clone();
        ground.log_levels = log.levels();
        let secrets = audit::secrets(&loaded);
        let rules = http::Rules::new(&config).map_err(AppError::Access)?;
        let access = Arc::new(http::Access::new(rules));
        let kept_secrets = Secrets::start(&loaded, &ground);
        let spending = Arc::clone(&ground.spending);
        let kept_maintenance = answer::kept_maintenance(loaded.state_dir.as_deref());
        let state_dir = loaded.state_dir.clone();
        let snapshot = Snapshot::new(Arc::clone(&config), &ground, None);
        let service = Arc::new(AnswerService::new(snapshot, ground).with_settings(loaded));
        if let Some(since) = kept_maintenance {
            service.admission.resume_maintenance(since);
            tracing::warn!(%since, "in maintenance as before the restart: new questions are refused");
        }
        let material = http::tls::Material::new(&config.server)?;
        let tls = Arc::new(http::tls::Tls::new(material, Arc::clone(&service.metrics)));
        let (reloads, requests) = Reloads::channel();
        let exchanged = Exchanged {
            access: Arc::clone(&access),
            tls: Arc::clone(&tls),
            secrets: kept_secrets,
            collector,
            traces,
        };
        Ok(Parts {
            reloader: Reloader::new(Arc::clone(&service), sources, requests, exchanged),
            config,
            service,
            access,
            tls,
            reloads,
            audit,
            spending,
            state_dir,
            secrets,
        })
    }
}

/// What is worth knowing of the config. How defaults differ from the Go plugin's is told by --validate; at each start it
/// would only be noise.
fn tell(loaded: &Loaded) {
    let notices = loaded.notices.iter();
    for notice in notices.filter(|notice| notice.topic != Topic::Difference) {
        tracing::info!(setting = notice.key, "{}", notice.text);
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
