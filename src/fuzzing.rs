//! One function a target of `fuzz/`. Each takes any bytes, and panics when something does not hold that has to.
//!
//! The seeds in `fuzz/corpus/`, and what was once found, in `fuzz/regressions/`, are tried by the ordinary tests too.

mod config;
mod confined;
mod ddl;
mod question;
#[cfg(test)]
mod tests;

pub use config::config;
pub use ddl::sql_ddl;
pub use question::question;

pub use crate::http::fuzz_jwt as jwt;
pub use crate::http::fuzzing::query as http_query;
