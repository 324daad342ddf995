//! Who may: the rule of who is *local*, which opens everything without a token, and below it what tokens open.
//!
//! Local is a loopback peer, **and** a `Host` of 127.0.0.0/8, `[::1]` or `localhost` (any port), **and** no `Forwarded`,
//! `X-Forwarded-*` or `Via`, **and** no foreign `Origin`, **and** not `server.behind_proxy`. So neither a web page, nor
//! a name that was re-bound to 127.0.0.1, nor whoever comes through a proxy is local.

mod failures;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod jwt;
mod keys;
mod known;
mod presented;
mod proven;
mod refusal;
mod rules;
mod scopes;
mod sender;
mod sessions;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::header::{HOST, HeaderMap, ORIGIN};

pub use self::known::Access;
pub use self::rules::Rules;

pub(super) use self::known::{Denied, Now};
pub(super) use self::presented::{Presented, SESSION_COOKIE};
pub(super) use self::refusal::Refusal;
pub(super) use self::rules::Holder;
pub(super) use self::scopes::Scopes;
pub(super) use self::sender::Page;

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
    /// Whether it came over TLS.
    pub secure: bool,
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
        judge_origin(caller.headers, host, caller.secure)
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
fn judge_origin(headers: &HeaderMap, host: &str, secure: bool) -> Result<(), NotLocal> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return Err(NotLocal::Origin);
    };
    let (scheme, port) = if secure {
        ("https://", ":443")
    } else {
        ("http://", ":80")
    };
    let bare = |authority: &str| {
        authority
            .strip_suffix(port)
            .unwrap_or(authority)
            .to_ascii_lowercase()
    };
    let own = origin
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix(scheme))
        .is_some_and(|authority| bare(authority) == bare(host));
    if own { Ok(()) } else { Err(NotLocal::Origin) }
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
mod tests;
