//! The typed config: what can be set, with its default, and how it is read and checked.
//!
//! [`load`] makes a [`Config`] from a file, the environment, the command line and what the page saved, or says everything
//! that is wrong; [`watch`] tells that files have changed. The room returns values and knows nobody: it logs nothing.

mod check;
mod databases;
mod differences;
mod effect;
mod endpoint;
mod environment;
pub mod kinds;
mod live;
mod load;
pub mod model;
mod names;
mod problem;
mod redis;
pub mod reference;
mod replace;
mod rules;
mod saved;
pub mod schema;
pub mod secrets;
mod services;
mod sheet;
pub mod show;
mod spellings;
mod state;
mod substitute;
mod suggest;
mod tree;
pub mod units;
mod unknown;
mod variables;
pub mod watch;
pub mod yaml;

pub use endpoint::{is_host, is_on_this_machine};
pub use environment::Environment;
pub use live::{Next, differences_between};
pub use load::{Loaded, Sources, ask_vault, file_in_use, load};
pub use model::Audit as AuditSettings;
pub use model::{
    Budget, BudgetAction, Cache, CacheKind, CachePolicy, CircuitBreaker, ClientAuth, Config,
    ContinuousProfiling, Database, DatabasePool, ExitWithParent, Explain, Jwt, LogFormat, LogLevel,
    LogOutput, Logging, MOST_SAMPLES, MetricsFor, OtlpCompression, OtlpProtocol, Price, ProfilingGuard,
    ProviderKind, ProviderPool, RateLimit, Redis, Retry, Sampler, Scope, Server, Service, Tls as TlsSettings,
    TlsVersion, Tracing,
};
pub use problem::{Notice, Origin, Problem, Problems, Topic};
pub use replace::{Like, LockedFolder};
pub use rules::COMPONENTS as LOG_COMPONENTS;
pub use saved::SavedService;
pub use secrets::Held;
pub use sheet::Sheet;
pub use suggest::closest;
