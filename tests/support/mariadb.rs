//! A real MariaDB on a port of its own, empty: filled, slowed, lost and started again by tests.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use super::peer::wanted;
use super::server::{Server, client, is_root};

const INSTALL: &str = "apt-get install -y --no-install-recommends mariadb-server";
/// The password of its user `admin`, who may do everything, and of every user that is made.
pub const PASSWORD: &str = "planted-maria-password";
/// Its one database.
pub const DATABASE: &str = "shop";
/// Small, and nothing has to outlive the machine.
const QUICK: [&str; 6] = [
    "--innodb-log-file-size=4M",
    "--innodb-buffer-pool-size=16M",
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-doublewrite=0",
    "--skip-name-resolve",
];

/// A running MariaDB with the one database `shop`; it is stopped when dropped.
pub struct MariaDb {
    server: Server,
    arguments: Vec<String>,
}

impl MariaDb {
    /// Starts one; `None` when tests against real programs are switched off.
    pub fn start() -> Option<MariaDb> {
        MariaDb::start_with(&[])
    }

    /// Starts one with further arguments, each as `--name=value`.
    pub fn start_with(arguments: &[&str]) -> Option<MariaDb> {
        if !wanted(&["mariadb", "mariadb-install-db"], INSTALL) {
            return None;
        }
        let mut mariadb = MariaDb {
            server: Server::new("mariadb", Signal::TERM),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        };
        let mut install = Command::new("mariadb-install-db");
        install
            .args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ])
            .args(mariadb.own_arguments());
        mariadb.server.prepare(&mut install);
        let users = format!(
            "DELETE FROM mysql.global_priv WHERE User = '' OR User = 'root';\nFLUSH PRIVILEGES;\n\
             CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4;\n\
             CREATE USER IF NOT EXISTS admin@'%' IDENTIFIED BY '{PASSWORD}';\n\
             GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION;\n"
        );
        std::fs::write(mariadb.folder().join("users.sql"), users).expect("it can be written");
        mariadb.start_again();
        Some(mariadb)
    }

    /// Starts it again at the same address, with the data that it had.
    pub fn start_again(&mut self) {
        let mut command = Command::new(program());
        command
            .arg("--no-defaults")
            .args(self.own_arguments())
            .args(["--bind-address=127.0.0.1", "--character-set-server=utf8mb4"])
            .arg(format!("--port={}", self.address().port()))
            .arg(format!("--socket={}", self.folder().join("socket").display()))
            .arg(format!(
                "--init-file={}",
                self.folder().join("users.sql").display()
            ))
            .args(&self.arguments);
        let address = self.address();
        let answers = || client(&mut mariadb(address), "SELECT 1").is_ok();
        self.server.start(&mut command, answers);
    }

    fn own_arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = QUICK.iter().map(|argument| (*argument).to_owned()).collect();
        arguments.push(format!("--datadir={}", self.server.data().display()));
        // Its tables for a moment are named by process alone: two servers in one folder take each other's.
        arguments.push(format!("--tmpdir={}", self.folder().display()));
        if is_root() {
            arguments.push("--user=mysql".into());
        }
        arguments
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Its folder, which ends with it; `socket` in it is its socket.
    pub fn folder(&self) -> &Path {
        self.server.folder()
    }

    /// The URL of the user who may do everything.
    pub fn url(&self) -> String {
        self.url_of("admin")
    }

    fn url_of(&self, user: &str) -> String {
        format!("mysql://{user}:{PASSWORD}@{}/{DATABASE}", self.address())
    }

    /// Makes a user who may read the database, and change nothing; gives the URL.
    pub fn reader(&self, user: &str) -> String {
        self.run(&format!(
            "CREATE USER {user}@'%' IDENTIFIED BY '{PASSWORD}'; GRANT SELECT, SHOW VIEW ON {DATABASE}.* TO {user}@'%'"
        ));
        self.url_of(user)
    }

    /// Runs SQL with all rights, and gives what it prints: a row a line, columns between tabs.
    pub fn run(&self, sql: &str) -> String {
        self.try_run(sql).unwrap_or_else(|said| panic!("{sql}: {said}"))
    }

    /// The same, or what the client complains of.
    pub fn try_run(&self, sql: &str) -> Result<String, String> {
        client(&mut mariadb(self.address()), sql)
    }

    /// What it has said since it was started.
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
}

/// How its client is called.
fn mariadb(address: SocketAddr) -> Command {
    let mut command = Command::new("mariadb");
    command
        .args([
            "--no-defaults",
            "--batch",
            "--skip-column-names",
            "--protocol=tcp",
        ])
        .args([
            "--default-character-set=utf8mb4",
            "--connect-timeout=5",
            "--user=admin",
        ])
        .arg(format!("--host={}", address.ip()))
        .arg(format!("--port={}", address.port()))
        .arg(DATABASE)
        .env("MYSQL_PWD", PASSWORD);
    command
}

/// The server, which Debian keeps where only root looks.
fn program() -> &'static str {
    let places = ["/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/usr/bin/mariadbd"];
    let found = places.into_iter().find(|place| Path::new(place).is_file());
    found.unwrap_or_else(|| panic!("mariadbd is not installed; install it with: {INSTALL}"))
}
