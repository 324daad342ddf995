//! Elasticsearch's side: index templates, how long indices are kept, and a pipeline for names that ECS has otherwise.

use serde_json::{Map, Value, json};

use super::{Artefact, Set, Shipping};
use crate::config::units::Time;

/// Over the built-in templates for `logs-*` and the like, which have 100.
const PRIORITY: u64 = 500;

/// The names in a log line that every reader may count on, with their types.
pub(super) const LINE: [(&str, &str); 8] = [
    ("timestamp", "date"),
    ("level", "keyword"),
    ("component", "keyword"),
    ("target", "keyword"),
    ("message", "text"),
    ("trace_id", "keyword"),
    ("span_id", "keyword"),
    ("request_id", "keyword"),
];

/// Names in a line of the audit log.
pub(super) const AUDIT: [(&str, &str); 8] = [
    ("timestamp", "date"),
    ("outcome", "keyword"),
    ("actor.door", "keyword"),
    ("actor.peer", "keyword"),
    ("actor.signed_in", "keyword"),
    ("target", "keyword"),
    ("trace_id", "keyword"),
    ("span_id", "keyword"),
];

/// ECS's names for the same. They are aliases, so that both can be asked for.
const ALIASES: [(&str, &str); 4] = [
    ("log.level", "level"),
    ("log.logger", "component"),
    ("trace.id", "trace_id"),
    ("span.id", "span_id"),
];

/// Names that are an object in ECS, and a text in our lines: the pipeline moves them to where ECS has the text.
pub(super) const MOVED: [(&str, &str); 3] = [
    ("service", "service.name"),
    ("event", "event.action"),
    ("error", "error.message"),
];

/// All files.
pub(super) fn artefacts(shipping: &Shipping<'_>) -> Vec<Artefact> {
    let logs = &shipping.plan.values.logs;
    let mut all = vec![
        file("pipeline.json", &pipeline(shipping)),
        file(
            "index-template.json",
            &template(shipping, shipping.index(), log_fields(shipping)),
        ),
        file(
            "lifecycle.json",
            &lifecycle(shipping, shipping.index(), logs.retention),
        ),
    ];
    if shipping.audit.is_some() {
        let index = shipping.audit_index();
        all.push(file(
            "audit-index-template.json",
            &template(shipping, &index, audit_fields()),
        ));
        all.push(file(
            "audit-lifecycle.json",
            &lifecycle(shipping, &index, logs.audit_retention),
        ));
    }
    all
}

fn file(name: &str, value: &Value) -> Artefact {
    let path = format!("monitoring/logging/elasticsearch/{name}");
    Artefact::json(Set::Elasticsearch, &path, value)
}

/// Where a file comes from, and how it is put in place.
fn about(shipping: &Shipping<'_>, put: &str) -> Value {
    json!({
        "description": shipping.plan.header(),
        "put": format!("PUT {put} with this file as its body; the pipeline and the policies first, then the templates"),
    })
}

fn pipeline(shipping: &Shipping<'_>) -> Value {
    let mut steps = vec![json!({
        "date": {
            "field": "timestamp",
            "formats": ["ISO8601"],
            "if": "ctx.timestamp != null",
            "ignore_failure": true,
        },
    })];
    for (from, to) in MOVED {
        // An object there is ECS's already, from the shipper.
        let through = format!("atest_ai_{from}");
        steps.push(json!({
            "rename": {"field": from, "target_field": through, "if": format!("ctx.{from} instanceof String")},
        }));
        steps.push(json!({
            "rename": {"field": through, "target_field": to, "ignore_missing": true},
        }));
    }
    let index = shipping.index();
    steps.push(json!({
        "set": {"field": "event.dataset", "value": "atest-ai.audit", "if": format!("ctx._index.startsWith('audit-{index}-')")},
    }));
    steps.push(json!({
        "set": {"field": "event.dataset", "value": "atest-ai.log", "override": false},
    }));
    json!({
        "description": shipping.plan.header(),
        "_meta": about(shipping, &format!("_ingest/pipeline/{index}")),
        "processors": steps,
    })
}

