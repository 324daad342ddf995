//! Fluentd's config, and the ConfigMap that wraps it.

use std::fmt;

use super::tree::map;
use super::{Artefact, PASSWORD, Set, Shipping, Source, UNIT};

/// How far the file can be trusted.
const VERIFIED: [&str; 4] = [
    "NOT VERIFIED by the program: Fluentd can be installed neither from Debian nor from another registry that the",
    "project's tests use. Needs fluent-plugin-elasticsearch, and fluent-plugin-systemd where it reads a journal. Try it",
    "with `fluentd --dry-run -c fluentd.conf`, and look for \"is not used\" in what it says: unknown settings are no error",
    "to it.",
];

/// A part of the config between `<kind argument>` and `</kind>`.
#[derive(Debug, Default)]
struct Block {
    kind: &'static str,
    argument: String,
    settings: Vec<(&'static str, String)>,
    inner: Vec<Block>,
}

impl Block {
    fn new(kind: &'static str, argument: &str) -> Block {
        Block {
            kind,
            argument: argument.to_owned(),
            ..Block::default()
        }
    }

    fn set(mut self, name: &'static str, value: impl Into<String>) -> Block {
        self.settings.push((name, value.into()));
        self
    }

    fn with(mut self, inner: Block) -> Block {
        self.inner.push(inner);
        self
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let margin = "  ".repeat(depth);
        let argument = if self.argument.is_empty() { "" } else { " " };
        writeln!(f, "{margin}<{}{argument}{}>", self.kind, self.argument)?;
        for (name, value) in &self.settings {
            writeln!(f, "{margin}  {name} {value}")?;
        }
        for block in &self.inner {
            block.write(f, depth + 1)?;
        }
        writeln!(f, "{margin}</{}>", self.kind)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

/// `fluentd.conf` and `fluentd-config.yaml`.
pub(super) fn artefacts(shipping: &Shipping<'_>) -> Vec<Artefact> {
    let notes = shipping.notes(&VERIFIED);
    let file = shipping.commented(
        Set::Fluentd,
        "monitoring/logging/fluentd.conf",
        &notes,
        &config(shipping),
    );
    let pods = shipping.in_pods();
    let wrapped = map! {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": map! {
            "name": "atest-ai-fluentd",
            "namespace": pods.plan.values.kubernetes.namespace.as_str(),
            "labels": map! {
                "app.kubernetes.io/name": "atest-ext-ai",
                "app.kubernetes.io/component": "logging",
            },
        },
        "data": map! { "fluentd.conf": config(&pods) },
    };
    let config_map = pods.yaml(
        Set::Fluentd,
        "monitoring/logging/fluentd-config.yaml",
        &pods.notes(&VERIFIED),
        &wrapped,
    );
    vec![file, config_map]
}

fn config(shipping: &Shipping<'_>) -> String {
    let (tag, audit_tag) = shipping.tags();
    let mut blocks = log(shipping, tag);
    if let Some(path) = &shipping.audit {
        blocks.push(tail(path, audit_tag).with(json()));
    }
    blocks.push(to_elasticsearch(shipping, tag, shipping.index()));
    if shipping.audit.is_some() {
        blocks.push(to_elasticsearch(shipping, audit_tag, &shipping.audit_index()));
    }
    blocks.push(
        Block::new("label", "@ERROR").with(
            Block::new("match", "**")
                .set("@type", "file")
                .set("path", "/var/log/fluentd/atest-ai-refused")
                .set("append", "true"),
        ),
    );
    let texts: Vec<String> = blocks.iter().map(Block::to_string).collect();
    texts.join("\n")
}

fn log(shipping: &Shipping<'_>, tag: &str) -> Vec<Block> {
    match &shipping.source {
        Source::File(path) => vec![tail(path, tag).with(json())],
        Source::Journal => {
            let entries = Block::new("source", "")
                .set("@type", "systemd")
                .set("@id", "atest_ai_journal")
                .set("matches", format!("[{{\"_SYSTEMD_UNIT\": \"{UNIT}\"}}]"))
                .set("tag", tag)
                .set("read_from_head", "true")
                .with(
                    Block::new("storage", "")
                        .set("@type", "local")
                        .set("path", "/var/log/fluentd/atest-ai-journal.json"),
                )
                .with(
                    Block::new("entry", "")
                        .set("field_map", "{\"MESSAGE\": \"log\"}")
                        .set("field_map_strict", "true"),
                );
            vec![entries, parsed(tag)]
        }
        Source::Containers => {
            let lines = tail(&shipping.container_files(), tag).with(
                Block::new("parse", "")
                    .set("@type", "regexp")
                    .set(
                        "expression",
                        r"/^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<part>[FP]) (?<log>.*)$/",
                    )
                    .set("time_format", "%Y-%m-%dT%H:%M:%S.%N%z"),
            );
            vec![lines, parsed(tag)]
        }
    }
}

/// Reads a file from its beginning, follows it when it is rotated, and finds it within seconds when it is new.
fn tail(path: &str, tag: &str) -> Block {
    Block::new("source", "")
        .set("@type", "tail")
        .set("@id", format!("{}_tail", tag.replace('-', "_")))
        .set("path", path)
        .set("pos_file", format!("/var/log/fluentd/{tag}.pos"))
        .set("tag", tag)
        .set("read_from_head", "true")
        .set("follow_inodes", "true")
        .set("refresh_interval", "5")
        // A line that is no JSON (a crash, another program's) is shipped as it stands.
        .set("emit_unmatched_lines", "true")
}

fn json() -> Block {
    Block::new("parse", "")
        .set("@type", "json")
        .set("time_key", "timestamp")
        .set("time_type", "string")
        .set("time_format", "%Y-%m-%dT%H:%M:%S.%N%z")
        .set("keep_time_key", "true")
}

/// Takes the line out of what surrounds it.
fn parsed(tag: &str) -> Block {
    Block::new("filter", tag)
        .set("@type", "parser")
        .set("key_name", "log")
        .set("reserve_time", "true")
        .with(json())
}

fn to_elasticsearch(shipping: &Shipping<'_>, tag: &str, index: &str) -> Block {
    let to = &shipping.to;
    let mut block = Block::new("match", tag)
        .set("@type", "elasticsearch")
        .set("@id", format!("{}_elasticsearch", tag.replace('-', "_")))
        .set("host", to.host.as_str())
        .set("port", to.port.to_string())
        .set("scheme", to.scheme());
    if !to.path.is_empty() {
        block = block.set("path", to.path.as_str());
    }
    if let Some(user) = shipping.user() {
        block = block
            .set("user", user)
            .set("password", format!("\"#{{ENV['{PASSWORD}']}}\""));
    }
    if to.is_tls {
        block = block.set("ssl_verify", "true");
    }
    if let Some(path) = shipping.ca_file().filter(|_| to.is_tls) {
        block = block.set("ca_file", path);
    }
    block
        .set("logstash_format", "true")
        .set("logstash_prefix", index)
        .set("logstash_dateformat", "%Y.%m.%d")
        .set("include_timestamp", "true")
        .set("suppress_type_name", "true")
        .set("request_timeout", "15s")
        .set("reconnect_on_error", "true")
        .set("reload_on_failure", "true")
        .set("reload_connections", "false")
        .with(
            Block::new("buffer", "")
                .set("@type", "file")
                .set("path", format!("/var/log/fluentd/{tag}.buffer"))
                .set("flush_mode", "interval")
                .set("flush_interval", "1s")
                .set("chunk_limit_size", "8m")
                .set("total_limit_size", "256m")
                .set("overflow_action", "block")
                .set("retry_type", "exponential_backoff")
                .set("retry_max_interval", "30s")
                // Until it is there again: lines wait in the buffer, and then in their file.
                .set("retry_forever", "true"),
        )
}
