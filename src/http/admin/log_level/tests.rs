//! The paths, without a process.

use axum::body::Body;
use axum::http::Method;

use super::*;
use crate::config::{Config, LogLevel};
use crate::http::testing::{get, send, service};

const PATH: &str = "/admin/log-level";

#[tokio::test]
async fn levels_are_shown_changed_and_put_back() {
    let service = service(Config::default());
    let before = get(&service, PATH).await.json();
    assert_eq!(
        (&before["level"], &before["changed"], &before["until"]),
        (&"info".into(), &false.into(), &json!(null))
    );
    assert_eq!(before["components"]["dependencies"], "warn");

    let body = r#"{"components": {"provider": "trace"}, "for": "10m"}"#;
    let changed = send(&service, Method::PUT, PATH, &[], body).await.json();
    assert_eq!(
        (&changed["level"], &changed["changed"]),
        (&"info".into(), &true.into())
    );
    assert_eq!(changed["components"]["ai_provider"], "trace");
    let until: jiff::Timestamp = changed["until"].as_str().unwrap().parse().unwrap();
    assert!(until > jiff::Timestamp::now());
    assert_eq!(get(&service, PATH).await.json(), changed);

    // What curl says of a body that was given with -d.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let typed = send(&service, Method::PUT, PATH, &form, "debug").await.json();
    assert_eq!(
        (&typed["level"], &typed["components"]["ai_provider"]),
        (&"debug".into(), &"debug".into())
    );
    assert_eq!(service.log_levels().in_effect().level, LogLevel::Debug);

    let reset = send(&service, Method::DELETE, PATH, &[], Body::empty()).await;
    assert_eq!(reset.json(), before);
}

#[tokio::test]
async fn a_wrong_change_is_refused_and_changes_nothing() {
    let service = service(Config::default());
    let before = get(&service, PATH).await.json();
    let refused = send(&service, Method::PUT, PATH, &[], "level=debug&nothing=debug").await;
    let message = refused.refusal(StatusCode::UNPROCESSABLE_ENTITY, 3);
    assert!(message.contains("sql_generator"), "{message}");
    let twice = send(
        &service,
        Method::PUT,
        PATH,
        &[],
        "answer=debug sql_generator=info",
    )
    .await;
    let message = twice.refusal(StatusCode::UNPROCESSABLE_ENTITY, 3);
    assert!(message.contains("same component"), "{message}");
    let large = send(&service, Method::PUT, PATH, &[], "x".repeat(MAX_BODY + 1)).await;
    large.refusal(StatusCode::BAD_REQUEST, 3);
    let foreign = [("origin", "http://elsewhere.example")];
    let refused = send(&service, Method::PUT, PATH, &foreign, "debug").await;
    refused.refusal(StatusCode::FORBIDDEN, 7);
    assert_eq!(get(&service, PATH).await.json(), before);
}
