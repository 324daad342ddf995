//! promtool's tests of the rules: each alert fires when it should, and stays quiet just short of that, while nothing happens,
//! and when its target is gone.

mod budget;
mod burn;
mod cast;
mod events;

use serde::Serialize;

use super::alert::{AlertDef, Compare, Guard};
use super::artefact::{Artefact, Set};
use super::course::{Course, Line, Stage};
use super::plan::Plan;
use super::signal::{Signal, span};
use cast::Cast;

/// A file of tests.
#[derive(Debug, Serialize)]
pub struct TestFile {
    rule_files: Vec<String>,
    evaluation_interval: String,
    tests: Vec<Test>,
}

/// One test.
#[derive(Debug, Serialize)]
struct Test {
    name: String,
    interval: String,
    input_series: Vec<Series>,
    promql_expr_test: Vec<Expectation>,
}

#[derive(Debug, Serialize)]
struct Series {
    series: String,
    values: String,
}

/// What must be so at a moment.
#[derive(Debug, Serialize)]
struct Expectation {
    expr: String,
    eval_time: String,
    exp_samples: Vec<Sample>,
}

#[derive(Debug, Serialize)]
struct Sample {
    labels: String,
    value: f64,
}

/// The files: one for each alert, one for each burn of an objective and one for what is left of its budget.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let cast = Cast::of(plan);
    let alerts = plan.alerts.iter().map(|alert| {
        let file = of_alert(plan, &cast, alert);
        test_artefact(plan, &format!("alerts/tests/{}.yml", alert.name), &file)
    });
    let burns = plan
        .slos
        .iter()
        .flat_map(|slo| slo.windows.iter().map(move |window| (slo, window)));
    let burns = burns.map(|(slo, window)| {
        let (long, severity) = (span(window.long.0.as_secs()), window.severity.word());
        let path = format!("alerts/tests/slo-{}-{long}-{severity}.yml", slo.name);
        test_artefact(plan, &path, &burn::of_window(&cast, slo, window))
    });
    let budgets = plan.slos.iter().map(|slo| {
        let path = format!("alerts/tests/slo-{}-budget.yml", slo.name);
        test_artefact(plan, &path, &budget::of_slo(&cast, slo))
    });
    alerts.chain(burns).chain(budgets).collect()
}

fn test_artefact(plan: &Plan, path: &str, file: &TestFile) -> Artefact {
    Artefact::yaml(plan, Set::Tests, path, &["Run: promtool test rules FILE"], file)
}

/// Lengths between two samples, in seconds.
const STEPS: [u64; 14] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 10_800];

/// The largest usual step that is not longer than `most` seconds.
fn step_within(most: u64) -> u64 {
    let fitting = STEPS.iter().rev().find(|step| **step <= most.max(1));
    fitting.copied().unwrap_or(1)
}

/// The step for an alert: some eight to a span, two at least, and none longer than half the time that it must hold.
fn step_for(alert: &AlertDef) -> u64 {
    let window = alert.condition.signal.window();
    let hold = (alert.hold > 0).then_some(alert.hold);
    let longest = window.into_iter().chain(hold).max().unwrap_or(60);
    let guards = alert.condition.guards.iter().filter_map(|guard| match guard {
        Guard::Events { window, .. } => Some(*window / 2),
        Guard::Unless(_) => None,
    });
    // A value changes once a step at most, and one change more than the limit must be told from one and a half.
    let parts = match alert.condition.signal {
        Signal::Changes { .. } => 2 * alert.condition.limit.value as u64 + 4,
        _ => 4,
    };
    let bounds = window
        .map(|window| window / parts)
        .into_iter()
        // So that half the time can be told from all of it.
        .chain(hold.map(|hold| hold / 2))
        .chain(guards);
    let most = bounds.fold((longest / 8).max(60), u64::min);
    step_within(most)
}

/// Values just beyond the limit and just short of it.
fn around(alert: &AlertDef) -> (f64, f64) {
    let limit = alert.condition.limit.value;
    let signal = &alert.condition.signal;
    match alert.condition.compare {
        Compare::Is => (limit, if limit == 0.0 { 1.0 } else { 0.0 }),
        // Between the next whole number and the one after: some more than the limit, never twice as many.
        Compare::Above if matches!(signal, Signal::Changes { .. }) => (limit.floor() + 1.5, limit.floor()),
        Compare::Above if signal.is_whole() => (limit.floor() + 1.0, limit.floor()),
        Compare::Above if limit == 0.0 => (2.0, 0.0),
        Compare::Above => ((limit * 1.05).min((limit + signal.most()) / 2.0), limit * 0.95),
        Compare::Below => (limit * 0.95, (limit * 1.05).min((limit + signal.most()) / 2.0)),
    }
}

