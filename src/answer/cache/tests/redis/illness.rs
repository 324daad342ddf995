//! A Redis that is ill costs a little time, bounded, and never an answer.

use std::sync::atomic::AtomicBool;

use super::*;

/// How long one question takes.
async fn time_of(cache: &AnswerCache, provider: &Provider, question: &str) -> (Origin, Duration) {
    let started = std::time::Instant::now();
    let (found, origin) = provider.ask(cache, question).await;
    assert_eq!(found.sql, SQL);
    (origin, started.elapsed())
}

#[tokio::test]
async fn without_a_redis_questions_are_answered_at_once_and_kept_in_memory() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    redis.kill();
    let cache = cache(&settings_for(&redis));
    let provider = Provider::default();
    let (origin, took) = time_of(&cache, &provider, "q").await;
    assert_eq!(origin, Origin::Asked);
    assert!(took < SLACK, "{took:?}");
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Memory);
    let stats = until(&cache, |redis| redis.reason.as_deref() != Some("connecting")).await;
    assert!(!stats.up && stats.reason.unwrap().contains("refused"));
    let problem = cache.clear().await.problem.unwrap();
    assert!(problem.contains("is away"), "{problem}");
    redis.start_again();
    until(&cache, |redis| redis.up).await;
    provider.ask(&cache, "q").await;
    until(&cache, |redis| redis.written == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_started_again_under_load_it_costs_no_question() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    let cache = Arc::new(connected(&settings_for(&redis)).await);
    let provider = Provider::default();
    let ends = Arc::new(AtomicBool::new(false));
    let askers: Vec<_> = (0..8)
        .map(|asker| {
            let (cache, provider, ends) = (Arc::clone(&cache), provider.clone(), Arc::clone(&ends));
            tokio::spawn(async move {
                let (mut asked, mut longest) = (0_u64, Duration::ZERO);
                while !ends.load(Ordering::Relaxed) {
                    asked += 1;
                    let question = format!("asker {asker} question {asked}");
                    longest = longest.max(time_of(&cache, &provider, &question).await.1);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                (asked, longest)
            })
        })
        .collect();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        redis.kill();
        until(&cache, |redis| !redis.up).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        redis.start_again();
        until(&cache, |redis| redis.up).await;
    }
    ends.store(true, Ordering::Relaxed);
    for asker in askers {
        let (asked, longest) = asker.await.unwrap();
        assert!(asked > 50, "{asked}");
        assert!(longest < TIMEOUT + SLACK, "{longest:?}");
    }
    provider.ask(&cache, "after").await;
    let name = name_of("after");
    let written = stats(&cache).written;
    until(&cache, |redis| redis.written >= written && written > 0).await;
    let started = std::time::Instant::now();
    while redis.cli(&["exists", &name]) != "1" {
        assert!(started.elapsed() < PATIENCE);
    }
}

#[tokio::test]
async fn a_halted_redis_is_waited_for_a_few_times_and_then_left_alone_until_it_goes_on() {
    let Some(redis) = Redis::start(&[]) else { return };
    let cache = connected(&settings_for(&redis)).await;
    let provider = Provider::default();
    provider.ask(&cache, "known").await;
    until(&cache, |redis| redis.written == 1).await;
    redis.halt();
    let mut waited = 0;
    for number in 0..20 {
        let (origin, took) = time_of(&cache, &provider, &format!("q{number}")).await;
        assert_eq!(origin, Origin::Asked);
        assert!(took < TIMEOUT + SLACK, "{took:?}");
        waited += usize::from(took >= TIMEOUT);
    }
    assert!((1..=3).contains(&waited), "{waited}");
    let away = stats(&cache);
    assert!(!away.up && away.reason.unwrap().contains("no reply within"));
    assert_eq!(provider.ask(&cache, "known").await.1, Origin::Memory);
    redis.resume();
    until(&cache, |redis| redis.up).await;
    provider.ask(&cache, "afterwards").await;
    until(&cache, |redis| redis.written >= 2).await;
}

