//! One call over the wire: bounded, without redirects, with the token in a header that no library prints.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Method};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{Failure, FailureKind, Settings, Vault};
use crate::config::endpoint;

/// Largest reply, in bytes. A secret has at most 1 MiB in Vault's own storage.
const LARGEST_REPLY: usize = 2 << 20;

/// Who calls.
const USER_AGENT: &str = concat!("atest-ext-ai/", env!("CARGO_PKG_VERSION"));

/// What stays as it is in a part of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A reply without trouble of Vault's own.
pub(super) struct Reply {
    pub status: u16,
    /// Null when it was no JSON.
    pub body: Value,
}

impl Vault {
    /// Calls Vault with the token of the sign-in.
    pub(super) async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, Failure> {
        let token = self.token.as_ref().map(|token| token.secret.clone());
        self.call_as(token.as_ref(), method, path, body).await
    }

    /// Calls Vault with that token, or with none.
    pub(super) async fn call_as(
        &mut self,
        token: Option<&SecretString>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, Failure> {
        let outcome = self.exchange(token, method, path, body).await;
        if matches!(&outcome, Err(failure) if failure.kind == FailureKind::Unreachable) {
            self.http = None;
        }
        outcome
    }

    async fn exchange(
        &mut self,
        token: Option<&SecretString>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, Failure> {
        let client = self.client().await?;
        let base = self.settings.address.as_deref().unwrap_or_default();
        let url = format!("{}/v1/{}", base.trim().trim_end_matches('/'), encoded(path));
        let headers = headers(token, self.settings.namespace.as_deref())?;
        let mut request = client
            .request(method, url)
            .headers(headers)
            .timeout(self.settings.timeout);
        if let Some(body) = body {
            request = request.json(body);
        }
        let lost = |error: reqwest::Error| Failure::of_network(&error);
        let mut response = request.send().await.map_err(lost)?;
        let status = response.status().as_u16();
        if let Some(failure) = Failure::of_status(status) {
            return Err(failure);
        }
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(lost)? {
            if bytes.len() + piece.len() > LARGEST_REPLY {
                return Err(Failure::new(
                    FailureKind::Unusable,
                    "Vault's reply is larger than 2 MiB",
                    "check secrets.vault.address",
                ));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Reply {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        })
    }

    async fn client(&mut self) -> Result<Client, Failure> {
        if let Some(client) = &self.http {
            return Ok(client.clone());
        }
        let settings = self.settings.clone();
        // Reads the system's certificates, some 150 of them: not on a runtime worker.
        let made =
            profiling::tasks::spawn_blocking("make the client of Vault", move || build(&settings)).await;
        let client = made.map_err(|_| unusable("making its HTTP client stopped"))??;
        self.http = Some(client.clone());
        Ok(client)
    }
}

fn unusable(what: &str) -> Failure {
    Failure::new(FailureKind::Local, what, "check secrets.vault.ca_file")
}

fn build(settings: &Settings) -> Result<Client, Failure> {
    let own = match &settings.ca_file {
        None => Vec::new(),
        Some(path) => {
            let pem = std::fs::read(path)
                .map_err(|_| unusable("the file of secrets.vault.ca_file cannot be read"))?;
            Certificate::from_pem_bundle(&pem)
                .map_err(|_| unusable("the file of secrets.vault.ca_file holds no certificate"))?
        }
    };
    let address = settings.address.as_deref().unwrap_or_default();
    let is_local = endpoint::is_on_this_machine(address);
    let start = || {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(settings.timeout)
            // Followed, a redirect would carry the token to a place that nobody has allowed.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if is_local { builder.no_proxy() } else { builder }
    };
    let needs_authorities = !address.trim().to_ascii_lowercase().starts_with("http://");
    if needs_authorities && let Ok(client) = start().tls_certs_merge(own.clone()).build() {
        return Ok(client);
    }
    // A machine without certificates of authorities can still reach what needs none.
    start()
        .tls_certs_only(own)
        .build()
        .map_err(|_| unusable("no HTTP client can be made"))
}

fn headers(token: Option<&SecretString>, namespace: Option<&str>) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    // What a proxy in front of Vault asks for, so that nobody is led by a web page to call it.
    headers.insert(
        HeaderName::from_static("x-vault-request"),
        HeaderValue::from_static("true"),
    );
    let wrong = |what: &str, key: &str| Failure::new(FailureKind::Local, what, format!("check {key}"));
    if let Some(namespace) = namespace {
        let value = HeaderValue::from_str(namespace)
            .map_err(|_| wrong("the namespace cannot be sent", "secrets.vault.namespace"))?;
        headers.insert(HeaderName::from_static("x-vault-namespace"), value);
    }
    if let Some(token) = token {
        let mut value = HeaderValue::from_str(token.expose_secret())
            .map_err(|_| wrong("the token cannot be sent", "secrets.vault.token and token_file"))?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static("x-vault-token"), value);
    }
    Ok(headers)
}

/// A path whose parts hold nothing that a URL would read in another way.
fn encoded(path: &str) -> String {
    let parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| utf8_percent_encode(part, PLAIN).to_string())
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_path() {
        assert_eq!(encoded("/secret/data/a b/c?d#e/"), "secret/data/a%20b/c%3Fd%23e");
    }

    #[test]
    fn a_token_is_not_printed() {
        let headers = headers(Some(&"s.planted".into()), Some("team")).unwrap();
        let shown = format!("{headers:?}");
        assert!(shown.contains("team") && !shown.contains("planted"), "{shown}");
    }
}
