//! The OpenTelemetry Collector's config.

use super::tree::{Tree, list, map};
use super::{Artefact, PASSWORD, Set, Shipping, Source, UNIT};

/// `otel-collector.yaml`.
pub(super) fn artefact(shipping: &Shipping<'_>) -> Artefact {
    let notes = shipping.notes(&[
        "NOT VERIFIED by the program: the Collector is not to be had for the project's tests. It needs the contrib build.",
    ]);
    let mut receivers = vec![log(shipping)];
    let mut exporters = vec![(
        "elasticsearch/atest_ai".to_owned(),
        exporter(shipping, shipping.index()),
    )];
    let mut pipelines = vec![(
        "logs/atest_ai".to_owned(),
        pipeline(&receivers[0].0, "elasticsearch/atest_ai"),
    )];
    if let Some(path) = &shipping.audit {
        let name = "filelog/atest_ai_audit".to_owned();
        pipelines.push((
            "logs/atest_ai_audit".to_owned(),
            pipeline(&name, "elasticsearch/atest_ai_audit"),
        ));
        receivers.push((name, file(path, Vec::new())));
        exporters.push((
            "elasticsearch/atest_ai_audit".to_owned(),
            exporter(shipping, &shipping.audit_index()),
        ));
    }
    let mut extensions = vec![(
        "file_storage".to_owned(),
        map! { "directory": "/var/lib/otelcol/atest-ai", "create_directory": true },
    )];
    let mut started = vec![Tree::from("file_storage")];
    if let Some(user) = shipping.user() {
        extensions.push((
            "basicauth".to_owned(),
            map! { "client_auth": map! { "username": user, "password": format!("${{env:{PASSWORD}}}") } },
        ));
        started.push(Tree::from("basicauth"));
    }
    let tree = map! {
        "extensions": extensions,
        "receivers": receivers,
        "processors": map! {
            "memory_limiter": map! { "check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 20 },
        },
        "exporters": exporters,
        "service": map! { "extensions": started, "pipelines": pipelines },
    };
    shipping.yaml(Set::Otel, "monitoring/logging/otel-collector.yaml", &notes, &tree)
}

fn log(shipping: &Shipping<'_>) -> (String, Tree) {
    match &shipping.source {
        Source::File(path) => ("filelog/atest_ai".to_owned(), file(path, Vec::new())),
        Source::Containers => {
            let container = map! { "type": "container" };
            (
                "filelog/atest_ai".to_owned(),
                file(&shipping.container_files(), vec![container]),
            )
        }
        Source::Journal => {
            let message = map! { "type": "move", "from": "body.MESSAGE", "to": "body" };
            let mut operators = vec![message];
            operators.extend(parsed());
            let tree = map! {
                "units": list![UNIT],
                "start_at": "beginning",
                "storage": "file_storage",
                "operators": operators,
            };
            ("journald/atest_ai".to_owned(), tree)
        }
    }
}

fn file(path: &str, mut operators: Vec<Tree>) -> Tree {
    operators.extend(parsed());
    map! {
        "include": list![path],
        "start_at": "beginning",
        "storage": "file_storage",
        "max_log_size": "256KiB",
        "operators": operators,
    }
}

/// The body becomes the line's JSON, which then is the document; one that is no JSON becomes its message.
fn parsed() -> Vec<Tree> {
    vec![
        map! {
            "type": "json_parser",
            "if": "body matches \"^[{]\"",
            "parse_from": "body",
            "parse_to": "body",
            "on_error": "send",
            "timestamp": map! {
                "parse_from": "body.timestamp",
                "layout_type": "gotime",
                "layout": "2006-01-02T15:04:05.999999Z07:00",
            },
        },
        map! { "type": "move", "if": "type(body) == \"string\"", "from": "body", "to": "body.message" },
        map! {
            "type": "add",
            "if": "body.timestamp != nil",
            "field": "body[\"@timestamp\"]",
            "value": "EXPR(body.timestamp)",
        },
    ]
}

fn exporter(shipping: &Shipping<'_>, index: &str) -> Tree {
    map! { "endpoints": list![shipping.to.url()] }
        .and_if(
            shipping.user().is_some(),
            || map! { "auth": map! { "authenticator": "basicauth" } },
        )
        .and(match shipping.ca_file() {
            Some(path) => map! { "tls": map! { "ca_file": path } },
            None => map! {},
        })
        .and(map! {
            "logs_index": index,
            "logstash_format": map! { "enabled": true, "prefix_separator": "-", "date_format": "%Y.%m.%d" },
            "mapping": map! { "mode": "bodymap" },
            "retry": map! { "enabled": true, "max_retries": 1000 },
            "sending_queue": map! { "enabled": true, "storage": "file_storage" },
        })
}

fn pipeline(receiver: &str, exporter: &str) -> Tree {
    map! {
        "receivers": list![receiver],
        "processors": list!["memory_limiter"],
        "exporters": list![exporter],
    }
}
