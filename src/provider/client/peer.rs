//! The service at the other end: how each call to it is addressed and signed, and what comes of a call.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::config::ProviderKind;
use crate::config::kinds::Secret;
use crate::provider::{Endpoint, Failure, FailureKind, ProviderError};
use crate::telemetry::{Metrics, trace};

use super::body::{Answer, MAX_ERROR};
use super::status::Answered;
use super::{Client, Said, mask, quota, wait};

/// Headers that are the client's own: another value would break the call or its framing.
const RESERVED: [&str; 6] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "upgrade",
];

/// A service over the network.
pub(crate) struct Peer {
    name: String,
    kind: ProviderKind,
    endpoint: Endpoint,
    client: Client,
    /// What goes with each call; `Err` says which setting cannot be sent.
    headers: Result<HeaderMap, String>,
    /// What must not be repeated: the key and the values of extra headers.
    secrets: Vec<SecretString>,
    has_key: bool,
    stall_timeout: Duration,
    metrics: Option<Arc<Metrics>>,
}

/// A call that the service has turned down, at once or in the middle of its answer, or that did not reach it.
#[derive(Debug)]
pub(crate) struct Rejection {
    /// What follows from it.
    pub failure: Failure,
    /// What the service said, if it did.
    pub said: Said,
}

impl From<Rejection> for ProviderError {
    fn from(rejection: Rejection) -> ProviderError {
        rejection.failure.into()
    }
}

impl From<Failure> for Rejection {
    /// A failure about which the service said nothing.
    fn from(failure: Failure) -> Rejection {
        Rejection {
            failure,
            said: Said::default(),
        }
    }
}

impl Peer {
    /// `key` is sent as the kind wants it; `headers` come on top and may replace that.
    pub fn new(
        name: String,
        kind: ProviderKind,
        endpoint: Endpoint,
        key: Option<&SecretString>,
        headers: &BTreeMap<String, Secret>,
        client: Client,
        stall_timeout: Duration,
    ) -> Peer {
        // A key from a file often ends in a newline.
        let key = key
            .map(|key| key.expose_secret().trim())
            .filter(|key| !key.is_empty());
        let mut secrets: Vec<SecretString> = key.map(SecretString::from).into_iter().collect();
        secrets.extend(
            headers
                .values()
                .map(|value| SecretString::from(value.0.expose_secret().trim())),
        );
        Peer {
            headers: all_headers(&name, kind, key, headers),
            has_key: key.is_some()
                || headers
                    .keys()
                    .any(|name| name.eq_ignore_ascii_case("authorization")),
            name,
            kind,
            endpoint,
            client,
            secrets,
            stall_timeout,
            metrics: None,
        }
    }

    /// The same, and what it says of its rate limits is shown there.
    pub fn shown_in(self, metrics: Option<Arc<Metrics>>) -> Peer {
        Peer { metrics, ..self }
    }

    /// Asks for something; an answer is a good one (2xx, no web page).
    pub async fn get(&self, url: Url) -> Result<Answer, Rejection> {
        self.call(Method::GET, url, None, None).await
    }

    /// Sends a JSON body that is about a model; an answer is a good one (2xx, no web page).
    pub async fn post(&self, url: Url, body: Vec<u8>, model: &str) -> Result<Answer, Rejection> {
        self.call(Method::POST, url, Some(body), Some(model)).await
    }

    async fn call(
        &self,
        method: Method,
        url: Url,
        body: Option<Vec<u8>>,
        model: Option<&str>,
    ) -> Result<Answer, Rejection> {
        let headers = self
            .headers
            .clone()
            .map_err(|reason| Failure::new(FailureKind::BadRequest, reason))?;
        let http = self.client.http().await.map_err(|reason| {
            let message = format!("{} was not asked: {reason}", self.name);
            Failure::new(FailureKind::BadRequest, message)
        })?;
        let permit = self.client.permit(&self.name).await?;
        let mut request = reqwest::Request::new(method, url);
        *request.headers_mut() = headers;
        // The trace goes along, and nothing else of what the caller sent: no baggage, no tracestate.
        if let Some(context) = trace::outgoing()
            && let Ok(value) = HeaderValue::try_from(context.to_string())
        {
            request.headers_mut().insert(trace::TRACEPARENT, value);
        }
        *request.body_mut() = body.map(reqwest::Body::from);
        let response = http.client.execute(request).await;
        let response = response.map_err(|error| self.trouble(&error))?;
        let status = response.status().as_u16();
        let answer = Answer::new(response, permit, self.stall_timeout);
        if let Some(metrics) = &self.metrics {
            for (kind, share) in quota::left(answer.headers()) {
                metrics.rate_limit_remaining(&self.name, kind, share);
            }
        }
        match status {
            200..300 if answer.is_page() => Err(self
                .failure(
                    FailureKind::InvalidResponse,
                    "answered with a web page (HTML) instead of JSON: a login page, a proxy, or another server",
                    &format!("check ai.services.{}.endpoint", self.name),
                )
                .into()),
            200..300 => Ok(answer),
            300..400 => Err(self.redirected(status, &answer).into()),
            _ => Err(self.refused(status, answer, model).await),
        }
    }

