//! Ways around: hosts, origins, forged headers and odd paths never reach what is kept.

use super::{ADMIN, ELSEWHERE, TOKENS, bearer};
use crate::support::http::{exchange, get, request, send};
use crate::support::plugin::Plugin;

const MAINTENANCE: &str = "/admin/maintenance-mode";

fn is_off(plugin: &Plugin) -> bool {
    get(plugin.http, MAINTENANCE).json()["maintenance"] == false
}

/// With and without tokens in the config.
fn plugins() -> [Plugin; 2] {
    [Plugin::start(""), Plugin::start_with("", &TOKENS)]
}

#[test]
fn hosts_origins_and_forged_headers_make_nobody_local() {
    for plugin in plugins() {
        for header in [
            ELSEWHERE,
            // A name that was pointed at 127.0.0.1.
            ("Host", "rebound.evil.example:9090"),
            ("Host", "localhost.evil.example"),
            ("Host", "127.0.0.1.evil.example"),
            ("Host", "127.0.0.1@evil.example"),
            ("Host", "localhost:9090:9090"),
            ("Host", "0x7f000001"),
            ("Origin", "http://evil.example"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("X-Forwarded-For", "127.0.0.1"),
            ("X-Forwarded-Host", "localhost"),
            ("X-Forwarded-Anything", "x"),
            ("Forwarded", "for=127.0.0.1;host=localhost"),
            ("Via", "1.1 localhost"),
            ("Cookie", "atest_ext_ai_session=0000"),
        ] {
            let headers = match header.0 {
                // A cookie that is worth nothing changes nothing.
                "Cookie" => vec![header, ELSEWHERE],
                _ => vec![header],
            };
            let reply = send(plugin.http, "POST", MAINTENANCE, &headers, b"");
            assert!(matches!(reply.status, 401 | 403), "{header:?}: {}", reply.status);
        }
        let authority = "POST http://rebound.evil.example/admin/maintenance-mode HTTP/1.1\r\nHost: localhost\r\n\
                         Content-Length: 0\r\nConnection: close\r\n\r\n";
        let reply = exchange(plugin.http, authority.as_bytes()).unwrap();
        assert!(matches!(reply.status, 401 | 403), "{}", reply.status);
        assert!(is_off(&plugin));
    }
}

#[test]
fn headers_that_programs_of_others_believe_are_not_believed_here() {
    let plugin = Plugin::start_with("", &TOKENS);
    for header in [
        ("X-Real-IP", "127.0.0.1"),
        ("X-Client-IP", "127.0.0.1"),
        ("True-Client-IP", "127.0.0.1"),
        ("X-Original-URL", MAINTENANCE),
        ("X-Rewrite-URL", MAINTENANCE),
        ("X-HTTP-Method-Override", "POST"),
        ("X-Forwarded-User", "admin"),
        ("X-Auth", ADMIN),
        ("X-Api-Key", ADMIN),
        ("Proxy-Authorization", &bearer(ADMIN)),
    ] {
        for path in [MAINTENANCE, "/debug/", "/admin/cache"] {
            let reply = send(plugin.http, "GET", path, &[ELSEWHERE, header], b"");
            assert_eq!(reply.status, 401, "{header:?} {path}");
        }
        let home = send(plugin.http, "GET", "/", &[ELSEWHERE, header], b"");
        assert!(!home.text().contains("\"maintenance\""), "{header:?}");
    }
    assert!(is_off(&plugin));
}

#[test]
fn odd_spellings_of_a_path_never_reach_it_without_a_token() {
    for plugin in plugins() {
        for path in [
            MAINTENANCE,
            "//admin/maintenance-mode",
            "/admin//maintenance-mode",
            "/%61dmin/maintenance-mode",
            "/admin%2fmaintenance-mode",
            "/admin%2Fmaintenance-mode",
            "/%2e%2e/admin/maintenance-mode",
            "/health/../admin/maintenance-mode",
            "/health/..%2fadmin/maintenance-mode",
            "/health/..;/admin/maintenance-mode",
            "/./admin/maintenance-mode",
            "/admin/./maintenance-mode",
            "/admin/../admin/maintenance-mode",
            "/admin/maintenance-mode/",
            "/admin/maintenance-mode/.",
            "/admin/maintenance-mode.",
            "/admin/maintenance-mode;x=y",
            "/admin/maintenance-mode%00",
            "/admin/maintenance-mode%20",
            "/ADMIN/maintenance-mode",
            "/admin\\maintenance-mode",
            "/admin/maintenance-mode?x=/health",
            "/health/live/../../admin/maintenance-mode",
            "/%252561dmin/maintenance-mode",
            "/\u{ff0f}admin/maintenance-mode",
        ] {
            let bytes = request("POST", path, &[ELSEWHERE], b"");
            // One that hyper itself refuses may be closed without a word.
            if let Ok(reply) = exchange(plugin.http, &bytes) {
                assert!(
                    matches!(reply.status, 400 | 401 | 403 | 404 | 405),
                    "{path}: {}",
                    reply.status
                );
            }
            assert!(is_off(&plugin), "{path}");
        }
    }
}

#[test]
fn a_form_of_another_page_can_neither_ask_nor_administrate() {
    let plugin = Plugin::start_with("", &TOKENS);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let foreign = ("Origin", "http://evil.example");
    for path in ["/api/v1/data/query", MAINTENANCE, "/login", "/logout"] {
        let reply = send(
            plugin.http,
            "POST",
            path,
            &[form, foreign],
            format!("token={ADMIN}").as_bytes(),
        );
        assert!(
            matches!(reply.status, 303 | 401 | 403),
            "{path}: {}",
            reply.status
        );
        assert!(!reply.header("set-cookie").contains("session=0"), "{path}");
        if reply.status == 303 {
            // Nobody was signed in: what comes back is a cookie that is over.
            assert!(reply.header("set-cookie").contains("Max-Age=0"), "{path}");
        }
    }
    assert!(is_off(&plugin));
}

#[test]
fn two_tokens_in_one_request_are_none() {
    let plugin = Plugin::start_with("", &TOKENS);
    let right = bearer(ADMIN);
    let twice = [ELSEWHERE, ("Authorization", &right), ("Authorization", &right)];
    assert_eq!(send(plugin.http, "GET", MAINTENANCE, &twice, b"").status, 401);
    let huge = bearer(&"x".repeat(20_000));
    let reply = send(
        plugin.http,
        "GET",
        MAINTENANCE,
        &[ELSEWHERE, ("Authorization", &huge)],
        b"",
    );
    assert_eq!(reply.status, 401);
}
