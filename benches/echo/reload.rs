//! How soon a changed config is in effect under load, and what a reload takes.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark needs no names for its tasks"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::http;
use crate::load::{CALLS, Load};
use crate::server::Server;
use crate::spread;

/// Changes of the file.
const CHANGES: usize = 40;
/// Reloads asked for, one after the other.
const ASKED: usize = 200;
/// `reload.debounce`, milliseconds.
const DEBOUNCE: f64 = 250.0;
/// How often somebody looks whether a change is in effect.
const LOOK: Duration = Duration::from_millis(2);

/// Prints it. A question that is not answered ends the run.
pub async fn report(load: Load) {
    let server = Arc::new(Server::plugin_with(&settings(0)));
    server.first_answer().await;
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let asking = tokio::spawn({
        let (server, stop, answered) = (Arc::clone(&server), Arc::clone(&stop), Arc::clone(&answered));
        async move {
            while !stop.load(Ordering::Relaxed) {
                load.run(&server).await;
                answered.fetch_add(CALLS, Ordering::Relaxed);
            }
        }
    });
    let changing = Arc::clone(&server);
    let (mut arrivals, mut replies) = tokio::task::spawn_blocking(move || {
        let arrivals: Vec<f64> = (1..=CHANGES).map(|number| change(&changing, number)).collect();
        let replies: Vec<f64> = (1..=ASKED)
            .map(|number| ask(&changing, CHANGES + number))
            .collect();
        (arrivals, replies)
    })
    .await
    .expect("the changes are made");
    stop.store(true, Ordering::Relaxed);
    asking.await.expect("every question is answered");
    let mut after: Vec<f64> = arrivals.iter().map(|arrival| arrival - DEBOUNCE).collect();
    println!(
        "  a new file in place until it is in effect   {} ms",
        spread(&mut arrivals)
    );
    println!(
        "  the same without reload.debounce            {} ms",
        spread(&mut after)
    );
    println!(
        "  POST /admin/reload until its reply          {} ms",
        spread(&mut replies)
    );
    println!(
        "  questions answered meanwhile                {:8} (none lost)",
        answered.load(Ordering::Relaxed)
    );
}

/// Another provider, another database and another time for each number.
fn settings(number: usize) -> String {
    format!(
        "ai:\n  timeout: {}s\n  health_check_interval: 0s\n  services:\n    other:\n      provider: custom\n      \
         endpoint: http://127.0.0.1:1\n      api_key: key-{number}\n      model: m\ndatabases:\n  shop:\n    \
         driver: sqlite\n    schema_ddl: CREATE TABLE t{number} (id INT)\n",
        30 + number % 7
    )
}

/// Milliseconds from the new file to its effect.
fn change(server: &Server, number: usize) -> f64 {
    server.put_config(&settings(number));
    let placed = Timestamp::now();
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let state = http::get(server.http, "/admin/reload").json();
        let at = state["at"]
            .as_str()
            .and_then(|text| text.parse::<Timestamp>().ok());
        if let Some(at) = at.filter(|at| *at > placed) {
            assert_eq!(state["result"], "applied", "{state}");
            return (at - placed).as_secs_f64() * 1e3;
        }
        assert!(Instant::now() < end, "a change is not in effect: {state}");
        std::thread::sleep(LOOK);
    }
}

/// Milliseconds from asking for a reload to its reply.
fn ask(server: &Server, number: usize) -> f64 {
    server.put_config(&settings(number));
    let asked = Instant::now();
    let reply = http::send(server.http, "POST", "/admin/reload", &[], b"");
    assert_eq!(reply.status, 200, "{}", reply.text());
    asked.elapsed().as_secs_f64() * 1e3
}
