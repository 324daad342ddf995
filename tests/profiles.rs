//! Profiles of the real binary, opened with the tools that people have: `go tool pprof` and `go tool trace`, of two versions.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

#[path = "../benches/echo/contract.rs"]
mod contract;
#[path = "support/fake_provider.rs"]
mod fake_provider;
#[allow(dead_code)]
#[path = "../crates/profiling/tests/support/go.rs"]
mod go;
#[allow(dead_code)]
#[path = "../crates/profiling/tests/go_trace/pages.rs"]
mod pages;
// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}
#[path = "profiles/pprof.rs"]
mod pprof;
#[path = "profiles/rpc.rs"]
mod rpc;
#[path = "profiles/trace.rs"]
mod trace;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use support::http::{Reply, send};
use support::plugin::{PATIENCE, Plugin};

/// Questions that are asked one after the other until this is dropped.
pub struct Load {
    stop: std::sync::Arc<AtomicBool>,
    asker: Option<JoinHandle<()>>,
}

impl Load {
    /// Begins to ask.
    pub fn on(plugin: &Plugin, headers: &'static [(&'static str, &'static str)]) -> Load {
        let stop = std::sync::Arc::new(AtomicBool::new(false));
        let (address, stopped) = (plugin.http, std::sync::Arc::clone(&stop));
        let asker = std::thread::spawn(move || {
            for number in 0.. {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let reply = ask(address, &format!("show the first {number} users"), headers);
                assert_eq!(reply.status, 200, "{}", reply.text());
            }
        });
        Load {
            stop,
            asker: Some(asker),
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(asker) = self.asker.take() {
            let asked = asker.join();
            assert!(asked.is_ok() || std::thread::panicking(), "a question failed");
        }
    }
}

/// Asks one question over HTTP.
pub fn ask(address: std::net::SocketAddr, question: &str, headers: &[(&str, &str)]) -> Reply {
    let body = serde_json::json!({
        "type": "ai", "natural_language": question, "database_type": "mysql",
        "schema_ddl": "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40));",
    });
    let mut all = vec![("Content-Type", "application/json")];
    all.extend(headers);
    send(
        address,
        "POST",
        "/api/v1/data/query",
        &all,
        body.to_string().as_bytes(),
    )
}

/// Heap samples are taken inside of allocations, also of those that the C library makes while it starts a thread and holds
/// its lock.
#[test]
fn a_sample_of_every_allocation_holds_nobody_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = folder.path().join("schema.sql");
    std::fs::write(
        &schema,
        "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40));",
    )
    .expect("a schema");
    for _ in 0..3 {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
            .args(["ask", "show all users", "--schema"])
            .arg(&schema)
            .env("MALLOC_CONF", "lg_prof_sample:0")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        let started = std::time::Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be asked") {
                break status;
            }
            if started.elapsed() > PATIENCE {
                child.kill().expect("it is ended");
                panic!("it hangs when every allocation is sampled");
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        assert!(status.success(), "{status}");
    }
}
