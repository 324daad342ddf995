//! Weights that are fitted on judged answers, and the plugin that uses them.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::benchmark::{eval, folder, plugin};
use crate::fake_provider::Received;
use crate::support::plugin::Plugin;
use crate::{ask, confidence, query, start, written};

const QUESTION: &str = "names of all users";

/// Verdicts on answers that were mostly right when the embedded engine agreed.
fn keep_feedback(plugin: &Plugin, count: usize) {
    let line = |number: usize| {
        // Spread over the numbers without a pattern that the parts of a cross-validation could have.
        let chance = number * 7919 % 1009;
        let agrees = usize::is_multiple_of(chance, 2);
        let right = chance * 31 % 100 < if agrees { 92 } else { 25 };
        json!({
            "at": "2026-11-28T10:00:00Z", "request_id": format!("r-{number}"), "provider": "it", "model": "m",
            "dialect": "sqlite", "confidence": 0.5, "confidence_source": "agreement",
            "features": {
                "schema": 1.0, "coverage": 1.0, "coverage_known": 1.0, "bound_share": 1.0, "bound_known": 1.0,
                "engine": if agrees { 1.0 } else { 0.2 }, "engine_known": 1.0, "certainty": -1.6, "tokens_known": 1.0,
            },
            "verdict": if right { "used" } else { "corrected" },
        })
    };
    let text: String = (0..count).map(|number| format!("{}\n", line(number))).collect();
    let state = plugin.folder().join("state");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(state.join("feedback.jsonl"), text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn below_five_hundred_judged_answers_nothing_is_fitted() {
    let (folder, (_provider, plugin)) = (folder().await, plugin().await);
    keep_feedback(&plugin, 490);
    let output = eval(&plugin, folder.path(), &["--fit"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    // Five answers of the run beside them.
    assert!(
        told.contains("there are 495 judged answers") && told.contains("at least 500"),
        "{told}"
    );
    assert!(!plugin.folder().join("state/confidence.json").exists());
    assert!(String::from_utf8_lossy(&output.stdout).contains("PRECISION"));
}

#[tokio::test(flavor = "multi_thread")]
async fn fitted_weights_are_loaded_and_lift_the_ceiling_until_the_file_is_broken() {
    let (_provider, mut plugin) = start("", |_: &Received| written("SELECT name FROM users")).await;
    let before = ask(&plugin, QUESTION, &json!({}));
    assert!(confidence(&before) <= 0.8, "{}", before.text());
    keep_feedback(&plugin, 600);
    let output = plugin.run(&["eval", "--fit", "--json"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["fit"]["judged"], 600);
    let auc = |of: &str| report["fit"][of]["auc"].as_f64().unwrap();
    assert!(auc("cross_validated") > 0.8, "{report}");
    let file = plugin.folder().join("state/confidence.json");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );

    plugin.restart();
    plugin.wait_for_log("fitted weights of confidence are used", 1);
    let fitted = ask(&plugin, QUESTION, &json!({}));
    assert!(confidence(&fitted) > 0.85, "{}", fitted.text());
    assert_eq!(fitted.pair("confidence_source").as_deref(), Some("agreement"));
    let report = query(&plugin, "capabilities", &json!({}))
        .pair("capabilities")
        .unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["confidence"]["weights"], "fitted");
    assert_eq!(report["confidence"]["providers"], "it");

    // A reload looks again; what is broken is told, and the weights set by hand are back.
    let broken = std::fs::read_to_string(&file)
        .unwrap()
        .replace("\"version\": 1", "\"version\": 99");
    std::fs::write(&file, broken).unwrap();
    plugin.signal(rustix::process::Signal::HUP);
    plugin.wait_for_log("confidence.json is not used", 1);
    assert!(plugin.log().contains("version 99"), "{}", plugin.log());
    plugin.wait_for_log("the config was loaded again", 1);
    let again = ask(&plugin, QUESTION, &json!({"max_tokens": 500}));
    assert!(confidence(&again) <= 0.8, "{}", again.text());
}
