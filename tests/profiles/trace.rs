//! `go tool trace` on questions to a provider that takes its time.
#![allow(clippy::disallowed_methods, reason = "tests need no names for their tasks")]

use std::net::SocketAddr;
use std::path::Path;
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

/// Each question's duration as its client saw it. The words are new each time, or the answers would come from the cache.
fn ask_all(address: SocketAddr, words: &str) -> Vec<Duration> {
    let asked = (0..QUESTIONS).map(|number| {
        let began = Instant::now();
        let reply = ask(address, &format!("the names of {number} {words} users"), &[]);
        assert_eq!(reply.status, 200, "{}", reply.text());
        began.elapsed()
    });
    asked.collect()
}

/// Records while questions are asked; gives what their client saw, and the trace.
fn recorded(address: SocketAddr, words: &str) -> (Vec<Duration>, Vec<u8>) {
    let recording = std::thread::spawn(move || get(address, "/debug/pprof/trace?seconds=5"));
    // Questions that begin before it would not be in it.
    std::thread::sleep(Duration::from_millis(700));
    let seen = ask_all(address, words);
    let reply = recording.join().unwrap();
    assert_eq!((reply.status, reply.header("x-trace-events-lost")), (200, "0"));
    (seen, reply.body)
}

/// Whether each task took what a client saw, within a tenth.
fn agree(seen: &[Duration], shown: &[Duration]) -> bool {
    let (mut seen, mut shown) = (seen.to_vec(), shown.to_vec());
    seen.sort();
    shown.sort();
    let is_near = |(seen, shown): (&Duration, &Duration)| seen.abs_diff(*shown) * 10 <= *seen;
    seen.len() == shown.len() && seen.iter().zip(&shown).all(is_near)
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
    let looked_at = tokio::task::spawn_blocking(move || {
        // Connections are made and code is loaded once.
        ask_all(address, "first");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trace");
        // A client that waits for a busy processor sees more than the plugin does: then once more.
        let mut told = Vec::new();
        for words in ["old", "new", "young", "tall", "late"] {
            let (seen, trace) = recorded(address, words);
            std::fs::write(&file, &trace).unwrap();
            let shown = durations(&Pages::serve(&tools[0], &file).text("/usertask?type=question"));
            if agree(&seen, &shown) {
                return check_pages(&tools, &file, &seen);
            }
            told.push((seen, shown));
        }
        panic!("never within a tenth: {told:?}");
    });
    looked_at.await.unwrap();
    let perfetto = get(address, "/debug/pprof/trace?seconds=1&format=perfetto");
    assert_eq!(perfetto.status, 200);
    assert!(perfetto.header("content-disposition").contains("trace.perfetto"));
}

/// Both versions show the questions, their phases and the tasks by name.
fn check_pages(tools: &[go::Go], file: &Path, seen: &[Duration]) {
    for tool in tools {
        let pages = Pages::serve(tool, file);
        let list = pages.get("/usertasks");
        assert!(
            list.contains(&format!("/usertask?type=question\">{QUESTIONS}<")),
            "{list}"
        );
        let page = pages.text("/usertask?type=question");
        assert!(agree(seen, &durations(&page)), "{seen:?}: {page}");
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
