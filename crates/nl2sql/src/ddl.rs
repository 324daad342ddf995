//! scratch
use crate::{Dialect, Schema};
pub struct DdlReading {
    pub schema: Schema,
    pub problems: Vec<DdlProblem>,
}
#[derive(Debug)]
pub struct DdlProblem {
    pub line: u32,
    pub column: u32,
    pub message: String,
    pub excerpt: String,
}
impl std::fmt::Display for DdlProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
pub fn read_ddl(_t: &str, _d: Dialect) -> DdlReading {
    DdlReading {
        schema: Schema::default(),
        problems: vec![],
    }
}
