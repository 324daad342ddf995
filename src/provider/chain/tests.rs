//! The chain over scripted providers, on a clock that is moved by hand.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures_util::future::BoxFuture;
use nl2sql::Dialect;

use super::*;
use crate::config::CircuitBreaker;
use crate::provider::{ModelInfo, TokenUsage};
use crate::telemetry::Format;

/// What each answer takes.
const USAGE: TokenUsage = TokenUsage {
    input: 1_000_000,
    output: 100_000,
    cached_input: 0,
    reasoning: 0,
};

/// What one call does.
#[derive(Clone)]
enum Step {
    Sql(&'static str),
    /// Begins after one second, and ends after three.
    Streamed(TokenUsage),
    Fail(FailureKind),
    After(Duration, Box<Step>),
    LeaveAlone(Duration),
    Refuse(&'static str),
    /// Fails or refuses with an answer that took tokens.
    Owing(Box<Step>),
    Never,
}

/// Takes any SQL but none.
struct NotEmpty;

impl Judge for NotEmpty {
    type Accepted = String;

    fn judge<'a>(&'a self, completion: &'a Completion) -> BoxFuture<'a, Result<String, Rejection>> {
        Box::pin(async {
            match completion.sql.as_str() {
                "" => Err(Rejection::Mend("it is empty".to_owned())),
                "stop" => Err(Rejection::Stop),
                sql => Ok(sql.to_owned()),
            }
        })
    }
}

/// Does its steps in order, and the last one for ever.
struct Scripted {
    steps: Mutex<VecDeque<Step>>,
    calls: Mutex<Vec<Instant>>,
    /// What each call was given back to mend.
    repairs: Mutex<Vec<Option<Repair>>>,
}

impl Scripted {
    fn calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    fn waits(&self) -> Vec<Duration> {
        let calls = self.calls.lock().unwrap();
        calls.windows(2).map(|two| two[1] - two[0]).collect()
    }
}

impl Provider for Scripted {
    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> BoxFuture<'a, Result<Completion, ProviderError>> {
        self.calls.lock().unwrap().push(Instant::now());
        self.repairs.lock().unwrap().push(request.repair.clone());
        let mut steps = self.steps.lock().unwrap();
        let step = if steps.len() > 1 {
            steps.pop_front()
        } else {
            steps.front().cloned()
        };
        drop(steps);
        Box::pin(play(step.expect("a script has a step")))
    }
    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        Box::pin(async { Ok(vec![]) })
    }
    fn probe(&self) -> BoxFuture<'_, Result<(), ProviderError>> {
        Box::pin(async { Ok(()) })
    }
}

async fn play(mut step: Step) -> Result<Completion, ProviderError> {
    while let Step::After(time, then) = step {
        tokio::time::sleep(time).await;
        step = *then;
    }
    let kind = match step {
        Step::Sql(sql) => {
            return Ok(Completion {
                sql: sql.into(),
                model: "m".into(),
                usage: Some(USAGE),
                ..Completion::default()
            });
        }
        Step::Streamed(usage) => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            return Ok(Completion {
                sql: "SELECT 1".into(),
                model: "m".into(),
                usage: Some(usage),
                first_token: Some(Duration::from_secs(1)),
                ..Completion::default()
            });
        }
        Step::Refuse(kind) => {
            return Err(ProviderError::Refused {
                kind,
                reason: format!("refused: {kind}"),
                bill: None,
            });
        }
        Step::LeaveAlone(time) => {
            return Err(ProviderError::Failed(Failure {
                retry_after: Some(time),
                status: Some(429),
                ..Failure::new(FailureKind::RateLimit, "slow down")
            }));
        }
        Step::Owing(step) => {
            let error = Box::pin(play(*step)).await.unwrap_err();
            return Err(error.billed(Bill {
                usage: Some(USAGE),
                ..Bill::default()
            }));
        }
        Step::Never => std::future::pending().await,
        Step::Fail(kind) => kind,
        Step::After(..) => unreachable!("waited for above"),
    };
    Err(ProviderError::Failed(Failure::new(
        kind,
        format!("it failed: {}", kind.word()),
    )))
}

/// A chain with what its questions share.
struct Bench {
    links: Vec<Link>,
    scripts: Vec<Arc<Scripted>>,
    retry: Retry,
    budget: Budget,
    spending: Arc<Spending>,
    metrics: Arc<Metrics>,
}

