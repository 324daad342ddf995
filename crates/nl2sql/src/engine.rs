//! scratch
use crate::{Dialect, Schema};
pub struct Request<'a> {
    pub question: &'a str,
    pub schema: Option<&'a Schema>,
    pub dialect: Dialect,
    pub today: jiff::civil::Date,
}
pub struct Draft {
    pub sql: String,
    pub explanation: String,
    pub confidence: f64,
    pub warnings: Vec<String>,
    pub assumptions: Vec<String>,
}
pub struct Refusal {
    pub kind: RefusalKind,
    pub reason: String,
    pub suggestions: Vec<String>,
}
pub enum RefusalKind {
    Empty,
    Write,
    ChitChat,
    NotInSchema,
    NotUnderstood,
    TooLong,
}
pub fn answer(_r: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(Draft {
        sql: "SELECT * FROM users".into(),
        explanation: "x".into(),
        confidence: 0.5,
        warnings: vec![],
        assumptions: vec![],
    })
}
