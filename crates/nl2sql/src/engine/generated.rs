//! Whatever the engine answers, over schemas and questions that nobody wrote, is one SELECT whose names the schema has.

use std::collections::HashSet;

use proptest::prelude::*;

use super::phrases::PHRASES;
use super::{Request, answer, chinese};
use crate::schema::{Column, ColumnKind, ForeignKey, Schema, Table};
use crate::{Dialect, check};

/// Names as people give them, and as only tools give them.
fn name() -> impl Strategy<Value = String> {
    let usual = prop::sample::select(vec![
        "users",
        "orders",
        "order_items",
        "Customers",
        "tbl_product",
        "visit",
        "Staff Members",
        "person",
        "people",
        "category",
        "id",
        "name",
        "full_name",
        "FirstName",
        "email",
        "status",
        "state",
        "type",
        "price",
        "unit_price",
        "total",
        "amount",
        "qty",
        "created_at",
        "birth_date",
        "year",
        "is_active",
        "paid",
        "city",
        "user_id",
        "customer_id",
        "parent_id",
        "age",
    ]);
    let odd = prop::sample::select(vec![
        "",
        "placed\non",
        "order",
        "group",
        "select",
        "from",
        "user",
        "key",
        "rank",
        "limit",
        "desc",
        "values",
        "when",
        "null",
        "true",
        "Größe",
        "订单",
        "a b",
        "a\"b",
        "a`b",
        "a'b",
        "a.b",
        "2024",
        "1st",
        "x$",
        "_",
        "ID",
        "Total Price",
        "count",
        "sum",
        "date",
        "time",
        "end",
    ]);
    prop_oneof![5 => usual.prop_map(str::to_owned), 2 => odd.prop_map(str::to_owned), 1 => "[a-zA-Z_][a-zA-Z0-9_ ]{0,10}[a-z]"]
}

fn column() -> impl Strategy<Value = Column> {
    let types = prop::sample::select(vec![
        "INT",
        "BIGINT",
        "DECIMAL(10,2)",
        "TEXT",
        "VARCHAR(20)",
        "BOOLEAN",
        "DATE",
        "TIMESTAMP",
        "TIME",
        "JSON",
        "BLOB",
        "uuid",
        "",
    ]);
    let sample = prop::sample::select(vec![
        "paid",
        "open",
        "Ann Lee",
        "O'Hara",
        "Y",
        "N",
        "2024-05-01",
        "12",
        "a\\b",
        "Größe",
        "50%",
        "x;y",
        "\"q\"",
        "new york",
    ]);
    let samples = prop::collection::vec(sample.prop_map(str::to_owned), 0..3);
    (name(), types, any::<bool>(), samples).prop_map(|(name, type_name, nullable, samples)| {
        let mut column = Column::new(name, type_name, ColumnKind::from_type_name(type_name));
        column.nullable = nullable;
        column.samples = samples;
        column
    })
}

/// A table, the places of its primary key and of columns that refer to others, with which one.
type Draft = (String, Vec<Column>, Option<usize>, Vec<(usize, usize)>);

fn schema() -> impl Strategy<Value = Schema> {
    let keys = prop::collection::vec((0..8_usize, 0..6_usize), 0..3);
    let table = (
        name(),
        prop::collection::vec(column(), 1..8),
        prop::option::weighted(0.8, 0..3_usize),
        keys,
    );
    prop::collection::vec(table, 1..6).prop_map(built)
}

fn built(drafts: Vec<Draft>) -> Schema {
    let mut names = HashSet::new();
    let mut schema = Schema::default();
    let mut references = Vec::new();
    for (name, mut columns, primary, keys) in drafts {
        // A schema has each name once, in whatever case.
        if !names.insert(name.to_lowercase()) {
            continue;
        }
        let mut known = HashSet::new();
        columns.retain(|column| known.insert(column.name.to_lowercase()));
        let primary = primary
            .and_then(|at| columns.get(at))
            .map(|column| column.name.clone());
        references.push(keys);
        schema.tables.push(Table {
            name,
            columns,
            primary_key: primary.into_iter().collect(),
            ..Table::default()
        });
    }
    for (at, keys) in references.into_iter().enumerate() {
        for (column, table) in keys {
            let Some(column) = schema.tables[at]
                .columns
                .get(column)
                .map(|column| column.name.clone())
            else {
                continue;
            };
            let Some(target) = schema
                .tables
                .get(table)
                .filter(|target| !target.primary_key.is_empty())
            else {
                continue;
            };
            let key = ForeignKey {
                columns: vec![column],
                table: target.name.clone(),
                references: target.primary_key.clone(),
            };
            schema.tables[at].foreign_keys.push(key);
        }
    }
    schema
}

