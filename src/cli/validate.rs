//! `--validate`: every problem of a config at once, or what is worth knowing about a valid one.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{INVALID, print};
use crate::config::{Loaded, Notice, Problem, Problems, Sources, Topic, show};

/// Checks the config and tells: exit code 0 when it is valid, 2 when it is not.
pub fn run(sources: &Sources, as_json: bool) -> ExitCode {
    let loaded = super::load(sources).map(|mut loaded| {
        let more = crate::http::tls::notices(&loaded);
        loaded.notices.extend(more);
        loaded
    });
    match (loaded, as_json) {
        (Ok(loaded), false) => print::out(valid(&loaded).trim_end()),
        (Ok(loaded), true) => print::out(&valid_json(&loaded).to_string()),
        (Err(problems), false) => return refuse(&problems),
        (Err(problems), true) => {
            print::out(&invalid_json(&problems).to_string());
            return ExitCode::from(INVALID);
        }
    }
    ExitCode::SUCCESS
}

/// Tells every problem of an invalid config, for any command that needs a valid one, and gives the exit code.
pub fn refuse(problems: &Problems) -> ExitCode {
    print::note(&problems.to_string());
    let count = problems.0.len();
    let plural = if count == 1 { "" } else { "s" };
    print::failure(
        INVALID,
        format!("the configuration is not valid: {count} problem{plural}"),
    )
}

fn valid(loaded: &Loaded) -> String {
    let mut out = match &loaded.file {
        Some(file) => format!("configuration is valid: {}\n", file.display()),
        None => "configuration is valid: no file, built-in defaults\n".to_owned(),
    };
    let of = |topic| loaded.notices.iter().filter(move |notice| notice.topic == topic);
    list(&mut out, "Worth a look:", of(Topic::Advice));
    list(&mut out, "Different from the Go plugin:", of(Topic::Difference));
    let mut by_reason: BTreeMap<&str, Vec<&Notice>> = BTreeMap::new();
    for notice in of(Topic::NotInEffect) {
        by_reason.entry(&notice.text).or_default().push(notice);
    }
    if !by_reason.is_empty() {
        out.push_str("\nNot in effect:\n");
    }
    for (reason, notices) in by_reason {
        let mut keys: Vec<&str> = notices.iter().map(|notice| notice.key.as_str()).collect();
        // By section first, so that those of one section are neighbours.
        keys.sort_unstable_by_key(|key| key.rsplit_once('.').unwrap_or(("", key)));
        for group in grouped(&keys) {
            out.push_str(&format!("  {group}\n"));
        }
        out.push_str(&format!("    {reason}\n"));
    }
    out
}

/// Keys of one section in one line: `ai.retry.{enabled, jitter}`.
fn grouped(keys: &[&str]) -> Vec<String> {
    let section = |key: &str| key.rsplit_once('.').map(|(section, _)| section.to_owned());
    let groups = keys.chunk_by(|a, b| section(a).is_some() && section(a) == section(b));
    groups
        .map(|group| match (group, section(group[0])) {
            ([_, _, ..], Some(section)) => {
                let names = group.iter().map(|key| &key[section.len() + 1..]);
                format!("{section}.{{{}}}", names.collect::<Vec<_>>().join(", "))
            }
            _ => group[0].to_owned(),
        })
        .collect()
}

fn list<'a>(out: &mut String, heading: &str, notices: impl Iterator<Item = &'a Notice>) {
    let mut notices = notices.peekable();
    if notices.peek().is_some() {
        out.push_str(&format!("\n{heading}\n"));
    }
    for notice in notices {
        let place = match notice.origin.line() {
            Some(line) => format!(" (line {line})"),
            None => String::new(),
        };
        out.push_str(&format!("  {}{place}\n    {}\n", notice.key, notice.text));
    }
}

fn valid_json(loaded: &Loaded) -> Value {
    let notices: Vec<Value> = loaded.notices.iter().map(notice_json).collect();
    json!({ "valid": true, "file": loaded.file, "problems": [], "notices": notices })
}

fn invalid_json(problems: &Problems) -> Value {
    let list: Vec<Value> = problems.0.iter().map(problem_json).collect();
    json!({ "valid": false, "problems": list, "notices": [] })
}

fn problem_json(problem: &Problem) -> Value {
    json!({
        "key": problem.key,
        "message": problem.message,
        "suggestion": problem.suggestion,
        "origin": show::origin_json(&problem.origin),
    })
}

fn notice_json(notice: &Notice) -> Value {
    let topic = match notice.topic {
        Topic::Advice => "advice",
        Topic::Difference => "difference",
        Topic::NotInEffect => "not_in_effect",
    };
    json!({ "topic": topic, "key": notice.key, "text": notice.text, "origin": show::origin_json(&notice.origin) })
}
