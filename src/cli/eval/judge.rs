//! Whether a query gives what it should: rows are compared, not texts.
//!
//! Rows are equal as multisets under one order of the columns; where the expected query has an ORDER BY, their order counts
//! too. An order that SQLite itself may break either way, because of ties, is told by running the query with unordered rows
//! reversed; then either is accepted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::database::{RowLimits, RowsError, sqlite_rows};

/// Most rows of a result that is compared.
const MOST_ROWS: usize = 50_000;

/// Longest time for one query.
const LONGEST: Duration = Duration::from_secs(20);

/// Orders of columns that are tried.
const MOST_ORDERS: usize = 200;

/// A value that can be compared: numbers are equal when their first six digits are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Null,
    Whole(i64),
    Broken(String),
    Text(String),
}

type Rows = Vec<Vec<Cell>>;

/// What a query gives, with unordered rows in both orders.
struct Result2 {
    rows: Rows,
    reversed: Rows,
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Right,
    Wrong,
    /// The written query does not run.
    Fails(String),
    /// None of the expected queries runs, so nothing can be said.
    NoGold(String),
}

/// Compares a query with those that are right, on each state of a database: one of them must give the same rows on all.
pub(super) async fn judge(states: &[PathBuf], golds: &[String], sql: &str) -> Verdict {
    let mut trouble = None;
    let mut ran = false;
    for gold in golds {
        let mut is_right = true;
        for database in states {
            let expected = match run(database, gold).await {
                Ok(expected) => expected,
                Err(error) => {
                    trouble = Some(error.to_string());
                    is_right = false;
                    break;
                }
            };
            ran = true;
            let written = match run(database, sql).await {
                Ok(written) => written,
                Err(error) => return Verdict::Fails(error.to_string()),
            };
            if !is_match(gold, &expected, &written) {
                is_right = false;
                break;
            }
        }
        if is_right {
            return Verdict::Right;
        }
    }
    match trouble {
        Some(error) if !ran => Verdict::NoGold(error),
        _ => Verdict::Wrong,
    }
}

async fn run(database: &Path, sql: &str) -> Result<Result2, RowsError> {
    let rows = |reversed| async move {
        let limits = RowLimits {
            time: LONGEST,
            rows: MOST_ROWS,
            reversed,
        };
        let rows = sqlite_rows(database, sql, limits).await?;
        Ok::<Rows, RowsError>(rows.iter().map(|row| row.iter().map(cell).collect()).collect())
    };
    Ok(Result2 {
        rows: rows(false).await?,
        reversed: rows(true).await?,
    })
}

fn is_match(gold: &str, expected: &Result2, written: &Result2) -> bool {
    let (ordered, limited) = outer_words(gold);
    if same(&expected.rows, &written.rows, ordered) {
        return true;
    }
    if !ordered || expected.rows == expected.reversed {
        return false;
    }
    if limited {
        // Which of the tied rows are within the limit is open too.
        return [
            (&expected.reversed, &written.reversed),
            (&expected.reversed, &written.rows),
            (&expected.rows, &written.reversed),
        ]
        .into_iter()
        .any(|(expected, written)| same(expected, written, true));
    }
    same(&expected.rows, &written.rows, false)
}

/// Whether the outermost query has an ORDER BY, and whether there is a LIMIT at all.
fn outer_words(sql: &str) -> (bool, bool) {
    let mut outer = String::new();
    let (mut depth, mut quote) = (0_u32, None);
    let mut whole = String::new();
    for c in sql.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => continue,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, c) => {
                whole.push(c.to_ascii_lowercase());
                if depth == 0 {
                    outer.push(c.to_ascii_lowercase());
                }
                continue;
            }
        }
        whole.push(' ');
        outer.push(' ');
    }
    let words: Vec<&str> = outer.split_whitespace().collect();
    let ordered = words.windows(2).any(|pair| pair == ["order", "by"]);
    (ordered, whole.split_whitespace().any(|word| word == "limit"))
}

fn same(expected: &Rows, written: &Rows, ordered: bool) -> bool {
    if expected.len() != written.len() {
        return false;
    }
    let (Some(first), Some(other)) = (expected.first(), written.first()) else {
        return true;
    };
    if first.len() != other.len() {
        return false;
    }
    let wanted: Vec<Vec<&Cell>> = arranged(expected, &(0..first.len()).collect::<Vec<_>>(), ordered);
    let mut left = MOST_ORDERS;
    some_order(
        &candidates(expected, written),
        &mut Vec::new(),
        &mut left,
        &mut |order| arranged(written, order, ordered) == wanted,
    )
}

fn arranged<'r>(rows: &'r Rows, order: &[usize], ordered: bool) -> Vec<Vec<&'r Cell>> {
    let mut rows: Vec<Vec<&Cell>> = rows
        .iter()
        .map(|row| order.iter().map(|at| &row[*at]).collect())
        .collect();
    if !ordered {
        rows.sort_unstable();
    }
    rows
}

