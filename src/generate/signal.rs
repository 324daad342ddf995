//! What an alert watches: a figure over the plugin's series, which can be asked of Prometheus and which can be played to it.
//!
//! One description gives both the PromQL and, for the tests of the rules, series on which that PromQL has a wanted value.

use std::borrow::Cow;

use super::course::{Course, Line, Stage};
use crate::telemetry::catalogue::{Kind, LabelDef, MetricDef, Unit, Values};

mod histogram;
mod play;
mod promql;

pub use histogram::{bound_matcher, bound_text, bounds};

/// Whether a target could be scraped; Prometheus itself makes this series.
pub static UP: MetricDef = MetricDef {
    name: "up",
    kind: Kind::Gauge,
    unit: Unit::Count,
    labels: &[],
    help: "1 when the target was scraped, 0 when it could not be.",
    purpose: "Whether the plugin is there.",
};

/// Series of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// The metric.
    pub def: &'static MetricDef,
    /// What its labels must be.
    pub with: Vec<(&'static str, Match)>,
}

impl PartialEq for MetricDef {
    fn eq(&self, other: &MetricDef) -> bool {
        self.name == other.name
    }
}

/// What a label must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// This.
    Is(Cow<'static, str>),
    /// One of these.
    In(&'static [&'static str]),
    /// None of these.
    NotIn(Vec<Cow<'static, str>>),
}

impl Match {
    /// Whether a value is as it must be.
    pub fn allows(&self, value: &str) -> bool {
        match self {
            Match::Is(word) => word == value,
            Match::In(words) => words.contains(&value),
            Match::NotIn(words) => words.iter().all(|word| word != value),
        }
    }
}

/// All series of a metric.
pub fn all(def: &'static MetricDef) -> Pick {
    Pick {
        def,
        with: Vec::new(),
    }
}

impl Pick {
    /// Those whose label is `value`.
    pub fn is(mut self, label: &'static str, value: &'static str) -> Pick {
        self.with.push((label, Match::Is(value.into())));
        self
    }

    /// Those whose label is one of these.
    pub fn any(mut self, label: &'static str, values: &'static [&'static str]) -> Pick {
        self.with.push((label, Match::In(values)));
        self
    }

    /// Those whose label is none of these.
    pub fn not(mut self, label: &'static str, values: &[&'static str]) -> Pick {
        let words = values.iter().map(|word| Cow::Borrowed(*word)).collect();
        self.with.push((label, Match::NotIn(words)));
        self
    }

    /// The labels of one such series that is none of `other`'s; `turn` counts up through different providers.
    pub fn labels(&self, other: Option<&Pick>, turn: usize) -> Vec<(String, String)> {
        let other = other.filter(|other| other.def == self.def);
        let wants = |pick: &Pick, label: &str| {
            let found = pick.with.iter().find(|(name, _)| *name == label);
            found.map(|(_, wanted)| wanted.clone())
        };
        let value = |label: &LabelDef| {
            let wanted = wants(self, label.name);
            // What both must be does not tell them apart.
            let avoided = other.and_then(|other| wants(other, label.name));
            let avoided = avoided.filter(|avoided| Some(avoided) != wanted.as_ref());
            let fits = |word: &str| {
                wanted.as_ref().is_none_or(|wanted| wanted.allows(word))
                    && avoided.as_ref().is_none_or(|avoided| !avoided.allows(word))
            };
            let candidates: Vec<String> = match label.values {
                Values::Closed(words) => words.iter().map(|word| (*word).to_owned()).collect(),
                Values::Provider => ["openai", "ollama", "builtin"].map(str::to_owned).into(),
                Values::Model => ["gpt-4o-mini", "qwen2.5-coder:latest", "builtin"]
                    .map(str::to_owned)
                    .into(),
                Values::Secret => ["OPENAI_API_KEY", "vault_token"].map(str::to_owned).into(),
                // As many as are asked for: an alert may wait for a hundred of them.
                Values::Built => (1..=turn + 2).map(|patch| format!("0.0.{patch}")).collect(),
            };
            let fitting: Vec<&String> = candidates.iter().filter(|word| fits(word)).collect();
            let is_fixed = matches!(label.values, Values::Closed(_));
            match fitting.as_slice() {
                [] => "none".to_owned(),
                some => some[if is_fixed { 0 } else { turn % some.len() }].clone(),
            }
        };
        let labels = self.def.labels.iter();
        labels
            .map(|label| (label.name.to_owned(), value(label)))
            .collect()
    }
}

