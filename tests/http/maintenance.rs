//! Maintenance mode, as the emergency shutdown of the operations guide uses it.

use crate::support::http::{get, send};
use crate::support::plugin::Plugin;

const PATH: &str = "/admin/maintenance-mode";
const QUESTION: &[u8] = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;
const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn questions_are_refused_until_maintenance_ends_and_monitoring_goes_on() {
    let plugin = Plugin::start("");
    let ask = || send(plugin.http, "POST", "/api/v1/data/query", &[JSON], QUESTION);
    assert_eq!(ask().pair("success").as_deref(), Some("true"), "{}", ask().text());

    let on = send(plugin.http, "POST", PATH, &[], b"");
    assert_eq!((on.status, on.json()["maintenance"].as_bool()), (200, Some(true)));
    assert_eq!(get(plugin.http, PATH).json(), on.json());
    let refused = ask();
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(refused.pair("success").as_deref(), Some("false"));
    assert!(
        refused.pair("error").unwrap().contains("maintenance"),
        "{}",
        refused.text()
    );
    assert_eq!(get(plugin.http, "/health/ready").status, 503);
    assert_eq!(get(plugin.http, "/health").status, 503);
    assert_eq!(get(plugin.http, "/health/live").status, 200);
    assert_eq!(get(plugin.http, "/health/startup").status, 200);
    assert!(
        get(plugin.http, "/metrics")
            .text()
            .contains("\natest_ai_maintenance_mode 1\n")
    );

    let off = send(plugin.http, "DELETE", PATH, &[], b"");
    assert_eq!(
        off.json(),
        serde_json::json!({"maintenance": false, "since": null, "persistent": false, "in_flight": 0})
    );
    assert_eq!(get(plugin.http, "/health/ready").status, 200);
    assert_eq!(ask().pair("success").as_deref(), Some("true"));
    assert!(
        get(plugin.http, "/metrics")
            .text()
            .contains("\natest_ai_maintenance_mode 0\n")
    );
}

#[test]
fn a_web_page_or_a_proxied_caller_cannot_switch_it() {
    let plugin = Plugin::start("");
    for foreign in [
        ("Host", "attacker.example"),
        ("Origin", "http://attacker.example"),
        ("Origin", "null"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("Via", "1.1 proxy"),
    ] {
        let reply = send(plugin.http, "POST", PATH, &[foreign], b"");
        assert_eq!(reply.status, 403, "{foreign:?}");
        assert!(
            reply.json()["message"]
                .as_str()
                .unwrap()
                .contains("local callers only")
        );
    }
    assert_eq!(get(plugin.http, PATH).json()["maintenance"], false);
}

#[test]
fn behind_a_proxy_nobody_can_switch_it() {
    let plugin = Plugin::start("server:\n  behind_proxy: true\n");
    assert_eq!(send(plugin.http, "POST", PATH, &[], b"").status, 403);
    assert_eq!(get(plugin.http, "/metrics").status, 200);
}
