//! The reference of every setting and variable, in Markdown, printed from the types and tables that are in force.

use serde_json::Value;

use super::schema::{Kind, Shape};
use super::show::SECTIONS;
use super::variables::{Form, Sets, VARIABLES};
use super::{differences, effect, live, spellings, variables};

/// `docs/configuration.md`.
pub fn markdown() -> String {
    let mut out = String::from(PREFACE);
    out.push_str("\n## Settings\n");
    for section in SECTIONS {
        if let Some(shape) = Shape::root().property(section) {
            out.push_str(&section_of(section, shape));
        }
    }
    out.push_str(&other_spellings());
    out.push_str(&without_effect());
    out.push_str(&variables_table());
    out.push_str(&differences::markdown());
    out
}

const PREFACE: &str = "\
# Configuration

Printed by `atest-ext-ai config reference` from the program's own types and tables; `make docs` writes this page.

## Where settings come from

A value comes from the command line, else from what the page saved, else from the environment, else from the file, else it
is the default. `atest-ext-ai config show` prints every value with its origin.

The file is the one that `--config` names, else `ATEST_EXT_AI_CONFIG`, else the first that exists of
`~/.config/atest/atest-ext-ai.yaml` and `/etc/atest-ai/config.yaml`. It is never looked for in the working folder.
Without a file, everything has its default.

`atest-ext-ai --validate` checks it all: every problem at once, each with file, line, column, key and a suggestion (exit 2);
for a valid file it says what does nothing in this version, and what differs from the Go plugin (exit 0).
A JSON schema for editors is printed by `atest-ext-ai config schema`.

## What the page saves

Settings of services that are changed in the page (or by `update_config`) are kept in `settings.json` in the state folder:
`server.state_dir`, else systemd's `STATE_DIRECTORY`, else `/var/lib/atest-ai` where this user may write, else
`$XDG_STATE_HOME/atest-ext-ai` (`~/.local/state/atest-ext-ai`). It has mode 0600, since keys are in it.

A key belongs to the endpoint that it was given for. When another endpoint is in effect, by a change of the file or in the
page, the key and the headers of the old one are not used, and a notice says so. Saved settings that cannot be read are told
and left out; nothing stops because of them, and the file is kept as `settings.json.broken-1` when the next ones are saved.

## How values are written

| kind | notation |
|---|---|
| time | Go's: `500ms`, `30s`, `1m30s`, `1h`; `d` is 24 hours. A bare number is refused: its unit would be a guess |
| size | `500MB` = 500 × 10⁶ bytes, `500MiB` = 500 × 2²⁰, also `KB`, `GB`, `TB`, `KiB`, `GiB`, `TiB`; a bare number is bytes |
| rate | a size a second: `100MB/s` |
| days | `28` or `28d` |
| mode | octal, as for chmod: `\"0660\"`, `660` |
| flag | `true` or `false`; `yes`, `on` and the like are errors, because YAML 1.1 and 1.2 read them differently |
| level | `trace`, `debug`, `info`, `warn`, `error`, in any case |

* A value's type comes from its setting, never from its looks: `environment: no` is the text \"no\". Quotes change nothing.
* A blank value (`key:`, `key: \"\"`) is the same as leaving the key out.
* `${VAR}` in a value is replaced by the variable; `${VAR:-default}` by the default when it is unset or empty; `$$` is a dollar
  sign. An unset variable without a default is an error, except `VERSION`, `HOSTNAME` and `ENVIRONMENT`, which the program
  supplies. Only values are replaced, after YAML has been read: a variable cannot add keys.
* `${file:PATH}` is replaced by the content of a file without the line feeds at its end (UTF-8, at most 64 KiB);
  `${file:PATH:-default}` by the default when there is no such file, or nothing in it. A relative `PATH` starts at the folder of
  the config file.
* Other relative paths start at the folder in which the plugin is started.
* Unknown keys, keys given twice, tags and second documents are errors. Anchors, aliases and `<<` work.
* A file has at most 1 MiB and 20 000 values.
";

fn section_of(section: &str, shape: Shape<'_>) -> String {
    let mut out = format!("\n### `{section}`\n\n");
    if let Some(text) = shape.text("description") {
        out.push_str(&format!("{}\n\n", one_line(text)));
    }
    let mut rows = String::new();
    let mut of_map = String::new();
    shape.walk(section, &mut |key, shape| {
        let meaning = shape.text("description").map(one_line).unwrap_or_default();
        // The values of a map of free names are described where the map is.
        let meaning = if key.ends_with('*') {
            of_map.clone()
        } else {
            meaning
        };
        of_map.clone_from(&meaning);
        let is_value = shape.kind() != Kind::Map;
        if is_value && effect::why_not(key).is_none() {
            rows.push_str(&row(key, shape, &meaning));
        }
    });
    if rows.is_empty() {
        out.push_str("Nothing of it is in effect in this version.\n");
    } else {
        out.push_str("| key | value | default | meaning |\n|---|---|---|---|\n");
        out.push_str(&rows);
    }
    out
}

