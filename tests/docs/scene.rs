//! What is going on where a block is run.
//!
//! | scene | what runs |
//! |---|---|
//! | `running` | a plugin with Ollama and OpenAI, which answer, and a log file; it has answered two questions |
//! | `providers failing` | one whose providers refuse the connection, the key, the rate and the quota |
//! | `redis down` | one whose cache is in a Redis that is not there |
//! | `traced` | one that sends each trace to a collector that is not there |
//! | `to be shut down` | the same as `running`, for a block that ends it |
//! | `stopped` | none |

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::expected::matches;
use crate::fake_provider::{FakeProvider, Received, Script, ollama_ndjson, openai_sse};
use crate::shell::{self, Outcome};
use crate::support::http::{get, send};
use crate::support::plugin::{PATIENCE, Plugin, free_address};

/// What the scripted models answer.
const SQL: &str = r#"{"sql": "SELECT COUNT(*) FROM users", "explanation": "Counts the users.",
 "tables": ["users"], "assumptions": [], "answerable": true, "clarification": null}"#;
/// Of the database that questions are about when they name none.
const TABLES: &str = "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40), active BOOLEAN); \
                      CREATE TABLE orders (id INT PRIMARY KEY, user_id INT REFERENCES users(id), total DECIMAL(8,2));";

/// What OpenAI says to a key that it does not know.
const BAD_KEY: &str = r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#;

/// A place where blocks are run.
pub struct Scene {
    plugin: Plugin,
    /// No plugin runs, or the block is to end it.
    may_end: bool,
    ollama: String,
    openai: String,
    _providers: Vec<FakeProvider>,
    _runtime: Runtime,
}

/// The PATH of this test, and after it where Debian's package puts Go.
pub fn with_go() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/lib/go-1.19/bin")
}

