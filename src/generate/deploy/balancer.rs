//! Several plugins behind one address: HAProxy, or Envoy.
//!
//! Both do the same: they ask each plugin whether it is ready, send a question to the one with the fewest under way, send it
//! to another only when no connection came about or the plugin has not taken it (any other may have been paid for), and pass on
//! neither metrics nor administration nor profiles, which belong to one plugin and not to the address of all.

use super::super::artefact::Artefact;
use super::super::plan::Plan;
use super::super::prometheus::Address;
use crate::config::{ClientAuth, Scope};

mod check;
mod envoy;
mod haproxy;

pub use check::problems;

/// Where HAProxy's file is.
pub const HAPROXY: &str = "deploy/haproxy.cfg";
/// Where Envoy's is.
pub const ENVOY: &str = "deploy/envoy.yaml";

/// The question whether a plugin takes questions.
const READY: &str = "/health/ready";
/// First parts of paths that a balancer never passes on.
const KEPT_BACK: [&str; 3] = ["metrics", "admin", "debug"];
/// What a balancer waits longer than a plugin, so that the plugin says why it is late.
const MARGIN_SECONDS: u64 = 5;
/// Longest wait for a connection.
const CONNECT_SECONDS: u64 = 2;
/// Time between two questions whether a plugin is ready, in milliseconds. `server.shutdown_delay` must be longer than
/// [`CHECKS_UNTIL_AWAY`] of them.
const CHECK_EVERY_MS: u64 = 1000;
/// Bad replies in a row until it gets no questions.
const CHECKS_UNTIL_AWAY: u64 = 2;
/// Good replies in a row until it gets some.
const CHECKS_UNTIL_BACK: u64 = 2;

/// The files.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let fleet = Fleet::of(plan);
    vec![haproxy::artefact(&fleet), envoy::artefact(&fleet)]
}

/// Where gRPC of a plugin is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Grpc {
    Tcp(Address),
    Unix(String),
}

/// One plugin.
struct Plugin {
    /// `plugin1`, `plugin2`, …
    name: String,
    http: Address,
    grpc: Option<Grpc>,
}

/// The plugins behind the balancer, and what the config says about them.
struct Fleet<'a> {
    plan: &'a Plan,
    plugins: Vec<Plugin>,
    /// Longest time until a reply, seconds.
    patience: u64,
    /// Questions that one plugin takes at once, under way and in its queue.
    places: usize,
    /// Whether the plugins speak TLS (never over Unix sockets).
    is_tls: bool,
}

