//! `config apply` and `config rollback`: another config, put in place and taken back when the plugin does not go well
//! with it.

mod health;
mod place;
mod plan;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use http::Method;
use jiff::Timestamp;
use serde_json::Value;

use self::health::Health;
use self::place::Place;
use crate::cli::maintenance::time;
use crate::cli::process::{PluginProcess, Unit};
use crate::cli::running::RunningPlugin;
use crate::cli::token::TokenArgs;
use crate::cli::{FAILED, INVALID, print, validate};
use crate::config::{Config, Loaded, Scope, Server, Sources};

/// Longest wait for one reply, and for a reload.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two looks whether a reload is over.
const LOOK: Duration = Duration::from_millis(50);

/// How to change the config of a running plugin.
#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,

    /// How long the plugin's health is watched before the change is kept.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10s")]
    watch: Duration,

    #[command(flatten)]
    token: TokenArgs,
}

/// Puts the config in `file` in the place of the one in use.
pub fn apply(sources: &Sources, file: &Path, args: &ChangeArgs) -> ExitCode {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            return print::failure(INVALID, format!("{} cannot be read: {error}", file.display()));
        }
    };
    match Place::of(sources) {
        Ok(place) => change(sources, &place, &bytes, file, args),
        Err(reason) => print::failure(FAILED, reason),
    }
}

/// Puts the config back that was in use before the last change.
pub fn rollback(sources: &Sources, args: &ChangeArgs) -> ExitCode {
    let place = match Place::of(sources) {
        Ok(place) => place,
        Err(reason) => return print::failure(FAILED, reason),
    };
    let backup = place.backup();
    match std::fs::read(&backup) {
        Ok(bytes) => change(sources, &place, &bytes, &backup, args),
        Err(error) => print::failure(
            FAILED,
            format!(
                "there is nothing to go back to: {} cannot be read: {error}; `config apply` makes it",
                backup.display()
            ),
        ),
    }
}

fn change(sources: &Sources, place: &Place, bytes: &[u8], from: &Path, args: &ChangeArgs) -> ExitCode {
    // The one in use may be wrong already; then nobody knows what the plugin runs with.
    let before = crate::cli::load(sources).ok();
    let after = match place.check(sources, bytes, from) {
        Ok(after) => after,
        Err(problems) => return validate::refuse(&problems),
    };
    print::out(&plan::words(place.file(), before.as_ref(), &after));
    if args.dry_run {
        return ExitCode::SUCCESS;
    }
    // As far as is known, the plugin runs with the one before, and knows its tokens.
    let running = &before.as_ref().unwrap_or(&after).config;
    let plugin = match RunningPlugin::for_command(running, &args.token, Scope::Admin) {
        Ok(plugin) => plugin,
        Err(code) => return code,
    };
    let work = Work {
        place,
        plugin,
        server: running.server.clone(),
        watch: args.watch,
    };
    crate::cli::block_on(async {
        match work.run(bytes).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(reason) => print::failure(FAILED, reason),
        }
    })
}

/// One change, from the backup to the end of the watch.
struct Work<'a> {
    place: &'a Place,
    plugin: RunningPlugin,
    server: Server,
    watch: Duration,
}

