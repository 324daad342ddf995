//! What is kept, for how long, and how much of it.

use super::*;
use crate::answer::Confidence;
use crate::config::units::Size;

const HOUR: Duration = Duration::from_secs(3600);

fn unsure() -> CachedAnswer {
    CachedAnswer {
        confidence: Confidence::new(0.69),
        ..answer(SQL)
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_for_its_time_and_no_longer() {
    let mut settings = settings();
    settings.ttl = 9 * HOUR;
    settings.policies.sql_queries.ttl = Some(HOUR);
    let cache = cache(&settings);
    let provider = Provider::default();
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
    tokio::time::advance(HOUR - Duration::from_millis(1)).await;
    assert_eq!(provider.ask(&cache, " q ").await.1, Origin::Memory);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
    assert_eq!(provider.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_unsure_answer_is_kept_a_tenth_of_the_time() {
    let cache = cache(&settings());
    let provider = Provider::default();
    provider.ask_for(&cache, "q", unsure()).await;
    tokio::time::advance(HOUR / 10 - Duration::from_millis(1)).await;
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Memory);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
}

#[tokio::test(start_paused = true)]
async fn a_degraded_answer_is_given_and_not_kept() {
    let cache = cache(&settings());
    let provider = Provider::default();
    let degraded = CachedAnswer {
        degraded: true,
        ..answer(SQL)
    };
    let (given, _) = provider.ask_for(&cache, "q", degraded).await;
    assert!(given.degraded);
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
}

#[tokio::test]
async fn memory_stays_within_its_bytes_and_what_was_used_last_stays() {
    const LIMIT: u64 = 200_000;
    let mut settings = settings();
    settings.policies.sql_queries.max_size = Some(Size(LIMIT));
    let cache = cache(&settings);
    let provider = Provider::default();
    let long = || CachedAnswer {
        explanation: "x".repeat(1_000),
        ..answer(SQL)
    };
    for number in 0..500 {
        provider.ask_for(&cache, &format!("q{number}"), long()).await;
        provider.ask(&cache, "q0").await;
    }
    let stats = cache.stats().answers;
    assert!(stats.bytes <= LIMIT, "{stats:?}");
    // Each is at least its text, so more than this cannot be in there.
    assert!((80..=LIMIT / 1_000).contains(&stats.entries), "{stats:?}");
    assert_eq!(stats.evictions, 500 - stats.entries);
    assert_eq!(provider.ask(&cache, "q0").await.1, Origin::Memory);
    assert_eq!(provider.ask(&cache, "q499").await.1, Origin::Memory);
    assert_eq!(provider.ask(&cache, "q1").await.1, Origin::Asked);
}

#[tokio::test]
async fn an_answer_larger_than_the_whole_cache_is_given_and_not_kept() {
    let mut settings = settings();
    settings.policies.sql_queries.max_size = Some(Size(10_000));
    let cache = cache(&settings);
    let huge = CachedAnswer {
        explanation: "x".repeat(20_000),
        ..answer(SQL)
    };
    let provider = Provider::default();
    provider.ask_for(&cache, "q", huge).await;
    assert_eq!(cache.stats().answers.entries, 0);
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
}

#[tokio::test]
async fn what_is_past_its_time_leaves_memory_without_being_asked_for() {
    let mut settings = settings();
    settings.ttl = Duration::from_millis(20);
    settings.cleanup_interval = Duration::from_millis(20);
    let cache = cache(&settings);
    Provider::default().ask(&cache, "q").await;
    assert_eq!(cache.answers.memory.entries(), 1);
    let patience = Instant::now() + Duration::from_secs(20);
    while cache.answers.memory.entries() > 0 {
        assert!(Instant::now() < patience, "the clean-up never came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stats = cache.stats().answers;
    assert_eq!((stats.bytes, stats.evictions), (0, 0));
}

#[tokio::test]
async fn clearing_takes_everything_out_and_tells_how_much_it_was() {
    let cache = cache(&settings());
    let provider = Provider::default();
    for number in 0..1_000 {
        provider.ask(&cache, &format!("q{number}")).await;
    }
    let cleared = cache.clear().await;
    assert_eq!(
        (cleared.answers, cleared.schemas, cleared.redis),
        (1_000, 0, None)
    );
    let stats = cache.stats().answers;
    assert_eq!((stats.entries, stats.bytes), (0, 0));
    assert_eq!(provider.ask(&cache, "q7").await.1, Origin::Asked);
    assert_eq!(cache.clear().await.answers, 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_asked_for_before_a_clearing_is_not_kept_after_it() {
    let cache = Arc::new(cache(&settings()));
    let provider = Provider::default();
    let asked = tokio::spawn({
        let (cache, provider) = (Arc::clone(&cache), provider.clone());
        async move {
            let ask = move || provider.call(Duration::from_secs(1), Ok(answer(SQL)));
            cache.get_or_ask(&key("q"), in_a_minute(), ask).await
        }
    });
    tokio::time::sleep(Duration::from_millis(1)).await;
    cache.clear().await;
    asked.await.unwrap().unwrap();
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
}

#[tokio::test]
async fn a_config_change_keeps_the_cache_only_when_nothing_of_it_changed() {
    let redis = |change: fn(&mut config::Redis)| {
        let mut settings = settings();
        settings.kind = config::CacheKind::Redis;
        settings.redis.address = "127.0.0.1:1".into();
        settings.redis.password = Some("hunter2".to_owned().into());
        change(&mut settings.redis);
        settings
    };
    let kept = cache(&redis(|_| {}));
    assert!(kept.is_made_from(&redis(|_| {})));
    assert!(!kept.is_made_from(&redis(|redis| redis.password = Some("other".to_owned().into()))));
    assert!(!kept.is_made_from(&redis(|redis| redis.pool_size += 1)));
    assert!(!kept.is_made_from(&settings()));
    let memory = cache(&settings());
    let mut other = settings();
    other.redis.pool_size += 1;
    assert!(memory.is_made_from(&other), "memory does not care for redis");
    other.policies.schema_info.max_size = Some(Size(1));
    assert!(!memory.is_made_from(&other));
    assert!(!format!("{kept:?}").contains("hunter2"));
}

#[tokio::test]
async fn sizes_and_times_come_from_the_policy_or_the_share_of_the_whole() {
    let mut settings = settings();
    settings.size = 1_000_000;
    let stats = cache(&settings).stats();
    assert_eq!(
        (stats.answers.max_bytes, stats.schemas.max_bytes),
        (800_000, 200_000)
    );
    settings.policies.schema_info.max_size = Some(Size(7));
    settings.policies.schema_info.ttl = Some(2 * HOUR);
    let stats = cache(&settings).stats();
    assert_eq!((stats.answers.max_bytes, stats.schemas.max_bytes), (800_000, 7));
    assert_eq!(
        (stats.answers.ttl_seconds, stats.schemas.ttl_seconds),
        (3600.0, 7200.0)
    );
}
