//! Whether the tests of the rules test: each alert is broken in every way that a slip could break it, and its tests must fail.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::rules::INSTALL;
use crate::support::generated::{Generated, versions};

/// One way to break an alert.
struct Mutation {
    what: String,
    rule: Value,
}

/// A comparison at the top of an expression, which PromQL has once a part.
fn comparisons(expr: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (at, _) in expr.match_indices(['<', '>', '=']) {
        let rest = &expr[at..];
        let before = expr[..at].chars().next_back().unwrap_or(' ');
        // Matchers are between braces, and have no space around them.
        if before != ' ' && before != '\n' {
            continue;
        }
        let sign = [">=", "<=", "==", ">", "<"]
            .into_iter()
            .find(|sign| rest.starts_with(&format!("{sign} ")));
        found.extend(sign.map(|sign| (at, sign)));
    }
    found
}

fn flipped(sign: &str) -> &'static str {
    match sign {
        ">" => "<",
        "<" => ">",
        ">=" => "<",
        "<=" => ">",
        _ => "!=",
    }
}

/// Where the number after a comparison ends.
fn number_at(expr: &str, from: usize) -> Option<(usize, usize, f64)> {
    let start = from + expr[from..].find(|c: char| c != ' ')?;
    let length = expr[start..]
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(expr.len() - start);
    let value: f64 = expr[start..start + length].parse().ok()?;
    Some((start, start + length, value))
}

fn seconds(text: &str) -> u64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: u64 = number.parse().expect("a number and a unit");
    number
        * match unit {
            "d" => 86_400,
            "h" => 3_600,
            "m" => 60,
            _ => 1,
        }
}

fn mutations(rule: &Value) -> Vec<Mutation> {
    let expr = rule["expr"].as_str().expect("an expression");
    let mut all = Vec::new();
    let mut with_expr = |what: String, expr: String| {
        let mut rule = rule.clone();
        rule["expr"] = expr.into();
        all.push(Mutation { what, rule });
    };
    for (at, sign) in comparisons(expr) {
        let flipped = flipped(sign);
        let mut other = expr.to_owned();
        other.replace_range(at..at + sign.len(), flipped);
        with_expr(format!("{sign} flipped to {flipped} at {at}"), other);
        if let Some((start, end, value)) = number_at(expr, at + sign.len())
            && value != 0.0
        {
            let mut other = expr.to_owned();
            other.replace_range(start..end, &format!("{}", value * 2.0));
            with_expr(format!("{value} doubled"), other);
        }
    }
    // A guard is everything from its operator to the next one or the end.
    let operators = ["\nand on", "\nunless on"];
    let starts: Vec<usize> = {
        let found = operators.iter().flat_map(|word| expr.match_indices(word));
        let mut starts: Vec<usize> = found.map(|(at, _)| at).collect();
        starts.sort_unstable();
        starts
    };
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(expr.len());
        let mut other = expr.to_owned();
        other.replace_range(*start..end, "");
        with_expr(
            format!("without its guard {}", &expr[*start + 1..end].replace('\n', " ")),
            other,
        );
    }
    // The first part of several, whose loss leaves a guard alone.
    if let Some(first) = starts.first()
        && rule["labels"].get("slo").is_some()
    {
        let rest = expr[*first..]
            .split_once('\n')
            .and_then(|(_, rest)| rest.split_once('\n'));
        if let Some((_, rest)) = rest {
            with_expr("without its first part".to_owned(), rest.to_owned());
        }
    }
    let hold = seconds(rule["for"].as_str().unwrap_or("0s"));
    let times = match hold {
        0 => vec!["5m".to_owned()],
        hold => vec![
            format!("{}s", hold * 2),
            format!("{}s", hold / 2),
            "0s".to_owned(),
        ],
    };
    for time in times {
        let mut rule = rule.clone();
        rule["for"] = time.clone().into();
        all.push(Mutation {
            what: format!("for {time} in place of {hold}s"),
            rule,
        });
    }
    all
}

/// Writes rules that hold one alert alone, with what it needs, and its tests beside them; says whether the tests pass.
fn passes(promtool: &Path, folder: &Path, records: &[Value], rule: &Value, tests: &Value) -> bool {
    let mut rules = records.to_vec();
    rules.push(rule.clone());
    let file = json!({"groups": [{"name": "one", "rules": rules}]});
    fs::write(folder.join("rules.yml"), file.to_string()).expect("rules are written");
    let mut tests = tests.clone();
    tests["rule_files"] = json!(["rules.yml"]);
    let path = folder.join("tests.yml");
    fs::write(&path, tests.to_string()).expect("tests are written");
    let output = Command::new(promtool)
        // The machine has other tests to run beside these.
        .env("GOMAXPROCS", "1")
        .args(["test", "rules"])
        .arg(&path)
        .output()
        .expect("promtool runs");
    output.status.success()
}

