//! Series on which a signal has a wanted value.

use super::histogram::{bound_text, bounds, shares_for_quantile};
use super::{Course, Line, Match, Pick, Signal, Stage, WEEK, flat};

/// What the counters begin with: so much more than they grow that Prometheus never takes them for new ones, which it reckons
/// to have begun at 0.
const START: f64 = 1e9;
/// What gauges that others are a share of are.
const WHOLE: f64 = 1_000.0;
/// What a budget is, in dollars.
const BUDGET: f64 = 100.0;
/// What rates are a share of.
const CORES: f64 = 4.0;

/// The series.
pub fn lines(signal: &Signal, stage: &Stage, level: f64, traffic: f64) -> Vec<Line> {
    let step = stage.step as f64;
    let rising = |a_second: f64| Course::Steady {
        from: START,
        a_step: a_second * step,
    };
    match signal {
        Signal::Value(of) => vec![line(of, "", flat(level))],
        Signal::Greatest { of, .. } => {
            let low = line_of(of, "", None, 1, flat(0.0));
            vec![line(of, "", flat(level)), low]
        }
        Signal::Least { of, .. } => {
            let mut high = line_of(of, "", None, 1, flat(1.0));
            high.second = true;
            vec![line(of, "", flat(level)), high]
        }
        Signal::Share { of, whole, .. } => {
            vec![line(of, "", flat(level * WHOLE)), line(whole, "", flat(WHOLE))]
        }
        Signal::Load { of, whole: None, .. } => vec![line(of, "", rising(level))],
        Signal::Load {
            of,
            whole: Some(whole),
            ..
        } => vec![line(of, "", rising(level * CORES)), line(whole, "", flat(CORES))],
        Signal::Increase { of, window, .. } => vec![line(of, "", rising(level / *window as f64))],
        Signal::Part { of, whole, .. } => part(of, whole, level, traffic, &rising),
        Signal::Quantile { of, q, .. } => {
            let shares = shares_for_quantile(bounds(of.def), *q, level);
            histogram(of, stage, &shares, traffic)
        }
        Signal::UpTo { of, bound, .. } => {
            let share = |edge: &f64| match *edge {
                edge if edge < *bound => 0.0,
                edge if edge == *bound => level,
                _ => 1.0,
            };
            let shares: Vec<f64> = bounds(of.def).iter().map(share).collect();
            histogram(of, stage, &shares, traffic)
        }
        Signal::Changes { of, window } => {
            // So many changes in each window, evenly; never more than one a step.
            let a_step = (level * step / *window as f64).min(1.0);
            vec![line(of, "", changing(a_step, stage.steps))]
        }
        Signal::Predicted { of, ahead, whole, .. } => vec![
            line(of, "", predicted(level, *ahead as f64, step)),
            line(whole, "", flat(WHOLE)),
        ],
        Signal::Until(of) => {
            // As far off at each step as at the first.
            let course = Course::Steady {
                from: level,
                a_step: step,
            };
            vec![line(of, "", course)]
        }
        Signal::Count { of, .. } if level < 1.0 => without(of).into_iter().collect(),
        Signal::Distinct { of, .. } | Signal::Count { of, .. } => {
            let many = 0..(level.max(0.0) as usize);
            let one = |turn| Line {
                second: turn % 2 == 1,
                ..line_of(of, "", None, turn, flat(1.0))
            };
            many.map(one).collect()
        }
        Signal::Absent(of) => match level > 0.0 {
            true => Vec::new(),
            false => vec![line(of, "", flat(1.0))],
        },
        Signal::DaysMoney { of, budget, .. } => vec![
            line(of, "", rising(level * BUDGET / 86_400.0)),
            line(budget, "", flat(BUDGET)),
        ],
        Signal::AgainstLastWeek { of, .. } => {
            let before = (WEEK / stage.step) as usize;
            let first = rising(traffic);
            let after = Course::Steady {
                from: first.at(before),
                a_step: level * traffic * step,
            };
            let parts = vec![(before, first), (stage.steps + 1, after)];
            vec![line(of, "", Course::Then(parts))]
        }
        Signal::Always => Vec::new(),
    }
}

