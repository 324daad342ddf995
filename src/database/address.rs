//! Where a database is: every spelling of a connection, read once, with words for what is wrong that repeat no password.

use std::path::PathBuf;
use std::str::FromStr;

use nl2sql::Dialect;
use secrecy::ExposeSecret;
use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::config::{Loaded, Problems};

/// What connections call themselves, for whoever looks at the server's list of sessions.
const APPLICATION: &str = "atest-ext-ai";

/// Where a database is.
#[derive(Debug, Clone)]
pub(super) enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<PgConnectOptions>),
    /// A server of MySQL or MariaDB.
    MySql(Box<MySqlConnectOptions>),
}

/// Parameters of a PostgreSQL URL that have a meaning here; the driver would only log others.
const POSTGRES_PARAMETERS: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

impl Address {
    /// Reads a connection string of that dialect.
    ///
    /// # Errors
    /// What is wrong, without the string itself: it may hold a password.
    pub(super) fn parse(dsn: &str, dialect: Dialect) -> Result<Address, String> {
        let dsn = dsn.trim();
        match dialect {
            Dialect::Sqlite => Ok(Address::Sqlite(sqlite_path(dsn))),
            Dialect::PostgreSql => postgres(dsn).map(|options| Address::Postgres(Box::new(options))),
            Dialect::MySql => mysql(dsn).map(|options| Address::MySql(Box::new(options))),
        }
    }
}

/// Checks the connection strings of a config.
///
/// # Errors
/// Everything that is wrong.
pub fn check(loaded: &Loaded) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for (name, database) in &loaded.config.databases {
        let Some(dsn) = &database.dsn else { continue };
        if let Err(wrong) = Address::parse(dsn.expose_secret(), database.driver) {
            let key = format!("databases.{name}.dsn");
            problems.add(&loaded.origin(&key), key.as_str(), wrong);
        }
    }
    if problems.0.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The file that `shop.db`, `sqlite:shop.db`, `sqlite:///data/shop.db?mode=ro` or `file:shop.db` mean.
pub(super) fn sqlite_path(dsn: &str) -> PathBuf {
    let bare = [
        "sqlite://",
        "sqlite3://",
        "sqlite:",
        "sqlite3:",
        "file://",
        "file:",
    ]
    .iter()
    .find_map(|prefix| dsn.strip_prefix(prefix));
    match bare {
        Some(path) => path.split('?').next().unwrap_or(path).into(),
        None => dsn.into(),
    }
}

fn postgres(dsn: &str) -> Result<PgConnectOptions, String> {
    let options = match scheme_of(dsn) {
        Some("postgres" | "postgresql") => {
            let unknown = url_parameters(dsn)
                .find(|key| !POSTGRES_PARAMETERS.contains(key) && !key.starts_with("options["));
            if let Some(key) = unknown {
                return Err(format!(
                    "the parameter {key:?} is not known; known are {}",
                    POSTGRES_PARAMETERS.join(", ")
                ));
            }
            PgConnectOptions::from_str(dsn).map_err(|error| broken_url(&error, "postgres"))?
        }
        Some(_) => return Err("it does not begin with postgres:// or postgresql://".into()),
        None if dsn.contains('=') => keywords(dsn)?,
        None => {
            return Err(
                "it is neither a URL (postgres://user:password@host:5432/name) nor host=… user=… dbname=…"
                    .into(),
            );
        }
    };
    let options = if options.get_application_name().is_none() {
        options.application_name(APPLICATION)
    } else {
        options
    };
    // Prepared statements that stay are lost behind a pooler that changes sessions.
    Ok(options.statement_cache_capacity(0).disable_statement_logging())
}

/// What libpq writes: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE>.
fn keywords(dsn: &str) -> Result<PgConnectOptions, String> {
    let mut options = PgConnectOptions::new();
    for (key, value) in pairs(dsn)? {
        options = match key.as_str() {
            "host" if value.starts_with('/') => options.socket(&value),
            "host" | "hostaddr" => options.host(&value),
            "port" => options.port(value.parse().map_err(|_| "the port is not a number".to_owned())?),
            "user" => options.username(&value),
            "password" => options.password(&value),
            "dbname" => options.database(&value),
            "sslmode" => options.ssl_mode(PgSslMode::from_str(&value).map_err(|_| {
                "sslmode is none of disable, allow, prefer, require, verify-ca, verify-full".to_owned()
            })?),
            "sslrootcert" => options.ssl_root_cert(&value),
            "sslcert" => options.ssl_client_cert(&value),
            "sslkey" => options.ssl_client_key(&value),
            "application_name" => options.application_name(&value),
            "search_path" => options.options([("search_path", value)]),
            // Those of Go's drivers and of libpq that change nothing here.
            "connect_timeout" | "TimeZone" | "timezone" | "client_encoding" => options,
            _ => return Err(format!("the keyword {key:?} is not known")),
        };
    }
    Ok(options)
}

