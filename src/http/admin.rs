//! Administration of a running plugin: maintenance mode, the caches, log levels, and the config.

pub(super) mod cache;
pub(super) mod log_level;
pub(super) mod reload;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;

use super::guard::Sender;
use super::reply::json;
use crate::answer::AnswerService;
use crate::telemetry::audit::{Event, Outcome, Record};

/// The state of maintenance mode as replies show it.
#[derive(Serialize)]
struct Maintenance {
    maintenance: bool,
    /// RFC 3339; `null` while it is off.
    since: Option<Timestamp>,
}

/// `GET /admin/maintenance-mode`: the state.
pub(super) async fn maintenance_state(State(service): State<Arc<AnswerService>>) -> Response {
    state_of(&service)
}

/// `POST /admin/maintenance-mode`: new questions are refused, readiness fails; probes, metrics and what is under way go
/// on. A second POST changes nothing.
pub(super) async fn maintenance_on(
    State(service): State<Arc<AnswerService>>,
    Sender(actor): Sender,
) -> Response {
    let was_on = service.admission.set_maintenance(true);
    service.audit().record(&Record {
        event: Event::MaintenanceOn,
        outcome: Outcome::Success,
        actor: &actor,
        target: "maintenance_mode",
        details: serde_json::json!({ "changed": !was_on }),
    });
    if !was_on {
        tracing::warn!("maintenance mode is on: new questions are refused");
    }
    state_of(&service)
}

/// `DELETE /admin/maintenance-mode`: questions are taken again.
pub(super) async fn maintenance_off(
    State(service): State<Arc<AnswerService>>,
    Sender(actor): Sender,
) -> Response {
    let was_on = service.admission.set_maintenance(false);
    service.audit().record(&Record {
        event: Event::MaintenanceOff,
        outcome: Outcome::Success,
        actor: &actor,
        target: "maintenance_mode",
        details: serde_json::json!({ "changed": was_on }),
    });
    if was_on {
        tracing::info!("maintenance mode is off: questions are taken again");
    }
    state_of(&service)
}

fn state_of(service: &AnswerService) -> Response {
    let since = service.admission.maintenance_since();
    json(
        StatusCode::OK,
        &Maintenance {
            maintenance: since.is_some(),
            since,
        },
    )
}
