//! `/debug/pprof/`: profiles of this process, under the paths and with the parameters that Go programs have.
//!
//! For local callers and those with the scope `debug` only. `format=svg` draws a flame graph, `format=folded` gives its lines,
//! `debug=1` and `debug=2` give text.

mod ask;
pub(super) mod index;
pub(super) mod process;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use profiling::execution::Trace;
use profiling::flame;
use profiling::pprof::Profile;
use profiling::tasks::{self, Detail};

use self::ask::{Asked, Format};
use super::reply::{of_type, refusal};
use crate::answer::AnswerService;
use crate::telemetry::profiles::{self, ProfileError, ProfileName, ProfileOutcome, Taken, TraceFormat};

/// A flame graph has one script and one style of its own. They run without the rights of this origin.
const DRAWN: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
     sandbox allow-scripts; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// `GET /debug/pprof/{name}`
pub(super) async fn profile(
    State(service): State<Arc<AnswerService>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(name) = ProfileName::find(&name) else {
        let names: Vec<&str> = profiles::ALL.into_iter().map(ProfileName::word).collect();
        return refusal(
            StatusCode::NOT_FOUND,
            format!(
                "there is no profile of that name; there are: {}",
                names.join(", ")
            ),
        );
    };
    let asked = match Asked::read(name, query.as_deref().unwrap_or_default()) {
        Ok(asked) => asked,
        Err(message) => {
            service.metrics.profiled(name, ProfileOutcome::Refused);
            return refusal(StatusCode::BAD_REQUEST, message);
        }
    };
    if let (ProfileName::Tasks, Format::Text { each }) = (name, asked.format) {
        service.metrics.profiled(name, ProfileOutcome::Taken);
        return plain(tasks::text(if each { Detail::Each } else { Detail::Groups }));
    }
    let taken = tokio::select! {
        taken = profiles::take(&service.metrics, asked.ask) => taken,
        () = service.admission.drains() => return refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "the plugin is stopping; the profile was ended",
        ),
    };
    let written = match taken {
        Ok(taken) => profiles::aside("write a profile", move || written(name, &taken, asked.format)).await,
        Err(error) => Err(error),
    };
    written.unwrap_or_else(|error| refused(&error))
}

/// `GET /debug/pprof`: the page is at `/debug/pprof/`, where its links belong.
pub(super) async fn with_slash() -> Response {
    Redirect::permanent("/debug/pprof/").into_response()
}

fn written(name: ProfileName, taken: &Taken, format: Format) -> Response {
    match taken {
        Taken::Profile(profile) => reply(name, profile, format),
        Taken::Trace(trace) => traced(trace, format),
    }
}

fn reply(name: ProfileName, profile: &Profile, format: Format) -> Response {
    match format {
        Format::Usual | Format::Perfetto => download(name.word(), profile.to_gzip()),
        Format::Text { .. } => plain(profile.to_text(name.word())),
        Format::Folded(kind) => match profile.folded(kind) {
            Some(lines) => plain(lines.join("\n") + "\n"),
            None => refusal(StatusCode::NOT_FOUND, format!("the profile has no {kind}")),
        },
        Format::Svg(kind) => {
            match flame::svg(profile, kind, &format!("atest-ext-ai: {} ({kind})", name.word())) {
                Ok(picture) => drawn(picture),
                Err(error @ flame::Error::Empty(_)) => refusal(StatusCode::NOT_FOUND, error.to_string()),
                Err(error @ flame::Error::Draw(_)) => {
                    refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
                }
            }
        }
    }
}

fn traced(trace: &Trace, format: Format) -> Response {
    let (name, format) = match format {
        Format::Perfetto => ("trace.perfetto", TraceFormat::Perfetto),
        _ => ("trace", TraceFormat::Go),
    };
    let lost = trace.summary().lost;
    let mut response = download(name, profiles::trace_file(trace, format));
    // Both tools show it too; who loads the file by a script reads it here.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-trace-events-lost"), lost.events.into());
    response
}

/// A file, as Go sends it.
fn download(name: &str, body: impl Into<Body>) -> Response {
    let mut response = of_type(StatusCode::OK, "application/octet-stream", body);
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

fn plain(text: String) -> Response {
    of_type(StatusCode::OK, "text/plain; charset=utf-8", text)
}

fn drawn(picture: Vec<u8>) -> Response {
    let mut response = of_type(StatusCode::OK, "image/svg+xml", picture);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DRAWN));
    response
}

fn refused(error: &ProfileError) -> Response {
    let status = match error {
        ProfileError::Busy(..) => StatusCode::CONFLICT,
        ProfileError::Bounds(_) => StatusCode::BAD_REQUEST,
        ProfileError::Unsupported(_) => StatusCode::NOT_IMPLEMENTED,
        ProfileError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = refusal(status, error.to_string());
    if let ProfileError::Busy(_, left) = error {
        // Whole seconds are all that the header has (RFC 9110, 10.2.3).
        let seconds = left.as_secs() + 1;
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    // By it pprof knows that the body says why (net/http/pprof).
    response.headers_mut().insert(
        HeaderName::from_static("x-go-pprof"),
        HeaderValue::from_static("1"),
    );
    response
}

#[cfg(test)]
mod tests;
