//! Identical questions under way are asked once.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A caller of its own that asks the question of a provider which needs `takes` and keeps to the deadline.
fn caller(
    cache: &Arc<AnswerCache>,
    provider: &Provider,
    patience: Duration,
    takes: Duration,
) -> tokio::task::JoinHandle<Result<(Arc<CachedAnswer>, Origin), AskError>> {
    let (cache, provider) = (Arc::clone(cache), provider.clone());
    tokio::spawn(async move {
        let deadline = Instant::now() + patience;
        cache
            .get_or_ask(&key("q"), deadline, move || async move {
                let call = provider.call(takes, Ok(answer(SQL)));
                match tokio::time::timeout_at(deadline, call).await {
                    Ok(outcome) => outcome,
                    Err(_) => Err(AskError::Timeout("the provider was too slow".into())),
                }
            })
            .await
    })
}

async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_hundred_identical_questions_are_one_call() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let callers: Vec<_> = (0..100)
        .map(|_| caller(&cache, &provider, 60 * SECOND, SECOND))
        .collect();
    let mut origins = Vec::new();
    for caller in callers {
        let (found, origin) = caller.await.unwrap().unwrap();
        assert_eq!(found.sql, SQL);
        origins.push(origin);
    }
    assert_eq!(provider.calls(), 1);
    let count = |wanted| origins.iter().filter(|origin| **origin == wanted).count();
    assert_eq!((count(Origin::Asked), count(Origin::Shared)), (1, 99));
    let stats = cache.stats().answers;
    assert_eq!((stats.misses, stats.shared, stats.hits), (1, 99, 0));
    assert_eq!(stats.hit_ratio, Some(0.99));
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Memory);
    assert_eq!(cache.answers.flights.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn different_questions_do_not_wait_for_each_other() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let slow = caller(&cache, &provider, 60 * SECOND, 30 * SECOND);
    settle().await;
    let started = Instant::now();
    assert_eq!(provider.ask(&cache, "another").await.1, Origin::Asked);
    assert!(started.elapsed() < SECOND);
    slow.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn when_the_first_caller_goes_the_others_get_the_answer_of_the_same_call() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let first = caller(&cache, &provider, 60 * SECOND, 10 * SECOND);
    settle().await;
    let second = caller(&cache, &provider, 60 * SECOND, 10 * SECOND);
    settle().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let (found, origin) = second.await.unwrap().unwrap();
    assert_eq!((found.sql.as_str(), origin), (SQL, Origin::Shared));
    assert_eq!((provider.calls(), provider.dropped()), (1, 0));
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Memory);
}

#[tokio::test(start_paused = true)]
async fn when_all_callers_are_gone_the_call_is_dropped() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let callers = [(); 3].map(|()| caller(&cache, &provider, 60 * SECOND, 10 * SECOND));
    settle().await;
    assert_eq!((provider.calls(), provider.dropped()), (1, 0));
    for caller in callers {
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
    }
    assert_eq!(provider.dropped(), 1);
    assert_eq!(cache.answers.flights.count(), 0);
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
}

#[tokio::test(start_paused = true)]
async fn a_caller_with_more_time_does_not_inherit_the_time_out_of_the_first() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let started = Instant::now();
    let hurried = caller(&cache, &provider, SECOND, 5 * SECOND);
    settle().await;
    let patient = caller(&cache, &provider, 60 * SECOND, 5 * SECOND);
    assert!(matches!(hurried.await.unwrap(), Err(AskError::Timeout(_))));
    let (_, origin) = patient.await.unwrap().unwrap();
    assert_eq!(origin, Origin::Asked);
    assert_eq!(provider.calls(), 2);
    assert!(started.elapsed() < 7 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn callers_who_came_a_moment_later_do_not_ask_again_for_that_moment() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let mut callers = Vec::new();
    for _ in 0..20 {
        callers.push(caller(&cache, &provider, 10 * SECOND, 60 * SECOND));
        settle().await;
    }
    for caller in callers {
        assert!(matches!(caller.await.unwrap(), Err(AskError::Timeout(_))));
    }
    assert_eq!(provider.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_with_less_time_gives_up_in_its_own_time_and_disturbs_nobody() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let patient = caller(&cache, &provider, 60 * SECOND, 5 * SECOND);
    settle().await;
    let started = Instant::now();
    let hurried = caller(&cache, &provider, SECOND, 5 * SECOND);
    assert!(matches!(hurried.await.unwrap(), Err(AskError::Timeout(_))));
    assert!(started.elapsed() < 2 * SECOND);
    patient.await.unwrap().unwrap();
    assert_eq!(provider.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_reaches_all_who_waited_and_is_not_kept() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let ask = || {
        let (cache, provider) = (Arc::clone(&cache), provider.clone());
        tokio::spawn(async move {
            let refusal = AskError::Refused {
                kind: "write",
                reason: "it would write".into(),
            };
            cache
                .get_or_ask(&key("q"), in_a_minute(), move || {
                    provider.call(SECOND, Err(refusal))
                })
                .await
        })
    };
    for caller in [ask(), ask(), ask()] {
        assert!(matches!(
            caller.await.unwrap(),
            Err(AskError::Refused { kind: "write", .. })
        ));
    }
    assert_eq!(provider.calls(), 1);
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
    assert_eq!(provider.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_error_for_each_and_the_end_of_nothing() {
    let cache = Arc::new(cache(&settings()));
    let ask = || {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move {
            cache
                .get_or_ask(&key("q"), in_a_minute(), || async {
                    tokio::time::sleep(SECOND).await;
                    panic!("a fault")
                })
                .await
        })
    };
    for caller in [ask(), ask()] {
        assert!(matches!(caller.await.unwrap(), Err(AskError::Internal(_))));
    }
    assert_eq!(Provider::default().ask(&cache, "q").await.1, Origin::Asked);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_is_off_keeps_and_shares_nothing() {
    let cache = Arc::new(cache(&config::Cache {
        enabled: false,
        ..settings()
    }));
    let provider = Provider::default();
    let callers = [(); 3].map(|()| caller(&cache, &provider, 60 * SECOND, SECOND));
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().1, Origin::Asked);
    }
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
    assert_eq!(provider.calls(), 4);
    assert_eq!(cache.stats().answers.hit_ratio, None);
}

/// Callers on several threads come and go at random; whatever happens, nobody waits for ever and nothing is left behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_left_behind_when_callers_come_and_go_at_any_moment() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..2_000_u64 {
        let (cache, provider) = (Arc::clone(&cache), provider.clone());
        callers.spawn(async move {
            let key = key(&format!("q{}", number % 17));
            let takes = Duration::from_micros(number * 7919 % 900);
            let unsure = CachedAnswer {
                degraded: true,
                ..answer(SQL)
            };
            let asked = cache.get_or_ask(&key, in_a_minute(), move || provider.call(takes, Ok(unsure)));
            let patience = Duration::from_micros(number * 104_729 % 2_000);
            tokio::time::timeout(patience, asked)
                .await
                .is_ok_and(|outcome| outcome.is_ok())
        });
    }
    let mut answered = 0;
    while let Some(outcome) = callers.join_next().await {
        answered += usize::from(outcome.unwrap());
    }
    assert!(answered > 0);
    assert_eq!(cache.answers.flights.count(), 0);
}
