//! The way of a question: admit → schema → provider → check → confidence.

pub mod admission;
pub mod confidence;
mod pipeline;
pub mod query;
pub mod question;
pub mod service;

pub use admission::{Admission, Stage};
pub use question::{Answer, AskError, Confidence, ConfidenceSource, ProviderWish, Question, SchemaHints};
pub use service::{AnswerService, Check, Snapshot};
