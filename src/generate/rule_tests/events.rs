//! Events of an objective as series: so many at a time, of which a share is bad.

use super::super::course::{Course, Line};
use super::super::signal::{Pick, bound_text, bounds};
use super::super::slo::{Good, Slo};
use super::Series;
use super::cast::Cast;

/// A span of a course in which nothing changes.
pub struct Span {
    /// How long it is.
    pub steps: usize,
    /// The share of events that is bad.
    pub bad: f64,
    /// Events in a step.
    pub a_step: f64,
}

/// The series of an objective's events.
pub fn series(cast: &Cast, slo: &Slo, spans: &[Span]) -> Vec<Series> {
    let course = |share: &dyn Fn(f64) -> f64| {
        let mut from = 1_000.0;
        let mut pieces = Vec::new();
        for span in spans {
            let a_step = share(span.bad) * span.a_step;
            pieces.push((span.steps, Course::Steady { from, a_step }));
            from += a_step * span.steps as f64;
        }
        Course::Then(pieces)
    };
    let line = |of: &Pick, other: Option<&Pick>, suffix: &str, le: Option<String>, course: Course| {
        let mut labels = of.labels(other, 0);
        labels.extend(le.map(|le| ("le".to_owned(), le)));
        Line {
            name: format!("{}{suffix}", of.def.name),
            labels,
            course,
            second: false,
        }
    };
    let lines = match &slo.good {
        Good::AllBut { bad, all } => vec![
            line(bad, None, "", None, course(&|bad| bad)),
            line(all, Some(bad), "", None, course(&|bad| 1.0 - bad)),
        ],
        Good::UpTo { of, bound } | Good::Over { of, bound } => {
            let is_bad_below = matches!(slo.good, Good::Over { .. });
            let below = |bad: f64| if is_bad_below { bad } else { 1.0 - bad };
            // Bounds are spelt as Prometheus 3 does in one half of the tests, as 2 does in the other.
            let with_point = spans.len() > 1;
            let buckets = bounds(of.def).iter().map(|edge| {
                let le = bound_text(*edge, with_point);
                let share = |bad: f64| match *edge {
                    edge if edge < *bound => 0.0,
                    edge if edge == *bound => below(bad),
                    _ => 1.0,
                };
                line(of, None, "_bucket", Some(le), course(&share))
            });
            let mut lines: Vec<Line> = buckets.collect();
            let infinite = Some("+Inf".to_owned());
            lines.push(line(of, None, "_bucket", infinite, course(&|_| 1.0)));
            lines.push(line(of, None, "_count", None, course(&|_| 1.0)));
            lines
        }
    };
    cast.series(&lines, 0)
}
