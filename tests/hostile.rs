//! Clients that mean harm: afterwards the plugin answers, and is as it was before.
#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

#[path = "hostile/floods.rs"]
mod floods;
#[path = "hostile/frames.rs"]
mod frames;
#[path = "hostile/places.rs"]
mod places;
#[path = "hostile/slow.rs"]
mod slow;
#[path = "hostile/smuggling.rs"]
mod smuggling;
#[path = "hostile/standing.rs"]
mod standing;
