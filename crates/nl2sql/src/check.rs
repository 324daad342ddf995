//! scratch
use crate::{Dialect, Schema};
#[derive(Debug)]
pub struct CheckedSql(String);
impl CheckedSql {
    pub fn sql(&self) -> &str {
        &self.0
    }
    pub fn pretty(&self) -> String {
        self.0.clone()
    }
}
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct CheckError;
pub fn check(sql: &str, _d: Dialect, _s: Option<&Schema>) -> Result<CheckedSql, CheckError> {
    Ok(CheckedSql(sql.into()))
}
