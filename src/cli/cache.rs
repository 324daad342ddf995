//! `cache`: how the caches of a running plugin stand, clearing them, and filling them with common questions.

mod questions;
mod warm;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use http::Method;
use serde_json::Value;

use super::running::{Reply, RunningPlugin};
use super::token::TokenArgs;
use super::{FAILED, print};
use crate::config::{Config, Scope};

const PATH: &str = "/admin/cache";
/// Longest wait for a reply. Clearing a large Redis takes a while; the plugin itself bounds it by `server.timeout`.
const PATIENCE: Duration = Duration::from_secs(120);

/// What to do with the caches.
#[derive(Debug, Args)]
pub struct CacheArgs {
    #[command(subcommand)]
    command: CacheCommand,

    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    json: bool,

    #[command(flatten)]
    token: TokenArgs,
}

#[derive(Debug, Subcommand)]
enum CacheCommand {
    /// Tell what is kept, how often it was of use, and whether Redis is.
    Stats,
    /// Take everything out, also out of Redis.
    Clear,
    /// Ask the plugin each question of a file, so that its answers are there when people ask.
    Warm(warm::WarmArgs),
}

/// Talks to the plugin that the config describes.
pub fn run(config: &Config, args: CacheArgs) -> ExitCode {
    let scope = match args.command {
        CacheCommand::Warm(_) => Scope::Api,
        _ => Scope::Admin,
    };
    let plugin = match RunningPlugin::for_command(config, &args.token, scope) {
        Ok(plugin) => plugin,
        Err(code) => return code,
    };
    super::block_on(async {
        match args.command {
            CacheCommand::Stats => tell(&plugin, Method::GET, args.json, &stats).await,
            CacheCommand::Clear => tell(&plugin, Method::DELETE, args.json, &cleared).await,
            CacheCommand::Warm(warm) => warm::run(&plugin, config, warm, args.json).await,
        }
    })
}

/// Sends a request and prints its reply as it is or in words.
async fn tell(
    plugin: &RunningPlugin,
    method: Method,
    as_json: bool,
    words: &dyn Fn(&Value) -> String,
) -> ExitCode {
    let reply = match plugin.reply(method, PATH, None, PATIENCE).await {
        Ok(reply) => reply,
        Err(what) => return print::failure(FAILED, what),
    };
    let document = reply.json();
    if document["answers"].is_null() {
        return print::failure(FAILED, reply.refusal());
    }
    if as_json {
        print::out(reply.text().trim_end());
    } else {
        print::out(&words(&document));
    }
    outcome(&reply, &document)
}

fn outcome(reply: &Reply, document: &Value) -> ExitCode {
    if reply.status.is_success() {
        return ExitCode::SUCCESS;
    }
    let problem = document["problem"].as_str().unwrap_or("not everything was done");
    print::failure(FAILED, problem)
}

/// The statistics, for people.
fn stats(document: &Value) -> String {
    let mut lines = Vec::new();
    if document["enabled"] == false {
        lines.push("nothing is kept: performance.cache.enabled is false".to_owned());
    }
    for kind in ["answers", "schemas"] {
        let cache = &document[kind];
        let number = |name: &str| cache[name].as_u64().unwrap_or_default();
        lines.push(format!(
            "{kind}  {} kept in {} of {}, each for up to {} s; {} gone for lack of room",
            number("entries"),
            size(number("bytes")),
            size(number("max_bytes")),
            cache["ttl_seconds"],
            number("evictions"),
        ));
        let of_use = match cache["hit_ratio"].as_f64() {
            Some(ratio) => format!("{:.1} % needed no work", ratio * 100.0),
            None => "nothing was looked up yet".into(),
        };
        lines.push(format!(
            "         {} found, {} shared with another under way, {} not found: {of_use}",
            number("hits"),
            number("shared"),
            number("misses"),
        ));
    }
    if let Value::Object(_) = document["redis"] {
        lines.push(redis(&document["redis"]));
    }
    lines.join("\n")
}

fn redis(document: &Value) -> String {
    let text = |name: &str| document[name].as_str().unwrap_or_default();
    let number = |name: &str| document[name].as_u64().unwrap_or_default();
    let state = if document["up"] == true {
        format!("in use since {}", text("since"))
    } else {
        format!(
            "not in use since {} ({}): memory keeps the answers",
            text("since"),
            text("reason")
        )
    };
    let mut line = format!(
        "redis    {}, {state}; {} written, {} dropped, {} refused",
        text("address"),
        number("written"),
        number("dropped"),
        number("refused")
    );
    if let Some(reason) = document["last_refusal"].as_str() {
        line.push_str(&format!(" (the last one: {reason})"));
    }
    line
}

/// What was cleared, for people.
fn cleared(document: &Value) -> String {
    let number = |name: &str| document[name].as_u64().unwrap_or_default();
    let mut line = format!(
        "cleared {} answers and {} schemas in memory",
        number("answers"),
        number("schemas")
    );
    if let Some(count) = document["redis"].as_u64() {
        line.push_str(&format!(", and {count} answers in redis"));
    }
    line
}

/// Bytes, for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_statistics_tell_people_what_is_kept_and_whether_redis_is_in_use() {
        let kind = json!({
            "entries": 3, "bytes": 4_200, "max_bytes": 16_000_000, "ttl_seconds": 3600.0, "hits": 6, "shared": 1,
            "misses": 3, "hit_ratio": 0.7, "evictions": 2,
        });
        let fresh = json!({
            "entries": 0, "bytes": 0, "max_bytes": 900, "ttl_seconds": 60.0, "hits": 0, "shared": 0, "misses": 0,
            "hit_ratio": null, "evictions": 0,
        });
        let redis = json!({
            "address": "h:6379", "up": false, "since": "2027-01-15T08:00:00Z", "reason": "refused", "written": 5,
            "dropped": 0, "refused": 1, "last_refusal": "OOM",
        });
        let text = stats(&json!({"enabled": true, "answers": kind, "schemas": fresh, "redis": redis}));
        for part in [
            "3 kept in 4.2 kB of 16.0 MB, each for up to 3600.0 s; 2 gone for lack of room",
            "6 found, 1 shared with another under way, 3 not found: 70.0 % needed no work",
            "0 kept in 0 B of 900 B",
            "nothing was looked up yet",
            "h:6379, not in use since 2027-01-15T08:00:00Z (refused): memory keeps the answers",
            "5 written, 0 dropped, 1 refused (the last one: OOM)",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
