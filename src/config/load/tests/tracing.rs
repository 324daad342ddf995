//! `tracing`, and OpenTelemetry's own variables.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::*;
use crate::config::{OtlpCompression, OtlpProtocol, Sampler};

#[test]
fn traces_are_off_until_there_is_somewhere_to_send_them() {
    assert!(!loaded("server: {}").config.tracing.is_on());
    assert!(loaded("tracing: {enabled: true}").config.tracing.is_on());
    assert!(
        loaded("tracing: {endpoint: 'http://c:4317'}")
            .config
            .tracing
            .is_on()
    );
    assert!(
        !loaded("tracing: {enabled: false, endpoint: 'http://c:4317'}")
            .config
            .tracing
            .is_on()
    );
}

#[test]
fn the_standard_variables_set_everything() {
    let machine = Machine::new()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
        .with("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .with("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .with("OTEL_EXPORTER_OTLP_TIMEOUT", "2500")
        .with(
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer%20planted, x-tenant = a ",
        )
        .with("OTEL_TRACES_SAMPLER", "traceidratio")
        .with("OTEL_TRACES_SAMPLER_ARG", "0.25")
        .with("OTEL_BSP_SCHEDULE_DELAY", "100")
        .with("OTEL_BSP_MAX_QUEUE_SIZE", "99")
        .with("OTEL_SERVICE_NAME", "sql")
        .with(
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=staging,team=a%2Cb",
        );
    let loaded = machine
        .load("tracing: {endpoint: 'http://file:4317', sample_ratio: 1}")
        .unwrap();
    let tracing = &loaded.config.tracing;
    assert!(tracing.is_on());
    assert_eq!(tracing.endpoint.as_deref(), Some("http://collector:4318"));
    assert_eq!(tracing.protocol, OtlpProtocol::Http);
    assert_eq!(tracing.compression, OtlpCompression::Gzip);
    assert_eq!(tracing.timeout, Duration::from_millis(2500));
    assert_eq!(
        tracing.headers["authorization"].0.expose_secret(),
        "Bearer planted"
    );
    assert_eq!(tracing.headers["x-tenant"].0.expose_secret(), "a");
    assert_eq!(
        (tracing.sampler, tracing.sample_ratio),
        (Sampler::TraceIdRatio, 0.25)
    );
    assert_eq!(tracing.batch_delay, Duration::from_millis(100));
    assert_eq!((tracing.queue_size, tracing.service_name.as_str()), (99, "sql"));
    assert_eq!(tracing.attributes["team"], "a,b");
    let origin = Origin::Environment("OTEL_EXPORTER_OTLP_ENDPOINT".into());
    assert_eq!(loaded.origin("tracing.endpoint"), origin);
    let shown = crate::config::show::as_yaml(&crate::config::show::effective(&loaded));
    assert!(!shown.contains("planted"), "{shown}");
}

#[test]
fn the_variables_for_traces_win_over_those_for_everything() {
    let machine = Machine::new()
        .with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector/own/path")
        .with("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .with("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf");
    let tracing = machine.load("{}").unwrap().config.tracing;
    assert_eq!(
        tracing.traces_endpoint.as_deref(),
        Some("http://collector/own/path")
    );
    assert_eq!(tracing.protocol, OtlpProtocol::Http);
}

#[test]
fn the_variables_switch_traces_off() {
    for (name, value) in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
        let machine = Machine::new().with(name, value);
        let loaded = machine.load("tracing: {endpoint: 'http://c:4317'}").unwrap();
        assert!(!loaded.config.tracing.is_on(), "{name}");
    }
    let machine = Machine::new().with("OTEL_TRACES_EXPORTER", "otlp");
    assert!(
        machine
            .load("tracing: {endpoint: 'http://c:4317'}")
            .unwrap()
            .config
            .tracing
            .is_on()
    );
}

/// They are set for all programs of a cluster: the specification asks to warn and go on.
#[test]
fn a_standard_variable_that_means_nothing_here_is_told_and_ignored() {
    for (name, value, key) in [
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "http/json",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        ),
        ("OTEL_TRACES_SAMPLER", "xray", "OTEL_TRACES_SAMPLER"),
        ("OTEL_TRACES_SAMPLER_ARG", "7", "OTEL_TRACES_SAMPLER_ARG"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "OTEL_EXPORTER_OTLP_TIMEOUT"),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "planted-secret",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector:4317",
            "tracing.endpoint",
        ),
    ] {
        let loaded = Machine::new()
            .with(name, value)
            .load("{}")
            .unwrap_or_else(|problems| panic!("{problems}"));
        let told = loaded.notices.iter().find(|notice| notice.key == key);
        let text = &told
            .unwrap_or_else(|| panic!("nothing is told of {name}: {:?}", loaded.notices))
            .text;
        assert!(!text.contains(value), "{text}");
    }
    let empty = Machine::new()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", " ")
        .load("{}")
        .unwrap();
    assert!(!empty.config.tracing.is_on());
}

#[test]
fn what_is_wrong_in_the_file_is_a_problem() {
    for text in [
        "tracing: {endpoint: 'collector:4317'}",
        "tracing: {endpoint: 'http://user:pass@c:4317'}",
        "tracing: {sampler: sometimes}",
        "tracing: {sample_ratio: 1.5}",
        "tracing: {queue_size: 0}",
        "tracing: {protocol: http/json}",
        "tracing: {endpoint: 'http://c', ca_file: /nowhere/ca.pem}",
    ] {
        let problems = Machine::new().load(text).expect_err(text);
        assert!(problems.0[0].key.starts_with("tracing."), "{text}: {problems}");
    }
}
