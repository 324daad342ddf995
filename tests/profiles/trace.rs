//! `go tool trace` on questions to a provider that takes its time.
#![allow(clippy::disallowed_methods, reason = "tests need no names for their tasks")]

use std::time::{Duration, Instant};

use crate::fake_provider::{FakeProvider, Received, Script, openai_sse};
use crate::pages::Pages;
use crate::support::http::get;
use crate::support::plugin::Plugin;
use crate::{ask, go};

const GOOD: &str = r#"{"sql": "SELECT name FROM users", "explanation": "Names.", "tables": ["users"],
 "assumptions": [], "answerable": true, "clarification": null}"#;
const THINKS: Duration = Duration::from_millis(200);
const QUESTIONS: usize = 6;

async fn slow_provider() -> FakeProvider {
    FakeProvider::start(|received: &Received| {
        if received.method == "GET" {
            return Script::json(200, r#"{"data":[{"id":"m-1"}]}"#);
        }
        openai_sse(GOOD).head_after(THINKS)
    })
    .await
}

/// Each question's duration as its client saw it.
fn ask_all(address: std::net::SocketAddr, about: &'static str) -> Vec<Duration> {
    let asked = (0..QUESTIONS).map(|number| {
        std::thread::spawn(move || {
            let began = Instant::now();
            let reply = ask(address, &format!("the names of {number} {about} users"), &[]);
            assert_eq!(reply.status, 200, "{}", reply.text());
            began.elapsed()
        })
    });
    let asked: Vec<_> = asked.collect();
    asked.into_iter().map(|asked| asked.join().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_question_is_a_user_task_that_took_what_its_client_saw() {
    let Some(tools) = go::both() else { return };
    let provider = slow_provider().await;
    let plugin = Plugin::start(&format!(
        "ai: {{default_service: it, services: {{it: {{provider: custom, endpoint: '{}', model: m-1, \
         api_key: sk-planted-0123456789abcdef}}}}}}\n",
        provider.url()
    ));
    let address = plugin.http;
    // Connections are made and code is loaded once. Other words, or the answers would come from the cache.
    ask_all(address, "old");
    let recording = std::thread::spawn(move || get(address, "/debug/pprof/trace?seconds=4"));
    // Questions that begin before it would not be in it.
    std::thread::sleep(Duration::from_millis(700));
    let seen = tokio::task::spawn_blocking(move || ask_all(address, "new"))
        .await
        .unwrap();
    let reply = recording.join().unwrap();
    assert_eq!((reply.status, reply.header("x-trace-events-lost")), (200, "0"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace");
    std::fs::write(&file, &reply.body).unwrap();
    for tool in &tools {
        let pages = Pages::serve(tool, &file);
        let list = pages.get("/usertasks");
        assert!(
            list.contains(&format!("/usertask?type=question\">{QUESTIONS}<")),
            "{list}"
        );
        let page = pages.text("/usertask?type=question");
        let mut durations = durations(&page);
        assert_eq!(durations.len(), QUESTIONS, "{page}");
        // Same order statistics: each client's with each task's.
        let mut seen = seen.clone();
        seen.sort();
        durations.sort();
        for (seen, shown) in seen.iter().zip(&durations) {
            let difference = seen.abs_diff(*shown);
            assert!(difference * 10 <= *seen, "seen {seen:?}, shown {shown:?}");
        }
        assert!(page.contains("question answered"), "{page}");
        let goroutines = pages.get("/goroutines");
        assert!(goroutines.contains("watch the config"), "{goroutines}");
        let regions = pages.get("/userregions");
        let tasks = list + &regions;
        for phase in ["look into cache", "admit", "schema", "chat", "check sql"] {
            assert!(
                tasks.replace("%20", " ").replace('+', " ").contains(phase),
                "{phase}: {tasks}"
            );
        }
        assert!(!pages.get("/jsontrace").contains("planted"));
    }
    let perfetto = get(address, "/debug/pprof/trace?seconds=1&format=perfetto");
    assert_eq!(perfetto.status, 200);
    assert!(perfetto.header("content-disposition").contains("trace.perfetto"));
}

/// What the page of a kind of task says of how long each took.
fn durations(page: &str) -> Vec<Duration> {
    let words: Vec<&str> = page.split_whitespace().collect();
    let shown = words
        .windows(3)
        .filter(|words| words[1] == "Task" && words[2].parse::<u64>().is_ok());
    shown
        .map(|words| {
            let shown = words[0].strip_suffix("ms").map(|number| (number, 1e-3));
            let shown = shown.or(words[0].strip_suffix('s').map(|number| (number, 1.0)));
            let seconds = shown.and_then(|(number, unit)| Some(number.parse::<f64>().ok()? * unit));
            let seconds = seconds.unwrap_or_else(|| panic!("{:?} is no duration:\n{page}", words[0]));
            Duration::from_secs_f64(seconds)
        })
        .collect()
}
