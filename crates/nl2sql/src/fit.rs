//! Chooses what of a schema a model is shown when it is too much to be shown whole.
//!
//! Tables come in this order until the budget is spent: those that the question's words name, by the embedded engine's own
//! vocabulary; those on the shortest joins between them; their neighbours; and the others by how much they have in common
//! with the question, those that hang together with most tables first. When what is needed does not fit, the widest
//! tables lose columns before a table is dropped: keys, columns that the question names and the first few stay.
//!
//! The same schema and question give the same choice, in the order of the source.

mod asked;
mod cost;
mod rank;
mod ties;

use std::borrow::Cow;

use crate::schema::{Schema, Table};
use asked::Asked;
use rank::Ranking;

pub use cost::{table_tokens, tokens};

/// The first columns of a table that stay when it is cut: they tell what it is about.
const FIRST_COLUMNS: usize = 12;

/// What is to be chosen by.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The question's words.
    pub question: &'a str,
    /// Further texts whose tables are needed if they are named exactly: SQL that is to be changed, what is wrong with it.
    pub texts: &'a [&'a str],
    /// How much may be shown, in tokens ([`tokens`]).
    pub budget: usize,
    /// Whether sample values are shown. If not, they do not decide either, so that the choice tells nothing of them.
    pub with_values: bool,
}

/// What of a schema is shown.
#[derive(Debug, Clone)]
pub struct Fitted<'a> {
    /// The chosen tables, in the order of the source.
    pub schema: Cow<'a, Schema>,
    /// How many tables there are.
    pub tables: usize,
    /// The names of the tables that are not shown, in the order of the source.
    pub left_out: Vec<&'a str>,
    /// The tables of which columns are not shown, and how many.
    pub cut: Vec<(&'a str, usize)>,
    /// Whether words of the question named a table, a column or a value.
    pub is_linked: bool,
}

/// Chooses what of a schema is shown.
pub fn fit<'a>(schema: &'a Schema, wish: &Wish<'_>) -> Fitted<'a> {
    let costs: Vec<usize> = schema
        .tables
        .iter()
        .map(|table| table_tokens(table, wish.with_values))
        .collect();
    if costs.iter().sum::<usize>() <= wish.budget {
        return Fitted {
            schema: Cow::Borrowed(schema),
            tables: schema.tables.len(),
            left_out: Vec::new(),
            cut: Vec::new(),
            is_linked: true,
        };
    }
    let asked = Asked::new(wish.question, wish.texts);
    let ranking = rank::rank(schema, &asked, wish.with_values);
    let chosen = choose(schema, &ranking, &costs, wish);
    shown(schema, &chosen, ranking.is_linked)
}

/// What becomes of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Choice {
    Out,
    Whole,
    /// The places of the columns that stay.
    Columns(Vec<usize>),
}

fn choose(schema: &Schema, ranking: &Ranking, costs: &[usize], wish: &Wish<'_>) -> Vec<Choice> {
    let mut choices = vec![Choice::Out; schema.tables.len()];
    let mut left = wish.budget;
    let needed = &ranking.order[..ranking.needed];
    for (table, choice) in within(schema, ranking, needed, costs, wish) {
        left = left.saturating_sub(cost_of(&schema.tables[table], &choice, costs[table], wish));
        choices[table] = choice;
    }
    for table in &ranking.order[ranking.needed..] {
        if costs[*table] <= left {
            left -= costs[*table];
            choices[*table] = Choice::Whole;
        }
    }
    let is_nothing = choices.iter().all(|choice| *choice == Choice::Out);
    if let (true, Some(first)) = (is_nothing, ranking.order.first()) {
        choices[*first] = Choice::Columns(as_many_as_fit(&schema.tables[*first], ranking, *first, wish));
    }
    choices
}

/// As many of the needed tables as fit: whole, else without columns that nobody asked for, the largest saving first.
fn within(
    schema: &Schema,
    ranking: &Ranking,
    needed: &[usize],
    costs: &[usize],
    wish: &Wish<'_>,
) -> Vec<(usize, Choice)> {
    let mut total: usize = needed.iter().map(|table| costs[*table]).sum();
    let mut choices: Vec<(usize, Choice)> = needed.iter().map(|table| (*table, Choice::Whole)).collect();
    if total <= wish.budget {
        return choices;
    }
    let mut savings: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    for (place, table) in needed.iter().enumerate() {
        let columns = narrow(&schema.tables[*table], ranking, *table);
        let cost = cost::some_columns(&schema.tables[*table], &columns, wish.with_values);
        if cost < costs[*table] {
            savings.push((costs[*table] - cost, place, columns));
        }
    }
    savings.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (saving, place, columns) in savings {
        if total <= wish.budget {
            break;
        }
        total -= saving;
        choices[place].1 = Choice::Columns(columns);
    }
    while total > wish.budget {
        let Some((table, choice)) = choices.pop() else {
            break;
        };
        total -= cost_of(&schema.tables[table], &choice, costs[table], wish);
    }
    choices
}

