//! Asks a real parser whether a statement that the reader did not wholly know is valid in any dialect.

use sqlparser::dialect::{
    Dialect as ParserDialect, GenericDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect,
};
use sqlparser::parser::Parser;

use super::split::Statement;
use crate::Dialect;
use crate::check::STACK_PER_LEXEME;

/// Longer statements are not shown to the parser, in bytes: its tree would cost more than the answer is worth.
const MAX_BYTES: usize = 64 * 1024;

/// Statements shown to the parser for one text.
const MAX_STATEMENTS: usize = 64;

/// Something that was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Skipped {
    /// Byte offset in the text.
    pub at: usize,
    pub message: String,
    /// Whether it is wrong even where a parser takes it, such as a name that is declared twice.
    pub certain: bool,
}

impl Skipped {
    /// A fault, unless some dialect has it.
    pub fn perhaps(at: usize, message: String) -> Skipped {
        Skipped {
            at,
            message,
            certain: false,
        }
    }

    /// A fault in every dialect.
    pub fn certain(at: usize, message: String) -> Skipped {
        Skipped {
            at,
            message,
            certain: true,
        }
    }
}

/// Counts what it was asked, so that a hostile text costs little.
pub(super) struct Judge {
    dialects: Vec<Box<dyn ParserDialect>>,
    left: usize,
}

impl Judge {
    /// A judge that asks this dialect first, and all others after.
    pub fn new(dialect: Dialect) -> Judge {
        let mut dialects: Vec<Box<dyn ParserDialect>> = vec![
            Box::new(MySqlDialect {}),
            Box::new(PostgreSqlDialect {}),
            Box::new(SQLiteDialect {}),
        ];
        let own = Dialect::ALL
            .iter()
            .position(|known| *known == dialect)
            .unwrap_or_default();
        dialects.swap(0, own);
        dialects.push(Box::new(GenericDialect {}));
        Judge {
            dialects,
            left: MAX_STATEMENTS,
        }
    }

    /// Whether any dialect takes the statement.
    pub fn accepts(&mut self, statement: &Statement<'_>, text: &str) -> bool {
        let source = &text[statement.start()..statement.end()];
        if source.len() > MAX_BYTES || self.left == 0 {
            return false;
        }
        self.left -= 1;
        let stack = STACK_PER_LEXEME * (statement.lexemes.len() + 64);
        stacker::maybe_grow(stack, stack, || {
            self.dialects
                .iter()
                .any(|dialect| Parser::parse_sql(dialect.as_ref(), source).is_ok())
        })
    }
}
