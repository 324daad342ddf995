//! Who is *local*: the one rule that opens questions and administration without a token.
//!
//! Local is a loopback peer, **and** a `Host` of 127.0.0.0/8, `[::1]` or `localhost` (any port), **and** no `Forwarded`,
//! `X-Forwarded-*` or `Via`, **and** no foreign `Origin`, **and** not `server.behind_proxy`. So neither a web page, nor
//! a name that was re-bound to 127.0.0.1, nor whoever comes through a proxy is local.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::header::{HOST, HeaderMap, ORIGIN};

/// Of a header's name, as much as is repeated in replies and logs: callers can make names as long as they like.
const MAX_NAME_SHOWN: usize = 32;

/// What the rule looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    /// The other end of the connection; `None` when it is not known, and then the caller is not local.
    pub peer: Option<IpAddr>,
    /// The authority in the request line (`GET http://localhost:9090/… HTTP/1.1`), when there is one.
    pub authority: Option<&'a str>,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// `server.behind_proxy`.
    pub behind_proxy: bool,
}

/// Why a caller is not local; each text completes "this request is not local: …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotLocal {
    /// Behind a proxy, every peer is the proxy.
    #[error("`server.behind_proxy` is true, so every request counts as coming from elsewhere")]
    BehindProxy,
    /// Another machine, or no address at all.
    #[error("it came from another machine")]
    Peer,
    /// No `Host` and no authority in the request line.
    #[error("it has no Host header")]
    NoHost,
    /// Two `Host` headers can be read differently by two readers.
    #[error("it has more than one Host header")]
    ManyHosts,
    /// A name that was pointed at this machine, as DNS rebinding does.
    #[error("its Host is not localhost, 127.0.0.0/8 or [::1]")]
    Host,
    /// A proxy stood between.
    #[error("its header {0} says that it came through a proxy")]
    Proxied(String),
    /// A page of another origin made a browser send it.
    #[error("a web page of another origin sent it")]
    Origin,
}

/// Whether a caller is local, and if not, the first reason found.
pub(super) fn judge(caller: &Caller<'_>) -> Result<(), NotLocal> {
    if caller.behind_proxy {
        return Err(NotLocal::BehindProxy);
    }
    // A listener on `::` shows IPv4 peers as ::ffff:a.b.c.d.
    if !caller
        .peer
        .is_some_and(|address| address.to_canonical().is_loopback())
    {
        return Err(NotLocal::Peer);
    }
    if let Some(name) = proxy_header(caller.headers) {
        return Err(NotLocal::Proxied(name.chars().take(MAX_NAME_SHOWN).collect()));
    }
    let host = the_host(caller)?;
    if caller.headers.contains_key(ORIGIN) {
        judge_origin(caller.headers, host)
    } else {
        judge_fetch_metadata(caller.headers)
    }
}

/// The first header that only a proxy sets.
fn proxy_header(headers: &HeaderMap) -> Option<&str> {
    headers
        .keys()
        .map(|name| name.as_str())
        .find(|name| matches!(*name, "forwarded" | "via") || name.starts_with("x-forwarded-"))
}

/// The host the caller named, in `Host` or in the request line. Where both are given, both must be local.
fn the_host<'a>(caller: &Caller<'a>) -> Result<&'a str, NotLocal> {
    let mut hosts = caller.headers.get_all(HOST).iter();
    let header = match (hosts.next(), hosts.next()) {
        (Some(_), Some(_)) => return Err(NotLocal::ManyHosts),
        (Some(value), None) => Some(value.to_str().map_err(|_| NotLocal::Host)?),
        (None, _) => None,
    };
    let named = [caller.authority, header];
    if named.into_iter().flatten().any(|host| !is_local_host(host)) {
        return Err(NotLocal::Host);
    }
    caller.authority.or(header).ok_or(NotLocal::NoHost)
}

/// Whether `host[:port]` names this machine and nothing else.
fn is_local_host(text: &str) -> bool {
    if let Some(bracketed) = text.strip_prefix('[') {
        return bracketed.split_once(']').is_some_and(|(address, port)| {
            is_port_or_nothing(port) && address.parse() == Ok(Ipv6Addr::LOCALHOST)
        });
    }
    let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
    let is_loopback = name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback());
    is_loopback && is_port_or_nothing(port)
}

fn is_port_or_nothing(text: &str) -> bool {
    match text.strip_prefix(':') {
        // `u16::from_str` takes a plus sign; a port has none.
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok(),
        None => text.is_empty(),
    }
}

