//! What the embedded engine answers to the requests of the operations guide and their like, in each dialect, run on the
//! database itself. A golden file is reviewed like code; `ATEST_UPDATE_GOLDEN=1` writes it anew.

use std::path::Path;

use crate::support::plugin::Plugin;
use crate::{Server, Shop, ask, sql};

const TABLES: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR(40), role VARCHAR(20), is_active BOOLEAN, last_login TIMESTAMP NULL);
    CREATE TABLE products (id INTEGER PRIMARY KEY, title VARCHAR(40), price DECIMAL(8,2), stock INTEGER);
    CREATE TABLE payments (id INTEGER PRIMARY KEY, method VARCHAR(20), revenue DECIMAL(8,2), paid_at DATE);
    CREATE TABLE clients (id INTEGER PRIMARY KEY, company VARCHAR(40), country VARCHAR(40), status VARCHAR(10));
    INSERT INTO clients VALUES (1, 'Alpha', 'Peru', 'active'), (2, 'Beta', 'Chad', 'closed');
    INSERT INTO payments VALUES (1, 'card', 12.50, '2026-01-05'), (2, 'cash', 7.25, '2026-02-05');
    INSERT INTO products VALUES (1, 'Lamp', 19.90, 3), (2, 'Desk', 120.00, 0);";

const QUESTIONS: [&str; 16] = [
    "Show all users",
    "Get product count",
    "Calculate total revenue",
    "Find active clients",
    "revenue by month this year",
    "top 5 most expensive products",
    "average revenue per method",
    "users who never logged in",
    "inactive users",
    "products out of stock",
    "payments of the last 30 days",
    "payments in January 2026",
    "clients whose company starts with A",
    "number of clients per country",
    "products that cost more than the average price",
    "distinct countries of clients",
];

#[test]
fn the_guides_requests_have_the_answers_of_the_golden_file_and_they_run() {
    let mut written = String::new();
    for shop in Shop::each() {
        shop.run(TABLES);
        let plugin = Plugin::start(&shop.config(&[]));
        written.push_str(&format!("== {}\n", shop.dialect()));
        for question in QUESTIONS {
            let reply = ask(&plugin, question);
            assert_eq!(
                reply.pair("success").as_deref(),
                Some("true"),
                "{question}: {}",
                reply.text()
            );
            assert_eq!(reply.pair("explained").as_deref(), Some("true"), "{question}");
            let answer = sql(&reply);
            match &shop.server {
                Server::Postgres(server) => drop(server.run(&answer)),
                Server::MariaDb(server) => drop(server.run(&answer)),
                Server::Sqlite(_) => shop.run(&answer),
            }
            written.push_str(&format!("{question}\n    {answer}\n"));
        }
    }
    // With the servers away, only the part for files is there.
    if !written.contains("== postgresql") || !written.contains("== mysql") {
        return;
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/guide-answers.txt");
    if std::env::var_os("ATEST_UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &written).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap();
    assert_eq!(
        written, expected,
        "see whether the change is right; ATEST_UPDATE_GOLDEN=1 writes the file anew"
    );
}
