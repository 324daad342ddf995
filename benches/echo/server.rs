//! A server process under test: started on a socket of its own, killed when dropped.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint, Uri};

use crate::contract::remote::loader_client::LoaderClient;
use crate::load;

/// A running server.
pub struct Server {
    child: Child,
    started: Instant,
    socket: PathBuf,
    /// Where the plugin's HTTP door is.
    pub http: SocketAddr,
    folder: tempfile::TempDir,
}

impl Server {
    /// The plugin on its defaults, quiet, with only the doors that the load needs.
    pub fn plugin() -> Server {
        Server::plugin_with("")
    }

    /// The same with more settings.
    pub fn plugin_with(settings: &str) -> Server {
        Server::plugin_in(settings, &[])
    }

    /// The same with these variables in its environment.
    pub fn plugin_in(settings: &str, environment: &[(&str, &str)]) -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("plugin.sock");
        let http = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let config = put_config(folder.path(), http, settings);
        let mut command = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"));
        command
            .arg("--config")
            .arg(&config)
            .envs(environment.iter().copied());
        let mut server = Server::start(command, socket, folder);
        server.http = http;
        server
    }

    /// Puts a new config with these settings in the place of the plugin's.
    pub fn put_config(&self, settings: &str) {
        put_config(self.folder.path(), self.http, settings);
    }

    /// The bare echo: this program again, as a server.
    pub fn echo() -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("echo.sock");
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.arg("--serve-echo").arg(&socket);
        Server::start(command, socket, folder)
    }

    /// The bare relay to a provider: this program again, which posts `body` to `url` for each call.
    pub fn relay(url: &str, body: &[u8]) -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (socket, file) = (folder.path().join("relay.sock"), folder.path().join("body"));
        std::fs::write(&file, body).expect("the body is written");
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.arg("--serve-relay").arg(&socket).arg(url).arg(&file);
        Server::start(command, socket, folder)
    }

    fn start(mut command: Command, socket: PathBuf, folder: tempfile::TempDir) -> Server {
        let started = Instant::now();
        let child = command.stdout(Stdio::null()).spawn().expect("the server starts");
        Server {
            child,
            started,
            socket,
            http: SocketAddr::from(([127, 0, 0, 1], 0)),
            folder,
        }
    }

    /// A client with a connection of its own.
    pub async fn client(&self) -> LoaderClient<Channel> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match connect(&self.socket).await {
                Ok(channel) => return LoaderClient::new(channel),
                Err(error) if Instant::now() > deadline => panic!("no connection: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    }

    /// Time from the start of the process to the first answered question.
    pub async fn first_answer(&self) -> Duration {
        let mut client = self.client().await;
        load::ask(&mut client, &load::Load::question_alone().sql(0)).await;
        self.started.elapsed()
    }

    /// CPU used so far, seconds: the sum over the threads that live, to the nanosecond. The ticks of `/proc/PID/stat`
    /// are guesses by a timer, which threads that work for some microseconds between timers slip through.
    pub fn cpu_seconds(&self) -> f64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("the server runs");
        let nanoseconds = tasks.filter_map(|task| {
            let stat = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
            stat.split_whitespace().next()?.parse::<u64>().ok()
        });
        nanoseconds.sum::<u64>() as f64 / 1e9
    }

    /// Resident memory, bytes.
    pub fn resident_bytes(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the server runs");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .expect("a line VmRSS");
        line.split_whitespace()
            .nth(1)
            .and_then(|kib| kib.parse::<u64>().ok())
            .expect("a number of KiB")
            * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on at this moment, for the HTTP door.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

async fn connect(socket: &Path) -> Result<Channel, tonic::transport::Error> {
    let socket = socket.to_path_buf();
    let connector = tower::service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { tokio::net::UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    Endpoint::from_static("http://localhost")
        .connect_with_connector(connector)
        .await
}

/// Writes a config with the places of a server, by a rename, into a folder of its own.
fn put_config(folder: &Path, http: SocketAddr, settings: &str) -> PathBuf {
    let etc = folder.join("etc");
    std::fs::create_dir_all(&etc).expect("a folder for the config");
    let at = |name: &str| folder.join(name).display().to_string();
    let text = format!(
        "server:\n  host: 127.0.0.1\n  port: {}\n  socket_path: {}\n  default_socket: false\n  state_dir: {}\n\
         logging:\n  output: file\n  file:\n    path: {}\n{settings}",
        http.port(),
        at("plugin.sock"),
        at("state"),
        at("plugin.log")
    );
    let (new, config) = (etc.join("config.yaml.new"), etc.join("config.yaml"));
    std::fs::write(&new, text).expect("the config is written");
    std::fs::rename(&new, &config).expect("the config is put in place");
    config
}
