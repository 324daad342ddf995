//! The caches through the real binary: the admin route, and `cache stats`, `clear` and `warm`.

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
    #[path = "../support/redis.rs"]
    pub mod redis;
}

#[path = "cache/commands.rs"]
mod commands;
#[path = "cache/hits.rs"]
mod hits;
#[path = "cache/secured.rs"]
mod secured;
#[path = "cache/shared.rs"]
mod shared;
