//! Who is trusted with a call, and what is told of it.

use crate::config::model::ProviderPool;
use crate::provider::client::ClientSettings;
use crate::provider::fake_provider::{Authority, End, FakeProvider, Script};
use crate::provider::remote::testing::*;
use crate::provider::remote::*;

use super::{MS, half};

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_stays_here() {
    for kind in WIRES {
        for status in [301, 302, 303, 307, 308] {
            let other = FakeProvider::start(move |_| good(kind, ANSWER)).await;
            let location = format!("http://localhost:{}/x?token=hunter2", other.address().port());
            let found = failure(kind, Script::status(status).header("location", &location)).await;
            assert_eq!(
                (found.kind, found.status),
                (FailureKind::Policy, Some(status)),
                "{kind:?}"
            );
            assert!(
                found.message.contains("localhost") && !found.message.contains("hunter2"),
                "{}",
                found.message
            );
            assert_eq!(other.seen().connections, 0);
        }
    }
}

#[tokio::test]
async fn a_private_certificate_needs_its_authority() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, authority.pem()).unwrap();
    for kind in WIRES {
        let fake = FakeProvider::start_tls(&authority, move |_| good(kind, ANSWER)).await;
        let untrusted = failure_of(&provider(kind, &fake)).await;
        assert_eq!(untrusted.kind, FailureKind::Network, "{}", untrusted.message);
        assert!(
            untrusted.message.contains("certificate") && untrusted.message.contains("ca_file"),
            "{}",
            untrusted.message
        );
        assert_eq!(fake.requests(), 0);
        let mut trusting = target(kind, &fake.url());
        trusting.client = Client::new(&ClientSettings {
            pool: &ProviderPool::default(),
            ca_file: Some(&ca_file),
            endpoint: Some(&trusting.endpoint),
        });
        ask(&open(trusting))
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_accepted() {
    let authority = Authority::for_names(&["other.example"]);
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, authority.pem()).unwrap();
    let fake = FakeProvider::start_tls(&authority, |_| good(ProviderKind::OpenAi, ANSWER)).await;
    let mut target = target(ProviderKind::OpenAi, &fake.url());
    target.client = Client::new(&ClientSettings {
        pool: &ProviderPool::default(),
        ca_file: Some(&ca_file),
        endpoint: Some(&target.endpoint),
    });
    let found = failure_of(&open(target)).await;
    assert!(
        found.kind == FailureKind::Network && found.message.contains("certificate"),
        "{}",
        found.message
    );
    assert_eq!(fake.requests(), 0);
}

#[tokio::test]
async fn giving_up_closes_the_connection() {
    for kind in WIRES {
        for script in [Script::silent(), half(kind).end(End::Hang)] {
            let fake = FakeProvider::start(move |_| script.clone()).await;
            let provider = provider(kind, &fake);
            let call = tokio::time::timeout(MS(150), ask(&provider)).await;
            assert!(call.is_err(), "the call must still be under way");
            let seen = fake.until(|seen| seen.disconnects == 1).await;
            assert_eq!(seen.open, 0, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn secrets_and_the_question_are_in_no_error_and_no_debug_text() {
    for kind in WIRES {
        for status in [400, 401, 403, 404, 429, 500, 200] {
            let echo = format!("Bearer {KEY} {HEADER} {KEY}-x asked {QUESTION}");
            for body in [
                serde_json::json!({ "error": { "message": echo, "type": echo, "code": echo, "param": echo } }).to_string(),
                serde_json::json!({ "error": echo }).to_string(),
                serde_json::json!({ "detail": echo }).to_string(),
                echo.clone(),
            ] {
                let fake = FakeProvider::start(move |_| Script::json(status, body.clone())).await;
                let error = ask(&provider(kind, &fake)).await.unwrap_err();
                for text in [error.to_string(), format!("{error:?}")] {
                    for secret in [KEY, HEADER, QUESTION] {
                        assert!(!text.contains(secret), "{kind:?} {status}: {text}");
                    }
                }
            }
        }
        let target = target(kind, "http://127.0.0.1:9");
        let shown = format!("{target:?} {:?} {:?}", target.client, target.learned);
        assert!(!shown.contains(KEY) && !shown.contains(HEADER), "{shown}");
        let url = target.endpoint.versioned("/messages");
        let remote = Remote::new(target, url);
        assert!(!format!("{:?}", remote.peer).contains("planted"));
    }
}

#[tokio::test]
async fn a_setting_that_no_header_can_hold_is_refused_without_being_shown() {
    let set = |change: fn(&mut Target)| {
        let mut target = target(ProviderKind::OpenAi, "http://127.0.0.1:9");
        change(&mut target);
        open(target)
    };
    for provider in [
        set(|target| target.api_key = Some("planted\nkey".into())),
        set(|target| drop(target.headers.insert("bad name".into(), Secret("planted".into())))),
        set(|target| drop(target.headers.insert("x-y".into(), Secret("plan\nted".into())))),
        set(|target| drop(target.headers.insert("Host".into(), Secret("planted".into())))),
    ] {
        let found = failure_of(&provider).await;
        assert!(
            found.message.contains("cannot be sent") && !found.message.contains("planted"),
            "{}",
            found.message
        );
    }
}

#[tokio::test]
async fn network_trouble_is_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let tls_to_plain = format!("https://{}", plain.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    for (url, words) in [
        (refused.as_str(), "refused the connection"),
        ("http://nowhere.invalid", "name"),
        (&tls_to_plain, "does not speak TLS"),
    ] {
        for kind in WIRES {
            let found = failure_of(&open(target(kind, url))).await;
            assert_eq!(found.kind, FailureKind::Network, "{}", found.message);
            assert!(found.message.contains(words), "{url}: {}", found.message);
        }
    }
}
