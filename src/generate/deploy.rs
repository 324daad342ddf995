//! The plugin where it runs: as a service of systemd, in containers, in Kubernetes, behind a balancer.
//!
//! Names and places are the same everywhere, and stand here once.

pub mod balancer;
pub mod compose;
pub mod systemd;

use super::artefact::Artefact;
use super::plan::Plan;

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
    let delay = server.shutdown_delay;
    delay.as_secs() + u64::from(delay.subsec_nanos() > 0) + server.shutdown_timeout.as_secs() + 5
}

/// Every file.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let mut all = systemd::artefacts(plan);
    all.extend(compose::artefacts(plan));
    all.extend(balancer::artefacts(plan));
    all
}
