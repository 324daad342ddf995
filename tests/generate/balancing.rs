//! Several plugins behind the generated balancers, asked all the while: what is lost when one is replaced, killed, in
//! maintenance or slow, and what is never reached through them.
#![allow(clippy::disallowed_methods, reason = "tests need no names for their tasks")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::fake_provider::{FakeProvider, Received, openai_sse};
use crate::support::generated::{Generated, content, said};
use crate::support::http::{exchange, get, request, send, try_get};
use crate::support::peer::{Peer, in_venv, wanted};
use crate::support::plugin::{PATIENCE, Plugin, free_address};

const INSTALL: &str = "apt-get install -y --no-install-recommends haproxy";
/// Long enough for a balancer to see it, as the generated files say.
const LEAVING: &str = "  shutdown_delay: 3s\n";
const MAINTENANCE: &str = "/admin/maintenance-mode";
/// Through a balancer nobody is local, so that whoever asks needs a token.
const TOKENS: &str = "access:\n  tokens:\n    asker: {token: planted-api-token-0123456789, scopes: [api]}\n    \
                      keeper: {token: planted-admin-token-0123456789, scopes: [admin]}\n";
const ASKER: (&str, &str) = ("Authorization", "Bearer planted-api-token-0123456789");
const KEEPER: (&str, &str) = ("Authorization", "Bearer planted-admin-token-0123456789");
/// Those who ask, and how often each does: 200 questions a second.
const ASKERS: u32 = 20;
const PACE: Duration = Duration::from_millis(100);

/// Config and values.
const VARIANTS: [(&str, &str); 4] = [
    ("", "{}"),
    ("server: {timeout: 90s}\n", "balancer: {grpc: []}\n"),
    (
        "server: {max_requests_per_second: 100, shutdown_delay: 4s}\n",
        "balancer: {http: ['plugin-1.example:9091', '[::1]:9092'], grpc: ['/run/atest-ext-ai/1.sock', 'plugin-2.example:9191'], \
         bind: '[::]:9090'}\n",
    ),
    (
        "server: {host: 0.0.0.0, tls: {cert_file: FOLDER/both.pem, key_file: FOLDER/both.pem, client_ca_file: FOLDER/both.pem, client_auth: required}}\n",
        "prometheus: {certFile: FOLDER/both.pem, keyFile: FOLDER/both.pem}\n\
         balancer: {http: ['plugin-1.example:9091', '10.0.0.2:9092'], grpc: ['/run/1.sock', 'plugin-2.example:9191'], \
         caFile: FOLDER/both.pem, certFile: FOLDER/both.pem, bindCertFile: FOLDER/both.pem}\n",
    ),
];

#[test]
fn haproxy_and_envoy_take_every_config() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    for (config, values) in VARIANTS {
        let files = Generated::with(config, values);
        let path = |name: &str| files.path(name).display().to_string();
        let haproxy = path("deploy/haproxy.cfg");
        content(Path::new("haproxy"), &["-c", "-dW", "-f", &haproxy]);
        let envoy = path("deploy/envoy.yaml");
        let arguments = ["--mode", "validate", "--log-level", "error", "-c", &envoy];
        content(&in_venv("envoy"), &arguments);
        let has_grpc = !values.contains("grpc: []");
        assert_eq!(
            files.text("deploy/haproxy.cfg").contains("plugins_grpc"),
            has_grpc
        );
        assert_eq!(files.text("deploy/envoy.yaml").contains("plugins_grpc"), has_grpc);
    }
}

#[test]
fn the_longest_answer_fits_into_the_balancers_patience() {
    let files = Generated::with("ai: {timeout: 100s}\nserver: {timeout: 90s}\n", "{}");
    assert!(files.text("deploy/haproxy.cfg").contains("timeout server 105s"));
    assert!(files.text("deploy/envoy.yaml").contains("timeout: 105s"));
}

