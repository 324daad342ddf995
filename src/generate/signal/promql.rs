//! Signals as PromQL.

use super::{Match, Pick, Signal, bound_matcher, number, span};
use crate::generate::plan::quoted;

/// The expression of a signal, without a comparison.
pub fn expr(signal: &Signal, scope: &str) -> String {
    let select = |pick: &Pick| pick.select("", scope, &[]);
    match signal {
        Signal::Value(of) => select(of),
        Signal::Greatest { of, by } => format!("max by ({}) ({})", by.join(", "), select(of)),
        Signal::Least { of, by } => format!("min by ({}) ({})", by.join(", "), select(of)),
        Signal::Share { of, whole, on } => {
            let on = [&["job", "instance"], *on].concat().join(", ");
            format!(
                "max by ({on}) ({})\n/ max by ({on}) ({})",
                select(of),
                select(whole)
            )
        }
        Signal::Load { of, whole, window } => {
            let rate = format!("sum by (job, instance) (rate({}[{}]))", select(of), span(*window));
            match whole {
                None => rate,
                Some(whole) => format!("{rate}\n/ max by (job, instance) ({})", select(whole)),
            }
        }
        Signal::Increase { of, window, by } => increase(of, *window, by, scope),
        Signal::Part {
            of,
            whole,
            window,
            by,
        } => {
            let rate = |pick: &Pick| {
                format!(
                    "sum by ({}) (rate({}[{}]))",
                    by.join(", "),
                    pick.select(pick.events_suffix(), scope, &[]),
                    span(*window)
                )
            };
            let all: Vec<String> = whole.iter().map(rate).collect();
            match all.as_slice() {
                [one] => format!("{}\n/ {one}", rate(of)),
                more => format!("{}\n/ ({})", rate(of), more.join(" + ")),
            }
        }
        Signal::Quantile { of, q, window, by } => {
            let le = [&["le"], *by].concat().join(", ");
            let series = of.select("_bucket", scope, &[]);
            let window = span(*window);
            format!(
                "histogram_quantile({}, sum by ({le}) (rate({series}[{window}])))",
                number(*q)
            )
        }
        Signal::UpTo {
            of,
            bound,
            window,
            by,
        } => {
            let le = bound_matcher(*bound);
            let rate =
                |series: String| format!("sum by ({}) (rate({series}[{}]))", by.join(", "), span(*window));
            let up_to = rate(of.select("_bucket", scope, &[le]));
            format!("{up_to}\n/ {}", rate(of.select("_count", scope, &[])))
        }
        Signal::Changes { of, window } => format!("changes({}[{}])", select(of), span(*window)),
        Signal::Predicted {
            of,
            window,
            ahead,
            whole,
        } => format!(
            "max by (job, instance) (predict_linear({}[{}], {ahead}))\n/ max by (job, instance) ({})",
            select(of),
            span(*window),
            select(whole)
        ),
        Signal::Until(of) => format!("{} - time()", select(of)),
        Signal::Distinct { of, label } => {
            format!("count by (job) (count by (job, {label}) ({}))", select(of))
        }
        Signal::Count { of, by } => format!("count by ({}) ({})", by.join(", "), select(of)),
        Signal::Absent(of) => format!("absent({})", select(of)),
        Signal::DaysMoney { of, window, budget } => {
            let times = 86_400.0 / *window as f64;
            let increase = increase(of, *window, &["job"], scope);
            format!(
                "{increase} * {}\n/ max by (job) ({})",
                number(times),
                select(budget)
            )
        }
        Signal::AgainstLastWeek { of, window } => {
            let rate =
                |offset: &str| format!("sum by (job) (rate({}[{}]{offset}))", select(of), span(*window));
            format!("{}\n/ {}", rate(""), rate(" offset 1w"))
        }
        Signal::Always => "vector(1)".to_owned(),
    }
}

fn increase(of: &Pick, window: u64, by: &[&str], scope: &str) -> String {
    let series = of.select("", scope, &[]);
    format!(
        "sum by ({}) (increase({series}[{}]))",
        by.join(", "),
        span(window)
    )
}

impl Pick {
    /// As PromQL selects it; `more` are matchers besides those of the labels.
    pub fn select(&self, suffix: &str, scope: &str, more: &[String]) -> String {
        let mut matchers: Vec<String> = Vec::new();
        if !scope.is_empty() {
            matchers.push(scope.to_owned());
        }
        matchers.extend(self.with.iter().map(|(label, wanted)| match wanted {
            Match::Is(word) => format!("{label}={}", quoted(word)),
            Match::In([word]) => format!("{label}={}", quoted(word)),
            Match::In(words) => format!("{label}=~{}", quoted(&words.join("|"))),
            Match::NotIn(words) if words.len() == 1 => format!("{label}!={}", quoted(&words[0])),
            Match::NotIn(words) => format!("{label}!~{}", quoted(&words.join("|"))),
        }));
        matchers.extend(more.iter().cloned());
        format!("{}{suffix}{{{}}}", self.def.name, matchers.join(","))
    }
}
