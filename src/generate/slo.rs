//! Service level objectives: what is promised, how fast the error budget burns, and when that is told.
//!
//! The windows and factors are those of the SRE workbook, chapter 5, table 5-8: a page when 2 % of the budget are gone in an
//! hour or 5 % in six, a ticket when 10 % are gone in a day or three.

use super::alert::{Panel, Runbook, days, hours, minutes};
use super::alerts::{failed, taken_on};
use super::signal::{Pick, all, bound_matcher, bounds, span};
use super::values::{Severity, SloValues, SloWindow, Values};
use crate::config::units::Time;
use crate::config::{Origin, Problems};
use crate::telemetry::catalogue as metrics;

/// One objective in effect.
#[derive(Debug, Clone)]
pub struct Slo {
    /// Its name, the value of the label `slo`.
    pub name: &'static str,
    /// What it promises.
    pub about: &'static str,
    /// Percent of events that have to be good.
    pub objective: f64,
    /// What is good.
    pub good: Good,
    /// Fewest events in an hour at which a burn is told.
    pub min_events_per_hour: f64,
    /// Which burns are told.
    pub windows: Vec<SloWindow>,
    /// The span of the budget, in seconds.
    pub period: u64,
    /// What to do when it burns.
    pub runbook: Runbook,
}

/// What is good, and what is counted.
#[derive(Debug, Clone)]
pub enum Good {
    /// All events but these.
    AllBut {
        /// The bad ones.
        bad: Pick,
        /// All.
        all: Pick,
    },
    /// Observations at or below a bound.
    UpTo {
        /// The histogram.
        of: Pick,
        /// The bound.
        bound: f64,
    },
    /// Observations over a bound.
    Over {
        /// The histogram.
        of: Pick,
        /// The bound.
        bound: f64,
    },
}

/// Fewest events in the long span at which a burn is told. A quiet day must not hide a bad week, so beyond six hours it does
/// not grow any more.
pub fn floor(slo: &Slo, window: &SloWindow) -> f64 {
    let hours = (window.long.0.as_secs() as f64 / 3_600.0).min(6.0);
    (slo.min_events_per_hour * hours).ceil().max(1.0)
}

/// A burn alert's name for its severity.
pub fn alert_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "AtestAiErrorBudgetBurnFast",
        _ => "AtestAiErrorBudgetBurnSlow",
    }
}

impl Slo {
    /// The objective as a share, exactly: 99.5 is 0.995, not 0.9949999999999999.
    pub fn ratio(&self) -> String {
        shifted(self.objective)
    }

    /// What may be bad, as a share, exactly.
    pub fn budget(&self) -> String {
        let whole = (self.objective * 1e9).round() as i64;
        shifted((100_000_000_000 - whole) as f64 / 1e9)
    }

    /// What may be bad.
    pub fn budget_ratio(&self) -> f64 {
        self.budget().parse().expect("it was written as a number")
    }

