//! A second opinion that costs no call: the embedded engine reads the same question.

use std::time::Duration;

use nl2sql::engine::{self, Draft};
use nl2sql::{CheckedSql, Meaning};
use tokio::time::Instant;

use crate::answer::queue::Queue;
use crate::provider::CompletionRequest;
use crate::telemetry::trace;

/// Below this the engine itself would not stand by its answer, so it has no opinion on another one.
const SURE_ENOUGH: f64 = 0.4;

/// From here on its other reading is worth showing.
const WORTH_TELLING: f64 = 0.6;

/// Below this degree the two readings differ strongly.
const DIFFERS: f64 = 0.5;

/// Longest time for the engine. It takes a few milliseconds, and more where other work keeps the processors busy.
const LONGEST: Duration = Duration::from_secs(1);

/// With less time left than this the engine is not asked.
const SHORT: Duration = Duration::from_millis(500);

/// Longest SQL in a note, in characters.
const LONGEST_SQL: usize = 300;

/// What the embedded engine made of the question.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opinion {
    /// How far it agrees, from 0 to 1; `None` when it has no opinion, or was not asked.
    pub agreement: Option<f64>,
    /// For the asker: that it was not asked, or reads the question in another way.
    pub note: Option<String>,
}

impl Opinion {
    fn not_asked(why: &str) -> Opinion {
        Opinion {
            agreement: None,
            note: Some(format!(
                "no second opinion was taken from the embedded engine, because {why}; the confidence rests on the rest"
            )),
        }
    }
}

/// Asks the embedded engine about a model's SQL. Without a schema, and beside SQL that the asker has, it has nothing to say.
pub async fn second_opinion(
    queue: &Queue,
    request: &CompletionRequest,
    checked: &CheckedSql,
    deadline: Instant,
) -> Opinion {
    if request.schema.as_ref().is_none_or(|schema| schema.is_empty()) {
        return Opinion::default();
    }
    if request.existing_sql.is_some() {
        return Opinion::default();
    }
    if queue.is_busy() {
        return Opinion::not_asked("other questions are waiting");
    }
    let left = deadline.saturating_duration_since(Instant::now());
    if left < SHORT {
        return Opinion::not_asked("the time for this question is nearly over");
    }
    let (request, checked) = (request.clone(), checked.clone());
    let reading = profiling::tasks::spawn_blocking(
        "second opinion of the embedded engine",
        trace::carry(move || {
            let draft = engine::answer(&request.to_engine()).ok()?;
            if draft.confidence < SURE_ENOUGH {
                return None;
            }
            let schema = request.schema.as_deref();
            let own = Meaning::read(&draft.sql, request.dialect, schema)?;
            let degree = Meaning::of(&checked, schema)?.agreement(&own);
            Some((draft, degree))
        }),
    );
    match tokio::time::timeout(LONGEST.min(left / 4), reading).await {
        Ok(Ok(Some((draft, degree)))) => Opinion {
            agreement: Some(degree),
            note: difference(&draft, degree),
        },
        // It refuses, or is unsure.
        Ok(Ok(None)) => Opinion::default(),
        Ok(Err(error)) => {
            tracing::error!(%error, "the embedded engine stopped while it was asked for a second opinion");
            Opinion::not_asked("it failed")
        }
        Err(_) => Opinion::not_asked("it took too long"),
    }
}

fn difference(draft: &Draft, degree: f64) -> Option<String> {
    if degree >= DIFFERS || draft.confidence < WORTH_TELLING {
        return None;
    }
    let mut sql = draft.sql.clone();
    if let Some((end, _)) = sql.char_indices().nth(LONGEST_SQL) {
        sql.truncate(end);
        sql.push('…');
    }
    Some(format!(
        "the embedded engine reads the question differently: {sql}"
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nl2sql::Dialect;
    use nl2sql::check::check;

    use super::*;
    use crate::telemetry::Metrics;

    const DDL: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, city TEXT);";

    fn queue() -> Queue {
        Queue::new(1, 5, Duration::from_secs(10), Arc::new(Metrics::default()))
    }

    async fn opinion(queue: &Queue, question: &str, sql: &str, left: Duration) -> Opinion {
        let schema = nl2sql::read_ddl(DDL, Dialect::Sqlite).schema;
        let checked = check(sql, Dialect::Sqlite, Some(&schema)).unwrap();
        let request = CompletionRequest {
            question: question.into(),
            dialect: Dialect::Sqlite,
            schema: Some(Arc::new(schema)),
            aliases: Arc::default(),
            existing_sql: None,
            today: jiff::civil::date(2026, 3, 4),
            share_values: false,
            schema_tokens: 8_000,
            repair: None,
            is_sample: false,
        };
        second_opinion(queue, &request, &checked, Instant::now() + left).await
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn the_engine_agrees_with_the_same_and_tells_of_another_reading() {
        let same = opinion(
            &queue(),
            "names of all users",
            "SELECT u.name FROM users u",
            MINUTE,
        )
        .await;
        assert_eq!(
            same,
            Opinion {
                agreement: Some(1.0),
                note: None
            }
        );
        let other = opinion(
            &queue(),
            "how many users are there",
            "SELECT city FROM users WHERE age = 3",
            MINUTE,
        )
        .await;
        assert!(other.agreement.unwrap() < 0.5, "{other:?}");
        let note = other.note.unwrap();
        assert!(
            note.contains("differently: SELECT COUNT(*)") && !note.contains('\n'),
            "{note}"
        );
    }

    #[tokio::test]
    async fn who_does_not_understand_has_no_opinion() {
        let none = opinion(&queue(), "how do dragons sleep", "SELECT name FROM users", MINUTE).await;
        assert_eq!(none, Opinion::default());
    }

    #[tokio::test]
    async fn under_load_and_without_time_nobody_is_asked_and_that_is_said() {
        let queue = Arc::new(queue());
        let _place = queue.enter(Instant::now() + MINUTE).await.unwrap();
        let line = Arc::clone(&queue);
        let waits = tokio::spawn(async move { line.enter(Instant::now() + MINUTE).await.map(drop) });
        tokio::task::yield_now().await;
        let busy = opinion(&queue, "names of all users", "SELECT name FROM users", MINUTE).await;
        assert_eq!(busy.agreement, None);
        assert!(busy.note.unwrap().contains("other questions are waiting"));
        waits.abort();
        let _ = waits.await;
        let late = opinion(&queue, "names of all users", "SELECT name FROM users", SHORT / 2).await;
        assert!(late.note.unwrap().contains("nearly over"));
    }
}
