//! Signing in as a browser does it, from elsewhere.

use super::{ADMIN, ELSEWHERE, TOKENS};
use crate::support::http::send;
use crate::support::plugin::Plugin;

const HTML: (&str, &str) = ("Accept", "text/html");
const OWN: (&str, &str) = ("Origin", "http://plugin.example.com");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

#[test]
fn a_browser_signs_in_administrates_and_signs_out() {
    let plugin = Plugin::start_with("", &TOKENS);
    let page = send(plugin.http, "GET", "/debug/", &[ELSEWHERE, HTML], b"");
    assert_eq!(page.status, 401);
    assert!(
        page.text().contains("<form method=\"post\" action=\"/login\">"),
        "{}",
        page.text()
    );

    let form = format!("next=/debug/&token={ADMIN}");
    let signed_in = send(
        plugin.http,
        "POST",
        "/login",
        &[ELSEWHERE, OWN, FORM],
        form.as_bytes(),
    );
    assert_eq!((signed_in.status, signed_in.header("location")), (303, "/debug/"));
    let cookie = signed_in
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let cookie = ("Cookie", cookie.as_str());

    let page = send(plugin.http, "GET", "/debug/", &[ELSEWHERE, HTML, cookie], b"");
    assert!(
        page.status == 200 && page.text().contains("What can be seen"),
        "{}",
        page.text()
    );
    let on = send(
        plugin.http,
        "POST",
        "/admin/maintenance-mode",
        &[ELSEWHERE, OWN, cookie],
        b"",
    );
    assert_eq!(on.status, 200);
    let foreign = ("Origin", "http://evil.example");
    let off = send(
        plugin.http,
        "DELETE",
        "/admin/maintenance-mode",
        &[ELSEWHERE, foreign, cookie],
        b"",
    );
    assert_eq!(off.status, 403);

    let shown = send(plugin.http, "GET", "/login", &[ELSEWHERE, HTML, cookie], b"").text();
    assert!(
        shown.contains("token admin") && shown.contains("api, debug, admin, metrics"),
        "{shown}"
    );
    send(
        plugin.http,
        "POST",
        "/logout",
        &[ELSEWHERE, OWN, FORM, cookie],
        b"x=y",
    );
    assert_eq!(
        send(plugin.http, "GET", "/debug/", &[ELSEWHERE, cookie], b"").status,
        401
    );

    let audit = std::fs::read_to_string(plugin.folder().join("audit.log")).unwrap();
    for event in ["sign_in", "sign_out"] {
        let line = audit.lines().find(|line| line.contains(event)).unwrap();
        assert!(line.contains("\"signed_in\":\"token admin\""), "{line}");
    }
    assert!(!audit.contains("planted"), "{audit}");
}
