//! What a server is sent, and what its failures are called.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Request, Uri};
use tokio::net::TcpListener;

use super::*;
use crate::config::kinds::Secret;

/// A request as it came.
#[derive(Debug, Clone)]
struct Received {
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

#[derive(Debug, Clone)]
struct Server {
    status: StatusCode,
    received: Arc<Mutex<Vec<Received>>>,
}

/// A server that answers with that status; its URL.
async fn server(status: StatusCode) -> (String, Server) {
    let state = Server {
        status,
        received: Arc::default(),
    };
    let router = Router::new().fallback(take).with_state(state.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    profiling::tasks::spawn("serve a test", async move { axum::serve(listener, router).await });
    (url, state)
}

async fn take(
    State(server): State<Server>,
    request: Request<axum::body::Body>,
) -> (StatusCode, HeaderMap, String) {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let received = Received {
        uri: head.uri,
        headers: head.headers,
        body,
    };
    // Some repeat what they were sent.
    let told = format!("{:?}", received.headers);
    server.received.lock().unwrap().push(received);
    let mut headers = HeaderMap::new();
    headers.insert("location", HeaderValue::from_static("http://127.0.0.1:9/"));
    (server.status, headers, told)
}

fn config(name: Option<&str>) -> Config {
    let mut config = Config::default();
    let settings = &mut config.profiling.continuous;
    settings.push_name = name.map(str::to_owned);
    for (header, value) in [("X-Scope-OrgID", "team"), ("authorization", "Bearer planted\n")] {
        settings
            .push_headers
            .insert(header.to_owned(), Secret(value.to_owned().into()));
    }
    config.plugin.environment = "a b,c}".to_owned();
    config
}

fn about(from: u64, until: u64) -> About {
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    About {
        cause: ProfileCause::CpuGuard,
        began: at(from),
        ended: at(until),
    }
}

#[tokio::test]
async fn the_profile_is_a_part_of_a_form_and_the_rest_stands_in_the_query() {
    let (url, server) = server(StatusCode::OK).await;
    let pusher = Pusher::default();
    let config = config(Some("my/app"));
    let profile = b"\x1f\x8bnot looked at\r\n".to_vec();
    // A slash at the end of the URL, and a path in it, are as well.
    for url in [url.clone(), format!("{url}/base/")] {
        let pushed = pusher.push(&url, &config, about(1000, 1010), profile.clone());
        pushed.await.unwrap();
    }
    let received = server.received.lock().unwrap().clone();
    assert_eq!(received[0].uri.path(), "/ingest");
    assert_eq!(received[1].uri.path(), "/base/ingest");
    let version = build_info().version;
    let query = percent_encoding::percent_decode_str(received[0].uri.query().unwrap());
    assert_eq!(
        query.decode_utf8().unwrap(),
        format!(
            "name=my/app{{version={},environment=a_b_c_,cause=cpu_guard}}&from=1000&until=1010&sampleRate=100&spyName=atest-ext-ai",
            plain(version)
        )
    );
    assert_eq!(received[0].headers["x-scope-orgid"], "team");
    assert_eq!(received[0].headers["authorization"], "Bearer planted");

    let kind = received[0].headers["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let mut expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"profile\"; filename=\"profile.pprof\"\r\n\r\n"
    )
    .into_bytes();
    expected.extend_from_slice(&profile);
    expected.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert_eq!(received[0].body, expected);
}

#[tokio::test]
async fn a_heap_profile_ends_after_it_begins_and_has_the_name_of_the_traces() {
    let config = Config::default();
    let url = ingest_url("http://h", &config, about(1000, 1000));
    assert!(url.contains("name=atest%2Dext%2Dai%7Bversion"), "{url}");
    assert!(url.contains("&from=1000&until=1001&"), "{url}");
}

#[tokio::test]
async fn each_failure_says_what_to_do_and_nothing_of_headers_and_url() {
    for (status, words) in [
        (StatusCode::UNAUTHORIZED, "push_headers"),
        (StatusCode::NOT_FOUND, "/ingest is added"),
        (StatusCode::FOUND, "redirects are not followed"),
        (StatusCode::TOO_MANY_REQUESTS, "interval longer"),
        (StatusCode::INTERNAL_SERVER_ERROR, "log"),
    ] {
        let (url, server) = server(status).await;
        let pushed = Pusher::default()
            .push(&url, &config(None), about(1, 2), vec![1])
            .await;
        let error = pushed.unwrap_err();
        assert_eq!(error, PushError::Status(status));
        let message = error.to_string();
        assert!(message.contains(words), "{message}");
        assert!(
            !message.contains("planted") && !message.contains(&url),
            "{message}"
        );
        // Once: what failed is not tried again.
        assert_eq!(server.received.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let pushed = Pusher::default()
        .push(&url, &config(None), about(1, 2), vec![1])
        .await;
    assert_eq!(pushed, Err(PushError::Refused));
}

#[tokio::test]
async fn a_server_that_breaks_off_is_told_without_its_url() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    profiling::tasks::spawn(
        "serve a test",
        async move { while listener.accept().await.is_ok() {} },
    );
    let pushed = Pusher::default()
        .push(&url, &config(None), about(1, 2), vec![1])
        .await;
    let message = pushed.unwrap_err().to_string();
    assert!(message.starts_with("the connection failed: "), "{message}");
    assert!(!message.contains("127.0.0.1"), "{message}");
}

/// The clock of the test goes on whenever nothing else does.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let silent = profiling::tasks::spawn("serve a test", async move {
        let mut open = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            open.push(connection);
        }
    });
    let pushed = Pusher::default()
        .push(&url, &config(None), about(1, 2), vec![1])
        .await;
    assert_eq!(pushed, Err(PushError::Slow));
    silent.abort();
}
