//! Where a provider is: a base URL in one spelling, so that two spellings of one place are equal.

mod allowed;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::Url;

pub use allowed::Allowed;

/// Paths of the calls themselves, for people who paste a whole address. Longest first where one ends in another.
const CALLS: [&str; 9] = [
    "/chat/completions",
    "/completions",
    "/messages",
    "/models",
    "/api/generate",
    "/api/version",
    "/api/chat",
    "/api/tags",
    "/responses",
];

/// Longest address that is read.
const MAX_LENGTH: usize = 2048;

/// Base URL of a provider: scheme, host, port and what stands before `/v1`. Equal when these are.
#[derive(Clone)]
pub struct Endpoint {
    /// Always `http` or `https`, with a host, without user, query, fragment and trailing slash.
    base: Url,
    /// Calls stand right under the base, without `/v1`: it was written so, or has a version of its own.
    is_versioned: bool,
}

impl Endpoint {
    /// Reads a base URL as people write it: with or without `/v1`, a trailing slash, or the path of a call.
    ///
    /// # Errors
    /// What is wrong with it and how to write it, for people. The address is not in the text: it may hold a password.
    pub fn parse(text: &str) -> Result<Endpoint, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("is empty; write a base URL like https://llm.example.com".into());
        }
        if text.len() > MAX_LENGTH {
            return Err(format!(
                "is longer than {MAX_LENGTH} bytes; write a base URL like https://llm.example.com"
            ));
        }
        let has_scheme = text.contains("://");
        if !has_scheme {
            return Err("has no scheme; begin it with http:// or https://".into());
        }
        let mut url = Url::parse(text)
            .map_err(|error| format!("is not a URL: {error}; write one like https://llm.example.com"))?;
        check(&url)?;
        let (path, is_versioned) = normal_path(url.path());
        url.set_path(&path);
        drop_final_dot(&mut url)?;
        Ok(Endpoint {
            base: url,
            is_versioned,
        })
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &str {
        self.base.scheme()
    }

    /// Name or address, in lower case; IPv6 in brackets.
    pub fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Port, the scheme's own when none is written.
    pub fn port(&self) -> u16 {
        self.base.port_or_known_default().unwrap_or_default()
    }

    /// What stands before `/v1`: empty, or begins with a slash and ends without.
    pub fn path(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }

    /// Whether it is on this machine, whatever a name server says: 127.0.0.0/8, `::1`, `localhost` and names under it.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return address.parse().is_ok_and(is_loopback_v6);
        }
        // The parser has turned every spelling of an IPv4 address (decimal, octal, hex, short) into the usual one.
        match host.parse::<Ipv4Addr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => is_localhost(host),
        }
    }

    /// The address of a call of the OpenAI and Anthropic wires, like `/chat/completions`: under `/v1`, or right under
    /// a base that has a version of its own.
    pub(super) fn versioned(&self, call: &str) -> Url {
        self.call(if self.is_versioned { "" } else { "/v1" }, call)
    }

    /// The address of a call of Ollama, like `/chat`.
    pub(super) fn ollama(&self, call: &str) -> Url {
        let is_written = self.path().ends_with("/api");
        self.call(if is_written { "" } else { "/api" }, call)
    }

    fn call(&self, between: &str, call: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{between}{call}", self.path()));
        url
    }

    fn same_place(&self, other: &Endpoint) -> bool {
        self.scheme() == other.scheme() && self.host() == other.host() && self.port() == other.port()
    }
}

fn is_loopback_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address
            .to_ipv4_mapped()
            .is_some_and(|mapped| mapped.is_loopback())
}

/// `localhost` and every name under it, which RFC 6761 keeps for this machine.
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let tail = name.len().checked_sub("localhost".len());
    tail.is_some_and(|at| {
        name.is_char_boundary(at)
            && name[at..].eq_ignore_ascii_case("localhost")
            && (at == 0 || name.as_bytes()[at - 1] == b'.')
    })
}

fn check(url: &Url) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "has the scheme {:?}; only http and https are possible",
            url.scheme()
        ));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("has no host; write one like https://llm.example.com".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user or password; put the key in api_key instead".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment (? or #); write the base URL alone".into());
    }
    Ok(())
}

/// A host name with a final dot is the same name.
fn drop_final_dot(url: &mut Url) -> Result<(), String> {
    let Some(name) = url.host_str().and_then(|host| host.strip_suffix('.')) else {
        return Ok(());
    };
    let name = name.to_owned();
    url.set_host(Some(&name))
        .map_err(|error| format!("has a host that is no name: {error}"))
}

/// The path before `/v1`, and whether calls stand right under it.
fn normal_path(path: &str) -> (String, bool) {
    // Doubled slashes come from a base that was joined by hand.
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut is_whole_call = false;
    let joined = format!("/{}", parts.join("/"));
    if let Some(call) = CALLS.iter().find(|call| joined.ends_with(*call)) {
        parts.truncate(parts.len() - call.matches('/').count());
        is_whole_call = !call.starts_with("/api/");
    }
    if parts.last() == Some(&"v1") {
        parts.pop();
        // Of "/v1/x/v1" the first is part of the way.
        return (join(&parts), false);
    }
    let has_version = parts.iter().any(|part| is_version(part));
    (join(&parts), has_version || is_whole_call)
}

fn join(parts: &[&str]) -> String {
    parts.iter().fold(String::new(), |mut path, part| {
        path.push('/');
        path.push_str(part);
        path
    })
}

/// `v4`, `v1beta`.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()) && rest.len() <= 8)
}

impl PartialEq for Endpoint {
    fn eq(&self, other: &Endpoint) -> bool {
        self.same_place(other) && self.path() == other.path()
    }
}

impl Eq for Endpoint {}

impl Hash for Endpoint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.scheme().hash(state);
        self.host().hash(state);
        self.port().hash(state);
        self.path().hash(state);
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
