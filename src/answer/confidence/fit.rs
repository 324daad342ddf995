//! Fits the weights on answers that were judged: a logistic regression by Newton's method.
//!
//! The likelihood is held near the weights set by hand (a normal prior around them), so that a feature which the judged
//! answers hardly show keeps the weight that it had. The same answers give the same weights.

use super::FEWEST_JUDGED;
use super::features::{FEATURES, Features};
use super::quality::Figures;
use super::weights::{VERSION, Weights, WeightsSource, logistic};

/// Weights and the bias behind them.
const SIZE: usize = FEATURES + 1;

/// How strongly weights are held to those set by hand: one over the square of how far they may be off.
const PULL: f64 = 1.0;

/// The same of the bias: how often answers are right differs from provider to provider.
const PULL_OF_BIAS: f64 = 0.01;

const MAX_ROUNDS: usize = 100;
const SMALL_STEP: f64 = 1e-9;

/// Parts of which each is judged by weights fitted on the others.
const FOLDS: usize = 5;

/// Fewest answers of each kind, right and wrong.
const FEWEST_OF_A_KIND: usize = 20;

/// An answer that was judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// What it was.
    pub features: Features,
    /// Whether it was right.
    pub right: bool,
}

/// Fitted weights, and how good they are on answers that they were not fitted on.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The weights, fitted on all answers.
    pub weights: Weights,
    /// Of cross-validation in five parts.
    pub figures: Figures,
    /// Of the weights set by hand, on the same answers.
    pub before: Figures,
}

/// Why nothing was fitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooLittle {
    /// Too few answers.
    #[error(
        "there are {0} judged answers, and weights are fitted on at least {FEWEST_JUDGED}; the weights set by hand stay"
    )]
    Few(usize),
    /// Hardly any was wrong, or right.
    #[error(
        "of the judged answers {right} are right and {wrong} are wrong; at least {FEWEST_OF_A_KIND} of each are needed to tell \
         them apart; the weights set by hand stay"
    )]
    OneSided {
        /// Right ones.
        right: usize,
        /// Wrong ones.
        wrong: usize,
    },
}

/// Fits weights.
///
/// # Errors
/// There are too few answers to learn from.
pub fn fit(judged: &[Judged]) -> Result<Fit, TooLittle> {
    if judged.len() < FEWEST_JUDGED {
        return Err(TooLittle::Few(judged.len()));
    }
    let right = judged.iter().filter(|answer| answer.right).count();
    let wrong = judged.len() - right;
    if right.min(wrong) < FEWEST_OF_A_KIND {
        return Err(TooLittle::OneSided { right, wrong });
    }
    let mut crossed = Vec::with_capacity(judged.len());
    for fold in 0..FOLDS {
        let others: Vec<&Judged> = judged
            .iter()
            .enumerate()
            .filter(|(at, _)| at % FOLDS != fold)
            .map(|(_, answer)| answer)
            .collect();
        let weights = solved(&others);
        let own = judged.iter().skip(fold).step_by(FOLDS);
        crossed.extend(own.map(|answer| (weights.probability(&answer.features), answer.right)));
    }
    let by_hand = Weights::heuristic();
    let before: Vec<(f64, bool)> = judged
        .iter()
        .map(|answer| (by_hand.probability(&answer.features), answer.right))
        .collect();
    const SOME: &str = "there are judged answers";
    Ok(Fit {
        weights: solved(&judged.iter().collect::<Vec<_>>()),
        figures: Figures::of(&crossed).expect(SOME),
        before: Figures::of(&before).expect(SOME),
    })
}

fn solved(judged: &[&Judged]) -> Weights {
    let by_hand = Weights::heuristic();
    let prior = vector(&by_hand);
    let mut beta = prior;
    let mut reached = posterior(judged, &beta, &prior);
    for _ in 0..MAX_ROUNDS {
        let (gradient, curvature) = slopes(judged, &beta, &prior);
        let Some(step) = solve(curvature, gradient) else {
            break;
        };
        // Newton's step can go too far where the curve is flat; half of it then.
        let mut length = 1.0;
        let next = loop {
            let next: [f64; SIZE] = std::array::from_fn(|at| beta[at] + length * step[at]);
            let height = posterior(judged, &next, &prior);
            if height >= reached || length < 1e-6 {
                reached = height.max(reached);
                break next;
            }
            length /= 2.0;
        };
        let moved = (0..SIZE)
            .map(|at| (next[at] - beta[at]).abs())
            .fold(0.0, f64::max);
        beta = next;
        if moved < SMALL_STEP {
            break;
        }
    }
    // Six digits are more than the answers tell, and are read again as they were written.
    let beta = beta.map(|weight| (weight * 1e6).round() / 1e6);
    let mut weights = [0.0; FEATURES];
    weights.copy_from_slice(&beta[..FEATURES]);
    Weights {
        version: VERSION,
        source: WeightsSource::Fitted,
        judged: u32::try_from(judged.len()).unwrap_or(u32::MAX),
        bias: beta[FEATURES],
        weights,
    }
}

fn vector(weights: &Weights) -> [f64; SIZE] {
    std::array::from_fn(|at| weights.weights.get(at).copied().unwrap_or(weights.bias))
}

fn row(answer: &Judged) -> [f64; SIZE] {
    std::array::from_fn(|at| answer.features.0.get(at).copied().unwrap_or(1.0))
}

