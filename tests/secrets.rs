//! Secrets as an operator meets them: the real binary, a real OpenBao, mounted folders, files; and what must never show
//! one.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

#[path = "support/fake_provider.rs"]
mod fake_provider;
// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/kubelet.rs"]
    pub mod kubelet;
    #[path = "../support/openbao.rs"]
    pub mod openbao;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}
#[path = "secrets/folders.rs"]
mod folders;
#[path = "secrets/hostile.rs"]
mod hostile;
#[path = "secrets/reach.rs"]
mod reach;
#[path = "secrets/tokens.rs"]
mod tokens;
#[path = "secrets/vault.rs"]
mod vault;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};

use fake_provider::{FakeProvider, Received, Script, openai_sse};
use support::http::{self, Reply, get};
use support::plugin::{PATIENCE, Plugin};

const GOOD: &str = r#"{"sql": "SELECT name FROM users", "explanation": "Names.", "tables": ["users"], "assumptions": [],
 "answerable": true, "clarification": null}"#;

/// A provider that remembers the keys that it was given.
pub struct Provider {
    /// It.
    pub fake: FakeProvider,
    keys: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    /// Starts one.
    pub async fn start() -> Provider {
        let keys = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&keys);
        let script = move |request: &Received| -> Script {
            let key = request.header("authorization").replace("Bearer ", "");
            seen.lock().unwrap().push(key);
            openai_sse(GOOD)
        };
        Provider {
            fake: FakeProvider::start(script).await,
            keys,
        }
    }

    /// The key that came last.
    pub fn key(&self) -> String {
        self.keys.lock().unwrap().last().cloned().unwrap_or_default()
    }

    /// It as the service `openai`, which is asked by default, with these lines more.
    pub fn service(&self, more: &str) -> String {
        format!(
            "ai:\n  default_service: openai\n  services:\n    openai:\n      endpoint: {}\n      model: m\n{more}",
            self.fake.url()
        )
    }
}

/// Asks for names of users; the number makes it another question.
pub fn ask(plugin: &Plugin, number: usize) -> Reply {
    let parameters = json!({
        "prompt": format!("names of users {number}"), "database_type": "mysql",
        "schema_ddl": "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40));",
    });
    let body = json!({"type": "ai", "key": "generate", "sql": parameters.to_string()});
    http::query(plugin.http, &body)
}

/// Runs the program in a folder with a config of these lines, and nothing of the machine's environment.
pub fn run(folder: &Path, config: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    std::fs::write(folder.join("c.yaml"), config).unwrap();
    Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .current_dir(folder)
        .args(["--config", "c.yaml"])
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The lines of the plugin's audit log about an event.
pub fn audited(plugin: &Plugin, event: &str) -> Vec<Value> {
    let log = std::fs::read_to_string(plugin.folder().join("audit.log")).unwrap_or_default();
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter(|line: &Value| line["event"] == event).collect()
}

/// Waits until the metrics have a line.
pub fn until_metric(plugin: &Plugin, line: &str) {
    let started = Instant::now();
    loop {
        let metrics = get(plugin.http, "/metrics").text();
        if metrics.lines().any(|known| known == line) {
            return;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "{line} is not in\n{metrics}\n{}",
            plugin.log()
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
