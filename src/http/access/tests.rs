//! Who is local and, above all, who is not.

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
        secure: false,
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
        secure: false,
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
            secure: false,
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
        secure: false,
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

#[test]
fn over_tls_the_own_origin_is_https_and_no_other() {
    let judged = |origin: &str, secure| {
        judge(&Caller {
            peer: Some("127.0.0.1".parse().unwrap()),
            authority: None,
            headers: &headers(&[("host", "localhost:9443"), ("origin", origin)]),
            behind_proxy: false,
            secure,
        })
    };
    assert_eq!(judged("https://localhost:9443", true), Ok(()));
    assert_eq!(judged("http://localhost:9443", true), Err(NotLocal::Origin));
    assert_eq!(judged("https://localhost:9443", false), Err(NotLocal::Origin));
    assert_eq!(judged("https://localhost", true), Err(NotLocal::Origin));
}
