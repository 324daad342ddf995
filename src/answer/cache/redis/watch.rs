//! Connects to Redis, and when it is lost, looks for its return.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::time::Instant;

use super::PREFIX;
use super::link::{Connections, Link};
use crate::config;

/// Shortest and longest wait between two tries.
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(30);
/// Longest time for one connection. No question waits for it.
const CONNECT: Duration = Duration::from_secs(2);
/// Connections that are made at once.
const AT_ONCE: usize = 8;
/// Time between two looks at a Redis that is well.
const LOOK: Duration = Duration::from_secs(5);
/// How long Redis must have been well for the next outage to count as a new one.
const STEADY: Duration = Duration::from_secs(10);

/// Connects, waits until the link is lost, and begins again. Ends only when it is aborted.
pub(super) async fn watch(link: Arc<Link>, client: redis::Client, settings: config::Redis) {
    let mut tries = 0;
    loop {
        match open(&link, &client, settings.pool_size).await {
            Ok(connections) => {
                let since = Instant::now();
                link.is_back(connections);
                until_lost(&link).await;
                if since.elapsed() >= STEADY {
                    tries = 0;
                }
            }
            Err(reason) => {
                tracing::debug!(address = link.place(), reason, tries, "redis is still away");
                link.is_away(&reason);
            }
        }
        tries += 1;
        tokio::time::sleep(pause(&settings, tries)).await;
    }
}

/// Also asks something now and then: without questions nobody else would notice that Redis is away, and Redis closes
/// connections that are idle for long.
async fn until_lost(link: &Link) {
    while link.is_up() {
        if tokio::time::timeout(LOOK, link.lost.notified()).await.is_err() {
            // What comes of it is in the link.
            let _ = link.ask::<redis::Value>(&harmless()).await;
        }
    }
}

/// What questions ask, of a name that is never there.
fn harmless() -> redis::Cmd {
    let mut command = redis::cmd("GETRANGE");
    command.arg(format!("{PREFIX}?")).arg(0).arg(0);
    command
}

/// `retry_delay` before each of the first `max_retries` tries, then twice as long each time.
fn pause(settings: &config::Redis, tries: u32) -> Duration {
    let doublings = tries.saturating_sub(settings.max_retries.max(1)).min(16);
    let base = settings.retry_delay.max(SHORTEST);
    (base * 2_u32.pow(doublings)).min(LONGEST.max(base))
}

/// As many connections as can be had, and proof that Redis does with them what will be asked of it.
async fn open(link: &Link, client: &redis::Client, wanted: u32) -> Result<Connections, String> {
    let mut made = futures_util::stream::iter(0..wanted.max(1))
        .map(|_| connect(client.clone(), link.timeout()))
        .buffer_unordered(AT_ONCE);
    let mut each = Vec::new();
    let mut refused = None;
    while let Some(outcome) = made.next().await {
        match outcome {
            Ok(connection) => each.push(connection),
            Err(error) => {
                refused = Some(link.without_secrets(&error.to_string()));
                break;
            }
        }
    }
    drop(made);
    let Some(first) = each.first() else {
        return Err(refused.unwrap_or_default());
    };
    prove(link, first.clone()).await?;
    Ok(Connections::new(each))
}

async fn connect(client: redis::Client, timeout: Duration) -> redis::RedisResult<ConnectionManager> {
    // Trying again is done here and not below, where a question would wait for it.
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(0)
        .set_connection_timeout(Some(CONNECT.max(timeout)))
        .set_response_timeout(None);
    match tokio::time::timeout(
        2 * CONNECT.max(timeout),
        ConnectionManager::new_with_config(client, config),
    )
    .await
    {
        Ok(outcome) => outcome,
        Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    }
}

/// The command that questions will send, in the time that they will give it.
async fn prove(link: &Link, mut connection: ConnectionManager) -> Result<(), String> {
    match tokio::time::timeout(
        link.timeout(),
        harmless().query_async::<redis::Value>(&mut connection),
    )
    .await
    {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(link.without_secrets(&error.to_string())),
        Err(_) => Err(format!("no reply within {:?}", link.timeout())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_at_the_configured_pace_first_and_then_ever_more_rarely() {
        let settings = config::Redis {
            max_retries: 3,
            retry_delay: Duration::from_secs(1),
            ..config::Redis::default()
        };
        let seconds: Vec<u64> = (1..=9).map(|tries| pause(&settings, tries).as_secs()).collect();
        assert_eq!(seconds, [1, 1, 1, 2, 4, 8, 16, 30, 30]);
        let eager = config::Redis {
            max_retries: 0,
            retry_delay: Duration::ZERO,
            ..settings.clone()
        };
        assert_eq!(pause(&eager, 1), SHORTEST);
        let patient = config::Redis {
            retry_delay: Duration::from_secs(60),
            ..settings
        };
        assert_eq!(pause(&patient, 100), Duration::from_secs(60));
    }
}
