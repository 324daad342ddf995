//! A real HAProxy before the plugin: through it nobody is local, and tokens work.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{ADMIN, API, JSON, QUESTION, TOKENS, bearer};
use crate::support::http::{exchange, send, try_get};
use crate::support::peer::{Peer, wanted};
use crate::support::plugin::{PATIENCE, Plugin, free_address};

const INSTALL: &str = "apt-get install -y --no-install-recommends haproxy";
const MAINTENANCE: &str = "/admin/maintenance-mode";

/// One that adds `X-Forwarded-For`, as most configs have it, and one that adds nothing.
struct Haproxy {
    telling: std::net::SocketAddr,
    silent: std::net::SocketAddr,
    _process: Peer,
    _folder: tempfile::TempDir,
}

impl Haproxy {
    fn before(plugin: &Plugin) -> Haproxy {
        let folder = tempfile::tempdir().unwrap();
        let (telling, silent) = (free_address(), free_address());
        let config = folder.path().join("haproxy.cfg");
        let text = format!(
            "defaults\n  mode http\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n\
             frontend telling\n  bind {telling}\n  option forwardfor\n  default_backend plugin\n\
             frontend silent\n  bind {silent}\n  default_backend plugin\n\
             backend plugin\n  server plugin {}\n",
            plugin.http
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(&config);
        let process = Peer::start(&mut command, &folder.path().join("log"));
        let started = Instant::now();
        while try_get(telling, "/health/live").is_none() || try_get(silent, "/health/live").is_none() {
            assert!(started.elapsed() < PATIENCE, "haproxy does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Haproxy {
            telling,
            silent,
            _process: process,
            _folder: folder,
        }
    }
}

#[test]
fn through_haproxy_nobody_is_local_and_a_token_works() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    for (config, environment) in [("", &[][..]), ("", &TOKENS)] {
        let plugin = Plugin::start_with(config, environment);
        let proxy = Haproxy::before(&plugin);
        let bare = if environment.is_empty() { 403 } else { 401 };
        for forged in [
            ("X-Forwarded-For", "127.0.0.1"),
            ("X-Forwarded-For", ""),
            ("Connection", "close, X-Forwarded-For"),
            ("X-Nothing", "x"),
        ] {
            let reply = send(proxy.telling, "POST", MAINTENANCE, &[forged], b"");
            assert_eq!(reply.status, bare, "{forged:?}: {}", reply.text());
        }
        assert_eq!(send(proxy.telling, "GET", "/health/ready", &[], b"").status, 200);
        assert_eq!(send(proxy.telling, "GET", "/metrics", &[], b"").status, 200);
        if environment.is_empty() {
            continue;
        }
        let (admin, api) = (bearer(ADMIN), bearer(API));
        let reply = send(
            proxy.telling,
            "GET",
            MAINTENANCE,
            &[("Authorization", &admin)],
            b"",
        );
        assert_eq!(reply.status, 200, "{}", reply.text());
        let headers = [JSON, ("Authorization", api.as_str())];
        let reply = send(proxy.telling, "POST", "/api/v1/data/query", &headers, QUESTION);
        assert!(reply.pair("generated_sql").is_some(), "{}", reply.text());
    }
}

/// A proxy that adds no header cannot be seen, but by the Host that people call it by. `server.behind_proxy` tells.
#[test]
fn a_proxy_that_says_nothing_is_told_by_the_config() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    let plugin = Plugin::start_with("server:\n  behind_proxy: true\n", &TOKENS);
    let proxy = Haproxy::before(&plugin);
    assert_eq!(send(proxy.silent, "POST", MAINTENANCE, &[], b"").status, 401);
    let admin = bearer(ADMIN);
    let reply = send(
        proxy.silent,
        "GET",
        MAINTENANCE,
        &[("Authorization", &admin)],
        b"",
    );
    assert_eq!(reply.status, 200);
    let named = [("Host", "plugin.example.com")];
    let told_nothing = Plugin::start("");
    let proxy = Haproxy::before(&told_nothing);
    assert_eq!(send(proxy.silent, "POST", MAINTENANCE, &named, b"").status, 403);
}

#[test]
fn odd_paths_and_smuggled_requests_through_haproxy_reach_nothing_that_is_kept() {
    if !wanted(&["haproxy"], INSTALL) {
        return;
    }
    let plugin = Plugin::start_with("", &TOKENS);
    let proxy = Haproxy::before(&plugin);
    for path in [
        "//admin/maintenance-mode",
        "/%61dmin/maintenance-mode",
        "/health/../admin/maintenance-mode",
        "/health/..%2fadmin%2fmaintenance-mode",
        "/admin/maintenance-mode/.",
        "/health;/../admin/maintenance-mode",
    ] {
        let reply = send(proxy.telling, "POST", path, &[], b"");
        assert!(
            matches!(reply.status, 400 | 401 | 404 | 405),
            "{path}: {}",
            reply.status
        );
    }
    let inner = "POST /admin/maintenance-mode HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    for head in [
        format!(
            "Content-Length: {}\r\nTransfer-Encoding: chunked\r\n",
            5 + inner.len()
        ),
        format!(
            "Content-Length: {}\r\nTransfer-Encoding : chunked\r\n",
            5 + inner.len()
        ),
        format!(
            "Transfer-Encoding: xchunked\r\nContent-Length: {}\r\n",
            5 + inner.len()
        ),
    ] {
        let bytes = format!(
            "POST /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n0\r\n\r\n{inner}"
        );
        // Whatever the first reply is, the second request must not have been taken for one of its own.
        let _ = exchange(proxy.telling, bytes.as_bytes());
        let state = send(plugin.http, "GET", MAINTENANCE, &[], b"");
        assert_eq!(state.json()["maintenance"], false, "{head}");
    }
}
