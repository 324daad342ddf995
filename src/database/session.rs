//! A connection of a pool while it is used: it goes back only when what it was used for has ended well.

use std::sync::Arc;
use std::time::Duration;

use profiling::contention::Mutex;
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::{ConnectOptions, Connection, Database, Pool};

use super::failure::Failure;
use crate::config::DatabasePool;
use crate::telemetry::{GaugeGuard, Metrics};

/// Longest wait for the words of a server that cannot be connected to.
const REASON_WAIT: Duration = Duration::from_secs(1);

/// Connections to one server.
#[derive(Debug)]
pub(super) struct Server<DB: Database> {
    options: <DB::Connection as Connection>::Options,
    pool: Pool<DB>,
    /// What the pool asks when a connection comes back; emptied at the end, because it holds the pool itself.
    own: Arc<Mutex<Option<Pool<DB>>>>,
    timeout: Duration,
    metrics: Option<Arc<Metrics>>,
}

impl<DB: Database> Server<DB> {
    /// Nothing is connected to yet. Belongs inside the tokio runtime.
    pub(super) fn new(
        options: <DB::Connection as Connection>::Options,
        limits: &DatabasePool,
        metrics: Option<Arc<Metrics>>,
    ) -> Server<DB> {
        let own: Arc<Mutex<Option<Pool<DB>>>> = Arc::default();
        let (known, most_idle) = (Arc::clone(&own), limits.max_idle_connections as usize);
        let pool = PoolOptions::<DB>::new()
            .max_connections(limits.max_active_connections)
            .acquire_timeout(limits.connection_timeout)
            .idle_timeout(limits.idle_timeout)
            .max_lifetime(limits.max_lifetime)
            .test_before_acquire(false)
            .after_release(move |_, _| {
                let idle = lock(&known).as_ref().map_or(0, Pool::num_idle);
                Box::pin(async move { Ok(idle < most_idle) })
            })
            .connect_lazy_with(options.clone());
        *lock(&own) = Some(pool.clone());
        Server {
            options,
            pool,
            own,
            timeout: limits.connection_timeout,
            metrics,
        }
    }

    /// A connection that nobody else uses. An idle one is asked whether it still lives, for as long as `patience`.
    pub(super) async fn session(&self, patience: Duration) -> Result<Session<DB>, Failure> {
        while let Some(mut connection) = self.pool.try_acquire() {
            match tokio::time::timeout(patience, connection.ping()).await {
                Ok(Ok(())) => return Ok(self.in_use(connection)),
                // It was lost meanwhile, as when the server was started again: the next one may be too.
                Ok(Err(_)) => drop(connection.detach()),
                Err(_) => {
                    drop(connection.detach());
                    return Err(Failure::Slow);
                }
            }
        }
        if self.pool.size() < self.pool.options().get_max_connections() {
            // The pool would try again and again until its time is over, and not say why.
            let first = tokio::time::timeout(self.timeout, self.options.connect()).await;
            let connection = first.map_err(|_| Failure::Unreachable(no_answer(self.timeout)))?;
            let _ = connection.map_err(Failure::from)?.close().await;
        }
        match self.pool.acquire().await {
            Ok(connection) => Ok(self.in_use(connection)),
            Err(sqlx::Error::PoolTimedOut) => Err(self.why_none().await),
            Err(error) => Err(error.into()),
        }
    }

    fn in_use(&self, connection: PoolConnection<DB>) -> Session<DB> {
        Session {
            connection: Some(connection),
            _counted: self.metrics.as_ref().map(|metrics| metrics.database_connection()),
        }
    }

    /// Why no connection was to be had in time.
    async fn why_none(&self) -> Failure {
        if self.pool.size() >= self.pool.options().get_max_connections() {
            return Failure::Unreachable(format!(
                "all {} connections are in use (performance.connection_pools.databases.max_active_connections)",
                self.pool.size()
            ));
        }
        match tokio::time::timeout(REASON_WAIT, self.options.connect()).await {
            Ok(Err(error)) => error.into(),
            _ => Failure::Unreachable(no_answer(self.timeout)),
        }
    }
}

impl<DB: Database> Drop for Server<DB> {
    fn drop(&mut self) {
        // Marks it closed at once; those in use end when they come back.
        drop(self.pool.close());
        lock(&self.own).take();
    }
}

fn no_answer(within: Duration) -> String {
    format!("no answer within {:.1} s", within.as_secs_f64())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A connection in use. Dropped before [`Session::end`], as when the asker goes away or the time is over, it is closed:
/// it may be in the middle of a statement.
pub(super) struct Session<DB: Database> {
    connection: Option<PoolConnection<DB>>,
    _counted: Option<GaugeGuard>,
}

impl<DB: Database> Session<DB> {
    /// The connection.
    pub(super) fn get(&mut self) -> Result<&mut DB::Connection, Failure> {
        let gone = || Failure::Unreachable("the connection was closed".into());
        self.connection.as_deref_mut().ok_or_else(gone)
    }

    /// Gives it back to the pool.
    pub(super) fn end(mut self) {
        self.connection.take();
    }
}

impl<DB: Database> Drop for Session<DB> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}
