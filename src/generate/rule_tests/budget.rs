//! Tests of what is left of an error budget.

use super::super::rules::BUDGET_LEFT;
use super::super::signal::span;
use super::super::slo::Slo;
use super::cast::Cast;
use super::events::{self, Span};
use super::{Expectation, Sample, Test, TestFile, step_within};

/// Steps of each half of a course; all of it is within the period.
const HALF: usize = 40;

/// Events in a step of a busy day, and of a quiet night.
const BUSY: f64 = 100.0;
const QUIET: f64 = 1.0;

pub fn of_slo(cast: &Cast, slo: &Slo) -> TestFile {
    let step = step_within(slo.period / (3 * HALF as u64));
    let budget = slo.budget_ratio();
    let bad = [
        ("is whole while all is well", [0.0, 0.0], true),
        (
            "is half when half of what may be bad was",
            [budget / 2.0, budget / 2.0],
            true,
        ),
        // A share of shares would let the night count as much as the day.
        (
            "is hurt by a bad night as little as few events do",
            [0.0, 1.0],
            true,
        ),
        ("is overdrawn by a bad day", [budget * 3.0, 0.0], true),
        ("is not known while nothing happens", [0.0, 0.0], false),
    ];
    let tests = bad.into_iter().map(|(name, [day, night], happens)| {
        let [busy, quiet] = if happens { [BUSY, QUIET] } else { [0.0, 0.0] };
        let spans = [(HALF, day.min(1.0), busy), (HALF + 1, night, quiet)];
        let spans = spans.map(|(steps, bad, a_step)| Span { steps, bad, a_step });
        let share = (day.min(1.0) * busy + night * quiet) / (busy + quiet);
        Test {
            name: format!("{} budget {name}", slo.name),
            interval: span(step),
            input_series: events::series(cast, slo, &spans),
            promql_expr_test: vec![left(
                slo,
                2 * HALF as u64 * step,
                happens.then(|| 1.0 - share / budget),
            )],
        }
    });
    TestFile {
        rule_files: vec!["../slo.yml".to_owned()],
        evaluation_interval: span(step),
        tests: tests.collect(),
    }
}

/// What must be left at a moment, to a hundredth.
fn left(slo: &Slo, seconds: u64, value: Option<f64>) -> Expectation {
    let sample = |value: f64| Sample {
        labels: format!("{{slo=\"{}\"}}", slo.name),
        value: (value * 100.0 + 0.5).floor() / 100.0,
    };
    Expectation {
        expr: format!(
            "round(sum by (slo) ({BUDGET_LEFT}{{slo=\"{}\"}}), 0.01)",
            slo.name
        ),
        eval_time: span(seconds),
        exp_samples: value.map(sample).into_iter().collect(),
    }
}
