//! Starts the real binary for a test: free port, folder of its own, nothing from the machine's environment.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::http;

#[path = "ports.rs"]
#[allow(clippy::duplicate_mod, reason = "each file here stands for itself")]
mod ports;
pub use ports::free_address;

/// Longest wait for anything that a test waits for; far more than a loaded machine needs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running plugin; it is killed when dropped.
pub struct Plugin {
    /// Where its HTTP door is.
    pub http: SocketAddr,
    /// Its gRPC socket.
    pub socket: PathBuf,
    child: Child,
    /// Its config file.
    config: PathBuf,
    folder: TempDir,
}

impl Plugin {
    /// Starts it with a config and waits until everything is built. The config may have a `server:` block; host, port,
    /// socket and state folder are added to it.
    pub fn start(config: &str) -> Plugin {
        Plugin::start_with(config, &[])
    }

    /// The same with these variables in its environment.
    pub fn start_with(config: &str, environment: &[(&str, &str)]) -> Plugin {
        Plugin::start_from(config, environment, |folder, text| {
            let file = folder.join("config.yaml");
            fs::write(&file, text).expect("the config is written");
            file
        })
    }

    /// The same with its config where `place` puts it, which is given the plugin's folder and the config's text.
    pub fn start_from(
        config: &str,
        environment: &[(&str, &str)],
        place: impl Fn(&Path, &str) -> PathBuf,
    ) -> Plugin {
        // Another process may take the free port before the plugin does; it then ends, and the next try has another.
        for _ in 0..5 {
            let mut plugin = Plugin::spawn(config, environment, &place);
            if plugin.wait_until_built() {
                return plugin;
            }
            let log = plugin.log();
            assert!(
                log.contains("already listens"),
                "the plugin did not start:\n{log}"
            );
        }
        panic!("no free port for the plugin after five tries");
    }

    fn spawn(config: &str, environment: &[(&str, &str)], place: &impl Fn(&Path, &str) -> PathBuf) -> Plugin {
        let folder = TempDir::with_prefix("atest-").expect("a folder for the test");
        let http = free_address();
        let config = place(folder.path(), &with_own_places(config, http, folder.path()));
        Plugin {
            http,
            socket: folder.path().join("plugin.sock"),
            child: run_in(folder.path(), &config, &[])
                .envs(environment.iter().copied())
                .spawn()
                .expect("the plugin starts"),
            config,
            folder,
        }
    }

    /// Stops it as an init system does, and starts it again in the same folder; what it logs is added to the log.
    pub fn restart(&mut self) {
        self.ask_to_stop();
        self.wait_until_ended();
        self.child = run_in(self.folder.path(), &self.config, &[])
            .spawn()
            .expect("the plugin starts");
        assert!(self.wait_until_built(), "it did not start again:\n{}", self.log());
    }

    /// Runs the program once more with its config, and gives what it says.
    pub fn run(&self, arguments: &[&str]) -> Output {
        run_in(self.folder.path(), &self.config, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .expect("the program runs")
    }

    /// False when it ended by itself before that.
    fn wait_until_built(&mut self) -> bool {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if self.child.try_wait().expect("a child can be asked").is_some() {
                return false;
            }
            // A door that speaks TLS tells a plain request so. It opens once everything is built.
            let is_built = |reply: http::Reply| reply.status == 200 || reply.text().contains("speaks https");
            if http::try_get(self.http, "/health/startup").is_some_and(is_built) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the plugin was not built within {PATIENCE:?}:\n{}", self.log());
    }

    /// Everything it has written so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Waits until the log has these words so many times.
    pub fn wait_for_log(&self, words: &str, times: usize) {
        let started = Instant::now();
        while self.log().matches(words).count() < times {
            assert!(
                started.elapsed() < PATIENCE,
                "{words:?} is not in the log:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The text of a config with the places that it was started with.
    pub fn config_text(&self, config: &str) -> String {
        with_own_places(config, self.http, self.folder.path())
    }

    /// Its config file.
    pub fn config_file(&self) -> &Path {
        &self.config
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A folder that ends with the plugin.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Asks it to stop, as an init system does.
    pub fn ask_to_stop(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).expect("a process id");
        let id = rustix::process::Pid::from_raw(id).expect("a process id is not 0");
        rustix::process::kill_process(id, signal).expect("the child takes signals");
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// Waits until it has ended.
    pub fn wait_until_ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the plugin did not end within {PATIENCE:?}:\n{}", self.log());
    }
}

impl Drop for Plugin {
    #[allow(clippy::print_stderr, reason = "what a failed test has to say")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the plugin's log:\n{}", self.log());
        }
        // It may have ended already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with the config in that folder, and nothing of the machine's environment.
fn run_in(folder: &Path, config: &Path, arguments: &[&str]) -> Command {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .expect("a file for the log");
    let mut command = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"));
    command
        .arg("--config")
        .arg(config)
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log);
    command
}

/// Adds the places that a test must own to the config's `server` block, or to a block of their own.
fn with_own_places(config: &str, http: SocketAddr, folder: &Path) -> String {
    let places = format!(
        "server:\n  host: 127.0.0.1\n  port: {}\n  socket_path: {2}/plugin.sock\n  default_socket: {}\n  state_dir: {2}/state\n",
        http.port(),
        false,
        folder.display(),
    );
    let with_places = match config.split_once("server:\n") {
        Some((before, after)) => format!("{before}{places}{after}"),
        None => format!("{places}{config}"),
    };
    // Else it would go to the machine's own log folder, where there is one.
    if config.contains("audit:") {
        with_places
    } else {
        format!("{with_places}\naudit:\n  path: {}/audit.log\n", folder.display())
    }
}