/// For each expected column, the written ones that hold the same values.
fn candidates(expected: &Rows, written: &Rows) -> Vec<Vec<usize>> {
    let column = |rows: &Rows, at: usize| {
        let mut cells: Vec<Cell> = rows.iter().map(|row| row[at].clone()).collect();
        cells.sort_unstable();
        cells
    };
    let count = expected[0].len();
    let own: Vec<_> = (0..count).map(|at| column(written, at)).collect();
    (0..count)
        .map(|at| {
            let wanted = column(expected, at);
            (0..count).filter(|other| own[*other] == wanted).collect()
        })
        .collect()
}

/// Whether one of the orders fits, of those that are tried.
fn some_order(
    candidates: &[Vec<usize>],
    chosen: &mut Vec<usize>,
    left: &mut usize,
    fits: &mut impl FnMut(&[usize]) -> bool,
) -> bool {
    if *left == 0 {
        return false;
    }
    let Some(next) = candidates.get(chosen.len()) else {
        *left -= 1;
        return fits(chosen);
    };
    for at in next {
        if chosen.contains(at) {
            continue;
        }
        chosen.push(*at);
        if some_order(candidates, chosen, left, fits) {
            return true;
        }
        chosen.pop();
    }
    false
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Cell::Whole(whole),
            (None, Some(real)) => six_digits(real),
            (None, None) => Cell::Broken(number.to_string()),
        },
        Value::String(text) => Cell::Text(text.clone()),
        other => Cell::Text(other.to_string()),
    }
}

fn six_digits(real: f64) -> Cell {
    let text = format!("{real:.5e}");
    let rounded: f64 = text.parse().unwrap_or(real);
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        Cell::Whole(rounded as i64)
    } else {
        Cell::Broken(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(value: Value) -> Rows {
        let rows = value.as_array().unwrap();
        rows.iter()
            .map(|row| row.as_array().unwrap().iter().map(cell).collect())
            .collect()
    }

    fn equal(expected: Value, written: Value, ordered: bool) -> bool {
        same(&rows(expected), &rows(written), ordered)
    }

    #[test]
    fn rows_are_compared_as_multisets_unless_an_order_is_asked_for() {
        assert!(equal(json!([[1], [2], [2]]), json!([[2], [1], [2]]), false));
        assert!(!equal(json!([[1], [2], [2]]), json!([[2], [1], [2]]), true));
        assert!(!equal(json!([[1], [2], [2]]), json!([[1], [1], [2]]), false));
        assert!(!equal(json!([[1]]), json!([[1], [1]]), false));
        assert!(equal(json!([]), json!([]), true));
    }

    #[test]
    fn columns_may_stand_in_another_order_but_only_in_one() {
        assert!(equal(
            json!([[1, "a"], [2, "b"]]),
            json!([["a", 1], ["b", 2]]),
            true
        ));
        assert!(!equal(json!([[1, 2], [2, 1]]), json!([[1, 1], [2, 2]]), false));
        assert!(!equal(json!([[1]]), json!([[1, 2]]), false));
    }

    #[test]
    fn numbers_are_equal_when_six_digits_are() {
        assert!(equal(json!([[1.000_000_1]]), json!([[1]]), true));
        assert!(equal(json!([[0.333_333_3]]), json!([[0.333_333_4]]), true));
        assert!(!equal(json!([[0.333]]), json!([[0.334]]), true));
        assert!(!equal(json!([[1_234_567]]), json!([[1_234_568]]), true));
        assert!(!equal(json!([["1"]]), json!([[1]]), true));
        assert!(!equal(json!([[null]]), json!([[0]]), true));
    }

    #[test]
    fn only_the_outermost_order_counts() {
        assert_eq!(outer_words("SELECT a FROM t ORDER  BY a LIMIT 1"), (true, true));
        let inner = "SELECT a FROM (SELECT a FROM t ORDER BY a LIMIT 2) WHERE b = 'order by'";
        assert_eq!(outer_words(inner), (false, true));
        assert_eq!(outer_words("SELECT 'it''s limit' FROM t"), (false, false));
    }

    #[test]
    fn many_equal_columns_end_the_search() {
        let row: Vec<u8> = vec![1; 30];
        let mut other = row.clone();
        other[0] = 1;
        assert!(equal(json!([row]), json!([other]), true));
        // Each column alone looks the same, but no order of them fits.
        let expected = json!([
            [1, 1, 1, 2, 2, 2, 1, 2],
            [2, 2, 2, 1, 1, 1, 2, 1],
            [1, 2, 1, 2, 1, 2, 1, 2]
        ]);
        let written = json!([
            [1, 1, 1, 1, 2, 2, 2, 2],
            [2, 2, 1, 1, 1, 2, 2, 1],
            [1, 2, 2, 2, 1, 2, 1, 1]
        ]);
        let _ = equal(expected, written, true);
    }
}
