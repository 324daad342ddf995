//! Rules and their tests: promtool takes them and passes them, of both versions, for every environment and for values made at
//! random.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::generated::{Generated, content, said, versions};

pub const INSTALL: &str = "apt-get install -y --no-install-recommends prometheus";

/// Every file of tests, in the order of their names.
fn test_files(files: &Generated, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let all = files.files().into_iter().map(|(name, _)| name);
    let tests = all.filter(|name| name.starts_with("alerts/tests/") && is_wanted(name));
    tests
        .map(|name| files.path(&name).display().to_string())
        .collect()
}

fn check_rules(promtool: &Path, files: &Generated) {
    for name in ["alerts/alerts.yml", "alerts/recording.yml", "alerts/slo.yml"] {
        let path = files.path(name).display().to_string();
        content(promtool, &["check", "rules", "--lint=all", "--lint-fatal", &path]);
    }
}

fn test_rules(promtool: &Path, tests: &[String]) {
    assert!(!tests.is_empty());
    let mut arguments = vec!["test", "rules"];
    arguments.extend(tests.iter().map(String::as_str));
    content(promtool, &arguments);
}

#[test]
fn the_rules_pass_their_tests() {
    let files = Generated::with("", "{}");
    if let Some(promtool) = versions("promtool", INSTALL).first() {
        check_rules(promtool, &files);
        test_rules(promtool, &test_files(&files, |_| true));
    }
}

#[test]
fn the_rules_pass_their_tests_with_a_newer_prometheus() {
    let files = Generated::with("", "{}");
    if let Some(promtool) = versions("promtool", INSTALL).get(1) {
        check_rules(promtool, &files);
        test_rules(promtool, &test_files(&files, |_| true));
    }
}

#[test]
fn the_rules_of_every_environment_pass_their_tests() {
    for environment in ["development", "staging"] {
        let files = Generated::of(
            environment,
            "",
            "slos: {quality: {enabled: true}, firstToken: {enabled: true}}",
        );
        if let Some(promtool) = versions("promtool", INSTALL).first() {
            check_rules(promtool, &files);
            // They differ from production's in their objectives and severities.
            let tests = test_files(&files, |name| {
                name.contains("-1h-") || name.contains("PluginDown")
            });
            test_rules(promtool, &tests);
        }
    }
}

#[test]
fn every_alert_passes_its_tests_at_its_lowest_limit() {
    at_the_end_of_the_limits("minimum");
}

#[test]
fn every_alert_passes_its_tests_at_its_highest_limit() {
    at_the_end_of_the_limits("maximum");
}

fn at_the_end_of_the_limits(end: &str) {
    let tools = versions("promtool", INSTALL);
    let Some(promtool) = tools.first() else { return };
    let schema = schema();
    let limits = schema["properties"]["alerts"]["properties"].as_object();
    let limits = limits.into_iter().flatten().filter_map(|(name, alert)| {
        let limit = alert["properties"]["threshold"].get(end)?;
        Some((name.clone(), serde_json::json!({"threshold": limit})))
    });
    let alerts: serde_json::Map<_, _> = limits.collect();
    assert!(alerts.len() > 20, "{} alerts have a {end}", alerts.len());
    let files = Generated::with("", &serde_json::json!({"alerts": alerts}).to_string());
    check_rules(promtool, &files);
    test_rules(promtool, &test_files(&files, |name| !name.contains("slo-")));
}

/// Whatever the values say: what they give is accepted by promtool and passes its own tests, or they are refused in words.
#[test]
fn values_made_at_random_give_rules_that_hold() {
    let tools = versions("promtool", INSTALL);
    let Some(promtool) = tools.first() else { return };
    let names = alert_names();
    let name = prop::sample::select(names);
    let alert = (
        name,
        prop::option::of(0.0005f64..200.0),
        prop::option::of(prop::sample::select(vec![
            "30s", "1m", "90s", "7m", "1h", "3h20m",
        ])),
        prop::option::of(prop::sample::select(vec!["0s", "30s", "1m", "7m", "2h"])),
        prop::option::of(1u64..500),
        prop::option::of(prop::sample::select(vec!["critical", "warning", "info"])),
        prop::option::of("[a-zA-Z \"'{}$:#&*!|>%@`\\\\é\n-]{0,24}"),
    );
    let objective = prop::option::of(50.0f64..99.99);
    let interval = prop::sample::select(vec!["10s", "30s", "1m"]);
    let extra = prop::sample::select(vec!["", "cluster=\"eu1\"", "cluster=~\"eu.+\",namespace=\"a b\""]);
    let strategy = (prop::collection::vec(alert, 1..4), objective, interval, extra);
    let mut runner = TestRunner::new(Config {
        cases: 8,
        failure_persistence: None,
        ..Config::default()
    });
    let accepted = std::cell::Cell::new(0);
    // By chance, most of a round can be refused.
    for _ in 0..5 {
        let outcome = runner.run(&strategy, |(alerts, objective, interval, extra)| {
            let mut values = serde_json::json!({
                "alerts": {}, "slos": {"availability": {}}, "selectors": {},
                "alertDefaults": {"evaluationInterval": interval},
            });
            if !extra.is_empty() {
                values["selectors"]["extra"] = extra.into();
            }
            if let Some(objective) = objective {
                values["slos"]["availability"]["objective"] = objective.into();
            }
            let mut touched = vec!["slo-availability-1h".to_owned()];
            for (name, threshold, window, hold, least, severity, text) in alerts {
                touched.push(format!("/{name}.yml"));
                let alert = &mut values["alerts"][&name];
                *alert = serde_json::json!({});
                let schema = schema_of(&name);
                let mut put = |key: &str, value: Option<serde_json::Value>| {
                    if let Some(value) = value.filter(|_| schema.get(key).is_some()) {
                        alert[key] = value;
                    }
                };
                put("threshold", threshold.map(Into::into));
                put("window", window.map(Into::into));
                put("for", hold.map(Into::into));
                put("minEvents", least.map(Into::into));
                put("severity", severity.map(Into::into));
                put("annotations", text.map(|text| serde_json::json!({"note": text})));
            }
            let values = values.to_string();
            match Generated::attempt("production", "", &values, &[]) {
                Ok(files) => {
                    accepted.set(accepted.get() + 1);
                    check_rules(promtool, &files);
                    test_rules(
                        promtool,
                        &test_files(&files, |name| touched.iter().any(|part| name.contains(part))),
                    );
                }
                Err(output) => {
                    let said = said(&output);
                    prop_assert_eq!(output.status.code(), Some(2), "{}", said);
                    prop_assert!(
                        said.contains("values.yaml"),
                        "{} is refused without a place: {}",
                        values,
                        said
                    );
                }
            }
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
        if accepted.get() >= 2 {
            break;
        }
    }
    assert!(
        accepted.get() >= 2,
        "only {} values were accepted",
        accepted.get()
    );
}

fn schema() -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .args(["generate-monitoring", "--schema"])
        .output()
        .expect("the program runs");
    serde_json::from_slice(&output.stdout).expect("a JSON schema")
}

fn schema_of(alert: &str) -> serde_json::Value {
    schema()["properties"]["alerts"]["properties"][alert]["properties"].clone()
}

/// The names of the built-in alerts, as the schema lists them.
pub fn alert_names() -> Vec<String> {
    let schema = schema();
    let alerts = schema["properties"]["alerts"]["properties"]
        .as_object()
        .expect("alerts by name");
    alerts.keys().cloned().collect()
}
