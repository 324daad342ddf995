//! `host:port`, as Prometheus names a target.

use std::net::{IpAddr, Ipv6Addr};

/// A target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A name, or an IP address without brackets; in lower case.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Address {
    /// Reads `host:port`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Address, String> {
        if text.contains("://") {
            return Err("is a URL, where host:port is asked for".to_owned());
        }
        if text.contains('/') || text.contains('@') || text.contains(char::is_whitespace) {
            return Err("is not host:port".to_owned());
        }
        let Some((host, port)) = text.rsplit_once(':') else {
            return Err("has no port".to_owned());
        };
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_address = match bare {
            Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
            None => !host.is_empty() && !host.contains([':', '[', ']']),
        };
        if !is_address {
            return Err("is not host:port (IPv6 addresses go into brackets)".to_owned());
        }
        let port = match port.parse() {
            Ok(0) | Err(_) => return Err(format!("has no port from 1 to 65535 but {port:?}")),
            Ok(port) => port,
        };
        Ok(Address {
            host: bare.unwrap_or(host).to_ascii_lowercase(),
            port,
        })
    }

    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback() || address.is_unspecified(),
            Err(_) => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }

    /// Whether both are the same listener: the same port of the same host, by whatever name of this machine.
    pub fn is_same(&self, other: &Address) -> bool {
        let is_same_host = self.host == other.host || (self.is_loopback() && other.is_loopback());
        self.port == other.port && is_same_host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_compared() {
        let read = |text: &str| Address::parse(text).unwrap();
        assert_eq!(read("[::1]:9090").host, "::1");
        assert!(read("localhost:9090").is_same(&read("127.0.0.1:9090")));
        assert!(read("0.0.0.0:9090").is_same(&read("[::1]:9090")));
        assert!(read("Plugin:9090").is_same(&read("plugin:9090")));
        assert!(!read("plugin:9090").is_same(&read("localhost:9090")));
        assert!(!read("localhost:9090").is_same(&read("localhost:9091")));
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for wrong in [
            "",
            "plugin",
            ":9090",
            "plugin:",
            "plugin:0",
            "plugin:99999",
            "plugin:x",
            "http://plugin:9090",
            "::1:9090",
            "plugin:9090/metrics",
            "user@plugin:9090",
            "a b:1",
        ] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}
