//! Settings that can be written in more than one way, and what happens when two ways disagree.

use super::check::check;
use super::problem::{Notice, Origin, Problems, Topic};
use super::redis;
use super::schema::Shape;
use super::tree::Node;
use nl2sql::Dialect;

/// Another spelling and the first one, which is the one that the program reads.
const SPELLINGS: &[(&str, &str)] = &[
    ("ai.request_timeout", "ai.timeout"),
    (
        "performance.worker_pools.ai_requests.size",
        "ai.max_concurrent_requests",
    ),
    ("performance.worker_pool_size", "ai.max_concurrent_requests"),
    ("ai.cache.enabled", "performance.cache.enabled"),
    ("ai.cache.ttl", "performance.cache.ttl"),
    ("ai.cache.provider", "performance.cache.type"),
    ("ai.cache.redis_url", "performance.cache.redis.address"),
    ("ai.security.allowed_hosts", "ai.allowed_endpoints"),
    ("database.default_type", "ai.default_dialect"),
    ("databases.*.path", "databases.*.dsn"),
    (
        "database.max_connections",
        "performance.connection_pools.databases.max_active_connections",
    ),
    (
        "database.max_idle",
        "performance.connection_pools.databases.max_idle_connections",
    ),
    (
        "database.max_lifetime",
        "performance.connection_pools.databases.max_lifetime",
    ),
];

/// The setting that `key` is another spelling of.
pub fn first_spelling(key: &str) -> Option<&'static str> {
    SPELLINGS
        .iter()
        .find(|(other, _)| *other == key)
        .map(|(_, first)| *first)
}

/// Every other spelling, with the first one.
pub fn all() -> &'static [(&'static str, &'static str)] {
    SPELLINGS
}

/// Moves every setting to its first spelling. Two spellings from the same kind of source that disagree are a problem;
/// otherwise the stronger source (environment over file) wins.
pub fn unify(tree: &mut Node, problems: &mut Problems, notices: &mut Vec<Notice>) {
    drop_foreign_dialect(tree, notices);
    move_database_block(tree, problems, notices);
    for (other, first) in SPELLINGS {
        match other.split_once(".*.") {
            None => move_setting(tree, other, first, problems),
            Some((section, _)) => {
                let names: Vec<String> = tree
                    .get(&[section])
                    .map(|node| node.entries().iter().map(|entry| entry.key.clone()).collect())
                    .unwrap_or_default();
                for name in names {
                    let named = |pattern: &str| pattern.replace('*', &name);
                    move_setting(tree, &named(other), &named(first), problems);
                }
            }
        }
    }
    redis::take_apart(tree, problems);
    choose_level(tree);
}

fn move_setting(tree: &mut Node, other: &str, first: &str, problems: &mut Problems) {
    let other_path: Vec<&str> = other.split('.').collect();
    let Some(moved) = tree.take(&other_path) else {
        return;
    };
    settle(tree, moved, other, first, problems);
    tree.prune(&other_path[..other_path.len() - 1]);
}

/// Puts `moved`, written as `other`, to `first`, unless a stronger value stands there.
pub fn settle(tree: &mut Node, moved: Node, other: &str, first: &str, problems: &mut Problems) {
    let path: Vec<&str> = first.split('.').collect();
    let Some(standing) = tree.get(&path) else {
        tree.put(&path, moved);
        return;
    };
    let (mine, theirs) = (moved.origin.rank(), standing.origin.rank());
    if mine > theirs {
        tree.put(&path, moved);
    } else if mine == theirs && !same_value(&moved, standing, &path) {
        let message = format!(
            "this disagrees with `{first}` ({}), another spelling of it",
            standing.origin
        );
        problems
            .add(&moved.origin, other, message)
            .suggest("keep one of the two, or give both the same value");
    }
}

fn same_value(a: &Node, b: &Node, path: &[&str]) -> bool {
    let Some(shape) = Shape::root().at(path) else {
        return false;
    };
    let read = |node: &Node| check(&mut node.clone(), shape, "", &mut Problems::default());
    read(a) == read(b)
}

/// The Go plugin let `oracle` and `sqlserver` through and then answered in MySQL.
fn drop_foreign_dialect(tree: &mut Node, notices: &mut Vec<Notice>) {
    let path = ["database", "default_type"];
    let Some(word) = tree.text_at(&path) else {
        return;
    };
    if Dialect::parse(word).is_some() {
        return;
    }
    if let Some(node) = tree.take(&path) {
        notices.push(Notice {
            topic: Topic::Advice,
            origin: node.origin,
            key: path.join("."),
            text: "this dialect cannot be written; questions that name none are answered in `ai.default_dialect`".into(),
        });
    }
}

/// The Go plugin's `database` becomes `databases.default`.
fn move_database_block(tree: &mut Node, problems: &mut Problems, notices: &mut Vec<Notice>) {
    let enabled = tree
        .text_at(&["database", "enabled"])
        .map(str::to_ascii_lowercase);
    let is_enabled = matches!(enabled.as_deref(), Some("true" | "1" | "t"));
    if !is_enabled {
        if let Some(node) = tree.get(&["database", "dsn"]) {
            notices.push(Notice {
                topic: Topic::NotInEffect,
                origin: node.origin.clone(),
                key: "database.dsn".into(),
                text: "not read, because `database.enabled` is not true".into(),
            });
        }
        return;
    }
    let origin = tree.get(&["database", "enabled"]).map(|node| node.origin.clone());
    let origin = origin.unwrap_or_default();
    if tree.get(&["database", "dsn"]).is_none() && tree.get(&["databases", "default", "dsn"]).is_none() {
        problems
            .add(
                &origin,
                "database.dsn",
                "this must be given when `database.enabled` is true",
            )
            .suggest("give the path of a SQLite file or a connection string");
    }
    if tree.get(&["database", "driver"]).is_none() && tree.get(&["databases", "default", "driver"]).is_none()
    {
        // The Go plugin's default.
        tree.put(&["databases", "default", "driver"], Node::text("sqlite", origin));
    }
    for name in ["driver", "dsn"] {
        if let Some(node) = tree.take(&["database", name]) {
            let other = format!("database.{name}");
            settle(tree, node, &other, &format!("databases.default.{name}"), problems);
        }
    }
}

/// `LOG_LEVEL` over `logging.level` over `plugin.log_level` over `plugin.debug`; a stronger source wins before that.
fn choose_level(tree: &mut Node) {
    let level = ["logging", "level"];
    let standing = tree.get(&level).map_or(0, |node| node.origin.rank());
    if let Some(node) = tree.get(&["plugin", "log_level"])
        && node.origin.rank() > standing
    {
        let node = node.clone();
        tree.put(&level, node);
        return;
    }
    let debug = tree.get(&["plugin", "debug"]);
    if let Some(node) = debug.filter(|node| {
        node.as_text()
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }) && standing == Origin::Default.rank()
    {
        let origin = node.origin.clone();
        tree.put(&level, Node::text("debug", origin));
    }
}
