//! What dashboards and alerts rely on.

mod scraper;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::config::Config;
use crate::telemetry::label::{
    BudgetPeriod, CacheBackend, CacheName, CacheResult, CertificateName, CircuitState, MAX_MODELS,
    MAX_PROVIDERS, ProviderOperation, RateLimitKind, RetryReason,
};

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
    metrics.spent(BudgetPeriod::Day, 0.25);
    metrics.provider_up("openai", true);
    metrics.cache_backend_up(CacheBackend::Redis, false);
    metrics.rate_limit_remaining("openai", RateLimitKind::Tokens, 0.5);
    metrics.vault_up(Some(true));
    metrics.secrets_end(&[("vault_token", 1_800_000_000)]);
    metrics.config_in_effect(&Config::default());
    metrics.budget(BudgetPeriod::Day, Some(5.0));
    with_certificates(&metrics);
    metrics
}

fn with_certificates(metrics: &Metrics) {
    let end = jiff::Timestamp::from_second(4_102_444_800).unwrap();
    metrics.certificates_end(&[(CertificateName::Server, end), (CertificateName::ClientCa, end)]);
}

/// Metrics with every series that there can be, and names of the length that services and models have.
fn filled() -> Metrics {
    let providers: Vec<String> = (1..MAX_PROVIDERS)
        .map(|number| format!("service-{number:02}"))
        .chain(["builtin".to_owned()])
        .collect();
    let models: Vec<(String, String)> = (0..MAX_MODELS)
        .map(|number| {
            let provider = providers[number % MAX_PROVIDERS].clone();
            (provider, format!("some-model-4.5-{number:02}"))
        })
        .collect();
    let labels = MetricLabels {
        providers: providers.clone(),
        models: models.clone(),
    };
    let metrics = Metrics::new(&labels, LogCounts::default(), TraceCounts::default());
    let others = providers.iter().map(|provider| (provider.as_str(), "other"));
    let pairs = models
        .iter()
        .map(|(provider, model)| (provider.as_str(), model.as_str()));
    for (provider, model) in others.chain(pairs).chain([("other", "other")]) {
        // A question a second for a day, and figures with all their digits.
        let took = Duration::from_secs_f64(1.234_567_891);
        for _ in 0..3 {
            metrics.request_finished(provider, model, RequestStatus::Success, took);
            metrics.answered_with_confidence(provider, model, 1.0 / 3.0);
            metrics.first_token(provider, model, took);
            metrics.output_speed(provider, model, 50, took);
            metrics.tokens(provider, model, 12_345_678, 1_234_567, 123_456, 12_345);
            metrics.cost(provider, model, 0.123_456_789);
        }
        metrics.provider_call(provider, ProviderOperation::Generate, took);
    }
    for provider in &providers {
        metrics.provider_up(provider, true);
        for kind in [RateLimitKind::Requests, RateLimitKind::Tokens] {
            metrics.rate_limit_remaining(provider, kind, 2.0 / 3.0);
        }
    }
    for period in [BudgetPeriod::Day, BudgetPeriod::Month] {
        metrics.spent(period, 12.345_678_9);
    }
    for backend in [CacheBackend::Memory, CacheBackend::Redis] {
        metrics.cache_backend_up(backend, true);
    }
    metrics.vault_up(Some(true));
    let secrets: Vec<String> = (0..8).map(|number| format!("SOME_API_KEY_{number}")).collect();
    let ends: Vec<(&str, i64)> = secrets
        .iter()
        .map(|name| (name.as_str(), 1_800_000_000))
        .collect();
    metrics.secrets_end(&ends);
    metrics.config_in_effect(&Config::default());
    for period in [BudgetPeriod::Day, BudgetPeriod::Month] {
        metrics.budget(period, Some(100.0));
    }
    with_certificates(&metrics);
    metrics
}

