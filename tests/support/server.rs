//! What the database servers of tests have in common: a port and a folder of their own, and being halted, killed and started again.

use std::fs::{File, Permissions};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

#[path = "ports.rs"]
#[allow(clippy::duplicate_mod, reason = "each file here stands for itself")]
mod ports;
use ports::free_address;

/// Longest wait for anything that a test waits for; far more than a loaded machine needs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The process of a database server; it is stopped when dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    name: &'static str,
    folder: TempDir,
    /// What ends it at once but in good order.
    stop: Signal,
    child: Option<Child>,
}

impl Server {
    /// A folder and a port; nothing runs yet. The server's own user can write to the folder.
    pub fn new(name: &'static str, stop: Signal) -> Server {
        let folder = TempDir::with_prefix(format!("atest-{name}-")).expect("a folder for the test");
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("it is ours");
        Server {
            address: free_address(),
            name,
            folder,
            stop,
            child: None,
        }
    }

    /// Its folder, which ends with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its data.
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    /// Runs what makes the data folder.
    pub fn prepare(&self, command: &mut Command) {
        let output = command.current_dir(self.folder()).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert!(
            output.status.success(),
            "{command:?}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Starts it, and waits until it answers. One that was killed may find traces of itself for a moment, and ends then.
    pub fn start(&mut self, command: &mut Command, answers: impl Fn() -> bool) {
        let log = self.folder().join("log");
        let started = Instant::now();
        while self.child.is_none() {
            let log = File::create(&log).expect("a file for the log");
            let child = command
                .current_dir(self.folder())
                .stdin(Stdio::null())
                .stdout(log.try_clone().expect("a second handle"))
                .stderr(log)
                .spawn();
            let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
            loop {
                let has_ended = child.try_wait().expect("it is our child").is_some();
                assert!(
                    started.elapsed() < PATIENCE,
                    "{} did not start: {}",
                    self.name,
                    self.log()
                );
                if has_ended {
                    std::thread::sleep(Duration::from_millis(100));
                    break;
                }
                if answers() {
                    self.child = Some(child);
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// What it has said since it was started.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("log")).unwrap_or_default()
    }

    /// Ends it at once, as the kernel does when memory is short.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended already, which is as well.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Stops it in its tracks: connections stay, and new ones are taken by the kernel, but nothing is answered.
    pub fn pause(&self) {
        self.signal_all(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal_all(Signal::CONT);
    }

    /// To the server and the processes that it has for its connections, which have process groups of their own.
    fn signal_all(&self, signal: Signal) {
        let child = self.child.as_ref().expect("it runs");
        let children = format!("/proc/{0}/task/{0}/children", child.id());
        let children = std::fs::read_to_string(children).unwrap_or_default();
        send(child.id(), signal).expect("the child takes signals");
        for id in children.split_whitespace().filter_map(|id| id.parse().ok()) {
            // A connection may have ended meanwhile.
            let _ = send(id, signal);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(child) = self.child.as_mut() else { return };
        // One that is paused hears nothing but this.
        let _ = send(child.id(), Signal::CONT);
        let _ = send(child.id(), self.stop);
        let asked = Instant::now();
        while matches!(child.try_wait(), Ok(None)) && asked.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }
}

fn send(id: u32, signal: Signal) -> rustix::io::Result<()> {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    kill_process(id.expect("a process id"), signal)
}

/// Runs a client with SQL on its standard input, and gives what it prints, or what it complains of.
pub fn client(command: &mut Command, sql: &str) -> Result<String, String> {
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut input = child.stdin.take().expect("it is piped");
    let sql = sql.to_owned();
    // A client that gives up stops reading.
    let writing = std::thread::spawn(move || drop(input.write_all(sql.as_bytes())));
    let output = child.wait_with_output().expect("the client ends");
    writing.join().expect("writing does not panic");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}

/// Whether the tests run as the user that servers refuse to run as.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
