//! Two plugins on one Redis.

use std::process::Command;
use std::time::{Duration, Instant};

use super::hits::{is_cached, question};
use crate::support::http::{get, send};
use crate::support::plugin::{PATIENCE, Plugin};
use crate::support::redis::Redis;

const PASSWORD: &str = "hunter2-planted";

fn config(redis: &Redis) -> String {
    format!(
        "performance:\n  cache:\n    type: redis\n    redis:\n      address: {}\n      password: {PASSWORD}\n      \
         retry_delay: 100ms\n",
        redis.address
    )
}

/// Waits until the plugin uses Redis, or does not.
pub fn wait(plugin: &Plugin, up: bool) {
    let started = Instant::now();
    while get(plugin.http, "/admin/cache").json()["redis"]["up"] != up {
        assert!(
            started.elapsed() < PATIENCE,
            "{}",
            get(plugin.http, "/admin/cache").text()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn plugins_share_answers_until_redis_dies_and_then_each_goes_on_alone() {
    let Some(mut redis) = Redis::start(&["--requirepass", PASSWORD]) else {
        return;
    };
    let config = config(&redis);
    let (one, other) = (Plugin::start(&config), Plugin::start(&config));
    wait(&one, true);
    wait(&other, true);
    assert!(!is_cached(&one, &question("show all users")));
    let started = Instant::now();
    while redis.cli(&["dbsize"]) != "1" {
        assert!(started.elapsed() < PATIENCE);
    }
    assert!(is_cached(&other, &question("show all users")));

    redis.kill();
    assert!(!is_cached(&one, &question("count users")));
    assert!(is_cached(&one, &question("count users")));
    // Also the one that nobody asks notices it.
    wait(&one, false);
    wait(&other, false);
    let cleared = send(one.http, "DELETE", "/admin/cache", &[], b"");
    assert_eq!(
        (cleared.status, cleared.json()["answers"].as_u64()),
        (503, Some(2))
    );
    let text = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .args([
            "--config",
            one.folder().join("config.yaml").to_str().unwrap(),
            "cache",
            "clear",
        ])
        .env_clear()
        .env("HOME", one.folder())
        .output()
        .unwrap();
    assert_eq!(text.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&text.stderr).contains("is away"));

    redis.start_again();
    wait(&one, true);
    wait(&other, true);
    for plugin in [&one, &other] {
        let told = format!("{}{}", plugin.log(), get(plugin.http, "/admin/cache").text());
        assert!(!told.contains("planted"), "{told}");
        assert!(plugin.log().contains("redis is away"), "{}", plugin.log());
    }
}
