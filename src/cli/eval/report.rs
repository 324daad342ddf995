//! What came of a benchmark, in figures.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Ended, Outcome};
use crate::answer::confidence::{Figures, coverage_at};
use crate::cli::table;

/// Precisions at which coverage is told.
const PRECISIONS: [f64; 2] = [0.8, 0.9];

/// Counts over some questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    questions: u32,
    right: u32,
    wrong: u32,
    /// Answers that do not run; wrong too.
    failing: u32,
    refused: u32,
    refused_rightly: u32,
    /// Nobody answered.
    failed: u32,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        self.questions += 1;
        match outcome.ended {
            Ended::Right => self.right += 1,
            Ended::Wrong => self.wrong += 1,
            Ended::Fails => self.failing += 1,
            Ended::Refused => self.refused += 1,
            Ended::RefusedRightly => self.refused_rightly += 1,
            Ended::Failed => self.failed += 1,
            Ended::Unusable => self.questions -= 1,
        }
    }

    /// Right answers and right refusals over all questions.
    fn accuracy(self) -> Option<f64> {
        share(self.right + self.refused_rightly, self.questions)
    }

    fn answered(self) -> u32 {
        self.right + self.wrong + self.failing
    }

    /// Right answers over all answers.
    fn precision(self) -> Option<f64> {
        share(self.right, self.answered())
    }

    fn json(self) -> Value {
        json!({
            "questions": self.questions,
            "right": self.right + self.refused_rightly,
            "accuracy": self.accuracy(),
            "answered": self.answered(),
            "precision": self.precision(),
            "wrong": self.wrong,
            "do_not_run": self.failing,
            "refused": self.refused + self.refused_rightly,
            "refused_rightly": self.refused_rightly,
            "failed": self.failed,
        })
    }

    fn row(self, name: &str) -> Vec<String> {
        let percent =
            |share: Option<f64>| share.map_or_else(|| "–".into(), |share| format!("{:.1} %", share * 100.0));
        vec![
            name.to_owned(),
            self.questions.to_string(),
            percent(self.accuracy()),
            self.answered().to_string(),
            percent(self.precision()),
            (self.refused + self.refused_rightly).to_string(),
            self.failing.to_string(),
            self.failed.to_string(),
        ]
    }
}

fn share(some: u32, all: u32) -> Option<f64> {
    (all > 0).then(|| (f64::from(some) / f64::from(all) * 1e4).round() / 1e4)
}

/// The figures of a run.
pub(super) struct Report {
    all: Counts,
    groups: BTreeMap<String, Counts>,
    confidence: Option<Figures>,
    coverage: [f64; 2],
    sources: BTreeSet<&'static str>,
    /// Milliseconds: the middle, 95 of 100, the longest.
    latency: Option<[f64; 3]>,
    /// Questions that could not be used, and the first reason.
    unusable: (u32, Option<String>),
    /// Why nobody answered, the first time.
    failure: Option<String>,
}

impl Report {
    /// Of these outcomes.
    pub(super) fn of(outcomes: &[Outcome]) -> Report {
        let mut all = Counts::default();
        let mut groups: BTreeMap<String, Counts> = BTreeMap::new();
        let mut scores = Vec::new();
        let mut sources = BTreeSet::new();
        let mut times = Vec::new();
        let (mut unusable, mut failure) = ((0, None), None);
        for outcome in outcomes {
            if outcome.ended == Ended::Unusable {
                unusable.0 += 1;
                unusable.1 = unusable.1.or_else(|| outcome.reason.clone());
                continue;
            }
            all.add(outcome);
            for group in &outcome.groups {
                groups.entry(group.clone()).or_default().add(outcome);
            }
            if outcome.ended == Ended::Failed {
                failure = failure.or_else(|| outcome.reason.clone());
            }
            times.push(outcome.took.as_secs_f64() * 1e3);
            if let Some((score, source)) = outcome.confidence {
                scores.push((score, outcome.ended == Ended::Right));
                sources.insert(source.as_str());
            }
        }
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times[(times.len() - 1) * share / 100];
        Report {
            all,
            groups,
            confidence: Figures::of(&scores),
            coverage: PRECISIONS.map(|precision| coverage_at(&scores, precision, all.questions as usize)),
            sources,
            latency: (!times.is_empty()).then(|| [at(50), at(95), at(100)]),
            unusable,
            failure,
        }
    }

    /// Why it says nothing of the provider: nobody answered any question.
    pub(super) fn nobody_answered(&self) -> Option<&str> {
        let is_void = self.all.questions > 0 && self.all.failed == self.all.questions;
        self.failure.as_deref().filter(|_| is_void)
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let groups: BTreeMap<&String, Value> = self
            .groups
            .iter()
            .map(|(name, counts)| (name, counts.json()))
            .collect();
        let milliseconds = |time: f64| (time * 1e3).round() / 1e3;
        json!({
            "all": self.all.json(),
            "groups": groups,
            "confidence": self.confidence,
            "confidence_sources": self.sources,
            "coverage_at_precision_0.8": self.coverage[0],
            "coverage_at_precision_0.9": self.coverage[1],
            "latency_ms": self.latency.map(|[p50, p95, max]| json!({
                "p50": milliseconds(p50), "p95": milliseconds(p95), "max": milliseconds(max)
            })),
            "failure": self.failure,
            "unusable": self.unusable.0,
            "unusable_reason": self.unusable.1,
        })
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let head = [
            "questions",
            "number",
            "accuracy",
            "answered",
            "precision",
            "refused",
            "do not run",
            "failed",
        ];
        let groups = self.groups.iter().map(|(name, counts)| counts.row(name));
        let rows = std::iter::once(self.all.row("all")).chain(groups);
        let mut text = table::lines(&head, rows);
        if let Some(figures) = &self.confidence {
            text.push_str(&format!(
                "\n\nconfidence ({}): Brier {:.3} · ECE {:.3} · AUC {} · coverage at 80 % precision {:.1} %, at 90 % {:.1} %",
                self.sources.iter().copied().collect::<Vec<_>>().join(", "),
                figures.brier,
                figures.ece,
                figures.auc.map_or_else(|| "–".into(), |auc| format!("{auc:.3}")),
                self.coverage[0] * 100.0,
                self.coverage[1] * 100.0
            ));
        }
        if let Some([p50, p95, max]) = self.latency {
            text.push_str(&format!(
                "\nlatency: {p50:.1} ms in the middle, 95 of 100 within {p95:.1} ms, {max:.1} ms at most"
            ));
        }
        if let Some(reason) = &self.failure {
            text.push_str(&format!(
                "\n{} questions got no answer: {reason}",
                self.all.failed
            ));
        }
        if let (count @ 1.., reason) = &self.unusable {
            text.push_str(&format!(
                "\n{count} questions were left out: {}",
                reason.as_deref().unwrap_or_default()
            ));
        }
        text
    }
}