impl Scene {
    /// Sets the scene of that name. Panics when there is none.
    pub fn set(name: &str) -> Scene {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let nobody = || format!("http://{}", free_address());
        let mut providers = Vec::new();
        let mut provider = |answer: fn(&Received) -> Script| {
            providers.push(runtime.block_on(FakeProvider::start(answer)));
            providers.last().map_or_else(String::new, FakeProvider::url)
        };
        let (ollama, openai, more) = match name {
            "running" | "stopped" | "to be shut down" => (provider(well), provider(well), String::new()),
            "providers failing" => {
                let more = format!(
                    "    deepseek: {{endpoint: \"{}\", api_key: sk-test, model: deepseek-chat}}\n    \
                     own-server: {{provider: custom, endpoint: \"{}\", model: own}}\n  \
                     retry: {{max_attempts: 2, initial_delay: 10ms}}\n",
                    provider(|_| Script::json(402, r#"{"error":{"message":"Insufficient Balance"}}"#)),
                    provider(|_| Script::json(429, r#"{"error":{"message":"Rate limit reached"}}"#)),
                );
                (nobody(), provider(|_| Script::json(401, BAD_KEY)), more)
            }
            "redis down" => {
                let redis = free_address();
                let more =
                    format!("performance:\n  cache:\n    type: redis\n    redis: {{address: \"{redis}\"}}\n");
                (provider(well), provider(well), more)
            }
            "traced" => {
                let more = format!(
                    "tracing: {{enabled: true, endpoint: \"{}\", sampler: always_on}}\n",
                    nobody()
                );
                (provider(well), provider(well), more)
            }
            other => panic!("there is no scene called {other:?}"),
        };
        let config = format!(
            "audit: {{path: logs/audit.log}}\nlogging:\n  output: file\n  file: {{path: logs/plugin.log}}\n  fields: {{service: atest-ai-plugin}}\n\
             databases:\n  default: {{driver: mysql, schema_ddl: \"{TABLES}\"}}\n\
             ai:\n  services:\n    ollama: {{endpoint: \"{ollama}\", model: \"qwen2.5-coder:latest\"}}\n    \
             openai: {{endpoint: \"{openai}\", api_key: sk-test, model: gpt-4o-mini}}\n{more}"
        );
        let mut plugin = Plugin::start(&config);
        wait_until_providers_were_looked_at(&plugin);
        for question in ["Show all users", "names of active users"] {
            let body = format!(r#"{{"type":"ai","natural_language":"{question}","database_type":"mysql"}}"#);
            let json = [("Content-Type", "application/json")];
            let reply = send(plugin.http, "POST", "/api/v1/data/query", &json, body.as_bytes());
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        let is_stopped = name == "stopped";
        if is_stopped {
            plugin.ask_to_stop();
            plugin.wait_until_ended();
        }
        let tools = plugin.folder().join("bin");
        fs::create_dir(&tools).expect("a folder for the program");
        symlink(env!("CARGO_BIN_EXE_atest-ext-ai"), tools.join("atest-ext-ai"))
            .expect("a link to the program");
        Scene {
            plugin,
            may_end: is_stopped || name == "to be shut down",
            ollama,
            openai,
            _providers: providers,
            _runtime: runtime,
        }
    }

    /// Puts a file where blocks are run.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.plugin.folder().join(name), self.with_own_places(text)).expect("the file is written");
    }

    /// Runs a block; the error says in what it is not as the document has it.
    pub fn run(&mut self, script: &str, exit: i32, expected: Option<&str>) -> Result<(), String> {
        let folder = self.plugin.folder().to_owned();
        let path = format!("{}:{}", folder.join("bin").display(), with_go());
        let folder_text = folder.display().to_string();
        let config = self.config();
        let Outcome { code, printed } = shell::run(
            &self.with_own_places(script),
            &folder,
            &[
                ("PATH", &path),
                ("HOME", &folder_text),
                ("LC_ALL", "C.UTF-8"),
                ("ATEST_EXT_AI_CONFIG", &config),
                ("OPENAI_API_KEY", "sk-test"),
            ],
        );
        if code != Some(exit) {
            let ended = code.map_or("was killed after its time".into(), |code| {
                format!("ended with {code}")
            });
            return Err(format!(
                "{ended}, not with {exit}:\n{script}it printed:\n{printed}"
            ));
        }
        match expected.map(|text| self.with_own_places(text)) {
            Some(text) if !matches(&text, &printed) => {
                Err(format!("printed:\n{printed}and the document says:\n{text}"))
            }
            _ if !self.may_end && !self.plugin.is_running() => Err(format!("ended the plugin:\n{script}")),
            _ => Ok(()),
        }
    }

    fn config(&self) -> String {
        self.plugin.folder().join("config.yaml").display().to_string()
    }

    /// The documented places become those of this scene.
    fn with_own_places(&self, text: &str) -> String {
        let folder: PathBuf = self.plugin.folder().to_owned();
        let bare = |url: &str| url.trim_start_matches("http://").to_owned();
        text.replace("/etc/atest-ai/config.yaml", &self.config())
            .replace("/var/log/atest-ai", &folder.join("logs").display().to_string())
            .replace(
                "/tmp/atest-ext-ai.sock",
                &self.plugin.socket.display().to_string(),
            )
            .replace("localhost:11434", &bare(&self.ollama))
            .replace("https://api.openai.com", &self.openai)
            .replace(":9090", &format!(":{}", self.plugin.http.port()))
    }
}

/// What it says of its providers is of use only then.
fn wait_until_providers_were_looked_at(plugin: &Plugin) {
    let started = Instant::now();
    let all_seen = |text: &str| {
        ["ollama", "openai"]
            .iter()
            .all(|name| text.contains(&format!("\natest_ai_provider_up{{provider=\"{name}\"}} ")))
    };
    while !all_seen(&get(plugin.http, "/metrics").text()) {
        assert!(started.elapsed() < PATIENCE, "the providers were not looked at");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A provider that is well, on whichever wire it is asked.
fn well(request: &Received) -> Script {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/api/tags") => Script::json(200, r#"{"models":[{"name":"qwen2.5-coder:latest"}]}"#),
        ("GET", "/api/version") => Script::json(200, r#"{"version":"0.13.0"}"#),
        ("GET", _) => Script::json(
            200,
            r#"{"object":"list","data":[{"id":"gpt-4o-mini","object":"model"}]}"#,
        ),
        (_, "/api/chat") => ollama_ndjson(SQL),
        (_, "/api/show") => Script::json(200, "{}"),
        _ => openai_sse(SQL),
    }
}