fn cost_of(table: &Table, choice: &Choice, whole: usize, wish: &Wish<'_>) -> usize {
    match choice {
        Choice::Out => 0,
        Choice::Whole => whole,
        Choice::Columns(columns) => cost::some_columns(table, columns, wish.with_values),
    }
}

/// The columns that stay of a table that is cut.
fn narrow(table: &Table, ranking: &Ranking, place: usize) -> Vec<usize> {
    let stays = |at: &usize| {
        *at < FIRST_COLUMNS || is_key(table, &table.columns[*at].name) || ranking.columns[place].contains(at)
    };
    (0..table.columns.len()).filter(stays).collect()
}

/// The best columns of a table of which not even those fit, at least one.
fn as_many_as_fit(table: &Table, ranking: &Ranking, place: usize, wish: &Wish<'_>) -> Vec<usize> {
    let rank = |at: &usize| {
        let asked_for = ranking.columns[place].iter().position(|named| named == at);
        let is_key = is_key(table, &table.columns[*at].name);
        (asked_for.unwrap_or(usize::MAX), !is_key, *at)
    };
    let mut columns: Vec<usize> = (0..table.columns.len()).collect();
    columns.sort_by_key(rank);
    let mut left = wish
        .budget
        .saturating_sub(cost::some_columns(table, &[], wish.with_values));
    let mut kept = Vec::new();
    for at in columns {
        let cost = cost::column_tokens(table, &table.columns[at], wish.with_values);
        if cost > left && !kept.is_empty() {
            break;
        }
        left = left.saturating_sub(cost);
        kept.push(at);
    }
    kept.sort_unstable();
    kept
}

fn is_key(table: &Table, column: &str) -> bool {
    let is_it = |name: &String| name.eq_ignore_ascii_case(column);
    table.primary_key.iter().any(is_it) || table.foreign_keys.iter().any(|key| key.columns.iter().any(is_it))
}

/// The schema of what was chosen. A key whose other end is not shown is not shown either: it would name what is not there.
fn shown<'a>(schema: &'a Schema, choices: &[Choice], is_linked: bool) -> Fitted<'a> {
    let mut fitted = Fitted {
        schema: Cow::Owned(Schema::default()),
        tables: schema.tables.len(),
        left_out: Vec::new(),
        cut: Vec::new(),
        is_linked,
    };
    let mut tables = Vec::new();
    for (table, choice) in schema.tables.iter().zip(choices) {
        match choice {
            Choice::Out => fitted.left_out.push(&table.name),
            Choice::Whole => tables.push(table.clone()),
            Choice::Columns(columns) => {
                fitted
                    .cut
                    .push((&table.name, table.columns.len() - columns.len()));
                tables.push(Table {
                    name: table.name.clone(),
                    namespace: table.namespace.clone(),
                    comment: table.comment.clone(),
                    columns: columns.iter().map(|at| table.columns[*at].clone()).collect(),
                    primary_key: table.primary_key.clone(),
                    foreign_keys: table.foreign_keys.clone(),
                    is_view: table.is_view,
                    rows: table.rows,
                });
            }
        }
    }
    let mut schema = Schema { tables };
    drop_loose_keys(&mut schema);
    fitted.schema = Cow::Owned(schema);
    fitted
}

fn drop_loose_keys(schema: &mut Schema) {
    let names: std::collections::HashSet<String> = schema
        .tables
        .iter()
        .map(|table| table.name.to_lowercase())
        .collect();
    for table in &mut schema.tables {
        let columns = &table.columns;
        let has = |name: &String| {
            columns
                .iter()
                .any(|column| column.name.eq_ignore_ascii_case(name))
        };
        if !table.primary_key.iter().all(has) {
            table.primary_key.clear();
        }
        table
            .foreign_keys
            .retain(|key| names.contains(&key.table.to_lowercase()) && key.columns.iter().all(has));
    }
}

#[cfg(test)]
mod tests;
