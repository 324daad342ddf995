//! The way of a question: admit → schema → provider → check → confidence.

pub mod admission;
pub mod cache;
pub mod confidence;
mod examiner;
pub mod feedback;
mod maintenance;
mod pipeline;
mod preview;
pub mod query;
pub mod question;
mod queue;
mod recheck;
mod reload;
pub mod service;
mod settings;

pub use crate::provider::Wish as ProviderWish;
pub use admission::{Admission, Stage};
pub use maintenance::kept as kept_maintenance;
pub use preview::Stage as PreviewStage;
pub use question::{Answer, AskError, Confidence, ConfidenceSource, Question, SchemaHints};
pub use reload::{ReloadRequest, Reloaded, Reloads, without_paths};
pub use service::{AnswerService, Check, Ground, Snapshot};
pub use settings::Kept;