impl Work<'_> {
    async fn run(&self, bytes: &[u8]) -> Result<(), String> {
        let process = PluginProcess::at(&self.server.socket_path).await;
        let plugin = &self.plugin;
        let before = Health::of(plugin, &self.server).await;
        let old = self.place.exchange(bytes)?;
        print::out(&format!(
            "{} is in place; what was there is {}",
            self.place.file().display(),
            self.place.backup().display()
        ));
        let Some(process) = process else {
            print::out("no plugin runs with it: it takes effect at the next start");
            return Ok(());
        };
        let outcome = self.take_effect(plugin, process.unit(), &before).await;
        let Err(reason) = outcome else {
            print::out("the change is kept; `config rollback` takes it back");
            return Ok(());
        };
        print::note(&format!(
            "atest-ext-ai: {reason}; going back to the config before"
        ));
        self.place.restore(&old)?;
        match reload(plugin, process.unit()).await {
            Ok(()) => Err("the change was taken back, and the config before is in effect".to_owned()),
            Err(again) => Err(format!(
                "the change was taken back, but the plugin does not load the config before either: {again}; restart it"
            )),
        }
    }

    async fn take_effect(
        &self,
        plugin: &RunningPlugin,
        unit: Option<&Unit>,
        before: &Health,
    ) -> Result<(), String> {
        reload(plugin, unit).await?;
        let time = crate::config::units::Time(self.watch);
        print::out(&format!(
            "the plugin has loaded it; watching its health for {time}"
        ));
        tokio::select! {
            outcome = before.keeps(plugin, &self.server, self.watch) => outcome,
            () = interrupted() => Err("interrupted".to_owned()),
        }
    }
}

/// Has the plugin load its config, and says what became of it.
pub fn reload_now(config: &Config, token: &TokenArgs) -> ExitCode {
    let plugin = match RunningPlugin::for_command(config, token, Scope::Admin) {
        Ok(plugin) => plugin,
        Err(code) => return code,
    };
    crate::cli::block_on(async {
        let reply = plugin.reply(Method::POST, "/admin/reload", None, PATIENCE).await;
        let reply = match reply {
            Ok(reply) if reply.status.is_success() => reply.json(),
            Ok(reply) => return print::failure(FAILED, reply.refusal()),
            Err(reason) => return print::failure(FAILED, reason),
        };
        let list = |key: &str| {
            let names = reply[key]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            names.collect::<Vec<_>>().join(", ")
        };
        match list("changed") {
            none if none.is_empty() => print::out("the config was loaded again; no setting differs"),
            keys => print::out(&format!("the config was loaded again; changed: {keys}")),
        }
        match list("needs_restart") {
            none if none.is_empty() => {}
            keys => print::out(&format!("for the next start: {keys}")),
        }
        ExitCode::SUCCESS
    })
}

/// Has the plugin load its config, through systemd where that looks after it.
async fn reload(plugin: &RunningPlugin, unit: Option<&Unit>) -> Result<(), String> {
    if let Some(unit) = unit {
        let asked = Timestamp::now();
        match unit.systemctl("reload") {
            Ok(()) => return outcome_since(plugin, asked).await,
            Err(reason) => print::note(&format!("{reason}; asking the plugin itself")),
        }
    }
    let reply = plugin
        .reply(Method::POST, "/admin/reload", None, PATIENCE)
        .await?;
    match reply.status.is_success() {
        true => Ok(()),
        false => Err(reply.refusal()),
    }
}

/// What became of the reload that a signal has asked for.
async fn outcome_since(plugin: &RunningPlugin, asked: Timestamp) -> Result<(), String> {
    let end = Instant::now() + PATIENCE;
    loop {
        let reply = plugin.reply(Method::GET, "/admin/reload", None, PATIENCE).await?;
        let state = reply.json();
        let at = state["at"]
            .as_str()
            .and_then(|text| text.parse::<Timestamp>().ok());
        if at.is_some_and(|at| at >= asked) {
            return said(&state);
        }
        if Instant::now() >= end {
            return Err(format!(
                "the plugin did not load its config within {} s",
                PATIENCE.as_secs()
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn said(state: &Value) -> Result<(), String> {
    let problems: Vec<&str> = (state["problems"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    match state["result"].as_str() {
        Some("applied" | "unchanged") => Ok(()),
        _ => Err(format!(
            "the plugin does not take the config: {}",
            problems.join("; ")
        )),
    }
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// The file beside another one.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    file.with_file_name(name)
}

/// What was loaded, with another name for the file in its problems.
type Checked = Result<Loaded, crate::config::Problems>;
