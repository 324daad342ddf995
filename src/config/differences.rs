//! Where this plugin and the Go plugin that it replaces do not do the same with the same file.

use super::model::Config;
use super::problem::{Notice, Origin, Topic};
use super::schema::Shape;
use super::tree::Node;
use super::{effect, services};

/// A setting that nobody gave: its default in the Go plugin, and why it is another one here.
const DEFAULTS: &[(&str, &str, &str)] = &[
    (
        "ai.default_service",
        "ollama",
        "the embedded engine answers without a model server; name `ollama` to ask one",
    ),
    (
        "server.host",
        "0.0.0.0",
        "the Go plugin listened on no HTTP port at all; this one does, and only for this machine",
    ),
    (
        "server.port",
        "8080",
        "8080 is atest's own port; metrics and health are expected on 9090",
    ),
    (
        "server.max_connections",
        "100",
        "the Go plugin did not enforce it; here it bounds HTTP connections",
    ),
    (
        "server.socket_permissions",
        "0666",
        "with 0666 every user of the machine could ask; put atest's user into the socket's group, or set 0666",
    ),
    (
        "logging.file.path",
        "/var/log/atest-ext-ai.log",
        "logs live in one folder, which shippers and backups know",
    ),
];

/// A setting that somebody gave: the Go plugin read it and did nothing with it, here it counts.
const GIVEN: &[(&str, &str)] = &[
    (
        "server.host",
        "the address of the HTTP listener; the Go plugin listened on none",
    ),
    (
        "server.port",
        "the port of the HTTP listener; the Go plugin listened on none",
    ),
    (
        "server.socket_path",
        "the socket that is listened on; the Go plugin went by AI_PLUGIN_SOCKET_PATH alone",
    ),
    (
        "server.listen_address",
        "opens a TCP port for gRPC on every system; the Go plugin did so on Windows only",
    ),
    (
        "server.timeout",
        "bounds an HTTP request; the Go plugin had no HTTP requests",
    ),
    (
        "server.read_timeout",
        "bounds the head and the body of a request; the Go plugin ignored it",
    ),
    (
        "server.write_timeout",
        "bounds how long a client may take nothing of its reply; the Go plugin ignored it",
    ),
    ("server.max_connections", "is enforced; the Go plugin did not"),
    (
        "plugin.log_level",
        "is the log level when `logging.level` is not set; the Go plugin went by LOG_LEVEL alone",
    ),
    (
        "plugin.debug",
        "sets the log level to debug when none is given; the Go plugin ignored it",
    ),
    ("ai.timeout", "bounds every answer; the Go plugin ignored it"),
    (
        "ai.fallback_order",
        "services are asked in this order when the first fails; the Go plugin asked the first alone",
    ),
    (
        "ai.retry",
        "a question is asked again after a failure that may pass; the Go plugin never did",
    ),
    (
        "ai.rate_limit",
        "limits the questions to providers over the network; the Go plugin ignored it",
    ),
    (
        "ai.circuit_breaker",
        "a provider that keeps failing is left alone for a while; the Go plugin ignored it",
    ),
    (
        "performance.cache",
        "answers are kept and given again (`ai.cache` is another spelling); the Go plugin ignored it",
    ),
    (
        "ai.allowed_endpoints",
        "endpoints that requests and the page may name (`ai.security.allowed_hosts` is another spelling); the Go plugin \
         asked any",
    ),
    (
        "logging.level",
        "is the log level; the Go plugin went by LOG_LEVEL alone",
    ),
    (
        "logging.format",
        "is the shape of log lines; the Go plugin wrote JSON unless APP_ENV was development",
    ),
    (
        "logging.output",
        "is where log lines go; the Go plugin always wrote to standard output",
    ),
];

