//! Paths, methods, who may, and what replies have in common.

use std::io::Read;

use axum::body::Body;
use axum::http::{Method, StatusCode};

use crate::config::{Config, Server};
use crate::http::testing::{get, send, service};

const QUERY: &str = "/api/v1/data/query";
const MAINTENANCE: &str = "/admin/maintenance-mode";
const CACHE: &str = "/admin/cache";
const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn the_paths_are_listed_for_terminals_and_browsers() {
    let service = service(Config::default());
    for path in ["/", "/paths"] {
        let text = get(&service, path).await;
        assert_eq!(
            (text.status, text.header("content-type")),
            (StatusCode::OK, "text/plain; charset=utf-8")
        );
    }
    let text = get(&service, "/").await;
    let html = send(&service, Method::GET, "/paths", &[HTML], Body::empty()).await;
    assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
    for path in ["/health/ready", "/metrics", QUERY, MAINTENANCE, CACHE, "/debug/"] {
        assert!(text.text().contains(path) && html.text().contains(path), "{path}");
    }
}

#[tokio::test]
async fn browsers_get_the_page_with_a_policy_that_runs_its_own_script_alone() {
    let service = service(Config::default());
    for path in ["/", "/status"] {
        let page = send(&service, Method::GET, path, &[HTML], Body::empty()).await;
        assert_eq!(page.status, StatusCode::OK);
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
                && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(page.text().contains("<script src=\"/ui/ai-chat.js\" defer>"));
        assert_eq!(page.header("cache-control"), "no-store");
    }
    for (path, kind) in [
        ("/ui/ai-chat.js", "text/javascript; charset=utf-8"),
        ("/ui/ai-chat.css", "text/css; charset=utf-8"),
        ("/ui/icon.svg", "image/svg+xml"),
    ] {
        let file = get(&service, path).await;
        assert_eq!(
            (file.status, file.header("content-type")),
            (StatusCode::OK, kind),
            "{path}"
        );
    }
    for path in ["/ui/", "/ui/page.js", "/ui/..%2fCargo.toml", "/ui/ai-chat.js/x"] {
        get(&service, path).await.refusal(StatusCode::NOT_FOUND, 5);
    }
    let zipped = [("accept-encoding", "gzip")];
    let script = send(&service, Method::GET, "/ui/ai-chat.js", &zipped, Body::empty()).await;
    assert_eq!(script.header("content-encoding"), "gzip");
    assert!(script.body.len() <= 30_000, "{}", script.body.len());
}

