//! The embedded engine alone: time of one answer over a schema of thirty tables, reading the statements included.

use std::fmt::Write;
use std::time::Instant;

use nl2sql::Dialect;
use nl2sql::ddl::read_ddl;
use nl2sql::engine::{self, Request};

const ROUNDS: usize = 400;

const QUESTIONS: [&str; 8] = [
    "show all invoices",
    "how many employees are there",
    "total amount per department",
    "employees hired in 2024 sorted by amount descending",
    "top 5 most expensive parts",
    "names and emails of suppliers from Norway",
    "departments with more than 10 employees",
    "invoices that were never paid",
];

/// Prints the quantiles.
pub fn report() {
    let ddl = thirty_tables();
    let schema = read_ddl(&ddl, Dialect::MySql).schema;
    assert_eq!(schema.tables.len(), 30, "the schema is read whole");
    let today = jiff::civil::date(2026, 6, 1);
    let mut answer = Vec::new();
    let mut whole = Vec::new();
    for round in 0..ROUNDS {
        let question = QUESTIONS[round % QUESTIONS.len()];
        let request = Request {
            question,
            schema: Some(&schema),
            dialect: Dialect::MySql,
            today,
            aliases: None,
        };
        let started = Instant::now();
        let _ = std::hint::black_box(engine::answer(&request));
        answer.push(started.elapsed().as_secs_f64() * 1e3);

        let started = Instant::now();
        let read = read_ddl(&ddl, Dialect::MySql).schema;
        let _ = std::hint::black_box(engine::answer(&Request {
            schema: Some(&read),
            ..request
        }));
        whole.push(started.elapsed().as_secs_f64() * 1e3);
    }
    println!(
        "  answer                                 {}",
        quantiles(&mut answer)
    );
    println!(
        "  reading the statements and answering   {}",
        quantiles(&mut whole)
    );
}

fn quantiles(figures: &mut [f64]) -> String {
    figures.sort_by(f64::total_cmp);
    let at = |share: f64| figures[((figures.len() - 1) as f64 * share) as usize];
    format!("p50 {:.2} ms, p99 {:.2} ms", at(0.5), at(0.99))
}

/// Thirty tables of ten columns, each but the first with a key to an earlier one.
fn thirty_tables() -> String {
    let named = [
        "departments",
        "employees",
        "suppliers",
        "parts",
        "invoices",
        "warehouses",
        "shipments",
        "contracts",
        "projects",
        "meetings",
        "rooms",
        "buildings",
        "licences",
        "vehicles",
        "trips",
        "expenses",
        "budgets",
        "accounts",
        "transfers",
        "audits",
        "tickets",
        "comments",
        "labels",
        "releases",
        "tests",
        "devices",
        "sensors",
        "readings",
        "alarms",
        "visits",
    ];
    let mut ddl = String::new();
    for (index, table) in named.iter().enumerate() {
        let parent = named[index.saturating_sub(1) / 2];
        let singular = parent.trim_end_matches('s');
        let key = if index == 0 {
            String::new()
        } else {
            format!(", {singular}_id INT REFERENCES {parent}(id)")
        };
        writeln!(
            ddl,
            "CREATE TABLE {table} (id INT PRIMARY KEY, name VARCHAR(80) NOT NULL, email VARCHAR(80), country VARCHAR(40), \
             status VARCHAR(16), amount DECIMAL(10,2), price DECIMAL(10,2), hired_on DATE, paid_at TIMESTAMP NULL, \
             is_active BOOLEAN{key});"
        )
        .expect("writing to a string succeeds");
    }
    ddl
}
