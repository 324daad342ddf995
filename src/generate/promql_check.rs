//! Whether an expression is PromQL that can be right: it parses, its metrics exist and have the labels that it names, and
//! counters are only read through what they grew by.

use promql_parser::parser::{Expr, VectorSelector, parse};

use crate::config::closest;
use crate::telemetry::catalogue::{self, Kind, MetricDef};

/// Labels that every scraped series has.
const SCRAPED: [&str; 2] = ["job", "instance"];

/// Functions that make of a counter what it grew by.
const GROWTH: [&str; 4] = ["rate", "irate", "increase", "resets"];

/// What is wrong with it; nothing when it can be right. Metrics whose names do not begin with the plugin's are not judged.
pub fn faults(expr: &str) -> Vec<String> {
    let mut faults = Vec::new();
    match parse(expr) {
        Ok(parsed) => visit(&parsed, None, &mut faults),
        Err(error) => faults.push(format!("not PromQL: {error}")),
    }
    faults.dedup();
    faults
}

fn visit(expr: &Expr, function: Option<&str>, faults: &mut Vec<String>) {
    match expr {
        Expr::Aggregate(aggregate) => {
            visit(&aggregate.expr, None, faults);
            if let Some(param) = &aggregate.param {
                visit(param, None, faults);
            }
        }
        Expr::Unary(unary) => visit(&unary.expr, function, faults),
        Expr::Binary(binary) => {
            visit(&binary.lhs, None, faults);
            visit(&binary.rhs, None, faults);
        }
        Expr::Paren(paren) => visit(&paren.expr, function, faults),
        Expr::Subquery(subquery) => visit(&subquery.expr, Some("subquery"), faults),
        Expr::VectorSelector(selector) => judge(selector, function, faults),
        Expr::MatrixSelector(matrix) => judge(&matrix.vs, function, faults),
        Expr::Call(call) => {
            for argument in &call.args.args {
                visit(argument, Some(call.func.name), faults);
            }
        }
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

/// The metric of a series' name, and what follows the metric's name in it.
pub fn metric_of(series: &str) -> Option<(&'static MetricDef, &'static str)> {
    if let Some(def) = catalogue::find(series) {
        return Some((def, ""));
    }
    ["_bucket", "_count", "_sum"].into_iter().find_map(|suffix| {
        let def = catalogue::find(series.strip_suffix(suffix)?)?;
        matches!(def.kind, Kind::Histogram(_)).then_some((def, suffix))
    })
}

fn judge(selector: &VectorSelector, function: Option<&str>, faults: &mut Vec<String>) {
    let Some(name) = selector.name.as_deref() else {
        return;
    };
    if !name.starts_with("atest_ai_") {
        return;
    }
    let Some((def, suffix)) = metric_of(name) else {
        let names = catalogue::ALL.iter().map(|def| def.name);
        let hint = closest(name, names).map(|meant| format!("; did you mean {meant}?"));
        faults.push(format!(
            "the plugin has no metric {name}{}",
            hint.unwrap_or_default()
        ));
        return;
    };
    if suffix.is_empty() && matches!(def.kind, Kind::Histogram(_)) {
        faults.push(format!(
            "{name} is a histogram: its series are {name}_bucket, _count and _sum"
        ));
    }
    for matcher in &selector.matchers.matchers {
        let label = matcher.name.as_str();
        let is_le = label == "le" && suffix == "_bucket";
        // Labels that targets get in discovery are nobody's to know: those beside the metric's own are let through when no
        // metric of the plugin has them.
        let is_foreign = !catalogue::ALL
            .iter()
            .any(|def| def.label_names().contains(&label))
            && label != "le";
        if !is_le && !is_foreign && !SCRAPED.contains(&label) && !def.label_names().contains(&label) {
            let labels = def.label_names().join(", ");
            let labels = if labels.is_empty() {
                "none".to_owned()
            } else {
                labels
            };
            faults.push(format!("{name} has no label {label}; its labels: {labels}"));
        }
    }
    let grows = matches!(def.kind, Kind::Counter) || !suffix.is_empty();
    match function {
        Some(function) if GROWTH.contains(&function) && !grows => faults.push(format!(
            "{name} is a gauge: {function}() takes each fall of it for a restart"
        )),
        Some("deriv" | "delta" | "predict_linear") if grows => {
            faults.push(format!("{name} is a counter: take rate() or increase() of it"));
        }
        _ => {}
    }
}

/// The metrics of the plugin that an expression names.
pub fn metrics(expr: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for def in catalogue::ALL {
        let whole = |at: usize| {
            let before = expr[..at].chars().next_back();
            let after = &expr[at + def.name.len()..];
            let after = ["_bucket", "_count", "_sum"]
                .iter()
                .find_map(|end| after.strip_prefix(end))
                .unwrap_or(after);
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            !before.is_some_and(is_part) && !after.chars().next().is_some_and(is_part)
        };
        if expr.match_indices(def.name).any(|(at, _)| whole(at)) {
            found.push(def.name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named() {
        let fault = |expr: &str| faults(expr).join("; ");
        assert_eq!(
            fault("sum(rate(atest_ai_requests_total{status=\"error\"}[5m])) > 0.1"),
            ""
        );
        assert!(
            fault("sum(rate(atest_ai_request_total[5m]))").contains("did you mean atest_ai_requests_total?")
        );
        assert!(fault("atest_ai_requests_total{provider=\"x\",type=\"y\"}").contains("has no label type"));
        assert!(fault("rate(atest_ai_ready[5m])").contains("is a gauge"));
        assert!(fault("deriv(atest_ai_requests_total[5m])").contains("is a counter"));
        assert!(fault("atest_ai_request_duration_seconds > 3").contains("is a histogram"));
        assert!(fault("sum(").contains("not PromQL"));
        assert_eq!(
            fault("node_load1 > 3 and on (instance) atest_ai_ready{cluster=\"eu\"} == 1"),
            ""
        );
    }

    #[test]
    fn names_within_names_are_not_counted() {
        assert_eq!(
            metrics("atest_ai_cache_hits_total"),
            ["atest_ai_cache_hits_total"]
        );
        assert_eq!(
            metrics("rate(atest_ai_confidence_score_bucket[5m])"),
            ["atest_ai_confidence_score"]
        );
    }
}