/// `key=value` pairs parted by blanks; a value with blanks stands in single quotes, `\` takes the next character as it is.
fn pairs(dsn: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = dsn.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.peek().is_none() {
            return Ok(pairs);
        }
        let mut key = String::new();
        while let Some(c) = rest.next_if(|c| *c != '=' && !c.is_whitespace()) {
            key.push(c);
        }
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.next() != Some('=') {
            return Err(format!("there is no = after {key:?}"));
        }
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        let quoted = rest.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        loop {
            match rest.peek() {
                None if quoted => return Err(format!("the quoted value of {key:?} does not end")),
                None => break,
                Some('\'') if quoted => {
                    rest.next();
                    break;
                }
                Some(c) if !quoted && c.is_whitespace() => break,
                Some('\\') => {
                    rest.next();
                    value.extend(rest.next());
                }
                Some(_) => value.extend(rest.next()),
            }
        }
        pairs.push((key, value));
    }
}

fn mysql(dsn: &str) -> Result<MySqlConnectOptions, String> {
    let options = match scheme_of(dsn) {
        Some("mysql") => MySqlConnectOptions::from_str(dsn),
        Some("mariadb") => MySqlConnectOptions::from_str(&dsn.replacen("mariadb", "mysql", 1)),
        Some(_) => return Err("it does not begin with mysql:// or mariadb://".into()),
        None => return of_go(dsn).map(tamed),
    };
    let options = options.map_err(|error| broken_url(&error, "mysql"))?;
    if options.get_database().is_none_or(str::is_empty) {
        return Err("it names no database; add /name after the host".into());
    }
    Ok(tamed(options))
}

/// What Go's driver writes, as the Go plugin's config did: `user:password@tcp(host:3306)/name?parameters`
/// (<https://github.com/go-sql-driver/mysql#dsn-data-source-name>).
fn of_go(dsn: &str) -> Result<MySqlConnectOptions, String> {
    let form =
        "it is neither a URL (mysql://user:password@host:3306/name) nor user:password@tcp(host:3306)/name";
    let (before, name_and_parameters) = dsn.rsplit_once('/').ok_or(form)?;
    let (before, name_and_parameters) = match before.rsplit_once(")/") {
        // A slash in the parameters.
        Some((start, _)) if !before.ends_with(')') => (
            &dsn[..start.len() + 1],
            dsn.get(start.len() + 2..).unwrap_or_default(),
        ),
        _ => (before, name_and_parameters),
    };
    let (name, parameters) = name_and_parameters
        .split_once('?')
        .unwrap_or((name_and_parameters, ""));
    if name.is_empty() {
        return Err("it names no database; add /name after the address".into());
    }
    let (credentials, place) = before.rsplit_once('@').unwrap_or(("", before));
    let mut options = MySqlConnectOptions::new().database(name);
    if !credentials.is_empty() {
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        options = options.username(user);
        if !password.is_empty() {
            options = options.password(password);
        }
    }
    let (network, address) = match place.split_once('(') {
        Some((network, rest)) => (network, rest.strip_suffix(')').ok_or(form)?),
        None => (place, ""),
    };
    options = match network {
        "unix" => options.socket(address),
        "tcp" | "" => {
            let (host, port) = match address.rsplit_once(':') {
                Some((host, port)) if !port.contains(']') => (
                    host,
                    port.parse().map_err(|_| "the port is not a number".to_owned())?,
                ),
                _ => (address, 3306),
            };
            let host = host.trim_start_matches('[').trim_end_matches(']');
            options
                .host(if host.is_empty() { "127.0.0.1" } else { host })
                .port(port)
        }
        _ => return Err(form.into()),
    };
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        options = match (key, value) {
            ("tls", "true") => options.ssl_mode(MySqlSslMode::VerifyIdentity),
            ("tls", "skip-verify") => options.ssl_mode(MySqlSslMode::Required),
            ("tls", "preferred") => options.ssl_mode(MySqlSslMode::Preferred),
            ("tls", "false") => options.ssl_mode(MySqlSslMode::Disabled),
            ("tls", _) => return Err("tls is none of true, false, skip-verify, preferred".into()),
            // All others say how Go reads values, or how long it waits.
            _ => options,
        };
    }
    Ok(options)
}

/// The session as the server has it: the driver's own changes to it would let SQL pass that fails elsewhere, and show
/// other values.
fn tamed(options: MySqlConnectOptions) -> MySqlConnectOptions {
    options
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .statement_cache_capacity(0)
        .disable_statement_logging()
}

fn scheme_of(dsn: &str) -> Option<&str> {
    dsn.split_once("://").map(|(scheme, _)| scheme)
}

fn url_parameters(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| parameter.split('=').next().unwrap_or_default())
}

