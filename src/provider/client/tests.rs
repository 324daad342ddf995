use std::path::Path;
use std::time::Duration;

use crate::config::model::ProviderPool;
use crate::config::{Environment, ProviderKind};
use crate::provider::fake_provider::{Authority, End, FakeProvider, Script, openai_sse};
use crate::provider::remote::testing::{ANSWER, HEADER, KEY, ask, failure_of, target};
use crate::provider::{Endpoint, FailureKind, open};

use super::*;

fn settings(pool: &ProviderPool) -> ClientSettings<'_> {
    ClientSettings {
        pool,
        ca_file: None,
        endpoint: None,
    }
}

fn proxies(pairs: &[(&str, &str)]) -> Proxies {
    Proxies::of(&Environment::from_pairs(pairs.iter().copied()))
}

/// Whether a client can be made.
fn made(settings: &ClientSettings<'_>, proxies: Proxies) -> Result<(), String> {
    Recipe::of(settings, proxies).build().map(drop)
}

#[tokio::test]
async fn calls_beyond_the_most_wait_and_are_then_refused() {
    let fake = FakeProvider::start(|received| match received.number {
        0 => Script::silent(),
        _ => openai_sse(ANSWER),
    })
    .await;
    let pool = ProviderPool {
        max_active_connections: 1,
        connection_timeout: Duration::from_millis(150),
        ..ProviderPool::default()
    };
    let mut target = target(ProviderKind::OpenAi, &fake.url());
    target.client = Client::through(&settings(&pool), Proxies::default());
    let provider = open(target);
    let other = Arc::clone(&provider);
    let hanging = tokio::spawn(async move { ask(&other).await.map(|_| ()) });
    fake.until(|seen| seen.connections == 1).await;
    let refused = failure_of(&provider).await;
    assert_eq!(refused.kind, FailureKind::Busy, "{}", refused.message);
    assert!(
        refused.message.contains("max_active_connections"),
        "{}",
        refused.message
    );
    // A call that is given up makes room.
    hanging.abort();
    fake.until(|seen| seen.disconnects == 1).await;
    ask(&provider).await.unwrap();
}

#[tokio::test]
async fn a_proxy_is_used_for_other_machines_and_never_for_this_one() {
    let proxy = FakeProvider::start(|received| {
        assert_eq!(received.path, "http://llm.example.test/v1/chat/completions");
        assert_eq!(received.header("proxy-authorization"), "Basic dXNlcjpodW50ZXIy");
        openai_sse(ANSWER)
    })
    .await;
    let address = format!("http://user:hunter2@{}", proxy.address());
    let pool = ProviderPool::default();
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let before = proxy.requests();
        let found = proxies(&[(name, &address)]);
        assert!(!format!("{found:?}").contains("hunter2"));
        let client = Client::through(&settings(&pool), found.clone());
        assert!(!format!("{client:?}").contains("hunter2"));
        let mut remote = target(ProviderKind::OpenAi, "http://llm.example.test");
        remote.client = client.clone();
        ask(&open(remote))
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(proxy.requests(), before + 1, "{name}");

        let here = FakeProvider::start(|_| openai_sse(ANSWER)).await;
        for url in [
            here.url(),
            format!("http://localhost:{}", here.address().port()),
            format!("http://x.localhost:{}", here.address().port()),
        ] {
            let mut local = target(ProviderKind::OpenAi, &url);
            local.client = client.clone();
            ask(&open(local))
                .await
                .unwrap_or_else(|error| panic!("{url}: {error}"));
        }
        assert_eq!((proxy.requests(), here.requests()), (before + 1, 3));
    }
}

