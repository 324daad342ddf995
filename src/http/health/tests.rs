//! What each probe says in each stage of life.

use axum::body::Body;
use axum::http::{Method, StatusCode};

use crate::config::Config;
use crate::http::testing::{get, send, service};

const ALL: [&str; 4] = ["/health", "/health/live", "/health/ready", "/health/startup"];

#[tokio::test]
async fn an_open_plugin_is_well_on_every_path() {
    let service = service(Config::default());
    for path in ALL {
        let reply = get(&service, path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        assert_eq!(reply.json()["status"], "ok");
        assert_eq!(reply.json().get("checks"), None, "{path}");
        assert_eq!(reply.header("cache-control"), "no-store");
        let head = send(&service, Method::HEAD, path, &[], Body::empty()).await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0), "{path}");
    }
}

#[tokio::test]
async fn maintenance_is_not_ready_but_alive_and_started() {
    let service = service(Config::default());
    service.admission.set_maintenance(true);
    for (path, status) in [
        ("/health", 503),
        ("/health/ready", 503),
        ("/health/live", 200),
        ("/health/startup", 200),
    ] {
        assert_eq!(get(&service, path).await.status.as_u16(), status, "{path}");
    }
    let reply = get(&service, "/health/ready").await.json();
    assert_eq!(reply["status"], "unavailable");
    assert_eq!(reply["failed"], serde_json::json!(["maintenance"]));
}

#[tokio::test]
async fn draining_is_not_ready_but_alive_and_started() {
    let service = service(Config::default());
    service.admission.drain();
    for (path, status) in [
        ("/health", 503),
        ("/health/ready", 503),
        ("/health/live", 200),
        ("/health/startup", 200),
    ] {
        assert_eq!(get(&service, path).await.status.as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn starting_is_alive_and_nothing_else() {
    let service = crate::http::testing::starting_service(Config::default());
    for (path, status) in [
        ("/health", 503),
        ("/health/ready", 503),
        ("/health/live", 200),
        ("/health/startup", 503),
    ] {
        assert_eq!(get(&service, path).await.status.as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn verbose_lists_every_check() {
    let service = service(Config::default());
    for path in ALL {
        for wish in [
            "?verbose",
            "?verbose=1",
            "?verbose=true",
            "?x=%FF&verbose",
            "?verbose&verbose",
        ] {
            let reply = get(&service, &format!("{path}{wish}")).await.json();
            let checks = reply["checks"].as_array().unwrap();
            assert!(!checks.is_empty(), "{path}{wish}");
            for check in checks {
                assert!(check["name"].is_string() && check["ok"] == true && check["detail"].is_string());
            }
        }
        for wish in ["?", "?verbose=0", "?verbose=false", "?verbosely", "?=&&"] {
            let reply = get(&service, &format!("{path}{wish}")).await;
            assert_eq!(
                (reply.status, reply.json().get("checks")),
                (StatusCode::OK, None),
                "{wish}"
            );
        }
    }
}
