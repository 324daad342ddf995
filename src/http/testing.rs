//! A door without a socket, for tests.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::access::{Access, Rules};
use super::guard::{Gate, Peer};
use super::heartbeat::Heartbeat;
use super::router::router;
use crate::answer::{AnswerService, Ground, Snapshot};
use crate::config::Config;

/// An open service with the given config.
pub(super) fn service(config: Config) -> Arc<AnswerService> {
    let service = starting_service(config);
    service.admission.open();
    service
}

/// A service that is still being built.
pub(super) fn starting_service(config: Config) -> Arc<AnswerService> {
    let ground = Ground::default();
    let snapshot = Snapshot::new(Arc::new(config), &ground, None);
    Arc::new(AnswerService::new(snapshot, ground))
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a pair in the host's form.
    pub(super) fn pair(&self, key: &str) -> Option<String> {
        let document = self.json();
        let pairs = document["data"].as_array().unwrap();
        let pair = pairs.iter().find(|pair| pair["key"] == key)?;
        Some(pair["value"].as_str().unwrap().to_owned())
    }

    /// The message of a refusal, after checking its form.
    pub(super) fn refusal(&self, status: StatusCode, code: u8) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        let document = self.json();
        assert_eq!(document["code"], code);
        assert_eq!(document["details"], serde_json::json!([]));
        document["message"].as_str().unwrap().to_owned()
    }
}

/// Whom the door of that service lets in.
pub(super) fn gate(service: &Arc<AnswerService>) -> Gate {
    let rules = Rules::new(&service.snapshot().config).unwrap();
    Gate {
        service: Arc::clone(service),
        access: Arc::new(Access::new(rules)),
    }
}

/// Sends one request from 127.0.0.1 with `Host: localhost:9090`, unless `headers` says otherwise.
pub(super) async fn send(
    service: &Arc<AnswerService>,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Reply {
    let router = router(gate(service), Arc::new(Heartbeat::new()));
    let from = SocketAddr::from(([127, 0, 0, 1], 40_000));
    exchange(router, from, method, path, headers, body).await
}

/// Sends one request from somewhere, with `Host: localhost:9090` unless `headers` says otherwise.
pub(super) async fn exchange(
    router: Router,
    from: SocketAddr,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "localhost:9090");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.extension(Peer(from)).body(body.into()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Reply {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

/// GET without headers of its own.
pub(super) async fn get(service: &Arc<AnswerService>, path: &str) -> Reply {
    send(service, Method::GET, path, &[], Body::empty()).await
}