/// A figure, made of series.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// A gauge, for each series.
    Value(Pick),
    /// The greatest of a gauge, together.
    Greatest {
        /// The gauge.
        of: Pick,
        /// For each of these labels.
        by: &'static [&'static str],
    },
    /// The least of a gauge, together.
    Least {
        /// The gauge.
        of: Pick,
        /// For each of these labels.
        by: &'static [&'static str],
    },
    /// A gauge as a share of another gauge of the same plugin.
    Share {
        /// The gauge.
        of: Pick,
        /// What it is a share of.
        whole: Pick,
        /// Labels that both have, besides job and instance.
        on: &'static [&'static str],
    },
    /// What a counter grows by in a second, as a share of a gauge of the same plugin.
    Load {
        /// The counter.
        of: Pick,
        /// The gauge; `None` for 1.
        whole: Option<Pick>,
        /// The span of time, in seconds.
        window: u64,
    },
    /// What a counter has grown by.
    Increase {
        /// The counter.
        of: Pick,
        /// The span of time, in seconds.
        window: u64,
        /// For each of these labels.
        by: &'static [&'static str],
    },
    /// Events of a kind as a share of all events.
    Part {
        /// The counter of the kind.
        of: Pick,
        /// The counters of all, added up.
        whole: Vec<Pick>,
        /// The span of time, in seconds.
        window: u64,
        /// For each of these labels.
        by: &'static [&'static str],
    },
    /// A quantile of a histogram.
    Quantile {
        /// The histogram.
        of: Pick,
        /// Which, 0 to 1.
        q: f64,
        /// The span of time, in seconds.
        window: u64,
        /// For each of these labels.
        by: &'static [&'static str],
    },
    /// Observations up to a bound, as a share of all.
    UpTo {
        /// The histogram.
        of: Pick,
        /// The bound, one of its buckets'.
        bound: f64,
        /// The span of time, in seconds.
        window: u64,
        /// For each of these labels.
        by: &'static [&'static str],
    },
    /// How often a gauge changed.
    Changes {
        /// The gauge.
        of: Pick,
        /// The span of time, in seconds.
        window: u64,
    },
    /// What a gauge will be if it goes on as it did, as a share of another gauge of the same plugin.
    Predicted {
        /// The gauge.
        of: Pick,
        /// The span of time that it is judged by, in seconds.
        window: u64,
        /// How far ahead, in seconds.
        ahead: u64,
        /// What it is a share of.
        whole: Pick,
    },
    /// Seconds until the moment that a gauge holds.
    Until(Pick),
    /// How many different values a label has.
    Distinct {
        /// The gauge.
        of: Pick,
        /// The label.
        label: &'static str,
    },
    /// How many series there are.
    Count {
        /// The series.
        of: Pick,
        /// For each of these labels.
        by: &'static [&'static str],
    },
    /// 1 while there is no such series.
    Absent(Pick),
    /// Money that a day costs at this speed, as a share of what it may cost.
    DaysMoney {
        /// The counter of money.
        of: Pick,
        /// The span of time, in seconds.
        window: u64,
        /// The gauge of the budget.
        budget: Pick,
    },
    /// Events in a span of time as a share of those in the same span a week ago.
    AgainstLastWeek {
        /// The counters.
        of: Pick,
        /// The span of time, in seconds.
        window: u64,
    },
    /// 1, always.
    Always,
}

/// A week, in seconds.
pub const WEEK: u64 = 7 * 86_400;

impl Signal {
    /// The span of time that it looks back over, in seconds.
    pub fn window(&self) -> Option<u64> {
        self.clone().window_mut().copied()
    }

    /// The same over another span of time.
    pub fn over(mut self, seconds: u64) -> Signal {
        if let Some(window) = self.window_mut() {
            *window = seconds;
        }
        self
    }

    fn window_mut(&mut self) -> Option<&mut u64> {
        use Signal::*;
        match self {
            Load { window, .. }
            | Increase { window, .. }
            | Part { window, .. }
            | Quantile { window, .. }
            | UpTo { window, .. }
            | Changes { window, .. }
            | Predicted { window, .. }
            | DaysMoney { window, .. }
            | AgainstLastWeek { window, .. } => Some(window),
            Value(_)
            | Greatest { .. }
            | Least { .. }
            | Share { .. }
            | Until(_)
            | Distinct { .. }
            | Count { .. }
            | Absent(_)
            | Always => None,
        }
    }

