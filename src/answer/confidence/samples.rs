//! Agreement among samples: a model is asked the same question several times, and what most of its answers mean is given.
//!
//! Answers that mean the same vote together ([`Meaning`]). The first one was written with the temperature of the settings; the
//! others need chance. How often a model comes to the same is the best that can be told from outside about how sure it is, and
//! costs a call for each sample.

use futures_util::future::join_all;
use nl2sql::Meaning;
use tokio::time::Instant;

use crate::answer::examiner::{Examiner, Passed};
use crate::provider::{Answered, CompletionRequest, FailureKind, Plan, ProviderError, Providers, TokenUsage};

/// The share of the time left that samples may take, in percent: the answer that is there must not be lost.
const SHARE_OF_TIME: u32 = 80;

/// The answer that most samples came to.
#[derive(Debug)]
pub(in crate::answer) struct Sampled {
    /// The answer, with what all samples cost.
    pub answered: Answered<Passed>,
    /// The share of the samples that mean the same as it; `None` when there was no other.
    pub agreement: Option<f64>,
    /// For the asker.
    pub note: Option<String>,
}

/// Has `answered` stand against other samples, so that there are `wanted` in all. One that cannot be had, because a call fails
/// or the budget is spent, is left out; one that does not pass the checks, or refuses, votes for nobody.
pub(in crate::answer) async fn sample(
    providers: &Providers,
    plan: &Plan,
    request: &CompletionRequest,
    deadline: Instant,
    answered: Answered<Passed>,
    wanted: u32,
    examiner: &Examiner,
) -> Sampled {
    // The embedded engine always comes to the same.
    if wanted < 2 || answered.completion.confidence.is_some() {
        return Sampled {
            answered,
            agreement: None,
            note: None,
        };
    }
    let now = Instant::now();
    let until = now + deadline.saturating_duration_since(now) * SHARE_OF_TIME / 100;
    let request = CompletionRequest {
        is_sample: true,
        ..request.clone()
    };
    let provider = answered.provider.clone();
    let calls = (1..wanted).map(|_| providers.sample(plan, &provider, &request, until, examiner));
    let mut passed = vec![answered];
    let (mut against, mut missing) = (0_u32, None);
    for outcome in join_all(calls).await {
        match outcome {
            Ok(sample) => passed.push(sample),
            Err(unanswered) => match unanswered.error {
                ProviderError::Refused { .. } => against += 1,
                ProviderError::Failed(failure) if failure.kind == FailureKind::InvalidResponse => {
                    against += 1
                }
                error => missing = missing.or(Some(error.to_string())),
            },
        }
    }
    let all = u32::try_from(passed.len()).unwrap_or(u32::MAX) + against;
    let (winner, votes) = elected(&passed, request.schema.as_deref());
    let (usage, cost) = (sum_of_usage(&passed), sum_of_cost(&passed));
    let mut answered = passed.swap_remove(winner);
    (answered.completion.usage, answered.cost) = (usage, cost);
    Sampled {
        answered,
        agreement: (all > 1).then(|| f64::from(votes) / f64::from(all)),
        note: note(wanted, all, votes, missing),
    }
}

/// The first of those that most mean, and how many these are. Of equal numbers, the one that was there first.
fn elected(passed: &[Answered<Passed>], schema: Option<&nl2sql::Schema>) -> (usize, u32) {
    let meanings: Vec<Option<Meaning>> = passed
        .iter()
        .map(|sample| Meaning::of(&sample.accepted.sql, schema))
        .collect();
    let same = |one: usize, other: usize| match (&meanings[one], &meanings[other]) {
        (Some(one), Some(other)) => one.is_same(other),
        // What is too long to be read can still be the same text.
        _ => passed[one].accepted.sql.sql() == passed[other].accepted.sql.sql(),
    };
    let mut best = (0, 0);
    for one in 0..passed.len() {
        let votes = (0..passed.len()).filter(|other| same(one, *other)).count();
        let votes = u32::try_from(votes).unwrap_or(u32::MAX);
        if votes > best.1 {
            best = (one, votes);
        }
    }
    best
}

fn sum_of_usage(passed: &[Answered<Passed>]) -> Option<TokenUsage> {
    passed
        .iter()
        .filter_map(|sample| sample.completion.usage)
        .reduce(|a, b| TokenUsage {
            input: a.input + b.input,
            output: a.output + b.output,
            cached_input: a.cached_input + b.cached_input,
            reasoning: a.reasoning + b.reasoning,
        })
}

fn sum_of_cost(passed: &[Answered<Passed>]) -> Option<f64> {
    passed
        .iter()
        .filter_map(|sample| sample.cost)
        .reduce(|a, b| a + b)
}

fn note(wanted: u32, all: u32, votes: u32, missing: Option<String>) -> Option<String> {
    if let Some(reason) = missing.filter(|_| all < wanted) {
        return Some(format!("of {wanted} samples {all} came: {reason}"));
    }
    (votes < all).then(|| format!("{votes} of {all} samples of the model mean the same as this SQL"))
}

#[cfg(test)]
mod tests {
    use nl2sql::Dialect;
    use nl2sql::check::check;

    use super::*;
    use crate::provider::Completion;

    fn written(sql: &str) -> Answered<Passed> {
        Answered {
            completion: Completion {
                usage: Some(TokenUsage {
                    input: 10,
                    output: 2,
                    ..TokenUsage::default()
                }),
                ..Completion::default()
            },
            accepted: Passed {
                sql: check(sql, Dialect::Sqlite, None).unwrap(),
                explained: None,
                warning: None,
            },
            provider: "it".into(),
            model: "m".into(),
            instead_of: None,
            is_degraded: false,
            warnings: Vec::new(),
            cost: Some(0.25),
            calls: 1,
            repaired: false,
        }
    }

    #[test]
    fn what_most_mean_wins_and_of_equal_numbers_what_came_first() {
        let election = |texts: &[&str]| {
            let passed: Vec<_> = texts.iter().map(|sql| written(sql)).collect();
            elected(&passed, None)
        };
        assert_eq!(election(&["SELECT a FROM t"]), (0, 1));
        assert_eq!(
            election(&["SELECT b FROM t", "SELECT a FROM t", "SELECT x.a AS c FROM t x"]),
            (1, 2)
        );
        assert_eq!(election(&["SELECT b FROM t", "SELECT a FROM t"]), (0, 1));
    }

    #[test]
    fn all_samples_are_paid_for() {
        let passed = [written("SELECT a FROM t"), written("SELECT b FROM t")];
        assert_eq!(sum_of_cost(&passed), Some(0.5));
        assert_eq!(sum_of_usage(&passed).unwrap().input, 20);
    }

    #[test]
    fn the_asker_hears_of_samples_that_are_missing_or_mean_something_else() {
        assert_eq!(note(3, 3, 3, None), None);
        assert!(note(3, 3, 2, None).unwrap().contains("2 of 3"));
        let told = note(3, 1, 1, Some("no connection".into())).unwrap();
        assert!(told.contains("of 3 samples 1 came: no connection"), "{told}");
    }
}
