//! How good scores are, told from answers that were judged.

use serde::{Deserialize, Serialize};

/// Bins of equal width in which scores are compared with what became of them.
const BINS: usize = 10;

/// How good scores are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Answers.
    pub answers: u32,
    /// The share that was right.
    pub right: f64,
    /// Mean squared distance between score and outcome (Brier); 0 is best.
    pub brier: f64,
    /// Mean distance between the scores of a bin and the share in it that was right (expected calibration error).
    pub ece: f64,
    /// The probability that a right answer has a higher score than a wrong one; `None` without both kinds.
    pub auc: Option<f64>,
}

impl Figures {
    /// Of scores, each with whether the answer was right; `None` when there are none.
    pub fn of(scores: &[(f64, bool)]) -> Option<Figures> {
        if scores.is_empty() {
            return None;
        }
        let n = scores.len() as f64;
        let distance = |(score, right): &(f64, bool)| (score - f64::from(u8::from(*right))).powi(2);
        Some(Figures {
            answers: u32::try_from(scores.len()).unwrap_or(u32::MAX),
            right: four_digits(scores.iter().filter(|(_, right)| *right).count() as f64 / n),
            brier: four_digits(scores.iter().map(distance).sum::<f64>() / n),
            ece: four_digits(ece(scores)),
            auc: auc(scores).map(four_digits),
        })
    }
}

fn four_digits(figure: f64) -> f64 {
    (figure * 1e4).round() / 1e4
}

fn ece(scores: &[(f64, bool)]) -> f64 {
    let mut bins = [(0_u32, 0.0, 0_u32); BINS];
    for (score, right) in scores {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "scores are from 0 to 1"
        )]
        let at = ((score * BINS as f64) as usize).min(BINS - 1);
        bins[at].0 += 1;
        bins[at].1 += score;
        bins[at].2 += u32::from(*right);
    }
    bins.into_iter()
        .map(|(_, sum, right)| (sum - f64::from(right)).abs())
        .sum::<f64>()
        / scores.len() as f64
}

/// The area under the curve by ranks (Mann-Whitney); equal scores share their rank.
fn auc(scores: &[(f64, bool)]) -> Option<f64> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let right = sorted.iter().filter(|(_, right)| *right).count() as f64;
    let wrong = sorted.len() as f64 - right;
    if right == 0.0 || wrong == 0.0 {
        return None;
    }
    let mut ranks = 0.0;
    let mut from = 0;
    while from < sorted.len() {
        let mut to = from;
        while to < sorted.len() && sorted[to].0 == sorted[from].0 {
            to += 1;
        }
        let rank = (from + to + 1) as f64 / 2.0;
        ranks += rank * sorted[from..to].iter().filter(|(_, right)| *right).count() as f64;
        from = to;
    }
    Some((ranks - right * (right + 1.0) / 2.0) / (right * wrong))
}

/// The largest share of `of` questions that can be answered, surest first, with that precision.
pub fn coverage_at(scores: &[(f64, bool)], precision: f64, of: usize) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut best) = (0_usize, 0_usize);
    for (at, (score, is_right)) in sorted.iter().enumerate() {
        right += usize::from(*is_right);
        // A line can only be drawn between different scores.
        let ends = sorted.get(at + 1).is_none_or(|(next, _)| next != score);
        if ends && right as f64 / (at + 1) as f64 >= precision {
            best = at + 1;
        }
    }
    if of == 0 { 0.0 } else { best as f64 / of as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-4, "{a} {b}");
    }

    #[test]
    fn figures_are_those_of_the_textbook() {
        let scores = [(0.9, true), (0.8, false), (0.3, true), (0.1, false)];
        let figures = Figures::of(&scores).unwrap();
        near(figures.right, 0.5);
        near(figures.brier, (0.01 + 0.64 + 0.49 + 0.01) / 4.0);
        near(figures.auc.unwrap(), 0.75);
        near(figures.ece, (0.1 + 0.8 + 0.7 + 0.1) / 4.0);
        assert_eq!(Figures::of(&[]), None);
        assert_eq!(Figures::of(&[(0.5, true)]).unwrap().auc, None);
    }

    #[test]
    fn equal_scores_tell_nothing_apart() {
        let scores = [(0.5, true), (0.5, false), (0.5, true)];
        near(Figures::of(&scores).unwrap().auc.unwrap(), 0.5);
        near(coverage_at(&scores, 0.8, 3), 0.0);
    }

    #[test]
    fn coverage_counts_the_surest_answers_over_all_questions() {
        let scores = [(0.9, true), (0.8, true), (0.7, false), (0.6, true), (0.2, false)];
        near(coverage_at(&scores, 0.9, 10), 0.2);
        near(coverage_at(&scores, 0.75, 10), 0.4);
        near(coverage_at(&[], 0.9, 0), 0.0);
    }
}
