//! `log-level`: which lines a running plugin logs, other levels for a while, and back to the config's.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use http::Method;
use serde_json::{Map, Value, json};

use super::running::RunningPlugin;
use super::token::TokenArgs;
use super::{FAILED, print};
use crate::config::{Config, Scope};

const PATH: &str = "/admin/log-level";
/// Longest wait for a reply.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which levels; none shows those in effect.
#[derive(Debug, Args)]
pub struct LogLevelArgs {
    /// For everything of the program's own: error, warn, info, debug, trace.
    #[arg(value_name = "LEVEL")]
    level: Option<String>,

    /// For one component, such as provider=trace; can be given more than once.
    #[arg(long, value_name = "NAME=LEVEL", value_parser = pair)]
    component: Vec<(String, String)>,

    /// How long they hold, such as 10m; 0 until they are changed back. Else logging.debug_duration of the config.
    #[arg(long = "for", value_name = "TIME")]
    time: Option<String>,

    /// Go back to the levels of the config.
    #[arg(long, conflicts_with_all = ["level", "component", "time"])]
    reset: bool,

    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    token: TokenArgs,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, level)) if !name.is_empty() && !level.is_empty() => Ok((name.into(), level.into())),
        _ => Err("write NAME=LEVEL, such as provider=trace".into()),
    }
}

/// Talks to the plugin that the config describes.
pub fn run(config: &Config, args: LogLevelArgs) -> ExitCode {
    match RunningPlugin::for_command(config, &args.token, Scope::Admin) {
        Ok(plugin) => super::block_on(ask(&plugin, &args)),
        Err(code) => code,
    }
}

async fn ask(plugin: &RunningPlugin, args: &LogLevelArgs) -> ExitCode {
    let change = change(args);
    let method = match (&change, args.reset) {
        (_, true) => Method::DELETE,
        (Some(_), _) => Method::PUT,
        (None, _) => Method::GET,
    };
    let reply = match plugin.reply(method, PATH, change.as_ref(), PATIENCE).await {
        Ok(reply) => reply,
        Err(what) => return print::failure(FAILED, what),
    };
    if !reply.status.is_success() {
        return print::failure(FAILED, reply.refusal());
    }
    if args.json {
        print::out(reply.text().trim_end());
    } else {
        print::out(&words(&reply.json()));
    }
    ExitCode::SUCCESS
}

/// What is sent; `None` when nothing is to be changed.
fn change(args: &LogLevelArgs) -> Option<Value> {
    if args.level.is_none() && args.component.is_empty() && args.time.is_none() {
        return None;
    }
    let mut change = Map::new();
    if let Some(level) = &args.level {
        change.insert("level".into(), json!(level));
    }
    let components: Map<String, Value> = (args.component.iter())
        .map(|(name, level)| (name.clone(), json!(level)))
        .collect();
    change.insert("components".into(), components.into());
    if let Some(time) = &args.time {
        change.insert("for".into(), json!(time));
    }
    Some(change.into())
}

/// The levels in effect, for people: of the components only those that differ.
fn words(document: &Value) -> String {
    let level = document["level"].as_str().unwrap_or_default();
    let mut text = format!("log level: {level}");
    for (name, own) in document["components"].as_object().into_iter().flatten() {
        if let Some(own) = own.as_str().filter(|own| *own != level) {
            text.push_str(&format!("\n  {name}: {own}"));
        }
    }
    text.push_str(
        &match (document["changed"].as_bool(), document["until"].as_str()) {
            (Some(true), Some(until)) => format!("\nuntil {until}; then those of the config"),
            (Some(true), None) => "\nuntil they are changed back (log-level --reset)".into(),
            _ => "\nas configured".to_owned(),
        },
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_what_differs_and_until_when() {
        let components = json!({"ai_provider": "trace", "http": "info", "dependencies": "warn"});
        let mut document = json!({"level": "info", "components": components, "changed": true, "until": null});
        assert_eq!(
            words(&document),
            "log level: info\n  ai_provider: trace\n  dependencies: warn\nuntil they are changed back (log-level --reset)"
        );
        document["until"] = json!("2027-01-15T08:00:00Z");
        assert!(words(&document).ends_with("\nuntil 2027-01-15T08:00:00Z; then those of the config"));
        document["changed"] = json!(false);
        assert!(words(&document).ends_with("\nas configured"));
    }

    #[test]
    fn a_component_needs_both_halves() {
        assert_eq!(pair("a=b"), Ok(("a".into(), "b".into())));
        for text in ["a", "a=", "=b", ""] {
            assert!(pair(text).is_err(), "{text}");
        }
    }
}
