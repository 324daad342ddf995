//! Switching questions off and on.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;

use crate::answer::AnswerService;
use crate::http::guard::Sender;
use crate::http::reply::{json, refusal};
use crate::telemetry::audit::{Actor, Event, Outcome, Record};

/// The state of maintenance mode as replies show it.
#[derive(Serialize)]
struct Maintenance {
    maintenance: bool,
    /// RFC 3339; `null` while it is off.
    since: Option<Timestamp>,
    /// Whether the next start begins in it.
    persistent: bool,
    /// Questions under way.
    in_flight: i64,
}

/// `GET /admin/maintenance-mode`: the state.
pub(in crate::http) async fn maintenance_state(State(service): State<Arc<AnswerService>>) -> Response {
    state_of(&service).await
}

/// `POST /admin/maintenance-mode`: new questions are refused, readiness fails; probes, metrics and what is under way go
/// on. With `?persist` a restart begins in it too. A second POST changes nothing but that.
pub(in crate::http) async fn maintenance_on(
    State(service): State<Arc<AnswerService>>,
    RawQuery(query): RawQuery,
    Sender(actor): Sender,
) -> Response {
    let Some(persists) = is_to_persist(query.as_deref()) else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "only ?persist is known here: the next start begins in maintenance too",
        );
    };
    let was_on = service.admission.set_maintenance(true);
    if !was_on {
        tracing::warn!("maintenance mode is on: new questions are refused");
    }
    let kept = match persists {
        true => service.keep_maintenance().await,
        false => Ok(()),
    };
    record(
        &service,
        &actor,
        Event::MaintenanceOn,
        !was_on,
        persists && kept.is_ok(),
    );
    if let Err(error) = kept {
        return refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("maintenance mode is on, but not for the next start: {error}"),
        );
    }
    state_of(&service).await
}

/// Whether the query string has maintenance outlive the process; `None` when it says something else.
pub(in crate::http) fn is_to_persist(query: Option<&str>) -> Option<bool> {
    match query.unwrap_or_default() {
        "" => Some(false),
        "persist" | "persist=true" | "persist=1" => Some(true),
        _ => None,
    }
}

/// `DELETE /admin/maintenance-mode`: questions are taken again, also after a restart.
pub(in crate::http) async fn maintenance_off(
    State(service): State<Arc<AnswerService>>,
    Sender(actor): Sender,
) -> Response {
    let was_on = service.admission.set_maintenance(false);
    if was_on {
        tracing::info!("maintenance mode is off: questions are taken again");
    }
    let kept = service.keep_maintenance().await;
    record(&service, &actor, Event::MaintenanceOff, was_on, false);
    if let Err(error) = kept {
        return refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("maintenance mode is off, but the next start begins in it again: {error}"),
        );
    }
    state_of(&service).await
}

fn record(service: &AnswerService, actor: &Actor, event: Event, changed: bool, persistent: bool) {
    service.audit().record(&Record {
        event,
        outcome: Outcome::Success,
        actor,
        target: "maintenance_mode",
        details: serde_json::json!({ "changed": changed, "persistent": persistent }),
    });
}

async fn state_of(service: &AnswerService) -> Response {
    let since = service.admission.maintenance_since();
    json(
        StatusCode::OK,
        &Maintenance {
            maintenance: since.is_some(),
            since,
            persistent: service.maintenance_is_kept().await,
            in_flight: service.metrics.requests_in_flight(),
        },
    )
}
