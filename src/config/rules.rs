//! What types cannot say: addresses, names, and settings that contradict each other.

mod access;
mod limits;
mod profiling;
mod secrets;
mod services;
mod tls;
mod tracing;

use super::endpoint::{is_any, is_host, is_loopback, split_address};
use super::model::{Config, LogOutput};
use super::problem::{Notice, Origin, Problems, Topic};
use super::suggest;
use super::tree::Node;

/// Longest path of a Unix socket, in bytes (`sun_path` without its end).
const LONGEST_SOCKET_PATH: usize = 107;

/// The port on which atest listens when nobody says otherwise, and the Go plugin's default.
const ATEST_PORT: u16 = 8080;

/// Names that `logging.components` may use: the guide's, the rooms and crates of the program, and `dependencies`
/// for the crates of others.
pub const COMPONENTS: &[&str] = &[
    "ai_provider",
    "sql_generator",
    "database",
    "metrics",
    "dependencies",
    "answer",
    "app",
    "cli",
    "config",
    "generate",
    "http",
    "nl2sql",
    "page",
    "plugin",
    "profiling",
    "provider",
    "telemetry",
    "upkeep",
];

/// Checks a config whose types are right; `tree` is what it was made from.
pub fn check(config: &Config, tree: &Node, problems: &mut Problems, notices: &mut Vec<Notice>) {
    let mut rules = Rules {
        config,
        tree,
        problems,
        notices,
    };
    rules.addresses();
    rules.sockets();
    rules.tls();
    rules.state_dir();
    rules.names();
    rules.services();
    rules.limits();
    rules.components();
    rules.access();
    rules.audit();
    rules.tracing();
    rules.profiling();
    rules.secrets();
}

struct Rules<'a> {
    config: &'a Config,
    tree: &'a Node,
    problems: &'a mut Problems,
    notices: &'a mut Vec<Notice>,
}

impl Rules<'_> {
    fn origin_of(&self, key: &str) -> Origin {
        self.tree.nearest_origin(key)
    }

    /// Whether somebody set it.
    fn is_given(&self, key: &str) -> bool {
        self.tree.get(&key.split('.').collect::<Vec<_>>()).is_some()
    }

    fn wrong(&mut self, key: &str, message: impl Into<String>, suggestion: impl Into<String>) {
        if self.problems.concern(key) {
            return;
        }
        let origin = self.origin_of(key);
        self.problems.add(&origin, key, message).suggest(suggestion);
    }

    fn advise(&mut self, key: &str, text: impl Into<String>) {
        self.notices.push(Notice {
            topic: Topic::Advice,
            origin: self.origin_of(key),
            key: key.to_owned(),
            text: text.into(),
        });
    }

    fn addresses(&mut self) {
        let server = &self.config.server;
        if !is_host(&server.host) {
            self.wrong(
                "server.host",
                "neither an IP address nor a host name",
                "write 127.0.0.1, 0.0.0.0, :: or a name, without scheme and port",
            );
        } else if !is_loopback(&server.host) && !server.behind_proxy {
            let text = match self.config.access.has_credentials() {
                false => {
                    "other machines can reach the HTTP listener; they may see health and metrics only, \
                     what is for local callers is refused to them"
                }
                true => {
                    "other machines can reach the HTTP listener; health and metrics are open to them, everything else to \
                     those with a token"
                }
            };
            self.advise("server.host", text);
        }
        if server.port == ATEST_PORT {
            self.advise(
                "server.port",
                "atest's own HTTP port; where atest runs on the same machine, choose another, for example 9090",
            );
        }
        let Some(address) = &server.listen_address else {
            return;
        };
        let Some((host, port)) = split_address(address) else {
            self.wrong(
                "server.listen_address",
                "not an address of the form host:port",
                "write 127.0.0.1:38081, or [::1]:38081",
            );
            return;
        };
        if port == server.port && (host == server.host || is_any(host) || is_any(&server.host)) {
            self.wrong(
                "server.listen_address",
                "the same port as `server.port`, on which the HTTP listener is",
                "give gRPC a port of its own",
            );
        }
    }

    fn sockets(&mut self) {
        let server = &self.config.server;
        let path = server.socket_path.as_os_str();
        if path.len() > LONGEST_SOCKET_PATH {
            let message =
                format!("longer than {LONGEST_SOCKET_PATH} bytes, the kernel's limit for Unix sockets");
            self.wrong("server.socket_path", message, "choose a shorter path");
        } else if !server.socket_path.is_absolute() {
            self.wrong(
                "server.socket_path",
                "not an absolute path",
                "atest has another working folder: write it from /",
            );
        }
        if server.socket_permissions & 0o600 != 0o600 {
            self.wrong(
                "server.socket_permissions",
                "the owner itself could not use the socket",
                "write \"0660\" (owner and group) or \"0600\" (owner)",
            );
        } else if server.socket_permissions & 0o002 != 0 {
            self.advise(
                "server.socket_permissions",
                "every user of this machine can ask questions and so spend your API keys; 0660 is safer",
            );
        }
    }

    fn state_dir(&mut self) {
        let folder = self.config.server.state_dir.as_deref();
        if folder.is_some_and(|folder| folder.exists() && !folder.is_dir()) {
            self.wrong(
                "server.state_dir",
                "this is a file",
                "name a folder; it is made when it does not exist",
            );
        }
    }

    fn names(&mut self) {
        let databases = self.config.databases.keys().map(|name| ("databases", name));
        let services = self.config.ai.services.keys().map(|name| ("ai.services", name));
        for (section, name) in databases.chain(services).collect::<Vec<_>>() {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
                self.wrong(
                    &format!("{section}.{name}"),
                    "not a name: 1 to 64 letters, digits, dots, underscores and hyphens",
                    "choose another name",
                );
            }
        }
    }

    fn audit(&mut self) {
        let logging = &self.config.logging;
        let is_log = matches!(logging.output, LogOutput::File { .. })
            && self.config.audit.path.as_ref() == Some(&logging.file.path);
        if is_log && self.config.audit.enabled {
            self.wrong(
                "audit.path",
                "the same file as `logging.file.path`: lines of both would be mixed",
                "name another file, or leave it out",
            );
        }
    }

    fn components(&mut self) {
        for name in self.config.logging.components.keys() {
            if COMPONENTS.contains(&name.as_str()) {
                continue;
            }
            let suggestion = match suggest::closest(name, COMPONENTS.iter().copied()) {
                Some(close) => format!("did you mean `{close}`?"),
                None => format!("one of {}", COMPONENTS.join(", ")),
            };
            let key = format!("logging.components.{name}");
            self.wrong(&key, "there is no such component", suggestion);
        }
    }
}