/// The driver's own words may repeat what it was given.
fn broken_url(error: &sqlx::Error, scheme: &str) -> String {
    let reason = match error {
        sqlx::Error::Configuration(reason) => reason.to_string(),
        _ => "it is not a URL".into(),
    };
    // Only the words of the URL's grammar, which repeat nothing.
    let known = [
        "invalid port number",
        "empty host",
        "invalid international domain name",
        "invalid IPv4 address",
        "invalid IPv6 address",
        "invalid domain character",
        "relative URL without a base",
    ];
    let words = known.iter().find(|words| **words == reason);
    let words = words.map_or("a part of it cannot be read", |words| words);
    format!(
        "it is not a URL like {scheme}://user:password@host/name: {words}; write @ : / ? # and % in a password as \
         %40 %3A %2F %3F %23 and %25"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mysql_of(dsn: &str) -> MySqlConnectOptions {
        match Address::parse(dsn, Dialect::MySql) {
            Ok(Address::MySql(options)) => *options,
            other => panic!("{dsn}: {other:?}"),
        }
    }

    fn postgres_of(dsn: &str) -> PgConnectOptions {
        match Address::parse(dsn, Dialect::PostgreSql) {
            Ok(Address::Postgres(options)) => *options,
            other => panic!("{dsn}: {other:?}"),
        }
    }

    #[test]
    fn every_usual_spelling_of_a_mysql_server_is_understood() {
        for (dsn, host, port, user, name) in [
            ("mysql://u:p@db/shop", "db", 3306, "u", "shop"),
            (
                "mariadb://u@db:3307/shop?ssl-mode=DISABLED",
                "db",
                3307,
                "u",
                "shop",
            ),
            ("u:p@tcp(db:3307)/shop", "db", 3307, "u", "shop"),
            (
                "u:p@ss/w@tcp(db)/shop?parseTime=true&loc=Europe/Oslo",
                "db",
                3306,
                "u",
                "shop",
            ),
            ("u@tcp([::1]:3306)/shop", "::1", 3306, "u", "shop"),
            ("u:p@/shop", "127.0.0.1", 3306, "u", "shop"),
        ] {
            let options = mysql_of(dsn);
            assert_eq!(
                (
                    options.get_host(),
                    options.get_port(),
                    options.get_username(),
                    options.get_database()
                ),
                (host, port, user, Some(name)),
                "{dsn}"
            );
        }
        let socket = mysql_of("u@unix(/run/mysqld/mysqld.sock)/shop");
        assert_eq!(
            socket
                .get_socket()
                .map(|path| path.display().to_string())
                .as_deref(),
            Some("/run/mysqld/mysqld.sock")
        );
    }

    #[test]
    fn every_usual_spelling_of_a_postgresql_server_is_understood() {
        for dsn in [
            "postgres://u:p%40ss@db:5433/shop?sslmode=disable",
            "postgresql://u:p@db:5433/shop",
            "host=db port=5433 user=u password='p a\\'s' dbname=shop sslmode=disable",
            "host = db  port=5433 user=u dbname=shop connect_timeout=3",
        ] {
            let options = postgres_of(dsn);
            assert_eq!(
                (
                    options.get_host(),
                    options.get_port(),
                    options.get_username(),
                    options.get_database()
                ),
                ("db", 5433, "u", Some("shop")),
                "{dsn}"
            );
            assert_eq!(options.get_application_name(), Some(APPLICATION));
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_without_the_password() {
        for (dsn, dialect, part) in [
            ("mysql://u:s3cret@db", Dialect::MySql, "names no database"),
            ("u:s3cret@tcp(db:3306)", Dialect::MySql, "neither a URL"),
            ("u:s3cret@tcp(db:x)/d", Dialect::MySql, "port"),
            ("u:s3cret@tcp(db)/d?tls=maybe", Dialect::MySql, "tls is none"),
            ("postgres://u:s3cret@db/d", Dialect::MySql, "mysql://"),
            ("mysql://u:s3cret@db/d", Dialect::PostgreSql, "postgres://"),
            ("postgres://u:s3cret#x@db/d", Dialect::PostgreSql, "%23"),
            ("postgres://u:s3cret@db:99999/d", Dialect::PostgreSql, "port"),
            ("postgres://u@db/d?pasword=s3cret", Dialect::PostgreSql, "pasword"),
            ("user=u password='s3cret", Dialect::PostgreSql, "does not end"),
            ("user=u sslmode=s3cret", Dialect::PostgreSql, "sslmode is none"),
            ("s3cret", Dialect::PostgreSql, "neither a URL"),
        ] {
            let error = Address::parse(dsn, dialect).expect_err(dsn);
            assert!(
                error.contains(part) && !error.contains("s3cret"),
                "{dsn}: {error}"
            );
        }
    }
}
