//! Loading the config again, and looking at the one in effect.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::answer::{AnswerService, Reloaded};
use crate::config::show;
use crate::http::guard::Sender;
use crate::http::reply::{json as reply, refusal, refusal_for};
use crate::telemetry::ReloadTrigger;

/// `GET /admin/reload`: what became of the last one.
pub(in crate::http) async fn reload_state(State(service): State<Arc<AnswerService>>) -> Response {
    match service.last_reload() {
        Some(reloaded) => reply(StatusCode::OK, &*reloaded),
        None => reply(StatusCode::OK, &json!({ "result": Value::Null })),
    }
}

/// `POST /admin/reload`: loads the config. 200 when it is in effect, 422 with everything that is wrong when it is not.
pub(in crate::http) async fn reload(
    State(service): State<Arc<AnswerService>>,
    Sender(actor): Sender,
) -> Response {
    match service.reload(ReloadTrigger::Admin, actor).await {
        Some(reloaded) if reloaded.is_right() => reply(StatusCode::OK, &reloaded),
        Some(reloaded) => refused(&reloaded),
        None => refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "the plugin is starting or stopping and loads no config now",
        ),
    }
}

fn refused(reloaded: &Reloaded) -> Response {
    refusal_for(
        StatusCode::UNPROCESSABLE_ENTITY,
        format!(
            "the config was not loaded again, and the one in effect stays: {}",
            reloaded.reason()
        ),
        &reloaded.problems,
    )
}

/// `GET /admin/config`: every setting in effect, and where it comes from. Secrets are masked.
pub(in crate::http) async fn config(State(service): State<Arc<AnswerService>>) -> Response {
    let settings = service.settings().await;
    let Some(loaded) = settings.loaded() else {
        return refusal(
            StatusCode::NOT_FOUND,
            "this process has no config that could be shown",
        );
    };
    let waiting = service
        .last_reload()
        .map(|last| last.needs_restart.clone())
        .unwrap_or_default();
    let list = show::as_json(&show::effective(loaded));
    reply(
        StatusCode::OK,
        &json!({ "file": loaded.file, "needs_restart": waiting, "settings": list }),
    )
}