#[tokio::test]
async fn the_registry_and_the_catalogue_hold_the_same_families() {
    let gathered = in_full_use().registry.gather();
    let registered: BTreeSet<(&str, &str)> = gathered
        .iter()
        .map(|family| (family.name(), family.help()))
        .collect();
    let mut declared: BTreeSet<(&str, &str)> =
        catalogue::ALL.iter().map(|def| (def.name, def.help)).collect();
    if !has_throttling(&gathered) {
        declared.remove(&(catalogue::CPU_THROTTLED.name, catalogue::CPU_THROTTLED.help));
    }
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
        "rate_limit_remaining",
        "config_info{",
    ] {
        assert!(!text.contains(&format!("\natest_ai_{name}")), "{name}");
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
    let has = |provider: &str| series.contains(&format!("provider=\"{provider}\""));
    assert!(has("first") && has(&format!("p{}", MAX_PROVIDERS - 2)));
    assert!(!has(&format!("p{}", MAX_PROVIDERS - 1)), "one too many");
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
    metrics.spent(BudgetPeriod::Month, 1e-9);
    metrics.provider_up("odd \"name\"\\", true);
    metrics.cache_backend_up(CacheBackend::Redis, true);
    metrics.rate_limit_remaining("odd \"name\"\\", RateLimitKind::Requests, 1.0 / 3.0);
    metrics.vault_up(Some(false));
    metrics.secrets_end(&[("vault_token", 1_800_000_000)]);
    metrics.config_in_effect(&Config::default());
    metrics.budget(BudgetPeriod::Month, Some(0.1 + 0.2));
    // What a bucket would show in the other format must not get into this one.
    let took = Duration::from_secs(1);
    metrics.request_finished_in(span(1), "builtin", "builtin", RequestStatus::Success, took);
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

#[tokio::test]
async fn a_scrape_of_everything_there_can_be_is_small() {
    let metrics = filled();
    for format in [Format::Text004, Format::OpenMetrics1] {
        let text = metrics.render(format);
        let lines = text.iter().filter(|byte| **byte == b'\n').count();
        assert!(
            text.len() < 300_000,
            "{format:?}: {} bytes, {lines} lines",
            text.len()
        );
    }
    // It is everything: one family reaches its bound, and no other one is missing.
    let families = metrics.registry.gather();
    assert_eq!(
        families.len() + usize::from(!has_throttling(&families)),
        catalogue::ALL.len()
    );
    let speed = families
        .iter()
        .find(|family| family.name() == catalogue::OUTPUT_SPEED.name);
    assert_eq!(
        speed.unwrap().get_metric().len(),
        catalogue::OUTPUT_SPEED.label_sets_bound()
    );
}

/// A figure of the machine: prints what a scrape of everything costs. Only an optimised build tells something.
#[tokio::test]
#[ignore = "measures, asserts nothing"]
async fn what_a_scrape_of_everything_costs() {
    let metrics = filled();
    // proc(5): nanoseconds that the thread was on a CPU come first.
    let cpu = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
    };
    // The system may count in steps of milliseconds, so a single one tells nothing.
    const TIMES: u32 = 500;
    for format in [Format::Text004, Format::OpenMetrics1] {
        let before = cpu();
        for _ in 0..TIMES {
            std::hint::black_box(metrics.render(format));
        }
        let each = (cpu() - before) / TIMES;
        println!("{format:?}: {} bytes, CPU {each:?}", metrics.render(format).len());
    }
}

/// A span that is told by its number.
fn span(number: u64) -> Option<SpanIds> {
    Some(SpanIds {
        trace: u128::from(number),
        span: number,
    })
}

/// The exemplar behind a bucket as OpenMetrics shows it, without its time.
fn exemplar(metrics: &Metrics, bucket: &str) -> Option<String> {
    let text = String::from_utf8(metrics.render(Format::OpenMetrics1)).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("atest_ai_{bucket} ")))
        .unwrap_or_else(|| panic!("{bucket}"));
    let (_, exemplar) = line.split_once(" # ")?;
    let (exemplar, time) = exemplar.rsplit_once(' ')?;
    assert!(time.parse::<f64>().unwrap() > 1e9, "{line}");
    Some(exemplar.to_owned())
}

