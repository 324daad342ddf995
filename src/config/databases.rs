//! What a configured database leaves unsaid, and whether it can be read at all.

use std::path::Path;

use nl2sql::Dialect;
use secrecy::{ExposeSecret, SecretString};

use super::model::{Config, Database};
use super::problem::{Notice, Origin, Problems, Topic};
use super::tree::Node;

/// Largest file with DDL.
const LARGEST_DDL: u64 = 16 << 20;

/// Fills in `driver` where the connection says it.
pub fn complete(tree: &mut Node, problems: &mut Problems) {
    let names: Vec<String> = tree
        .get(&["databases"])
        .map(|node| node.entries().iter().map(|entry| entry.key.clone()).collect())
        .unwrap_or_default();
    for name in names {
        let path = ["databases", name.as_str(), "driver"];
        if tree.get(&path).is_some() || problems.concern(&path.join(".")) {
            continue;
        }
        let dsn = tree.text_at(&["databases", name.as_str(), "dsn"]);
        let origin = tree.get(&path[..2]).map(|node| node.origin.clone());
        let origin = origin.unwrap_or_default();
        match dsn.and_then(dialect_of) {
            Some(dialect) => tree.put(&path, Node::text(dialect.as_str(), origin)),
            None => {
                problems
                    .add(
                        &origin,
                        path.join("."),
                        "this must be given: nothing else says the dialect",
                    )
                    .suggest("one of mysql, postgresql, sqlite");
            }
        }
    }
}

/// The dialect that a connection string or path says.
fn dialect_of(dsn: &str) -> Option<Dialect> {
    let lower = dsn.trim().to_ascii_lowercase();
    let (scheme, _) = lower.split_once(':').unwrap_or(("", ""));
    match scheme {
        "mysql" | "mariadb" => return Some(Dialect::MySql),
        "postgres" | "postgresql" => return Some(Dialect::PostgreSql),
        "sqlite" | "sqlite3" | "file" => return Some(Dialect::Sqlite),
        _ => {}
    }
    let path = lower.split('?').next().unwrap_or("");
    let is_file = [".sqlite", ".sqlite3", ".db", ".db3"]
        .iter()
        .any(|end| path.ends_with(end));
    is_file.then_some(Dialect::Sqlite)
}

/// Checks each database and brings SQLite's spellings of a path (`file:PATH?…`, `sqlite://PATH`) to the path.
pub fn check(
    config: &mut Config,
    origin_of: impl Fn(&str) -> Origin,
    problems: &mut Problems,
    notices: &mut Vec<Notice>,
) {
    for (name, database) in &mut config.databases {
        let key = format!("databases.{name}");
        if problems.concern(&key) {
            continue;
        }
        let has_schema = database.schema_ddl.is_some() || database.schema_file.is_some();
        if database.dsn.is_none() && !has_schema {
            problems
                .add(&origin_of(&key), &key, "nothing says what is in this database")
                .suggest("give `path` (SQLite), `dsn`, `schema_ddl` or `schema_file`");
            continue;
        }
        check_schema_file(database, &key, &origin_of, problems);
        if database.driver == Dialect::Sqlite {
            check_sqlite(database, &key, &origin_of, problems, notices);
        } else if database.dsn.is_some() && has_schema {
            notices.push(Notice {
                topic: Topic::Advice,
                origin: origin_of(&format!("{key}.dsn")),
                key: format!("{key}.dsn"),
                text: "not connected to: the schema given beside it is used, and no answer is tried on the database"
                    .into(),
            });
        }
    }
}

fn check_schema_file(
    database: &Database,
    key: &str,
    origin_of: &impl Fn(&str) -> Origin,
    problems: &mut Problems,
) {
    let Some(path) = &database.schema_file else {
        return;
    };
    let key = format!("{key}.schema_file");
    let wrong = match std::fs::metadata(path) {
        Err(error) => format!("{} cannot be read: {error}", path.display()),
        Ok(found) if !found.is_file() => format!("{} is not a file", path.display()),
        Ok(found) if found.len() > LARGEST_DDL => format!("{} is larger than 16 MiB", path.display()),
        Ok(_) => match std::fs::File::open(path) {
            Ok(_) => return,
            Err(error) => format!("{} cannot be read: {error}", path.display()),
        },
    };
    let problem = problems.add(&origin_of(&key), key.as_str(), wrong);
    if path.is_relative() {
        problem.suggest("relative paths start at the folder in which the plugin is started");
    }
}

fn check_sqlite(
    database: &mut Database,
    key: &str,
    origin_of: &impl Fn(&str) -> Origin,
    problems: &mut Problems,
    notices: &mut Vec<Notice>,
) {
    let Some(dsn) = &database.dsn else {
        return;
    };
    let origin = origin_of(&format!("{key}.dsn"));
    let path = sqlite_path(dsn.expose_secret()).to_owned();
    if path.is_empty() || path.contains(":memory:") {
        problems
            .add(
                &origin,
                key,
                "a database in memory is empty whenever it is opened",
            )
            .suggest("give the path of a SQLite file");
        return;
    }
    if !Path::new(&path).is_file() {
        notices.push(Notice {
            topic: Topic::Advice,
            origin,
            key: key.to_owned(),
            text: "there is no such SQLite file now; questions about this database are refused until there is one"
                .into(),
        });
    }
    database.dsn = Some(SecretString::from(path));
}

/// The path in any spelling of a SQLite file.
fn sqlite_path(dsn: &str) -> &str {
    let dsn = dsn.trim();
    let mut path = dsn;
    for scheme in ["sqlite3:", "sqlite:", "file:"] {
        if let Some(rest) = dsn.strip_prefix(scheme) {
            path = rest.strip_prefix("//").unwrap_or(rest);
            path = path.split('?').next().unwrap_or("");
            break;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_sqlite_file_is_its_path() {
        assert_eq!(sqlite_path("/data/shop.db"), "/data/shop.db");
        assert_eq!(sqlite_path("file:shop.db?cache=shared&mode=rwc"), "shop.db");
        assert_eq!(sqlite_path("sqlite:///data/shop.db"), "/data/shop.db");
        assert_eq!(sqlite_path("sqlite:shop.db"), "shop.db");
    }

    #[test]
    fn a_connection_says_its_dialect() {
        assert_eq!(dialect_of("postgres://u@h/d"), Some(Dialect::PostgreSql));
        assert_eq!(dialect_of("mysql://h/d"), Some(Dialect::MySql));
        assert_eq!(dialect_of("target/demo/shop.sqlite"), Some(Dialect::Sqlite));
        assert_eq!(dialect_of("user:pass@tcp(h:3306)/d"), None);
    }
}
