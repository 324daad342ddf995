//! Questions in plain language to checked SQL: the schema model, SQL checking and an engine that needs no model.
//!
//! Pure and synchronous: no I/O, no clock, no randomness. Time is passed in. The README of this crate has an example, which is a
//! test here, too.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeDoctests;

pub mod agree;
pub mod check;
pub mod ddl;
pub mod dialect;
pub mod engine;
pub mod fit;
mod lex;
pub mod names;
pub mod schema;

pub use agree::Meaning;
pub use check::{CheckError, CheckedSql, ColumnRef, check};
pub use ddl::{DdlProblem, DdlReading, read_ddl};
pub use dialect::Dialect;
pub use engine::{Draft, Lexicon, Refusal, RefusalKind, Request, Weighed, answer, answer_with, weighed};
pub use schema::{Aliases, Column, ColumnKind, ForeignKey, Schema, SchemaValues, Table};
