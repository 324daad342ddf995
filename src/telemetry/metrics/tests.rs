//! What dashboards and alerts rely on.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use super::*;

fn metrics(providers: &[&str], models: &[(&str, &str)]) -> Arc<Metrics> {
    let labels = MetricLabels {
        providers: providers.iter().map(|name| (*name).to_owned()).collect(),
        models: models
            .iter()
            .map(|(name, model)| ((*name).to_owned(), (*model).to_owned()))
            .collect(),
    };
    Arc::new(Metrics::new(&labels, LogCounts::default()))
}

fn text(metrics: &Metrics) -> String {
    String::from_utf8(metrics.render(Format::Text004)).unwrap()
}

/// The value of the sample that is written exactly so.
fn sample(metrics: &Metrics, series: &str) -> Option<f64> {
    let text = text(metrics);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.parse().ok()
}

#[test]
fn the_registry_and_the_catalogue_hold_the_same_families() {
    let gathered = Metrics::default().registry.gather();
    let registered: BTreeSet<(&str, &str)> = gathered
        .iter()
        .map(|family| (family.name(), family.help()))
        .collect();
    let declared: BTreeSet<(&str, &str)> = catalogue::ALL.iter().map(|def| (def.name, def.help)).collect();
    assert_eq!(registered, declared);
}

#[test]
fn every_series_has_the_labels_that_the_catalogue_says() {
    for family in Metrics::default().registry.gather() {
        let declared: BTreeSet<&str> = catalogue::find(family.name())
            .unwrap()
            .label_names()
            .into_iter()
            .collect();
        for metric in family.get_metric() {
            let labels: BTreeSet<&str> = metric.get_label().iter().map(|pair| pair.name()).collect();
            assert_eq!(labels, declared, "{}", family.name());
        }
    }
}

#[test]
fn known_series_start_at_nought() {
    let metrics = metrics(
        &["builtin", "openai"],
        &[("builtin", "builtin"), ("openai", "gpt-4o")],
    );
    for status in RequestStatus::WORDS {
        for (provider, model) in [("builtin", "builtin"), ("openai", "gpt-4o"), ("openai", "other")] {
            let series = format!(
                "atest_ai_requests_total{{model=\"{model}\",provider=\"{provider}\",status=\"{status}\"}}"
            );
            assert_eq!(sample(&metrics, &series), Some(0.0), "{series}");
        }
    }
    for kind in ErrorKind::WORDS {
        let series = format!("atest_ai_errors_total{{provider=\"openai\",type=\"{kind}\"}}");
        assert_eq!(sample(&metrics, &series), Some(0.0), "{series}");
    }
    assert_eq!(sample(&metrics, "atest_ai_cache_hits_total"), Some(0.0));
}

#[test]
fn what_is_recorded_is_shown() {
    let metrics = metrics(&["builtin"], &[("builtin", "builtin")]);
    let took = Duration::from_millis(3);
    metrics.request_finished("builtin", "builtin", RequestStatus::Success, took);
    metrics.request_finished("builtin", "builtin", RequestStatus::Cancelled, took);
    metrics.answered_with_confidence("builtin", "builtin", 0.7);
    metrics.error(ErrorKind::Timeout, "builtin");
    metrics.rejected(RejectReason::TooLarge);
    metrics.set_ready(true);
    metrics.set_maintenance(true);
    metrics.set_max_connections(9);
    let labels = "model=\"builtin\",provider=\"builtin\"";
    for (series, value) in [
        (
            format!("atest_ai_requests_total{{{labels},status=\"success\"}}"),
            1.0,
        ),
        (
            format!("atest_ai_requests_total{{{labels},status=\"cancelled\"}}"),
            1.0,
        ),
        // The cancelled one has no last byte.
        (
            format!("atest_ai_request_duration_seconds_count{{{labels}}}"),
            1.0,
        ),
        (
            format!("atest_ai_request_duration_seconds_bucket{{{labels},le=\"0.0025\"}}"),
            0.0,
        ),
        (
            format!("atest_ai_request_duration_seconds_bucket{{{labels},le=\"0.005\"}}"),
            1.0,
        ),
        (
            format!("atest_ai_confidence_score_bucket{{{labels},le=\"0.7\"}}"),
            1.0,
        ),
        (
            format!("atest_ai_confidence_score_bucket{{{labels},le=\"0.6\"}}"),
            0.0,
        ),
        (
            "atest_ai_errors_total{provider=\"builtin\",type=\"timeout\"}".to_owned(),
            1.0,
        ),
        (
            "atest_ai_requests_rejected_total{reason=\"too_large\"}".to_owned(),
            1.0,
        ),
        ("atest_ai_ready".to_owned(), 1.0),
        ("atest_ai_maintenance_mode".to_owned(), 1.0),
        ("atest_ai_max_connections".to_owned(), 9.0),
    ] {
        assert_eq!(sample(&metrics, &series), Some(value), "{series}");
    }
}

