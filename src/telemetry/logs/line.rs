//! What a log line looks like: JSON for programs, text for people.
//!
//! Whatever a value holds, a line stays one line: line feeds, control characters and the other characters that
//! some reader takes for the end of a line are escaped, so that nobody can forge a line through a question.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use tracing::Level;

use super::LogError;
use crate::config::LogFormat;
use crate::telemetry::trace::SpanIds;

/// Longer values are cut: container runtimes split lines at 16 KiB, which leaves neither half readable.
const LONGEST_VALUE: usize = 8 * 1024;
/// Names that the line itself uses.
const RESERVED: [&str; 7] = [
    "timestamp",
    "level",
    "component",
    "target",
    "message",
    "trace_id",
    "span_id",
];

/// One line, before it is written.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub time: Timestamp,
    pub level: Level,
    pub component: &'a str,
    pub target: &'a str,
    pub message: &'a str,
    /// The span that it was written in.
    pub ids: Option<SpanIds>,
    pub fields: &'a [(&'static str, Value)],
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Words.
    Text(String),
    /// A number or a truth value, as JSON writes it.
    Literal(String),
}

/// How lines are written.
#[derive(Debug, Clone)]
pub(in crate::telemetry) enum Style {
    /// One JSON object a line.
    Json {
        /// Names of the fields that every line has.
        names: Vec<String>,
        /// The same fields written out: `,"service":"atest-ai-plugin"`.
        written: String,
    },
    /// For people, who know which program they look at: without the fields that every line has.
    Text {
        /// Whether the level is coloured.
        colour: bool,
    },
}

impl Style {
    /// The style that the config asks for. `colour` only matters to text.
    pub(in crate::telemetry) fn new(
        format: LogFormat,
        fields: &BTreeMap<String, String>,
        colour: bool,
    ) -> Result<Style, LogError> {
        if let Some(name) = fields.keys().find(|name| RESERVED.contains(&name.as_str())) {
            return Err(LogError::ReservedField { name: name.clone() });
        }
        if format == LogFormat::Text {
            return Ok(Style::Text { colour });
        }
        let mut written = String::new();
        for (name, value) in fields {
            push_json_field(&mut written, name, value);
        }
        Ok(Style::Json {
            names: fields.keys().cloned().collect(),
            written,
        })
    }

    /// Appends the line with its line feed.
    pub(super) fn write(&self, out: &mut String, line: &Line<'_>) {
        match self {
            Style::Json { names, written } => write_json(out, line, names, written),
            Style::Text { colour } => write_text(out, line, *colour),
        }
        out.push('\n');
    }
}

/// The level as lines write it.
pub(super) fn level_word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

fn write_json(out: &mut String, line: &Line<'_>, constant_names: &[String], constants: &str) {
    let _ = write!(
        out,
        "{{\"timestamp\":\"{:.6}\",\"level\":\"{}\"",
        line.time,
        level_word(line.level)
    );
    push_json_field(out, "component", line.component);
    push_json_field(out, "target", line.target);
    push_json_field(out, "message", line.message);
    if let Some(ids) = line.ids {
        let (trace, span) = (ids.trace_id(), ids.span_id());
        let _ = write!(out, ",\"trace_id\":\"{trace}\",\"span_id\":\"{span}\"");
    }
    for (name, value) in line.fields {
        // A name twice in one object is read differently by every parser.
        let taken = RESERVED.contains(name) || constant_names.iter().any(|constant| constant == name);
        let _ = write!(out, ",\"");
        push_escaped(out, name, Quoting::Json);
        out.push_str(if taken { "_\":" } else { "\":" });
        match value {
            Value::Text(text) => push_quoted(out, text, Quoting::Json),
            Value::Literal(literal) => out.push_str(literal),
        }
    }
    out.push_str(constants);
    out.push('}');
}