impl Bench {
    fn new() -> Bench {
        let metrics = Arc::new(Metrics::default());
        Bench {
            links: Vec::new(),
            scripts: Vec::new(),
            retry: Retry {
                jitter: false,
                ..Retry::default()
            },
            budget: Budget::default(),
            spending: Arc::new(Spending::open(None, Arc::clone(&metrics))),
            metrics,
        }
    }

    fn link(mut self, name: &str, kind: ProviderKind, steps: impl Into<VecDeque<Step>>) -> Bench {
        let script = Arc::new(Scripted {
            steps: Mutex::new(steps.into()),
            calls: Mutex::default(),
            repairs: Mutex::default(),
        });
        let breaker = Breaker::new(None, CircuitBreaker::default(), Arc::clone(&self.metrics));
        self.links.push(Link {
            name: name.into(),
            kind,
            model: "m".into(),
            provider: Arc::clone(&script) as Arc<dyn Provider>,
            breaker: Arc::new(breaker),
            health: Some(Arc::new(Health::new(
                name.into(),
                Some(Arc::clone(&self.metrics)),
            ))),
            call_limit: None,
            is_askers_own: false,
            price: None,
        });
        self.scripts.push(script);
        self
    }

    fn remote(self, name: &str, steps: impl Into<VecDeque<Step>>) -> Bench {
        self.link(name, ProviderKind::Custom, steps)
    }

    fn engine(self, steps: impl Into<VecDeque<Step>>) -> Bench {
        self.link("builtin", ProviderKind::Builtin, steps)
    }

    fn calls(&self) -> Vec<usize> {
        self.scripts.iter().map(|script| script.calls()).collect()
    }

    async fn ask(&self, within: Duration) -> Result<Answered<String>, Unanswered> {
        let rules = Rules {
            retry: &self.retry,
            budget: &self.budget,
            spending: &self.spending,
            together: None,
            metrics: &self.metrics,
            seed: 7,
        };
        let request = CompletionRequest {
            question: "how many users?".into(),
            dialect: Dialect::Sqlite,
            schema: None,
            aliases: Arc::default(),
            existing_sql: None,
            today: jiff::civil::date(2026, 3, 1),
            share_values: false,
            schema_tokens: 8_000,
            repair: None,
            is_sample: false,
        };
        ask(&self.links, &request, Instant::now() + within, &rules, &NotEmpty).await
    }
}

const MINUTE: Duration = Duration::from_secs(60);

