//! The door for atest, through the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails where it stands, and shows the log of what it started"
)]

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

#[path = "plugin/contract.rs"]
mod contract;
#[path = "plugin/host.rs"]
mod host;
#[path = "plugin/maintenance.rs"]
mod maintenance;
#[path = "plugin/process.rs"]
mod process;
#[path = "plugin/python.rs"]
mod python;
#[path = "plugin/sockets.rs"]
mod sockets;
#[path = "plugin/systemd.rs"]
mod systemd;
