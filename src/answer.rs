//! The way of a question: admit → schema → provider → check → confidence.

pub mod admission;
pub mod cache;
mod confidence;
mod pipeline;
mod queue;
pub mod query;
pub mod question;
pub mod service;

pub use admission::{Admission, Stage};
pub use crate::provider::Wish as ProviderWish;
pub use cache::{AnswerCache, CacheKey, CachedAnswer, KeyBuilder, Origin};
pub use question::{Answer, AskError, Confidence, ConfidenceSource, Question, SchemaHints};
pub use service::{AnswerService, Check, Ground, Kept, Snapshot};
