//! Which handler answers which path, and what every reply has in common.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::guard::{Gate, Kept, Peer, pass};
use super::health::{self, Probed};
use super::heartbeat::Heartbeat;
use super::rate::{Caller as RatedCaller, Rates};
use super::reply::refusal;
use super::{admin, debug, index, login, metrics, pprof, query, ui};
use crate::answer::AnswerService;
use crate::telemetry::RejectReason;

/// All routes.
pub(super) fn router(gate: Gate, heartbeat: Arc<Heartbeat>) -> Router {
    let service = Arc::clone(&gate.service);
    let kept = |kept| from_fn_with_state((gate.clone(), kept), pass);
    let probes = Router::new()
        .route("/health", get(health::overall))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/health/startup", get(health::startup))
        .with_state(Probed {
            service: Arc::clone(&service),
            heartbeat,
        });
    let exposition = Router::new()
        .route("/metrics", get(metrics::exposition))
        // A scrape shrinks to a fifteenth at a tenth of what the usual level costs.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .route_layer(kept(Kept::Metrics));
    let maintenance = get(admin::maintenance::maintenance_state)
        .post(admin::maintenance::maintenance_on)
        .delete(admin::maintenance::maintenance_off);
    let cache = get(admin::cache::cache_state).delete(admin::cache::cache_clear);
    let log_level = get(admin::log_level::log_level_state)
        .put(admin::log_level::log_level_change)
        .delete(admin::log_level::log_level_reset);
    let admin = Router::new()
        .route("/admin/maintenance-mode", maintenance)
        .route("/admin/cache", cache)
        .route("/admin/log-level", log_level)
        .route(
            "/admin/reload",
            get(admin::reload::reload_state).post(admin::reload::reload),
        )
        .route("/admin/config", get(admin::reload::config))
        .route_layer(kept(Kept::Administration));
    let debug = Router::new()
        .route("/debug", get(debug::with_slash))
        .route("/debug/", get(debug::debug))
        .route_layer(kept(Kept::Debugging));
    let page = Router::new()
        .route("/status", get(ui::status))
        .route("/ui/{file}", get(ui::file))
        // Fetched once an opening, often over a slow line.
        .layer(CompressionLayer::new().quality(CompressionLevel::Best))
        .route_layer(kept(Kept::Page));
    let quick = Router::new()
        .route("/", get(ui::root))
        .route("/paths", get(index::index))
        .route("/login", get(login::login_page).post(login::login))
        .route("/logout", post(login::logout))
        .merge(exposition)
        .merge(admin)
        .merge(debug)
        .merge(page)
        .with_state(gate.clone())
        .merge(probes)
        .layer(from_fn_with_state(Arc::clone(&service), in_time));
    // Each takes as long as its caller says, within bounds of its own.
    let profiles = Router::new()
        .route("/debug/pprof", get(pprof::with_slash))
        .route("/debug/pprof/", get(pprof::index::index))
        .route("/debug/pprof/cmdline", get(pprof::process::cmdline))
        .route(
            "/debug/pprof/symbol",
            get(pprof::process::symbol).post(pprof::process::symbol),
        )
        .route("/debug/pprof/{name}", get(pprof::profile))
        .route_layer(kept(Kept::Debugging))
        .with_state(Arc::clone(&service));
    let questions = Router::new()
        .route("/api/v1/data/query", post(query::data_query))
        .route_layer(kept(Kept::Questions))
        .with_state(Arc::clone(&service));
    with_what_is_common(quick.merge(profiles).merge(questions), service)
}

/// The one route of the listener for atest's extension proxy, whose paths have one segment.
pub(super) fn relayed(gate: Gate) -> Router {
    let questions = Router::new()
        .route("/query", post(query::data_query))
        .route_layer(from_fn_with_state((gate.clone(), Kept::RelayedQuestions), pass))
        .with_state(Arc::clone(&gate.service));
    with_what_is_common(questions, gate.service)
}

fn with_what_is_common(routes: Router, service: Arc<AnswerService>) -> Router {
    routes
        .fallback(no_such_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state((service, Arc::new(Rates::default())), in_rate))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn(common_headers))
}

/// Bounds a request by `server.timeout`. Questions are not among them: their own deadline is `ai.timeout`.
async fn in_time(State(service): State<Arc<AnswerService>>, request: Request, next: Next) -> Response {
    let limit = service.snapshot().config.server.timeout;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refusal(
            StatusCode::GATEWAY_TIMEOUT,
            format!("no reply within {} s (`server.timeout`)", limit.as_secs_f64()),
        ),
    }
}

/// Bounds the requests of one caller by `server.max_requests_per_second`. Whoever watches the plugin is not counted.
async fn in_rate(
    State((service, rates)): State<(Arc<AnswerService>, Arc<Rates>)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path == "/metrics" || path == "/health" || path.starts_with("/health/") {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<Peer>();
    let caller = peer.map_or(RatedCaller::Unknown, |peer| RatedCaller::at(peer.0.ip()));
    let per_second = service.snapshot().config.server.max_requests_per_second;
    let Err(wait) = rates.admit(caller, per_second) else {
        return next.run(request).await;
    };
    service.metrics.rejected(RejectReason::RateLimit);
    let mut response = refusal(
        StatusCode::TOO_MANY_REQUESTS,
        "more requests a second from this address than `server.max_requests_per_second` allows; send them more slowly",
    );
    // Whole seconds are all that the header has (RFC 9110, 10.2.3).
    let seconds = wait.as_secs() + 1;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

async fn no_such_path() -> Response {
    refusal(
        StatusCode::NOT_FOUND,
        "there is nothing at this path; GET /paths lists what there is",
    )
}

async fn wrong_method(method: Method) -> Response {
    refusal(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("this path does not take {method}; the header Allow names what it takes"),
    )
}

/// A panic ends one request. What it said is not repeated: it may hold the asker's words.
fn after_panic(_payload: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request handler panicked");
    refusal(
        StatusCode::INTERNAL_SERVER_ERROR,
        "a fault of the plugin ended this request; please report it with the log around this moment",
    )
}

/// Nothing here may be stored, framed, or read as another type than it is; and the index needs no script or style.
async fn common_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
