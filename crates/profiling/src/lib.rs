//! Sees into a running tokio service: CPU, heap, task, waiting and execution profiles, in the formats of `go tool pprof`
//! and `go tool trace`.

pub mod contention;
pub mod cpu;
pub mod execution;
pub mod flame;
#[cfg(feature = "jemalloc")]
pub mod heap;
pub mod places;
pub mod pprof;
mod site;
mod slot;
mod stack;
pub mod tasks;
pub mod threads;

pub use site::Site;
