//! What a question costs the embedded engine: over 30 tables, and over 2,000. Figures of one run; nothing is asserted.
//!
//! `cargo bench -p nl2sql`
#![allow(clippy::print_stdout, reason = "figures are what it is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use nl2sql::{Column, ColumnKind, Dialect, ForeignKey, Lexicon, Request, Schema, Table, answer_with};

const THINGS: [&str; 30] = [
    "customer",
    "order",
    "product",
    "invoice",
    "payment",
    "supplier",
    "warehouse",
    "shipment",
    "employee",
    "department",
    "project",
    "task",
    "ticket",
    "comment",
    "category",
    "region",
    "country",
    "city",
    "store",
    "contract",
    "asset",
    "device",
    "sensor",
    "alert",
    "course",
    "student",
    "teacher",
    "room",
    "booking",
    "review",
];

const QUESTIONS: [&str; 16] = [
    "show all customers",
    "how many orders are there",
    "names of customers in Oslo",
    "average amount of orders per status",
    "top 5 products by amount",
    "customers without orders",
    "orders over 500 in 2025",
    "number of tickets per employee",
    "open tickets of the last 30 days",
    "departments with more than 10 employees",
    "which country has the most stores",
    "shipments that were not delivered yet, newest first",
    "每个状态的订单数量",
    "金额超过五千的前10个订单",
    "没有订单的客户",
    "2025年创建的工单，按金额从高到低排序",
];

fn column(name: &str, type_name: &str, samples: &[&str]) -> Column {
    let mut column = Column::new(name, type_name, ColumnKind::from_type_name(type_name));
    column.samples = samples.iter().map(|value| (*value).to_owned()).collect();
    column
}

/// So many tables, five columns each, every one with a key to the one before it.
fn schema(tables: usize) -> Schema {
    let name = |number: usize| match number / THINGS.len() {
        0 => format!("{}s", THINGS[number]),
        part => format!(
            "{}_{}_{part}",
            THINGS[number % THINGS.len()],
            THINGS[part % THINGS.len()]
        ),
    };
    let table = |number: usize| {
        let mut table = Table {
            name: name(number),
            columns: vec![
                column("id", "INTEGER", &[]),
                column("name", "VARCHAR(40)", &["Alpha", "Beta", "Gamma"]),
                column("status", "VARCHAR(10)", &["open", "closed", "delivered"]),
                column("city", "VARCHAR(40)", &["Oslo", "Lima", "Kyiv"]),
                column("amount", "DECIMAL(8,2)", &[]),
                column("created_at", "DATE", &[]),
            ],
            primary_key: vec!["id".into()],
            ..Table::default()
        };
        if number > 0 {
            let other = number - 1;
            let key = format!("{}_id", name(other).trim_end_matches('s'));
            table.columns.push(column(&key, "INTEGER", &[]));
            table.foreign_keys.push(ForeignKey {
                columns: vec![key],
                table: name(other),
                references: vec!["id".into()],
            });
        }
        table
    };
    Schema {
        tables: (0..tables).map(table).collect(),
    }
}

fn measure(tables: usize, builds: usize, rounds: usize) {
    let schema = schema(tables);
    // The first one also prepares the tables of words that all share.
    let mut build_times = Vec::new();
    for _ in 0..builds {
        let started = Instant::now();
        black_box(Lexicon::new(&schema));
        build_times.push(started.elapsed());
    }
    let first = build_times[0];
    build_times.sort();
    let lexicon = Lexicon::new(&schema);
    let mut times: Vec<(Duration, &str)> = Vec::new();
    let mut answered = 0;
    for question in QUESTIONS.iter().cycle().take(rounds) {
        let request = Request {
            question,
            schema: Some(&schema),
            dialect: Dialect::Sqlite,
            today: jiff::civil::date(2026, 3, 4),
            aliases: None,
        };
        let started = Instant::now();
        let outcome = black_box(answer_with(&lexicon, &request));
        times.push((started.elapsed(), question));
        answered += usize::from(outcome.is_ok());
    }
    let slowest = QUESTIONS.iter().map(|question| {
        let mut own: Vec<Duration> = times
            .iter()
            .filter(|(_, asked)| asked == question)
            .map(|(time, _)| *time)
            .collect();
        own.sort();
        (own.get(own.len() / 2).copied().unwrap_or_default(), *question)
    });
    let slowest = slowest.max().unwrap_or_default();
    times.sort();
    let (middle, late) = (times[times.len() / 2].0, times[times.len() * 99 / 100].0);
    let millis = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    println!(
        "{tables:>5} tables: vocabulary {} (the first {}), a question {} in the middle, {} at the 99th percentile (in the middle of \"{}\" {}; {answered} of {rounds} answered)",
        millis(build_times[builds / 2]),
        millis(first),
        millis(middle),
        millis(late),
        slowest.1,
        millis(slowest.0)
    );
}

/// Numbers of tables may be given.
fn main() {
    let given: Vec<usize> = std::env::args().filter_map(|text| text.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![30, 2_000] } else { given };
    for tables in sizes {
        if tables < 200 {
            measure(tables, 50, 1_200);
        } else {
            measure(tables, 5, 60);
        }
    }
}