fn template(shipping: &Shipping<'_>, index: &str, properties: Map<String, Value>) -> Value {
    let text_as_keyword = json!({
        "texts": {
            "match_mapping_type": "string",
            "mapping": {"type": "keyword", "ignore_above": 8191},
        },
    });
    // The first number that comes may be a whole one by chance.
    let numbers = json!({"numbers": {"match_mapping_type": "long", "mapping": {"type": "double"}}});
    json!({
        "_meta": about(shipping, &format!("_index_template/{index}")),
        "index_patterns": [format!("{index}-*")],
        "priority": PRIORITY,
        "template": {
            "settings": {
                "number_of_shards": 1,
                "number_of_replicas": 1,
                "index.codec": "best_compression",
                "index.lifecycle.name": index,
                "index.default_pipeline": shipping.index(),
                "index.mapping.ignore_malformed": true,
            },
            "mappings": {
                "date_detection": false,
                "dynamic_templates": [text_as_keyword, numbers],
                "properties": properties,
            },
        },
    })
}

fn log_fields(shipping: &Shipping<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    put(&mut fields, "@timestamp", json!({"type": "date"}));
    for (name, kind) in LINE {
        put(&mut fields, name, json!({"type": kind}));
    }
    for name in shipping.plan.config.logging.fields.keys() {
        if !MOVED.iter().any(|(from, _)| from == name) && !name.contains('.') {
            put(&mut fields, name, json!({"type": "keyword"}));
        }
    }
    for (_, to) in MOVED {
        put(
            &mut fields,
            to,
            json!({"type": if to == "error.message" { "text" } else { "keyword" }}),
        );
    }
    put(&mut fields, "event.dataset", json!({"type": "keyword"}));
    for (name, path) in ALIASES {
        put(&mut fields, name, json!({"type": "alias", "path": path}));
    }
    fields
}

fn audit_fields() -> Map<String, Value> {
    let mut fields = Map::new();
    put(&mut fields, "@timestamp", json!({"type": "date"}));
    for (name, kind) in AUDIT {
        put(&mut fields, name, json!({"type": kind}));
    }
    // Whatever an event has to say, by names of its own.
    put(&mut fields, "details", json!({"type": "flattened"}));
    for name in ["event.action", "event.dataset"] {
        put(&mut fields, name, json!({"type": "keyword"}));
    }
    for (name, path) in ALIASES
        .iter()
        .filter(|(_, path)| AUDIT.iter().any(|(name, _)| name == path))
    {
        put(&mut fields, name, json!({"type": "alias", "path": path}));
    }
    fields
}

/// Puts a field under its dotted name.
fn put(fields: &mut Map<String, Value>, name: &str, mapping: Value) {
    match name.split_once('.') {
        None => {
            fields.insert(name.to_owned(), mapping);
        }
        Some((outer, inner)) => {
            let outer = fields.entry(outer).or_insert_with(|| json!({"properties": {}}));
            if let Some(properties) = outer["properties"].as_object_mut() {
                put(properties, inner, mapping);
            }
        }
    }
}

fn lifecycle(shipping: &Shipping<'_>, index: &str, kept: Time) -> Value {
    let mut about = about(shipping, &format!("_ilm/policy/{index}"));
    about["opensearch"] = json!(
        "OpenSearch has no such policies: leave index.lifecycle.name out of the template there, and write a policy of Index State \
         Management with the same age"
    );
    json!({
        "policy": {
            "_meta": about,
            "phases": {
                "hot": {"actions": {"set_priority": {"priority": 100}}},
                "delete": {"min_age": age(kept), "actions": {"delete": {}}},
            },
        },
    })
}

/// Elasticsearch takes one number with one unit.
fn age(Time(kept): Time) -> String {
    let hours = kept.as_secs() / 3_600;
    if hours.is_multiple_of(24) {
        format!("{}d", hours / 24)
    } else {
        format!("{hours}h")
    }
}