#[tokio::test]
async fn openrouter_asks_only_services_that_take_everything_as_long_as_there_is_one() {
    let unknown =
        r#"{"error":{"message":"No endpoints found that can handle the requested parameters.","code":404}}"#;
    for (takes_all, takes_none, calls) in [(false, false, 2), (true, false, 1), (false, true, 3)] {
        // Stands for the service too: it is asked for the whole address.
        let proxy = FakeProvider::start(move |received| {
            assert!(received.path.starts_with("http://openrouter.ai/"));
            let body = received.json();
            let is_whole = body["provider"]["require_parameters"] == true;
            let has_logprobs = body["logprobs"] == true;
            if !is_whole || takes_all || !(has_logprobs || takes_none) {
                assert!(body["response_format"]["json_schema"].is_object());
                openai_sse(ANSWER)
            } else {
                Script::json(404, unknown)
            }
        })
        .await;
        let pool = ProviderPool::default();
        let found = proxies(&[("HTTP_PROXY", &proxy.url())]);
        let mut remote = target(ProviderKind::Custom, "http://openrouter.ai/api/v1");
        remote.client = Client::through(&settings(&pool), found.clone());
        let provider = open(remote);
        ask(&provider).await.unwrap();
        assert_eq!(proxy.requests(), calls);
        ask(&provider).await.unwrap();
        assert_eq!(proxy.requests(), calls + 1);
    }
    // A model that it does not know is asked for once, and another service is told nothing of this.
    let other = FakeProvider::start(|received| {
        assert!(received.json().get("provider").is_none());
        Script::json(
            404,
            r#"{"error":{"message":"No endpoints found for some-model.","code":404}}"#,
        )
    })
    .await;
    let failed = failure_of(&open(target(ProviderKind::Custom, &other.url()))).await;
    assert_eq!((failed.kind, other.requests()), (FailureKind::NotFound, 1));
}

#[tokio::test]
async fn tls_goes_through_the_proxy_unread_and_its_no_is_told() {
    let proxy = FakeProvider::start(|received| {
        assert_eq!(
            (received.method.as_str(), received.path.as_str()),
            ("CONNECT", "llm.example.test:443")
        );
        assert!(!format!("{received:?}").contains(KEY) && !format!("{received:?}").contains(HEADER));
        match received.number {
            0 => Script::status(407),
            _ => Script::status(502),
        }
    })
    .await;
    let pool = ProviderPool::default();
    let found = proxies(&[("https_proxy", &proxy.address().to_string())]);
    for words in ["wants a user and password", "HTTPS_PROXY"] {
        let mut remote = target(ProviderKind::OpenAi, "https://llm.example.test");
        remote.client = Client::through(&settings(&pool), found.clone());
        let failed = failure_of(&open(remote)).await;
        assert_eq!(failed.kind, FailureKind::Network);
        assert!(failed.message.contains(words), "{}", failed.message);
    }
}

#[tokio::test]
async fn no_proxy_an_empty_variable_and_cgi_switch_proxies_off() {
    let proxy = FakeProvider::start(|_| openai_sse(ANSWER)).await;
    let address = proxy.url();
    let pool = ProviderPool::default();
    for pairs in [
        &[("HTTP_PROXY", address.as_str()), ("NO_PROXY", ".invalid")][..],
        &[("HTTP_PROXY", &address), ("no_proxy", "*")],
        &[("HTTP_PROXY", &address), ("REQUEST_METHOD", "GET")],
        &[("HTTP_PROXY", ""), ("http_proxy", &address)],
    ] {
        let mut remote = target(ProviderKind::OpenAi, "http://nowhere.invalid");
        remote.client = Client::through(&settings(&pool), proxies(pairs));
        assert_eq!(
            failure_of(&open(remote)).await.kind,
            FailureKind::Network,
            "{pairs:?}"
        );
    }
    assert_eq!(proxy.requests(), 0);
}

#[test]
fn a_proxy_that_is_none_is_named_without_its_password() {
    let pool = ProviderPool::default();
    for value in ["ftp://user:hunter2@proxy", "http://user:hunter2@[", "http://"] {
        let found = proxies(&[("HTTPS_PROXY", value)]);
        let error = made(&settings(&pool), found.clone()).unwrap_err();
        assert!(
            error.contains("HTTPS_PROXY") && !error.contains("hunter2"),
            "{error}"
        );
        // What is on this machine needs none.
        let local = Endpoint::parse("http://localhost:11434").unwrap();
        let settings = ClientSettings {
            endpoint: Some(&local),
            ..settings(&pool)
        };
        assert_eq!(made(&settings, found), Ok(()));
    }
    let socks = proxies(&[("ALL_PROXY", "socks5h://127.0.0.1:1080")]);
    assert_eq!(made(&settings(&pool), socks), Ok(()));
}

