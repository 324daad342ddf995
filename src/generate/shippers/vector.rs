//! Vector's config.

use super::CONTAINER;
use super::tree::{Tree, list, map};
use super::{Artefact, PASSWORD, Set, Shipping, Source, UNIT};

/// Takes the line out of what surrounds it. One that is no JSON stays as it is.
const PARSE: &str = "\
line, err = parse_json(string(.message) ?? \"\")
if err == null && is_object(line) {
  . = object(line) ?? {}
  .\"@timestamp\" = parse_timestamp(string(.timestamp) ?? \"\", format: \"%+\") ?? now()
} else {
  . = { \"message\": .message, \"@timestamp\": now() }
}
";

/// `vector.yaml`.
pub(super) fn artefact(shipping: &Shipping<'_>) -> Artefact {
    let notes = shipping.notes(&[
        "NOT VERIFIED by the program: Vector is not to be had for the project's tests. Written for version 0.40 and later.",
    ]);
    let mut sources = vec![("atest_ai".to_owned(), log(shipping))];
    let mut transforms = vec![("atest_ai_lines".to_owned(), parsed("atest_ai"))];
    let mut sinks = vec![(
        "atest_ai_elasticsearch".to_owned(),
        sink(shipping, "atest_ai_lines", shipping.index()),
    )];
    if let Some(path) = &shipping.audit {
        sources.push(("atest_ai_audit".to_owned(), file(path)));
        transforms.push(("atest_ai_audit_lines".to_owned(), parsed("atest_ai_audit")));
        sinks.push((
            "atest_ai_audit_elasticsearch".to_owned(),
            sink(shipping, "atest_ai_audit_lines", &shipping.audit_index()),
        ));
    }
    let tree = map! {
        "data_dir": "/var/lib/vector",
        "sources": sources,
        "transforms": transforms,
        "sinks": sinks,
    };
    shipping.yaml(Set::Vector, "monitoring/logging/vector.yaml", &notes, &tree)
}

fn log(shipping: &Shipping<'_>) -> Tree {
    match &shipping.source {
        Source::File(path) => file(path),
        Source::Journal => map! { "type": "journald", "include_units": list![UNIT] },
        Source::Containers => {
            let namespace = &shipping.plan.values.kubernetes.namespace;
            map! {
                "type": "kubernetes_logs",
                "extra_field_selector": format!("metadata.namespace={namespace}"),
                "extra_label_selector": "app.kubernetes.io/name=atest-ext-ai",
                "include_paths_glob_patterns": list![format!("**/{CONTAINER}/*")],
            }
        }
    }
}

fn file(path: &str) -> Tree {
    map! {
        "type": "file",
        "include": list![path],
        "read_from": "beginning",
        "max_line_bytes": 262_144,
    }
}

fn parsed(source: &str) -> Tree {
    map! { "type": "remap", "inputs": list![source], "source": PARSE }
}

fn sink(shipping: &Shipping<'_>, from: &str, index: &str) -> Tree {
    map! {
        "type": "elasticsearch",
        "inputs": list![from],
        "endpoints": list![shipping.to.url()],
        "mode": "bulk",
        "bulk": map! { "action": "index", "index": format!("{index}-%Y.%m.%d") },
        "buffer": map! { "type": "disk", "max_size": 268_435_488, "when_full": "block" },
    }
    .and(match shipping.user() {
        Some(user) => map! {
            "auth": map! { "strategy": "basic", "user": user, "password": format!("${{{PASSWORD}}}") },
        },
        None => map! {},
    })
    .and(match shipping.ca_file() {
        Some(path) => map! { "tls": map! { "ca_file": path } },
        None => map! {},
    })
}