#[test]
fn guards_count_until_they_are_dropped() {
    let metrics = metrics(&[], &[]);
    let connection = metrics.connection_opened();
    let requests = [metrics.request_started(), metrics.request_started()];
    assert_eq!(sample(&metrics, "atest_ai_active_connections"), Some(1.0));
    assert_eq!(sample(&metrics, "atest_ai_requests_in_flight"), Some(2.0));
    drop((connection, requests));
    assert_eq!(sample(&metrics, "atest_ai_active_connections"), Some(0.0));
    assert_eq!(sample(&metrics, "atest_ai_requests_in_flight"), Some(0.0));
}

#[test]
fn text_from_a_request_never_becomes_a_label() {
    let metrics = metrics(&["openai"], &[("openai", "gpt-4o")]);
    let before = text(&metrics).lines().count();
    for odd in ["show me all users", "a\"b\nc", "", "gpt-4o "] {
        metrics.request_finished(odd, odd, RequestStatus::Error, Duration::ZERO);
        metrics.request_finished("openai", odd, RequestStatus::Error, Duration::ZERO);
        metrics.answered_with_confidence("openai", odd, 0.5);
        metrics.error(ErrorKind::Policy, odd);
    }
    assert_eq!(text(&metrics).lines().count(), before);
    let other = "atest_ai_requests_total{model=\"other\",provider=\"other\",status=\"error\"}";
    let openai = "atest_ai_requests_total{model=\"other\",provider=\"openai\",status=\"error\"}";
    assert_eq!(
        (sample(&metrics, other), sample(&metrics, openai)),
        (Some(4.0), Some(4.0))
    );
}

#[test]
fn a_huge_config_stays_within_the_bounds_of_the_catalogue() {
    let providers: Vec<String> = (0..60).map(|number| format!("p{number:02}")).collect();
    let models = (0..300)
        .map(|number| (format!("p{:02}", number % 60), format!("m{number}")))
        .collect();
    let metrics = Metrics::new(&MetricLabels { providers, models }, LogCounts::default());
    for family in metrics.registry.gather() {
        let def = catalogue::find(family.name()).unwrap();
        let sets = family.get_metric().len();
        let bound = def.label_sets_bound();
        assert!(sets <= bound, "{}: {sets} of {bound}", def.name);
        if def.name == catalogue::REQUESTS.name {
            assert_eq!(sets, bound, "the bound is what a huge config reaches");
        }
    }
}

#[test]
fn promtool_has_nothing_to_say() {
    if std::env::var_os("ATEST_PEERS").is_some_and(|value| value == "skip") {
        eprintln!("SKIPPED because of ATEST_PEERS=skip: promtool did not check the metrics");
        return;
    }
    let metrics = metrics(
        &["builtin", "odd \"name\"\\"],
        &[("builtin", "builtin"), ("odd \"name\"\\", "m\n1")],
    );
    metrics.request_finished(
        "builtin",
        "builtin",
        RequestStatus::Success,
        Duration::from_micros(700),
    );
    metrics.answered_with_confidence("builtin", "builtin", 0.93);
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is needed: apt-get install -y prometheus (or set ATEST_PEERS=skip)");
    promtool
        .stdin
        .take()
        .unwrap()
        .write_all(&metrics.render(Format::Text004))
        .unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success() && said.is_empty(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}
