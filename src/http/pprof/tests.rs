//! Profiles by name, within bounds, one at a time, for those who may see them.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};

use crate::answer::AnswerService;
use crate::config::Config;
use crate::http::testing::{Reply, get, send, service};
use crate::telemetry::Format;

fn counted(service: &AnswerService, profile: &str, outcome: &str) -> u64 {
    let text = String::from_utf8(service.metrics.render(Format::Text004)).unwrap();
    let series = format!("atest_ai_profiles_total{{outcome=\"{outcome}\",profile=\"{profile}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&series));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_value_out_of_bounds_is_refused_with_the_bounds() {
    let service = service(Config::default());
    let seconds = "seconds is a number from 1 to 300";
    for (query, message) in [
        ("seconds=0", seconds),
        ("seconds=-1", seconds),
        ("seconds=301", seconds),
        ("seconds=999999999999999999999999", seconds),
        ("seconds=NaN", seconds),
        ("seconds=inf", seconds),
        ("seconds=%00", seconds),
        ("seconds=", seconds),
        ("seconds", seconds),
        (
            "hz=0",
            "hz is a whole number from 1 to 250: samples in a second of CPU time",
        ),
        (
            "hz=-5",
            "hz is a whole number from 1 to 250: samples in a second of CPU time",
        ),
        (
            "frequency=251",
            "frequency is a whole number from 1 to 250: samples in a second of CPU time",
        ),
        (
            "hz=1e2",
            "hz is a whole number from 1 to 250: samples in a second of CPU time",
        ),
        ("format=png", "format is pprof, svg, folded or text"),
        ("debug=yes", "debug is 0, 1 or 2"),
        ("seconds=1&seconds=9999", seconds),
    ] {
        let reply = get(&service, &format!("/debug/pprof/profile?{query}")).await;
        assert_eq!(reply.refusal(StatusCode::BAD_REQUEST, 3), message, "{query}");
    }
    assert_eq!(counted(&service, "profile", "refused"), 16);
    let heap = get(&service, "/debug/pprof/heap?seconds=5").await;
    let message = heap.refusal(StatusCode::BAD_REQUEST, 3);
    assert!(message.contains("-base"), "{message}");
}

#[tokio::test]
async fn an_unknown_profile_is_answered_with_the_known_ones() {
    let reply = get(&service(Config::default()), "/debug/pprof/nonsense").await;
    let message = reply.refusal(StatusCode::NOT_FOUND, 5);
    assert_eq!(
        message,
        "there is no profile of that name; there are: profile, heap, allocs, goroutine, threadcreate, mutex, block, trace"
    );
}

#[tokio::test]
async fn what_this_build_cannot_take_says_why() {
    let service = service(Config::default());
    let message = get(&service, "/debug/pprof/heap")
        .await
        .refusal(StatusCode::NOT_IMPLEMENTED, 12);
    assert!(message.contains("jemalloc is not its allocator"), "{message}");
    assert_eq!(counted(&service, "heap", "unsupported"), 1);
}

/// Starts a request and lets it run until it takes a profile.
async fn begun(service: &Arc<AnswerService>, path: &'static str) -> tokio::task::JoinHandle<Reply> {
    let asking = Arc::clone(service);
    let task = tokio::spawn(async move { get(&asking, path).await });
    until(profiling::cpu::is_busy).await;
    task
}

async fn until(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time_and_an_abandoned_one_or_a_stop_makes_room() {
    let service = service(Config::default());
    let first = begun(&service, "/debug/pprof/profile?seconds=300").await;
    let second = get(&service, "/debug/pprof/profile?seconds=1").await;
    let message = second.refusal(StatusCode::CONFLICT, 3);
    assert!(
        message.starts_with("a CPU profile is being taken already, for "),
        "{message}"
    );
    let wait: u64 = second.header("retry-after").parse().unwrap();
    assert!((250..=301).contains(&wait), "{wait}");
    assert_eq!(counted(&service, "profile", "busy"), 1);

    // The client goes away.
    first.abort();
    until(|| !profiling::cpu::is_busy()).await;
    assert_eq!(counted(&service, "profile", "abandoned"), 1);

    let folded = get(&service, "/debug/pprof/profile?seconds=1&hz=250&format=text").await;
    assert_eq!(folded.status, StatusCode::OK, "{}", folded.text());
    assert!(
        folded.text().starts_with("profile profile: "),
        "{}",
        folded.text()
    );
    assert_eq!(counted(&service, "profile", "taken"), 1);

    // The process stops.
    let last = begun(&service, "/debug/pprof/profile").await;
    service.admission.drain();
    let message = last.await.unwrap().refusal(StatusCode::SERVICE_UNAVAILABLE, 14);
    assert_eq!(message, "the plugin is stopping; the profile was ended");
    until(|| !profiling::cpu::is_busy()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_too_are_one_at_a_time_and_an_abandoned_one_makes_room() {
    let service = service(Config::default());
    let asking = Arc::clone(&service);
    let first = tokio::spawn(async move { get(&asking, "/debug/pprof/trace?seconds=300").await });
    until(profiling::execution::is_recording).await;
    let second = get(&service, "/debug/pprof/trace?seconds=1").await;
    let message = second.refusal(StatusCode::CONFLICT, 3);
    assert!(
        message.starts_with("an execution trace is being recorded already"),
        "{message}"
    );
    let wait: u64 = second.header("retry-after").parse().unwrap();
    assert!((250..=301).contains(&wait), "{wait}");
    first.abort();
    until(|| !profiling::execution::is_recording()).await;
    for format in ["go", "perfetto"] {
        let reply = get(&service, &format!("/debug/pprof/trace?seconds=1&format={format}")).await;
        assert_eq!(
            reply.status,
            StatusCode::OK,
            "{}",
            String::from_utf8_lossy(&reply.body)
        );
        assert_eq!(reply.body.starts_with(b"go 1.19 trace"), format == "go");
    }
    for query in [
        "format=svg",
        "format=pprof",
        "debug=1",
        "seconds=-1",
        "seconds=1e9",
    ] {
        let reply = get(&service, &format!("/debug/pprof/trace?{query}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn the_page_lists_every_profile_and_how_to_open_it() {
    let service = service(Config::default());
    let page = get(&service, "/debug/pprof/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let json = send(
        &service,
        Method::GET,
        "/debug/pprof/",
        &[("accept", "application/json")],
        Body::empty(),
    )
    .await;
    let entries = json.json();
    assert_eq!(entries.as_array().unwrap().len(), 8);
    for entry in entries.as_array().unwrap() {
        let (path, command) = (
            entry["path"].as_str().unwrap(),
            entry["command"].as_str().unwrap(),
        );
        assert!(page.text().contains(&format!("<a href=\"{path}\">")), "{path}");
        assert!(
            command.contains(&format!("http://localhost:9090{path}")),
            "{command}"
        );
    }
    let bare = get(&service, "/debug/pprof").await;
    assert_eq!(
        (bare.status, bare.header("location")),
        (StatusCode::PERMANENT_REDIRECT, "/debug/pprof/")
    );
}

#[tokio::test]
async fn addresses_are_looked_up_by_get_and_by_post_up_to_a_bound() {
    let service = service(Config::default());
    let known = format!("{:#x}", counted as fn(&AnswerService, &str, &str) -> u64 as usize);
    let none = get(&service, "/debug/pprof/symbol").await;
    assert_eq!(none.text(), "num_symbols: 1\n");
    let by_get = get(&service, &format!("/debug/pprof/symbol?{known}")).await;
    let by_post = send(
        &service,
        Method::POST,
        "/debug/pprof/symbol",
        &[],
        format!("{known}+0x1+zz"),
    )
    .await;
    for reply in [by_get, by_post] {
        let lines: Vec<&str> = reply.text().lines().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[1].starts_with(&known) && lines[1].ends_with("tests::counted"),
            "{lines:?}"
        );
    }
    let many = "0x10+".repeat(4097);
    let reply = send(&service, Method::POST, "/debug/pprof/symbol", &[], many).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    let endless = "+".repeat(200_000);
    let reply = send(&service, Method::POST, "/debug/pprof/symbol", &[], endless).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn whoever_comes_through_a_balancer_sees_none_of_it() {
    let service = service(Config::default());
    for path in ["", "profile?seconds=1", "heap", "cmdline", "symbol", "nonsense"] {
        let path = format!("/debug/pprof/{path}");
        let through = [("x-forwarded-for", "127.0.0.1")];
        let reply = send(&service, Method::GET, &path, &through, Body::empty()).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path}");
    }
}
