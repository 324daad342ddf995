//! Schemas that were read, so that a question about the same tables reads none.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use nl2sql::{Column, ForeignKey, Schema, Table};
use profiling::contention;
use tokio::time::Instant;

use super::flight::{Boarded, Flights};
use super::key::CacheKey;
use super::memory::{Kept, Memory};
use super::stats::Lookups;
use crate::database::{KnownSchema, SchemaError};
use crate::telemetry::{CacheName, CacheResult, Metrics};

/// In the last part of its life, a schema is read anew behind the questions: its sample values may be old even though its
/// tables are the same.
const AGING_PART: u32 = 4;

type Read = Result<Arc<KnownSchema>, SchemaError>;

/// Schemas in memory. A parsed schema is nothing for Redis: reading it from there takes as long as parsing.
pub(super) struct Schemas {
    pub(super) memory: Memory<Arc<KnownSchema>>,
    flights: Arc<Flights<Read>>,
    pub(super) lookups: Lookups,
    pub(super) ttl: Duration,
    metrics: Arc<Metrics>,
}

impl Schemas {
    pub(super) fn new(limit: u64, ttl: Duration, metrics: Arc<Metrics>) -> Schemas {
        Schemas {
            memory: Memory::new(CacheName::Schemas, limit, Arc::clone(&metrics)),
            flights: Flights::new(after_panic),
            lookups: Lookups::default(),
            ttl,
            metrics,
        }
    }

    /// The schema of that key; `read` is what gives it when it is not known and nobody else is reading it.
    pub(super) async fn get_or_read<F>(
        self: &Arc<Self>,
        key: CacheKey,
        read: impl FnOnce() -> F + Send + 'static,
    ) -> Read
    where
        F: Future<Output = Result<KnownSchema, SchemaError>> + Send + 'static,
    {
        if let Some(kept) = self.memory.get(&key) {
            self.count(CacheResult::Hit);
            if kept.left() < self.ttl / AGING_PART {
                self.read_behind(key, read);
            }
            return Ok(Arc::clone(&kept.value));
        }
        // Reading has limits of its own, whoever began it.
        let boarded = self.flights.board(key, Instant::now(), || {
            let schemas = Arc::clone(self);
            async move { schemas.read(key, read).await }
        });
        match boarded {
            Boarded::First(ticket) => ticket.await,
            Boarded::Later(ticket, _) => {
                let outcome = contention::wait("wait for the same schema of another", ticket).await;
                if outcome.is_ok() {
                    self.count(CacheResult::Shared);
                }
                outcome
            }
        }
    }

    /// Reads it anew while what is kept is still given, so that no question waits for it. What goes wrong is told to
    /// whoever reads it once the kept one is gone.
    fn read_behind<F>(self: &Arc<Self>, key: CacheKey, read: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output = Result<KnownSchema, SchemaError>> + Send + 'static,
    {
        let boarded = self.flights.board(key, Instant::now(), || {
            let schemas = Arc::clone(self);
            async move { schemas.read_and_keep(key, read).await }
        });
        if let Boarded::First(ticket) = boarded {
            drop(profiling::tasks::spawn("read a schema again", async move {
                let _ = ticket.await;
            }));
        }
    }

    /// The way of whoever is first.
    async fn read<F>(&self, key: CacheKey, read: impl FnOnce() -> F) -> Read
    where
        F: Future<Output = Result<KnownSchema, SchemaError>>,
    {
        // Another may have read it between the caller's look and this place.
        if let Some(kept) = self.memory.get(&key) {
            self.count(CacheResult::Hit);
            return Ok(Arc::clone(&kept.value));
        }
        self.count(CacheResult::Miss);
        self.read_and_keep(key, read).await
    }

    async fn read_and_keep<F>(&self, key: CacheKey, read: impl FnOnce() -> F) -> Read
    where
        F: Future<Output = Result<KnownSchema, SchemaError>>,
    {
        let known = Arc::new(read().await?);
        let kept = Kept::new(Arc::clone(&known), bytes_of(&known), self.ttl);
        self.memory.put(key, Arc::new(kept));
        Ok(known)
    }

    fn count(&self, result: CacheResult) {
        let counter = match result {
            CacheResult::Hit => &self.lookups.hits,
            CacheResult::Shared => &self.lookups.shared,
            CacheResult::Miss => &self.lookups.misses,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.metrics.cache_lookup(CacheName::Schemas, result);
    }
}

fn after_panic() -> Read {
    Err(SchemaError::Unreadable {
        name: "the schema".into(),
        reason: "a fault of the plugin ended its reading; please report it with the log around this moment"
            .into(),
    })
}

/// Bytes that a schema holds on the heap.
fn bytes_of(known: &KnownSchema) -> usize {
    let aliases = known
        .aliases
        .iter()
        .map(|(said, name)| said.capacity() + name.capacity());
    size_of::<KnownSchema>() + texts(&known.warnings) + schema_bytes(&known.schema) + aliases.sum::<usize>()
}

fn schema_bytes(schema: &Schema) -> usize {
    size_of::<Schema>()
        + schema.tables.capacity() * size_of::<Table>()
        + schema.tables.iter().map(table_bytes).sum::<usize>()
}

fn table_bytes(table: &Table) -> usize {
    table.name.capacity()
        + text(table.namespace.as_ref())
        + text(table.comment.as_ref())
        + texts(&table.primary_key)
        + table.columns.capacity() * size_of::<Column>()
        + table.columns.iter().map(column_bytes).sum::<usize>()
        + table.foreign_keys.capacity() * size_of::<ForeignKey>()
        + table.foreign_keys.iter().map(foreign_key_bytes).sum::<usize>()
}

fn column_bytes(column: &Column) -> usize {
    column.name.capacity()
        + column.type_name.capacity()
        + text(column.comment.as_ref())
        + texts(&column.samples)
}

fn foreign_key_bytes(key: &ForeignKey) -> usize {
    key.table.capacity() + texts(&key.columns) + texts(&key.references)
}

fn text(text: Option<&String>) -> usize {
    text.map_or(0, String::capacity)
}

fn texts(texts: &Vec<String>) -> usize {
    texts.capacity() * size_of::<String>() + texts.iter().map(String::capacity).sum::<usize>()
}
