//! The plugin with databases: real PostgreSQL, MariaDB and SQLite, whose schemas are read, which take every answer before
//! it is given, and which are slow, change, refuse and are lost.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

#[path = "support/fake_provider.rs"]
mod fake_provider;
// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/mariadb.rs"]
    pub mod mariadb;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
    #[path = "../support/postgres.rs"]
    pub mod postgres;
    #[path = "../support/server.rs"]
    pub mod server;
}
#[path = "databases/answers.rs"]
mod answers;
#[path = "databases/books.rs"]
mod books;
#[path = "databases/guide.rs"]
mod guide;
#[path = "databases/preview.rs"]
mod preview;
#[path = "databases/schema.rs"]
mod schema;
#[path = "databases/trouble.rs"]
mod trouble;

use std::path::Path;

use serde_json::{Value, json};

use support::http::{self, Reply};
use support::mariadb::MariaDb;
use support::plugin::Plugin;
use support::postgres::Postgres;

/// A shop in SQL that all three take.
pub const SHOP: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, email VARCHAR(80), city VARCHAR(40));
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, status VARCHAR(20), total DECIMAL(8,2),
                         placed_on DATE, FOREIGN KEY (customer_id) REFERENCES customers (id));
    INSERT INTO customers VALUES (1, 'Ann Planted', 'ann@planted.example', 'Oslo'),
                                 (2, 'Bob Planted', 'bob@planted.example', 'Lima'),
                                 (3, 'Cyd Planted', 'cyd@planted.example', NULL);
    INSERT INTO orders VALUES (1, 1, 'shipped', 10.50, '2026-01-05'), (2, 1, 'open', 20.00, '2026-02-05'),
                              (3, 2, 'shipped', 5.25, '2026-02-06');";

/// One of the three, filled with [`SHOP`].
pub struct Shop {
    /// What runs it.
    pub server: Server,
    /// A connection string that may only read.
    pub dsn: String,
}

/// What runs it.
pub enum Server {
    /// PostgreSQL.
    Postgres(Postgres),
    /// MariaDB.
    MariaDb(MariaDb),
    /// The folder that the file is in.
    Sqlite(tempfile::TempDir),
}

impl Shop {
    /// Each of them; none of the servers when tests against real programs are switched off.
    pub fn each() -> Vec<Shop> {
        let mut shops = vec![Shop::sqlite()];
        shops.extend(Shop::servers());
        shops
    }

    /// Those that are servers.
    pub fn servers() -> Vec<Shop> {
        let mut shops = Vec::new();
        shops.extend(Postgres::start().map(|server| {
            server.run(SHOP);
            let dsn = server.reader("reader");
            let server = Server::Postgres(server);
            Shop { server, dsn }
        }));
        shops.extend(MariaDb::start().map(|server| {
            server.run(SHOP);
            let dsn = server.reader("reader");
            let server = Server::MariaDb(server);
            Shop { server, dsn }
        }));
        shops
    }

    /// The file.
    pub fn sqlite() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let shop = Shop {
            dsn: folder.path().join("shop.sqlite").display().to_string(),
            server: Server::Sqlite(folder),
        };
        shop.run(SHOP);
        shop
    }

    /// The dialect.
    pub fn dialect(&self) -> &'static str {
        match self.server {
            Server::Postgres(_) => "postgresql",
            Server::MariaDb(_) => "mysql",
            Server::Sqlite(_) => "sqlite",
        }
    }

    /// Runs SQL with all rights.
    pub fn run(&self, sql: &str) {
        match &self.server {
            Server::Postgres(server) => drop(server.run(sql)),
            Server::MariaDb(server) => drop(server.run(sql)),
            Server::Sqlite(_) => run_in_file(Path::new(&self.dsn), sql),
        }
    }

    /// The config of a plugin with this as `default`, and further settings of it.
    pub fn config(&self, settings: &[(&str, &str)]) -> String {
        let mut database = json!({"driver": self.dialect(), "dsn": self.dsn});
        for (name, value) in settings {
            database[*name] = json!(value);
        }
        format!("databases:\n  default: {database}\n")
    }

    /// Ends the server at once.
    pub fn kill(&mut self) {
        match &mut self.server {
            Server::Postgres(server) => server.kill(),
            Server::MariaDb(server) => server.kill(),
            Server::Sqlite(_) => panic!("a file cannot be killed"),
        }
    }

    /// Starts the server again.
    pub fn start_again(&mut self) {
        match &mut self.server {
            Server::Postgres(server) => server.start_again(),
            Server::MariaDb(server) => server.start_again(),
            Server::Sqlite(_) => {}
        }
    }

    /// Stops the server in its tracks, or lets it go on.
    pub fn halt(&self, is_halted: bool) {
        match (&self.server, is_halted) {
            (Server::Postgres(server), true) => server.pause(),
            (Server::Postgres(server), false) => server.resume(),
            (Server::MariaDb(server), true) => server.pause(),
            (Server::MariaDb(server), false) => server.resume(),
            (Server::Sqlite(_), _) => {}
        }
    }
}

fn run_in_file(file: &Path, sql: &str) {
    let script =
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()";
    let ran = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(file)
        .arg(sql)
        .status()
        .expect("python3 runs");
    assert!(ran.success(), "{sql}");
}

/// Sends a key of the host's language with its parameters.
pub fn query(plugin: &Plugin, key: &str, parameters: &Value) -> Reply {
    let body = json!({"type": "ai", "key": key, "sql": parameters.to_string()});
    http::query(plugin.http, &body)
}

/// Asks a question.
pub fn ask(plugin: &Plugin, question: &str) -> Reply {
    query(plugin, "generate", &json!({"prompt": question}))
}

/// The SQL of an answer.
pub fn sql(reply: &Reply) -> String {
    let generated = reply
        .pair("generated_sql")
        .unwrap_or_else(|| panic!("{}", reply.text()));
    let first = generated.lines().next().unwrap_or_default();
    first
        .strip_prefix("sql:")
        .unwrap_or_else(|| panic!("{generated}"))
        .to_owned()
}

/// What an answer warns of.
pub fn warnings(reply: &Reply) -> String {
    reply.pair("warnings").unwrap_or_default()
}

/// Why there is no answer, and its word.
pub fn refusal(reply: &Reply) -> (String, String) {
    let pair = |key| reply.pair(key).unwrap_or_else(|| panic!("{}", reply.text()));
    (pair("error_kind"), pair("error"))
}

/// The value of a series.
pub fn metric(plugin: &Plugin, series: &str) -> f64 {
    let text = http::get(plugin.http, "/metrics").text();
    let line = text.lines().find(|line| {
        line.strip_prefix(series)
            .is_some_and(|rest| rest.starts_with(' '))
    });
    let line = line.unwrap_or_else(|| panic!("{series} is not there"));
    line.rsplit(' ')
        .next()
        .and_then(|value| value.parse().ok())
        .unwrap()
}