fn write_text(out: &mut String, line: &Line<'_>, colour: bool) {
    let word = level_word(line.level).to_uppercase();
    let _ = write!(out, "{:.3} ", line.time);
    if colour {
        let code = match line.level {
            Level::ERROR => 31,
            Level::WARN => 33,
            Level::INFO => 32,
            Level::DEBUG => 34,
            Level::TRACE => 35,
        };
        let _ = write!(out, "\x1b[{code}m{word:>5}\x1b[0m ");
    } else {
        let _ = write!(out, "{word:>5} ");
    }
    push_escaped(out, line.component, Quoting::Bare);
    out.push_str(": ");
    push_escaped(out, line.message, Quoting::Bare);
    for (name, value) in line.fields {
        out.push(' ');
        push_escaped(out, name, Quoting::Bare);
        out.push('=');
        match value {
            Value::Text(text) if needs_quotes(text) => push_quoted(out, text, Quoting::Text),
            Value::Text(text) => push_escaped(out, text, Quoting::Bare),
            Value::Literal(literal) => out.push_str(literal),
        }
    }
    if let Some(ids) = line.ids {
        let _ = write!(out, " trace_id={} span_id={}", ids.trace_id(), ids.span_id());
    }
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text.contains(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '=' | '\\'))
}

fn push_json_field(out: &mut String, name: &str, value: &str) {
    out.push(',');
    push_quoted(out, name, Quoting::Json);
    out.push(':');
    push_quoted(out, value, Quoting::Json);
}

/// What is escaped, and how.
#[derive(Clone, Copy, PartialEq)]
enum Quoting {
    /// RFC 8259 §7.
    Json,
    /// Between quotes, for people.
    Text,
    /// Without quotes, for people.
    Bare,
}

fn push_quoted(out: &mut String, text: &str, quoting: Quoting) {
    out.push('"');
    push_escaped(out, text, quoting);
    out.push('"');
}

