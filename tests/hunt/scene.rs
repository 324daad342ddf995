//! A plugin full of secrets among real peers, and everything that has come out of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::config::{Named, config, environment, write_files};
use crate::fake_provider::{End, FakeProvider, Received, Script, anthropic_sse, openai_sse};
use crate::planted::{self, secret};
use crate::support::http::{Reply, get, send};
use crate::support::openbao::OpenBao;
use crate::support::plugin::{PATIENCE, Plugin};
use crate::support::redis::Redis;

const GOOD: &str = r#"{"sql": "SELECT name FROM users", "explanation": "Names.", "tables": ["users"], "assumptions": [],
 "answerable": true, "clarification": null}"#;

/// All that takes part.
pub struct Scene {
    pub plugin: Plugin,
    pub provider: FakeProvider,
    pub redis: Redis,
    /// What came out, with what it is.
    pub came_out: Vec<(String, Vec<u8>)>,
    /// The folder of the plugin's log files.
    pub logs: PathBuf,
    /// The folder of the files that hold secrets.
    pub inputs: TempDir,
    /// What the collector took, as it came.
    pub spans: Arc<Mutex<Vec<u8>>>,
    pub config: String,
    environment: Vec<(String, String)>,
    /// The heads of everything that peers were sent.
    seen: Arc<Mutex<String>>,
    /// Secrets that were made on the way.
    made: Vec<(String, String)>,
    bao: OpenBao,
    _peers: [FakeProvider; 3],
    _logs: TempDir,
}

impl Scene {
    /// `None` when tests against real programs are switched off.
    pub async fn start() -> Option<Scene> {
        let bao = OpenBao::start()?;
        let redis = Redis::start(&["--requirepass", &secret("config: redis password")])?;
        bao.put("secret/atest-ai/openai", &format!("api_key={}", secret("Vault")));
        bao.let_read("sidecar", "secret/data/atest-ai");
        let (role_id, secret_id) = bao.app_role("plugin", "sidecar", &["token_ttl=5s", "token_max_ttl=10s"]);

        let seen = Arc::new(Mutex::new(String::new()));
        let spans = Arc::new(Mutex::new(Vec::new()));
        let provider = peer(&seen, answer).await;
        let into = Arc::clone(&spans);
        let collector = peer(&seen, move |request| {
            into.lock().unwrap().extend_from_slice(&request.body);
            Script::status(200)
        })
        .await;
        let profiles = peer(&seen, |request| {
            Script::json(500, format!("{:?}", request.headers))
        })
        .await;
        let proxy = peer(&seen, |request| {
            Script::status(407).piece(format!("{:?}", request.headers))
        })
        .await;

        let inputs = TempDir::with_prefix("atest-in-").unwrap();
        let logs = TempDir::with_prefix("atest-logs-").unwrap();
        write_files(inputs.path());
        let config = config(&Named {
            provider: &provider.url(),
            collector: &collector.url(),
            profiles: &profiles.url(),
            vault: &bao.url,
            role_id: &role_id,
            secret_id: &secret_id,
            redis: &redis.address.to_string(),
            inputs: inputs.path(),
            logs: logs.path(),
        });
        let environment = environment(&proxy.url(), inputs.path());
        let plugin = Plugin::start_from(&config, &pairs(&environment), |folder, text| {
            let file = folder.join("config.yaml");
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            file
        });
        Some(Scene {
            plugin,
            provider,
            redis,
            came_out: Vec::new(),
            logs: logs.path().to_owned(),
            inputs,
            spans,
            config,
            environment,
            seen,
            made: vec![("the secret of the role in Vault".into(), secret_id)],
            bao,
            _peers: [collector, profiles, proxy],
            _logs: logs,
        })
    }

    /// Everything that is hunted for.
    pub fn secrets(&self) -> Vec<(String, String)> {
        [planted::all(), self.made.clone()].concat()
    }

