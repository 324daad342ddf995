//! `generate-monitoring`: what it writes is accepted by whoever it is for.

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/peer.rs"]
    pub mod peer;
}

#[path = "generate/dashboards.rs"]
mod dashboards;