fn pull(at: usize) -> f64 {
    if at == FEATURES { PULL_OF_BIAS } else { PULL }
}

fn dot(a: &[f64; SIZE], b: &[f64; SIZE]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The logarithm of how likely these weights are.
fn posterior(judged: &[&Judged], beta: &[f64; SIZE], prior: &[f64; SIZE]) -> f64 {
    let likelihood: f64 = judged
        .iter()
        .map(|answer| {
            let z = dot(&row(answer), beta);
            let z = if answer.right { z } else { -z };
            // ln σ(z), without overflow.
            z.min(0.0) - (-z.abs()).exp().ln_1p()
        })
        .sum();
    let distance: f64 = (0..SIZE)
        .map(|at| pull(at) * (beta[at] - prior[at]).powi(2))
        .sum();
    likelihood - distance / 2.0
}

/// First derivative, and the negative of the second.
fn slopes(judged: &[&Judged], beta: &[f64; SIZE], prior: &[f64; SIZE]) -> ([f64; SIZE], [[f64; SIZE]; SIZE]) {
    let mut gradient: [f64; SIZE] = std::array::from_fn(|at| pull(at) * (prior[at] - beta[at]));
    let mut curvature = [[0.0; SIZE]; SIZE];
    for (at, line) in curvature.iter_mut().enumerate() {
        line[at] = pull(at);
    }
    for answer in judged {
        let x = row(answer);
        let p = logistic(dot(&x, beta));
        let error = f64::from(u8::from(answer.right)) - p;
        let spread = p * (1.0 - p);
        for at in 0..SIZE {
            gradient[at] += error * x[at];
            for to in 0..SIZE {
                curvature[at][to] += spread * x[at] * x[to];
            }
        }
    }
    (gradient, curvature)
}

/// Solves `matrix · x = right` by elimination with the largest pivot.
fn solve(mut matrix: [[f64; SIZE]; SIZE], mut right: [f64; SIZE]) -> Option<[f64; SIZE]> {
    for at in 0..SIZE {
        let pivot = (at..SIZE).max_by(|a, b| matrix[*a][at].abs().total_cmp(&matrix[*b][at].abs()))?;
        if matrix[pivot][at].abs() < 1e-12 || !matrix[pivot][at].is_finite() {
            return None;
        }
        matrix.swap(at, pivot);
        right.swap(at, pivot);
        for below in at + 1..SIZE {
            let factor = matrix[below][at] / matrix[at][at];
            let line = matrix[at];
            for (entry, above) in matrix[below].iter_mut().zip(line).skip(at) {
                *entry -= factor * above;
            }
            right[below] -= factor * right[at];
        }
    }
    for at in (0..SIZE).rev() {
        let known: f64 = (at + 1..SIZE).map(|to| matrix[at][to] * right[to]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    Some(right)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::answer::confidence::features::place;

    /// Answers that are right when the engine agrees, mostly, and whose coverage tells nothing.
    pub(crate) fn answers(count: usize) -> Vec<Judged> {
        let mut state = 7_u64;
        let mut chance = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        };
        (0..count)
            .map(|_| {
                let mut features = Features([0.0; FEATURES]);
                let mut set = |name: &str, value: f64| features.0[place(name).unwrap()] = value;
                let agrees = chance() < 0.6;
                set("schema", 1.0);
                set("engine_known", 1.0);
                set("engine", f64::from(u8::from(agrees)));
                set("coverage_known", 1.0);
                set("coverage", chance());
                let right = chance() < if agrees { 0.95 } else { 0.25 };
                Judged { features, right }
            })
            .collect()
    }

    #[test]
    fn too_few_answers_and_those_of_one_kind_teach_nothing() {
        assert_eq!(fit(&answers(499)), Err(TooLittle::Few(499)));
        let mut right = answers(600);
        right.iter_mut().for_each(|answer| answer.right = true);
        assert_eq!(fit(&right), Err(TooLittle::OneSided { right: 600, wrong: 0 }));
    }

    #[test]
    fn the_fit_finds_what_tells_right_from_wrong_and_is_better_than_the_weights_set_by_hand() {
        let answers = answers(1000);
        let fit = fit(&answers).unwrap();
        assert_eq!(fit.weights.judged, 1000);
        assert!(fit.figures.auc > fit.before.auc, "{fit:?}");
        assert!(
            fit.figures.brier < fit.before.brier && fit.figures.ece < 0.08,
            "{fit:?}"
        );
        let weight = |name| fit.weights.weights[place(name).unwrap()];
        assert!(
            weight("engine") > 2.0 && weight("coverage").abs() < 1.0,
            "{fit:?}"
        );
        // Nothing was seen of it.
        let by_hand = Weights::heuristic().weights[place("samples").unwrap()];
        assert!((weight("samples") - by_hand).abs() < 1e-5);
    }

    #[test]
    fn the_same_answers_give_the_same_weights() {
        let answers = answers(700);
        assert_eq!(fit(&answers), fit(&answers));
    }

    #[test]
    fn answers_that_one_feature_tells_apart_without_a_miss_do_not_run_away() {
        let mut answers = answers(600);
        for answer in &mut answers {
            answer.right = answer.features.get("engine") > 0.5;
        }
        let fit = fit(&answers).unwrap();
        let all = fit.weights.weights.iter().chain([&fit.weights.bias]);
        assert!(
            all.clone()
                .all(|weight| weight.is_finite() && weight.abs() < 20.0),
            "{fit:?}"
        );
    }
}