    async fn refused(&self, status: u16, mut answer: Answer, model: Option<&str>) -> Rejection {
        let wait = wait::asked_for(answer.headers(), jiff::Timestamp::now());
        let said = match answer.is_page() {
            true => Said::default(),
            // Whatever of it came is enough.
            false => Said::read(&answer.up_to(MAX_ERROR).await),
        };
        let failure = self.answered(Answered {
            status,
            said: &said,
            wait,
            model,
        });
        Rejection { failure, said }
    }

    fn redirected(&self, status: u16, answer: &Answer) -> Failure {
        let location = answer.headers().get(http::header::LOCATION);
        let target = location
            .and_then(|value| value.to_str().ok())
            .and_then(|text| Url::parse(&self.endpoint.to_string()).ok()?.join(text).ok());
        // Of the address only the host: a query may hold a token.
        let host = target
            .as_ref()
            .and_then(Url::host_str)
            .map_or("nowhere".to_owned(), |host| mask::repeatable(host, &self.secrets));
        let mut failure = self.failure(
            FailureKind::Policy,
            &format!("sends to another place, {host} (HTTP {status}), and redirects are not followed"),
            &format!(
                "write the final address into ai.services.{}.endpoint if you trust it",
                self.name
            ),
        );
        failure.status = Some(status);
        failure
    }

    /// A failure of this service: what it did, and what to do next.
    pub fn failure(&self, kind: FailureKind, what: &str, then: &str) -> Failure {
        Failure::new(kind, format!("{} at {} {what}; {then}", self.name, self.endpoint))
    }

    /// An error that stood in the middle of a good answer.
    pub fn error_inside(&self, said: Said, model: Option<&str>) -> Rejection {
        let failure = self.answered(Answered {
            status: 200,
            said: &said,
            wait: None,
            model,
        });
        Rejection { failure, said }
    }

    /// What of its words may be repeated to the asker.
    pub fn repeatable(&self, words: &str) -> String {
        mask::repeatable(words, &self.secrets)
    }

    /// The failure of an answer that repeats a secret.
    pub fn gave_away(&self) -> Failure {
        self.failure(
            FailureKind::InvalidResponse,
            "wrote a key that it was sent into its answer, which is therefore not used",
            "see what answers there",
        )
    }

    /// Whether words of its own hold a secret that it was sent.
    pub fn gives_away(&self, words: &str) -> bool {
        mask::gives_away(words, &self.secrets)
    }

    /// Its name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it speaks.
    pub fn kind(&self) -> ProviderKind {
        self.kind
    }

    /// Where it is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(super) fn secrets(&self) -> &[SecretString] {
        &self.secrets
    }

    pub(super) fn has_key(&self) -> bool {
        self.has_key
    }

    pub(super) fn patience(&self) -> Duration {
        self.client.patience()
    }

    pub(super) fn has_authorities(&self) -> bool {
        self.client.has_authorities()
    }

    pub(super) fn is_proxied(&self) -> bool {
        self.client.is_proxied() && !self.endpoint.is_loopback()
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("endpoint", &self.endpoint)
            .field("has_key", &self.has_key)
            .finish_non_exhaustive()
    }
}

fn all_headers(
    name: &str,
    kind: ProviderKind,
    key: Option<&str>,
    extra: &BTreeMap<String, Secret>,
) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::with_capacity(4 + extra.len());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if kind == ProviderKind::Anthropic {
        headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
    }
    if let Some(key) = key {
        let (header, value) = match kind {
            ProviderKind::Anthropic => (HeaderName::from_static("x-api-key"), HeaderValue::from_str(key)),
            _ => (AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {key}"))),
        };
        let mut value = value.map_err(|_| {
            format!(
                "the key of {name} cannot be sent: it holds a character that no header can; \
                 check ai.services.{name}.api_key for line breaks"
            )
        })?;
        value.set_sensitive(true);
        headers.insert(header, value);
    }
    for (written, value) in extra {
        let unusable = |why: &str| format!("the header {written:?} of {name} cannot be sent: {why}");
        let header = HeaderName::from_bytes(written.trim().as_bytes())
            .map_err(|_| unusable("that is no name of a header"))?;
        if RESERVED.contains(&header.as_str()) {
            return Err(unusable("it is one that each call sets for itself; remove it"));
        }
        let mut value = HeaderValue::from_str(value.0.expose_secret().trim())
            .map_err(|_| unusable("its value holds a character that no header can"))?;
        value.set_sensitive(true);
        headers.insert(header, value);
    }
    Ok(headers)
}
