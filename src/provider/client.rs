//! The pooled HTTP client of a provider: connections, certificates, proxies, and how many calls go at once.

mod body;
mod framing;
mod learned;
mod mask;
mod peer;
mod proxies;
mod resolve;
mod said;
mod status;
mod trouble;
mod wait;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Environment;
use crate::config::model::ProviderPool;

use super::{Endpoint, Failure, FailureKind, ProviderError};
use proxies::Proxies;

pub use learned::Learned;

pub(super) use body::Answer;
pub(super) use framing::{Documents, Fault, Progress, each, read};
pub(super) use learned::{Given, Habits, Level, Limit, Thinking};
pub(super) use peer::{Peer, Rejection};
pub(super) use said::Said;

/// Who calls.
const USER_AGENT: &str = concat!("atest-ext-ai/", env!("CARGO_PKG_VERSION"));

/// How long an HTTP/2 connection may be silent under a call before it is asked whether it lives, and how long it has
/// to answer. Without, a connection that a router has forgotten holds up every call on it.
const H2_PING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));

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
pub struct Client {
    http: reqwest::Client,
    calls: Arc<Semaphore>,
    /// Most calls at once, for messages.
    max_calls: usize,
    /// Longest time to connect, and to wait until fewer calls are under way.
    patience: Duration,
    /// Whether any authority is trusted.
    has_authorities: bool,
    /// Whether calls to other machines may go through a proxy.
    is_proxied: bool,
}

impl Client {
    /// With the proxies that the environment names. Opens no connection yet.
    ///
    /// # Errors
    /// `Unavailable` when the certificates or a proxy variable cannot be used.
    pub fn new(settings: &ClientSettings<'_>) -> Result<Client, ProviderError> {
        Client::through(settings, &Proxies::of(&Environment::of_this_process()))
    }

    /// With these proxies, for endpoints that are not on this machine.
    fn through(settings: &ClientSettings<'_>, proxies: &Proxies) -> Result<Client, ProviderError> {
        let pool = settings.pool;
        let is_local = settings.endpoint.is_some_and(Endpoint::is_loopback);
        let own = own_authorities(settings.ca_file)?;
        let start = || -> Result<ClientBuilder, ProviderError> {
            let builder = reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .connect_timeout(pool.connection_timeout)
                .pool_idle_timeout(pool.idle_timeout)
                .pool_max_idle_per_host(pool.max_idle_connections)
                .http2_keep_alive_interval(H2_PING.0)
                .http2_keep_alive_timeout(H2_PING.1)
                // Followed, a redirect would carry the question, and at the same host the key, to a place that
                // nobody has allowed.
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .dns_resolver(resolve::Resolver)
                // Only the proxies that are given; the library's own look at the environment is off.
                .no_proxy();
            if is_local {
                Ok(builder)
            } else {
                proxies.apply(builder)
            }
        };
        // Nobody is met over TLS, so the system's 150 authorities need not be in memory.
        let needs_authorities = !(is_local && settings.endpoint.is_some_and(|at| at.scheme() == "http"));
        let (http, has_authorities) = build(start, own, needs_authorities)?;
        let max_calls = pool.max_active_connections.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Client {
            http,
            calls: Arc::new(Semaphore::new(max_calls)),
            max_calls,
            patience: pool.connection_timeout,
            has_authorities,
            is_proxied: !is_local && !proxies.is_empty(),
        })
    }

    /// Waits until fewer than the most calls are under way, as long as for a connection.
    async fn permit(&self, name: &str) -> Result<OwnedSemaphorePermit, Failure> {
        if let Ok(permit) = Arc::clone(&self.calls).try_acquire_owned() {
            return Ok(permit);
        }
        match tokio::time::timeout(self.patience, Arc::clone(&self.calls).acquire_owned()).await {
            Ok(permit) => Ok(permit.expect("the semaphore of a client is never closed")),
            Err(_) => Err(Failure::new(
                FailureKind::Busy,
                format!(
                    "{name} was not asked: {} calls to it are under way, and none ended within {:?}; ask again \
                     later, or raise performance.connection_pools.ai_providers.max_active_connections",
                    self.max_calls, self.patience
                ),
            )),
        }
    }
}

impl fmt::Debug for Client {
    /// Without what the library prints, which knows headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("max_calls", &self.max_calls)
            .field(
                "calls",
                &(self.max_calls - self.calls.available_permits().min(self.max_calls)),
            )
            .field("is_proxied", &self.is_proxied)
            .finish_non_exhaustive()
    }
}

/// The client, and whether it trusts anybody.
fn build(
    start: impl Fn() -> Result<ClientBuilder, ProviderError>,
    own: Vec<Certificate>,
    needs_authorities: bool,
) -> Result<(reqwest::Client, bool), ProviderError> {
    let only_own = |own: Vec<Certificate>| {
        let has_own = !own.is_empty();
        match start()?.tls_certs_only(own).build() {
            Ok(http) => Ok((http, has_own)),
            Err(error) => Err(ProviderError::Unavailable(format!(
                "no HTTP client can be made: {}; check ca_file",
                trouble::root_cause(&error)
            ))),
        }
    };
    if !needs_authorities {
        return only_own(own);
    }
    match start()?.tls_certs_merge(own.clone()).build() {
        Ok(http) => Ok((http, true)),
        // A machine without certificates of authorities can still reach what needs none; a call that does says so.
        Err(_) => only_own(own),
    }
}

fn own_authorities(ca_file: Option<&Path>) -> Result<Vec<Certificate>, ProviderError> {
    let Some(path) = ca_file else {
        return Ok(Vec::new());
    };
    let unusable = |reason: String| {
        ProviderError::Unavailable(format!(
            "the ca_file {} cannot be used: {reason}; name a file of PEM certificates",
            path.display()
        ))
    };
    let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem)
        .map_err(|error| unusable(trouble::root_cause(&error).to_string()))?;
    if found.is_empty() {
        return Err(unusable("it holds no certificate".into()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