#[test]
fn each_bucket_shows_the_last_span_that_fell_into_it() {
    let metrics = metrics(&["openai"], &[("openai", "gpt-4o")]);
    let seconds = Duration::from_secs_f64;
    let finished = |span: Option<SpanIds>, model: &str, took: f64| {
        metrics.request_finished_in(span, "openai", model, RequestStatus::Success, seconds(took));
    };
    finished(span(1), "gpt-4o", 0.9);
    finished(span(2), "gpt-4o", 0.75);
    // A bound belongs to its own bucket, and nothing to the ones above it.
    finished(span(3), "gpt-4o", 2.5);
    finished(span(4), "gpt-4o", 500.0);
    // What is not traced leaves the others as they are.
    finished(None, "gpt-4o", 0.8);
    finished(span(5), "unheard-of", 0.9);
    metrics.request_finished_in(
        span(6),
        "openai",
        "gpt-4o",
        RequestStatus::Cancelled,
        seconds(0.9),
    );
    metrics.provider_call_in(span(7), "openai", ProviderOperation::Generate, seconds(0.2));
    metrics.first_token_in(span(8), "openai", "gpt-4o", seconds(0.1));
    let ids = |number: u64| format!("{{trace_id=\"{number:032x}\",span_id=\"{number:016x}\"}}");
    let duration = |model: &str, le: &str| {
        let series =
            format!("request_duration_seconds_bucket{{model=\"{model}\",provider=\"openai\",le=\"{le}\"}}");
        exemplar(&metrics, &series)
    };
    for (model, le, shown) in [
        ("gpt-4o", "0.5", None),
        ("gpt-4o", "1.0", Some(format!("{} 0.75", ids(2)))),
        ("gpt-4o", "2.5", Some(format!("{} 2.5", ids(3)))),
        ("gpt-4o", "5.0", None),
        ("gpt-4o", "120.0", None),
        ("gpt-4o", "+Inf", Some(format!("{} 500", ids(4)))),
        ("other", "1.0", Some(format!("{} 0.9", ids(5)))),
        ("other", "+Inf", None),
    ] {
        assert_eq!(duration(model, le), shown, "{model} {le}");
    }
    let call =
        "provider_request_duration_seconds_bucket{operation=\"generate\",provider=\"openai\",le=\"0.25\"}";
    assert_eq!(exemplar(&metrics, call), Some(format!("{} 0.2", ids(7))));
    let first = "time_to_first_token_seconds_bucket{model=\"gpt-4o\",provider=\"openai\",le=\"0.1\"}";
    assert_eq!(exemplar(&metrics, first), Some(format!("{} 0.1", ids(8))));
    assert!(
        !text(&metrics).contains("trace_id"),
        "text 0.0.4 has no exemplars"
    );
}

#[test]
fn the_histograms_with_exemplars_are_those_of_the_catalogue() {
    let metrics = metrics(&[], &[]);
    let kept = metrics.vectors.traced().map(|histograms| histograms.name());
    assert_eq!(kept, catalogue::WITH_EXEMPLARS.map(|def| def.name));
}

#[test]
fn an_exemplar_is_never_a_mix_of_two() {
    let metrics = metrics(&["openai"], &[("openai", "gpt-4o")]);
    let shown = |metrics: &Metrics| -> Vec<(u64, f64)> {
        let text = String::from_utf8(metrics.render(Format::OpenMetrics1)).unwrap();
        let exemplars = text.lines().filter_map(|line| line.split_once(" # {trace_id=\""));
        exemplars
            .map(|(_, exemplar)| {
                let mut words = exemplar.split(' ');
                let id = words.next().unwrap().split('"').next().unwrap();
                let value = words.next().unwrap().parse().unwrap();
                (u64::from_str_radix(id, 16).unwrap(), value)
            })
            .collect()
    };
    std::thread::scope(|scope| {
        let observers: Vec<_> = (0..3)
            .map(|thread| {
                let metrics = &metrics;
                scope.spawn(move || {
                    for number in (1..3_000).map(|number| 3 * number + thread) {
                        let took = Duration::from_millis(number);
                        metrics.first_token_in(span(number), "openai", "gpt-4o", took);
                    }
                })
            })
            .collect();
        while observers.iter().any(|observer| !observer.is_finished()) {
            for (id, value) in shown(&metrics) {
                assert_eq!(Duration::from_millis(id).as_secs_f64(), value);
            }
        }
    });
    let count = shown(&metrics).len();
    assert!(count >= 5, "{count}");
}

