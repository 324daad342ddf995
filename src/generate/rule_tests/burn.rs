//! Tests of the alerts that tell how fast an error budget burns.

use super::super::signal::span;
use super::super::slo::{Slo, alert_name, floor};
use super::super::values::SloWindow;
use super::cast::Cast;
use super::events::{self, Span};
use super::{Expectation, Test, TestFile, firing, step_within};
use crate::config::units::Time;

/// A part of a course: for so many steps, this share of events is bad.
type Part = (usize, f64);

struct Burn<'a> {
    cast: &'a Cast,
    slo: &'a Slo,
    window: &'a SloWindow,
    step: u64,
}

pub fn of_window(cast: &Cast, slo: &Slo, window: &SloWindow) -> TestFile {
    let burn = Burn {
        cast,
        slo,
        window,
        step: step_for(window),
    };
    TestFile {
        rule_files: vec!["../slo.yml".to_owned()],
        evaluation_interval: span(burn.step),
        tests: burn.all(),
    }
}

fn step_for(window: &SloWindow) -> u64 {
    let (short, hold) = (window.short.0.as_secs(), window.hold.0.as_secs());
    let most = match hold {
        0 => short / 4,
        // So that half the time can be told from all of it.
        hold => (short / 4).min(hold / 2),
    };
    step_within(most)
}

impl Burn<'_> {
    fn all(&self) -> Vec<Test> {
        let limit = self.window.factor * self.slo.budget_ratio();
        let beyond = (limit * 1.1).min((limit + 1.0) / 2.0);
        let within = limit * 0.9;
        let (long, short) = (self.steps(self.window.long), self.steps(self.window.short));
        let hold = self.steps(self.window.hold);
        let end = long + hold + 4;
        let enough = 1.5 * floor(self.slo, self.window) / self.window.long.0.as_secs() as f64;
        let at_once = 4.0 * floor(self.slo, self.window) / self.step as f64;
        let mut tests = vec![
            self.test(
                "fires just beyond its limit",
                &[(end + 1, beyond)],
                enough,
                &[(end, true)],
            ),
            self.test(
                "stays quiet just short of it",
                &[(end + 1, within)],
                enough,
                &[(end / 2, false), (end, false)],
            ),
            self.test(
                "stays quiet with few events",
                &[(end + 1, beyond)],
                enough * 0.5,
                &[(end / 2, false), (end, false)],
            ),
            self.test(
                "stays quiet while nothing happens",
                &[(end + 1, 0.0)],
                0.0,
                &[(end, false)],
            ),
        ];
        // It is bad for the short span and some more: the long one has not seen enough of it.
        let (good, blip) = (long + 2, short + hold + 3);
        tests.push(self.test(
            "stays quiet when it is over quickly",
            &[(good, 0.0), (blip + 1, (limit * 1.2).min((limit + 1.0) / 2.0))],
            enough,
            &[(good + blip, false)],
        ));
        // It was bad for long, and is well again for longer than the short span.
        let good = short + 3;
        let last = end + good;
        tests.push(self.test(
            "ends soon after the trouble does",
            &[(end + 1, beyond.max((limit + 1.0) / 2.0)), (good, 0.0)],
            enough * 4.0,
            &[(end, true), (last, false)],
        ));
        let held = 1 + hold;
        let mut moments = vec![(held, true)];
        if hold > 0 {
            moments.insert(0, (held - 1, false));
        }
        tests.push(self.test(
            "waits as long as it should",
            &[(held + 2, beyond)],
            at_once,
            &moments,
        ));
        let rest = self.steps(Time::of_seconds(300)) + long + 3;
        tests.push(self.gone(beyond, at_once, held + 1, rest));
        tests
    }

    fn steps(&self, time: Time) -> usize {
        time.0.as_secs().div_ceil(self.step) as usize
    }

    fn gone(&self, beyond: f64, traffic: f64, held: usize, rest: usize) -> Test {
        let mut test = self.test(
            "ends when the target goes away",
            &[(held + 1, beyond)],
            traffic,
            &[(held, true), (held + rest, false)],
        );
        for series in &mut test.input_series {
            series.values = format!("{} _x{rest}", series.values);
        }
        test
    }

    fn test(&self, name: &str, parts: &[Part], traffic: f64, moments: &[(usize, bool)]) -> Test {
        let window = span(self.window.long.0.as_secs());
        let spans: Vec<Span> = parts
            .iter()
            .map(|&(steps, bad)| Span {
                steps,
                bad,
                a_step: traffic * self.step as f64,
            })
            .collect();
        let more = format!(",slo=\"{}\",window=\"{window}\"", self.slo.name);
        let expect = |(step, fires): &(usize, bool)| -> Expectation {
            firing(
                alert_name(self.window.severity),
                &more,
                self.window.severity.word(),
                *step as u64 * self.step,
                *fires,
            )
        };
        Test {
            name: format!("{} over {window} {name}", self.slo.name),
            interval: span(self.step),
            input_series: events::series(self.cast, self.slo, &spans),
            promql_expr_test: moments.iter().map(expect).collect(),
        }
    }
}