    /// Each span of time over which its share of bad events is recorded, shortest first.
    pub fn spans(&self) -> Vec<u64> {
        let both = self.windows.iter().flat_map(|window| [window.long, window.short]);
        let mut spans: Vec<u64> = both.map(|Time(span)| span.as_secs()).collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// The metric that it is about.
    pub fn pick(&self) -> &Pick {
        match &self.good {
            Good::AllBut { all, .. } => all,
            Good::UpTo { of, .. } | Good::Over { of, .. } => of,
        }
    }

    /// Bad events a second over a span. A kind of event that never happened counts as 0.
    pub fn bad(&self, scope: &str, function: &str, seconds: u64) -> String {
        let sum = |series: String| format!("sum by (job) ({function}({series}[{}]))", span(seconds));
        let up_to = |of: &Pick, bound: f64| {
            let le = bound_matcher(bound);
            sum(of.select("_bucket", scope, &[le]))
        };
        match &self.good {
            Good::AllBut { bad, all } => {
                let none = sum(all.select("", scope, &[]));
                format!("({} or 0 * {none})", sum(bad.select("", scope, &[])))
            }
            Good::UpTo { of, bound } => {
                format!(
                    "({} - {})",
                    sum(of.select("_count", scope, &[])),
                    up_to(of, *bound)
                )
            }
            Good::Over { of, bound } => up_to(of, *bound),
        }
    }

    /// All events a second over a span.
    pub fn all(&self, scope: &str, function: &str, seconds: u64) -> String {
        let pick = self.pick();
        let series = pick.select(pick.events_suffix(), scope, &[]);
        format!("sum by (job) ({function}({series}[{}]))", span(seconds))
    }

    /// The panel that shows it.
    pub fn panel(&self) -> Panel {
        Panel {
            dashboard: "slo",
            title: "Burn rate",
        }
    }
}

/// Percent as a share, by moving the point.
fn shifted(percent: f64) -> String {
    let units = (percent * 1e7).round() as u64;
    let text = format!("{}.{:09}", units / 1_000_000_000, units % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The objectives in effect.
pub fn in_effect(values: &Values) -> Vec<Slo> {
    let slos = &values.slos;
    let given: [&SloValues; 4] = [
        &slos.availability,
        &slos.latency,
        &slos.quality,
        &slos.first_token,
    ];
    let period = slos.period.0.as_secs();
    let made = built_in()
        .into_iter()
        .zip(given)
        .filter_map(|((on, mut slo), given)| {
            if !given.enabled.unwrap_or(on) {
                return None;
            }
            if let Some(objective) = given.objective {
                slo.objective = objective;
            }
            if let Some(floor) = given.min_events_per_hour {
                slo.min_events_per_hour = floor;
            }
            if !given.windows.is_empty() {
                slo.windows.clone_from(&given.windows);
            }
            if let (Some(threshold), Good::UpTo { bound, .. } | Good::Over { bound, .. }) =
                (given.threshold, &mut slo.good)
            {
                *bound = threshold;
            }
            slo.period = period;
            for window in &mut slo.windows {
                window.severity = window.severity.min(values.alert_defaults.max_severity);
            }
            Some(slo)
        });
    made.collect()
}

/// Each objective, and whether it is watched without anybody asking for it.
fn built_in() -> [(bool, Slo); 4] {
    let window = |factor: f64, long: u64, short: u64, hold: u64, severity: Severity| SloWindow {
        factor,
        long: Time::of_seconds(long),
        short: Time::of_seconds(short),
        hold: Time::of_seconds(hold),
        severity,
    };
    let pages = || {
        vec![
            window(14.4, hours(1), minutes(5), minutes(2), Severity::Critical),
            window(6.0, hours(6), minutes(30), minutes(15), Severity::Critical),
        ]
    };
    let tickets = || {
        vec![
            window(3.0, days(1), hours(2), hours(1), Severity::Warning),
            window(1.0, days(3), hours(6), hours(1), Severity::Warning),
        ]
    };
    let both = || [pages(), tickets()].concat();
    let slo = |name, about, objective, good, floor, windows, runbook| Slo {
        name,
        about,
        objective,
        good,
        min_events_per_hour: floor,
        windows,
        period: days(30),
        runbook,
    };
    [
        (
            true,
            slo(
                "availability",
                "questions that the plugin takes on are answered",
                99.5,
                Good::AllBut {
                    bad: failed(),
                    all: taken_on(),
                },
                20.0,
                both(),
                Runbook {
                    means: "Questions fail so often that the month's error budget will not last.",
                    look: "sum by (type, provider) (rate(atest_ai_errors_total{SCOPE}[5m]))",
                    steps: &["As for HighErrorRate."],
                },
            ),
        ),
        (
            true,
            slo(
                "latency",
                "questions are done within the threshold",
                95.0,
                Good::UpTo {
                    of: all(&metrics::REQUEST_DURATION),
                    bound: 10.0,
                },
                20.0,
                both(),
                Runbook {
                    means: "Answers take so long that the month's error budget will not last.",
                    look: "histogram_quantile(0.95, sum by (le, provider) (rate(atest_ai_provider_request_duration_seconds_bucket{SCOPE}[5m])))",
                    steps: &["As for AtestAiLatencyHigh."],
                },
            ),
        ),
        (
            false,
            slo(
                "quality",
                "answers have a confidence over the threshold",
                80.0,
                Good::Over {
                    of: all(&metrics::CONFIDENCE),
                    bound: super::alerts::WEAK,
                },
                20.0,
                tickets(),
                Runbook {
                    means: "Answers are weak so often that the month's error budget will not last.",
                    look: "histogram_quantile(0.5, sum by (le, provider) (rate(atest_ai_confidence_score_bucket{SCOPE}[1h])))",
                    steps: &["As for LowConfidenceQueries."],
                },
            ),
        ),
        (
            false,
            slo(
                "first-token",
                "replies begin within the threshold",
                95.0,
                Good::UpTo {
                    of: all(&metrics::FIRST_TOKEN),
                    bound: 3.0,
                },
                20.0,
                both(),
                Runbook {
                    means: "Replies begin so late that the month's error budget will not last.",
                    look: "histogram_quantile(0.95, sum by (le, provider) (rate(atest_ai_time_to_first_token_seconds_bucket{SCOPE}[5m])))",
                    steps: &["As for AtestAiTimeToFirstTokenHigh."],
                },
            ),
        ),
    ]
}

/// The key of an objective in the values.
pub fn key(slo: &Slo) -> String {
    let name = if slo.name == "first-token" {
        "firstToken"
    } else {
        slo.name
    };
    format!("slos.{name}")
}

/// What is wrong with the objectives: burns that can never be told, thresholds between two bounds.
pub fn problems(slos: &[Slo], origin: impl Fn(&str) -> Origin, problems: &mut Problems) {
    for slo in slos {
        let key = key(slo);
        if let Good::UpTo { of, bound } | Good::Over { of, bound } = &slo.good {
            let bounds = bounds(of.def);
            if !bounds.contains(bound) {
                let list: Vec<String> = bounds.iter().map(|bound| bound.to_string()).collect();
                let path = format!("{key}.threshold");
                problems
                    .add(
                        &origin(&path),
                        path,
                        "between two bounds of the histogram, so that nobody can count what is good",
                    )
                    .suggest(format!("take one of {}", list.join(", ")));
            }
        }
        for (index, window) in slo.windows.iter().enumerate() {
            let path = format!("{key}.windows[{index}]");
            let given = if slo.windows.is_empty() {
                key.clone()
            } else {
                path.clone()
            };
            let most = window.factor * slo.budget_ratio();
            if most >= 1.0 {
                let least = 100.0 * (1.0 - 1.0 / window.factor);
                problems
                    .add(
                        &origin(&given),
                        path.clone(),
                        format!(
                            "this alert could never fire: {} times a budget of {} is all events and more",
                            window.factor,
                            slo.budget()
                        ),
                    )
                    .suggest(format!(
                        "with this factor the objective must be over {:.3} %, or give a smaller factor",
                        least
                    ));
            }
            if window.short >= window.long {
                problems
                    .add(
                        &origin(&given),
                        path.clone(),
                        "the short span must be shorter than the long one",
                    )
                    .suggest("a twelfth of it is usual");
            }
            if window.long.0.as_secs() > slo.period {
                problems
                    .add(
                        &origin(&given),
                        path,
                        "the long span must not be longer than slos.period",
                    )
                    .suggest("shorten it, or lengthen the period");
            }
        }
    }
}
