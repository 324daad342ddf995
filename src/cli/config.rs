//! `config show|schema|reference`: the effective config, the schema of its files, and its documentation.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{print, validate};
use crate::config::{Loaded, Sources, reference, schema, show};

/// What to show of the config.
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
    let settings: Vec<Value> = show::effective(loaded)
        .iter()
        .map(|setting| {
            json!({
                "key": setting.key(),
                "value": setting.value,
                "origin": validate::origin_json(&setting.origin),
                "in_effect": setting.not_in_effect.is_none(),
                "reason": setting.not_in_effect,
            })
        })
        .collect();
    json!({ "file": loaded.file, "settings": settings })
}
