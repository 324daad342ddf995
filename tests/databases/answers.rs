//! No SQL is given out for a database that its EXPLAIN does not take.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::fake_provider::{FakeProvider, Received, Script, openai_sse};
use crate::support::plugin::Plugin;
use crate::{Server, Shop, ask, metric, query, refusal, sql, warnings};

fn written(sql: &str) -> Script {
    let answer = json!({
        "sql": sql, "explanation": "Something.", "tables": ["orders"], "assumptions": [], "answerable": true,
        "clarification": "",
    });
    openai_sse(&answer.to_string())
}

/// A model that writes these in turn, and the last for ever.
async fn model(answers: &'static [&'static str]) -> FakeProvider {
    let turn = AtomicUsize::new(0);
    FakeProvider::start(move |received: &Received| match received.method.as_str() {
        "POST" => {
            let at = turn.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            written(answers[at])
        }
        _ => Script::json(404, "{}"),
    })
    .await
}

fn with_model(shop: &Shop, provider: &FakeProvider) -> Plugin {
    Plugin::start(&format!(
        "ai:\n  health_check_interval: 0s\n  default_service: it\n  services:\n    it: {{provider: custom, endpoint: '{}', \
         api_key: k, model: m}}\n{}",
        provider.url(),
        shop.config(&[])
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_that_the_database_does_not_take_is_mended_in_its_own_words() {
    for shop in Shop::servers() {
        // It parses and binds; only the database knows that there is no such function.
        let provider = model(&[
            "SELECT nowhere_known(total) FROM orders",
            "SELECT total FROM orders",
        ])
        .await;
        let plugin = with_model(&shop, &provider);
        let reply = ask(&plugin, "totals of the orders");
        assert_eq!(sql(&reply), "SELECT total FROM orders", "{}", shop.dialect());
        assert!(warnings(&reply).contains("nowhere_known"), "{}", warnings(&reply));
        assert_eq!(reply.pair("explained").as_deref(), Some("true"));
        assert_eq!(provider.requests(), 2);
        assert!(metric(&plugin, "atest_ai_sql_repairs_total{result=\"mended\"}") > 0.5);
        assert!(
            metric(
                &plugin,
                "atest_ai_database_operations_total{operation=\"explain\",result=\"wrong\"}"
            ) > 0.5
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_that_does_not_bind_is_mended_with_the_nearest_names() {
    let shop = Shop::sqlite();
    let provider = model(&["SELECT totl FROM orders", "SELECT total FROM orders"]).await;
    let plugin = with_model(&shop, &provider);
    let reply = ask(&plugin, "totals of the orders");
    assert_eq!(sql(&reply), "SELECT total FROM orders");
    assert!(warnings(&reply).contains("total"), "{}", warnings(&reply));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_second_bad_try_the_engine_answers_and_says_why() {
    for shop in Shop::each() {
        let provider = model(&["SELECT nowhere_known(total) FROM orders"]).await;
        let plugin = with_model(&shop, &provider);
        let reply = ask(&plugin, "all orders");
        assert_eq!(
            reply.pair("degraded").as_deref(),
            Some("true"),
            "{}: {}",
            shop.dialect(),
            reply.text()
        );
        assert_eq!(reply.pair("explained").as_deref(), Some("true"));
        assert_eq!(provider.requests(), 2);
        assert!(metric(&plugin, "atest_ai_sql_repairs_total{result=\"failed\"}") > 0.5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_writes_data_gets_nothing_through() {
    for shop in Shop::each() {
        for hostile in [
            "DELETE FROM orders",
            "SELECT * FROM orders; DROP TABLE orders",
            "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x",
            "SELECT * FROM orders FOR UPDATE",
        ] {
            let provider = FakeProvider::start(move |received: &Received| match received.method.as_str() {
                "POST" => written(hostile),
                _ => Script::json(404, "{}"),
            })
            .await;
            let plugin = with_model(&shop, &provider);
            let reply = query(
                &plugin,
                "generate",
                &json!({"prompt": "please remove every order"}),
            );
            assert_ne!(
                reply.pair("success").as_deref(),
                Some("true"),
                "{}: {}",
                shop.dialect(),
                reply.text()
            );
        }
    }
}

#[test]
fn every_answer_of_the_engine_is_taken_by_the_database() {
    let questions = [
        "all orders",
        "how many customers are there",
        "total of the orders by status",
        "orders of customers in Oslo",
        "customers without orders",
        "the 3 largest orders",
        "average total per customer",
        "number of orders per month",
        "orders placed in February 2026",
        "orders placed in the last 30 days",
        "revenue by month this year",
        "customers whose city is missing",
        "shipped orders over 5",
        "which customers have more than one order",
        "names of customers that begin with A",
        "cities with more than one customer",
        "the newest order of each customer",
        "orders that are not shipped",
        "distinct cities",
        "orders between 5 and 15",
        "customers with their number of orders",
        "total of orders of each city",
        "the customer with the most orders",
        "orders above the average total",
        "all orders sorted by total",
    ];
    for shop in Shop::each() {
        let plugin = Plugin::start(&shop.config(&[]));
        let mut answered = 0;
        for question in questions {
            let reply = ask(&plugin, question);
            if reply.pair("success").as_deref() == Some("true") {
                answered += 1;
                assert_eq!(
                    reply.pair("explained").as_deref(),
                    Some("true"),
                    "{}: {question}",
                    shop.dialect()
                );
                // Run it as its asker would.
                match &shop.server {
                    Server::Postgres(server) => drop(server.run(&sql(&reply))),
                    Server::MariaDb(server) => drop(server.run(&sql(&reply))),
                    Server::Sqlite(_) => shop.run(&sql(&reply)),
                }
            } else {
                let (kind, reason) = refusal(&reply);
                assert_ne!(
                    kind,
                    "invalid_response",
                    "{}: {question}: {reason}",
                    shop.dialect()
                );
            }
        }
        assert!(
            answered >= 20,
            "{}: only {answered} of {}",
            shop.dialect(),
            questions.len()
        );
    }
}

#[test]
fn a_dialect_that_is_not_the_databases_is_not_tried_on_it() {
    let shop = Shop::sqlite();
    let plugin = Plugin::start(&shop.config(&[]));
    let reply = query(
        &plugin,
        "generate",
        &json!({"prompt": "all orders", "database_type": "mysql"}),
    );
    assert_eq!(reply.pair("explained").as_deref(), Some("false"));
    assert!(
        warnings(&reply).contains("the database is sqlite"),
        "{}",
        warnings(&reply)
    );
}

#[test]
fn ask_takes_the_url_of_a_server() {
    for shop in Shop::servers() {
        let plugin = Plugin::start("");
        let asked = plugin.run(&[
            "ask",
            "orders of customers in Oslo",
            "--json",
            "--database",
            &shop.dsn,
        ]);
        let document: Value = serde_json::from_slice(&asked.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&asked.stderr)));
        assert_eq!(document["explained"], json!(true), "{document}");
        assert_eq!(document["dialect"], shop.dialect());
        let wrong = shop.dsn.replacen("planted", "wrongly-planted", 1);
        let asked = plugin.run(&["ask", "all orders", "--database", &wrong]);
        let said = String::from_utf8_lossy(&asked.stderr).into_owned();
        assert!(
            asked.status.code() == Some(2) && said.contains("refuses"),
            "{said}"
        );
        assert!(!said.contains("planted"), "{said}");
    }
}