#[tokio::test]
async fn the_page_is_for_local_callers_while_there_is_no_token() {
    let service = service(Config::default());
    let foreign = ("host", "evil.com");
    for path in ["/", "/status", "/ui/ai-chat.js"] {
        let page = send(&service, Method::GET, path, &[foreign, HTML], Body::empty()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert!(page.text().contains("ATEST_EXT_AI_ADMIN_TOKEN"), "{path}");
    }
}

#[tokio::test]
async fn unknown_paths_are_404_in_json() {
    let service = service(Config::default());
    for path in [
        "/nothing",
        "/health/",
        "/healthz",
        "/api/v1/data",
        "/admin",
        "/admin/nothing",
        "/%00",
        "//",
    ] {
        get(&service, path).await.refusal(StatusCode::NOT_FOUND, 5);
    }
}

#[tokio::test]
async fn wrong_methods_are_405_and_name_the_right_ones() {
    let service = service(Config::default());
    for (method, path, allowed) in [
        (Method::POST, "/", "GET,HEAD"),
        (Method::POST, "/health", "GET,HEAD"),
        (Method::DELETE, "/health/ready", "GET,HEAD"),
        (Method::PUT, "/metrics", "GET,HEAD"),
        (Method::GET, QUERY, "POST"),
        (Method::OPTIONS, QUERY, "POST"),
        (Method::PUT, MAINTENANCE, "GET,HEAD,POST,DELETE"),
        (Method::POST, CACHE, "GET,HEAD,DELETE"),
    ] {
        let reply = send(&service, method.clone(), path, &[], Body::empty()).await;
        let message = reply.refusal(StatusCode::METHOD_NOT_ALLOWED, 12);
        assert!(message.contains(method.as_str()), "{message}");
        assert_eq!(reply.header("allow"), allowed, "{path}");
    }
}

#[tokio::test]
async fn every_reply_forbids_sniffing_framing_and_storing() {
    let service = service(Config::default());
    for path in [
        "/",
        "/health",
        "/metrics",
        "/nothing",
        "/debug/",
        QUERY,
        MAINTENANCE,
    ] {
        let reply = get(&service, path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        assert!(
            reply
                .header("content-security-policy")
                .starts_with("default-src 'none'"),
            "{path}"
        );
        assert_eq!(reply.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn questions_and_administration_are_for_local_callers_only() {
    let service = service(Config::default());
    for foreign in [
        ("host", "evil.com"),
        ("x-forwarded-for", "127.0.0.1"),
        ("origin", "http://localhost:8080"),
    ] {
        for (method, path) in [
            (Method::POST, QUERY),
            (Method::GET, MAINTENANCE),
            (Method::POST, MAINTENANCE),
            (Method::DELETE, MAINTENANCE),
            (Method::GET, CACHE),
            (Method::DELETE, CACHE),
        ] {
            let reply = send(&service, method, path, &[foreign, JSON], "{}").await;
            let message = reply.refusal(StatusCode::FORBIDDEN, 7);
            assert!(
                message.contains("local callers only") && message.contains("127.0.0.1:9090"),
                "{message}"
            );
        }
        for path in ["/", "/health", "/health/live", "/metrics"] {
            let reply = send(&service, Method::GET, path, &[foreign], Body::empty()).await;
            assert_eq!(reply.status, StatusCode::OK, "{path}");
        }
    }
    assert!(!service.admission.in_maintenance());
}

#[tokio::test]
async fn behind_a_proxy_not_even_loopback_is_local() {
    let service = service(Config {
        server: Server {
            behind_proxy: true,
            ..Server::default()
        },
        ..Config::default()
    });
    let reply = send(&service, Method::POST, MAINTENANCE, &[], Body::empty()).await;
    assert!(
        reply
            .refusal(StatusCode::FORBIDDEN, 7)
            .contains("server.behind_proxy")
    );
    assert!(!service.admission.in_maintenance());
}

#[tokio::test]
async fn maintenance_goes_on_and_off_and_tells_since_when() {
    let service = service(Config::default());
    let off = serde_json::json!({"maintenance": false, "since": null, "persistent": false, "in_flight": 0});
    assert_eq!(get(&service, MAINTENANCE).await.json(), off);
    let on = send(&service, Method::POST, MAINTENANCE, &[], Body::empty())
        .await
        .json();
    assert_eq!(on["maintenance"], true);
    let since: jiff::Timestamp = on["since"].as_str().unwrap().parse().unwrap();
    assert!(since <= jiff::Timestamp::now());
    let again = send(&service, Method::POST, MAINTENANCE, &[], "ignored")
        .await
        .json();
    assert_eq!(again, on, "a second POST changes nothing");
    assert_eq!(get(&service, MAINTENANCE).await.json(), on);
    for _ in 0..2 {
        let reply = send(&service, Method::DELETE, MAINTENANCE, &[], Body::empty()).await;
        assert_eq!(reply.json(), off);
    }
}

#[tokio::test]
async fn in_maintenance_questions_are_refused_and_metrics_go_on() {
    let service = service(Config::default());
    let question = r#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;
    send(&service, Method::POST, MAINTENANCE, &[], Body::empty()).await;
    let refused = send(&service, Method::POST, QUERY, &[JSON], question).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.pair("success").as_deref(), Some("false"));
    assert!(
        refused.pair("error").unwrap().contains("maintenance"),
        "{}",
        refused.text()
    );
    assert_eq!(refused.pair("generated_sql"), None);
    assert_ne!(refused.header("retry-after"), "");
    let metrics = get(&service, "/metrics").await;
    assert_eq!(metrics.status, StatusCode::OK);
    assert!(metrics.text().contains("\natest_ai_maintenance_mode 1\n"));
    assert!(metrics.text().contains("\natest_ai_ready 0\n"));
    send(&service, Method::DELETE, MAINTENANCE, &[], Body::empty()).await;
    let metrics = get(&service, "/metrics").await;
    assert!(metrics.text().contains("\natest_ai_maintenance_mode 0\n"));
    assert!(metrics.text().contains("\natest_ai_ready 1\n"));
}

#[tokio::test]
async fn the_caches_tell_how_they_stand_and_what_a_clearing_took_out() {
    let service = service(Config::default());
    let state = get(&service, CACHE).await;
    assert_eq!(state.status, StatusCode::OK);
    let state = state.json();
    assert_eq!(
        (&state["enabled"], &state["backend"]),
        (&true.into(), &"memory".into())
    );
    for kind in ["answers", "schemas"] {
        assert_eq!(state[kind]["entries"], 0);
        assert!(state[kind]["max_bytes"].as_u64().unwrap() > 0);
        assert!(state[kind]["hit_ratio"].is_null(), "there was no look-up yet");
    }
    let cleared = send(&service, Method::DELETE, CACHE, &[], Body::empty()).await;
    assert_eq!(cleared.status, StatusCode::OK);
    assert_eq!(
        cleared.json(),
        serde_json::json!({"answers": 0, "schemas": 0, "redis": null})
    );
}

#[tokio::test]
async fn a_redis_that_could_not_be_cleared_is_no_success() {
    let mut config = Config::default();
    config.performance.cache.kind = crate::config::CacheKind::Redis;
    config.performance.cache.redis.address = "127.0.0.1:1".into();
    let service = service(config);
    let cleared = send(&service, Method::DELETE, CACHE, &[], Body::empty()).await;
    assert_eq!(cleared.status, StatusCode::SERVICE_UNAVAILABLE);
    let problem = cleared.json()["problem"].as_str().unwrap().to_owned();
    assert!(problem.contains("127.0.0.1:1 is away"), "{problem}");
    assert_eq!(get(&service, CACHE).await.json()["redis"]["up"], false);
}

#[tokio::test]
async fn metrics_come_in_the_format_asked_for() {
    let service = service(Config::default());
    let plain = get(&service, "/metrics").await;
    assert_eq!(plain.status, StatusCode::OK);
    assert!(
        plain
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    // What Prometheus 2.42 sends.
    let asked = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let open = send(
        &service,
        Method::GET,
        "/metrics",
        &[("accept", asked)],
        Body::empty(),
    )
    .await;
    assert!(
        open.header("content-type")
            .starts_with("application/openmetrics-text; version=1.0.0")
    );
    assert!(open.text().ends_with("# EOF\n"));
    let head = send(&service, Method::HEAD, "/metrics", &[], Body::empty()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn metrics_are_gzipped_when_asked_for_and_only_then() {
    let service = service(Config::default());
    let plain = get(&service, "/metrics").await;
    assert_eq!(plain.header("content-encoding"), "");
    let zipped = send(
        &service,
        Method::GET,
        "/metrics",
        &[("accept-encoding", "gzip")],
        Body::empty(),
    )
    .await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    let vary: Vec<_> = zipped.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["accept", "accept-encoding"]);
    let mut text = String::new();
    flate2::read::GzDecoder::new(zipped.body.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.contains("# HELP") && text.contains("# TYPE"));
    let refused = [("accept-encoding", "gzip;q=0, identity")];
    let identity = send(&service, Method::GET, "/metrics", &refused, Body::empty()).await;
    assert_eq!(identity.header("content-encoding"), "");
}

#[tokio::test]
async fn bad_bodies_get_a_clear_4xx() {
    let service = service(Config::default());
    let large = vec![b'x'; 2 * 1024 * 1024];
    let cases: [(&[u8], StatusCode, &str); 8] = [
        (b"", StatusCode::BAD_REQUEST, "empty"),
        (b"  \n", StatusCode::BAD_REQUEST, "empty"),
        (b"{\"type\":", StatusCode::BAD_REQUEST, "not valid JSON"),
        (b"\xff\xfe{}", StatusCode::BAD_REQUEST, "not UTF-8"),
        (b"[1]", StatusCode::BAD_REQUEST, "JSON object"),
        (b"{\"key\":7}", StatusCode::BAD_REQUEST, "`key`"),
        (
            b"{\"type\":\"sql\",\"key\":\"generate\"}",
            StatusCode::BAD_REQUEST,
            "unsupported query type",
        ),
        (&large, StatusCode::PAYLOAD_TOO_LARGE, "larger than"),
    ];
    for (body, status, says) in cases {
        let reply = send(&service, Method::POST, QUERY, &[JSON], body.to_vec()).await;
        let code = if status == StatusCode::PAYLOAD_TOO_LARGE {
            8
        } else {
            3
        };
        let message = reply.refusal(status, code);
        assert!(message.contains(says), "{message}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let reply = send(&service, Method::POST, QUERY, &form, "{}").await;
    let message = reply.refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, 3);
    assert!(message.contains("Content-Type: application/json"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_hangs_ends_with_504() {
    let service = service(Config::default());
    let router = axum::Router::new()
        .route("/", axum::routing::get(std::future::pending::<()>))
        .layer(super::from_fn_with_state(
            std::sync::Arc::clone(&service),
            super::in_time,
        ));
    let request = axum::http::Request::new(Body::empty());
    let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
}

#[tokio::test]
async fn a_panic_ends_one_request_with_500() {
    async fn broken() -> &'static str {
        panic!("secret words of the asker");
    }
    let router = axum::Router::new()
        .route("/", axum::routing::get(broken))
        .layer(super::CatchPanicLayer::custom(super::after_panic));
    let request = axum::http::Request::new(Body::empty());
    let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("\"code\":13") && !text.contains("secret"), "{text}");
}