fn row(key: &str, shape: Shape<'_>, meaning: &str) -> String {
    let meaning = match spellings::first_spelling(key) {
        Some(first) => format!("Another spelling of `{}`", named(first)),
        None if live::needs_restart(key) => format!("{meaning} Takes effect at the next start."),
        None => meaning.to_owned(),
    };
    let default = shape.attribute("default").map(default_text).unwrap_or_default();
    format!(
        "| `{}` | {} | {default} | {meaning} |\n",
        named(key),
        value_text(shape)
    )
}

/// `*` as people read it.
fn named(key: &str) -> String {
    key.replace('*', "<name>")
}

fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

fn default_text(default: &Value) -> String {
    match default {
        Value::String(text) if text.is_empty() => String::new(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

fn value_text(shape: Shape<'_>) -> String {
    let words = shape.words();
    if !words.is_empty() {
        return words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ");
    }
    let name = match shape.kind() {
        Kind::Map => "section",
        Kind::List => "list",
        Kind::Flag => "flag",
        Kind::Whole => "whole number",
        Kind::Number => "number",
        Kind::Text("duration") => "time",
        Kind::Text(kind) => kind,
    };
    let bound = |attribute: &str, from_text: &str| {
        let number = shape.attribute(attribute).map(Value::to_string);
        number.or_else(|| shape.text(from_text).map(str::to_owned))
    };
    match (bound("minimum", "x-min"), bound("maximum", "x-max")) {
        (Some(least), Some(most)) => format!("{name}, {least} to {most}"),
        (Some(least), None) if least != "0" => format!("{name}, at least {least}"),
        (None, Some(most)) => format!("{name}, at most {most}"),
        _ => name.to_owned(),
    }
}

fn other_spellings() -> String {
    let mut out = String::from(
        "\n## Two spellings of one setting\n\nTwo that disagree are an error. The Go plugin's `database` is `databases.default` when \
         `database.enabled` is true.\n`LOG_LEVEL` wins over `logging.level`, which wins over `plugin.log_level`, which wins over \
         `plugin.debug`.\n\n| also written | is |\n|---|---|\n",
    );
    for (other, first) in spellings::all() {
        out.push_str(&format!("| `{}` | `{}` |\n", named(other), named(first)));
    }
    out
}

fn without_effect() -> String {
    let mut out = String::from(
        "\n## Settings without effect in this version\n\nThey are understood and checked, so that a file for another version or for the \
         Go plugin is valid; `--validate` and\n`config show` mark them.\n\n| key | value | why |\n|---|---|---|\n",
    );
    Shape::root().walk("", &mut |key, shape| {
        if let Some(reason) = effect::why_not(key).filter(|_| shape.kind() != Kind::Map) {
            out.push_str(&format!(
                "| `{}` | {} | {} |\n",
                named(key),
                value_text(shape),
                one_line(reason)
            ));
        }
    });
    out
}

fn variables_table() -> String {
    let mut out = format!(
        "\n## Variables\n\nEach single setting has a variable: `{}` and its key, upper case, with `_` for dots (`server.port` is \
         `{0}SERVER_PORT`).\nAn empty variable counts as unset. An unknown one that begins with `{0}` is told as a notice.\n\
         These have names of their own; a later row wins over an earlier one.\n\n| variable | does |\n|---|---|\n",
        variables::PREFIX
    );
    for (name, sets) in VARIABLES {
        let text = match sets {
            Sets::Key(key) => format!("sets `{key}`"),
            Sets::Service(kind, key) => format!("sets `{}` of the {} service, and makes one if there is none", key, kind.as_str()),
            Sets::DefaultModel => "sets `model` of the default service".into(),
            Sets::MissingOllamaModel => "sets `model` of the ollama service where it has none".into(),
            Sets::Listener => {
                "`unix:///path` or `/path` sets `server.socket_path`; `tcp://host:port` or `host:port` sets `server.listen_address`".into()
            }
            Sets::Token(token, scopes) => {
                let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
                format!("sets `access.tokens.{token}.token`, with the scopes {} where the file gives none", words.join(", "))
            }
            Sets::AppEnvironment => "sets `plugin.environment`; `development` also sets `logging.format` to `text`".into(),
            Sets::Threads => "sets `performance.worker_threads`".into(),
            Sets::Otel(key, Form::Text) => format!("OpenTelemetry's; sets `{key}`"),
            Sets::Otel(key, Form::Milliseconds) => format!("OpenTelemetry's; sets `{key}`, in milliseconds"),
            Sets::Otel(key, Form::Pairs) => format!("OpenTelemetry's; sets entries of `{key}`: `name=value,name=value`"),
            Sets::Otel(key, Form::OffWhen(word)) => format!("OpenTelemetry's; `{word}` sets `{key}` to false"),
            Sets::Vault(key) => format!("Vault's; sets `secrets.vault.{key}` where that section leaves it open"),
            Sets::Elsewhere(text) => (*text).to_owned(),
            Sets::Nothing(reason) => format!("nothing: {reason}"),
        };
        out.push_str(&format!("| `{name}` | {text} |\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_configuration_docs_are_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        if std::env::var_os("ATEST_UPDATE_DOCS").is_some() {
            std::fs::write(path, super::markdown()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(
            committed == super::markdown(),
            "docs/configuration.md is stale: `make docs` writes it anew"
        );
    }
}
