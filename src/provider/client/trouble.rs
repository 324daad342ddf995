//! Network trouble in words for people: refused, unknown name, untrusted certificate, broken off.

use std::error::Error;
use std::io;

use crate::config::ProviderKind;
use crate::provider::{Failure, FailureKind};

use super::Peer;

/// The innermost reason of an error, without the addresses that outer ones repeat.
pub(super) fn root_cause<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    chain(error).last().unwrap_or(error)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| beneath(error))
}

fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    // An I/O error shows what it wraps as itself, and names what is beneath *that* as its source.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    chain(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind)
        .find(|kind| *kind != io::ErrorKind::Other)
}

impl Peer {
    /// The failure that a network error is.
    pub(super) fn trouble(&self, error: &reqwest::Error) -> Failure {
        let reasons: Vec<String> = chain(error).map(|cause| cause.to_string()).collect();
        let says = |words: &str| reasons.iter().any(|reason| reason.contains(words));
        let (what, then) = if says("tunnel error") || says("socks") || says("SOCKS") {
            self.proxy_trouble(&reasons)
        } else if error.is_timeout() && error.is_connect() {
            (
                format!("did not take a connection within {:?}", self.patience()),
                format!(
                    "{}, or raise performance.connection_pools.ai_providers.connection_timeout",
                    self.check_it()
                ),
            )
        } else if error.is_dns() {
            (
                "has a name that no name server knows".to_owned(),
                format!(
                    "check the host in ai.services.{}.endpoint and the network{}",
                    self.name(),
                    self.or_proxy()
                ),
            )
        } else if let Some(certificate) = reasons.iter().find(|reason| reason.contains("peer certificate")) {
            self.certificate_trouble(certificate)
        } else if says("InvalidContentType") || says("corrupt message") {
            (
                "does not speak TLS".to_owned(),
                "write http:// instead of https:// in its endpoint".to_owned(),
            )
        } else if is_garbage(error) {
            return self.failure(
                FailureKind::InvalidResponse,
                "answered with something that is not HTTP",
                "check the port in its endpoint, and whether it wants https://",
            );
        } else {
            self.connection_trouble(error, &reasons)
        };
        self.failure(FailureKind::Network, &what, &then)
    }

    fn connection_trouble(&self, error: &reqwest::Error, reasons: &[String]) -> (String, String) {
        let is_cut = "broke the connection off before its answer was whole".to_owned();
        match io_kind(error) {
            Some(io::ErrorKind::ConnectionRefused) => (
                "refuses connections: nothing listens there".to_owned(),
                self.check_it(),
            ),
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => (
                "cannot be reached from here".to_owned(),
                format!("check the network{}", self.or_proxy()),
            ),
            Some(
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof,
            ) => (is_cut, "ask again".to_owned()),
            Some(io::ErrorKind::TimedOut) => (
                "no longer answers on the connection".to_owned(),
                "ask again".to_owned(),
            ),
            _ if error.is_connect() => {
                let reason = reasons.last().map(String::as_str).unwrap_or_default();
                (format!("takes no connection ({reason})"), self.check_it())
            }
            _ => (is_cut, "ask again".to_owned()),
        }
    }

    fn certificate_trouble(&self, reason: &str) -> (String, String) {
        let reason = reason.trim_start_matches("invalid peer certificate: ");
        let what = format!("shows a certificate that is not accepted ({reason})");
        let then = if !self.has_authorities() {
            "this machine has no certificates of authorities: install the package ca-certificates, or set \
             SSL_CERT_FILE or ca_file"
                .to_owned()
        } else if reason.contains("UnknownIssuer") {
            format!(
                "if its authority is a private one, name the authority's certificate in ai.services.{}.ca_file",
                self.name()
            )
        } else {
            "check the host in its endpoint, the certificate's dates and this machine's clock".to_owned()
        };
        (what, then)
    }

    fn proxy_trouble(&self, reasons: &[String]) -> (String, String) {
        let is_unauthorized = reasons
            .iter()
            .any(|reason| reason.contains("authorization required"));
        let what = if is_unauthorized {
            "was not reached: the proxy wants a user and password"
        } else {
            "was not reached through the proxy"
        };
        (
            what.to_owned(),
            "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or name its host in NO_PROXY".to_owned(),
        )
    }

    fn check_it(&self) -> String {
        if self.kind() == ProviderKind::Ollama {
            return format!(
                "start Ollama (`ollama serve`), or check ai.services.{}.endpoint{}",
                self.name(),
                self.or_proxy()
            );
        }
        format!(
            "check that it runs, and ai.services.{}.endpoint{}",
            self.name(),
            self.or_proxy()
        )
    }

    fn or_proxy(&self) -> &'static str {
        if self.is_proxied() {
            ", or the proxy of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"
        } else {
            ""
        }
    }
}

fn is_garbage(error: &reqwest::Error) -> bool {
    chain(error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse)
}