/// Sections and settings that the Go plugin knows: a file of nothing else may have been written for it.
const KNOWN_TO_GO: &[&str] = &[
    "server.host",
    "server.port",
    "server.timeout",
    "server.read_timeout",
    "server.write_timeout",
    "server.max_connections",
    "server.socket_path",
    "server.listen_address",
    "plugin.**",
    "ai.default_service",
    "ai.services.**",
    "ai.timeout",
    "ai.fallback_order",
    "ai.rate_limit.**",
    "ai.retry.**",
    "ai.cache.**",
    "ai.security.**",
    "ai.circuit_breaker.**",
    // What the Go plugin's `ai.cache` and `ai.security.allowed_hosts` become.
    "performance.cache.enabled",
    "performance.cache.ttl",
    "performance.cache.type",
    "performance.cache.redis.address",
    "performance.cache.redis.username",
    "performance.cache.redis.password",
    "performance.cache.redis.database",
    "ai.allowed_endpoints",
    // What the Go plugin's `database` becomes.
    "ai.default_dialect",
    "database.**",
    "databases.default.driver",
    "databases.default.dsn",
    "performance.connection_pools.databases.max_active_connections",
    "performance.connection_pools.databases.max_idle_connections",
    "performance.connection_pools.databases.max_lifetime",
    "logging.level",
    "logging.format",
    "logging.output",
    "logging.file.**",
    "logging.rotation.**",
    "logging.filters",
];

/// Whether the file may have been written for the Go plugin. One that uses what only this plugin knows was not, and its
/// author needs no list of differences.
fn is_for_go(tree: &Node) -> bool {
    let mut is_for_go = true;
    tree.leaves("", &mut |key, node| {
        let is_known = KNOWN_TO_GO.iter().any(|pattern| effect::matches(pattern, key));
        if matches!(node.origin, Origin::File { .. }) && !is_known {
            is_for_go = false;
        }
    });
    is_for_go
}

/// What a user of the Go plugin would not expect of `config`.
pub fn tell(tree: &Node, config: &Config, notices: &mut Vec<Notice>) {
    if !is_for_go(tree) {
        return;
    }
    services::tell_differences(tree, notices);
    let at = |key: &str| tree.get(&key.split('.').collect::<Vec<_>>());
    for (key, go, why) in DEFAULTS {
        let file_goes_elsewhere =
            *key == "logging.file.path" && !matches!(config.logging.output, super::LogOutput::File { .. });
        if at(key).is_some() || file_goes_elsewhere {
            continue;
        }
        let path: Vec<&str> = key.split('.').collect();
        let ours = Shape::root()
            .at(&path)
            .and_then(|shape| shape.attribute("default"));
        let ours = ours.map(|ours| ours.to_string().trim_matches('"').to_owned());
        notices.push(Notice {
            topic: Topic::Difference,
            origin: Origin::Default,
            key: (*key).to_owned(),
            text: format!(
                "not set, so {}; the Go plugin's default is {go}: {why}",
                ours.unwrap_or_default()
            ),
        });
    }
    for (key, text) in GIVEN {
        if let Some(node) = at(key).filter(|node| matches!(node.origin, Origin::File { .. })) {
            notices.push(Notice {
                topic: Topic::Difference,
                origin: node.origin.clone(),
                key: (*key).to_owned(),
                text: (*text).to_owned(),
            });
        }
    }
}

/// The tables as Markdown.
pub fn markdown() -> String {
    let mut out = String::from(
        "\n## What differs from the Go plugin\n\nA Go plugin's file is read as it is. `--validate` says which of these concern it, unless the file uses settings\nthat the Go plugin does not know.\n\n\
         | not set | here | Go plugin | why |\n|---|---|---|---|\n",
    );
    for (key, go, why) in DEFAULTS {
        out.push_str(&format!("| `{key}` | `{}` | `{go}` | {why} |\n", default_of(key)));
    }
    out.push_str("\n| set | here |\n|---|---|\n");
    for (key, text) in GIVEN {
        out.push_str(&format!("| `{key}` | {text} |\n"));
    }
    out
}

/// Our default in the file's notation.
fn default_of(key: &str) -> String {
    let path: Vec<&str> = key.split('.').collect();
    let ours = Shape::root()
        .at(&path)
        .and_then(|shape| shape.attribute("default"));
    ours.map(|ours| ours.to_string().trim_matches('"').to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_names_a_setting_and_a_default_that_really_differs() {
        for (key, go, _) in DEFAULTS {
            let path: Vec<&str> = key.split('.').collect();
            let ours = Shape::root().at(&path).unwrap().attribute("default").unwrap();
            assert_ne!(ours.to_string().trim_matches('"'), *go, "{key}");
        }
        for (key, _) in GIVEN {
            let path: Vec<&str> = key.split('.').collect();
            assert!(Shape::root().at(&path).is_some(), "{key}");
        }
    }
}