/// One alert: its rule, what is recorded for it, its tests.
struct Subject {
    name: String,
    rule: Value,
    records: Vec<Value>,
    tests: Value,
}

fn subjects(files: &Generated) -> Vec<Subject> {
    let parsed = |name: &str| -> Value { serde_saphyr::from_str(&files.text(name)).expect("YAML") };
    let groups = |name: &str| parsed(name)["groups"].as_array().expect("groups").clone();
    let mut subjects = Vec::new();
    for group in groups("alerts/alerts.yml") {
        for rule in group["rules"].as_array().expect("rules") {
            let name = rule["alert"].as_str().expect("a name").to_owned();
            subjects.push(Subject {
                tests: parsed(&format!("alerts/tests/{name}.yml")),
                name,
                rule: rule.clone(),
                records: Vec::new(),
            });
        }
    }
    for group in groups("alerts/slo.yml") {
        let rules = group["rules"].as_array().expect("rules");
        let (alerts, records): (Vec<&Value>, Vec<&Value>) =
            rules.iter().partition(|rule| rule.get("alert").is_some());
        for rule in alerts {
            let label = |name: &str| rule["labels"][name].as_str().expect("a label").to_owned();
            let name = format!("slo-{}-{}-{}", label("slo"), label("window"), label("severity"));
            subjects.push(Subject {
                tests: parsed(&format!("alerts/tests/{name}.yml")),
                name,
                rule: rule.clone(),
                records: records.iter().map(|record| (*record).clone()).collect(),
            });
        }
    }
    subjects
}

/// What is left of a budget is no alert, but a page shows it and people plan with it.
#[test]
fn tests_notice_slips_in_what_is_left_of_a_budget() {
    let files = Generated::with("", "{}");
    let tools = versions("promtool", INSTALL);
    let Some(promtool) = tools.last() else { return };
    let parsed = |name: &str| -> Value { serde_saphyr::from_str(&files.text(name)).expect("YAML") };
    let rules = parsed("alerts/slo.yml");
    let groups = rules["groups"].as_array().expect("groups");
    let all = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().expect("rules"));
    let budgets: Vec<&Value> = all
        .filter(|rule| rule["record"] == "atest_ai:slo_error_budget_remaining:ratio")
        .collect();
    assert_eq!(budgets.len(), 2, "{budgets:?}");
    let folder = tempfile::tempdir().expect("a folder");
    for rule in budgets {
        let name = rule["labels"]["slo"].as_str().expect("a name");
        let tests = parsed(&format!("alerts/tests/slo-{name}-budget.yml"));
        assert!(
            passes(promtool, folder.path(), &[], rule, &tests),
            "{name} fails its tests"
        );
        let expr = rule["expr"].as_str().expect("an expression");
        let (_, budget) = expr.rsplit_once("/ ").expect("a budget");
        let doubled = format!("/ ({budget} * 2)");
        for (from, to) in [
            ("1 - (", "("),
            (&*format!("/ {budget}"), &*doubled),
            (" > 0)", ")"),
            ("[30d]", "[5d]"),
            ("increase", "delta"),
        ] {
            let broken = expr.replace(from, to);
            assert_ne!(broken, expr, "{from} is not in it");
            let mut rule = rule.clone();
            rule["expr"] = broken.into();
            // Sums of differences are those of increases while no plugin restarts.
            let is_noticed = !passes(promtool, folder.path(), &[], &rule, &tests);
            assert!(
                is_noticed || from == "increase",
                "{name}: {from} in place of {to} is not noticed"
            );
        }
    }
}

#[test]
fn tests_notice_every_slip() {
    let files = Generated::with("", "{}");
    let tools = versions("promtool", INSTALL);
    let Some(promtool) = tools.last() else { return };
    let subjects = subjects(&files);
    assert!(subjects.len() > 60, "{}", subjects.len());
    let folder = tempfile::tempdir().expect("a folder");
    let mut survivors = Vec::new();
    let mut tried = 0;
    for Subject {
        name,
        rule,
        records,
        tests,
    } in &subjects
    {
        let is_sound = passes(promtool, folder.path(), records, rule, tests);
        assert!(is_sound, "{name} fails its tests as it is");
        for mutation in mutations(rule) {
            tried += 1;
            if passes(promtool, folder.path(), records, &mutation.rule, tests) {
                survivors.push(format!("{name}: {}", mutation.what));
            }
        }
    }
    assert!(
        survivors.is_empty(),
        "tests do not notice:\n{}",
        survivors.join("\n")
    );
    assert!(tried > 300, "{tried} slips were tried");
}
