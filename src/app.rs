//! Builds everything from one checked config, starts the doors, stops in order.

pub mod parent;
pub mod systemd;
