//! Fluent Bit's config.

use super::tree::{Tree, list, map};
use super::{Artefact, PASSWORD, Set, Shipping, Source, UNIT};

/// `fluent-bit.yaml`.
pub(super) fn artefact(shipping: &Shipping<'_>) -> Artefact {
    let notes = shipping.notes(&[
        "NOT VERIFIED by the program: Fluent Bit is not to be had for the project's tests. Written for version 3.",
    ]);
    let (tag, audit_tag) = shipping.tags();
    let mut inputs = vec![log(shipping, tag)];
    let mut filters = match shipping.source {
        Source::File(_) => Vec::new(),
        Source::Journal => vec![parsed(tag, "MESSAGE")],
        Source::Containers => vec![parsed(tag, "log")],
    };
    let mut outputs = vec![output(shipping, tag, shipping.index())];
    if let Some(path) = &shipping.audit {
        inputs.push(tail(path, audit_tag).and(map! { "parser": "atest_ai" }));
        outputs.push(output(shipping, audit_tag, &shipping.audit_index()));
    }
    if shipping.source == Source::Journal {
        // Of the journal's own fields, the lines need none.
        filters.push(map! { "name": "modify", "match": tag, "remove_wildcard": "_" });
    }
    let mut pipeline = map! { "inputs": inputs };
    if !filters.is_empty() {
        pipeline = pipeline.and(map! { "filters": filters });
    }
    let tree = map! {
        "service": map! {
            "flush": 1,
            "log_level": "info",
            "storage.path": "/var/lib/fluent-bit/atest-ai",
            "storage.backlog.mem_limit": "16M",
        },
        "parsers": list![map! {
            "name": "atest_ai",
            "format": "json",
            "time_key": "timestamp",
            "time_format": "%Y-%m-%dT%H:%M:%S.%L%z",
            "time_keep": true,
        }],
        "pipeline": pipeline.and(map! { "outputs": outputs }),
    };
    shipping.yaml(
        Set::FluentBit,
        "monitoring/logging/fluent-bit.yaml",
        &notes,
        &tree,
    )
}

fn log(shipping: &Shipping<'_>, tag: &str) -> Tree {
    match &shipping.source {
        Source::File(path) => tail(path, tag).and(map! { "parser": "atest_ai" }),
        Source::Containers => tail(&shipping.container_files(), tag).and(map! { "multiline.parser": "cri" }),
        Source::Journal => map! {
            "name": "systemd",
            "tag": tag,
            "systemd_filter": format!("_SYSTEMD_UNIT={UNIT}"),
            "db": format!("/var/lib/fluent-bit/{tag}.db"),
            "read_from_tail": false,
            "storage.type": "filesystem",
        },
    }
}

fn tail(path: &str, tag: &str) -> Tree {
    map! {
        "name": "tail",
        "path": path,
        "tag": tag,
        "db": format!("/var/lib/fluent-bit/{tag}.db"),
        "read_from_head": true,
        "refresh_interval": 5,
        "buffer_max_size": "256k",
        "storage.type": "filesystem",
    }
}

/// Takes the line out of what surrounds it; one that is no JSON stays as it is.
fn parsed(tag: &str, key: &str) -> Tree {
    map! { "name": "parser", "match": tag, "key_name": key, "parser": "atest_ai", "reserve_data": false }
}

fn output(shipping: &Shipping<'_>, tag: &str, index: &str) -> Tree {
    let to = &shipping.to;
    map! {
        "name": "es",
        "match": tag,
        "host": to.host.as_str(),
        "port": u64::from(to.port),
        "tls": to.is_tls,
        "logstash_format": true,
        "logstash_prefix": index,
        "logstash_dateformat": "%Y.%m.%d",
        "time_key": "@timestamp",
        "time_key_nanos": true,
        "suppress_type_name": true,
        "trace_error": true,
        "retry_limit": "no_limits",
        "storage.total_limit_size": "256M",
    }
    .and_if(!to.path.is_empty(), || map! { "path": to.path.as_str() })
    .and_if(to.is_tls, || map! { "tls.verify": true })
    .and(match shipping.ca_file() {
        Some(path) if to.is_tls => map! { "tls.ca_file": path },
        _ => map! {},
    })
    .and(match shipping.user() {
        Some(user) => map! { "http_user": user, "http_passwd": format!("${{{PASSWORD}}}") },
        None => map! {},
    })
}
