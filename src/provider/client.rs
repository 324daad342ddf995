//! The pooled HTTP client of a provider: connections, certificates, proxies, and how many calls go at once.

mod body;
mod framing;
mod learned;
mod mask;
mod peer;
mod proxies;
mod quota;
mod recipe;
mod resolve;
mod said;
mod status;
mod trouble;
mod wait;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::config::Environment;
use crate::config::model::ProviderPool;

use super::{Endpoint, Failure, FailureKind};
use proxies::Proxies;
use recipe::Recipe;

pub use learned::Learned;

pub(super) use body::Answer;
pub(super) use framing::{Documents, Fault, Progress, each, read};
pub(super) use learned::{Given, Habits, Level, Limit, Thinking};
pub(super) use peer::{Peer, Rejection};
pub(super) use said::Said;

/// What a client is made from.
#[derive(Debug, Clone, Copy)]
pub struct ClientSettings<'a> {
    /// Sizes and times.
    pub pool: &'a ProviderPool,
    /// Certificates (PEM) of authorities to trust besides the system's.
    pub ca_file: Option<&'a Path>,
    /// The one endpoint that it is for; `None` for one that serves any.
    pub endpoint: Option<&'a Endpoint>,
}

/// A pooled HTTP client; clones share the pool.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    recipe: Recipe,
    /// Made for the first call. What fails is tried again: a file can be mended.
    http: OnceCell<Http>,
    calls: Arc<Semaphore>,
    /// Most calls at once, for messages.
    max_calls: usize,
}

/// The library's client.
struct Http {
    client: reqwest::Client,
    /// Whether any authority is trusted.
    has_authorities: bool,
}

impl Client {
    /// With the proxies that the environment names. Reads no file and opens no connection yet.
    pub fn new(settings: &ClientSettings<'_>) -> Client {
        Client::through(settings, Proxies::of(&Environment::of_this_process()))
    }

    /// With these proxies, for endpoints that are not on this machine.
    fn through(settings: &ClientSettings<'_>, proxies: Proxies) -> Client {
        let max_calls = settings
            .pool
            .max_active_connections
            .clamp(1, Semaphore::MAX_PERMITS);
        Client(Arc::new(Shared {
            recipe: Recipe::of(settings, proxies),
            http: OnceCell::new(),
            calls: Arc::new(Semaphore::new(max_calls)),
            max_calls,
        }))
    }

    /// The library's client.
    ///
    /// # Errors
    /// Why the certificates or a proxy variable cannot be used, and what to do.
    async fn http(&self) -> Result<&Http, String> {
        let make = || async {
            let recipe = self.0.recipe.clone();
            // Reads the system's certificates, some 150 of them: not on a runtime worker.
            match profiling::tasks::spawn_blocking("make the client of a provider", move || recipe.build())
                .await
            {
                Ok(outcome) => outcome,
                Err(failure) => Err(format!("making its HTTP client stopped: {failure}")),
            }
        };
        self.0.http.get_or_try_init(make).await
    }

    /// Longest time to connect, and to wait until fewer calls are under way.
    fn patience(&self) -> Duration {
        self.0.recipe.pool.connection_timeout
    }

    /// Whether any authority is trusted. True before the first call.
    fn has_authorities(&self) -> bool {
        self.0.http.get().is_none_or(|http| http.has_authorities)
    }

    /// Whether calls to other machines may go through a proxy.
    fn is_proxied(&self) -> bool {
        self.0
            .recipe
            .proxies
            .as_ref()
            .is_some_and(|proxies| !proxies.is_empty())
    }

    /// Waits until fewer than the most calls are under way, as long as for a connection.
    async fn permit(&self, name: &str) -> Result<OwnedSemaphorePermit, Failure> {
        let calls = &self.0.calls;
        if let Ok(permit) = Arc::clone(calls).try_acquire_owned() {
            return Ok(permit);
        }
        let permit = profiling::contention::wait("wait for a call to end", Arc::clone(calls).acquire_owned());
        match tokio::time::timeout(self.patience(), permit).await {
            Ok(permit) => Ok(permit.expect("the semaphore of a client is never closed")),
            Err(_) => Err(Failure::new(
                FailureKind::Busy,
                format!(
                    "{name} was not asked: {} calls to it are under way, and none ended within {:?}; ask again \
                     later, or raise performance.connection_pools.ai_providers.max_active_connections",
                    self.0.max_calls,
                    self.patience()
                ),
            )),
        }
    }
}

impl fmt::Debug for Client {
    /// Without what the library prints, which knows headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let free = self.0.calls.available_permits().min(self.0.max_calls);
        f.debug_struct("Client")
            .field("max_calls", &self.0.max_calls)
            .field("calls", &(self.0.max_calls - free))
            .field("is_proxied", &self.is_proxied())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
