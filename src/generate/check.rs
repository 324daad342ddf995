//! What the types of the values cannot tell: names, expressions, spans of time, and what does not go together.

use promql_parser::parser::{Expr, parse};

use super::plan::Plan;
use super::promql_check;
use super::slo;
use crate::config::Problems;

/// Adds everything that is wrong with the plan.
pub fn check(plan: &Plan, problems: &mut Problems) {
    selectors(plan, problems);
    addresses(plan, problems);
    alerts(plan, problems);
    extra_alerts(plan, problems);
    slo::problems(&plan.slos, |key| plan.place(key), problems);
    windows(plan, problems);
    dashboards(plan, problems);
    namespace(plan, problems);
    super::alertmanager::problems(plan, problems);
    super::prometheus::problems(plan, problems);
    super::shippers::problems(plan, problems);
    super::deploy::balancer::problems(plan, problems);
}

fn selectors(plan: &Plan, problems: &mut Problems) {
    let extra = plan.values.selectors.extra.trim();
    if extra.is_empty() {
        return;
    }
    let parsed = parse(&format!("x{{{extra}}}"));
    if !matches!(parsed, Ok(Expr::VectorSelector(_))) {
        problems
            .add(
                &plan.place("selectors.extra"),
                "selectors.extra",
                "not matchers of PromQL",
            )
            .suggest(
                "write them as between the braces of a query: cluster=\"eu1\",namespace=\"atest-system\"",
            );
    }
}

fn addresses(plan: &Plan, problems: &mut Problems) {
    let defaults = &plan.values.alert_defaults;
    for (key, address) in [
        ("alertDefaults.runbookBase", &defaults.runbook_base),
        ("alertDefaults.dashboardBase", &defaults.dashboard_base),
    ] {
        let is_address = ["http://", "https://"]
            .iter()
            .any(|scheme| address.starts_with(scheme));
        if !address.is_empty() && (!is_address || address.contains(char::is_whitespace)) {
            problems
                .add(&plan.place(key), key, "not an address")
                .suggest("begin it with https://");
        }
    }
    texts(plan, "alertDefaults.labels", &defaults.labels, false, problems);
    texts(
        plan,
        "alertDefaults.annotations",
        &defaults.annotations,
        true,
        problems,
    );
}

/// Names and templates of labels or annotations.
fn texts(
    plan: &Plan,
    key: &str,
    texts: &std::collections::BTreeMap<String, String>,
    are_annotations: bool,
    problems: &mut Problems,
) {
    for (name, text) in texts {
        let path = format!("{key}.{name}");
        if !is_label_name(name) {
            problems
                .add(
                    &plan.place(&path),
                    path.clone(),
                    "not a name that Prometheus takes",
                )
                .suggest("letters, digits and _ only, no digit first");
        }
        if !are_annotations && ["alertname", "severity", "slo", "window"].contains(&name.as_str()) {
            problems
                .add(
                    &plan.place(&path),
                    path.clone(),
                    "this label is the generator's own",
                )
                .suggest("a severity is changed with `severity`; take another name for anything else");
        }
        if let Err(reason) = template(text) {
            problems.add(&plan.place(&path), path, reason);
        }
    }
}

fn alerts(plan: &Plan, problems: &mut Problems) {
    for (name, values) in &plan.values.alerts {
        texts(
            plan,
            &format!("alerts.{name}.labels"),
            &values.labels,
            false,
            problems,
        );
        texts(
            plan,
            &format!("alerts.{name}.annotations"),
            &values.annotations,
            true,
            problems,
        );
        if values.severity == Some(super::values::Severity::None)
            && !["Watchdog", "AtestAiMaintenance", "AtestAiAllInMaintenance"].contains(&name.as_str())
        {
            let key = format!("alerts.{name}.severity");
            problems
                .add(&plan.place(&key), key, "nobody would be told")
                .suggest("switch it off with `enabled: false`, or take info");
        }
    }
}

fn extra_alerts(plan: &Plan, problems: &mut Problems) {
    let mut seen: Vec<&str> = plan
        .alerts
        .iter()
        .chain(&plan.off)
        .map(|alert| alert.name)
        .collect();
    seen.extend([
        slo::alert_name(super::values::Severity::Critical),
        slo::alert_name(super::values::Severity::Warning),
    ]);
    for (index, extra) in plan.values.extra_alerts.iter().enumerate() {
        let key = |part: &str| format!("extraAlerts[{index}].{part}");
        let at = plan.place("extraAlerts");
        if !is_label_name(&extra.alert) {
            problems
                .add(&at, key("alert"), "not a name for an alert")
                .suggest("letters, digits and _ only, no digit first, as in CheckoutQuestionsFail");
        }
        if seen.contains(&extra.alert.as_str()) {
            problems
                .add(&at, key("alert"), "there is an alert of this name already")
                .suggest("take another name; built-in ones are changed under `alerts`");
        }
        seen.push(&extra.alert);
        for fault in promql_check::faults(&extra.expr) {
            problems.add(&at, key("expr"), fault);
        }
        for (part, text) in [("summary", &extra.summary), ("description", &extra.description)] {
            if let Err(reason) = template(text) {
                problems.add(&at, key(part), reason);
            }
        }
        texts(plan, &key("labels"), &extra.labels, false, problems);
        texts(plan, &key("annotations"), &extra.annotations, true, problems);
    }
}

