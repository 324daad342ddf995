//! Slow, failing, overloaded: the question is answered by another, or refused clearly, in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::fake_provider::{End, FakeProvider, Received, Script, openai_sse};
use crate::support::plugin::Plugin;
use crate::{GOOD, ask, metric};

fn config(services: &[(&str, &FakeProvider)], more: &str) -> String {
    let mut text = format!(
        "ai:\n  health_check_interval: 0s\n  default_service: {}\n{more}  services:\n",
        services[0].0
    );
    for (name, provider) in services {
        text.push_str(&format!(
            "    {name}:\n      provider: custom\n      endpoint: {}\n      model: m\n",
            provider.url()
        ));
    }
    text
}

async fn failing(status: u16) -> FakeProvider {
    FakeProvider::start(move |_: &Received| {
        Script::json(status, r#"{"error": {"message": "no", "code": "x"}}"#)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engine_stands_in_and_says_so() {
    let provider = failing(400).await;
    let plugin = Plugin::start(&config(&[("first", &provider)], ""));
    let reply = ask(&plugin, &json!({"prompt": "show all users"}));
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    assert_eq!(reply.pair("provider").as_deref(), Some("builtin"));
    assert_eq!(reply.pair("degraded").as_deref(), Some("true"));
    assert_eq!(reply.pair("instead_of").as_deref(), Some("first"));
    assert!(
        reply.pair("warnings").unwrap().contains("in place of first"),
        "{}",
        reply.text()
    );
    // A stand-in's answer is not kept: the next question goes to the provider again.
    assert_eq!(
        ask(&plugin, &json!({"prompt": "show all users"}))
            .pair("cached")
            .as_deref(),
        Some("false")
    );
    assert_eq!(provider.requests(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn services_are_asked_in_their_order() {
    let (first, third) = (
        failing(401).await,
        FakeProvider::start(|_: &Received| openai_sse(GOOD)).await,
    );
    let second = failing(402).await;
    let services = [("first", &first), ("second", &second), ("third", &third)];
    let plugin = Plugin::start(&config(&services, "  fallback_order: [second, third]\n"));
    let reply = ask(&plugin, &json!({}));
    assert_eq!(
        reply.pair("provider").as_deref(),
        Some("third"),
        "{}",
        reply.text()
    );
    assert_eq!(reply.pair("degraded").as_deref(), Some("false"));
    assert_eq!([first.requests(), second.requests(), third.requests()], [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_reply_is_noticed_and_a_slow_one_is_waited_for() {
    let stalled = FakeProvider::start(|_: &Received| {
        Script::events()
            .piece("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{\"}}]}\n\n")
            .end(End::Hang)
    })
    .await;
    let more = "  stall_timeout: 300ms\n  timeout: 20s\n  retry:\n    enabled: false\n";
    let plugin = Plugin::start(&config(&[("first", &stalled)], more));
    let started = Instant::now();
    let reply = ask(&plugin, &json!({"prompt": "show all users"}));
    assert_eq!(
        reply.pair("degraded").as_deref(),
        Some("true"),
        "{}",
        reply.text()
    );
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "waited for a dead stream"
    );
    stalled.until(|seen| seen.open == 0).await;

    // Longer than the silence allowed in a reply: before it begins, there is no such limit.
    let slow =
        FakeProvider::start(|_: &Received| openai_sse(GOOD).head_after(Duration::from_millis(900))).await;
    let plugin = Plugin::start(&config(&[("first", &slow)], more));
    assert_eq!(
        ask(&plugin, &json!({})).pair("provider").as_deref(),
        Some("first")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_ends_the_providers_call() {
    let provider = FakeProvider::start(|_: &Received| Script::silent()).await;
    let plugin = Plugin::start(&config(&[("first", &provider)], ""));
    let address = plugin.http;
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let body =
        json!({"type": "ai", "key": "generate", "sql": json!({"prompt": "show all users"}).to_string()})
            .to_string();
    let request = crate::support::http::request(
        "POST",
        "/api/v1/data/query",
        &[("Content-Type", "application/json")],
        body.as_bytes(),
    );
    std::io::Write::write_all(&mut stream, &request).unwrap();
    provider.until(|seen| seen.open == 1).await;
    // The connection is there before the request is: nothing is under way yet.
    while provider.requests() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(stream);
    provider
        .until(|seen| seen.disconnects == 1 && seen.open == 0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_places_and_line_questions_are_shed_at_once() {
    let provider =
        FakeProvider::start(|_: &Received| openai_sse(GOOD).head_after(Duration::from_secs(2))).await;
    let config = format!(
        "{}performance:\n  worker_pools:\n    ai_requests:\n      size: 1\n      queue_size: 1\n",
        config(&[("first", &provider)], "")
    );
    let plugin = Arc::new(Plugin::start(&config));
    let asked: Vec<_> = (0..6)
        .map(|number| {
            let plugin = Arc::clone(&plugin);
            let prompt = format!("names of active users number {number}");
            std::thread::spawn(move || ask(&plugin, &json!({"prompt": prompt})))
        })
        .collect();
    let replies: Vec<_> = asked.into_iter().map(|asked| asked.join().unwrap()).collect();
    let shed: Vec<_> = replies.iter().filter(|reply| reply.status == 503).collect();
    assert_eq!(shed.len(), 4, "{replies:?}");
    assert_eq!(shed[0].pair("error_kind").as_deref(), Some("overloaded"));
    assert_eq!(shed[0].header("retry-after"), "5");
    assert_eq!(
        metric(
            &plugin,
            r#"atest_ai_requests_rejected_total{reason="queue_full"}"#
        ),
        Some(4.0)
    );
    assert_eq!(provider.requests(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_questions_than_the_rate_allows_are_told_to_wait() {
    let provider = FakeProvider::start(|_: &Received| openai_sse(GOOD)).await;
    let more = "  rate_limit:\n    requests_per_minute: 1\n    burst_size: 2\n";
    let plugin = Plugin::start(&config(&[("first", &provider)], more));
    let statuses: Vec<u16> = (0..3)
        .map(|number| ask(&plugin, &json!({"existing_sql": format!("SELECT {number}")})).status)
        .collect();
    assert_eq!(statuses, [200, 200, 429]);
    // What is kept costs nothing, and so does the embedded engine.
    let kept = ask(&plugin, &json!({"existing_sql": "SELECT 0"}));
    assert_eq!((kept.status, kept.pair("cached").as_deref()), (200, Some("true")));
    let own = ask(
        &plugin,
        &json!({"provider": "builtin", "prompt": "show all users"}),
    );
    assert_eq!(own.pair("success").as_deref(), Some("true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_questions_at_the_same_time_are_asked_once() {
    let provider =
        FakeProvider::start(|_: &Received| openai_sse(GOOD).head_after(Duration::from_millis(700))).await;
    let plugin = Arc::new(Plugin::start(&config(&[("first", &provider)], "")));
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let reply = ask(&plugin, &json!({}));
                assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
                answered.fetch_add(1, Ordering::SeqCst);
            });
        }
    });
    assert_eq!(answered.load(Ordering::SeqCst), 8);
    assert_eq!(provider.requests(), 1);
}
