//! Log lines.

mod counts;

pub use counts::LogCounts;
