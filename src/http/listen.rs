//! Opening the HTTP listener, with errors that say which key to change.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, lookup_host};

use crate::config;

/// Why the HTTP listener cannot be opened; each text names the address, the reason and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// `server.host` is no address and no name that can be resolved.
    #[error(
        "cannot listen for http: `server.host` {host:?} is not an address of this machine and cannot be resolved \
         ({reason}); use 127.0.0.1 for this machine only, or 0.0.0.0 for all interfaces"
    )]
    BadHost {
        /// As configured.
        host: String,
        /// What the resolver said.
        reason: io::Error,
    },
    /// Another program listens there.
    #[error(
        "cannot listen for http on {address}: another program already listens there{hint}; stop that program, or set \
         `server.port` to a free port"
    )]
    InUse {
        /// Where.
        address: SocketAddr,
        /// Who it may be.
        hint: &'static str,
    },
    /// A port that this user may not use.
    #[error(
        "cannot listen for http on {address}: this user may not use that port; set `server.port` to 1024 or higher, \
         or give the program the capability CAP_NET_BIND_SERVICE"
    )]
    NotAllowed {
        /// Where.
        address: SocketAddr,
    },
    /// The address belongs to no interface of this machine.
    #[error(
        "cannot listen for http on {address}: no interface of this machine has that address; set `server.host` to \
         127.0.0.1, to 0.0.0.0, or to an address that `ip address` shows"
    )]
    NotHere {
        /// Where.
        address: SocketAddr,
    },
    /// Anything else that the system said.
    #[error("cannot listen for http on {address}: {reason}; check `server.host` and `server.port`")]
    System {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        reason: io::Error,
    },
}

/// Opens the listener at `server.host` and `server.port`; port 0 takes any free one. Of a name with several addresses,
/// the first that can be listened on is taken.
pub async fn bind(server: &config::Server) -> Result<TcpListener, BindError> {
    let host = without_brackets(server.host.trim());
    let bad_host = |reason| BindError::BadHost {
        host: server.host.clone(),
        reason,
    };
    let mut failure = None;
    for address in lookup_host((host, server.port)).await.map_err(bad_host)? {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(reason) => failure = failure.or(Some(explain(address, reason))),
        }
    }
    Err(failure.unwrap_or_else(|| bad_host(io::Error::other("no address found"))))
}

/// `[::1]` is how URLs write the address `::1`.
fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

fn explain(address: SocketAddr, reason: io::Error) -> BindError {
    match reason.kind() {
        io::ErrorKind::AddrInUse => BindError::InUse {
            address,
            hint: match address.port() {
                9090 => " (Prometheus uses 9090 too)",
                _ => "",
            },
        },
        io::ErrorKind::PermissionDenied => BindError::NotAllowed { address },
        io::ErrorKind::AddrNotAvailable => BindError::NotHere { address },
        _ => BindError::System { address, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str, port: u16) -> config::Server {
        config::Server {
            host: host.into(),
            port,
            ..config::Server::default()
        }
    }

    #[tokio::test]
    async fn port_zero_takes_a_free_port() {
        for host in ["127.0.0.1", "localhost", " 127.0.0.1 "] {
            let listener = bind(&at(host, 0)).await.unwrap();
            assert_ne!(listener.local_addr().unwrap().port(), 0);
            assert!(listener.local_addr().unwrap().ip().is_loopback());
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_named_with_the_key_to_change() {
        let first = bind(&at("127.0.0.1", 0)).await.unwrap();
        let taken = first.local_addr().unwrap();
        let error = bind(&at("127.0.0.1", taken.port())).await.unwrap_err();
        assert!(matches!(error, BindError::InUse { address, .. } if address == taken));
        let text = error.to_string();
        assert!(
            text.contains(&taken.to_string()) && text.contains("`server.port`"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_host_that_is_none_is_named_with_its_key() {
        for host in ["", "no such host", "host.invalid", "1.2.3.4.5"] {
            let error = bind(&at(host, 0)).await.unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains("`server.host`") && text.contains(&format!("{host:?}")),
                "{text}"
            );
        }
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_not_here() {
        // 192.0.2.0/24 is kept for documentation (RFC 5737).
        let error = bind(&at("192.0.2.1", 0)).await.unwrap_err();
        assert!(matches!(error, BindError::NotHere { .. }), "{error}");
    }

    #[test]
    fn a_privileged_port_is_explained() {
        let error = explain(
            "0.0.0.0:80".parse().unwrap(),
            io::Error::from(io::ErrorKind::PermissionDenied),
        );
        assert!(error.to_string().contains("CAP_NET_BIND_SERVICE"));
    }

    #[test]
    fn an_address_in_brackets_is_the_address() {
        assert_eq!(without_brackets("[::1]"), "::1");
        assert_eq!(without_brackets("::1"), "::1");
    }
}
