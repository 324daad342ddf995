//! Tables of the databases themselves that hold secrets, other people's questions or raw pages.
//!
//! Where the schema is known they are none of its tables. This is for questions without one, whose tables are guessed.

/// Namespaces of which nothing may be read.
const NAMESPACES: [&str; 3] = ["mysql", "performance_schema", "sys"];

/// Names, or with a `*` beginnings of names: PostgreSQL's passwords, files, keys, large objects, statistics (which hold
/// values of every table) and sessions; SQLite's settings, pages and statements.
const TABLES: [&str; 21] = [
    "pg_authid",
    "pg_shadow",
    "pg_user_mapping*",
    "pg_foreign_server",
    "pg_subscription",
    "pg_hba_file_rules",
    "pg_ident_file_mappings",
    "pg_file_settings",
    "pg_settings",
    "pg_config",
    "pg_largeobject",
    "pg_statistic*",
    "pg_stat*",
    "pg_prepared_statements",
    "pg_cursors",
    "pragma_*",
    "sqlite_db*",
    "sqlite_stmt",
    "dbstat",
    "fsdir",
    "zipfile",
];

/// Why a table must not be read; `None` when it may.
pub(super) fn why_denied(namespace: Option<&str>, name: &str) -> Option<&'static str> {
    let is_namespace = |namespace: &str| NAMESPACES.iter().any(|own| own.eq_ignore_ascii_case(namespace));
    let is_table = TABLES.iter().any(|table| match table.strip_suffix('*') {
        Some(start) => name
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
        None => name.eq_ignore_ascii_case(table),
    });
    (namespace.is_some_and(is_namespace) || is_table).then_some("it belongs to the server, not to the data")
}
