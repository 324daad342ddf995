//! Schemas are read once.

use nl2sql::Dialect;

use super::*;
use crate::config::units::Size;
use crate::database::{KnownSchema, SchemaError, read_statements};

async fn read(calls: Arc<AtomicUsize>, ddl: String) -> Result<KnownSchema, SchemaError> {
    calls.fetch_add(1, Ordering::SeqCst);
    tokio::task::yield_now().await;
    read_statements("schema_ddl", ddl, Dialect::Sqlite).await
}

#[tokio::test]
async fn the_same_statements_are_read_once_also_when_they_come_at_once() {
    let cache = Arc::new(cache(&settings()));
    let calls = Arc::new(AtomicUsize::new(0));
    let ask = |name: &'static str| {
        let (cache, calls) = (Arc::clone(&cache), Arc::clone(&calls));
        tokio::spawn(async move {
            cache
                .schema(&key(name), move || {
                    read(calls, format!("CREATE TABLE {name} (id INT)"))
                })
                .await
        })
    };
    let callers: Vec<_> = (0..50).map(|_| ask("users")).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().schema.tables[0].name, "users");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    ask("users").await.unwrap().unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(
        ask("orders").await.unwrap().unwrap().schema.tables[0].name,
        "orders"
    );
    let stats = cache.stats().schemas;
    assert_eq!((stats.misses, stats.entries), (2, 2));
    assert_eq!(stats.hits + stats.shared, 50);
    assert_eq!(cache.clear().await.schemas, 2);
}

#[tokio::test]
async fn a_schema_that_cannot_be_read_is_tried_again() {
    let cache = cache(&settings());
    let calls = Arc::new(AtomicUsize::new(0));
    for _ in 0..2 {
        let calls = Arc::clone(&calls);
        let outcome = cache.schema(&key("s"), || read(calls, "nothing".into())).await;
        assert!(outcome.is_err());
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn schemas_stay_within_their_bytes() {
    const LIMIT: u64 = 100_000;
    let mut settings = settings();
    settings.policies.schema_info.max_size = Some(Size(LIMIT));
    let cache = cache(&settings);
    for number in 0..100 {
        let columns: Vec<String> = (0..50)
            .map(|column| format!("column_{column} VARCHAR(20)"))
            .collect();
        let ddl = format!("CREATE TABLE t{number} ({})", columns.join(", "));
        let name = format!("t{number}");
        cache
            .schema(&key(&name), move || read(Arc::default(), ddl))
            .await
            .unwrap();
    }
    let stats = cache.stats().schemas;
    assert!(stats.bytes <= LIMIT && stats.entries > 0, "{stats:?}");
    // Fifty columns cannot take less than their own size.
    let least = 50 * size_of::<nl2sql::Column>() as u64;
    assert!(stats.bytes / stats.entries > least, "{stats:?}");
}

#[tokio::test(start_paused = true)]
async fn an_ageing_schema_is_read_anew_behind_the_questions() {
    let mut settings = settings();
    settings.policies.schema_info.ttl = Some(Duration::from_secs(100));
    let cache = cache(&settings);
    let calls = Arc::new(AtomicUsize::new(0));
    let ask = async || {
        let calls = Arc::clone(&calls);
        let read = move || read(calls, "CREATE TABLE users (id INT)".into());
        cache.schema(&key("s"), read).await.unwrap();
    };
    ask().await;
    tokio::time::advance(Duration::from_secs(60)).await;
    ask().await;
    assert_eq!(calls.load(Ordering::SeqCst), 1, "it is young");
    tokio::time::advance(Duration::from_secs(20)).await;
    ask().await;
    // Reading goes through another thread, which the clock does not wait for.
    while calls.load(Ordering::SeqCst) < 2 || cache.stats().schemas.misses > 1 {
        tokio::task::yield_now().await;
    }
    tokio::time::advance(Duration::from_secs(10)).await;
    ask().await;
    tokio::time::advance(Duration::from_secs(40)).await;
    ask().await;
    assert_eq!(cache.stats().schemas.misses, 1, "no question waited for it");
}