/// Who stands before the plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Balancer {
    Haproxy,
    Envoy,
}

/// Three plugins behind a balancer with the generated file.
struct Fleet {
    http: SocketAddr,
    grpc: SocketAddr,
    own: SocketAddr,
    plugins: Vec<Plugin>,
    _process: Peer,
    files: Generated,
}

impl Fleet {
    /// Each plugin has one of the configs, which are lines below `server:` and then whatever else.
    fn start(balancer: Balancer, configs: [&str; 3]) -> Fleet {
        let addresses: Vec<SocketAddr> = (0..3).map(|_| free_address()).collect();
        let plugins: Vec<Plugin> = configs
            .iter()
            .zip(&addresses)
            .map(|(config, address)| {
                Plugin::start(&format!("server:\n  listen_address: {address}\n{config}{TOKENS}"))
            })
            .collect();
        let [http, grpc, own, admin] = [(); 4].map(|()| free_address());
        let https: Vec<String> = plugins.iter().map(|plugin| plugin.http.to_string()).collect();
        // One over its Unix socket, two over TCP.
        let grpcs = [
            plugins[0].socket.display().to_string(),
            addresses[1].to_string(),
            addresses[2].to_string(),
        ];
        let values = json!({"balancer": {
            "http": https, "grpc": grpcs, "bind": http.to_string(), "grpcBind": grpc.to_string(),
            "statsBind": own.to_string(), "envoyAdmin": admin.to_string(),
        }});
        let files = Generated::with("", &values.to_string());
        let mut command = match balancer {
            Balancer::Haproxy => {
                let mut command = Command::new("haproxy");
                command.arg("-db").arg("-f").arg(files.path("deploy/haproxy.cfg"));
                command
            }
            Balancer::Envoy => {
                let mut command = Command::new(in_venv("envoy"));
                command.args([
                    "--concurrency",
                    "1",
                    "--log-level",
                    "warn",
                    "--use-dynamic-base-id",
                    "-c",
                ]);
                command.arg(files.path("deploy/envoy.yaml"));
                command
            }
        };
        let process = Peer::start(&mut command, &files.folder().join("log"));
        let fleet = Fleet {
            http,
            grpc,
            own,
            plugins,
            _process: process,
            files,
        };
        let started = Instant::now();
        while try_get(http, "/health/ready").is_none_or(|reply| reply.status != 200) {
            assert!(started.elapsed() < PATIENCE, "{balancer:?}: {}", fleet.log());
            thread::sleep(Duration::from_millis(20));
        }
        if balancer == Balancer::Haproxy {
            for index in 0..3 {
                fleet.wait(index, "UP");
            }
        }
        fleet
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.files.folder().join("log")).unwrap_or_default()
    }

    /// Waits until the balancer believes that all take calls over gRPC.
    fn wait_for_grpc(&self) {
        self.wait_for_grpc_of(3);
    }

    /// Waits until Envoy believes that so many take calls over gRPC, or HAProxy that all do.
    fn wait_for_grpc_of(&self, healthy: usize) {
        let started = Instant::now();
        loop {
            let own = get(self.own, "/metrics").text();
            let up = |index: usize| {
                let line = format!(
                    "haproxy_server_status{{proxy=\"plugins\",server=\"plugin{}\",state=\"UP\"}} 1",
                    index + 1
                );
                own.contains(&line)
            };
            let envoy = format!(
                "envoy_cluster_membership_healthy{{envoy_cluster_name=\"plugins_grpc\"}} {healthy}\n"
            );
            if own.contains(&envoy) || (0..3).all(up) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "{}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until HAProxy believes that of a plugin.
    fn wait(&self, index: usize, state: &str) {
        let line = format!(
            "haproxy_server_status{{proxy=\"plugins\",server=\"plugin{}\",state=\"{state}\"}} 1",
            index + 1
        );
        let started = Instant::now();
        while !get(self.own, "/metrics").text().contains(&line) {
            assert!(started.elapsed() < PATIENCE, "no {line}: {}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// One question.
struct Asked {
    begun: Instant,
    /// Why it was not answered.
    lost: Option<String>,
}

/// Questions that are asked until it is ended.
struct Load {
    begun: Instant,
    ended: Arc<AtomicBool>,
    askers: Vec<JoinHandle<Vec<Asked>>>,
}

impl Load {
    fn on(address: SocketAddr) -> Load {
        let ended = Arc::new(AtomicBool::new(false));
        let begun = Instant::now();
        let askers = (0..ASKERS).map(|asker| {
            let ended = Arc::clone(&ended);
            thread::spawn(move || {
                let mut asked = Vec::new();
                let mut next = begun + PACE * asker / ASKERS;
                for number in 0_u32.. {
                    thread::sleep(next.saturating_duration_since(Instant::now()));
                    next += PACE;
                    if ended.load(Ordering::Relaxed) {
                        break;
                    }
                    asked.push(ask(address, number % 500 + asker));
                }
                asked
            })
        });
        Load {
            begun,
            askers: askers.collect(),
            ended,
        }
    }

    /// All that were asked.
    fn end(self) -> Vec<Asked> {
        self.ended.store(true, Ordering::Relaxed);
        let took = self.begun.elapsed();
        let asked: Vec<Asked> = self
            .askers
            .into_iter()
            .flat_map(|asker| asker.join().expect("an asker goes on to the end"))
            .collect();
        let rate = asked.len() as f64 / took.as_secs_f64();
        assert!(rate > 50.0, "only {rate:.0} questions a second were asked");
        asked
    }
}

fn ask(address: SocketAddr, number: u32) -> Asked {
    let body = json!({
        "type": "ai", "natural_language": format!("show the first {} users", number + 1), "database_type": "sqlite",
        "schema_ddl": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, city TEXT)",
    });
    let headers = [("Content-Type", "application/json"), ASKER];
    let bytes = request(
        "POST",
        "/api/v1/data/query",
        &headers,
        body.to_string().as_bytes(),
    );
    let begun = Instant::now();
    let lost = match exchange(address, &bytes) {
        Ok(reply) if reply.status == 200 && reply.pair("success").as_deref() == Some("true") => None,
        Ok(reply) => Some(format!("{}: {}", reply.status, reply.text())),
        Err(error) => Some(error.to_string()),
    };
    Asked { begun, lost }
}

/// The first few that were lost, and how many.
fn lost(asked: &[Asked]) -> Vec<String> {
    asked.iter().filter_map(|one| one.lost.clone()).collect()
}

fn none_is_lost(asked: &[Asked]) {
    let lost = lost(asked);
    assert!(
        lost.is_empty(),
        "{} of {} questions were lost: {:#?}",
        lost.len(),
        asked.len(),
        &lost[..lost.len().min(5)]
    );
}

#[test]
fn plugins_are_replaced_one_after_the_other_and_no_question_is_lost() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    let mut fleet = Fleet::start(Balancer::Haproxy, [LEAVING; 3]);
    let load = Load::on(fleet.http);
    for index in 0..3 {
        fleet.plugins[index].restart();
        fleet.wait(index, "UP");
        assert!(fleet.plugins[index].log().contains("not ready any more"));
    }
    none_is_lost(&load.end());
}

/// Connections of gRPC stay: a plugin that stops has to be left by those that are on it.
#[test]
fn plugins_are_replaced_and_no_call_over_grpc_is_lost() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/generate/ask_over_grpc.py");
    for balancer in [Balancer::Haproxy, Balancer::Envoy] {
        let mut fleet = Fleet::start(balancer, [LEAVING; 3]);
        fleet.wait_for_grpc();
        let mut asking = Command::new(in_venv("python"))
            .args([script, &fleet.grpc.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        thread::sleep(Duration::from_secs(1));
        for index in 0..3 {
            fleet.plugins[index].restart();
            fleet.wait_for_grpc();
        }
        drop(asking.stdin.take());
        let output = asking.wait_with_output().expect("python ends");
        let told = said(&output);
        let mut lines = told.lines();
        let asked: usize = lines
            .next()
            .and_then(|line| line.parse().ok())
            .unwrap_or_default();
        assert!(asked > 100, "{balancer:?}: {told}");
        let lost: Vec<&str> = lines.take(5).collect();
        assert!(
            lost.is_empty(),
            "{balancer:?}: of {asked} calls, these were lost: {lost:#?}"
        );
    }
}

#[test]
fn a_killed_plugin_takes_no_more_with_it_than_it_had() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    let fleet = Fleet::start(Balancer::Haproxy, [""; 3]);
    let load = Load::on(fleet.http);
    thread::sleep(Duration::from_secs(2));
    let killed = Instant::now();
    fleet.plugins[1].signal(rustix::process::Signal::KILL);
    fleet.wait(1, "DOWN");
    thread::sleep(Duration::from_secs(1));
    let asked = load.end();
    // The kernel closes the sockets of a process a moment after its death.
    let end = killed + Duration::from_millis(200);
    let late: Vec<&str> = (asked.iter().filter(|one| one.begun > end))
        .filter_map(|one| one.lost.as_deref())
        .collect();
    assert!(late.is_empty(), "lost after the plugin was gone: {late:#?}");
    let lost = lost(&asked);
    assert!(lost.len() <= ASKERS as usize, "{lost:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_in_maintenance_and_one_with_a_slow_provider_lose_nothing() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    let good = r#"{"sql": "SELECT id FROM users", "explanation": "Users.", "tables": ["users"], "assumptions": [], "answerable": true, "clarification": null}"#;
    let provider =
        FakeProvider::start(move |_: &Received| openai_sse(good).head_after(Duration::from_millis(700)))
            .await;
    let slow = format!(
        "ai:\n  health_check_interval: 0s\n  default_service: it\n  services:\n    it:\n      provider: custom\n      \
         endpoint: {}\n      model: m\n",
        provider.url()
    );
    let whole = thread::spawn(move || {
        let fleet = Fleet::start(Balancer::Haproxy, ["", "", &slow]);
        let load = Load::on(fleet.http);
        thread::sleep(Duration::from_secs(1));
        // Until HAProxy has looked again, the plugin refuses what it gets, and HAProxy asks another one.
        let reply = send(fleet.plugins[0].http, "POST", MAINTENANCE, &[KEEPER], b"");
        assert_eq!(reply.status, 200, "{}", reply.text());
        fleet.wait(0, "DOWN");
        thread::sleep(Duration::from_secs(1));
        let reply = send(fleet.plugins[0].http, "DELETE", MAINTENANCE, &[KEEPER], b"");
        assert_eq!(reply.status, 200, "{}", reply.text());
        fleet.wait(0, "UP");
        none_is_lost(&load.end());
    });
    tokio::task::spawn_blocking(move || whole.join())
        .await
        .expect("it is waited for")
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    assert!(provider.requests() > 0, "the slow one was asked nothing");
}

/// Ways to write what belongs to one plugin.
const KEPT_BACK: [&str; 26] = [
    "/metrics",
    "/METRICS",
    "//metrics",
    "/metrics/",
    "/metrics?x",
    "/%6detrics",
    "/%256detrics",
    "/./metrics",
    "/x/../metrics",
    "/x/..%2fmetrics",
    "/admin",
    "/admin/maintenance-mode",
    "//admin/maintenance-mode",
    "/%61dmin/maintenance-mode",
    "/%2561dmin/maintenance-mode",
    "/%2fadmin/maintenance-mode",
    "/health/../admin/maintenance-mode",
    "/health/%2e%2e/admin/maintenance-mode",
    "/\\admin/maintenance-mode",
    "/admin;x/maintenance-mode",
    "http://localhost/admin/maintenance-mode",
    "/debug",
    "/debug/",
    "/debug/pprof/heap",
    "/%64ebug/pprof/",
    "/debug%2fpprof%2f",
];

#[test]
fn what_belongs_to_one_plugin_is_never_reached() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    for balancer in [Balancer::Haproxy, Balancer::Envoy] {
        let fleet = Fleet::start(balancer, [""; 3]);
        let address = fleet.http;
        // At once: Envoy takes a second to close each connection that it has refused.
        thread::scope(|all| {
            for path in KEPT_BACK {
                all.spawn(move || refused(balancer, address, path));
            }
        });
        for plugin in &fleet.plugins {
            let state = send(plugin.http, "GET", MAINTENANCE, &[KEEPER], b"");
            assert_eq!(state.json()["maintenance"], false);
        }
        // Through it, nobody is local, and what is nobody's in particular is there.
        assert_eq!(get(fleet.http, "/health/ready").status, 200);
        assert_eq!(ask(fleet.http, 1).lost, None);
        let own = get(fleet.own, "/metrics");
        let word = if balancer == Balancer::Haproxy {
            "haproxy_"
        } else {
            "envoy_"
        };
        assert!(
            own.status == 200 && own.text().contains(word),
            "{balancer:?}: {}",
            own.text()
        );
        for path in ["/", "/admin", "/quitquitquit", "/config_dump"] {
            assert_eq!(get(fleet.own, path).status, 404, "{balancer:?} {path}");
        }
    }
}

fn refused(balancer: Balancer, address: SocketAddr, path: &str) {
    for method in ["GET", "POST"] {
        // With the right to it, too.
        let reply = exchange(address, &request(method, path, &[KEEPER], b""));
        let reply = reply.unwrap_or_else(|error| panic!("{balancer:?} {method} {path}: {error}"));
        assert!(
            matches!(reply.status, 400 | 403 | 404),
            "{balancer:?} {method} {path}: {} {}",
            reply.status,
            reply.text()
        );
    }
}

#[test]
fn grpc_goes_through_both_to_every_plugin() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    for balancer in [Balancer::Haproxy, Balancer::Envoy] {
        let fleet = Fleet::start(balancer, [""; 3]);
        let parameters = json!({
            "prompt": "show all users", "database_type": "sqlite",
            "schema_ddl": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
        });
        let question = json!({"type": "ai", "key": "generate", "sql": parameters.to_string()}).to_string();
        for _ in 0..6 {
            let told = call(fleet.grpc, "remote.Loader/Verify", "{}");
            assert!(told.contains("\"ready\": true"), "{balancer:?}: {told}");
            let told = call(fleet.grpc, "remote.Loader/Query", &question);
            assert!(
                told.contains("generated_sql") && told.contains("users"),
                "{balancer:?}: {told}"
            );
        }
        // One after the other, so that nobody is asked twice in vain while it is not ready.
        let on = send(fleet.plugins[0].http, "POST", MAINTENANCE, &[KEEPER], b"");
        assert_eq!(on.status, 200, "{}", on.text());
        match balancer {
            Balancer::Haproxy => fleet.wait(0, "DOWN"),
            Balancer::Envoy => fleet.wait_for_grpc_of(2),
        }
        for _ in 0..6 {
            let told = call(fleet.grpc, "remote.Loader/Query", &question);
            assert!(told.contains("generated_sql"), "{balancer:?}: {told}");
        }
    }
}

fn call(address: SocketAddr, method: &str, message: &str) -> String {
    let output = Command::new(in_venv("grpcurl"))
        .args([
            "-plaintext",
            "-max-time",
            "20",
            "-d",
            message,
            &address.to_string(),
            method,
        ])
        .output()
        .expect("grpcurl runs");
    let said = said(&output);
    assert!(output.status.success(), "{method}: {said}");
    said
}