/// A page's own origin is the scheme, host and port that it was asked from: nothing else is own, not even another port
/// of localhost, and not `null`.
fn judge_origin(headers: &HeaderMap, host: &str) -> Result<(), NotLocal> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return Err(NotLocal::Origin);
    };
    let own = origin
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("http://"))
        .is_some_and(|authority| {
            without_default_port(authority).eq_ignore_ascii_case(without_default_port(host))
        });
    if own { Ok(()) } else { Err(NotLocal::Origin) }
}

fn without_default_port(authority: &str) -> &str {
    authority.strip_suffix(":80").unwrap_or(authority)
}

/// Browsers leave `Origin` out of some requests that a foreign page causes (an image, a script), and then say so in
/// `Sec-Fetch-Site` (Fetch Metadata, W3C). Following a link is the reader's own act, and shows the page nothing.
fn judge_fetch_metadata(headers: &HeaderMap) -> Result<(), NotLocal> {
    let says = |name: &str, word: &str| headers.get_all(name).iter().any(|value| value == word);
    let from_elsewhere = says("sec-fetch-site", "cross-site") || says("sec-fetch-site", "same-site");
    let follows_a_link = says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document");
    if from_elsewhere && !follows_a_link {
        return Err(NotLocal::Origin);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        map
    }

    fn judged(peer: &str, lines: &[(&str, &str)]) -> Result<(), NotLocal> {
        judge(&Caller {
            peer: Some(peer.parse().unwrap()),
            authority: None,
            headers: &headers(lines),
            behind_proxy: false,
        })
    }

    #[test]
    fn a_loopback_peer_with_a_loopback_host_is_local() {
        for peer in ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"] {
            for host in [
                "localhost",
                "LocalHost",
                "localhost:9090",
                "localhost:1",
                "127.0.0.1",
                "127.0.0.1:65535",
                "127.255.0.9:80",
                "[::1]",
                "[::1]:9090",
                "[0:0:0:0:0:0:0:1]:9090",
            ] {
                assert_eq!(judged(peer, &[("host", host)]), Ok(()), "{peer} {host}");
            }
        }
    }

    #[test]
    fn another_machine_is_not_local_whatever_it_claims() {
        for peer in [
            "10.0.0.5",
            "192.168.1.2",
            "8.8.8.8",
            "::2",
            "fe80::1",
            "::ffff:10.0.0.5",
            "0.0.0.0",
            "::",
            "128.0.0.1",
        ] {
            assert_eq!(
                judged(peer, &[("host", "localhost")]),
                Err(NotLocal::Peer),
                "{peer}"
            );
        }
        let unknown = Caller {
            peer: None,
            authority: None,
            headers: &headers(&[("host", "localhost")]),
            behind_proxy: false,
        };
        assert_eq!(judge(&unknown), Err(NotLocal::Peer));
    }

    #[test]
    fn a_name_pointed_at_this_machine_is_not_local() {
        for host in [
            "evil.com",
            "evil.com:9090",
            "localhost.evil.com",
            "127.0.0.1.evil.com",
            "evil.com:127.0.0.1",
            "localhost:9090:9090",
            "localhost@evil.com",
            "evil.com@localhost",
            "user:pass@127.0.0.1",
            "localhost.",
            "notlocalhost",
            "128.0.0.1",
            "0.0.0.0:9090",
            "127.0.0.1 evil.com",
            "127.0.0.1,evil.com",
            "127.0.0.01",
            "0x7f.0.0.1",
            "2130706433",
            "127.1",
            "::1",
            "[::1",
            "[::1]evil",
            "[::2]",
            "[::ffff:127.0.0.1]",
            "[fe80::1%lo]",
            "localhost:",
            "localhost:+90",
            "localhost:65536",
            "localhost:abc",
            "localhost/",
            "",
            "l\u{f6}calhost",
        ] {
            assert_eq!(
                judged("127.0.0.1", &[("host", host)]),
                Err(NotLocal::Host),
                "{host:?}"
            );
        }
    }

    #[test]
    fn without_a_host_or_with_two_nobody_is_local() {
        assert_eq!(judged("127.0.0.1", &[]), Err(NotLocal::NoHost));
        for second in ["evil.com", "localhost"] {
            let both = [("host", "localhost"), ("host", second)];
            assert_eq!(judged("127.0.0.1", &both), Err(NotLocal::ManyHosts));
        }
    }

    #[test]
    fn the_authority_of_the_request_line_counts_too() {
        let with = |authority, lines: &[(&str, &str)]| {
            judge(&Caller {
                peer: Some(Ipv4Addr::LOCALHOST.into()),
                authority: Some(authority),
                headers: &headers(lines),
                behind_proxy: false,
            })
        };
        assert_eq!(with("localhost:9090", &[]), Ok(()));
        assert_eq!(with("localhost:9090", &[("host", "localhost:9090")]), Ok(()));
        assert_eq!(
            with("localhost:9090", &[("host", "evil.com")]),
            Err(NotLocal::Host)
        );
        assert_eq!(
            with("evil.com", &[("host", "localhost:9090")]),
            Err(NotLocal::Host)
        );
        assert_eq!(with("user@localhost:9090", &[]), Err(NotLocal::Host));
    }

    #[test]
    fn whoever_comes_through_a_proxy_is_not_local() {
        for name in [
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-anything",
            "X-Forwarded-For",
        ] {
            let lines = [("host", "localhost"), (name, "127.0.0.1")];
            let found = judged("127.0.0.1", &lines);
            assert_eq!(found, Err(NotLocal::Proxied(name.to_ascii_lowercase())));
        }
        let long = format!("x-forwarded-{}", "a".repeat(1000));
        let found = judged("127.0.0.1", &[("host", "localhost"), (&long, "1")]);
        assert_eq!(found, Err(NotLocal::Proxied(long[..32].to_owned())));
        let empty = [("host", "localhost"), ("x-forwarded-for", "")];
        assert!(
            judged("127.0.0.1", &empty).is_err(),
            "an empty value counts as well"
        );
    }

    #[test]
    fn behind_a_proxy_nobody_is_local() {
        let found = judge(&Caller {
            peer: Some(Ipv4Addr::LOCALHOST.into()),
            authority: None,
            headers: &headers(&[("host", "localhost")]),
            behind_proxy: true,
        });
        assert_eq!(found, Err(NotLocal::BehindProxy));
    }

    #[test]
    fn only_the_own_origin_is_not_foreign() {
        let asked = |host, origin| judged("127.0.0.1", &[("host", host), ("origin", origin)]);
        for (host, origin) in [
            ("localhost:9090", "http://localhost:9090"),
            ("LOCALHOST:9090", "http://localhost:9090"),
            ("127.0.0.1:9090", "http://127.0.0.1:9090"),
            ("[::1]:9090", "http://[::1]:9090"),
            ("localhost", "http://localhost"),
            ("localhost:80", "http://localhost"),
        ] {
            assert_eq!(asked(host, origin), Ok(()), "{host} {origin}");
        }
        for origin in [
            "null",
            "",
            "http://localhost",
            "http://localhost:8080",
            "http://127.0.0.1:9090",
            "https://localhost:9090",
            "https://localhost:8443",
            "http://evil.com",
            "http://localhost:9090.evil.com",
            "http://localhost:9090@evil.com",
            "http://localhost:9090/",
            "localhost:9090",
            "file://",
            "chrome-extension://abcdef",
            "http://localhost:9090 http://evil.com",
        ] {
            assert_eq!(
                asked("localhost:9090", origin),
                Err(NotLocal::Origin),
                "{origin:?}"
            );
        }
        let two = [
            ("host", "localhost:9090"),
            ("origin", "http://localhost:9090"),
            ("origin", "http://localhost:9090"),
        ];
        assert_eq!(judged("127.0.0.1", &two), Err(NotLocal::Origin));
    }

    #[test]
    fn what_a_foreign_page_embeds_is_not_local_but_a_followed_link_is() {
        let asked = |site, mode, dest| {
            judged(
                "127.0.0.1",
                &[
                    ("host", "localhost:9090"),
                    ("sec-fetch-site", site),
                    ("sec-fetch-mode", mode),
                    ("sec-fetch-dest", dest),
                ],
            )
        };
        for site in ["cross-site", "same-site"] {
            assert_eq!(asked(site, "no-cors", "image"), Err(NotLocal::Origin));
            assert_eq!(asked(site, "navigate", "iframe"), Err(NotLocal::Origin));
            assert_eq!(asked(site, "navigate", "document"), Ok(()));
        }
        assert_eq!(asked("same-origin", "cors", "empty"), Ok(()));
        assert_eq!(asked("none", "navigate", "document"), Ok(()));
    }
}
