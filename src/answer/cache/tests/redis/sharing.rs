//! Several plugins on one Redis.

use super::*;
use crate::answer::Confidence;

/// Lets the time pass after which memory asks Redis again.
async fn trust_ends() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(5)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_answer_of_one_plugin_is_a_hit_in_another() {
    let Some(redis) = Redis::start(&[]) else { return };
    let (one, other) = (
        connected(&settings_for(&redis)).await,
        connected(&settings_for(&redis)).await,
    );
    let provider = Provider::default();
    let (asked, origin) = provider.ask(&one, "q").await;
    assert_eq!(origin, Origin::Asked);
    until(&one, |redis| redis.written == 1).await;
    let (found, origin) = provider.ask(&other, "q").await;
    assert_eq!((found.sql.as_str(), origin), (asked.sql.as_str(), Origin::Redis));
    assert_eq!(found.made_at, asked.made_at);
    assert_eq!(provider.ask(&other, "q").await.1, Origin::Memory);
    assert_eq!(provider.calls(), 1);
    let stats = other.stats().answers;
    assert_eq!((stats.hits, stats.misses), (2, 0));
}

#[tokio::test]
async fn the_time_of_an_answer_ends_in_redis_and_in_every_plugin_at_once() {
    let Some(redis) = Redis::start(&[]) else { return };
    let mut settings = settings_for(&redis);
    settings.ttl = Duration::from_secs(2);
    let (one, other) = (connected(&settings).await, connected(&settings).await);
    let provider = Provider::default();
    let begun = std::time::Instant::now();
    provider.ask(&one, "q").await;
    until(&one, |redis| redis.written == 1).await;
    let left: u64 = redis.cli(&["pttl", &name_of("q")]).parse().unwrap();
    assert!((1..=2_000).contains(&left), "{left}");
    tokio::time::sleep(Duration::from_millis(500)).await;
    // Found half a second later, it is still over at the same moment.
    assert_eq!(provider.ask(&other, "q").await.1, Origin::Redis);
    let kept = other.answers.memory.get(&key("q")).unwrap();
    assert!(
        kept.lifetime <= Duration::from_millis(1_500),
        "{:?}",
        kept.lifetime
    );
    tokio::time::sleep(Duration::from_millis(2_010).saturating_sub(begun.elapsed())).await;
    assert_eq!(redis.cli(&["exists", &name_of("q")]), "0");
    assert_eq!(provider.ask(&other, "q").await.1, Origin::Asked);
}

#[tokio::test]
async fn unsure_answers_are_there_for_a_tenth_of_the_time_and_degraded_ones_never() {
    let Some(redis) = Redis::start(&[]) else { return };
    let cache = connected(&settings_for(&redis)).await;
    let provider = Provider::default();
    let degraded = CachedAnswer {
        degraded: true,
        ..answer(SQL)
    };
    provider.ask_for(&cache, "degraded", degraded).await;
    let unsure = CachedAnswer {
        confidence: Confidence::new(0.3),
        ..answer(SQL)
    };
    provider.ask_for(&cache, "unsure", unsure).await;
    until(&cache, |redis| redis.written == 1).await;
    assert_eq!(redis.cli(&["keys", "*"]), name_of("unsure"));
    let left: u64 = redis.cli(&["pttl", &name_of("unsure")]).parse().unwrap();
    assert!((300_000..=360_000).contains(&left), "{left}");
}

#[tokio::test]
async fn clearing_reaches_redis_and_soon_every_plugin_and_nothing_of_others() {
    let Some(redis) = Redis::start(&[]) else { return };
    let (one, other) = (
        connected(&settings_for(&redis)).await,
        connected(&settings_for(&redis)).await,
    );
    let provider = Provider::default();
    for foreign in ["atest-ext-ai:v1:budget", "atest-ext-ai:v2:answer:x", "session"] {
        redis.cli(&["set", foreign, "1"]);
    }
    for number in 0..700 {
        provider.ask(&one, &format!("q{number}")).await;
        // No faster than the queue.
        if number % 100 == 99 {
            until(&one, |redis| redis.written == number + 1).await;
        }
    }
    assert_eq!(provider.ask(&other, "q0").await.1, Origin::Redis);
    let cleared = one.clear().await;
    assert_eq!(
        (cleared.answers, cleared.redis, cleared.problem),
        (700, Some(700), None)
    );
    assert_eq!(redis.cli(&["dbsize"]), "3");
    assert_eq!(provider.ask(&other, "q0").await.1, Origin::Memory);
    trust_ends().await;
    assert_eq!(provider.ask(&other, "q0").await.1, Origin::Asked);
}

#[tokio::test]
async fn memory_asks_redis_again_after_a_while_and_goes_on_with_what_is_there() {
    let Some(redis) = Redis::start(&[]) else { return };
    let cache = connected(&settings_for(&redis)).await;
    let provider = Provider::default();
    provider.ask(&cache, "q").await;
    until(&cache, |redis| redis.written == 1).await;
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Memory);
    trust_ends().await;
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Redis);
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Memory);
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn a_socket_a_user_with_few_rights_and_another_database_will_do() {
    let Some(redis) = Redis::start(&[]) else { return };
    redis.cli(&[
        "acl",
        "setuser",
        "ai",
        "on",
        ">p@ss/w0rd",
        "~atest-ext-ai:v1:*",
        "+getrange",
        "+set",
        "+scan",
        "+unlink",
        "+select",
    ]);
    let mut settings = settings_for(&redis);
    settings.redis.address = format!("unix:{}", redis.folder().join("socket").display());
    settings.redis.username = Some("ai".into());
    settings.redis.password = Some("p@ss/w0rd".to_owned().into());
    settings.redis.database = 7;
    let (one, other) = (connected(&settings).await, connected(&settings).await);
    let provider = Provider::default();
    provider.ask(&one, "q").await;
    until(&one, |redis| redis.written == 1).await;
    assert_eq!(provider.ask(&other, "q").await.1, Origin::Redis);
    assert_eq!(redis.cli(&["-n", "7", "keys", "*"]), name_of("q"));
    assert_eq!(one.clear().await.redis, Some(1));
}
