//! Probes that mean different things: started once, alive, taking questions, and a summary of all.
//!
//! | path | well means | on failure, an orchestrator should |
//! |---|---|---|
//! | `/health/startup` | everything was built once; stays well while draining | wait |
//! | `/health/live` | the runtime takes and finishes tasks; no provider is looked at | restart the process |
//! | `/health/ready` | not starting, draining or in maintenance, and a provider is able | send no questions |
//! | `/health` | all of these: what a balancer or a person asks who asks only once | send no questions |

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::heartbeat::Heartbeat;
use super::reply::json;
use crate::answer::{AnswerService, Check, Stage};
use crate::telemetry::build_info;

/// Longest time for a new task to be run before the runtime counts as stuck.
const TASK_DEADLINE: Duration = Duration::from_secs(2);
/// A heart that beats every second and was not heard for this long belongs to a runtime that does not turn. Long enough
/// for a machine that swaps or is paused for a moment.
const OLDEST_BEAT: Duration = Duration::from_secs(15);

/// What the probes look at.
#[derive(Debug, Clone)]
pub(super) struct Probed {
    pub service: Arc<AnswerService>,
    pub heartbeat: Arc<Heartbeat>,
}

/// Whether the query string has `verbose`, `verbose=1`, `verbose=true`, … among whatever else. A probe that is spelt
/// wrongly is still a probe, so nothing here is an error.
pub(super) fn is_verbose(query: Option<&str>) -> bool {
    query.unwrap_or_default().split('&').any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        name == "verbose" && !matches!(value, "0" | "false" | "no")
    })
}

#[derive(Serialize)]
struct Report<'a> {
    /// `ok` or `unavailable`.
    status: &'static str,
    version: &'static str,
    /// Names of the checks that failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<CheckLine<'a>>>,
}

#[derive(Serialize)]
struct CheckLine<'a> {
    name: &'a str,
    ok: bool,
    detail: &'a str,
}

/// `GET /health`
pub(super) async fn overall(State(probed): State<Probed>, RawQuery(query): RawQuery) -> Response {
    let mut checks = vec![started(&probed.service)];
    checks.extend(alive(&probed.heartbeat).await);
    checks.extend(readiness(&probed.service));
    report(&checks, query.as_deref())
}

/// `GET /health/startup`
pub(super) async fn startup(State(probed): State<Probed>, RawQuery(query): RawQuery) -> Response {
    report(&[started(&probed.service)], query.as_deref())
}

/// `GET /health/live`
pub(super) async fn live(State(probed): State<Probed>, RawQuery(query): RawQuery) -> Response {
    report(&alive(&probed.heartbeat).await, query.as_deref())
}

/// `GET /health/ready`
pub(super) async fn ready(State(probed): State<Probed>, RawQuery(query): RawQuery) -> Response {
    report(&readiness(&probed.service), query.as_deref())
}

fn started(service: &AnswerService) -> Check {
    let stage = service.admission.stage();
    Check {
        name: "startup",
        ok: stage != Stage::Starting,
        detail: match stage {
            Stage::Starting => "the plugin is still being built",
            Stage::Open | Stage::Leaving | Stage::Draining => "everything was built",
        }
        .into(),
    }
}

async fn alive(heartbeat: &Heartbeat) -> Vec<Check> {
    let age = heartbeat.age();
    vec![
        scheduler_turns().await,
        Check {
            name: "heartbeat",
            ok: age <= OLDEST_BEAT,
            detail: format!(
                "last beat {} ms ago, {} s allowed",
                age.as_millis(),
                OLDEST_BEAT.as_secs()
            ),
        },
    ]
}

/// Hands the runtime a new task and waits for it.
async fn scheduler_turns() -> Check {
    let handed_over = Instant::now();
    let outcome = tokio::time::timeout(
        TASK_DEADLINE,
        profiling::tasks::spawn("prove that tasks run", tokio::task::yield_now()),
    )
    .await;
    let took = handed_over.elapsed();
    Check {
        name: "scheduler",
        ok: matches!(outcome, Ok(Ok(()))),
        detail: match outcome {
            Ok(Ok(())) => format!("a new task was run in {} µs", took.as_micros()),
            Ok(Err(error)) => format!("a new task was not run: {error}"),
            Err(_) => format!("a new task was not run within {} s", TASK_DEADLINE.as_secs()),
        },
    }
}

/// What the service says of itself; no word at all is no good word.
fn readiness(service: &AnswerService) -> Vec<Check> {
    let mut checks = service.readiness();
    if checks.is_empty() {
        checks.push(Check {
            name: "readiness",
            ok: false,
            detail: "nothing was looked at".into(),
        });
    }
    checks
}

/// Whether questions are taken now: what `/health/ready` says and what is counted as ready.
pub(super) fn is_ready(service: &AnswerService) -> bool {
    readiness(service).iter().all(|check| check.ok)
}

fn report(checks: &[Check], query: Option<&str>) -> Response {
    let failed: Vec<&str> = checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| check.name)
        .collect();
    let (http_status, status) = if failed.is_empty() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    };
    let lines = checks.iter().map(|check| CheckLine {
        name: check.name,
        ok: check.ok,
        detail: &check.detail,
    });
    json(
        http_status,
        &Report {
            status,
            version: build_info().version,
            failed,
            checks: is_verbose(query).then(|| lines.collect()),
        },
    )
}

#[cfg(test)]
mod tests;
