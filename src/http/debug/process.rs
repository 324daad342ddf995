//! The facts about this process that commands need: where it answers, its id, its files.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::config::{Config, LogOutput, Tracing};
use crate::telemetry::build_info;

/// Where this process can be found.
#[derive(Debug, Serialize)]
pub(super) struct ThisProcess {
    /// Semantic version.
    pub version: &'static str,
    /// Commit that it was built from.
    pub commit: &'static str,
    /// Process id.
    pub pid: u32,
    /// The program's file.
    pub program: PathBuf,
    /// The file that the config was read from; `null` without one.
    pub config_file: Option<PathBuf>,
    /// Base URL of the HTTP listener, as this machine reaches it.
    pub http: String,
    /// The gRPC socket that atest calls.
    pub socket: PathBuf,
    /// `stdout`, `stderr` or `file`.
    pub log_output: &'static str,
    /// The log file, when lines go to one.
    pub log_file: Option<PathBuf>,
    /// The audit log; `null` when none is written.
    pub audit_file: Option<PathBuf>,
    /// The collector that traces are for; `null` while there are none.
    pub traces: Option<String>,
}

impl ThisProcess {
    pub(super) fn look(
        config: &Config,
        config_file: Option<PathBuf>,
        audit_file: Option<PathBuf>,
    ) -> ThisProcess {
        let build = build_info();
        let logging = &config.logging;
        let (log_output, log_file) = match &logging.output {
            LogOutput::Stdout => ("stdout", None),
            LogOutput::Stderr => ("stderr", None),
            LogOutput::File { path, .. } => ("file", Some(absolute(path))),
        };
        ThisProcess {
            version: build.version,
            commit: build.commit,
            pid: std::process::id(),
            program: program(),
            config_file: config_file.as_deref().map(absolute),
            http: format!("{}://{}", config.server.scheme(), config.server.reached_at()),
            socket: absolute(&config.server.socket_path),
            log_output,
            log_file,
            traces: collector(&config.tracing),
            audit_file: audit_file.as_deref().map(absolute),
        }
    }
}

fn collector(tracing: &Tracing) -> Option<String> {
    let given = tracing.traces_endpoint.as_ref().or(tracing.endpoint.as_ref());
    tracing
        .is_on()
        .then(|| given.map_or_else(|| "localhost, the default".into(), String::clone))
}

/// This program's file, while it is there: an update may have put another in its place.
fn program() -> PathBuf {
    match std::env::current_exe() {
        Ok(path) if path.is_file() => path,
        _ => "atest-ext-ai".into(),
    }
}

/// Paths in the config start at the folder that the plugin was started in, where a reader hardly is.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
