//! Sees into a running tokio service: CPU, heap, task, waiting and execution profiles, in the formats of `go tool pprof`
//! and `go tool trace`.

pub mod execution;
pub mod pprof;
mod site;

pub use site::Site;