    /// The series that it is about first.
    pub fn first(&self) -> Option<&Pick> {
        use Signal::*;
        match self {
            Value(of) | Until(of) | Absent(of) => Some(of),
            Greatest { of, .. }
            | Least { of, .. }
            | Share { of, .. }
            | Load { of, .. }
            | Increase { of, .. }
            | Part { of, .. }
            | Quantile { of, .. }
            | UpTo { of, .. }
            | Changes { of, .. }
            | Predicted { of, .. }
            | Distinct { of, .. }
            | Count { of, .. }
            | DaysMoney { of, .. }
            | AgainstLastWeek { of, .. } => Some(of),
            Always => None,
        }
    }

    /// Every metric that it needs.
    pub fn picks(&self) -> Vec<&Pick> {
        use Signal::*;
        let mut picks: Vec<&Pick> = self.first().into_iter().collect();
        match self {
            Share { whole, .. } | Predicted { whole, .. } => picks.push(whole),
            Load { whole, .. } => picks.extend(whole),
            Part { whole, .. } => picks.extend(whole),
            DaysMoney { budget, .. } => picks.push(budget),
            _ => {}
        }
        picks
    }

    /// The labels that its result has.
    pub fn labels(&self) -> Vec<&'static str> {
        use Signal::*;
        let own = |of: &Pick| {
            let mut labels = vec!["job", "instance"];
            labels.extend(of.def.label_names());
            labels
        };
        match self {
            Value(of) | Until(of) | Changes { of, .. } => own(of),
            Greatest { by, .. }
            | Least { by, .. }
            | Increase { by, .. }
            | Part { by, .. }
            | Quantile { by, .. }
            | UpTo { by, .. }
            | Count { by, .. } => by.to_vec(),
            Share { on, .. } => [&["job", "instance"], *on].concat(),
            Load { .. } | Predicted { .. } => vec!["job", "instance"],
            Absent(_) | Distinct { .. } | DaysMoney { .. } | AgainstLastWeek { .. } => vec!["job"],
            Always => Vec::new(),
        }
    }
}

/// A length of time as Prometheus writes it.
pub fn span(seconds: u64) -> String {
    for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60)] {
        if seconds >= size && seconds.is_multiple_of(size) {
            return format!("{}{unit}", seconds / size);
        }
    }
    format!("{seconds}s")
}

/// A number as PromQL reads it, without needless digits.
pub fn number(value: f64) -> String {
    format!("{value}")
}

impl Signal {
    /// Series on which it has the value `level` while there are `traffic` events a second.
    pub fn lines(&self, stage: &Stage, level: f64, traffic: f64) -> Vec<Line> {
        play::lines(self, stage, level, traffic)
    }

    /// As PromQL; `scope` are the matchers of every series.
    pub fn expr(&self, scope: &str) -> String {
        promql::expr(self, scope)
    }

    /// A value that is beyond any limit from the first steps on, for the tests of `for`: a count over a span must not wait
    /// until the span is full. With it, the first step at which it is seen; `None` where that cannot be told.
    pub fn strong(&self, beyond: f64, limit: f64, step: u64) -> Option<(f64, usize)> {
        use Signal::*;
        match self {
            // Rates are reckoned over the whole span, also while it is not full.
            Increase { window, .. } | DaysMoney { window, .. } | Load { window, .. } => {
                Some((beyond * 4.0 * (*window as f64 / step as f64), 1))
            }
            Part { .. } | Quantile { .. } | UpTo { .. } | Predicted { .. } => Some((beyond, 1)),
            Changes { window, .. } => Some((*window as f64 / step as f64, limit.floor() as usize + 1)),
            AgainstLastWeek { .. } => None,
            Value(_)
            | Greatest { .. }
            | Least { .. }
            | Share { .. }
            | Until(_)
            | Distinct { .. }
            | Count { .. }
            | Absent(_)
            | Always => Some((beyond, 0)),
        }
    }

    /// Steps that must have gone by before it has a value at all.
    pub fn lead(&self, step: u64) -> usize {
        match self {
            Signal::AgainstLastWeek { .. } => (WEEK / step) as usize,
            _ => 0,
        }
    }

    /// Whether its values are whole numbers.
    pub fn is_whole(&self) -> bool {
        matches!(
            self,
            Signal::Changes { .. } | Signal::Distinct { .. } | Signal::Count { .. }
        )
    }

    /// The greatest value that it can have.
    pub fn most(&self) -> f64 {
        match self {
            Signal::Part { of, whole, .. } if whole.iter().any(|pick| pick.def == of.def) => 1.0,
            Signal::UpTo { .. } => 1.0,
            Signal::Quantile { of, .. } => bounds(of.def).last().copied().unwrap_or(f64::INFINITY),
            _ => f64::INFINITY,
        }
    }
}

/// A course that stays as it is.
fn flat(value: f64) -> Course {
    Course::Steady {
        from: value,
        a_step: 0.0,
    }
}
