//! `config show|schema|reference|apply|rollback|reload`: the effective config, the schema of its files, its documentation,
//! and changing it while the plugin runs.

mod apply;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::token::TokenArgs;
use super::{print, validate};
use crate::config::{Loaded, Sources, reference, schema, show};

/// What to show or to do.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every setting with its value and where that comes from; secrets are hidden.
    Show {
        /// Print one JSON object instead of YAML.
        #[arg(long)]
        json: bool,
    },
    /// Put another config in the place of the one in use: check it, show what changes, keep the old one aside, have the
    /// running plugin load it, watch its health, and take it back when that gets worse.
    Apply {
        /// The new config.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        change: apply::ChangeArgs,
    },
    /// Put the config back that was in use before the last `config apply`, in the same way.
    Rollback {
        #[command(flatten)]
        change: apply::ChangeArgs,
    },
    /// Have the running plugin load its config again.
    Reload {
        #[command(flatten)]
        token: TokenArgs,
    },
    /// Print the JSON schema of a config file, for editors and CI.
    Schema,
    /// Print the reference of every setting and variable, in Markdown.
    Reference,
}

/// Prints it. Exit code 2 when the config that is to be shown is not valid.
pub fn run(sources: &Sources, args: ConfigArgs) -> ExitCode {
    match args.command {
        ConfigCommand::Schema => {
            print::out(&format!("{:#}", schema::schema()));
            ExitCode::SUCCESS
        }
        ConfigCommand::Reference => {
            print::out(reference::markdown().trim_end());
            ExitCode::SUCCESS
        }
        ConfigCommand::Apply { file, change } => apply::apply(sources, &file, &change),
        ConfigCommand::Rollback { change } => apply::rollback(sources, &change),
        ConfigCommand::Reload { token } => match super::load(sources) {
            Err(problems) => validate::refuse(&problems),
            Ok(loaded) => apply::reload_now(&loaded.config, &token),
        },
        ConfigCommand::Show { json } => super::with_secrets(sources, |loaded, _| {
            match json {
                true => print::out(&as_json(&loaded).to_string()),
                false => print::out(as_yaml(&loaded).trim_end()),
            }
            ExitCode::SUCCESS
        }),
    }
}

fn as_yaml(loaded: &Loaded) -> String {
    let source = match &loaded.file {
        Some(file) => format!("# file: {}", file.display()),
        None => "# no file: built-in defaults, environment and command line".to_owned(),
    };
    format!("{source}\n{}", show::as_yaml(&show::effective(loaded)))
}

fn as_json(loaded: &Loaded) -> Value {
    let settings = show::as_json(&show::effective(loaded));
    json!({ "file": loaded.file, "settings": settings })
}
