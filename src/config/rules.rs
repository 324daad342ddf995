//! What types cannot say: addresses, names, and settings that contradict each other.

use std::net::IpAddr;

use super::model::Config;
use super::problem::{Notice, Origin, Problems, Topic};
use super::suggest;

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
    "plugin",
    "profiling",
    "provider",
    "telemetry",
    "upkeep",
];

/// Checks a config whose types are right.
pub fn check(
    config: &Config,
    origin_of: impl Fn(&str) -> Origin,
    problems: &mut Problems,
    notices: &mut Vec<Notice>,
) {
    let mut rules = Rules {
        config,
        origin_of: &origin_of,
        problems,
        notices,
    };
    rules.addresses();
    rules.sockets();
    rules.names();
    rules.services();
    rules.components();
}

struct Rules<'a> {
    config: &'a Config,
    origin_of: &'a dyn Fn(&str) -> Origin,
    problems: &'a mut Problems,
    notices: &'a mut Vec<Notice>,
}

impl Rules<'_> {
    fn wrong(&mut self, key: &str, message: impl Into<String>, suggestion: impl Into<String>) {
        if self.problems.concern(key) {
            return;
        }
        let origin = (self.origin_of)(key);
        self.problems.add(&origin, key, message).suggest(suggestion);
    }

    fn advise(&mut self, key: &str, text: impl Into<String>) {
        self.notices.push(Notice {
            topic: Topic::Advice,
            origin: (self.origin_of)(key),
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
            self.advise(
                "server.host",
                "other machines can reach the HTTP listener; they may see health and metrics only, \
                 what is for local callers is refused to them",
            );
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
        } else if !is_loopback(host) {
            self.advise(
                "server.listen_address",
                "other machines can ask questions over gRPC without signing in; keep it on 127.0.0.1",
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

    fn services(&mut self) {
        let ai = &self.config.ai;
        for (name, service) in &ai.services {
            let key = format!("ai.services.{name}.endpoint");
            if let Some(endpoint) = &service.endpoint
                && let Err(message) = check_endpoint(endpoint)
            {
                self.wrong(
                    &key,
                    message,
                    "write it like http://localhost:11434 or https://api.example.com/v1",
                );
            }
            let is_custom = service.provider == super::ProviderKind::Custom;
            if is_custom && service.enabled && service.endpoint.is_none() {
                self.wrong(
                    &key,
                    "a service of the kind `custom` needs an endpoint",
                    "give its base URL",
                );
            }
        }
        if ai
            .services
            .get(&ai.default_service)
            .is_some_and(|service| !service.enabled)
        {
            self.advise(
                "ai.default_service",
                "this service is not enabled, so questions that name no provider are refused",
            );
        }
        self.fallback();
    }

    fn fallback(&mut self) {
        let ai = &self.config.ai;
        for (index, name) in ai.fallback_order.iter().enumerate() {
            let name = name.trim();
            if ai.services.contains_key(name) || super::ProviderKind::parse(name).is_some() {
                continue;
            }
            let known = ai.services.keys().map(String::as_str);
            let suggestion = match suggest::closest(name, known) {
                Some(close) => format!("did you mean {close}?"),
                None => "name services under `ai.services`".into(),
            };
            let message = format!("entry {} is neither a service nor a kind of provider", index + 1);
            self.wrong("ai.fallback_order", message, suggestion);
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

fn is_host(host: &str) -> bool {
    let is_name = || {
        let is_label = |label: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            !label.is_empty() && label.len() <= 63 && label.chars().all(plain) && !label.starts_with('-')
        };
        // Digits and dots alone are an address, and a wrong one.
        let looks_numeric = host.chars().all(|c| c.is_ascii_digit() || c == '.');
        !looks_numeric && host.len() <= 253 && host.split('.').all(is_label)
    };
    parse_ip(host).is_some() || is_name()
}

fn parse_ip(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || parse_ip(host).is_some_and(|ip| ip.is_loopback())
}

fn is_any(host: &str) -> bool {
    parse_ip(host).is_some_and(|ip| ip.is_unspecified())
}

fn split_address(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.trim().rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    is_host(host).then_some((host, port))
}

/// Checks the base URL of a provider; the message never repeats it, since it may hold a password.
fn check_endpoint(endpoint: &str) -> Result<(), &'static str> {
    let rest = endpoint
        .strip_prefix("http://")
        .or_else(|| endpoint.strip_prefix("https://"))
        .ok_or("not an http or https URL")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    if authority.contains('@') {
        return Err("a user and password in an endpoint would end up in logs: use `api_key`");
    }
    if rest.contains(['?', '#']) || rest.contains(char::is_whitespace) {
        return Err("an endpoint is a base URL, without query or fragment");
    }
    let is_known = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => is_host(host) && port.parse::<u16>().is_ok(),
        _ => is_host(authority),
    };
    is_known
        .then_some(())
        .ok_or("the host of this URL cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_base_urls_without_secrets() {
        for right in [
            "http://localhost:11434",
            "https://api.openai.com/v1",
            "http://[::1]:8080/",
        ] {
            assert_eq!(check_endpoint(right), Ok(()), "{right}");
        }
        for wrong in [
            "localhost:11434",
            "ftp://x",
            "https://u:p@x",
            "http://",
            "http://x y",
            "http://x?k=v",
        ] {
            assert!(check_endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hosts_are_addresses_or_names() {
        for right in [
            "127.0.0.1",
            "::",
            "[::1]",
            "localhost",
            "plugin.example.com",
            "atest-ai",
        ] {
            assert!(is_host(right), "{right}");
        }
        for wrong in ["", "1.2.3", "256.0.0.1", "http://x", "a b", "x:80", "-x"] {
            assert!(!is_host(wrong), "{wrong}");
        }
    }
}
