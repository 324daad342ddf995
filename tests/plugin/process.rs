//! Plugins as processes of their own: started with any arguments, waited for, ended.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::contract::verify;
use crate::support::plugin::{PATIENCE, free_address};

/// A folder for a test: sockets, configs, logs.
pub struct Place {
    folder: TempDir,
}

/// A running plugin; it is killed when dropped.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Place {
    /// A new one.
    pub fn new() -> Place {
        Place {
            // Short, because a socket's path has 107 bytes at most.
            folder: TempDir::with_prefix("atest-").expect("a folder for the test"),
        }
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A config with a free HTTP port, and more lines for its `server` block.
    pub fn config(&self, name: &str, socket: &Path, server: &str) -> PathBuf {
        let file = self.path(&format!("{name}.yaml"));
        let text = format!(
            "server:\n  host: 127.0.0.1\n  port: {}\n  socket_path: {}\n  state_dir: {}\n{server}",
            free_address().port(),
            socket.display(),
            self.path("state").display(),
        );
        fs::write(&file, text).expect("the config is written");
        file
    }

    /// The usual config: one socket, not the default one.
    pub fn plain(&self, name: &str, socket: &Path) -> PathBuf {
        self.config(name, socket, "  default_socket: false\n")
    }

    /// The binary with a config and nothing from the machine's environment.
    pub fn command(&self, config: &Path) -> Command {
        let mut command = self.bare(env!("CARGO_BIN_EXE_atest-ext-ai"));
        command.arg("--config").arg(config);
        command
    }

    /// Another program in the same surroundings.
    pub fn bare(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Starts it with its output in a file.
    pub fn start(&self, name: &str, command: &mut Command) -> Process {
        let log = self.path(&format!("{name}.log"));
        let file = File::create(&log).expect("a file for the log");
        let child = command
            .stdout(file.try_clone().expect("a second handle"))
            .stderr(file)
            .spawn()
            .expect("the program starts");
        Process { child, log }
    }
}

impl Process {
    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has written so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until the log holds a text: lines are written by a thread of their own, a little after the fact.
    pub fn wait_for_log(&self, text: &str) {
        eventually(&format!("the log says {text:?}"), || self.log().contains(text));
    }

    /// Waits until a socket answers `Verify` with ready.
    pub fn wait_until_ready(&mut self, socket: &Path) {
        eventually("the plugin is ready", || {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                panic!("it ended with {status}:\n{}", self.log());
            }
            verify(socket).is_ok_and(|status| status.ready)
        });
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(pid(self.id()), signal).expect("the child takes signals");
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        let mut ended = None;
        eventually("the process ends", || {
            ended = self.child.try_wait().expect("a child can be asked");
            ended.is_some()
        });
        ended.expect("it has ended")
    }

    /// Whether it runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// Asks it to stop, and waits for the end.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}:\n{}", self.log.display(), self.log());
        }
        // It may have ended already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process id for rustix.
pub fn pid(id: u32) -> Pid {
    let id = i32::try_from(id).expect("a process id");
    Pid::from_raw(id).expect("a process id is not 0")
}

/// Waits until something holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not within {PATIENCE:?}: {what}");
}
