//! `server` and `plugin`: listeners, how the process ends, what it calls itself.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LogLevel, Tls};
use crate::config::kinds;
use crate::config::units::{Mode, Time};

/// Listeners and how the process ends.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Server {
    /// Address of the HTTP listener (API, page, health, metrics, profiles): an IP address or a host name.
    pub host: String,
    /// Port of the HTTP listener.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// Unix socket on which atest calls the plugin. At most 107 bytes, the kernel's limit.
    pub socket_path: PathBuf,
    /// Also listen on `/tmp/atest-ext-ai.sock` while that path is free. Existing `stores.yaml` files point there,
    /// while atest starts the plugin with another path.
    pub default_socket: bool,
    /// Extra TCP address for gRPC (`host:port`). One that other machines can reach needs `tls.client_auth: required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen_address: Option<String>,
    /// Whether `listen_address` may be open to other machines although nobody has to show a certificate there. Whoever
    /// reaches it can ask, and spend your API keys.
    pub allow_insecure_grpc: bool,
    /// TLS for HTTP, and for gRPC over TCP.
    pub tls: Tls,
    /// Mode of the Unix sockets, in octal.
    #[serde(with = "kinds::mode")]
    #[schemars(with = "Mode")]
    pub socket_permissions: u32,
    /// Owner of the Unix sockets: a user name or uid. Changing it needs the right to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_owner: Option<String>,
    /// Group of the Unix sockets: a group name or gid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_group: Option<String>,
    /// Users (names or uids) that may use the Unix sockets, besides root and the plugin's own. Empty: whoever the mode of
    /// the socket lets in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub socket_uids: Vec<String>,
    /// Whether a proxy or balancer stands before the HTTP listener. Then no caller counts as local.
    pub behind_proxy: bool,
    /// Whether a second listener on 127.0.0.1 takes questions that come through atest's own `/extensionProxy`. They need
    /// a token with the scope `api`. When not set: where there is such a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_proxy: Option<bool>,
    /// Longest time for one HTTP request.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub timeout: Duration,
    /// Longest time to send a request: its head, then its body. When not set: 30 s, or `timeout` where that is shorter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-min" = "1ms"))]
    pub read_timeout: Option<Time>,
    /// Longest time in which a client may take nothing of its reply; then the connection is cut. When not set: 30 s, or
    /// `timeout` where that is shorter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-min" = "1ms"))]
    pub write_timeout: Option<Time>,
    /// Most connections open at once, for HTTP, for gRPC over Unix sockets and for gRPC over TCP each; further ones are
    /// turned away.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_connections: usize,
    /// Most requests a second of one caller (an address, or a user behind a Unix socket), for HTTP and for gRPC each; further
    /// ones are refused. Health and metrics are not counted. No limit when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_requests_per_second: Option<NonZeroU32>,
    /// How long questions are still taken at a stop, while `/health/ready` says no already: balancers need that time to see
    /// it, and send no more. Nobody waits for a balancer where atest started the plugin and is gone.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    pub shutdown_delay: Duration,
    /// Longest time to finish what is under way at a stop, after `shutdown_delay`; then connections are cut.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    pub shutdown_timeout: Duration,
    /// Whether the plugin ends when the host that started it has ended.
    pub exit_with_parent: ExitWithParent,
    /// Folder for what the page saves and for what was spent. When not set: `/var/lib/atest-ai` where this user may
    /// write, else `atest-ext-ai` in `$XDG_STATE_HOME` (`~/.local/state`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_dir: Option<PathBuf>,
}

/// Whether the plugin ends when the host that started it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum ExitWithParent {
    /// When started with `--socket` or `--port` by a parent that is not init.
    Auto,
    /// Never.
    Never,
}

/// Longest time for a request's head or body, and for a client to take something of its reply, where nobody says
/// otherwise. Longer than a usual scrape interval (15 s), so that Prometheus keeps its connection.
const PATIENCE: Duration = Duration::from_secs(30);

