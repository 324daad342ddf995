//! Sends profiles to a server in the form of Pyroscope's `POST /ingest`
//! (<https://grafana.com/docs/pyroscope/latest/reference-server-api/>): the profile is a part of a form, the rest stands in
//! the query string.
//!
//! `format` is left out: with `format=pprof` the server takes the whole body for the profile, and with a form beside it
//! nothing can be read (`readInputRawDataFromRequest` in `pkg/ingester/pyroscope/ingest_handler.go`). The types of samples
//! (`cpu`, `inuse_space`, …) are those that it knows, so no `sample_type_config` is sent.

use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, StatusCode};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use crate::config::{Config, ContinuousProfiling, is_on_this_machine};
use crate::telemetry::build_info;
use crate::telemetry::label::ProfileCause;

/// Longest time for sending one profile, its answer included.
const PATIENCE: Duration = Duration::from_secs(10);
/// Who calls.
const USER_AGENT: &str = concat!("atest-ext-ai/", env!("CARGO_PKG_VERSION"));

/// Why the server has not taken a profile. No message repeats its URL or what it answers: both may hold secrets.
#[derive(Debug, thiserror::Error, PartialEq)]
pub(super) enum PushError {
    /// Nothing listens.
    #[error(
        "it refuses the connection: nothing listens there; start it, or check profiling.continuous.push_url"
    )]
    Refused,
    /// The name of its host is unknown.
    #[error("no name server knows its host; check profiling.continuous.push_url")]
    UnknownHost,
    /// It did not answer.
    #[error("it did not answer within {} s; check it and the network", PATIENCE.as_secs())]
    Slow,
    /// It did not like what it was sent.
    #[error("it answers with status {}; {}", .0.as_u16(), advice(*.0))]
    Status(StatusCode),
    /// Something else of the network.
    #[error("the connection failed: {0}; check profiling.continuous.push_url and the network")]
    Network(String),
    /// Nothing was sent.
    #[error("{0}")]
    Local(&'static str),
}

fn advice(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 => "check profiling.continuous.push_headers",
        404 | 405 => "check profiling.continuous.push_url: /ingest is added to it",
        300..=399 => "redirects are not followed: write the URL that it leads to",
        429 => "it asks for fewer profiles: make profiling.continuous.interval longer",
        _ => "look into its log",
    }
}

/// What is sent beside the profile.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub cause: ProfileCause,
    pub began: SystemTime,
    pub ended: SystemTime,
}

/// Sends profiles. Its connection is kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Pusher {
    /// The URL that the client is for.
    client: Mutex<Option<(String, Client)>>,
}

impl Pusher {
    /// Sends one, once. Dropping the future ends it.
    ///
    /// # Errors
    /// The server has not taken it, or nothing could be sent.
    pub(super) async fn push(
        &self,
        url: &str,
        config: &Config,
        about: About,
        profile: Vec<u8>,
    ) -> Result<(), PushError> {
        let settings = &config.profiling.continuous;
        let form = Form::new().part("profile", Part::bytes(profile).file_name("profile.pprof"));
        let sent = self
            .client(url)
            .await?
            .post(ingest_url(url, config, about))
            .headers(headers(settings)?)
            .timeout(PATIENCE)
            .multipart(form)
            .send()
            .await;
        match sent {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(PushError::Status(response.status())),
            Err(error) => Err(of_network(&error)),
        }
    }

    async fn client(&self, url: &str) -> Result<Client, PushError> {
        let mut made = self.client.lock().await;
        if let Some((made_for, client)) = &*made
            && made_for == url
        {
            return Ok(client.clone());
        }
        let unusable =
            PushError::Local("no HTTP client can be made: the certificates of this machine cannot be read");
        let for_url = url.to_owned();
        // Reads the system's certificates, some 150 of them: not on a runtime worker.
        let client =
            match profiling::tasks::spawn_blocking("make the client for profiles", move || build(&for_url))
                .await
            {
                Ok(Ok(client)) => client,
                _ => return Err(unusable),
            };
        *made = Some((url.to_owned(), client.clone()));
        Ok(client)
    }
}

fn build(url: &str) -> reqwest::Result<Client> {
    let start = || {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(PATIENCE)
            // Followed, a redirect would carry the headers to a place that nobody has named.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if is_on_this_machine(url) {
            builder.no_proxy()
        } else {
            builder
        }
    };
    let needs_authorities = !url.trim().to_ascii_lowercase().starts_with("http://");
    if needs_authorities {
        return start().build();
    }
    // In plain text, nobody's certificate is looked at, and 150 of them need not be in memory.
    start().tls_certs_only([]).build()
}

fn headers(settings: &ContinuousProfiling) -> Result<HeaderMap, PushError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &settings.push_headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_str(value.0.expose_secret().trim());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            return Err(PushError::Local(
                "a header cannot be sent; check profiling.continuous.push_headers",
            ));
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn ingest_url(url: &str, config: &Config, about: About) -> String {
    let seconds = |at: SystemTime| at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let from = seconds(about.began);
    // A heap profile takes no second, and a server may want the end after the beginning.
    let until = seconds(about.ended).max(from + 1);
    format!(
        "{}/ingest?name={}&from={from}&until={until}&sampleRate={}&spyName=atest-ext-ai",
        url.trim().trim_end_matches('/'),
        utf8_percent_encode(&name(config, about.cause), NON_ALPHANUMERIC),
        config.profiling.continuous.hertz,
    )
}

/// `name{label=value,…}`
fn name(config: &Config, cause: ProfileCause) -> String {
    let named = config.profiling.continuous.push_name.as_deref();
    format!(
        "{}{{version={},environment={},cause={}}}",
        plain(named.unwrap_or(&config.tracing.service_name)),
        plain(build_info().version),
        plain(&config.plugin.environment),
        ProfileCause::WORDS[cause as usize]
    )
}

/// A text without what has a meaning in such a name.
fn plain(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    text.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

fn of_network(error: &reqwest::Error) -> PushError {
    let chain = std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source());
    let is_refused = chain
        .clone()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::ConnectionRefused);
    if error.is_timeout() {
        PushError::Slow
    } else if is_refused {
        PushError::Refused
    } else if error.is_dns() {
        PushError::UnknownHost
    } else {
        // The innermost reason: the outer ones repeat the URL.
        let reason = chain.last().filter(|cause| !cause.is::<reqwest::Error>());
        PushError::Network(reason.map_or_else(|| "it broke off".to_owned(), ToString::to_string))
    }
}

#[cfg(test)]
mod tests;