fn push_escaped(out: &mut String, text: &str, quoting: Quoting) {
    let kept = &text[..text.floor_char_boundary(LONGEST_VALUE)];
    for letter in kept.chars() {
        match letter {
            '"' if quoting != Quoting::Bare => out.push_str("\\\""),
            '\\' if quoting != Quoting::Bare => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Other control characters (terminals act on them), line and paragraph separators, and the marks
            // that turn the direction of what follows.
            '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            other => out.push(other),
        }
    }
    if kept.len() < text.len() {
        let _ = write!(out, "… ({} bytes more)", text.len() - kept.len());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn written(style: &Style, message: &str, fields: &[(&'static str, Value)]) -> String {
        let line = Line {
            time: "2026-11-24T17:23:45.123456789Z".parse().unwrap(),
            level: Level::WARN,
            component: "sql_generator",
            target: "atest_ext_ai::answer",
            message,
            ids: None,
            fields,
        };
        let mut out = String::new();
        style.write(&mut out, &line);
        assert_eq!(out.matches('\n').count(), 1, "{out}");
        out
    }

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    /// Everything that some reader takes for the end of a line or that a terminal acts on.
    const EVIL: &str = "a\nb\r\nc\u{85}d\u{2028}e\u{2029}f\0g\x1b[31mh\x7fi\u{9b}j\"k\\l\u{202e}m";

    #[test]
    fn a_json_line_has_flat_fields_and_the_configured_ones() {
        let style = Style::new(
            LogFormat::Json,
            &fields(&[("service", "atest-ai-plugin"), ("odd\"", "x\ny")]),
            false,
        );
        let line = written(
            &style.unwrap(),
            "answered",
            &[
                ("request_id", text("r-1")),
                ("length", Value::Literal("12".into())),
            ],
        );
        assert_eq!(
            line,
            "{\"timestamp\":\"2026-11-24T17:23:45.123456Z\",\"level\":\"warn\",\"component\":\"sql_generator\",\
             \"target\":\"atest_ext_ai::answer\",\"message\":\"answered\",\"request_id\":\"r-1\",\"length\":12,\
             \"odd\\\"\":\"x\\ny\",\"service\":\"atest-ai-plugin\"}\n"
        );
    }

    #[test]
    fn no_value_can_break_a_json_line_or_be_lost_in_it() {
        let style = Style::new(LogFormat::Json, &BTreeMap::new(), false).unwrap();
        let line = written(&style, EVIL, &[("question", text(EVIL))]);
        assert!(
            !line
                .trim_end_matches('\n')
                .contains(|letter: char| letter.is_control()),
            "{line:?}"
        );
        let json: Json = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (json["message"].as_str(), json["question"].as_str()),
            (Some(EVIL), Some(EVIL))
        );
    }

    #[test]
    fn no_value_can_break_a_text_line_or_reach_the_terminal() {
        let style = Style::new(LogFormat::Text, &BTreeMap::new(), false).unwrap();
        let line = written(&style, EVIL, &[("question", text(EVIL))]);
        assert!(
            !line
                .trim_end_matches('\n')
                .contains(|letter: char| letter.is_control()),
            "{line:?}"
        );
        assert!(!line.contains(['\u{2028}', '\u{2029}', '\u{202e}']), "{line:?}");
    }

    #[test]
    fn a_text_line_is_short_and_quotes_only_where_it_must() {
        let style = Style::new(LogFormat::Text, &fields(&[("service", "x")]), false).unwrap();
        let line = written(
            &style,
            "answered",
            &[
                ("id", text("r-1")),
                ("why", text("two words")),
                ("empty", text("")),
            ],
        );
        assert_eq!(
            line,
            "2026-11-24T17:23:45.123Z  WARN sql_generator: answered id=r-1 why=\"two words\" empty=\"\"\n"
        );
        let coloured = written(&Style::Text { colour: true }, "m", &[]);
        assert!(coloured.contains("\x1b[33m WARN\x1b[0m "), "{coloured:?}");
    }

    #[test]
    fn a_line_within_a_span_names_it() {
        let ids = SpanIds {
            trace: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c,
            span: 0x0b7_ad6b_7169_2033,
        };
        let line = Line {
            time: "2026-11-24T17:23:45.123456789Z".parse().unwrap(),
            level: Level::INFO,
            component: "http",
            target: "t",
            message: "m",
            ids: Some(ids),
            fields: &[("trace_id", text("forged"))],
        };
        let mut out = String::new();
        let style = Style::new(LogFormat::Json, &BTreeMap::new(), false).unwrap();
        style.write(&mut out, &line);
        let json: Json = serde_json::from_str(&out).unwrap();
        assert_eq!(json["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(json["span_id"], "00b7ad6b71692033");
        assert_eq!(json["trace_id_"], "forged");
        out.clear();
        Style::Text { colour: false }.write(&mut out, &line);
        assert!(
            out.ends_with(" trace_id=0af7651916cd43dd8448eb211c80319c span_id=00b7ad6b71692033\n"),
            "{out}"
        );
    }

    #[test]
    fn a_field_never_hides_one_of_the_lines_own() {
        let style = Style::new(LogFormat::Json, &fields(&[("version", "1")]), false).unwrap();
        let line = written(&style, "m", &[("level", text("fatal")), ("version", text("2"))]);
        let json: Json = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&json["level"], &json["level_"]),
            (&Json::from("warn"), &Json::from("fatal"))
        );
        assert_eq!(
            (&json["version"], &json["version_"]),
            (&Json::from("1"), &Json::from("2"))
        );
        let reserved = Style::new(LogFormat::Json, &fields(&[("message", "x")]), false);
        assert!(matches!(reserved, Err(LogError::ReservedField { name }) if name == "message"));
    }

    #[test]
    fn a_huge_value_is_cut_between_letters_and_says_so() {
        let style = Style::new(LogFormat::Json, &BTreeMap::new(), false).unwrap();
        let line = written(&style, "m", &[("question", text(&"é".repeat(100_000)))]);
        let json: Json = serde_json::from_str(&line).unwrap();
        let question = json["question"].as_str().unwrap();
        assert!(
            question.len() < 9_000 && question.ends_with("… (191808 bytes more)"),
            "{}",
            question.len()
        );
    }
}
