//! Reads one column of a table.

use super::cursor::{Cursor, is_text, split_at_commas};
use super::judge::Skipped;
use super::table::reference;
use crate::Dialect;
use crate::lex::{Kind, Lexeme};
use crate::schema::{Column, ColumnKind, ForeignKey};

/// Words that end a type, because they begin an option.
const OPTION_WORDS: &[&str] = &[
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "key",
    "references",
    "check",
    "comment",
    "collate",
    "constraint",
    "generated",
    "always",
    "as",
    "auto_increment",
    "autoincrement",
    "identity",
    "on",
    "charset",
    "storage",
    "compression",
    "compressed",
    "visible",
    "invisible",
    "virtual",
    "stored",
    "persistent",
    "column_format",
    "encode",
    "srid",
    "options",
    "deferrable",
    "initially",
    "match",
    "enforced",
    "engine_attribute",
    "secondary_engine_attribute",
    "sparse",
    "rowguidcol",
    "masked",
    "using",
    "first",
    "after",
    "hidden",
    "asc",
    "desc",
    "with",
    "without",
    "ref_system_id",
    "no",
    "encryption",
];

/// Words that go on with a type. SQLite takes any words, so there they are not looked at.
const TYPE_WORDS: &[&str] = &[
    "unsigned",
    "signed",
    "zerofill",
    "varying",
    "precision",
    "character",
    "char",
    "varchar",
    "nchar",
    "binary",
    "large",
    "object",
    "with",
    "without",
    "local",
    "time",
    "zone",
    "big",
    "int",
    "integer",
    "native",
    "long",
    "array",
    "second",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "to",
    "national",
    "byte",
    "raw",
];

/// Options that are a word, and perhaps one more lexeme, that say nothing about the data.
const PLAIN_OPTIONS: &[&str] = &[
    "always",
    "auto_increment",
    "autoincrement",
    "compressed",
    "visible",
    "invisible",
    "virtual",
    "stored",
    "persistent",
    "deferrable",
    "enforced",
    "sparse",
    "rowguidcol",
    "first",
    "hidden",
    "asc",
    "desc",
    "null",
];

/// Options that take one more lexeme.
const OPTIONS_WITH_VALUE: &[&str] = &[
    "storage",
    "compression",
    "column_format",
    "encode",
    "srid",
    "initially",
    "match",
    "engine_attribute",
    "secondary_engine_attribute",
    "using",
    "after",
    "ref_system_id",
    "constraint",
];

/// A column, and what its definition says about the table.
#[derive(Debug)]
pub(super) struct ColumnReading<'l, 't> {
    pub column: Column,
    pub is_primary: bool,
    pub foreign_key: Option<ForeignKey>,
    /// The insides of its CHECKs.
    pub checks: Vec<&'l [Lexeme<'t>]>,
    /// What was not understood.
    pub skipped: Vec<Skipped>,
    /// The bytes of its definition.
    pub span: (usize, usize),
}

/// Reads a definition: name, type, options. `None` when it does not begin with a name.
pub(super) fn read_column<'l, 't>(
    lexemes: &'l [Lexeme<'t>],
    dialect: Dialect,
) -> Option<ColumnReading<'l, 't>> {
    let mut cursor = Cursor::new(lexemes);
    let span = (lexemes.first()?.start, lexemes.last()?.end);
    let name = cursor.take_simple_name(dialect)?;
    let (type_name, samples) = read_type(&mut cursor, dialect);
    let kind = ColumnKind::from_type_name(&type_name);
    let mut column = Column::new(name, type_name, kind);
    column.add_samples(&samples);
    let mut reading = ColumnReading {
        column,
        is_primary: false,
        foreign_key: None,
        checks: Vec::new(),
        skipped: Vec::new(),
        span,
    };
    if reading.column.type_name.is_empty() && dialect != Dialect::Sqlite {
        reading.skip(span.1, "has no type; it is kept without one");
    }
    while let Some(lexeme) = cursor.next() {
        option(&mut reading, lexeme, &mut cursor, dialect);
    }
    if reading.is_primary && dialect != Dialect::Sqlite {
        reading.column.nullable = false;
    }
    Some(reading)
}

impl ColumnReading<'_, '_> {
    fn skip(&mut self, at: usize, what: &str) {
        if self.skipped.is_empty() {
            self.skipped.push(Skipped::perhaps(
                at,
                format!("the column {} {what}", self.column.name),
            ));
        }
    }
}

/// The type as one text, and the values that it lists.
pub(super) fn read_type(cursor: &mut Cursor<'_, '_>, dialect: Dialect) -> (String, Vec<String>) {
    let mut type_name = String::new();
    let mut values = Vec::new();
    while let Some(lexeme) = cursor.peek() {
        if lexeme.is_symbol('(') {
            let Some((group, _)) = cursor.take_group() else {
                break;
            };
            if ["enum", "set"]
                .iter()
                .any(|word| type_name.eq_ignore_ascii_case(word))
            {
                values = group
                    .iter()
                    .filter(|lexeme| is_text(lexeme))
                    .map(|lexeme| lexeme.value.to_string())
                    .collect();
            }
            let pieces: Vec<String> = split_at_commas(group).into_iter().map(written).collect();
            type_name.push_str(&format!("({})", pieces.join(",")));
            continue;
        }
        let is_mark = ['[', ']', '.', '%'].iter().any(|mark| lexeme.is_symbol(*mark));
        if is_mark || (lexeme.kind == Kind::Number && type_name.ends_with('[')) {
            type_name.push_str(&lexeme.value);
        } else if lexeme.is_name() && !ends_type(cursor, lexeme, &type_name, dialect) {
            if !type_name.is_empty() && !type_name.ends_with('.') {
                type_name.push(' ');
            }
            type_name.push_str(&lexeme.value);
        } else {
            break;
        }
        cursor.next();
    }
    (type_name, values)
}

