//! The page says only what is so, for exactly this process, and can run nothing.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use sha2::{Digest, Sha256};

use super::page::{POLICY, STYLE, escaped};
use super::process::ThisProcess;
use super::sights::{sights, word};
use crate::config::{Config, LogOutput, Server};
use crate::http::testing::{get, send, service};

const JSON: (&str, &str) = ("accept", "application/json");

fn config() -> Config {
    let mut config = Config {
        server: Server {
            port: 9191,
            socket_path: "/run/a b/<x>.sock".into(),
            ..Server::default()
        },
        ..Config::default()
    };
    config.logging.file.path = "/var/log/atest-ai/plugin.log".into();
    config.logging.output = LogOutput::File {
        path: "/var/log/atest-ai/plugin.log".into(),
        max_size: 0,
        max_backups: 0,
        max_age_days: 0,
        compress: false,
    };
    config
}

#[tokio::test]
async fn people_get_a_page_and_programs_the_same_as_json() {
    let service = service(config());
    let page = get(&service, "/debug/").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
    let json = send(&service, Method::GET, "/debug/", &[JSON], Body::empty()).await;
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(json.json()["process"]["pid"], std::process::id());
    let sights = json.json()["sights"].as_array().unwrap().clone();
    assert!(sights.len() > 5, "{sights:?}");
    for sight in &sights {
        assert!(page.text().contains(&escaped(sight["name"].as_str().unwrap())));
        for command in sight["commands"].as_array().unwrap() {
            let line = escaped(command["line"].as_str().unwrap());
            assert!(page.text().contains(&format!("<pre>{line}</pre>")), "{line}");
        }
    }
    for reply in [&page, &json] {
        assert_eq!(reply.header("vary"), "accept");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let browser = [("accept", "text/html,application/xhtml+xml,application/json;q=0.9")];
    let browser = send(&service, Method::GET, "/debug/", &browser, Body::empty()).await;
    assert_eq!(browser.header("content-type"), "text/html; charset=utf-8");
    let head = send(&service, Method::HEAD, "/debug/", &[], Body::empty()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    let bare = get(&service, "/debug").await;
    assert_eq!(
        (bare.status, bare.header("location")),
        (StatusCode::PERMANENT_REDIRECT, "/debug/")
    );
}

#[tokio::test]
async fn the_policy_lets_in_the_one_style_and_nothing_else() {
    let service = service(config());
    let page = get(&service, "/debug/").await;
    assert_eq!(page.header("content-security-policy"), POLICY);
    let hash = base64(&Sha256::digest(STYLE));
    assert!(POLICY.contains(&format!("style-src 'sha256-{hash}'")), "{hash}");
    assert!(POLICY.starts_with("default-src 'none';") && !POLICY.contains("unsafe"));
    let text = page.text();
    assert_eq!(text.matches(&format!("<style>{STYLE}</style>")).count(), 1);
    for forbidden in [
        "<script",
        "style=",
        "onclick",
        "<img",
        "<link",
        "<form",
        "<iframe",
        "http-equiv",
    ] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
}

#[tokio::test]
async fn only_local_callers_see_it() {
    let service = service(config());
    for path in ["/debug", "/debug/"] {
        for foreign in [
            ("host", "evil.com"),
            ("x-forwarded-for", "127.0.0.1"),
            ("origin", "null"),
        ] {
            let reply = send(&service, Method::GET, path, &[foreign], Body::empty()).await;
            let message = reply.refusal(StatusCode::FORBIDDEN, 7);
            assert!(
                message.contains("the debug page") && !message.contains("/run/"),
                "{message}"
            );
        }
    }
    let post = send(&service, Method::POST, "/debug/", &[], Body::empty()).await;
    assert_eq!(post.header("allow"), "GET,HEAD");
    get(&service, "/debug/nothing")
        .await
        .refusal(StatusCode::NOT_FOUND, 5);
}

#[test]
fn commands_name_the_places_of_this_process() {
    let process = ThisProcess::look(
        &config(),
        Some("/etc/atest-ai/my config.yaml".into()),
        Some("/var/log/atest-ai/audit.log".into()),
    );
    let lines: Vec<String> = (sights(&process).into_iter())
        .flat_map(|sight| sight.commands)
        .map(|command| command.line)
        .collect();
    let pid = std::process::id();
    for wanted in [
        "curl -s http://127.0.0.1:9191/metrics".to_owned(),
        "ls -l '/run/a b/<x>.sock'".into(),
        "tail -F /var/log/atest-ai/plugin.log".into(),
        "tail -F /var/log/atest-ai/audit.log".into(),
        format!("kill -HUP {pid}"),
    ] {
        assert!(lines.contains(&wanted), "{wanted}\n{lines:#?}");
    }
    let healthcheck = lines.iter().find(|line| line.ends_with(" healthcheck")).unwrap();
    assert!(
        healthcheck.contains("--config '/etc/atest-ai/my config.yaml'"),
        "{healthcheck}"
    );
    let console = ThisProcess::look(&Config::default(), None, None);
    let lines = format!("{:?}", sights(&console));
    assert!(
        lines.contains(&format!("journalctl -f _PID={pid}")) && !lines.contains("plugin.log"),
        "{lines}"
    );
    assert!(!lines.contains("--config"), "there is no file: {lines}");
    assert!(lines.contains("Off. tracing.endpoint"), "{lines}");
    let mut traced = config();
    traced.tracing.endpoint = Some("http://collector:4317".into());
    let lines = format!("{:?}", sights(&ThisProcess::look(&traced, None, None)));
    assert!(
        lines.contains("On, for the collector at http://collector:4317."),
        "{lines}"
    );
}

#[tokio::test]
async fn what_stands_in_a_path_stays_text() {
    let service = service(config());
    let page = get(&service, "/debug/").await;
    assert!(page.text().contains("/run/a b/&lt;x&gt;.sock") && !page.text().contains("<x>"));
    assert_eq!(
        escaped("<a href=\"x\">&'"),
        "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"
    );
    for (text, shell) in [
        ("/var/log/a.log", "/var/log/a.log"),
        ("", "''"),
        ("a b", "'a b'"),
        ("it's; $(rm)", r"'it'\''s; $(rm)'"),
        (
            "http://[::1]:9090/health?verbose",
            "'http://[::1]:9090/health?verbose'",
        ),
    ] {
        assert_eq!(word(text), shell);
    }
}

#[test]
fn relative_paths_are_shown_whole() {
    let mut config = Config::default();
    config.server.socket_path = "run/a.sock".into();
    let process = ThisProcess::look(&config, Some("c.yaml".into()), Some("audit.log".into()));
    let here = std::env::current_dir().unwrap();
    assert_eq!(process.socket, here.join("run/a.sock"));
    assert_eq!(process.config_file, Some(here.join("c.yaml")));
    assert_eq!(process.audit_file, Some(here.join("audit.log")));
}

/// RFC 4648 §4; the hash's 32 bytes end with one `=`.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| {
            bits << 8 | usize::from(*three.get(at).unwrap_or(&0))
        });
        for at in 0..4 {
            let letter = char::from(LETTERS[bits >> (18 - 6 * at) & 63]);
            text.push(if at <= three.len() { letter } else { '=' });
        }
    }
    text
}
