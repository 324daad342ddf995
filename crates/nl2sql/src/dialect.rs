//! The SQL dialects that answers are written in.

use serde::{Deserialize, Serialize};

/// A dialect of SQL that the plugin reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// MySQL 8 and MariaDB. The host's default.
    #[default]
    MySql,
    /// PostgreSQL 12 and later.
    PostgreSql,
    /// SQLite 3.
    Sqlite,
}

impl Dialect {
    /// Every dialect, in the order that lists show them.
    pub const ALL: [Dialect; 3] = [Dialect::MySql, Dialect::PostgreSql, Dialect::Sqlite];

    /// The dialect that a user's word means (`pg`, `Postgres`, `sqlite3`, …), in any case; `None` for an unknown one.
    pub fn parse(word: &str) -> Option<Dialect> {
        match word.trim().to_ascii_lowercase().as_str() {
            "mysql" | "mariadb" => Some(Dialect::MySql),
            "postgres" | "postgresql" | "pg" => Some(Dialect::PostgreSql),
            "sqlite" | "sqlite3" => Some(Dialect::Sqlite),
            _ => None,
        }
    }

    /// The name used in replies, config and metrics: `mysql`, `postgresql`, `sqlite`.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::MySql => "mysql",
            Dialect::PostgreSql => "postgresql",
            Dialect::Sqlite => "sqlite",
        }
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    #[test]
    fn a_dialect_is_known_by_its_usual_names() {
        assert_eq!(Dialect::parse(" Postgres "), Some(Dialect::PostgreSql));
        assert_eq!(Dialect::parse("SQLITE3"), Some(Dialect::Sqlite));
        assert_eq!(Dialect::parse("oracle"), None);
    }
}
