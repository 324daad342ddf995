//! How endpoints are written: base URLs of providers, patterns of allowed ones, and when two mean the same.

use std::net::IpAddr;

/// How to write a base URL.
pub const LIKE: &str = "write it like http://localhost:11434 or https://api.example.com/v1";

/// Checks the base URL of a provider; the message never repeats it, since it may hold a password.
///
/// # Errors
/// What is wrong with it.
pub fn check(endpoint: &str) -> Result<(), &'static str> {
    let (_, rest) = split_scheme(endpoint).ok_or("not an http or https URL")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    if authority.contains('@') {
        return Err("a user and password in an endpoint would end up in logs: use `api_key`");
    }
    if rest.contains(['?', '#', '\\']) || rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("an endpoint is a base URL, without query or fragment");
    }
    let host = without_port(authority).ok_or("the port of this URL is not a number from 1 to 65535")?;
    is_url_host(host)
        .then_some(())
        .ok_or("the host of this URL cannot be read")
}

/// Checks an entry of `ai.allowed_endpoints`: a scheme or none, a host, a port or none; `*.` before a name for all hosts
/// below it, `*` for any host. A path would promise more than a check of hosts can keep.
///
/// # Errors
/// What is wrong with it.
pub fn check_pattern(pattern: &str) -> Result<(), &'static str> {
    let pattern = pattern.trim();
    let rest = match split_scheme(pattern) {
        Some((_, rest)) => rest,
        None if pattern.contains("://") => return Err("not an http or https URL"),
        None => pattern,
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#', '\\', '@']) {
        return Err("scheme, host and port are all that an entry holds: no path, user, query or fragment");
    }
    let host = without_port(authority).ok_or("the port is not a number from 1 to 65535")?;
    if host == "*" {
        return Ok(());
    }
    match host.strip_prefix("*.") {
        Some(name) if parse_ip(name).is_some() => Err("`*.` stands before a name, not before an address"),
        Some(name) if is_host(name) => Ok(()),
        None if is_url_host(host) => Ok(()),
        _ => Err("the host cannot be read; `*` stands alone, or as `*.` before a name"),
    }
}

/// Whether two endpoints are the same place, however they are written: case, a default port, a slash or `/v1` at the
/// end make no difference.
pub fn is_same(a: Option<&str>, b: Option<&str>) -> bool {
    a.map(plain) == b.map(plain)
}

fn plain(endpoint: &str) -> String {
    let endpoint = endpoint.trim();
    let Some((scheme, rest)) = split_scheme(endpoint) else {
        return endpoint.to_owned();
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default_port).unwrap_or(authority);
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix("/v1").unwrap_or(path).trim_end_matches('/');
    format!("{scheme}://{}{path}", authority.to_ascii_lowercase())
}

fn split_scheme(url: &str) -> Option<(&'static str, &str)> {
    ["http", "https"].into_iter().find_map(|scheme| {
        let (start, rest) = (url.get(..scheme.len())?, url.get(scheme.len()..)?);
        let rest = rest.strip_prefix("://")?;
        start.eq_ignore_ascii_case(scheme).then_some((scheme, rest))
    })
}

/// The host of `host:port` or `host`; `None` when what stands for the port is none.
fn without_port(authority: &str) -> Option<&str> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => {
            let is_digits = port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.parse::<u16>().ok();
            port.filter(|port| is_digits && *port != 0).map(|_| host)
        }
        _ => Some(authority),
    }
}

/// In a URL, an IPv6 address stands in brackets.
fn is_url_host(host: &str) -> bool {
    is_host(host.strip_suffix('.').unwrap_or(host)) && (!host.contains(':') || host.starts_with('['))
}

/// Whether it is an IP address or a host name.
pub fn is_host(host: &str) -> bool {
    let is_name = || {
        let is_label = |label: &str| {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            !label.is_empty() && label.len() <= 63 && label.chars().all(plain) && !label.starts_with('-')
        };
        // Digits and dots alone are an address, and a wrong one.
        let looks_numeric = host.chars().all(|c| c.is_ascii_digit() || c == '.');
        !looks_numeric && host.len() <= 253 && host.split('.').all(is_label)
    };
    parse_ip(host).is_some() || is_name()
}

fn parse_ip(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}

/// Whether only this machine has that address.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || parse_ip(host).is_some_and(|ip| ip.is_loopback())
}

/// Whether a base URL leads to this machine.
pub fn is_on_this_machine(endpoint: &str) -> bool {
    let host = split_scheme(endpoint.trim()).and_then(|(_, rest)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        without_port(authority)
    });
    host.is_some_and(is_loopback)
}

/// Whether it stands for every address of this machine.
pub fn is_any(host: &str) -> bool {
    parse_ip(host).is_some_and(|ip| ip.is_unspecified())
}

/// `host:port` in its parts.
pub fn split_address(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.trim().rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    is_host(host).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_base_urls_without_secrets() {
        for right in [
            "http://localhost:11434",
            "https://api.openai.com/v1",
            "http://[::1]:8080/",
            "HTTPS://Llm.Example.com",
        ] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in [
            "localhost:11434",
            "ftp://x",
            "https://u:p@x",
            "http://",
            "http://x y",
            "http://x?k=v",
            "http://x/a#b",
            "http://x:0",
            "http://x:port",
            "http://::1:8080",
            "http://x\\y",
            "http:/x",
            "é://x",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_loopback_addresses() {
        for here in [
            "http://127.0.0.1:8200",
            "https://LOCALHOST/x",
            "http://[::1]:8200",
        ] {
            assert!(is_on_this_machine(here), "{here}");
        }
        for elsewhere in [
            "http://localhost.example.com",
            "https://vault:8200",
            "127.0.0.1",
            "",
        ] {
            assert!(!is_on_this_machine(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn patterns_are_urls_hosts_and_stars() {
        for right in [
            "*",
            "https://*",
            "https://llm.example.com",
            "https://llm.example.com/",
            "http://*.lan:11434",
            "*.example.com",
            "gpu",
            "gpu:8080",
            "10.0.0.7",
            "[::1]:8080",
        ] {
            assert_eq!(check_pattern(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "**",
            "http://",
            "a.*.example.com",
            "*.",
            "*.10.0.0.7",
            "ftp://x",
            "x/path",
            "https://llm.example.com/v1",
            "https://u:p@x",
            "https://x?y",
            "x:99999",
            "::1",
        ] {
            assert!(check_pattern(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_same_place_is_known_in_every_spelling() {
        let same = |a, b| is_same(Some(a), Some(b));
        assert!(same("https://API.openai.com/v1/", "https://api.openai.com:443"));
        assert!(same("http://h:80", "HTTP://h"));
        assert!(is_same(None, None));
        assert!(!is_same(None, Some("http://h")));
        assert!(!same("http://h", "https://h"));
        assert!(!same("http://h:8080", "http://h"));
        assert!(!same("http://h/one", "http://h/two"));
        assert!(!same("http://h/Path", "http://h/path"));
    }

    #[test]
    fn hosts_are_addresses_or_names() {
        for right in [
            "127.0.0.1",
            "::",
            "[::1]",
            "localhost",
            "plugin.example.com",
            "atest-ai",
        ] {
            assert!(is_host(right), "{right}");
        }
        for wrong in ["", "1.2.3", "256.0.0.1", "http://x", "a b", "x:80", "-x"] {
            assert!(!is_host(wrong), "{wrong}");
        }
    }
}
