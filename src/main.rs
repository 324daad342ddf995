//! The program `atest-ext-ai`: parses the command line and hands over.

mod answer;
mod app;
mod cli;
mod config;
mod database;
mod http;
mod plugin;
mod provider;
mod telemetry;

fn main() -> std::process::ExitCode {
    cli::run()
}