#[test]
fn exemplars_outlive_what_is_learned_later() {
    let metrics = metrics(&["openai"], &[("openai", "gpt-4o")]);
    let took = Duration::from_millis(900);
    metrics.request_finished_in(span(1), "openai", "gpt-4o", RequestStatus::Success, took);
    metrics.learn(&MetricLabels {
        providers: vec!["late".into()],
        models: vec![("late".into(), "m".into())],
    });
    let bucket = "request_duration_seconds_bucket{model=\"gpt-4o\",provider=\"openai\",le=\"1.0\"}";
    assert!(exemplar(&metrics, bucket).is_some_and(|shown| shown.ends_with(" 0.9")));
    metrics.request_finished_in(span(2), "openai", "gpt-4o", RequestStatus::Success, took);
    assert!(exemplar(&metrics, bucket).is_some_and(|shown| shown.contains("00002\"")));
}

#[test]
fn a_thousand_names_of_models_make_one_other() {
    let metrics = metrics(&["builtin", "openai"], &[("openai", "gpt-4o")]);
    let before = text(&metrics).lines().count();
    let took = Duration::from_millis(200);
    for number in 0..1_000 {
        let model = format!("made-up-{number}");
        metrics.request_finished("openai", &model, RequestStatus::Success, took);
        metrics.answered_with_confidence("openai", &model, 0.5);
        metrics.first_token("openai", &model, took);
        metrics.output_speed("openai", &model, 10, took);
        metrics.tokens("openai", &model, 2, 1, 0, 0);
        metrics.cost("openai", &model, 0.5);
    }
    let after = text(&metrics);
    assert!(!after.contains("made-up"), "{after}");
    // The cost begins with its first figure, and with it the family's two lines of head.
    assert_eq!(after.lines().count(), before + 3);
    for (series, value) in [
        (
            "requests_total{model=\"other\",provider=\"openai\",status=\"success\"}",
            1_000.0,
        ),
        (
            "request_duration_seconds_count{model=\"other\",provider=\"openai\"}",
            1_000.0,
        ),
        (
            "output_tokens_per_second_bucket{model=\"other\",provider=\"openai\",le=\"40\"}",
            0.0,
        ),
        (
            "output_tokens_per_second_bucket{model=\"other\",provider=\"openai\",le=\"80\"}",
            1_000.0,
        ),
        (
            "tokens_total{direction=\"input\",model=\"other\",provider=\"openai\"}",
            2_000.0,
        ),
        ("cost_usd_total{model=\"other\",provider=\"openai\"}", 500.0),
        (
            "metric_series_dropped_total{metric=\"atest_ai_requests_total\"}",
            1_000.0,
        ),
        (
            "metric_series_dropped_total{metric=\"atest_ai_output_tokens_per_second\"}",
            1_000.0,
        ),
        (
            "metric_series_dropped_total{metric=\"atest_ai_tokens_total\"}",
            1_000.0,
        ),
        (
            "metric_series_dropped_total{metric=\"atest_ai_cost_usd_total\"}",
            1_000.0,
        ),
        // These know no models.
        (
            "metric_series_dropped_total{metric=\"atest_ai_request_tokens\"}",
            0.0,
        ),
        (
            "metric_series_dropped_total{metric=\"atest_ai_errors_total\"}",
            0.0,
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
fn what_is_other_on_purpose_or_has_no_name_loses_nothing() {
    let metrics = metrics(&["openai"], &[]);
    let dropped = |def: &MetricDef| {
        let series = format!("atest_ai_metric_series_dropped_total{{metric=\"{}\"}}", def.name);
        sample(&metrics, &series)
    };
    metrics.request_finished("other", "other", RequestStatus::Rejected, Duration::ZERO);
    metrics.request_finished("openai", "", RequestStatus::Error, Duration::ZERO);
    assert_eq!(dropped(&catalogue::REQUESTS), Some(0.0));
    metrics.request_finished("unheard-of", "x", RequestStatus::Error, Duration::ZERO);
    assert_eq!(dropped(&catalogue::REQUESTS), Some(1.0));
    // Where `other` would make no sense, nothing is shown.
    metrics.rate_limit_remaining("unheard-of", RateLimitKind::Requests, 0.5);
    metrics.provider_up("unheard-of", true);
    metrics.circuit("unheard-of", CircuitState::Open);
    for def in [
        &catalogue::RATE_LIMIT_REMAINING,
        &catalogue::PROVIDER_UP,
        &catalogue::CIRCUIT_STATE,
    ] {
        assert_eq!(dropped(def), Some(1.0), "{}", def.name);
    }
    let text = text(&metrics);
    assert!(!text.contains("\natest_ai_rate_limit_remaining_ratio"), "{text}");
}

#[test]
fn what_replies_and_the_plugin_itself_take_is_shown() {
    let metrics = metrics(&["openai"], &[("openai", "gpt-4o")]);
    metrics.overhead(Duration::from_micros(200));
    metrics.tokens("openai", "gpt-4o", 300, 0, 0, 0);
    metrics.output_speed("openai", "gpt-4o", 30, Duration::from_secs(2));
    // These came in one piece, or nobody knows their tokens.
    metrics.output_speed("openai", "gpt-4o", 30, Duration::from_millis(20));
    metrics.output_speed("openai", "gpt-4o", 0, Duration::from_secs(2));
    metrics.answer_validated(Validation::Invalid);
    metrics.rate_limit_remaining("openai", RateLimitKind::Tokens, 0.25);
    for (series, value) in [
        ("overhead_seconds_bucket{le=\"0.0001\"}", 0.0),
        ("overhead_seconds_bucket{le=\"0.00025\"}", 1.0),
        (
            "request_tokens_bucket{direction=\"input\",provider=\"openai\",le=\"256\"}",
            0.0,
        ),
        (
            "request_tokens_bucket{direction=\"input\",provider=\"openai\",le=\"1024\"}",
            1.0,
        ),
        (
            "request_tokens_bucket{direction=\"output\",provider=\"openai\",le=\"1\"}",
            1.0,
        ),
        (
            "output_tokens_per_second_bucket{model=\"gpt-4o\",provider=\"openai\",le=\"10\"}",
            0.0,
        ),
        (
            "output_tokens_per_second_bucket{model=\"gpt-4o\",provider=\"openai\",le=\"20\"}",
            1.0,
        ),
        (
            "output_tokens_per_second_count{model=\"gpt-4o\",provider=\"openai\"}",
            1.0,
        ),
        ("answers_validated_total{result=\"valid\"}", 0.0),
        ("answers_validated_total{result=\"invalid\"}", 1.0),
        (
            "rate_limit_remaining_ratio{kind=\"tokens\",provider=\"openai\"}",
            0.25,
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
fn one_config_is_in_effect_at_a_time() {
    let metrics = metrics(&[], &[]);
    let shown = || {
        let text = text(&metrics);
        let lines = text
            .lines()
            .filter(|line| line.starts_with("atest_ai_config_info"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut config = Config::default();
    metrics.config_in_effect(&config);
    let first = shown();
    config.ai.max_concurrent_requests += 1;
    metrics.config_in_effect(&config);
    let second = shown();
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_ne!(first, second);
}

#[test]
fn spans_are_counted_by_whoever_has_a_clone_of_the_counts() {
    let counts = TraceCounts::default();
    let metrics = Metrics::new(&MetricLabels::default(), LogCounts::default(), counts.clone());
    counts.count_produced(1);
    counts.count_sent(5);
    counts.count_dropped(7);
    counts.count_failure();
    for (series, value) in [
        ("trace_spans_total{state=\"produced\"}", 1.0),
        ("trace_spans_total{state=\"sent\"}", 5.0),
        ("telemetry_dropped_total{signal=\"traces\"}", 7.0),
        ("telemetry_dropped_total{signal=\"logs\"}", 0.0),
        ("telemetry_export_failures_total{signal=\"traces\"}", 1.0),
    ] {
        assert_eq!(
            sample(&metrics, &format!("atest_ai_{series}")),
            Some(value),
            "{series}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_runtime_tells_of_itself() {
    let metrics = metrics(&[], &[]);
    assert_eq!(sample(&metrics, "atest_ai_tokio_workers"), Some(3.0));
    let busy = sample(&metrics, "atest_ai_tokio_worker_busy_ratio").unwrap();
    assert!((0.0..=1.0).contains(&busy), "{busy}");
    for series in [
        "global_queue_depth",
        "busy_seconds_total",
        "worker_parks_total",
        "live_tasks",
    ] {
        assert!(
            sample(&metrics, &format!("atest_ai_tokio_{series}")) >= Some(0.0),
            "{series}"
        );
    }
}

/// Whether this machine has control groups for CPU, which the figure for being held back comes from.
fn has_throttling(families: &[prometheus::proto::MetricFamily]) -> bool {
    let mut families = families.iter();
    families.any(|family| family.name() == catalogue::CPU_THROTTLED.name)
}