impl Server {
    /// Most connections of all listeners together: HTTP, gRPC over Unix sockets, and gRPC over TCP where there is.
    pub fn max_connections_together(&self) -> usize {
        let kinds = if self.listen_address.is_some() { 3 } else { 2 };
        self.max_connections.saturating_mul(kinds)
    }

    /// The scheme of the HTTP listener's URLs.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_on() { "https" } else { "http" }
    }

    /// Longest time for a request's head, and then for its body.
    pub fn time_to_read(&self) -> Duration {
        self.read_timeout
            .map_or(PATIENCE.min(self.timeout), |time| time.0)
    }

    /// Longest time in which a client may take nothing of its reply.
    pub fn time_to_write(&self) -> Duration {
        self.write_timeout
            .map_or(PATIENCE.min(self.timeout), |time| time.0)
    }

    /// Whether the HTTP listener is on all addresses of this machine.
    pub fn is_on_every_address(&self) -> bool {
        (self.host.trim_matches(['[', ']']).parse::<IpAddr>()).is_ok_and(|address| address.is_unspecified())
    }

    /// `host:port` at which this machine reaches the HTTP listener: loopback where it listens on all addresses.
    pub fn reached_at(&self) -> String {
        let (host, port) = (self.host.trim_matches(['[', ']']), self.port);
        match host.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) if address.is_unspecified() => format!("{}:{port}", Ipv4Addr::LOCALHOST),
            Ok(IpAddr::V6(address)) if address.is_unspecified() => {
                format!("[{}]:{port}", Ipv6Addr::LOCALHOST)
            }
            Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
            _ => format!("{host}:{port}"),
        }
    }
}

impl Default for Server {
    fn default() -> Server {
        Server {
            host: "127.0.0.1".into(),
            port: 9090,
            socket_path: "/tmp/atest-ext-ai.sock".into(),
            default_socket: true,
            listen_address: None,
            allow_insecure_grpc: false,
            tls: Tls::default(),
            socket_permissions: 0o660,
            socket_owner: None,
            socket_group: None,
            socket_uids: Vec::new(),
            behind_proxy: false,
            extension_proxy: None,
            timeout: Duration::from_secs(30),
            read_timeout: None,
            write_timeout: None,
            max_connections: 1024,
            max_requests_per_second: None,
            shutdown_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(30),
            exit_with_parent: ExitWithParent::Auto,
            state_dir: None,
        }
    }
}

/// What the plugin calls itself, and how talkative it is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Plugin {
    /// Name shown to atest.
    pub name: String,
    /// `development`, `staging`, `production` or another word; `${ENVIRONMENT}` in this file means it too.
    pub environment: String,
    /// Sets the log level to `debug` when no level is given anywhere.
    pub debug: bool,
    /// Log level when `logging.level` is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_level: Option<LogLevel>,
    /// Keys without effect in this version, and second spellings.
    #[serde(flatten)]
    pub later: PluginLater,
}

/// Keys of `plugin` without effect.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PluginLater {
    /// Version of the plugin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Free remarks: author, description, build.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

impl Default for Plugin {
    fn default() -> Plugin {
        Plugin {
            name: "atest-ext-ai".into(),
            environment: "production".into(),
            debug: false,
            log_level: None,
            later: PluginLater::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_reached_on_loopback() {
        for (host, reached) in [
            ("0.0.0.0", "127.0.0.1:9090"),
            ("::", "[::1]:9090"),
            ("10.0.0.7", "10.0.0.7:9090"),
            ("fe80::1", "[fe80::1]:9090"),
            ("[::1]", "[::1]:9090"),
            ("localhost", "localhost:9090"),
        ] {
            let server = Server {
                host: host.into(),
                ..Server::default()
            };
            assert_eq!(server.reached_at(), reached);
        }
    }
}
