//! What dashboards and alerts rely on.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::telemetry::label::{
    BudgetPeriod, CacheBackend, CacheName, CacheResult, CircuitState, LimitKind, ProviderOperation,
    RetryReason,
};
use crate::telemetry::label::{MAX_MODELS, MAX_PROVIDERS};

fn metrics(providers: &[&str], models: &[(&str, &str)]) -> Arc<Metrics> {
    let labels = MetricLabels {
        providers: providers.iter().map(|name| (*name).to_owned()).collect(),
        models: models
            .iter()
            .map(|(name, model)| ((*name).to_owned(), (*model).to_owned()))
            .collect(),
    };
    Arc::new(Metrics::new(
        &labels,
        LogCounts::default(),
        TraceCounts::default(),
    ))
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

/// Metrics with every series that begins with the first call.
fn in_full_use() -> Arc<Metrics> {
    let metrics = metrics(
        &["builtin", "openai"],
        &[("builtin", "builtin"), ("openai", "gpt-4o")],
    );
    metrics.cost("openai", "gpt-4o", 0.25);
    metrics.budget(BudgetPeriod::Day, Some(5.0));
    metrics.spent(BudgetPeriod::Day, 0.25);
    metrics.provider_up("openai", true);
    metrics.cache_backend_up(CacheBackend::Redis, false);
    metrics.rate_limit_left("openai", LimitKind::Requests, 0.5);
    metrics.config_in_effect("0a1b2c3d");
    metrics
}

#[tokio::test]
async fn the_registry_and_the_catalogue_hold_the_same_families() {
    let gathered = in_full_use().registry.gather();
    let registered: BTreeSet<(&str, &str)> = gathered
        .iter()
        .map(|family| (family.name(), family.help()))
        .collect();
    let declared: BTreeSet<(&str, &str)> = catalogue::ALL.iter().map(|def| (def.name, def.help)).collect();
    assert_eq!(registered, declared);
}

#[test]
fn every_series_has_the_labels_that_the_catalogue_says() {
    for family in in_full_use().registry.gather() {
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
fn the_series_of_providers_caches_and_queues_start_at_nought() {
    let metrics = metrics(&["builtin", "openai"], &[("openai", "gpt-4o")]);
    let text = text(&metrics);
    for series in [
        "atest_ai_provider_request_duration_seconds_count{operation=\"health\",provider=\"openai\"} 0",
        "atest_ai_time_to_first_token_seconds_count{model=\"gpt-4o\",provider=\"openai\"} 0",
        "atest_ai_tokens_total{direction=\"reasoning\",model=\"gpt-4o\",provider=\"openai\"} 0",
        "atest_ai_provider_retries_total{provider=\"openai\",reason=\"rate_limit\"} 0",
        "atest_ai_provider_fallbacks_total{from=\"openai\",to=\"builtin\"} 0",
        "atest_ai_circuit_state{provider=\"openai\",state=\"closed\"} 1",
        "atest_ai_circuit_state{provider=\"openai\",state=\"open\"} 0",
        "atest_ai_circuit_transitions_total{provider=\"openai\",to=\"half_open\"} 0",
        "atest_ai_queue_depth{queue=\"ai_requests\"} 0",
        "atest_ai_queue_wait_seconds_count{queue=\"ai_requests\"} 0",
        "atest_ai_worker_pool_size 0",
        "atest_ai_requests_rejected_total{reason=\"queue_timeout\"} 0",
        "atest_ai_cache_lookups_total{cache=\"schemas\",result=\"shared\"} 0",
        "atest_ai_cache_entries{cache=\"answers\"} 0",
        "atest_ai_cache_size_bytes{cache=\"answers\"} 0",
        "atest_ai_cache_evictions_total{cache=\"schemas\"} 0",
    ] {
        assert!(text.lines().any(|line| line == series), "{series}");
    }
    // What nobody knows yet is no figure, and the embedded engine has no breaker.
    for name in [
        "cost_usd",
        "budget_usd",
        "spent_usd",
        "provider_up",
        "cache_backend_up",
    ] {
        assert!(!text.contains(&format!("atest_ai_{name}")), "{name}");
    }
    assert!(!text.contains("circuit_state{provider=\"builtin\""));
}

#[test]
fn what_calls_to_providers_record_is_shown() {
    let metrics = metrics(&["builtin", "openai"], &[("openai", "gpt-4o")]);
    metrics.provider_call("openai", ProviderOperation::Generate, Duration::from_millis(300));
    metrics.first_token("openai", "gpt-4o", Duration::from_millis(200));
    metrics.tokens("openai", "gpt-4o", 1000, 50, 800, 20);
    metrics.tokens("openai", "unheard-of", 7, 0, 0, 0);
    metrics.cost("openai", "gpt-4o", 0.25);
    metrics.cost("openai", "gpt-4o", 0.5);
    metrics.cost("openai", "gpt-4o", f64::NAN);
    metrics.cost("openai", "gpt-4o", -1.0);
    metrics.provider_retry("openai", ErrorKind::RateLimit);
    metrics.provider_retry("openai", ErrorKind::InvalidResponse);
    metrics.provider_fallback("openai", "builtin");
    metrics.provider_fallback("openai", "ollama");
    metrics.provider_up("openai", false);
    // A breaker that begins says so, and that is no transition.
    metrics.circuit("openai", CircuitState::Closed);
    metrics.circuit("openai", CircuitState::Open);
    metrics.circuit("openai", CircuitState::Open);
    metrics.circuit("openai", CircuitState::HalfOpen);
    for (series, value) in [
        (
            "provider_request_duration_seconds_bucket{operation=\"generate\",provider=\"openai\",le=\"0.25\"}",
            0.0,
        ),
        (
            "provider_request_duration_seconds_bucket{operation=\"generate\",provider=\"openai\",le=\"0.5\"}",
            1.0,
        ),
        (
            "time_to_first_token_seconds_bucket{model=\"gpt-4o\",provider=\"openai\",le=\"0.25\"}",
            1.0,
        ),
        (
            "tokens_total{direction=\"input\",model=\"gpt-4o\",provider=\"openai\"}",
            1000.0,
        ),
        (
            "tokens_total{direction=\"output\",model=\"gpt-4o\",provider=\"openai\"}",
            50.0,
        ),
        (
            "tokens_total{direction=\"cached_input\",model=\"gpt-4o\",provider=\"openai\"}",
            800.0,
        ),
        (
            "tokens_total{direction=\"reasoning\",model=\"gpt-4o\",provider=\"openai\"}",
            20.0,
        ),
        (
            "tokens_total{direction=\"input\",model=\"other\",provider=\"openai\"}",
            7.0,
        ),
        ("cost_usd_total{model=\"gpt-4o\",provider=\"openai\"}", 0.75),
        (
            "provider_retries_total{provider=\"openai\",reason=\"rate_limit\"}",
            1.0,
        ),
        (
            "provider_retries_total{provider=\"openai\",reason=\"other\"}",
            1.0,
        ),
        ("provider_fallbacks_total{from=\"openai\",to=\"builtin\"}", 1.0),
        ("provider_fallbacks_total{from=\"openai\",to=\"remote\"}", 1.0),
        ("provider_up{provider=\"openai\"}", 0.0),
        ("circuit_state{provider=\"openai\",state=\"closed\"}", 0.0),
        ("circuit_state{provider=\"openai\",state=\"open\"}", 0.0),
        ("circuit_state{provider=\"openai\",state=\"half_open\"}", 1.0),
        (
            "circuit_transitions_total{provider=\"openai\",to=\"closed\"}",
            0.0,
        ),
        ("circuit_transitions_total{provider=\"openai\",to=\"open\"}", 1.0),
        (
            "circuit_transitions_total{provider=\"openai\",to=\"half_open\"}",
            1.0,
        ),
    ] {
        assert_eq!(
            sample(&metrics, &format!("atest_ai_{series}")),
            Some(value),
            "{series}"
        );
    }
}

#[test]
fn what_queue_money_and_caches_record_is_shown() {
    let metrics = metrics(&[], &[]);
    metrics.worker_pool(10, 100);
    metrics.queue_waited(Duration::from_millis(2));
    let waiting = metrics.queue_waiting();
    metrics.rejected(RejectReason::Budget);
    metrics.budget(BudgetPeriod::Day, Some(5.0));
    metrics.budget(BudgetPeriod::Month, Some(50.5));
    metrics.budget(BudgetPeriod::Day, None);
    metrics.budget(BudgetPeriod::Day, None);
    metrics.spent(BudgetPeriod::Month, 1.5);
    metrics.cache_lookup(CacheName::Answers, CacheResult::Hit);
    metrics.cache_lookup(CacheName::Answers, CacheResult::Shared);
    metrics.cache_lookup(CacheName::Answers, CacheResult::Miss);
    metrics.cache_lookup(CacheName::Schemas, CacheResult::Miss);
    metrics.cache_size(CacheName::Answers, 3, 4096);
    metrics.cache_evicted(CacheName::Answers, 2);
    metrics.cache_backend_up(CacheBackend::Memory, true);
    metrics.cache_backend_up(CacheBackend::Redis, false);
    for (series, value) in [
        ("worker_pool_size", Some(10.0)),
        ("queue_capacity{queue=\"ai_requests\"}", Some(100.0)),
        ("queue_depth{queue=\"ai_requests\"}", Some(1.0)),
        (
            "queue_wait_seconds_bucket{queue=\"ai_requests\",le=\"0.001\"}",
            Some(0.0),
        ),
        (
            "queue_wait_seconds_bucket{queue=\"ai_requests\",le=\"0.005\"}",
            Some(1.0),
        ),
        ("requests_rejected_total{reason=\"budget\"}", Some(1.0)),
        ("budget_usd{period=\"day\"}", None),
        ("budget_usd{period=\"month\"}", Some(50.5)),
        ("spent_usd{period=\"month\"}", Some(1.5)),
        ("cache_hits_total", Some(2.0)),
        ("cache_misses_total", Some(1.0)),
        (
            "cache_lookups_total{cache=\"answers\",result=\"shared\"}",
            Some(1.0),
        ),
        (
            "cache_lookups_total{cache=\"schemas\",result=\"miss\"}",
            Some(1.0),
        ),
        ("cache_entries{cache=\"answers\"}", Some(3.0)),
        ("cache_size_bytes{cache=\"answers\"}", Some(4096.0)),
        ("cache_evictions_total{cache=\"answers\"}", Some(2.0)),
        ("cache_backend_up{backend=\"memory\"}", Some(1.0)),
        ("cache_backend_up{backend=\"redis\"}", Some(0.0)),
    ] {
        assert_eq!(sample(&metrics, &format!("atest_ai_{series}")), value, "{series}");
    }
    drop(waiting);
    assert_eq!(
        sample(&metrics, "atest_ai_queue_depth{queue=\"ai_requests\"}"),
        Some(0.0)
    );
}

#[test]
fn every_failure_that_may_pass_has_a_reason_of_its_own() {
    for (kind, word) in [
        (ErrorKind::Timeout, "timeout"),
        (ErrorKind::Network, "network"),
        (ErrorKind::Provider5xx, "provider_5xx"),
        (ErrorKind::RateLimit, "rate_limit"),
        (ErrorKind::Overload, "overload"),
        (ErrorKind::Internal, "other"),
    ] {
        assert_eq!(RetryReason::WORDS[RetryReason::from(kind) as usize], word);
    }
}

#[test]
fn providers_that_come_up_later_get_series_and_the_others_keep_theirs() {
    let metrics = metrics(&["openai"], &[("openai", "gpt-4o")]);
    metrics.error(ErrorKind::Timeout, "openai");
    metrics.circuit("openai", CircuitState::Open);
    metrics.cost("openai", "gpt-4o", 1.0);
    metrics.error(ErrorKind::Timeout, "late");
    let timeouts =
        |provider: &str| format!("atest_ai_errors_total{{provider=\"{provider}\",type=\"timeout\"}}");
    assert_eq!(sample(&metrics, &timeouts("other")), Some(1.0));
    metrics.learn(&MetricLabels {
        providers: vec!["late".into()],
        models: vec![("late".into(), "m".into()), ("openai".into(), "gpt-5".into())],
    });
    metrics.error(ErrorKind::Timeout, "late");
    metrics.error(ErrorKind::Timeout, "openai");
    metrics.cost("openai", "gpt-4o", 1.0);
    metrics.tokens("openai", "gpt-5", 5, 0, 0, 0);
    for (series, value) in [
        (timeouts("late"), 1.0),
        (timeouts("other"), 1.0),
        (timeouts("openai"), 2.0),
        (
            "atest_ai_circuit_state{provider=\"openai\",state=\"open\"}".into(),
            1.0,
        ),
        (
            "atest_ai_circuit_state{provider=\"late\",state=\"closed\"}".into(),
            1.0,
        ),
        (
            "atest_ai_cost_usd_total{model=\"gpt-4o\",provider=\"openai\"}".into(),
            2.0,
        ),
        (
            "atest_ai_tokens_total{direction=\"input\",model=\"gpt-5\",provider=\"openai\"}".into(),
            5.0,
        ),
    ] {
        assert_eq!(sample(&metrics, &series), Some(value), "{series}");
    }
}

#[test]
fn learning_never_leaves_the_bounds() {
    let metrics = metrics(&["first"], &[("first", "m")]);
    for round in 0..40 {
        let provider = format!("p{round}");
        metrics.learn(&MetricLabels {
            models: vec![(provider.clone(), "a".into()), (provider.clone(), "b".into())],
            providers: vec![provider],
        });
    }
    let series = text(&metrics);
    assert!(series.contains("provider=\"first\"") && series.contains("provider=\"p14\""));
    assert!(
        !series.contains("provider=\"p15\""),
        "the seventeenth has none of its own"
    );
    for family in metrics.registry.gather() {
        let def = catalogue::find(family.name()).unwrap();
        assert!(
            family.get_metric().len() <= def.label_sets_bound(),
            "{}",
            def.name
        );
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
        metrics.provider_call(odd, ProviderOperation::Generate, Duration::ZERO);
        metrics.first_token(odd, odd, Duration::ZERO);
        metrics.tokens(odd, odd, 1, 1, 0, 0);
        metrics.provider_retry(odd, ErrorKind::Timeout);
        metrics.provider_fallback(odd, odd);
        metrics.circuit(odd, CircuitState::Open);
        metrics.provider_up(odd, true);
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
    let metrics = Metrics::new(
        &MetricLabels { providers, models },
        LogCounts::default(),
        TraceCounts::default(),
    );
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
    metrics.cost("builtin", "builtin", 0.1);
    metrics.budget(BudgetPeriod::Month, Some(0.1 + 0.2));
    metrics.spent(BudgetPeriod::Month, 1e-9);
    metrics.provider_up("odd \"name\"\\", true);
    metrics.cache_backend_up(CacheBackend::Redis, true);
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

#[test]
fn a_thousand_model_names_make_one_other() {
    let metrics = metrics(&["builtin", "openai"], &[("openai", "gpt-4o")]);
    let before = text(&metrics).lines().count();
    for number in 0..1000 {
        let model = format!("invented-{number}");
        metrics.request_finished("openai", &model, RequestStatus::Success, Duration::ZERO);
        metrics.tokens("openai", &model, 1, 1, 0, 0);
    }
    assert_eq!(text(&metrics).lines().count(), before);
    assert!(!text(&metrics).contains("invented"));
    let other = "atest_ai_requests_total{model=\"other\",provider=\"openai\",status=\"success\"}";
    assert_eq!(sample(&metrics, other), Some(1000.0));
    let folded = "atest_ai_metric_series_dropped_total{label=\"model\"}";
    assert!(sample(&metrics, folded) >= Some(1000.0));
    assert_eq!(
        sample(
            &metrics,
            "atest_ai_metric_series_dropped_total{label=\"provider\"}"
        ),
        Some(0.0)
    );
}

/// A scrape of everything that the bounds allow: not more than 300 KB.
#[tokio::test]
async fn a_full_scrape_is_not_too_long() {
    let providers: Vec<String> = (0..MAX_PROVIDERS)
        .map(|number| format!("provider-{number:02}"))
        .collect();
    let models = (0..MAX_MODELS).map(|number| {
        (
            format!("provider-{number:02}"),
            format!("a-usual-model-name-{number}"),
        )
    });
    let labels = MetricLabels {
        models: models.collect(),
        providers,
    };
    let metrics = Metrics::new(&labels, LogCounts::default(), TraceCounts::default());
    let length = metrics.render(Format::OpenMetrics1).len();
    assert!(length < 450_000, "{length} bytes at the bounds");
    let usual = in_full_use().render(Format::OpenMetrics1).len();
    assert!(usual < 300_000, "{usual} bytes");
}
