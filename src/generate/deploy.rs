//! The plugin where it runs: as a service of systemd, in containers, in Kubernetes, behind a balancer.
//!
//! Names and places are the same everywhere, and stand here once.

pub mod balancer;
pub mod compose;
pub mod kubernetes;
mod store;
pub mod systemd;

use std::time::Duration;

use super::artefact::Artefact;
use super::plan::Plan;
use crate::config::Problems;
use crate::config::units::Size;

/// What the unit, the Deployment, the container and the service of a compose file are called.
pub const NAME: &str = "atest-ai-plugin";
/// The program.
pub const PROGRAM: &str = "/usr/local/bin/atest-ext-ai";
/// The folder that the plugin and atest share.
pub const SOCKET_FOLDER: &str = "/run/atest-ext-ai";
/// The socket in it, where atest calls the plugin.
pub const SOCKET: &str = "/run/atest-ext-ai/atest-ext-ai.sock";
/// The folder of the config.
pub const CONFIG_FOLDER: &str = "/etc/atest-ai";
/// The config.
pub const CONFIG: &str = "/etc/atest-ai/config.yaml";
/// The folder for what outlives the process.
pub const STATE_FOLDER: &str = "/var/lib/atest-ai";
/// The folder of log files.
pub const LOG_FOLDER: &str = "/var/log/atest-ai";

/// Seconds from the wish to stop until it is forced: questions are taken for `server.shutdown_delay`, what is under way is finished
/// in `server.shutdown_timeout`, and a little is needed around that.
pub fn stop_seconds(plan: &Plan) -> u64 {
    let server = &plan.config.server;
    whole_seconds(server.shutdown_delay) + server.shutdown_timeout.as_secs() + 5
}

/// A time in seconds, rounded up.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// A size as systemd and container engines write it, whose `G` is 1024 × 1024 × 1024 bytes.
pub fn bytes(size: Size) -> String {
    let units = [("G", 30), ("M", 20), ("K", 10)];
    let whole = |shift: u32| size.0 > 0 && size.0.is_multiple_of(1 << shift);
    match units.into_iter().find(|(_, shift)| whole(*shift)) {
        Some((unit, shift)) => format!("{}{unit}", size.0 >> shift),
        None => size.0.to_string(),
    }
}

/// Adds names of secrets that are names of no file, or that stand there twice.
fn secret_names(plan: &Plan, key: &str, names: &[String], problems: &mut Problems) {
    let is_name = |name: &str| {
        let is_taken = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        (1..=255).contains(&name.len()) && name.chars().all(is_taken) && !name.starts_with('.')
    };
    for (index, name) in names.iter().enumerate() {
        let reason = match is_name(name) {
            false => "not a name for a secret",
            true if names[..index].contains(name) => "stands there twice",
            true => continue,
        };
        let key = format!("{key}[{index}]");
        problems
            .add(&plan.place(&key), key, reason)
            .suggest("letters, digits, -, _ and . only, as in openai-api-key; each once");
    }
}

/// Adds what is wrong with the values, as far as these files are concerned.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    systemd::problems(plan, problems);
    compose::problems(plan, problems);
    balancer::problems(plan, problems);
}

/// Every file.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let mut all = systemd::artefacts(plan);
    all.extend(compose::artefacts(plan));
    all.extend(balancer::artefacts(plan));
    all.extend(kubernetes::artefacts(plan));
    all
}