    /// One more secret, made on the way.
    pub fn made(&mut self, place: &str, secret: &str) {
        self.made.push((place.to_owned(), secret.to_owned()));
    }

    /// Something came out.
    pub fn out(&mut self, what: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.came_out.push((what.into(), bytes.into()));
    }

    /// A reply came out: its headers and body.
    pub fn reply(&mut self, what: impl Into<String>, reply: &Reply) {
        let what = what.into();
        let head = format!("{} {:?}\n", reply.status, reply.headers);
        self.out(what, [head.as_bytes(), &reply.body].concat());
    }

    /// Sends a request, whose reply comes out.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Reply {
        let reply = send(self.plugin.http, method, path, headers, body.as_ref());
        self.reply(format!("the reply to {method} {path}"), &reply);
        reply
    }

    /// Runs the program beside the plugin; what it prints comes out.
    pub fn run(&mut self, arguments: &[&str], more: &[(&str, &str)]) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
            .args(arguments)
            .env_clear()
            .env("ATEST_EXT_AI_CONFIG", self.plugin.config_file())
            .env("HOME", self.plugin.folder())
            .envs(pairs(&self.environment))
            .envs(more.iter().copied())
            .current_dir(self.plugin.folder())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [&output.stdout[..], &output.stderr[..]].concat();
        self.out(format!("what {arguments:?} prints"), said);
        output
    }

    /// Writes the config anew, in place.
    pub fn write(&self, config: &str) {
        fs::write(self.plugin.config_file(), self.plugin.config_text(config)).unwrap();
    }

    /// Has the plugin load its config again.
    pub fn reload(&mut self) -> Reply {
        let token = bearer(&secret("environment: ATEST_EXT_AI_ADMIN_TOKEN"));
        self.send("POST", "/admin/reload", &[("Authorization", &token)], "")
    }

    /// Puts another key into Vault, and waits until the provider gets it.
    pub fn rotate(&mut self) {
        let key = secret("Vault: after a rotation");
        self.bao.put("secret/atest-ai/openai", &format!("api_key={key}"));
        let mut number = 0;
        self.until("the key of Vault arrives", |scene| {
            number += 1;
            crate::requests::ask(scene, &format!("rotated {number}"), "openai");
            scene.seen.lock().unwrap().contains(&key)
        });
    }

    /// A good reload with another secret, of a Redis that does not like it.
    pub fn reload_another(&mut self) {
        let address = self.redis.address;
        let password = secret("config: redis password");
        let written = format!("address: '{address}', password: '{password}'");
        let other = crate::forms::in_url(&secret("config: redis address"));
        let config = self
            .config
            .replace(&written, &format!("address: 'redis://:{other}@{address}'"));
        assert_ne!(config, self.config);
        self.write(&config);
        assert_eq!(self.reload().status, 200);
        crate::requests::ask(self, "with another password", "good");
        self.until("Redis refuses the password", |scene| {
            let state = get(scene.plugin.http, "/admin/cache");
            scene.reply("GET /admin/cache", &state);
            !state.text().contains("connecting") && state.text().contains("reason")
        });
        self.write(&self.config.clone());
        assert_eq!(self.reload().status, 200);
    }

    /// The signals of an operator.
    pub fn signals(&mut self) {
        for signal in [Signal::HUP, Signal::USR1, Signal::USR2] {
            self.plugin.signal(signal);
        }
        let audit = self.logs.join("audit.log");
        self.until("the signals are in the audit log", |_| {
            fs::read_to_string(&audit).unwrap().contains("SIGUSR2")
        });
    }

    /// Does something again and again until it says true.
    pub fn until(&mut self, what: &str, mut holds: impl FnMut(&mut Scene) -> bool) {
        let started = Instant::now();
        while !holds(self) {
            assert!(started.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A hunt for what is nowhere proves nothing: peers must have been shown these.
    pub fn assert_that_secrets_were_used(&self) {
        let seen = self.seen.lock().unwrap();
        for place in [
            "config: api_key",
            "config: api_key of a service that refuses",
            "config: headers of a service",
            "config: tracing headers",
            "config: profiling headers",
            "environment: OTEL_EXPORTER_OTLP_HEADERS",
            "environment: a variable in the config",
            "a file named in the config",
            "a secret folder",
            "CREDENTIALS_DIRECTORY",
            "Vault",
            "Vault: after a rotation",
            "request: api_key",
            "request: api_key of a test",
            "request: metadata password",
            "request: metadata pro.api_key",
            "request: metadata x-auth",
            "request: metadata authorization",
        ] {
            assert!(
                seen.contains(&secret(place)),
                "no peer was shown the secret of {place}"
            );
        }
        assert!(
            seen.contains("CONNECT provider.invalid:443"),
            "the proxy was not asked"
        );
    }
}

/// `Bearer`, and a token.
pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn pairs(environment: &[(String, String)]) -> Vec<(&str, &str)> {
    environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// A peer that remembers what it is sent.
async fn peer(
    seen: &Arc<Mutex<String>>,
    answer: impl Fn(&Received) -> Script + Send + Sync + 'static,
) -> FakeProvider {
    let seen = Arc::clone(seen);
    FakeProvider::start(move |request| {
        let mut seen = seen.lock().unwrap();
        seen.push_str(&format!("{} {}\n", request.method, request.path));
        for (name, value) in &request.headers {
            seen.push_str(&format!("{name}: {value}\n"));
        }
        drop(seen);
        answer(request)
    })
    .await
}

/// What providers do with a key that is not right: some repeat it. The path says which this is.
fn answer(request: &Received) -> Script {
    let values: Vec<&str> = request.headers.iter().map(|(_, value)| value.as_str()).collect();
    let all = values.join(" ");
    let key = format!(
        "{}{}",
        request.header("authorization"),
        request.header("x-api-key")
    );
    let key = key.trim_start_matches("Bearer ");
    let message =
        |text: &str| serde_json::json!({"error": {"message": text, "code": "invalid_api_key"}}).to_string();
    let named = request.path.split('/').nth(1).unwrap_or_default();
    match named {
        "refusing" => Script::json(401, message(&format!("Incorrect API key provided: {key}; all: {all}"))),
        "streaming" => Script::events().piece(format!("data: {}\n\n", message(&all))),
        "broken" if request.number.is_multiple_of(2) => {
            Script::raw(format!("HTTP/1.1 200 OK\r\nbroken {all}\r\n\r\n"))
        }
        "broken" => Script::events().piece(format!("data: {all}\n\n")).end(End::Reset),
        "elsewhere" => Script::status(302).header("location", &format!("http://127.0.0.1:9/{key}?k={key}")),
        // Whatever can be said in an answer: the model's name, the statement, the explanation, a question back.
        "parrot" if request.method == "GET" => {
            Script::json(200, serde_json::json!({"data": [{"id": key, "owned_by": key, "description": all}]}).to_string())
        }
        "parrot" if request.number.is_multiple_of(4) => Script::json(
            200,
            serde_json::json!({"id": key, "model": key, "choices": [{"message": {"content": GOOD}, "finish_reason": "stop"}]}).to_string(),
        ),
        "parrot" if request.number % 4 == 1 => openai_sse(&GOOD.replace("Names.", key)),
        "parrot" if request.number % 4 == 2 => openai_sse(
            &serde_json::json!({"sql": "", "explanation": all, "tables": [], "assumptions": [all], "answerable": false, "clarification": all})
                .to_string(),
        ),
        "parrot" => openai_sse(&format!("sorry, {all}; {{\"sql\": \"SELECT '{key}' FROM nowhere\"}}")),
        "html" => Script::json(500, format!("<html>{all}</html>")),
        "anthropic" => anthropic_sse(GOOD),
        _ if request.method == "GET" => Script::json(404, message(&all)),
        _ => openai_sse(GOOD),
    }
}

/// A file's permissions.
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
