//! The AI plugin of atest as a library: its rooms, behind one function that the program calls.
//!
//! Nothing else is public. With the feature `fuzzing` there is `fuzzing` too: the functions that `fuzz/` drives.
#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests need no names for their tasks")
)]

mod answer;
mod app;
mod cli;
mod config;
mod database;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod generate;
mod http;
mod plugin;
mod provider;
mod telemetry;

/// Parses the command line of this process, runs the command, and says how the process ends.
pub fn run() -> std::process::ExitCode {
    profiling::heap::walk_frame_pointers();
    cli::run()
}
