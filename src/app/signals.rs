//! What the signals of an operator do to the log: SIGHUP opens files anew, SIGUSR1 has debug lines written for a while,
//! SIGUSR2 ends that.

use serde_json::json;

use crate::telemetry::audit::{Actor, Audit, Event, Outcome, Record};
use crate::telemetry::logs::{LogHandle, LogLevels};

/// SIGHUP: the log file and the audit log, after a tool like logrotate has moved them away.
pub(super) fn reopen(log: &LogHandle, audit: &Audit) {
    match log.reopen() {
        Ok(()) => tracing::info!("SIGHUP: log file reopened"),
        Err(error) => tracing::error!(%error, "SIGHUP: the log file cannot be reopened"),
    }
    if let Err(error) = audit.reopen() {
        tracing::error!(reason = %error.kind(), "SIGHUP: the audit log cannot be reopened");
    }
}

/// SIGUSR1.
pub(super) fn debug(levels: &LogLevels, audit: &Audit) {
    let until = levels.debug().until.map(|until| until.to_string());
    tracing::info!(until, "SIGUSR1: debug lines are written");
    record(
        audit,
        &Actor::SIGNAL,
        json!({ "signal": "SIGUSR1", "level": "debug", "until": until }),
    );
}

/// SIGUSR2.
pub(super) fn back(levels: &LogLevels, audit: &Audit) {
    levels.reset(|| tracing::info!("SIGUSR2: log levels are the config's again"));
    record(
        audit,
        &Actor::SIGNAL,
        json!({ "signal": "SIGUSR2", "reset": true }),
    );
}

/// Ends changes of log levels when their time is over.
pub(super) async fn keep_time(levels: LogLevels, audit: Audit) {
    levels
        .keep_time(|| {
            tracing::info!("the time of the changed log levels is over: they are the config's again");
            record(
                &audit,
                &Actor::PLUGIN,
                json!({ "reset": true, "reason": "its time is over" }),
            );
        })
        .await;
}

fn record(audit: &Audit, actor: &Actor, details: serde_json::Value) {
    audit.record(&Record {
        event: Event::LogLevelChange,
        outcome: Outcome::Success,
        actor,
        target: "logging.level",
        details,
    });
}