/// What is said between names.
fn said() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "show",
        "list all",
        "how many",
        "number of",
        "average",
        "total",
        "highest",
        "lowest",
        "most",
        "top 3",
        "per",
        "by",
        "for each",
        "with",
        "without",
        "no",
        "not",
        "of",
        "in",
        "and",
        "or",
        "whose",
        "is",
        "more than 5",
        "between 1 and 9",
        "in 2024",
        "last month",
        "last 30 days",
        "paid",
        "open",
        "\"Ann Lee\"",
        "O'Hara",
        "starting with a",
        "sorted by",
        "descending",
        "distinct",
        "each",
        "never",
        "above average",
        "monthly",
        "latest",
        "oldest",
        "that have",
        "belonging to",
        "percentage of",
        "ratio of",
        "to",
        "average number of",
        "their",
        "more than their",
        "manager",
        "Ann Lee's",
        "with the largest",
        "from",
        "Y",
        "50%",
        "who spent the most on",
        "spent in total",
        "compared with",
        "versus",
        "within 3 days of",
        "how long",
        "longest time between",
        "took longer than 2 hours",
        "over 5,000 dollars",
        "for at least 2 years",
        "expiring next week",
        "so far this year",
        "the first of each",
        "the 2 newest",
        "in the USA",
        "in French",
        "as a share of the total",
        "both",
        "but not",
        "more than once",
        "nobody",
        "unpaid",
        "still open",
        "overdue",
        "month over month",
        "on weekends",
        "older than 30",
        "named",
        "along with",
        "at the same",
        "that were never",
        "twice as many as",
        "second",
        "third highest",
        "compared to last month",
        "versus last year",
        "same",
        "as",
        "than",
        "valid today",
        "overdue",
        "on time",
        "last week",
        "busiest month",
        "which hour had the most",
        "plus",
        "minus",
        "not contacted since January",
        "in the same month",
        "who",
        "rate",
        "rates",
        "revenue",
        "totals",
        "range",
        "of the same",
        "the average",
        "soonest first",
        "on top",
        "neither",
        "nor",
        "without",
        "part-time",
        "non-paid",
        "whats",
        "today",
        "on Mondays",
        "by hour of the day",
        "birthday",
        "age",
        "in hours",
        "how long does",
        "take",
        "left",
        "signups",
        "customers",
        "5xx",
        "haven't logged in for 90 days",
        "as a percentage of all",
        "most popular",
        "best rated",
        "under 25",
        "2-bedroom",
        "(",
        ")",
        "most",
        "the",
        "for each",
        "fewer than 3",
        "average per",
        "from 2023 to 2024",
        "?",
        ",",
    ]);
    words.prop_map(str::to_owned)
}

/// The same in Chinese: words of its tables, states made into rates, numbers with what is counted.
fn said_in_chinese() -> impl Strategy<Value = String> {
    let listed = chinese::listed();
    let marks = prop::sample::select(listed[..listed.len() / 3].to_vec()).prop_map(str::to_owned);
    let words = prop::sample::select(listed).prop_map(str::to_owned);
    let usual = prop::sample::select(vec![
        "每个",
        "的",
        "数量",
        "有多少",
        "平均",
        "总",
        "最高",
        "最多的",
        "前3名",
        "超过5",
        "没有",
        "从未",
        "和",
        "按",
        "从高到低",
        "去年",
        "最近7天",
        "占比",
        "哪些",
        "谁",
        "在",
        "之间",
        "至少两次",
        "以及",
        "，",
        "？",
        "(Oslo)",
        "3个",
    ])
    .prop_map(str::to_owned);
    let rates = words.clone().prop_map(|word| format!("{word}率"));
    prop_oneof![3 => usual, 3 => marks, 3 => words, 1 => rates]
}

/// A schema and a question of its own names and of words around them.
fn asked() -> impl Strategy<Value = (Schema, String)> {
    schema().prop_flat_map(|schema| {
        let tables = schema.tables.iter();
        let own: Vec<String> = tables
            .flat_map(|table| {
                let columns = table.columns.iter().map(|column| column.name.clone());
                columns.chain([table.name.clone()])
            })
            .map(|name| name.replace('_', " ").to_lowercase())
            .collect();
        let own = prop::sample::select(own);
        let phrases: Vec<&str> = PHRASES
            .iter()
            .flat_map(|(_, lines)| lines.iter().flat_map(|line| line.split('|')))
            .collect();
        let phrase = prop::sample::select(phrases).prop_map(str::to_owned);
        let word = prop_oneof![3 => said(), 2 => phrase, 3 => own.clone(), 1 => "[a-z]{1,8}"];
        let english = prop::collection::vec(word, 1..10).prop_map(|words| words.join(" "));
        let word = prop_oneof![5 => said_in_chinese(), 3 => own];
        let chinese = prop::collection::vec(word, 1..10).prop_map(|words| words.concat());
        (Just(schema), prop_oneof![2 => english, 1 => chinese])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn every_answer_is_one_select_over_tables_and_columns_that_exist((schema, question) in asked()) {
        for dialect in Dialect::ALL {
            let request = Request {
                question: &question,
                schema: Some(&schema),
                dialect,
                today: jiff::civil::date(2025, 8, 20),
                aliases: None,
            };
            let Ok(draft) = answer(&request) else { continue };
            match check(&draft.sql, dialect, Some(&schema)) {
                Ok(checked) => prop_assert_eq!(checked.sql(), draft.sql),
                Err(error) => prop_assert!(false, "{}: {}\n{}\n{}", dialect, question, draft.sql, error),
            }
        }
    }
}
