//! Grafana Alloy's config, for Loki.

use std::fmt::Write;

use super::{Artefact, CONTAINER, Set, Shipping, Source, UNIT};

/// A value of Alloy's language.
enum Value {
    Text(String),
    /// The name of something else in the file, or a list or map that is written out.
    Raw(String),
}

/// `kind "label" { … }`.
struct Block {
    kind: &'static str,
    label: String,
    settings: Vec<(&'static str, Value)>,
    inner: Vec<Block>,
}

impl Block {
    fn new(kind: &'static str, label: &str) -> Block {
        Block {
            kind,
            label: label.to_owned(),
            settings: Vec::new(),
            inner: Vec::new(),
        }
    }

    fn text(mut self, name: &'static str, value: &str) -> Block {
        self.settings.push((name, Value::Text(value.to_owned())));
        self
    }

    fn raw(mut self, name: &'static str, value: impl Into<String>) -> Block {
        self.settings.push((name, Value::Raw(value.into())));
        self
    }

    fn with(mut self, inner: Block) -> Block {
        self.inner.push(inner);
        self
    }

    fn write(&self, out: &mut String, depth: usize) {
        let margin = "\t".repeat(depth);
        let label = if self.label.is_empty() {
            String::new()
        } else {
            format!(" {}", quoted(&self.label))
        };
        let width = self
            .settings
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or(0);
        let _ = writeln!(out, "{margin}{}{label} {{", self.kind);
        for (name, value) in &self.settings {
            let value = match value {
                Value::Text(text) => quoted(text),
                Value::Raw(raw) => raw.clone(),
            };
            let _ = writeln!(out, "{margin}\t{name:<width$} = {value}");
        }
        for (index, block) in self.inner.iter().enumerate() {
            if index > 0 || !self.settings.is_empty() {
                out.push('\n');
            }
            block.write(out, depth + 1);
        }
        let _ = writeln!(out, "{margin}}}");
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `alloy.alloy`.
pub(super) fn artefact(shipping: &Shipping<'_>) -> Artefact {
    let plan = shipping.plan;
    let notes =
        shipping.notes(&["NOT VERIFIED by the program: Alloy is not to be had for the project's tests."]);
    // Nobody signs in at Loki here.
    let notes: Vec<&str> = notes
        .iter()
        .map(String::as_str)
        .filter(|note| !note.contains("password"))
        .collect();
    let mut blocks = log(shipping);
    if let Some(path) = &shipping.audit {
        blocks.push(matched("atest_ai_audit", path));
        blocks.push(tailed("atest_ai_audit"));
        blocks.push(lines(shipping, "atest_ai_audit", "audit", false));
    }
    let url = format!("{}/loki/api/v1/push", plan.values.logs.loki.trim_end_matches('/'));
    blocks.push(Block::new("loki.write", "atest_ai").with(Block::new("endpoint", "").text("url", &url)));
    let mut text = String::new();
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        block.write(&mut text, 0);
    }
    Artefact::commented(
        plan,
        Set::Alloy,
        "monitoring/logging/alloy.alloy",
        "//",
        &notes,
        &text,
    )
}

fn log(shipping: &Shipping<'_>) -> Vec<Block> {
    let name = "atest_ai";
    let source = match &shipping.source {
        Source::File(path) => vec![matched(name, path), tailed(name)],
        Source::Containers => vec![matched(name, &shipping.container_files()), tailed(name)],
        Source::Journal => vec![
            Block::new("loki.source.journal", name)
                .text("matches", &format!("_SYSTEMD_UNIT={UNIT}"))
                .raw("forward_to", format!("[loki.process.{name}.receiver]")),
        ],
    };
    let is_wrapped = shipping.source == Source::Containers;
    source
        .into_iter()
        .chain([lines(shipping, name, "log", is_wrapped)])
        .collect()
}

fn matched(name: &str, path: &str) -> Block {
    Block::new("local.file_match", name).raw("path_targets", format!("[{{ __path__ = {} }}]", quoted(path)))
}

fn tailed(name: &str) -> Block {
    Block::new("loki.source.file", name)
        .raw("targets", format!("local.file_match.{name}.targets"))
        .raw("forward_to", format!("[loki.process.{name}.receiver]"))
}

/// Few labels, with few values each: every set of them is a stream of its own. The rest is in the line, for `| json`.
fn lines(shipping: &Shipping<'_>, name: &str, dataset: &str, is_wrapped: bool) -> Block {
    let plan = shipping.plan;
    let mut block = Block::new("loki.process", name).raw("forward_to", "[loki.write.atest_ai.receiver]");
    if is_wrapped {
        block = block.with(Block::new("stage.cri", ""));
    }
    let has_level = dataset == "log";
    let fields = if has_level {
        "{ level = \"\", component = \"\", timestamp = \"\" }"
    } else {
        "{ timestamp = \"\" }"
    };
    block = block.with(Block::new("stage.json", "").raw("expressions", fields));
    block = block.with(
        Block::new("stage.timestamp", "")
            .text("source", "timestamp")
            .text("format", "RFC3339Nano"),
    );
    if has_level {
        let labels = Block::new("stage.labels", "").raw("values", "{ level = \"\", component = \"\" }");
        block = block.with(labels);
    }
    let fixed = format!(
        "{{ job = {}, service_name = {}, environment = {}, dataset = {} }}",
        quoted(&plan.values.selectors.job),
        quoted(CONTAINER),
        quoted(plan.environment.word()),
        quoted(dataset),
    );
    block.with(Block::new("stage.static_labels", "").raw("values", fixed))
}
