//! What a process holds: connections, descriptors, tasks, memory.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::support::http::get;
use crate::support::plugin::{PATIENCE, Plugin, free_address};

/// Memory that an allocator may keep for later, bytes.
const SLACK: u64 = 64 << 20;

/// A plugin with a gRPC port.
pub struct Target {
    pub plugin: Plugin,
    pub grpc: SocketAddr,
}

impl Target {
    /// With more of `server`.
    pub fn start(more: &str) -> Target {
        let grpc = free_address();
        let plugin = Plugin::start(&format!("server:\n  listen_address: {grpc}\n{more}"));
        Target { plugin, grpc }
    }
}

/// What it holds at one moment.
#[derive(Debug)]
pub struct Standing {
    descriptors: usize,
    tasks: u64,
    connections: u64,
    memory: u64,
}

impl Standing {
    /// Of a plugin that has started: it answers a moment before the last of its own tasks and descriptors is there.
    pub fn settled(plugin: &Plugin) -> Standing {
        plugin.wait_for_log("\"message\":\"ready\"", 1);
        let started = Instant::now();
        let mut last = Standing::of(plugin);
        let mut same = 0;
        while same < 10 {
            assert!(started.elapsed() < PATIENCE, "it never settles: {last:?}");
            std::thread::sleep(Duration::from_millis(30));
            let now = Standing::of(plugin);
            let is_same = (now.descriptors, now.tasks) == (last.descriptors, last.tasks);
            same = if is_same { same + 1 } else { 0 };
            last = now;
        }
        last
    }

    fn of(plugin: &Plugin) -> Standing {
        let text = get(plugin.http, "/metrics").text();
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap().trim().parse::<f64>().unwrap() as u64
        };
        Standing {
            descriptors: std::fs::read_dir(format!("/proc/{}/fd", plugin.id()))
                .unwrap()
                .count(),
            tasks: value("atest_ai_tokio_live_tasks "),
            connections: value("atest_ai_active_connections "),
            memory: value("process_resident_memory_bytes "),
        }
    }

    /// Waits until it holds no more than now; a question of the moment (this scrape itself) may be among it.
    pub fn comes_back(&self, plugin: &Plugin) {
        let started = Instant::now();
        loop {
            let now = Standing::of(plugin);
            if now.descriptors <= self.descriptors
                && now.tasks <= self.tasks
                && now.connections <= self.connections
                && now.memory <= self.memory + SLACK
            {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "before {self:?}, now {now:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Waits until a series of the metrics has at least that value.
pub fn wait_for_series(plugin: &Plugin, name: &str, least: f64) {
    let started = Instant::now();
    loop {
        let text = get(plugin.http, "/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let value: f64 = line.map_or(0.0, |value| value.trim().parse().unwrap());
        if value >= least {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{name} is {value}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
