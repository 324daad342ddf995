//! Files of `generate-monitoring`, in the hands of the programs that they are for. A missing one fails its test with the
//! command that installs it; `ATEST_PEERS=skip` skips them, loudly.

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/fake_provider.rs"]
    pub mod fake_provider;
    #[path = "../support/generated.rs"]
    pub mod generated;
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/listener.rs"]
    pub mod listener;
    #[path = "../support/openbao.rs"]
    pub mod openbao;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

#[path = "generate/alertmanager.rs"]
mod alertmanager;
#[path = "generate/balancing.rs"]
mod balancing;
#[path = "generate/command.rs"]
mod command;
#[path = "generate/dashboards.rs"]
mod dashboards;
#[path = "generate/hosts.rs"]
mod hosts;
#[path = "generate/kubernetes.rs"]
mod kubernetes;
#[path = "generate/live.rs"]
mod live;
#[path = "generate/mutations.rs"]
mod mutations;
#[path = "generate/preview.rs"]
mod preview;
#[path = "generate/prometheus.rs"]
mod prometheus;
#[path = "generate/rules.rs"]
mod rules;
#[path = "generate/shipping.rs"]
mod shipping;
#[path = "generate/yaml.rs"]
mod yaml;
