//! A real PostgreSQL on a port of its own, empty: filled, slowed, lost and started again by tests.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::peer::wanted;
use super::server::{Server, client, is_root};

const INSTALL: &str = "apt-get install -y --no-install-recommends postgresql";
/// The password of its superuser `postgres`, and of every user that is made.
pub const PASSWORD: &str = "planted-pg-password";

/// A running PostgreSQL with the one database `postgres`; it is stopped when dropped.
pub struct Postgres {
    server: Server,
    programs: PathBuf,
    settings: Vec<String>,
}

impl Postgres {
    /// Starts one; `None` when tests against real programs are switched off.
    pub fn start() -> Option<Postgres> {
        Postgres::start_with(&[])
    }

    /// Starts one with further settings, each as `name=value`.
    pub fn start_with(settings: &[&str]) -> Option<Postgres> {
        if !wanted(&["psql", "setpriv"], INSTALL) {
            return None;
        }
        let mut postgres = Postgres {
            // "Immediate": nothing that is in it is needed any more.
            server: Server::new("postgres", Signal::QUIT),
            programs: programs(),
            settings: settings.iter().map(|setting| (*setting).to_owned()).collect(),
        };
        let password = postgres.server.folder().join("password");
        std::fs::write(&password, PASSWORD).expect("it can be written");
        let mut initdb = postgres.program("initdb");
        initdb
            .args(["--no-sync", "--username=postgres", "--auth=scram-sha-256"])
            .args(["--encoding=UTF8", "--locale=C.UTF-8", "--pwfile=password"])
            .arg("--pgdata")
            .arg(postgres.server.data());
        postgres.server.prepare(&mut initdb);
        postgres.start_again();
        Some(postgres)
    }

    /// Starts it again at the same address, with the data that it had.
    pub fn start_again(&mut self) {
        let mut command = self.program("postgres");
        command
            .arg("-D")
            .arg(self.server.data())
            .arg("-k")
            .arg(self.server.folder())
            .args(["-h", "127.0.0.1", "-p", &self.address().port().to_string()]);
        // Nothing has to outlive the machine.
        let quick = ["fsync=off", "full_page_writes=off"];
        let small = ["shared_buffers=16MB", "max_wal_size=64MB", "log_statement=all"];
        let settings = self.settings.iter().map(String::as_str);
        for setting in quick.into_iter().chain(small).chain(settings) {
            command.args(["-c", setting]);
        }
        let url = self.url();
        let answers = || client(&mut psql(&url), "SELECT 1").is_ok();
        self.server.start(&mut command, answers);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Its folder, which ends with it; `.s.PGSQL.<port>` in it is its socket.
    pub fn folder(&self) -> &Path {
        self.server.folder()
    }

    /// The URL of its superuser.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    fn url_of(&self, user: &str) -> String {
        format!("postgres://{user}:{PASSWORD}@{}/postgres", self.address())
    }

    /// Makes a user who may read everything that there is and will be, and change nothing; gives the URL.
    pub fn reader(&self, user: &str) -> String {
        self.run(&format!(
            "CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'; GRANT pg_read_all_data TO {user}"
        ));
        self.url_of(user)
    }

    /// Runs SQL with all rights, and gives what it prints: a row a line, columns between tabs.
    pub fn run(&self, sql: &str) -> String {
        self.try_run(sql).unwrap_or_else(|said| panic!("{sql}: {said}"))
    }

    /// The same, or what psql complains of.
    pub fn try_run(&self, sql: &str) -> Result<String, String> {
        client(&mut psql(&self.url()), sql)
    }

    /// What it has said since it was started; every statement that it was sent is in it.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Ends it at once, as the kernel does when memory is short.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Stops it in its tracks: connections stay, nothing is answered.
    pub fn pause(&self) {
        self.server.pause();
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.server.resume();
    }

    /// A program of the server, which refuses to be run by root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"])
            .arg(program);
        command
    }
}

/// How psql is called.
fn psql(url: &str) -> Command {
    let mut command = Command::new("psql");
    command
        .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"])
        .args(["--field-separator=\t", "--set=ON_ERROR_STOP=1", "--file=-"])
        .arg(url)
        .env("PGCONNECT_TIMEOUT", "5");
    command
}

/// The folder of the server's programs, of the newest version that there is.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let folders = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let version = |folder: &PathBuf| -> Option<u32> { folder.parent()?.file_name()?.to_str()?.parse().ok() };
    let newest = folders
        .filter(|folder| folder.join("initdb").is_file())
        .max_by_key(version);
    newest.unwrap_or_else(|| panic!("the server of PostgreSQL is not installed; install it with: {INSTALL}"))
}