#[tokio::test]
async fn a_full_redis_takes_nothing_and_still_gives_and_memory_keeps_the_rest() {
    let Some(redis) = Redis::start(&["--maxmemory-policy", "noeviction"]) else {
        return;
    };
    let cache = connected(&settings_for(&redis)).await;
    let provider = Provider::default();
    provider.ask(&cache, "before").await;
    until(&cache, |redis| redis.written == 1).await;
    redis.cli(&["config", "set", "maxmemory", "1"]);
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Asked);
    let full = until(&cache, |redis| redis.refused == 1).await;
    assert!(full.up && full.last_refusal.unwrap().contains("OOM"));
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Memory);
    let other = connected(&settings_for(&redis)).await;
    assert_eq!(provider.ask(&other, "before").await.1, Origin::Redis);
    redis.cli(&["config", "set", "maxmemory", "0"]);
    provider.ask(&cache, "after").await;
    let well = until(&cache, |redis| redis.written == 2).await;
    assert_eq!(well.last_refusal, None);
}

#[tokio::test]
async fn a_read_only_replica_gives_and_takes_nothing() {
    let Some(redis) = Redis::start(&[]) else { return };
    let cache = connected(&settings_for(&redis)).await;
    let provider = Provider::default();
    provider.ask(&cache, "before").await;
    until(&cache, |redis| redis.written == 1).await;
    redis.cli(&["replicaof", "127.0.0.1", "1"]);
    provider.ask(&cache, "q").await;
    let replica = until(&cache, |redis| redis.refused == 1).await;
    assert!(replica.up, "{replica:?}");
    assert!(
        replica
            .last_refusal
            .as_ref()
            .unwrap()
            .to_lowercase()
            .contains("read"),
        "{replica:?}"
    );
    let other = connected(&settings_for(&redis)).await;
    assert_eq!(provider.ask(&other, "before").await.1, Origin::Redis);
    assert!(
        other
            .clear()
            .await
            .problem
            .unwrap()
            .to_lowercase()
            .contains("read")
    );
}

#[tokio::test]
async fn with_a_wrong_password_memory_keeps_the_answers_and_the_password_is_told_to_nobody() {
    let Some(redis) = Redis::start(&["--requirepass", "right"]) else {
        return;
    };
    let mut settings = settings_for(&redis);
    settings.redis.password = Some("hunter2-planted".to_owned().into());
    let cache = cache(&settings);
    let provider = Provider::default();
    let away = until(&cache, |redis| redis.reason.as_deref() != Some("connecting")).await;
    assert!(!away.up);
    let (origin, took) = time_of(&cache, &provider, "q").await;
    assert_eq!(origin, Origin::Asked);
    assert!(took < SLACK);
    assert_eq!(provider.ask(&cache, "q").await.1, Origin::Memory);
    let cleared = cache.clear().await;
    let told = format!(
        "{cache:?} {away:?} {cleared:?} {}",
        serde_json::to_string(&cache.stats()).unwrap()
    );
    assert!(told.contains("assword") && !told.contains("planted"), "{told}");
    redis.cli(&["config", "set", "requirepass", "hunter2-planted"]);
    until(&cache, |redis| redis.up).await;
}

#[tokio::test]
async fn an_old_redis_that_repeats_the_password_in_its_error_does_not_bring_it_into_ours() {
    let Some(redis) = Redis::start(&["--rename-command", "AUTH", ""]) else {
        return;
    };
    let mut settings = settings_for(&redis);
    settings.redis.password = Some("hunter2-planted".to_owned().into());
    let cache = cache(&settings);
    let away = until(&cache, |redis| redis.reason.as_deref() != Some("connecting")).await;
    assert!(!away.up && !format!("{away:?}").contains("planted"), "{away:?}");
}

#[tokio::test]
async fn a_password_changed_meanwhile_costs_no_question() {
    let Some(redis) = Redis::start(&["--requirepass", "first"]) else {
        return;
    };
    let mut settings = settings_for(&redis);
    settings.redis.password = Some("first".to_owned().into());
    let cache = connected(&settings).await;
    redis.cli(&["config", "set", "requirepass", "second"]);
    // One connection with both: the password has changed, and every signed-in connection is gone.
    let port = redis.address.port().to_string();
    let killed = std::process::Command::new("redis-cli")
        .args(["-p", &port, "--no-auth-warning", "-a", "second"])
        .args(["client", "kill", "type", "normal"])
        .output()
        .unwrap();
    assert!(killed.status.success(), "{killed:?}");
    let provider = Provider::default();
    for number in 0..5 {
        let (origin, took) = time_of(&cache, &provider, &format!("q{number}")).await;
        assert_eq!(origin, Origin::Asked);
        assert!(took < TIMEOUT + SLACK, "{took:?}");
    }
    assert!(!until(&cache, |redis| !redis.up).await.up);
    assert_eq!(provider.ask(&cache, "q0").await.1, Origin::Memory);
}

