//! Which endpoints a request or the page may name, so that the plugin is no way into the network.

use reqwest::Url;

use super::Endpoint;

/// The endpoints that may be named: loopback ones, known ones, and those that a pattern allows.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    known: Vec<Endpoint>,
    patterns: Vec<Pattern>,
}

/// One entry of `ai.allowed_endpoints`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    /// `None` is any.
    scheme: Option<Scheme>,
    host: HostPattern,
    /// `None` is any.
    port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// Names that end in this, which begins with a dot.
    Under(String),
    Exactly(String),
}

impl Allowed {
    /// From `ai.allowed_endpoints`, and the endpoints that the config and the catalogue name. A pattern that
    /// cannot be understood allows nothing.
    pub fn new(patterns: &[String], known: impl Iterator<Item = Endpoint>) -> Allowed {
        Allowed {
            known: known.collect(),
            patterns: patterns
                .iter()
                .filter_map(|text| Pattern::parse(text).ok())
                .collect(),
        }
    }

    /// Whether a request may name it. Of a known endpoint, any path may be: it is the same server.
    pub fn permits(&self, endpoint: &Endpoint) -> bool {
        endpoint.is_loopback()
            || self.known.iter().any(|known| known.same_place(endpoint))
            || self.patterns.iter().any(|pattern| pattern.matches(endpoint))
    }

    /// Whether an entry of `ai.allowed_endpoints` can be understood; the config has been checked before.
    ///
    /// # Errors
    /// What is wrong with it and how to write it.
    #[cfg(test)]
    pub fn check_pattern(text: &str) -> Result<(), String> {
        Pattern::parse(text).map(|_| ())
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Pattern, String> {
        let text = text.trim();
        let (scheme, rest) = split_scheme(text)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if let Some(sign) = rest.chars().find(|sign| "/?#@\\ ".contains(*sign)) {
            return Err(format!(
                "holds {sign:?}; write a scheme, host and port at most, like https://llm.example.com"
            ));
        }
        let (host, port) = split_port(rest)?;
        let own_port = scheme.map(|scheme| match scheme {
            Scheme::Http => 80,
            Scheme::Https => 443,
        });
        Ok(Pattern {
            scheme,
            host: HostPattern::parse(host)?,
            port: port.or(own_port),
        })
    }

    fn matches(&self, endpoint: &Endpoint) -> bool {
        let scheme = if endpoint.scheme() == "https" {
            Scheme::Https
        } else {
            Scheme::Http
        };
        self.scheme.is_none_or(|wanted| wanted == scheme)
            && self.port.is_none_or(|wanted| wanted == endpoint.port())
            && self.host.matches(endpoint.host())
    }
}

impl HostPattern {
    fn parse(host: &str) -> Result<HostPattern, String> {
        if host == "*" {
            return Ok(HostPattern::Any);
        }
        let Some(suffix) = host.strip_prefix("*.") else {
            return normal_host(host).map(HostPattern::Exactly);
        };
        let suffix = normal_host(suffix)?;
        let is_address = suffix.starts_with('[') || suffix.parse::<std::net::Ipv4Addr>().is_ok();
        if is_address {
            return Err("has an address after \"*.\"; only names have others under them".into());
        }
        Ok(HostPattern::Under(format!(".{suffix}")))
    }

    fn matches(&self, host: &str) -> bool {
        match self {
            HostPattern::Any => true,
            // The dot is part of the suffix: "evillan" is not under "lan", nor is "lan" itself.
            HostPattern::Under(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
            HostPattern::Exactly(wanted) => wanted == host,
        }
    }
}

fn split_scheme(text: &str) -> Result<(Option<Scheme>, &str), String> {
    match text.split_once("://") {
        None => Ok((None, text)),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => Ok((Some(Scheme::Http), rest)),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => Ok((Some(Scheme::Https), rest)),
        Some(_) => Err("has a scheme other than http and https".into()),
    }
}

/// The host and its port. The colons of an IPv6 address stand in brackets.
fn split_port(text: &str) -> Result<(&str, Option<u16>), String> {
    let after_address = text.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = text[after_address..].rfind(':').map(|at| at + after_address) else {
        return Ok((text, None));
    };
    match text[colon + 1..].parse::<u16>() {
        Ok(port) if port != 0 => Ok((&text[..colon], Some(port))),
        _ => Err("has a port that is no number from 1 to 65535 (an IPv6 address stands in brackets)".into()),
    }
}

/// A host in the one spelling that endpoints have: lower case, punycode, one form of each address.
fn normal_host(host: &str) -> Result<String, String> {
    let explain = || {
        "is no host; write a name, an address, \"*.\" and a name, or \"*\", like https://llm.example.com or \
         http://*.lan:11434"
            .to_owned()
    };
    let is_bare_v6 = host.contains(':') && !host.starts_with('[');
    if host.is_empty() || host.contains('*') || is_bare_v6 {
        return Err(explain());
    }
    let url = Url::parse(&format!("http://{host}/")).map_err(|_| explain())?;
    let host = url.host_str().ok_or_else(explain)?;
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() || host.starts_with('.') || host.contains("..") {
        return Err(explain());
    }
    Ok(host.to_owned())
}
