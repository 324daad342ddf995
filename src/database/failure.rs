//! What a database says when it does not do what it was asked, sorted by what can be done about it.

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::telemetry::DatabaseResult;

/// Why a database did not do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The statement is wrong for it, or needs rights that the user does not have: in its own words.
    Wrong(String),
    /// The user is not let in.
    Denied(String),
    /// It took too long, or waited for a lock.
    Slow,
    /// There is no connection, or it was lost.
    Unreachable(String),
    /// Anything else.
    Other(String),
}

impl Failure {
    /// Whether another statement on the same connection may go well.
    pub(super) fn is_of_one_statement(&self) -> bool {
        matches!(self, Failure::Wrong(_) | Failure::Denied(_) | Failure::Slow)
    }

    /// How it is counted.
    pub(super) fn result(&self) -> DatabaseResult {
        match self {
            Failure::Wrong(_) => DatabaseResult::Wrong,
            Failure::Denied(_) => DatabaseResult::Denied,
            Failure::Slow => DatabaseResult::Slow,
            Failure::Unreachable(_) | Failure::Other(_) => DatabaseResult::Unreachable,
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Failure {
        match &error {
            sqlx::Error::Database(said) => sorted(said.as_ref()),
            sqlx::Error::PoolTimedOut => {
                Failure::Unreachable("no connection became free or could be made in time".into())
            }
            sqlx::Error::Io(reason) => Failure::Unreachable(reason.to_string()),
            sqlx::Error::Tls(reason) => Failure::Unreachable(format!("TLS: {reason}")),
            sqlx::Error::Configuration(reason) => Failure::Denied(reason.to_string()),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::BeginFailed => {
                Failure::Unreachable("the connection was closed".into())
            }
            sqlx::Error::Protocol(reason) => Failure::Unreachable(reason.clone()),
            other => Failure::Other(other.to_string()),
        }
    }
}

fn sorted(said: &dyn DatabaseError) -> Failure {
    let message = said.message().to_owned();
    if let Some(said) = said.try_downcast_ref::<PgDatabaseError>() {
        return postgres(said, message);
    }
    if let Some(said) = said.try_downcast_ref::<MySqlDatabaseError>() {
        return mysql(said.number(), message);
    }
    sqlite(said.code().and_then(|code| code.parse().ok()), message)
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn postgres(said: &PgDatabaseError, message: String) -> Failure {
    // The server's own hint often names the column that was meant.
    let message = match said.hint() {
        Some(hint) => format!("{message} ({hint})"),
        None => message,
    };
    match said.code() {
        // query_canceled, lock_not_available
        "57014" | "55P03" => Failure::Slow,
        // invalid_catalog_name
        "3D000" => Failure::Denied(message),
        // too_many_connections and the server's ends
        "53300" => Failure::Unreachable(message),
        code if code.starts_with("28") => Failure::Denied(message),
        code if code.starts_with("08") || code.starts_with("57P") => Failure::Unreachable(message),
        code if code.starts_with("XX") || code.starts_with("53") || code.starts_with("58") => {
            Failure::Other(message)
        }
        _ => Failure::Wrong(message),
    }
}

/// By number: <https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html> and
/// <https://mariadb.com/kb/en/mariadb-error-code-reference/>.
fn mysql(number: u16, message: String) -> Failure {
    match number {
        // access denied to a database, with a password; a missing database
        1044 | 1045 | 1049 | 1698 => Failure::Denied(message),
        // lock wait, interrupted, MariaDB's and MySQL's limit of a statement
        1205 | 1317 | 1969 | 3024 => Failure::Slow,
        // too many connections, shutdown, aborted, killed, blocked
        1040 | 1053 | 1129 | 1152 | 1184 | 1203 | 1927 => Failure::Unreachable(message),
        // disk full, out of memory
        1021 | 1037 | 1038 | 1041 => Failure::Other(message),
        _ => Failure::Wrong(message),
    }
}

/// By the primary result code, which is the low byte: <https://www.sqlite.org/rescode.html>.
fn sqlite(code: Option<i64>, message: String) -> Failure {
    match code.map(|code| code & 0xff) {
        // ERROR, READONLY, TOOBIG, CONSTRAINT, MISMATCH, AUTH, RANGE
        Some(1 | 8 | 18 | 19 | 20 | 23 | 25) => Failure::Wrong(message),
        // BUSY, LOCKED, INTERRUPT
        Some(5 | 6 | 9) => Failure::Slow,
        // PERM
        Some(3) => Failure::Denied(message),
        // CANTOPEN
        Some(14) => Failure::Unreachable(message),
        _ => Failure::Other(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_mysql_and_codes_of_sqlite_are_sorted() {
        let text = || "x".to_owned();
        assert_eq!(mysql(1054, text()), Failure::Wrong(text()));
        assert_eq!(mysql(1142, text()), Failure::Wrong(text()));
        assert_eq!(mysql(1045, text()), Failure::Denied(text()));
        assert_eq!(mysql(1969, text()), Failure::Slow);
        assert_eq!(mysql(1053, text()), Failure::Unreachable(text()));
        assert_eq!(sqlite(Some(1), text()), Failure::Wrong(text()));
        assert_eq!(sqlite(Some(261), text()), Failure::Slow);
        assert_eq!(sqlite(Some(11), text()), Failure::Other(text()));
    }
}
