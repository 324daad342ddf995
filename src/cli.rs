//! The command line: one file a command.

mod ask;
mod batch;
mod cache;
mod config;
mod healthcheck;
mod log_level;
mod models;
mod print;
mod providers;
mod running;
mod table;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{self as settings, Environment, Loaded, Problems, Sources};
use crate::telemetry::logs;

/// Exit code of a command that failed.
pub const FAILED: u8 = 1;
/// Exit code for wrong use or an invalid config.
pub const INVALID: u8 = 2;

/// Questions in plain language become SQL: the AI plugin of the API-testing tool atest.
///
/// Without a command it serves: gRPC for atest on Unix sockets, HTTP for people and machines on 127.0.0.1:9090.
#[derive(Debug, Parser)]
#[command(name = "atest-ext-ai", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// Config file; else $ATEST_EXT_AI_CONFIG, ~/.config/atest/atest-ext-ai.yaml, /etc/atest-ai/config.yaml.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,

    #[command(flatten)]
    serve: ServeArgs,
}

/// How it serves.
#[derive(Debug, Args)]
struct ServeArgs {
    /// Unix socket to listen on (atest gives it when it starts the plugin).
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,

    /// TCP port on 127.0.0.1 to listen on for gRPC.
    #[arg(long, short, value_name = "PORT")]
    port: Option<u16>,

    /// Check the config, tell every problem at once, and end: 0 when it is valid, 2 when it is not.
    #[arg(long)]
    validate: bool,

    /// Ask each provider for its models and one tiny answer, show a table, and end: 1 when one of them fails.
    #[arg(long, conflicts_with = "validate")]
    test_providers: bool,

    /// With --validate or --test-providers: print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer one question, or many from a file.
    Ask(ask::AskArgs),
    /// Ask a running plugin whether it works: a real Verify over its socket, and readiness over HTTP.
    Healthcheck(healthcheck::HealthcheckArgs),
    /// List the models that providers offer, or get one for Ollama.
    Models(models::ModelsArgs),
    /// Look at the caches of a running plugin, clear them, or fill them with the answers to common questions.
    Cache(cache::CacheArgs),
    /// Show which lines a running plugin logs, change that for a while, or go back to the config's levels.
    LogLevel(log_level::LogLevelArgs),
    /// Show the effective config, the schema of its files, or its reference.
    Config(config::ConfigArgs),
}

/// Parses the command line and runs the command.
pub fn run() -> ExitCode {
    let matches = Cli::command()
        .version(crate::telemetry::build_info().to_string())
        .get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if let Some(reason) = misuse(&cli) {
        return print::failure(INVALID, reason);
    }
    let sources = Sources {
        file: cli.config,
        environment: Environment::of_this_process(),
        socket: cli.serve.socket,
        port: cli.serve.port,
    };
    match cli.command {
        Some(Command::Config(args)) => config::run(&sources, args),
        Some(Command::Ask(args)) => with_config(&sources, |loaded| ask::run(loaded, args)),
        Some(Command::Healthcheck(args)) => {
            with_config(&sources, |loaded| healthcheck::run(&loaded.config, args))
        }
        Some(Command::Models(args)) => with_config(&sources, |loaded| models::run(loaded, args)),
        Some(Command::Cache(args)) => with_config(&sources, |loaded| cache::run(&loaded.config, args)),
        Some(Command::LogLevel(args)) => with_config(&sources, |loaded| log_level::run(&loaded.config, args)),
        None if cli.serve.validate => validate::run(&sources, cli.serve.json),
        None if cli.serve.test_providers => {
            with_config(&sources, |loaded| providers::run(loaded, cli.serve.json))
        }
        None => with_config(&sources, |loaded| serve(loaded, &sources)),
    }
}

/// Flags that do not go together.
fn misuse(cli: &Cli) -> Option<&'static str> {
    let flags = &cli.serve;
    if cli.command.is_some() && flags.validate {
        return Some("--validate is a command of its own: leave the other one out");
    }
    if cli.command.is_some() && flags.test_providers {
        return Some("--test-providers is a command of its own: leave the other one out");
    }
    (cli.command.is_none() && flags.json && !flags.validate && !flags.test_providers)
        .then_some("--json goes with --validate or --test-providers")
}

/// Loads the config and checks what the rooms know better than its types.
fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let loaded = settings::load(sources)?;
    let mut problems = Problems::default();
    if let Err(error) = logs::check(&loaded.config.logging) {
        problems.add(&loaded.origin("logging"), "logging", error.to_string());
    }
    for checked in [crate::http::tls::check(&loaded), crate::plugin::check(&loaded)] {
        problems
            .0
            .extend(checked.err().into_iter().flat_map(|found| found.0));
    }
    if problems.0.is_empty() {
        Ok(loaded)
    } else {
        problems.sort();
        Err(problems)
    }
}

/// Goes on with a valid config; tells all that is wrong with another.
fn with_config(sources: &Sources, then: impl FnOnce(Loaded) -> ExitCode) -> ExitCode {
    match load(sources) {
        Ok(loaded) => then(loaded),
        Err(problems) => validate::refuse(&problems),
    }
}

fn serve(loaded: Loaded, sources: &Sources) -> ExitCode {
    let by_host = sources.socket.is_some() || sources.port.is_some();
    match crate::app::serve(loaded, by_host) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => print::failure(FAILED, error),
    }
}