#[tokio::test]
async fn connections_that_redis_closed_for_idleness_cost_nothing() {
    let Some(redis) = Redis::start(&[]) else { return };
    let (one, other) = (
        connected(&settings_for(&redis)).await,
        connected(&settings_for(&redis)).await,
    );
    let provider = Provider::default();
    for number in 0..9 {
        provider.ask(&one, &format!("q{number}")).await;
    }
    until(&one, |redis| redis.written == 9).await;
    for number in 0..9 {
        if number % 3 == 0 {
            redis.cli(&["client", "kill", "type", "normal"]);
        }
        let (_, origin) = provider.ask(&other, &format!("q{number}")).await;
        assert_eq!(origin, Origin::Redis, "question {number}");
    }
    assert!(stats(&other).up);
}

#[tokio::test]
async fn what_somebody_else_left_under_our_name_is_a_miss_and_written_over() {
    let Some(redis) = Redis::start(&[]) else { return };
    let (one, other) = (
        connected(&settings_for(&redis)).await,
        connected(&settings_for(&redis)).await,
    );
    let provider = Provider::default();
    redis.cli(&["set", &name_of("garbage"), "{\"sql\":\"DROP TABLE users\"}"]);
    redis.cli(&["set", &name_of("long"), &"x".repeat(100_000)]);
    redis.cli(&["lpush", &name_of("list"), "1"]);
    provider.ask(&one, "cut").await;
    until(&one, |redis| redis.written == 1).await;
    redis.cli(&["setrange", &name_of("cut"), "40", "???"]);
    for (number, question) in ["garbage", "long", "list", "cut"].into_iter().enumerate() {
        assert_eq!(
            provider.ask(&other, question).await.1,
            Origin::Asked,
            "{question}"
        );
        until(&other, |redis| redis.written == number as u64 + 1).await;
        let third = connected(&settings_for(&redis)).await;
        assert_eq!(
            provider.ask(&third, question).await.1,
            Origin::Redis,
            "{question}"
        );
    }
    assert!(stats(&other).up);
}

#[tokio::test]
async fn a_redis_that_forbids_reading_is_away_and_says_why() {
    let Some(redis) = Redis::start(&[]) else { return };
    redis.cli(&["acl", "setuser", "default", "-getrange"]);
    let cache = cache(&settings_for(&redis));
    let away = until(&cache, |redis| redis.reason.as_deref() != Some("connecting")).await;
    assert!(!away.up && away.reason.unwrap().to_uppercase().contains("PERM"));
    redis.cli(&["acl", "setuser", "default", "+getrange"]);
    until(&cache, |redis| redis.up).await;
}

#[tokio::test]
async fn outages_leave_no_tasks_and_no_connections_behind() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    let cache = connected(&settings_for(&redis)).await;
    let provider = Provider::default();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let mut before = 0;
    for round in 0..6 {
        redis.kill();
        let mut number = 0;
        while stats(&cache).up {
            provider
                .ask(&cache, &format!("round {round} question {number}"))
                .await;
            number += 1;
        }
        redis.start_again();
        until(&cache, |redis| redis.up).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        if round == 0 {
            before = tasks();
        }
    }
    assert!(tasks() <= before, "{} tasks after {before}", tasks());
    let clients = redis.cli(&["client", "list", "type", "normal"]);
    assert!(clients.lines().count() <= 4, "{clients}");
    drop(cache);
    let started = std::time::Instant::now();
    while redis.cli(&["client", "list", "type", "normal"]).lines().count() > 1 || tasks() > 0 {
        assert!(started.elapsed() < PATIENCE, "{} tasks are left", tasks());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
