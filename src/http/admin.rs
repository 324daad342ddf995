//! Administration of a running plugin: maintenance mode, the caches, log levels, and the config.

pub(super) mod cache;
pub(super) mod log_level;
pub(super) mod maintenance;
pub(super) mod reload;
