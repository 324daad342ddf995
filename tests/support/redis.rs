//! A real Redis on a port of its own: killed, halted and started again by tests.

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::peer::wanted;

#[path = "ports.rs"]
#[allow(clippy::duplicate_mod, reason = "each file here stands for itself")]
mod ports;
use ports::free_address;

const INSTALL: &str = "apt-get install -y --no-install-recommends redis-server";
/// Longest wait for anything that a test waits for; far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running Redis; it is killed when dropped.
pub struct Redis {
    /// Where it listens.
    pub address: SocketAddr,
    folder: TempDir,
    arguments: Vec<String>,
    password: Option<String>,
    child: Option<Child>,
}

impl Redis {
    /// Starts one with further arguments; `None` when tests against real programs are switched off.
    pub fn start(arguments: &[&str]) -> Option<Redis> {
        if !wanted(&["redis-server", "redis-cli"], INSTALL) {
            return None;
        }
        let password = arguments
            .iter()
            .position(|argument| *argument == "--requirepass")
            .map(|at| arguments[at + 1].to_owned());
        let mut redis = Redis {
            address: free_address(),
            folder: TempDir::with_prefix("atest-redis-").expect("a folder for the test"),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            password,
            child: None,
        };
        redis.start_again();
        Some(redis)
    }

    /// Its folder, which ends with it.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Starts it again at the same address, empty.
    pub fn start_again(&mut self) {
        let log = File::create(self.folder.path().join("log")).expect("a file for the log");
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &self.address.port().to_string()])
            .arg("--unixsocket")
            .arg(self.folder.path().join("socket"))
            .args(&self.arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("redis starts");
        self.child = Some(child);
        let started = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            assert!(
                started.elapsed() < PATIENCE,
                "redis did not start: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it at once, as the kernel does when memory is short.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended already, which is as well.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Stops it in its tracks: connections stay, nothing is answered.
    pub fn halt(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// What redis-cli prints for a command.
    pub fn cli(&self, command: &[&str]) -> String {
        let mut cli = Command::new("redis-cli");
        cli.args(["-p", &self.address.port().to_string(), "--no-auth-warning"]);
        if let Some(password) = &self.password {
            cli.args(["-a", password]);
        }
        let output = cli.args(command).output().expect("redis-cli runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("redis runs");
        let id = i32::try_from(child.id()).expect("a process id");
        let id = Pid::from_raw(id).expect("a process id is not 0");
        kill_process(id, signal).expect("the child takes signals");
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
