//! Which page made a browser send a request.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Which page made a browser send a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Page {
    /// One of this very origin, or nobody but the user (the address bar, a bookmark).
    Own,
    /// Another.
    Foreign,
    /// No browser says anything: a program, or a browser of before 2020 without `Origin`.
    Unsaid,
}

impl Page {
    /// By `Sec-Fetch-Site` (Fetch Metadata, W3C), which no page can forge and which is right behind a proxy that changes
    /// `Host`; else by `Origin`. The scheme is not compared: a proxy may speak TLS for this listener.
    pub(in crate::http) fn of(headers: &HeaderMap, authority: Option<&str>) -> Page {
        let mut sites = headers.get_all("sec-fetch-site").iter().peekable();
        if sites.peek().is_some() {
            let is_own = sites.all(|site| site == "same-origin" || site == "none");
            return if is_own { Page::Own } else { Page::Foreign };
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = match (origins.next(), origins.next()) {
            (None, _) => return Page::Unsaid,
            (Some(origin), None) => origin.to_str().ok(),
            (Some(_), Some(_)) => None,
        };
        let mut hosts = headers.get_all(HOST).iter();
        let header = hosts.next().and_then(|host| host.to_str().ok());
        let (Some(origin), Some(host), None) = (origin, authority.or(header), hosts.next()) else {
            return Page::Foreign;
        };
        let is_own = [("http://", ":80"), ("https://", ":443")]
            .into_iter()
            .any(|(scheme, port)| {
                let bare = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
                origin
                    .strip_prefix(scheme)
                    .is_some_and(|named| bare(named) == bare(host))
            });
        if is_own { Page::Own } else { Page::Foreign }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn page(headers: &[(&'static str, &'static str)]) -> Page {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        Page::of(&map, None)
    }

    #[test]
    fn a_page_is_own_by_what_the_browser_says() {
        let host = ("host", "ai.example.com");
        for own in [
            &[host, ("sec-fetch-site", "same-origin")][..],
            &[host, ("sec-fetch-site", "none")],
            &[
                host,
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://outside.example"),
            ],
            &[host, ("origin", "https://ai.example.com")],
            &[host, ("origin", "http://AI.example.com:80")],
            &[
                ("host", "ai.example.com:443"),
                ("origin", "https://ai.example.com"),
            ],
        ] {
            assert_eq!(page(own), Page::Own, "{own:?}");
        }
        for foreign in [
            &[
                host,
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://ai.example.com"),
            ][..],
            &[host, ("sec-fetch-site", "same-site")],
            &[
                host,
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "cross-site"),
            ],
            &[host, ("origin", "null")],
            &[host, ("origin", "https://ai.example.com.evil.example")],
            &[host, ("origin", "https://ai.example.com:8443")],
            &[host, ("origin", "http://ai.example.com:443")],
            &[host, ("origin", "ftp://ai.example.com")],
            &[host, host, ("origin", "https://ai.example.com")],
            &[
                host,
                ("origin", "https://ai.example.com"),
                ("origin", "https://ai.example.com"),
            ],
            &[("origin", "https://ai.example.com")],
        ] {
            assert_eq!(page(foreign), Page::Foreign, "{foreign:?}");
        }
        assert_eq!(page(&[host]), Page::Unsaid);
    }
}