fn fail(kind: FailureKind) -> [Step; 1] {
    [Step::Fail(kind)]
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_asked_again_with_growing_waits() {
    let bench = Bench::new().remote(
        "a",
        [
            Step::Fail(FailureKind::Server),
            Step::Fail(FailureKind::Network),
            Step::Sql("SELECT 1"),
        ],
    );
    let answered = bench.ask(MINUTE).await.unwrap();
    assert_eq!((answered.accepted.as_str(), answered.calls), ("SELECT 1", 3));
    assert!(!answered.is_degraded && answered.warnings.is_empty());
    assert_eq!(
        bench.scripts[0].waits(),
        [Duration::from_secs(1), Duration::from_secs(2)]
    );
}

/// Whether the metrics have that line.
fn shows(bench: &Bench, line: &str) -> bool {
    let text = String::from_utf8(bench.metrics.render(Format::Text004)).unwrap();
    text.lines().any(|shown| shown == line)
}

#[tokio::test(start_paused = true)]
async fn the_speed_of_a_reply_is_that_of_what_it_shows_after_its_first_piece() {
    let usage = TokenUsage {
        output: 70,
        reasoning: 30,
        ..TokenUsage::default()
    };
    let bench = Bench::new().remote("a", [Step::Streamed(usage)]);
    bench.ask(MINUTE).await.unwrap();
    let speed = "atest_ai_output_tokens_per_second";
    for (le, count) in [(10, 0), (20, 1)] {
        let line = format!("{speed}_bucket{{model=\"other\",provider=\"other\",le=\"{le}\"}} {count}");
        assert!(shows(&bench, &line), "{line}");
    }
    // Nobody knows when this one began.
    let bench = Bench::new().remote("a", [Step::Sql("SELECT 1")]);
    bench.ask(MINUTE).await.unwrap();
    assert!(shows(
        &bench,
        &format!("{speed}_count{{model=\"other\",provider=\"other\"}} 0")
    ));
}

#[tokio::test(start_paused = true)]
async fn what_the_checks_made_of_each_answer_is_counted() {
    let bench = Bench::new()
        .remote("a", [Step::Sql("")])
        .remote("b", fail(FailureKind::Server))
        .engine([Step::Sql("SELECT 2")]);
    bench.ask(MINUTE).await.unwrap();
    for (result, count) in [("valid", 1), ("invalid", 2)] {
        let line = format!("atest_ai_answers_validated_total{{result=\"{result}\"}} {count}");
        assert!(shows(&bench, &line), "{line}");
    }
    assert!(shows(&bench, "atest_ai_sql_repairs_total{result=\"failed\"} 1"));
}

#[tokio::test(start_paused = true)]
async fn sql_that_does_not_pass_is_given_back_once_with_the_reason() {
    let bench = Bench::new().remote("a", [Step::Sql(""), Step::Sql("SELECT 1")]);
    let answered = bench.ask(MINUTE).await.unwrap();
    assert!(answered.repaired && answered.accepted == "SELECT 1" && answered.calls == 2);
    assert!(
        answered
            .warnings
            .iter()
            .any(|warning| warning.contains("it is empty"))
    );
    assert!(!answered.is_degraded && answered.instead_of.is_none());
    let given = bench.scripts[0].repairs.lock().unwrap().clone();
    let second = Repair {
        sql: String::new(),
        reason: "it is empty".into(),
    };
    assert_eq!(given, [None, Some(second)]);
    assert!(shows(&bench, "atest_ai_sql_repairs_total{result=\"mended\"} 1"));
    assert!(!shows(
        &bench,
        "atest_ai_errors_total{provider=\"other\",type=\"invalid_response\"} 1"
    ));
}

#[tokio::test(start_paused = true)]
async fn a_second_try_that_does_not_pass_either_goes_to_the_next_provider() {
    let bench = Bench::new()
        .remote("a", [Step::Sql("")])
        .remote("b", [Step::Sql("SELECT 2")]);
    let answered = bench.ask(MINUTE).await.unwrap();
    assert_eq!((answered.provider.as_str(), answered.calls), ("b", 3));
    assert!(!answered.repaired);
    // The engine is part of this program: it would write the same again.
    let bench = Bench::new().engine([Step::Sql(""), Step::Sql("SELECT 1")]);
    assert!(bench.ask(MINUTE).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_last_call_of_the_budget_is_not_spent_on_a_second_try_that_another_needs() {
    let mut bench = Bench::new()
        .remote("a", [Step::Sql(""), Step::Sql("SELECT 1")])
        .remote("b", [Step::Sql("SELECT 2")]);
    bench.retry.max_attempts = 2;
    let answered = bench.ask(MINUTE).await.unwrap();
    assert_eq!((answered.provider.as_str(), answered.calls), ("b", 2));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_judged_is_asked_of_nobody_else() {
    let bench = Bench::new()
        .remote("a", [Step::Sql("stop")])
        .remote("b", [Step::Sql("SELECT 2")])
        .engine([Step::Sql("SELECT 3")]);
    let unanswered = bench.ask(MINUTE).await.unwrap_err();
    assert!(matches!(unanswered.error, ProviderError::Stopped));
    assert_eq!(unanswered.calls, 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_for_a_reason_is_never_asked_again() {
    for kind in [
        FailureKind::BadRequest,
        FailureKind::Auth,
        FailureKind::Quota,
        FailureKind::NotFound,
        FailureKind::Policy,
        FailureKind::InvalidResponse,
    ] {
        let bench = Bench::new().remote("a", fail(kind));
        bench.ask(MINUTE).await.unwrap_err();
        assert_eq!(bench.calls(), [1], "{kind:?}");
    }
}

/// An overloaded provider, or one whose reply breaks in the middle, is no dead end (litellm #6532, #5512, #10972).
#[tokio::test(start_paused = true)]
async fn overload_and_broken_streams_lead_to_the_next_provider() {
    for kind in [
        FailureKind::Overloaded,
        FailureKind::Stalled,
        FailureKind::Network,
    ] {
        let bench = Bench::new()
            .remote("a", fail(kind))
            .remote("b", [Step::Sql("SELECT 2")])
            .engine([Step::Sql("SELECT 3")]);
        let answered = bench.ask(MINUTE).await.unwrap();
        assert_eq!(answered.provider, "b", "{kind:?}");
        assert_eq!(answered.instead_of.as_deref(), Some("a"));
        assert!(!answered.is_degraded);
        assert!(
            answered.warnings[0].starts_with("b answered in place of a: "),
            "{:?}",
            answered.warnings
        );
    }
}

/// A rate limit in the middle of a reply without another provider is not asked about in a loop (litellm #26015).
#[tokio::test(start_paused = true)]
async fn a_rate_limit_without_a_fallback_ends_within_the_budget() {
    let bench = Bench::new().remote("a", fail(FailureKind::RateLimit));
    let started = Instant::now();
    let error = bench.ask(MINUTE).await.unwrap_err();
    assert_eq!(error.calls, 3);
    assert!(
        started.elapsed() >= Duration::from_secs(3),
        "no wait between the calls"
    );
}

/// The budget is the question's, not each provider's (litellm #19985: ten times as many calls with ten fallbacks).
#[tokio::test(start_paused = true)]
async fn going_on_to_the_next_provider_does_not_begin_the_budget_anew() {
    for (max_attempts, expected) in [
        (1, vec![1, 0, 0]),
        (2, vec![1, 1, 0]),
        (3, vec![1, 1, 1]),
        (5, vec![3, 1, 1]),
    ] {
        let mut bench = Bench::new()
            .remote("a", fail(FailureKind::Server))
            .remote("b", fail(FailureKind::Server))
            .remote("c", fail(FailureKind::Server));
        bench.retry.max_attempts = max_attempts;
        let error = bench.ask(MINUTE).await.unwrap_err();
        assert_eq!(bench.calls(), expected);
        assert_eq!(error.calls, max_attempts);
        assert_eq!(error.provider, "a");
    }
}

/// Switched off means off (litellm #3274).
#[tokio::test(start_paused = true)]
async fn without_retry_every_provider_is_asked_once() {
    let mut bench = Bench::new()
        .remote("a", fail(FailureKind::Server))
        .remote("b", fail(FailureKind::Timeout))
        .engine([Step::Sql("SELECT 3")]);
    bench.retry.enabled = false;
    let answered = bench.ask(MINUTE).await.unwrap();
    assert_eq!(bench.calls(), [1, 1, 1]);
    assert!(answered.is_degraded);
}

/// A fallback that fails is left alone like the first (litellm PR #35104), and a breaker does open (portkey #1289).
#[tokio::test(start_paused = true)]
async fn breakers_open_for_the_first_provider_and_for_fallbacks() {
    let bench = Bench::new()
        .remote("a", fail(FailureKind::Server))
        .remote("b", fail(FailureKind::Network))
        .engine([Step::Sql("SELECT 3")]);
    for _ in 0..20 {
        assert!(bench.ask(MINUTE).await.unwrap().is_degraded);
    }
    let threshold = CircuitBreaker::default().failure_threshold as usize;
    assert_eq!(bench.scripts[0].calls(), threshold);
    assert_eq!(bench.scripts[1].calls(), threshold);
}

/// An error without a status (portkey #165) is treated as one with.
#[tokio::test(start_paused = true)]
async fn a_call_that_never_got_a_status_is_retried_and_passed_on() {
    let bench = Bench::new()
        .remote("a", fail(FailureKind::Network))
        .engine([Step::Sql("SELECT 3")]);
    let answered = bench.ask(MINUTE).await.unwrap();
    assert_eq!(bench.calls(), [3, 1]);
    assert!(answered.is_degraded);
}

/// One failure does not send all traffic to the fallback (bifrost #120, #125).
#[tokio::test(start_paused = true)]
async fn the_next_question_goes_to_the_first_provider_again() {
    let bench = Bench::new()
        .remote("a", [Step::Fail(FailureKind::BadRequest), Step::Sql("SELECT 1")])
        .remote("b", [Step::Sql("SELECT 2")]);
    assert_eq!(bench.ask(MINUTE).await.unwrap().provider, "b");
    for _ in 0..10 {
        assert_eq!(bench.ask(MINUTE).await.unwrap().provider, "a");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_not_asked_before_the_time_it_names() {
    let bench = Bench::new().remote(
        "a",
        [Step::LeaveAlone(Duration::from_secs(8)), Step::Sql("SELECT 1")],
    );
    bench.ask(MINUTE).await.unwrap();
    assert_eq!(bench.scripts[0].waits(), [Duration::from_secs(8)]);
}

#[tokio::test(start_paused = true)]
async fn a_time_too_long_to_wait_holds_for_later_questions_too() {
    let bench = Bench::new()
        .remote(
            "a",
            [Step::LeaveAlone(Duration::from_secs(90)), Step::Sql("SELECT 1")],
        )
        .engine([Step::Sql("SELECT 3")]);
    assert!(bench.ask(MINUTE).await.unwrap().is_degraded);
    assert!(bench.ask(MINUTE).await.unwrap().is_degraded);
    assert_eq!(bench.calls(), [1, 2]);
    tokio::time::advance(Duration::from_secs(90)).await;
    assert_eq!(bench.ask(MINUTE).await.unwrap().provider, "a");
}

#[tokio::test(start_paused = true)]
async fn a_stuck_provider_leaves_time_for_the_others() {
    let bench = Bench::new()
        .remote("a", [Step::Never])
        .remote("b", [Step::Never])
        .engine([Step::Sql("SELECT 3")]);
    let started = Instant::now();
    let answered = bench.ask(Duration::from_secs(10)).await.unwrap();
    assert!(answered.is_degraded);
    assert_eq!(bench.calls(), [1, 1, 1]);
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_when_the_time_is_over() {
    let bench = Bench::new().remote("a", [Step::Sql("SELECT 1")]);
    let error = bench.ask(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.calls, 0);
    assert!(
        matches!(&error.error, ProviderError::Failed(failure) if failure.kind == FailureKind::Timeout),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_with_a_limit_of_its_own_is_not_waited_for_longer() {
    let mut bench = Bench::new()
        .remote("a", [Step::Never])
        .engine([Step::Sql("SELECT 3")]);
    bench.links[0].call_limit = Some(Duration::from_secs(2));
    bench.retry.enabled = false;
    let started = Instant::now();
    bench.ask(MINUTE).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn slow_is_fine_as_long_as_there_is_time() {
    let slow = Step::After(Duration::from_secs(50), Box::new(Step::Sql("SELECT 1")));
    let bench = Bench::new().remote("a", [slow]).engine([Step::Sql("SELECT 3")]);
    assert_eq!(bench.ask(MINUTE).await.unwrap().provider, "a");
}

#[tokio::test(start_paused = true)]
async fn what_the_asker_brought_and_is_wrong_is_told_and_not_papered_over() {
    for kind in [
        FailureKind::Auth,
        FailureKind::NotFound,
        FailureKind::Quota,
        FailureKind::Policy,
    ] {
        let mut bench = Bench::new()
            .remote("a", fail(kind))
            .engine([Step::Sql("SELECT 3")]);
        bench.links[0].is_askers_own = true;
        let error = bench.ask(MINUTE).await.unwrap_err();
        assert_eq!(
            (error.provider.as_str(), bench.calls()),
            ("a", vec![1, 0]),
            "{kind:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_pass_the_checks_leads_to_the_next_provider() {
    let bench = Bench::new()
        .remote("a", [Step::Sql("")])
        .remote("b", [Step::Sql("SELECT 2")]);
    let answered = bench.ask(MINUTE).await.unwrap();
    assert_eq!(answered.provider, "b");
    assert!(answered.warnings[0].contains("does not pass the checks: it is empty"));
}

#[tokio::test(start_paused = true)]
async fn a_models_refusal_is_an_answer_and_the_engines_is_not() {
    let bench = Bench::new()
        .remote("a", [Step::Refuse("not_answerable")])
        .engine([Step::Sql("SELECT 3")]);
    let error = bench.ask(MINUTE).await.unwrap_err();
    assert!(matches!(
        error.error,
        ProviderError::Refused {
            kind: "not_answerable",
            ..
        }
    ));
    assert_eq!(bench.calls(), [1, 0]);

    let bench = Bench::new()
        .remote("a", fail(FailureKind::Auth))
        .engine([Step::Refuse("not_understood")]);
    let error = bench.ask(MINUTE).await.unwrap_err();
    assert_eq!(error.provider, "a");
    let text = error.error.to_string();
    assert!(
        text.contains("it failed: auth") && text.contains("refused: not_understood"),
        "{text}"
    );

    let bench = Bench::new()
        .remote("a", fail(FailureKind::Auth))
        .engine([Step::Refuse("write")]);
    let error = bench.ask(MINUTE).await.unwrap_err();
    assert!(matches!(
        error.error,
        ProviderError::Refused { kind: "write", .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_warns_passes_on_or_refuses_as_it_is_set() {
    let price = Price {
        input: 1.0,
        output: 10.0,
        cached_input: None,
    };
    let mut bench = Bench::new()
        .remote("a", [Step::Sql("SELECT 1")])
        .engine([Step::Sql("SELECT 3")]);
    bench.links[0].price = Some(price);
    bench.budget.day = Some(2.0);
    let first = bench.ask(MINUTE).await.unwrap();
    assert_eq!((first.cost, first.warnings.len()), (Some(2.0), 0));

    let warned = bench.ask(MINUTE).await.unwrap();
    assert_eq!(warned.provider, "a");
    assert!(warned.warnings[0].contains("budget"), "{:?}", warned.warnings);

    bench.budget.action = BudgetAction::Fallback;
    let passed_on = bench.ask(MINUTE).await.unwrap();
    assert!(passed_on.is_degraded && passed_on.cost.is_none());

    bench.budget.action = BudgetAction::Refuse;
    let refused = bench.ask(MINUTE).await.unwrap_err();
    assert!(matches!(&refused.error, ProviderError::Failed(failure) if failure.kind == FailureKind::Budget));

    bench.links[0].price = None;
    assert_eq!(
        bench.ask(MINUTE).await.unwrap().cost,
        None,
        "without a price there is no figure"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_no_use_is_paid_for_too() {
    let price = Price {
        input: 1.0,
        output: 10.0,
        cached_input: None,
    };
    for useless in [
        Step::Fail(FailureKind::InvalidResponse),
        Step::Refuse("not_answerable"),
    ] {
        let mut bench = Bench::new()
            .remote(
                "a",
                [Step::Owing(Box::new(useless.clone())), Step::Sql("SELECT 1")],
            )
            .remote("b", [Step::Sql("SELECT 2")]);
        bench.links[0].price = Some(price);
        bench.budget.day = Some(2.0);
        let first = bench.ask(MINUTE).await;
        if let Ok(answered) = &first {
            assert_eq!((answered.provider.as_str(), answered.cost), ("b", Some(2.0)));
        }
        assert_eq!(bench.spending.sums(Timestamp::now()).0, 2.0);
        bench.budget.action = BudgetAction::Fallback;
        let second = bench.ask(MINUTE).await.unwrap();
        assert_eq!((second.provider.as_str(), bench.scripts[0].calls()), ("b", 1));
    }
}

#[tokio::test(start_paused = true)]
async fn waits_vary_by_chance_and_the_same_seed_gives_the_same() {
    let mut waits = Vec::new();
    for _ in 0..2 {
        let mut bench = Bench::new().remote("a", fail(FailureKind::Server));
        bench.retry.jitter = true;
        bench.ask(MINUTE).await.unwrap_err();
        waits.push(bench.scripts[0].waits());
    }
    assert_eq!(waits[0], waits[1]);
    assert_ne!(waits[0], [Duration::from_secs(1), Duration::from_secs(2)]);
    assert!(waits[0][0] >= Duration::from_secs(1) && waits[0][0] < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn health_follows_what_questions_see() {
    let bench = Bench::new().remote("a", [Step::Fail(FailureKind::Server), Step::Sql("SELECT 1")]);
    let health = bench.links[0].health.clone().unwrap();
    assert_eq!(health.is_well(), None);
    bench.ask(MINUTE).await.unwrap();
    assert_eq!(health.is_well(), Some(true));
    assert!(health.was_well_within(Duration::from_secs(30)));
    tokio::time::advance(Duration::from_secs(31)).await;
    assert!(!health.was_well_within(Duration::from_secs(30)));
}
