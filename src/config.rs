//! The typed config: what can be set, with its default, and how it is read and checked.

pub mod model;

pub use model::{
    Ai, Config, Database, ExitWithParent, LogFormat, LogLevel, LogOutput, Logging, Plugin, ProviderKind,
    Server, Service,
};