/// Builds the tests of one alert.
struct Scenes<'a> {
    cast: &'a Cast,
    alert: &'a AlertDef,
    severity: &'static str,
    step: u64,
}

fn of_alert(plan: &Plan, cast: &Cast, alert: &AlertDef) -> TestFile {
    let scenes = Scenes {
        cast,
        alert,
        severity: plan.capped(alert.severity).word(),
        step: step_for(alert),
    };
    TestFile {
        rule_files: vec!["../alerts.yml".to_owned()],
        evaluation_interval: span(scenes.step),
        tests: scenes.all(),
    }
}

impl Scenes<'_> {
    fn all(&self) -> Vec<Test> {
        let signal = &self.alert.condition.signal;
        if *signal == Signal::Always {
            return vec![self.test("fires, always", Vec::new(), 10, vec![(0, true), (10, true)])];
        }
        let (beyond, within) = around(self.alert);
        let settled = self.settled();
        let lead = signal.lead(self.step);
        let end = lead + settled;
        let mut tests = vec![
            self.test(
                "fires just beyond its limit",
                self.lines(beyond, Events::Enough, end),
                end,
                vec![(end, true)],
            ),
            self.test(
                "stays quiet just short of it",
                self.lines(within, Events::Plenty, end),
                end,
                vec![(lead + settled / 2, false), (end, false)],
            ),
        ];
        tests.extend(self.waiting(beyond));
        tests.extend(self.guarded(beyond, end));
        tests.extend(self.idle(within, end));
        tests.extend(self.gone(beyond));
        tests
    }

    /// Steps after which a steady course is seen in full and has held for long enough.
    fn settled(&self) -> usize {
        let window = self.alert.condition.signal.window().unwrap_or(0);
        let guards = self
            .alert
            .condition
            .guards
            .iter()
            .filter_map(|guard| match guard {
                Guard::Events { window, .. } => Some(*window),
                Guard::Unless(_) => None,
            });
        let longest = guards.fold(window, u64::max);
        ((longest + self.alert.hold).div_ceil(self.step) + 3) as usize
    }

    /// It fires no sooner and no later than it has held for its time.
    fn waiting(&self, beyond: f64) -> Option<Test> {
        let limit = self.alert.condition.limit.value;
        let (level, seen) = self.alert.condition.signal.strong(beyond, limit, self.step)?;
        let held = seen + (self.alert.hold.div_ceil(self.step)) as usize;
        let mut moments = vec![(held, true)];
        if self.alert.hold > 0 {
            moments.insert(0, (held - 1, false));
        }
        let lines = self.lines(level, Events::AtOnce, held + 1);
        Some(self.test("waits as long as it should", lines, held + 1, moments))
    }

    /// Each guard keeps it quiet.
    fn guarded(&self, beyond: f64, end: usize) -> Vec<Test> {
        let guards = self.alert.condition.guards.iter();
        let tests = guards.map(|guard| {
            let (name, lines) = match guard {
                Guard::Events { .. } => (
                    "stays quiet with few events",
                    self.lines(beyond, Events::TooFew, end),
                ),
                Guard::Unless(of) => {
                    let mut lines = self.lines(beyond, Events::Plenty, end);
                    for line in lines.iter_mut().filter(|line| of.has(line)) {
                        line.course = Course::Steady {
                            from: 1.0,
                            a_step: 0.0,
                        };
                    }
                    ("stays quiet while it is muted", lines)
                }
            };
            self.test(name, lines, end, vec![(end / 2, false), (end, false)])
        });
        tests.collect()
    }

    /// Nothing happens.
    fn idle(&self, within: f64, end: usize) -> Option<Test> {
        self.alert.condition.signal.window()?;
        if matches!(self.alert.condition.signal, Signal::AgainstLastWeek { .. }) {
            return None;
        }
        let mut lines = self.lines(within, Events::Plenty, end);
        for line in &mut lines {
            line.course = Course::Steady {
                from: line.course.at(0),
                a_step: 0.0,
            };
        }
        Some(self.test(
            "stays quiet while nothing happens",
            lines,
            end,
            vec![(end / 2, false), (end, false)],
        ))
    }

    /// The target goes away while it fires.
    fn gone(&self, beyond: f64) -> Option<Test> {
        let limit = self.alert.condition.limit.value;
        let (level, seen) = self.alert.condition.signal.strong(beyond, limit, self.step)?;
        let held = seen + (self.alert.hold.div_ceil(self.step)) as usize + 1;
        // Prometheus looks back five minutes for a last sample.
        let window = self.alert.condition.signal.window().unwrap_or(0);
        let rest = ((300 + window + self.alert.keep).div_ceil(self.step) + 3) as usize;
        let end = held + rest;
        if let Signal::Absent(_) = self.alert.condition.signal {
            let mut lines = self.lines(0.0, Events::Plenty, end);
            end_after(&mut lines, held + 1, rest);
            let wait = ((300 + self.alert.hold).div_ceil(self.step) + 2) as usize;
            let end = held + wait.max(rest);
            return Some(self.test(
                "fires when the target goes away",
                lines,
                end,
                vec![(held, false), (end, true)],
            ));
        }
        let mut lines = self.lines(level, Events::AtOnce, end);
        end_after(&mut lines, held + 1, rest);
        Some(self.test(
            "ends when the target goes away",
            lines,
            end,
            vec![(held, true), (end, false)],
        ))
    }

    /// The series of the signal and of the guards.
    fn lines(&self, level: f64, events: Events, steps: usize) -> Vec<Line> {
        let stage = Stage {
            step: self.step,
            steps,
            with_point: matches!(events, Events::Enough),
        };
        let signal = &self.alert.condition.signal;
        let mut lines = signal.lines(&stage, level, self.traffic(&stage, level, events));
        for guard in &self.alert.condition.guards {
            let of = guard.pick();
            if !lines.iter().any(|line| of.has(line)) {
                lines.push(Line {
                    name: of.def.name.to_owned(),
                    labels: of.labels(None, 0),
                    course: Course::Steady {
                        from: 0.0,
                        a_step: 0.0,
                    },
                    second: false,
                });
            }
        }
        lines
    }

    /// Events a second, so that the guard about their number is met or not.
    fn traffic(&self, stage: &Stage, level: f64, events: Events) -> f64 {
        let mut guards = self
            .alert
            .condition
            .guards
            .iter()
            .filter_map(|guard| match guard {
                Guard::Events {
                    of, window, at_least, ..
                } => Some((of, *window, *at_least)),
                Guard::Unless(_) => None,
            });
        let Some((of, window, at_least)) = guards.next_back() else {
            return 1.0;
        };
        let of_one = self.alert.condition.signal.lines(stage, level, 1.0);
        let counted = of_one.iter().filter(|line| of.has(line));
        let a_second = counted.map(|line| line.course.growth()).sum::<f64>() / stage.step as f64;
        let wanted = at_least as f64
            * match events {
                Events::Enough => 1.3 / window as f64,
                Events::TooFew => 0.8 / window as f64,
                Events::Plenty => 20.0 / window as f64,
                Events::AtOnce => 4.0 / stage.step as f64,
            };
        match a_second > 0.0 {
            true => wanted / a_second,
            false => 1.0,
        }
    }

    fn test(&self, name: &str, lines: Vec<Line>, steps: usize, moments: Vec<(usize, bool)>) -> Test {
        let expectations = moments
            .into_iter()
            .map(|(step, fires)| firing(self.alert.name, "", self.severity, step as u64 * self.step, fires));
        Test {
            name: format!("{} {name}", self.alert.name),
            interval: span(self.step),
            input_series: self.cast.series(&lines, steps),
            promql_expr_test: expectations.collect(),
        }
    }
}

fn end_after(lines: &mut [Line], steps: usize, rest: usize) {
    for line in lines {
        let course = line.course.clone();
        line.course = course.ending_after(steps, rest);
    }
}

/// How many events there are.
#[derive(Debug, Clone, Copy)]
enum Events {
    /// Some more than the guard wants, over its span.
    Enough,
    /// Some fewer.
    TooFew,
    /// Many more.
    Plenty,
    /// More than it wants with the first step.
    AtOnce,
}

/// Whether an alert fires at a moment, and how urgent it is.
fn firing(alert: &str, more: &str, severity: &str, seconds: u64, fires: bool) -> Expectation {
    let sample = Sample {
        labels: format!("{{severity=\"{severity}\"}}"),
        value: 1.0,
    };
    Expectation {
        expr: format!("max by (severity) (ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"{more}}})"),
        eval_time: span(seconds),
        exp_samples: if fires { vec![sample] } else { Vec::new() },
    }
}
