//! The door for atest: gRPC `remote.Loader`, its pages, its listeners.

mod access;
mod address;
mod calls;
mod connection;
mod context;
mod health;
mod listeners;
mod loader;
mod pages;
mod passed;
mod pprof;
mod serve;
mod socket;
mod traffic;

pub use listeners::{ListenError, ListenOptions, Listeners, check, listen};
pub use loader::About;
pub use serve::{ServeError, serve};

/// The contract of atest, made from `proto/`.
#[allow(missing_docs, dead_code, clippy::all)]
pub mod contract {
    pub mod server {
        tonic::include_proto!("server");
    }
    pub mod remote {
        tonic::include_proto!("remote");
    }
    /// Its descriptors, for the reflection service.
    pub const DESCRIPTORS: &[u8] = tonic::include_file_descriptor_set!("contract");
}