/// Whether this word begins an option; `CHARACTER SET` and `WITH TIME ZONE` need a look at the next one.
fn ends_type(cursor: &Cursor<'_, '_>, lexeme: &Lexeme<'_>, so_far: &str, dialect: Dialect) -> bool {
    let next_is = |word: &str| cursor.peek_at(1).is_some_and(|next| next.is_word(word));
    if lexeme.is_any_word(&["with", "without"]) {
        return !next_is("time");
    }
    if lexeme.is_word("character") {
        return !so_far.is_empty() && next_is("set");
    }
    if lexeme.is_any_word(OPTION_WORDS) {
        return true;
    }
    let goes_on = so_far.is_empty() || so_far.ends_with('.') || lexeme.is_any_word(TYPE_WORDS);
    !goes_on && dialect != Dialect::Sqlite
}

/// The lexemes with blanks only between words.
fn written(lexemes: &[Lexeme<'_>]) -> String {
    let mut out = String::new();
    let mut last_is_word = false;
    for lexeme in lexemes {
        let is_word = lexeme.kind != Kind::Symbol;
        if is_word && last_is_word {
            out.push(' ');
        }
        if is_text(lexeme) {
            out.push_str(&format!("'{}'", lexeme.value.replace('\'', "''")));
        } else {
            out.push_str(&lexeme.value);
        }
        last_is_word = is_word;
    }
    out
}

fn option<'l, 't>(
    reading: &mut ColumnReading<'l, 't>,
    lexeme: &'l Lexeme<'t>,
    cursor: &mut Cursor<'l, 't>,
    dialect: Dialect,
) {
    let word = if lexeme.kind == Kind::Word {
        lexeme.value.to_ascii_lowercase()
    } else {
        String::new()
    };
    match word.as_str() {
        "not" if cursor.take_word("null") => reading.column.nullable = false,
        "not"
            if cursor
                .peek()
                .is_some_and(|next| next.is_any_word(&["deferrable", "visible", "enforced", "hidden"])) => {}
        "not" => reading.skip(lexeme.start, "has an option that is not known; it was skipped"),
        "default" => skip_default(cursor),
        "primary" => {
            cursor.take_word("key");
            reading.is_primary = true;
        }
        "unique" => {
            cursor.take_word("key");
            reading.column.unique = true;
        }
        "key" => reading.is_primary = true,
        "references" => match reference(cursor, dialect) {
            Some((table, references)) => {
                let columns = vec![reading.column.name.clone()];
                reading.foreign_key = Some(ForeignKey {
                    columns,
                    table,
                    references,
                });
            }
            None => reading.skip(lexeme.start, "refers to nothing; the reference was skipped"),
        },
        "check" => reading.checks.extend(cursor.take_group().map(|(group, _)| group)),
        "comment" => match cursor.take_text() {
            Some(comment) => reading.column.comment = Some(comment).filter(|comment| !comment.is_empty()),
            None => reading.skip(lexeme.start, "has a COMMENT that is no string; it was skipped"),
        },
        "collate" | "charset" => {
            cursor.take_symbol('=');
            if cursor.take_name(dialect).is_none() {
                cursor.take_text();
            }
        }
        "character" if cursor.take_word("set") => {
            cursor.take_name(dialect);
        }
        "generated" => {
            let _ = cursor.take_word("always") || cursor.take_words(&["by", "default"]);
        }
        "as" | "identity" | "options" | "masked" | "with" => {
            let _ = cursor.take_word("identity")
                || cursor.take_words(&["row", "start"])
                || cursor.take_words(&["row", "end"]);
            cursor.take_group();
        }
        "on" => skip_action(cursor),
        plain if PLAIN_OPTIONS.contains(&plain) => {}
        valued if OPTIONS_WITH_VALUE.contains(&valued) => {
            cursor.take_symbol('=');
            cursor.next();
        }
        _ => reading.skip(lexeme.start, "has an option that is not known; it was skipped"),
    }
}

/// A default: one value or call, and what may follow it (`::text`, `|| 'x'`), up to the next option.
fn skip_default(cursor: &mut Cursor<'_, '_>) {
    while cursor
        .peek()
        .is_some_and(|lexeme| lexeme.is_symbol('-') || lexeme.is_symbol('+'))
    {
        cursor.next();
    }
    let mut after_value = true;
    if cursor.take_group().is_none() {
        cursor.next();
    }
    while let Some(lexeme) = cursor.peek() {
        let is_word = lexeme.kind == Kind::Word;
        let goes_on = lexeme.is_any_word(TYPE_WORDS);
        if is_word && !goes_on && (after_value || lexeme.is_any_word(OPTION_WORDS)) {
            return;
        }
        after_value = lexeme.kind != Kind::Symbol || lexeme.is_symbol('(') || lexeme.is_symbol(']');
        if cursor.take_group().is_none() {
            cursor.next();
        }
    }
}

/// After ON: `UPDATE CURRENT_TIMESTAMP(3)`, `DELETE SET NULL`, `CONFLICT REPLACE`.
fn skip_action(cursor: &mut Cursor<'_, '_>) {
    cursor.next();
    let two_words = [["set", "null"], ["set", "default"], ["no", "action"]];
    if !two_words.iter().any(|words| cursor.take_words(words)) {
        cursor.next();
    }
    cursor.take_group();
}
