//! TLS and who may come in by which socket, through the real binary and with clients that nobody here wrote.
#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/kubelet.rs"]
    pub mod kubelet;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

#[path = "tls/commands.rs"]
mod commands;
#[path = "tls/exchanged.rs"]
mod exchanged;
#[path = "tls/files.rs"]
mod files;
#[path = "tls/grpc.rs"]
mod grpc;
#[path = "tls/handshakes.rs"]
mod handshakes;
#[path = "tls/https.rs"]
mod https;
#[path = "tls/users.rs"]
mod users;
