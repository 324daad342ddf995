//! `maintenance` and `shutdown`: switching a running plugin's questions off and on, and stopping it once none is under
//! way.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use http::Method;
use serde_json::Value;

use super::process::PluginProcess;
use super::running::RunningPlugin;
use super::token::TokenArgs;
use super::{FAILED, print};
use crate::config::units::Time;
use crate::config::{Config, Scope};

const PATH: &str = "/admin/maintenance-mode";
/// Longest wait for a reply.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two looks at what is under way.
const LOOK: Duration = Duration::from_millis(100);
/// How long the end of a process may take beside what is under way: last logs and traces.
const LAST_STEPS: Duration = Duration::from_secs(15);

/// What to do.
#[derive(Debug, Args)]
pub struct MaintenanceArgs {
    #[command(subcommand)]
    command: MaintenanceCommand,
    #[command(flatten)]
    token: TokenArgs,
}

#[derive(Debug, Subcommand)]
enum MaintenanceCommand {
    /// Refuse new questions; health, metrics and what is under way go on. As a preStop hook, add --drain.
    On {
        /// Wait until no question is under way, for this time at most; exit code 1 when one still is.
        #[arg(long, value_name = "TIME", value_parser = time)]
        drain: Option<Duration>,
        /// Also after a restart, until `maintenance off`.
        #[arg(long)]
        persist: bool,
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Take questions again.
    Off {
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Whether it is on, since when, and how many questions are under way.
    Status {
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
}

/// How to stop.
#[derive(Debug, Args)]
pub struct ShutdownArgs {
    /// Longest wait for questions under way; then they are cut.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s")]
    drain: Duration,
    #[command(flatten)]
    token: TokenArgs,
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    Time::parse(text).map(|time| time.0)
}

/// Talks to the plugin that the config describes.
pub fn run(config: &Config, args: MaintenanceArgs) -> ExitCode {
    let plugin = match RunningPlugin::for_command(config, &args.token, Scope::Admin) {
        Ok(plugin) => plugin,
        Err(code) => return code,
    };
    super::block_on(async {
        let (outcome, json) = match args.command {
            MaintenanceCommand::Status { json } => (send(&plugin, Method::GET, PATH).await, json),
            MaintenanceCommand::Off { json } => (send(&plugin, Method::DELETE, PATH).await, json),
            MaintenanceCommand::On { drain, persist, json } => {
                let path = if persist {
                    format!("{PATH}?persist")
                } else {
                    PATH.to_owned()
                };
                let on = send(&plugin, Method::POST, &path).await;
                match (on, drain) {
                    (Ok(_), Some(limit)) => (drained(&plugin, limit).await, json),
                    (on, _) => (on, json),
                }
            }
        };
        match outcome {
            Ok(state) => {
                let text = if json { state.to_string() } else { words(&state) };
                print::out(&text);
                ExitCode::SUCCESS
            }
            Err(reason) => print::failure(FAILED, reason),
        }
    })
}

/// Refuses new questions, waits for those under way, and stops the process.
pub fn shutdown(config: &Config, args: &ShutdownArgs) -> ExitCode {
    let server = &config.server;
    let plugin = match RunningPlugin::for_command(config, &args.token, Scope::Admin) {
        Ok(plugin) => plugin,
        Err(code) => return code,
    };
    super::block_on(async {
        let Some(process) = PluginProcess::at(&server.socket_path).await else {
            return print::failure(
                FAILED,
                format!(
                    "no plugin serves {}; is it running, with this config? In another container or namespace, have the \
                     orchestrator stop it",
                    server.socket_path.display()
                ),
            );
        };
        // An emergency goes on whatever fails: the stop itself waits for questions too, for server.shutdown_timeout.
        match send(&plugin, Method::POST, PATH).await {
            Ok(_) => {
                print::out("maintenance is on: new questions are refused");
                match drained(&plugin, args.drain).await {
                    Ok(_) => print::out("no question is under way"),
                    Err(reason) => print::note(&reason),
                }
            }
            Err(reason) => print::note(&format!("{reason}; stopping all the same")),
        }
        let by = match process.unit() {
            Some(unit) => format!(" through systemd ({})", unit.name),
            None => String::new(),
        };
        print::out(&format!("stopping the plugin{by}"));
        let patience = server.shutdown_delay + server.shutdown_timeout.saturating_add(LAST_STEPS);
        let stopped =
            profiling::tasks::spawn_blocking("stop the plugin", move || process.stop(patience)).await;
        match stopped {
            Ok(Ok(())) => {
                print::out("the plugin has stopped");
                ExitCode::SUCCESS
            }
            Ok(Err(reason)) => print::failure(FAILED, reason),
            Err(error) => print::failure(FAILED, error),
        }
    })
}

async fn send(plugin: &RunningPlugin, method: Method, path: &str) -> Result<Value, String> {
    let reply = plugin.reply(method, path, None, PATIENCE).await?;
    if reply.status.is_success() {
        Ok(reply.json())
    } else {
        Err(reply.refusal())
    }
}

/// Waits until no question is under way.
async fn drained(plugin: &RunningPlugin, limit: Duration) -> Result<Value, String> {
    let end = Instant::now() + limit;
    loop {
        let state = send(plugin, Method::GET, PATH).await?;
        let under_way = state["in_flight"].as_i64().unwrap_or_default();
        if under_way <= 0 {
            return Ok(state);
        }
        if Instant::now() >= end {
            return Err(format!(
                "{under_way} questions are still under way after {}; new ones are refused",
                Time(limit)
            ));
        }
        tokio::time::sleep(LOOK.min(end - Instant::now())).await;
    }
}

fn words(state: &Value) -> String {
    let under_way = match state["in_flight"].as_i64().unwrap_or_default() {
        0 => "no question is under way".to_owned(),
        1 => "1 question is under way".to_owned(),
        count => format!("{count} questions are under way"),
    };
    match state["since"].as_str() {
        Some(since) => {
            let kept = match state["persistent"].as_bool() {
                Some(true) => ", also after a restart",
                _ => "",
            };
            format!("maintenance: on since {since}{kept}; {under_way}")
        }
        None => format!("maintenance: off; {under_way}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_read_whether_it_is_on_and_what_is_under_way() {
        let mut state = json!({"maintenance": false, "since": null, "persistent": false, "in_flight": 1});
        assert_eq!(words(&state), "maintenance: off; 1 question is under way");
        state["since"] = json!("2026-11-28T10:00:00Z");
        state["in_flight"] = json!(0);
        assert_eq!(
            words(&state),
            "maintenance: on since 2026-11-28T10:00:00Z; no question is under way"
        );
        state["persistent"] = json!(true);
        state["in_flight"] = json!(2);
        assert!(words(&state).ends_with("Z, also after a restart; 2 questions are under way"));
    }
}