#[tokio::test]
async fn a_ca_file_that_is_none_is_named_until_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate here").unwrap();
    let broken = folder.path().join("broken.pem");
    std::fs::write(
        &broken,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    let pool = ProviderPool::default();
    for path in [Path::new("/nonexistent/ca.pem"), &empty, &broken] {
        let settings = ClientSettings {
            ca_file: Some(path),
            ..settings(&pool)
        };
        let error = made(&settings, Proxies::default()).unwrap_err();
        assert!(error.contains("ca_file"), "{error}");
    }
    let authority = Authority::new();
    let fake = FakeProvider::start_tls(&authority, |_| openai_sse(ANSWER)).await;
    let mut target = target(ProviderKind::OpenAi, &fake.url());
    target.client = Client::new(&ClientSettings {
        ca_file: Some(&broken),
        ..settings(&pool)
    });
    let provider = open(target);
    let failed = failure_of(&provider).await;
    assert_eq!(failed.kind, FailureKind::BadRequest);
    assert!(
        failed.message.starts_with("tea was not asked: ") && failed.message.contains("ca_file"),
        "{}",
        failed.message
    );
    std::fs::write(&broken, authority.pem()).unwrap();
    ask(&provider).await.unwrap();
}

#[tokio::test]
async fn certificates_are_read_while_other_work_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    // Who opens a pipe to read waits until somebody writes.
    let ca_file = folder.path().join("ca.pem");
    let (fifo, mode) = (
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
    );
    rustix::fs::mknodat(rustix::fs::CWD, &ca_file, fifo, mode, 0).unwrap();
    let authority = Authority::new();
    let fake = FakeProvider::start_tls(&authority, |_| openai_sse(ANSWER)).await;
    let mut target = target(ProviderKind::OpenAi, &fake.url());
    target.client = Client::new(&ClientSettings {
        ca_file: Some(&ca_file),
        ..settings(&ProviderPool::default())
    });
    let (tell, told) = std::sync::mpsc::channel();
    let pem = authority.pem();
    let writer = std::thread::spawn(move || {
        let went_on = told.recv_timeout(Duration::from_secs(5)).is_ok();
        std::fs::write(&ca_file, pem).unwrap();
        went_on
    });
    // One thread for both.
    let other_work = async { tell.send(()).unwrap() };
    let provider = open(target);
    let (answer, ()) = tokio::join!(ask(&provider), other_work);
    answer.unwrap();
    assert!(
        writer.join().unwrap(),
        "the certificates were waited for on the runtime's thread"
    );
}

#[tokio::test]
async fn a_connection_that_nobody_takes_is_given_up_in_time() {
    // A listener whose queue is full takes no more connections.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let _queue: Vec<_> = (0..4)
        .map(|_| std::net::TcpStream::connect_timeout(&address, Duration::from_millis(50)))
        .collect();
    let pool = ProviderPool {
        connection_timeout: Duration::from_millis(200),
        ..ProviderPool::default()
    };
    let mut slow = target(ProviderKind::OpenAi, &format!("http://{address}"));
    slow.client = Client::through(&settings(&pool), Proxies::default());
    let failed = failure_of(&open(slow)).await;
    assert_eq!(failed.kind, FailureKind::Network);
    assert!(
        failed.message.contains("did not take a connection within 200ms"),
        "{}",
        failed.message
    );
}

#[tokio::test]
async fn a_connection_that_breaks_in_an_answer_is_not_used_again() {
    let fake = FakeProvider::start(|received| match received.number % 2 {
        0 => Script::events()
            .piece("data: {\"choices\":[]}\n\n")
            .end(End::Reset),
        _ => openai_sse(ANSWER),
    })
    .await;
    let provider = open(target(ProviderKind::OpenAi, &fake.url()));
    for _ in 0..5 {
        assert_eq!(failure_of(&provider).await.kind, FailureKind::Network);
        ask(&provider).await.unwrap();
    }
    assert_eq!(fake.requests(), 10);
    fake.until(|seen| seen.open <= 1).await;
}