/// Events of the kind, and the rest of those that they are counted among.
fn part(of: &Pick, whole: &[Pick], level: f64, traffic: f64, rising: &impl Fn(f64) -> Course) -> Vec<Line> {
    let is_counted_in = whole.iter().any(|pick| pick.def == of.def);
    let rest = match is_counted_in {
        true => (1.0 - level).max(0.0),
        false => 1.0,
    };
    // The rest is of a metric that is not the part's, where there is one.
    let other = whole.iter().find(|pick| pick.def != of.def).or(whole.first());
    let mut lines = vec![line(of, "", rising(level * traffic))];
    lines.extend(other.map(|pick| line_of(pick, pick.events_suffix(), Some(of), 0, rising(rest * traffic))));
    lines
}

/// A series that is just not among those, where what they must not be is known.
fn without(of: &Pick) -> Option<Line> {
    let mut line = line(of, "", flat(1.0));
    let (label, word) = of.with.iter().find_map(|(label, wanted)| match wanted {
        Match::NotIn(words) => Some((label, words.first()?.to_string())),
        Match::Is(_) | Match::In(_) => None,
    })?;
    let (_, value) = line.labels.iter_mut().find(|(name, _)| name == label)?;
    *value = word;
    Some(line)
}

/// Grows as a leak does, so that it is foreseen to be `level` in `ahead` seconds; what is no danger stays as it is.
fn predicted(level: f64, ahead: f64, step: f64) -> Course {
    if level < 1.0 {
        return flat(level * WHOLE);
    }
    let a_second = level * WHOLE / (4.0 * ahead);
    Course::Steady {
        from: level * WHOLE * 0.75,
        a_step: a_second * step,
    }
}

/// Another value at so many of the steps, as evenly as whole steps allow.
fn changing(a_step: f64, steps: usize) -> Course {
    let mut pieces: Vec<(usize, f64)> = Vec::new();
    for step in 0..=steps {
        let value = 1.0 + (step as f64 * a_step).floor();
        match pieces.last_mut() {
            Some((length, last)) if *last == value => *length += 1,
            _ => pieces.push((1, value)),
        }
    }
    let pieces = pieces.into_iter().map(|(length, value)| (length, flat(value)));
    Course::Then(pieces.collect())
}

fn line(pick: &Pick, suffix: &str, course: Course) -> Line {
    line_of(pick, suffix, None, 0, course)
}

fn line_of(pick: &Pick, suffix: &str, other: Option<&Pick>, turn: usize, course: Course) -> Line {
    Line {
        name: format!("{}{suffix}", pick.def.name),
        labels: pick.labels(other, turn),
        course,
        second: false,
    }
}

/// A histogram of so many observations a second, of which these shares are at or below its bounds.
fn histogram(of: &Pick, stage: &Stage, shares: &[f64], traffic: f64) -> Vec<Line> {
    let labels = of.labels(None, 0);
    let rising = |share: f64| Course::Steady {
        from: START * share,
        a_step: share * traffic * stage.step as f64,
    };
    let bucket = |le: String, share: f64| {
        let mut labels = labels.clone();
        labels.push(("le".to_owned(), le));
        Line {
            name: format!("{}_bucket", of.def.name),
            labels,
            course: rising(share),
            second: false,
        }
    };
    let finite = bounds(of.def).iter().zip(shares);
    let mut lines: Vec<Line> = finite
        .map(|(bound, share)| bucket(bound_text(*bound, stage.with_point), *share))
        .collect();
    lines.push(bucket("+Inf".to_owned(), 1.0));
    lines.push(line(of, "_count", rising(1.0)));
    lines.push(line(of, "_sum", rising(1.0)));
    lines
}

impl Pick {
    /// Whether a series is one of them.
    pub fn has(&self, line: &Line) -> bool {
        let fits = |(label, wanted): &(&'static str, Match)| {
            let given = line.labels.iter().find(|(name, _)| name == label);
            given.is_some_and(|(_, value)| wanted.allows(value))
        };
        let rest = line.name.strip_prefix(self.def.name);
        rest.is_some_and(|rest| ["", "_count"].contains(&rest)) && self.with.iter().all(fits)
    }
}
