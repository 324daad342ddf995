//! How the library's HTTP client is made: certificates, proxies, and what keeps its connections alive.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder};

use crate::config::model::ProviderPool;
use crate::provider::Endpoint;

use super::{ClientSettings, Http, Proxies, resolve, trouble};

/// Who calls.
const USER_AGENT: &str = concat!("atest-ext-ai/", env!("CARGO_PKG_VERSION"));

/// How long an HTTP/2 connection may be silent under a call before it is asked whether it lives, and how long it has
/// to answer. Without, a connection that a router has forgotten holds up every call on it.
const H2_PING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));

/// What is needed to make a client, later and elsewhere.
#[derive(Clone)]
pub(super) struct Recipe {
    pub pool: ProviderPool,
    ca_file: Option<PathBuf>,
    /// For other machines; `None` for a client of this one.
    pub proxies: Option<Proxies>,
    /// Somebody is met over TLS; else the system's 150 authorities need not be in memory.
    needs_authorities: bool,
}

impl Recipe {
    pub fn of(settings: &ClientSettings<'_>, proxies: Proxies) -> Recipe {
        let is_local = settings.endpoint.is_some_and(Endpoint::is_loopback);
        let is_plain = settings.endpoint.is_some_and(|at| at.scheme() == "http");
        Recipe {
            pool: settings.pool.clone(),
            ca_file: settings.ca_file.map(Path::to_owned),
            proxies: (!is_local).then_some(proxies),
            needs_authorities: !(is_local && is_plain),
        }
    }

    /// The client. Reads files, so it blocks.
    ///
    /// # Errors
    /// Why the certificates or a proxy variable cannot be used, and what to do.
    pub fn build(&self) -> Result<Http, String> {
        let own = own_authorities(self.ca_file.as_deref())?;
        if self.needs_authorities
            && let Ok(client) = self.start()?.tls_certs_merge(own.clone()).build()
        {
            return Ok(Http {
                client,
                has_authorities: true,
            });
        }
        // A machine without certificates of authorities can still reach what needs none; a call that does says so.
        let has_authorities = !own.is_empty();
        match self.start()?.tls_certs_only(own).build() {
            Ok(client) => Ok(Http {
                client,
                has_authorities,
            }),
            Err(error) => Err(format!(
                "no HTTP client can be made: {}; check ca_file",
                trouble::root_cause(&error)
            )),
        }
    }

    fn start(&self) -> Result<ClientBuilder, String> {
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.pool.connection_timeout)
            .pool_idle_timeout(self.pool.idle_timeout)
            .pool_max_idle_per_host(self.pool.max_idle_connections)
            .http2_keep_alive_interval(H2_PING.0)
            .http2_keep_alive_timeout(H2_PING.1)
            // Followed, a redirect would carry the question, and at the same host the key, to a place that nobody has
            // allowed.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .dns_resolver(resolve::Resolver)
            // Only the proxies that are given; the library's own look at the environment is off.
            .no_proxy();
        match &self.proxies {
            Some(proxies) => proxies.apply(builder),
            None => Ok(builder),
        }
    }
}

fn own_authorities(ca_file: Option<&Path>) -> Result<Vec<Certificate>, String> {
    let Some(path) = ca_file else {
        return Ok(Vec::new());
    };
    let unusable = |reason: String| {
        format!(
            "the ca_file {} cannot be used: {reason}; name a file of PEM certificates",
            path.display()
        )
    };
    let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem)
        .map_err(|error| unusable(trouble::root_cause(&error).to_string()))?;
    if found.is_empty() {
        return Err(unusable("it holds no certificate".into()));
    }
    Ok(found)
}
