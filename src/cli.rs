//! The command line: one file a command.

mod ask;
mod batch;
mod cache;
mod config;
mod eval;
mod generate;
mod healthcheck;
mod log_level;
mod maintenance;
mod models;
mod print;
mod process;
mod providers;
mod running;
mod table;
mod token;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{self as settings, Environment, Loaded, Problems, Sources};

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
    /// Score a provider on a folder of questions with known answers, or fit the weights of confidence.
    Eval(eval::EvalArgs),
    /// Ask a running plugin whether it works: a real Verify over its socket, and readiness over HTTP.
    Healthcheck(healthcheck::HealthcheckArgs),
    /// List the models that providers offer, or get one for Ollama.
    Models(models::ModelsArgs),
    /// Look at the caches of a running plugin, clear them, or fill them with the answers to common questions.
    Cache(cache::CacheArgs),
    /// Show which lines a running plugin logs, change that for a while, or go back to the config's levels.
    LogLevel(log_level::LogLevelArgs),
    /// Switch questions off or on; health, metrics and what is under way go on.
    Maintenance(maintenance::MaintenanceArgs),
    /// Stop a running plugin in order: no new questions, those under way finished, then its end.
    Shutdown(maintenance::ShutdownArgs),
    /// Show the effective config, the schema of its files, or its reference; or change it while the plugin runs.
    Config(config::ConfigArgs),
    /// Write the files that watching the plugin needs: alerts with tests and runbooks, dashboards, Prometheus, Alertmanager,
    /// log shippers.
    GenerateMonitoring(generate::GenerateArgs),
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
        piped: None,
        vault: None,
    }
    .read_pipe();
    match cli.command {
        Some(Command::Config(args)) => config::run(&sources, args),
        Some(Command::Ask(args)) => with_secrets(&sources, |loaded, _| ask::run(loaded, args)),
        Some(Command::Eval(args)) => with_secrets(&sources, |loaded, _| eval::run(loaded, args)),
        Some(Command::Healthcheck(args)) => {
            with_config(&sources, |loaded| healthcheck::run(&loaded.config, args))
        }
        Some(Command::Models(args)) => with_secrets(&sources, |loaded, _| models::run(loaded, args)),
        Some(Command::Cache(args)) => with_config(&sources, |loaded| cache::run(&loaded.config, args)),
        Some(Command::Maintenance(args)) => {
            with_config(&sources, |loaded| maintenance::run(&loaded.config, args))
        }
        Some(Command::Shutdown(args)) => {
            with_config(&sources, |loaded| maintenance::shutdown(&loaded.config, &args))
        }
        Some(Command::LogLevel(args)) => with_config(&sources, |loaded| log_level::run(&loaded.config, args)),
        Some(Command::GenerateMonitoring(args)) => generate::run(&sources, &args),
        None if cli.serve.validate => validate::run(&sources, cli.serve.json),
        None if cli.serve.test_providers => {
            with_secrets(&sources, |loaded, _| providers::run(loaded, cli.serve.json))
        }
        None => with_secrets(&sources, serve),
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
    crate::app::check(&loaded)?;
    Ok(loaded)
}

/// Goes on with a valid config; tells all that is wrong with another.
fn with_config(sources: &Sources, then: impl FnOnce(Loaded) -> ExitCode) -> ExitCode {
    match load(sources) {
        Ok(loaded) => then(loaded),
        Err(problems) => validate::refuse(&problems),
    }
}

/// Runs what waits for a running plugin.
fn block_on(work: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => print::failure(FAILED, format!("the runtime cannot start: {error}")),
    }
}

/// The same with what Vault holds, where it is to be asked.
fn with_secrets(sources: &Sources, then: impl FnOnce(Loaded, &Sources) -> ExitCode) -> ExitCode {
    match settings::ask_vault(sources) {
        Ok(sources) => {
            let code = with_config(&sources, |loaded| then(loaded, &sources));
            if let Some(held) = &sources.vault {
                settings::secrets::sign_out(held);
            }
            code
        }
        Err(error) => print::failure(FAILED, error),
    }
}

fn serve(loaded: Loaded, sources: &Sources) -> ExitCode {
    let by_host = sources.socket.is_some() || sources.port.is_some();
    match crate::app::serve(loaded, sources, by_host) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => print::failure(FAILED, error),
    }
}
