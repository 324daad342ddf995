//! What the caches promise.

mod keeping;
mod redis;
mod schemas;
mod sharing;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::testing::{answer, key};
use super::{AnswerCache, CachedAnswer, Origin};
use crate::answer::AskError;
use crate::config;
use crate::telemetry::Metrics;

const SQL: &str = "SELECT name FROM users";

fn settings() -> config::Cache {
    config::Cache::default()
}

fn cache(settings: &config::Cache) -> AnswerCache {
    AnswerCache::new(settings, Arc::new(Metrics::default()))
}

fn in_a_minute() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// Counts its calls, and those that were dropped before their end.
#[derive(Clone, Default)]
struct Provider {
    calls: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
}

/// Counts when it is dropped before it has ended.
struct Call(Option<Arc<AtomicUsize>>);

impl Call {
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(dropped) = &self.0 {
            dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Provider {
    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn dropped(&self) -> usize {
        self.dropped.load(Ordering::SeqCst)
    }

    /// A call that takes a time and then has this outcome.
    fn call(
        &self,
        takes: Duration,
        outcome: Result<CachedAnswer, AskError>,
    ) -> impl Future<Output = Result<CachedAnswer, AskError>> + Send + use<> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let call = Call(Some(Arc::clone(&self.dropped)));
        async move {
            tokio::time::sleep(takes).await;
            call.ended();
            outcome
        }
    }

    /// Asks the cache a question that this provider would answer at once.
    async fn ask(&self, cache: &AnswerCache, question: &str) -> (Arc<CachedAnswer>, Origin) {
        self.ask_for(cache, question, answer(SQL)).await
    }

    /// The same with that answer.
    async fn ask_for(
        &self,
        cache: &AnswerCache,
        question: &str,
        answer: CachedAnswer,
    ) -> (Arc<CachedAnswer>, Origin) {
        let provider = self.clone();
        let ask = move || provider.call(Duration::ZERO, Ok(answer));
        cache
            .get_or_ask(&key(question), in_a_minute(), ask)
            .await
            .expect("the provider answers")
    }
}