impl<'a> Fleet<'a> {
    /// Entries that cannot be read are left out: they have been told as problems, and nothing is written then.
    fn of(plan: &'a Plan) -> Fleet<'a> {
        let values = &plan.values.balancer;
        let plugins = values.http.iter().enumerate().filter_map(|(index, text)| {
            Some(Plugin {
                name: format!("plugin{}", index + 1),
                http: Address::parse(text).ok()?,
                grpc: values.grpc.get(index).and_then(|text| grpc(text).ok()),
            })
        });
        let config = &plan.config;
        let longest = config.server.timeout.max(config.ai.timeout);
        let queue = config.performance.worker_pools.ai_requests.queue_size;
        // Checks and connections that are about to close need places too.
        let connections = (config.server.max_connections / 4 * 3).max(1);
        Fleet {
            plan,
            plugins: plugins.collect(),
            patience: super::whole_seconds(longest) + MARGIN_SECONDS,
            places: (config.ai.max_concurrent_requests + queue).min(connections),
            is_tls: config.server.tls.is_on(),
        }
    }

    fn has_grpc(&self) -> bool {
        self.plugins.iter().any(|plugin| plugin.grpc.is_some())
    }

    /// Whether somebody has to find out the address of a name.
    fn has_names(&self) -> bool {
        let is_name = |address: &Address| address.host.parse::<std::net::IpAddr>().is_err();
        self.plugins.iter().any(|plugin| {
            is_name(&plugin.http) || matches!(&plugin.grpc, Some(Grpc::Tcp(address)) if is_name(address))
        })
    }

    /// The certificate to show to plugins.
    fn client_certificate(&self) -> Option<&str> {
        let asks = self.plan.config.server.tls.client_auth == ClientAuth::Required;
        let file = self.plan.values.balancer.cert_file.as_str();
        (self.is_tls && asks && !file.is_empty()).then_some(file)
    }

    /// What somebody who opens one of the files should know first.
    fn notes(&self) -> Vec<String> {
        let seconds = CHECK_EVERY_MS * CHECKS_UNTIL_AWAY / 1000 + 1;
        let delay = self.plan.config.server.shutdown_delay;
        let mut notes = vec![
            "Prometheus must scrape each plugin, never this address: counters of several plugins in turn make no rate."
                .to_owned(),
            format!(
                "A plugin that stops says so for server.shutdown_delay ({} s here) before it takes no more questions;",
                delay.as_secs_f64()
            ),
            format!("with {seconds} s or more nothing is lost when plugins are replaced one after the other."),
        ];
        if self.plan.config.server.max_requests_per_second.is_some() {
            notes.push(
                "server.max_requests_per_second counts all that comes through here as one caller.".to_owned(),
            );
        }
        if !self.plan.config.access.opens(Scope::Api) {
            notes.push(
                "Whoever asks over HTTP through here needs a token with the scope api (access.tokens): nobody is local."
                    .to_owned(),
            );
        }
        if !self.plan.config.server.behind_proxy {
            notes.push("Set server.behind_proxy: true in the plugins' config.".to_owned());
        }
        notes
    }
}

/// Reads where gRPC is.
fn grpc(text: &str) -> Result<Grpc, String> {
    let path = text.strip_prefix("unix:").unwrap_or(text);
    let path = path.strip_prefix("//").unwrap_or(path);
    if !path.starts_with('/') {
        return Address::parse(text).map(Grpc::Tcp);
    }
    let is_plain = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/._-+@:,=".contains(&byte));
    match is_plain && path.len() <= 107 {
        true => Ok(Grpc::Unix(path.to_owned())),
        false => {
            Err("is no path for a socket: letters, digits and /._-+@:,= only, 107 bytes at most".to_owned())
        }
    }
}

/// Reads where to listen: `*:port`, or an IP address and a port.
fn bind(text: &str) -> Result<Address, String> {
    let everywhere = text.strip_prefix('*').map(|rest| format!("0.0.0.0{rest}"));
    let address = Address::parse(everywhere.as_deref().unwrap_or(text))?;
    match address.host.parse::<std::net::IpAddr>() {
        Ok(_) => Ok(address),
        Err(_) => Err("names no IP address to listen on".to_owned()),
    }
}

/// `host:port`, with an IPv6 address in brackets.
fn shown(address: &Address) -> String {
    match address.host.contains(':') {
        true => format!("[{}]:{}", address.host, address.port),
        false => format!("{}:{}", address.host, address.port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_plugins_and_of_the_balancer_are_read() {
        assert_eq!(
            grpc("unix:///run/a.sock"),
            Ok(Grpc::Unix("/run/a.sock".to_owned()))
        );
        assert_eq!(grpc("/run/a.sock"), Ok(Grpc::Unix("/run/a.sock".to_owned())));
        assert!(matches!(grpc("[::1]:9191"), Ok(Grpc::Tcp(_))));
        for wrong in ["run/a.sock", "/run/a b", "/run/a\"", "h", ""] {
            assert!(grpc(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            bind("*:1").map(|address| shown(&address)),
            Ok("0.0.0.0:1".to_owned())
        );
        assert_eq!(
            bind("[::]:1").map(|address| shown(&address)),
            Ok("[::]:1".to_owned())
        );
        for wrong in ["*", "localhost:1", "*1:1", ":1", "*:0"] {
            assert!(bind(wrong).is_err(), "{wrong}");
        }
    }
}
