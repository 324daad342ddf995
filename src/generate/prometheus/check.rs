//! What is wrong with the values for Prometheus.

use super::super::plan::Plan;
use super::{Address, targets};
use crate::config::{ClientAuth, MetricsFor, Problems};

/// Adds what is wrong.
pub(super) fn problems(plan: &Plan, problems: &mut Problems) {
    let values = &plan.values.prometheus;
    let own = address(plan, problems, "prometheus.address", &values.address);
    for alertmanager in &values.alertmanagers {
        address(plan, problems, "prometheus.alertmanagers", alertmanager);
    }
    if !values.in_kubernetes {
        plugin(plan, own.as_ref(), problems);
    }
    credentials(plan, problems);
}

fn address(plan: &Plan, problems: &mut Problems, key: &str, text: &str) -> Option<Address> {
    match Address::parse(text) {
        Ok(address) => Some(address),
        Err(what) => {
            problems
                .add(&plan.place(key), key, format!("{text:?} {what}"))
                .suggest("write it like localhost:9093");
            None
        }
    }
}

/// A target that is Prometheus or Alertmanager would be scraped without complaint, and no rule of the plugin would ever find
/// a series.
fn plugin(plan: &Plan, own: Option<&Address>, problems: &mut Problems) {
    let values = &plan.values.prometheus;
    let is_given = !values.targets.is_empty();
    let key = if is_given {
        "prometheus.targets"
    } else {
        "server.port"
    };
    let alertmanagers: Vec<Address> = values
        .alertmanagers
        .iter()
        .filter_map(|text| Address::parse(text).ok())
        .collect();
    for text in targets(plan) {
        let Some(target) = address(plan, problems, key, &text) else {
            continue;
        };
        if own.is_some_and(|own| own.is_same(&target)) {
            problems
                .add(
                    &plan.place("prometheus.address"),
                    "prometheus.address",
                    format!("{text} is the plugin's listener as well ({key}): Prometheus would scrape itself"),
                )
                .suggest("start Prometheus on another port, like 9091, and say so here; or give the plugin another one");
        }
        if alertmanagers.iter().any(|one| one.is_same(&target)) {
            problems
                .add(
                    &plan.place("prometheus.alertmanagers"),
                    "prometheus.alertmanagers",
                    format!("{text} is the plugin's listener as well ({key})"),
                )
                .suggest(
                    "name the port that Alertmanager listens on, which is 9093 unless it is told otherwise",
                );
        }
    }
}

/// Files that the plugin's config asks for, and those that would do nothing.
fn credentials(plan: &Plan, problems: &mut Problems) {
    let values = &plan.values.prometheus;
    let server = &plan.config.server;
    let from_elsewhere = values.in_kubernetes
        || targets(plan)
            .iter()
            .any(|text| Address::parse(text).is_ok_and(|target| !target.is_loopback()));
    let wants_token = plan.config.access.metrics == MetricsFor::Token;
    if wants_token && values.token_file.is_empty() && from_elsewhere {
        problems
            .add(
                &plan.place("prometheus.tokenFile"),
                "prometheus.tokenFile",
                "the config lets only local callers and tokens read /metrics (access.metrics: token)",
            )
            .suggest("name the file, on Prometheus' machine, that holds a token with the scope metrics");
    }
    if !server.tls.is_on() {
        return;
    }
    if server.tls.client_auth == ClientAuth::Required && values.cert_file.is_empty() {
        problems
            .add(
                &plan.place("prometheus.certFile"),
                "prometheus.certFile",
                "the config wants a certificate of every client (server.tls.client_auth: required)",
            )
            .suggest("name the files, on Prometheus' machine, that hold a certificate and its key");
    }
    if values.cert_file.is_empty() != values.key_file.is_empty() {
        let missing = if values.key_file.is_empty() {
            "keyFile"
        } else {
            "certFile"
        };
        let key = format!("prometheus.{missing}");
        problems
            .add(
                &plan.place(&key),
                key,
                "a certificate and its key belong together",
            )
            .suggest("give both files, or none");
    }
}