fn dashboards(plan: &Plan, problems: &mut Problems) {
    let values = &plan.values.dashboards;
    if !values.path.starts_with('/') {
        let key = "dashboards.path";
        problems
            .add(&plan.place(key), key, "is not a whole path")
            .suggest("begin it with /: it is read on Grafana's machine, in no certain folder");
    }
    for (index, tag) in values.tags.iter().enumerate() {
        let reason = match tag.trim() {
            "" => "is empty",
            _ if values.tags[..index].contains(tag) => "stands there twice",
            _ => continue,
        };
        let key = format!("dashboards.tags[{index}]");
        problems
            .add(&plan.place(&key), key, reason)
            .suggest("leave it out");
    }
}

fn namespace(plan: &Plan, problems: &mut Problems) {
    let name = &plan.values.kubernetes.namespace;
    let is_label = (1..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    if !is_label {
        let key = "kubernetes.namespace";
        problems
            .add(&plan.place(key), key, "not a name that Kubernetes takes")
            .suggest("up to 63 lower-case letters, digits and -, with a letter or digit first and last");
    }
}

/// Spans of time that hold fewer than two samples give no rate.
fn windows(plan: &Plan, problems: &mut Problems) {
    let interval = plan.values.prometheus.scrape_interval.0.as_secs().max(1);
    let evaluation = plan.values.alert_defaults.evaluation_interval.0.as_secs();
    if evaluation == 0 {
        let key = "alertDefaults.evaluationInterval";
        problems.add(&plan.place(key), key, "must be at least 1s");
    }
    for alert in &plan.alerts {
        if alert
            .condition
            .signal
            .window()
            .is_some_and(|window| window < 2 * interval)
        {
            let key = format!("alerts.{}.window", alert.name);
            problems
                .add(
                    &plan.place(&key),
                    key,
                    "shorter than two scrapes, so that there is no rate",
                )
                .suggest(format!("at least {}s, better {}s", 2 * interval, 4 * interval));
        }
    }
    for slo in &plan.slos {
        for (index, window) in slo.windows.iter().enumerate() {
            let key = format!("{}.windows[{index}].short", slo::key(slo));
            if window.short.0.as_secs() < 2 * interval {
                problems
                    .add(
                        &plan.place(&key),
                        key.clone(),
                        "shorter than two scrapes, so that there is no rate",
                    )
                    .suggest(format!("at least {}s, better {}s", 2 * interval, 4 * interval));
            }
            let twin = slo.windows[..index].iter().any(|other| {
                other.long == window.long
                    && slo::alert_name(other.severity) == slo::alert_name(window.severity)
            });
            // A cap on severity brings pages and tickets together; only what somebody wrote is theirs to correct.
            if twin {
                problems
                    .add(
                        &plan.place(&key),
                        key,
                        "another burn over the same span has the same severity: they would be one alert",
                    )
                    .suggest("leave one out, or take another span");
            }
        }
    }
}

/// Whether Prometheus takes it as a label's name.
fn is_label_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with("__")
}

/// What may stand first in a template's braces.
const WORDS: [&str; 22] = [
    "$labels",
    "$value",
    "$externalLabels",
    "$externalURL",
    ".Labels",
    ".Value",
    ".ExternalLabels",
    ".ExternalURL",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "printf",
    "title",
    "toUpper",
    "toLower",
    "if",
    "else",
    "end",
    "with",
    "range",
];

/// Looks through Prometheus' templates for what it would not take.
fn template(text: &str) -> Result<(), String> {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        if before.contains("}}") {
            return Err("`}}` without `{{`".to_owned());
        }
        let Some((inner, next)) = after.split_once("}}") else {
            return Err("`{{` without `}}`".to_owned());
        };
        let inner = inner.trim().trim_matches('-').trim();
        let first = inner
            .split(['.', ' ', '|'])
            .find(|word| !word.is_empty())
            .unwrap_or("");
        let first = if inner.starts_with('.') {
            format!(".{first}")
        } else {
            first.to_owned()
        };
        if !WORDS.contains(&first.as_str()) || inner.contains("{{") {
            return Err(format!(
                "`{{{{ {inner} }}}}` is nothing that Prometheus can fill in; write {{{{ $labels.NAME }}}} or {{{{ $value | humanize }}}}"
            ));
        }
        rest = next;
    }
    match rest.contains("}}") {
        true => Err("`}}` without `{{`".to_owned()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn templates_are_looked_through() {
        assert!(template("{{ $labels.job }} is at {{ $value | humanize }}; {{- .Value -}}").is_ok());
        assert!(template("{{ $labels.job }").is_err());
        assert!(template("a }} b").is_err());
        assert!(template("{{ nothing }}").is_err());
    }
}
