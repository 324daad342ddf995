//! The plugin beside programs that nobody here wrote. A missing one fails its test with the command that installs it;
//! `ATEST_PEERS=skip` skips them, loudly.

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/generated.rs"]
    pub mod generated;
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/kubelet.rs"]
    pub mod kubelet;
    #[path = "../support/mariadb.rs"]
    pub mod mariadb;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
    #[path = "../support/postgres.rs"]
    pub mod postgres;
    #[path = "../support/server.rs"]
    pub mod server;
}

#[path = "peers/container.rs"]
mod container;
#[path = "peers/databases.rs"]
mod databases;
#[allow(dead_code)]
#[path = "../crates/profiling/tests/support/go.rs"]
mod go;
#[path = "peers/machine.rs"]
mod machine;
#[path = "peers/pod.rs"]
mod pod;
#[path = "peers/podman.rs"]
mod podman;
#[path = "peers/prometheus.rs"]
mod prometheus;
#[path = "peers/service.rs"]
mod service;
