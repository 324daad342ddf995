//! The embedded engine's second opinion, and samples that vote.

use std::sync::mpsc;

use serde_json::{Value, json};

use crate::fake_provider::Received;
use crate::{ask, confidence, query, start, written};

const QUESTION: &str = "names of all users";
const SAME: &str = "SELECT u.name FROM users AS u";

fn warnings(reply: &crate::support::http::Reply) -> String {
    reply.pair("warnings").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engines_reading_counts_and_a_different_one_is_shown() {
    let (_provider, plugin) = start("", |_: &Received| written(SAME)).await;
    let agreed = ask(&plugin, QUESTION, &json!({}));
    assert_eq!(agreed.pair("confidence_source").as_deref(), Some("agreement"));
    assert!(confidence(&agreed) <= 0.8, "{}", agreed.text());
    assert!(
        !warnings(&agreed).contains("embedded engine"),
        "{}",
        agreed.text()
    );

    let (_provider, plugin) = start("", |_: &Received| written("SELECT age FROM users WHERE id = 3")).await;
    let differs = ask(&plugin, QUESTION, &json!({}));
    assert!(
        confidence(&differs) < confidence(&agreed) - 0.2,
        "{}",
        differs.text()
    );
    let told = warnings(&differs);
    assert!(
        told.contains("the embedded engine reads the question differently: SELECT name FROM users"),
        "{told}"
    );
    // Without tables the engine only guesses names, as the model does.
    let alone = query(
        &plugin,
        "generate",
        &json!({"prompt": QUESTION, "database_type": "sqlite"}),
    );
    assert_eq!(
        alone.pair("confidence_source").as_deref(),
        Some("logprob"),
        "{}",
        alone.text()
    );
    assert!(confidence(&alone) <= 0.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_are_asked_for_with_chance_and_what_most_mean_is_given() {
    let (sender, received) = mpsc::channel();
    let prices = "  samples: 3\n  prices:\n    it/m: {input: 1, output: 10}\n";
    let (provider, plugin) = start(prices, move |request: &Received| {
        let temperature = request.json()["temperature"].as_f64().unwrap();
        let _ = sender.send(temperature);
        if temperature > 0.0 {
            written("SELECT name FROM users WHERE active = 1")
        } else {
            written("SELECT name FROM users")
        }
    })
    .await;
    let question = "names of active users";
    let voted = ask(&plugin, question, &json!({}));
    assert_eq!(provider.requests(), 3);
    let generated = voted.pair("generated_sql").unwrap();
    assert!(generated.contains("WHERE active = 1"), "{generated}");
    assert_eq!(voted.pair("confidence_source").as_deref(), Some("agreement"));
    assert!(warnings(&voted).contains("2 of 3 samples"), "{}", voted.text());
    let mut temperatures: Vec<f64> = received.try_iter().collect();
    temperatures.sort_by(f64::total_cmp);
    assert_eq!(temperatures, [0.0, 0.7, 0.7]);
    // 100 tokens in and 20 out, three times.
    assert_eq!(
        voted.pair("cost_usd").as_deref(),
        Some("0.0009"),
        "{}",
        voted.text()
    );
    let meta: Value = serde_json::from_str(&voted.pair("meta").unwrap()).unwrap();
    assert_eq!(meta["usage"]["input"], 300);

    // The request decides, and its answer is another one than that of three samples.
    let alone = ask(&plugin, question, &json!({"samples": 1}));
    assert_eq!(provider.requests(), 4);
    let generated = alone.pair("generated_sql").unwrap();
    assert!(!generated.contains("WHERE"), "{generated}");
    for wrong in [json!(6), json!("many"), json!(-1)] {
        let parameters = json!({"prompt": question, "samples": wrong});
        let refused = query(&plugin, "generate", &parameters);
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains("from 1 to 5"), "{}", refused.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_that_cannot_be_had_costs_neither_the_answer_nor_the_truth() {
    use crate::fake_provider::Script;
    let (provider, plugin) = start("  samples: 2\n", |request: &Received| match request.number {
        0 => written("SELECT name FROM users"),
        _ => Script::json(500, r#"{"error": {"message": "out of order"}}"#),
    })
    .await;
    let reply = ask(&plugin, "names of all users", &json!({}));
    assert_eq!(provider.requests(), 2, "a sample is asked for once");
    let told = warnings(&reply);
    assert!(told.contains("of 2 samples 1 came"), "{told}");
}
