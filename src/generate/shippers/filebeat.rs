//! Filebeat's config.

use super::tree::{Tree, list, map};
use super::{Artefact, PASSWORD, Set, Shipping, Source, UNIT};

/// `filebeat.yml`.
pub(super) fn artefact(shipping: &Shipping<'_>) -> Artefact {
    let mut notes = shipping.notes(&[
        "NOT VERIFIED by the program: Filebeat is not to be had for the project's tests. Written for versions 8 and 9.",
    ]);
    notes.push("Put the index templates, the policies and the pipeline of elasticsearch/ in place first; Filebeat's own are off.".to_owned());
    let (tag, audit_tag) = shipping.tags();
    let mut inputs = vec![log(shipping, tag)];
    if let Some(path) = &shipping.audit {
        inputs.push(stream(path, audit_tag, list![ndjson()]));
    }
    let tree = map! {
        "filebeat.inputs": inputs,
        "processors": processors(&shipping.source),
        "setup.ilm.enabled": false,
        "setup.template.enabled": false,
        "setup.template.name": shipping.index(),
        "setup.template.pattern": format!("{}-*", shipping.index()),
        "output.elasticsearch": output(shipping, audit_tag),
    };
    shipping.yaml(Set::Filebeat, "monitoring/logging/filebeat.yml", &notes, &tree)
}

fn log(shipping: &Shipping<'_>, tag: &str) -> Tree {
    match &shipping.source {
        Source::File(path) => stream(path, tag, list![ndjson()]),
        Source::Journal => map! {
            "type": "journald",
            "id": tag,
            "seek": "head",
            "include_matches.match": list![format!("_SYSTEMD_UNIT={UNIT}")],
            "tags": list![tag],
        },
        Source::Containers => {
            let container = map! { "container": map! { "stream": "all", "format": "auto" } };
            let files = stream(&shipping.container_files(), tag, list![container, ndjson()]);
            // Kubernetes' names for the files are links.
            files.and(map! { "prospector.scanner.symlinks": true })
        }
    }
}

/// The id says which files have been read how far: with another one, all are read again.
fn stream(path: &str, tag: &str, parsers: Tree) -> Tree {
    map! {
        "type": "filestream",
        "id": tag,
        "paths": list![path],
        "tags": list![tag],
        "parsers": parsers,
    }
}

fn ndjson() -> Tree {
    map! { "ndjson": map! { "target": "", "overwrite_keys": true, "add_error_key": true, "message_key": "message" } }
}

fn processors(source: &Source) -> Tree {
    let mut steps = Vec::new();
    if *source == Source::Journal {
        steps.push(map! {
            "decode_json_fields": map! {
                "fields": list!["message"],
                "target": "",
                "overwrite_keys": true,
                "add_error_key": false,
            },
        });
    }
    steps.push(map! {
        "timestamp": map! {
            "field": "timestamp",
            "layouts": list!["2006-01-02T15:04:05.999999Z07:00"],
            "test": list!["2026-11-24T17:23:45.123456Z"],
            "ignore_missing": true,
            "ignore_failure": true,
        },
    });
    Tree::List(steps)
}

fn output(shipping: &Shipping<'_>, audit_tag: &str) -> Tree {
    let day = "%{+yyyy.MM.dd}";
    map! {
        "hosts": list![shipping.to.url()],
        "index": format!("{}-{day}", shipping.index()),
    }
    .and_if(shipping.audit.is_some(), || {
        map! {
            "indices": list![map! {
                "index": format!("{}-{day}", shipping.audit_index()),
                "when.contains": map! { "tags": audit_tag },
            }],
        }
    })
    .and(match shipping.user() {
        Some(user) => map! { "username": user, "password": format!("${{{PASSWORD}}}") },
        None => map! {},
    })
    .and(match shipping.ca_file() {
        Some(path) => map! { "ssl.certificate_authorities": list![path] },
        None => map! {},
    })
}
