//! Where to listen, as people write it.

use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;

/// A place to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket.
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

/// The text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no address to listen on: {why}; write unix:///path/to.sock, /path/to.sock, tcp://127.0.0.1:38081 or \
     127.0.0.1:38081"
)]
pub struct AddressError {
    text: String,
    why: &'static str,
}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads `unix:///p`, `tcp://h:p`, `/path` and `h:p`, the forms of `AI_PLUGIN_LISTEN_ADDR`. No host means
    /// 127.0.0.1: nothing is opened to the network without saying so.
    fn from_str(text: &str) -> Result<Address, AddressError> {
        let error = |why| AddressError {
            text: text.to_owned(),
            why,
        };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(error("it is empty"));
        }
        if let Some(path) = trimmed
            .strip_prefix("unix://")
            .or_else(|| trimmed.strip_prefix("unix:"))
        {
            return if path.is_empty() {
                Err(error("the path is missing"))
            } else {
                Ok(Address::Unix(path.into()))
            };
        }
        if let Some(rest) = trimmed.strip_prefix("tcp://") {
            return tcp(rest).map_err(error);
        }
        if trimmed.contains("://") {
            return Err(error("only unix and tcp can be listened on"));
        }
        if trimmed.contains('/') {
            return Ok(Address::Unix(trimmed.into()));
        }
        tcp(trimmed).map_err(error)
    }
}

fn tcp(text: &str) -> Result<Address, &'static str> {
    let (host, port) = text.rsplit_once(':').ok_or("the port is missing")?;
    let port: u16 = port.parse().map_err(|_| "the port is not a number up to 65535")?;
    let host = match host {
        "" => "127.0.0.1",
        bracketed if bracketed.starts_with('[') && bracketed.ends_with(']') => {
            bracketed[1..bracketed.len() - 1]
                .parse::<Ipv6Addr>()
                .map_err(|_| "the text in brackets is no IPv6 address")?;
            bracketed
        }
        bare if bare.contains(':') => return Err("an IPv6 address must stand in brackets"),
        bare if bare.chars().any(|c| c.is_whitespace() || c == '/') => return Err("the host is not a name"),
        bare => bare,
    };
    Ok(Address::Tcp(format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_form_is_read() {
        for (text, address) in [
            ("unix:///run/a.sock", Address::Unix("/run/a.sock".into())),
            ("unix:/run/a.sock", Address::Unix("/run/a.sock".into())),
            ("/run/a.sock", Address::Unix("/run/a.sock".into())),
            ("./a.sock", Address::Unix("./a.sock".into())),
            ("/run/odd:name.sock", Address::Unix("/run/odd:name.sock".into())),
            ("tcp://127.0.0.1:38081", Address::Tcp("127.0.0.1:38081".into())),
            ("localhost:38081", Address::Tcp("localhost:38081".into())),
            (":38081", Address::Tcp("127.0.0.1:38081".into())),
            ("[::1]:0", Address::Tcp("[::1]:0".into())),
        ] {
            assert_eq!(text.parse(), Ok(address), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "empty"),
            ("unix://", "path is missing"),
            ("localhost", "port is missing"),
            ("localhost:70000", "65535"),
            ("tcp://:x", "65535"),
            ("::1:80", "brackets"),
            ("[::g]:80", "IPv6"),
            ("http://localhost:80", "unix and tcp"),
            ("tcp://a/b:80", "not a name"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
