//! The first rows of an answer, as text and with their types.

use std::time::Duration;

use serde_json::Value;
use sqlx::{Column, Row, TypeInfo};

use super::failure::Failure;

/// How much of an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most rows.
    pub rows: u32,
    /// Most bytes of values.
    pub bytes: usize,
    /// Longest time.
    pub time: Duration,
}

/// The first rows of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Its columns, in order. Two may have the same name.
    pub columns: Vec<PreviewColumn>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
    /// Whether there are more rows, or longer values.
    pub is_cut: bool,
    limits: Limits,
    bytes: usize,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewColumn {
    /// As the database names it.
    pub name: String,
    /// The database's name of the type, in lower case.
    pub type_name: String,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// As the database writes it; `None` for NULL.
    pub text: Option<String>,
    /// With its type: numbers, truth values and JSON as such, all else as text. A number that JSON readers would round
    /// stays text.
    pub json: Value,
}

impl Cell {
    pub(super) fn null() -> Cell {
        Cell {
            text: None,
            json: Value::Null,
        }
    }

    pub(super) fn new(text: String, json: Value) -> Cell {
        Cell {
            text: Some(text),
            json,
        }
    }

    pub(super) fn text(text: String) -> Cell {
        Cell::new(text.clone(), Value::String(text))
    }

    /// JSON as the database writes it.
    pub(super) fn document(text: String) -> Cell {
        match serde_json::from_str(&text) {
            Ok(json) => Cell::new(text, json),
            Err(_) => Cell::text(text),
        }
    }

    /// Bytes as the hexadecimal digits that PostgreSQL shows.
    pub(super) fn bytes(bytes: &[u8]) -> Cell {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Cell::text(format!("\\x{digits}"))
    }

    fn len(&self) -> usize {
        self.text.as_ref().map_or(0, String::len)
    }

    /// The value cut to that many bytes at most, between characters.
    fn cut(self, most: usize) -> Cell {
        let Some(text) = self.text else {
            return self;
        };
        let end = (0..=most.min(text.len()))
            .rev()
            .find(|end| text.is_char_boundary(*end));
        let short = &text[..end.unwrap_or(0)];
        Cell::text(format!("{short}…"))
    }
}

/// A whole number; one that JSON readers would round stays text.
pub(super) fn number(text: String) -> Cell {
    /// Largest whole number that a double holds exactly.
    const EXACT: i64 = 1 << 53;
    match text.parse::<i64>() {
        Ok(value) if (-EXACT..=EXACT).contains(&value) => Cell::new(text, value.into()),
        _ => Cell::text(text),
    }
}

/// A number with decimals; what a double cannot hold in the same digits stays text.
pub(super) fn number_or_text(text: String) -> Cell {
    let significant = text
        .trim_start_matches(['-', '0', '.'])
        .chars()
        .filter(char::is_ascii_digit)
        .count();
    let value = text
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite() && significant <= 15);
    match value.and_then(serde_json::Number::from_f64) {
        Some(number) if !text.contains(['.', 'e', 'E']) => match text.parse::<i64>() {
            Ok(whole) => Cell::new(text, whole.into()),
            Err(_) => Cell::new(text, Value::Number(number)),
        },
        Some(number) => Cell::new(text, Value::Number(number)),
        None => Cell::text(text),
    }
}

impl Preview {
    pub(super) fn new(limits: Limits) -> Preview {
        Preview {
            columns: Vec::new(),
            rows: Vec::new(),
            is_cut: false,
            limits,
            bytes: 0,
        }
    }

    /// Names and types of the columns: `[{"name", "type"}]`.
    pub fn columns_json(&self) -> Value {
        let columns = self.columns.iter();
        columns
            .map(|column| serde_json::json!({"name": column.name, "type": column.type_name}))
            .collect()
    }

    /// The rows, each an array in the order of the columns.
    pub fn rows_json(&self) -> Value {
        let rows = self.rows.iter();
        rows.map(|row| row.iter().map(|cell| cell.json.clone()).collect::<Value>())
            .collect()
    }

    /// Adds a row, of which `cell` gives each value; false when no more are wanted.
    pub(super) fn push_row<R: Row>(
        &mut self,
        row: &R,
        cell: impl Fn(&R, usize) -> Result<Cell, Failure>,
    ) -> Result<bool, Failure> {
        let cells: Result<Vec<Cell>, Failure> = (0..row.len()).map(|at| cell(row, at)).collect();
        Ok(self.push(cells?))
    }

    /// Adds the columns of a statement.
    pub(super) fn describe<C: Column>(&mut self, columns: &[C]) {
        for column in columns {
            self.columns.push(PreviewColumn {
                name: column.name().to_owned(),
                type_name: column.type_info().name().to_lowercase(),
            });
        }
    }

    /// Adds a row; false when no more are wanted.
    fn push(&mut self, cells: Vec<Cell>) -> bool {
        if self.rows.len() >= self.limits.rows as usize || self.bytes >= self.limits.bytes {
            self.is_cut = true;
            return false;
        }
        let mut row = Vec::with_capacity(cells.len());
        for cell in cells {
            let left = self.limits.bytes.saturating_sub(self.bytes);
            let cell = if cell.len() > left {
                self.is_cut = true;
                cell.cut(left)
            } else {
                cell
            };
            self.bytes += cell.len();
            row.push(cell);
        }
        self.rows.push(row);
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn limits(rows: u32, bytes: usize) -> Limits {
        Limits {
            rows,
            bytes,
            time: Duration::from_secs(1),
        }
    }

    #[test]
    fn no_more_rows_and_bytes_than_wanted_are_kept() {
        let mut preview = Preview::new(limits(2, 1000));
        assert!(preview.push(vec![Cell::null()]) && preview.push(vec![Cell::null()]) && !preview.is_cut);
        assert!(!preview.push(vec![Cell::null()]) && preview.is_cut && preview.rows.len() == 2);
        let mut preview = Preview::new(limits(9, 5));
        preview.push(vec![Cell::text("abc".into()), Cell::text("dé…f".into())]);
        assert_eq!(preview.rows[0][1].text.as_deref(), Some("d…"));
        assert!(preview.is_cut && !preview.push(vec![Cell::null()]));
    }

    #[test]
    fn numbers_keep_their_digits() {
        for (text, json) in [
            ("12.50", json!(12.5)),
            ("-3", json!(-3)),
            ("0.1", json!(0.1)),
            ("12345678901234567.89", json!("12345678901234567.89")),
            ("NaN", json!("NaN")),
            ("1e300", json!(1e300)),
        ] {
            let cell = number_or_text(text.into());
            assert_eq!((cell.text.as_deref(), &cell.json), (Some(text), &json));
        }
        assert_eq!(number("9007199254740993".into()).json, json!("9007199254740993"));
        assert_eq!(number("42".into()).json, json!(42));
        assert_eq!(Cell::bytes(&[0, 255]).text.as_deref(), Some("\\x00ff"));
    }
}
