//! One service of the config, with what outlives a change of other settings: its connections, its breaker, what was
//! learned about its endpoint, and whether it is well.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use profiling::contention;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::breaker::Breaker;
use super::endpoint::Endpoint;
use super::health::Health;
use super::{
    Client, ClientSettings, Learned, ModelInfo, Provider, ProviderError, ProviderInfo, Target, catalogue,
    open,
};
use crate::config::{CircuitBreaker, ProviderKind, ProviderPool, Service};
use crate::telemetry::{Metrics, ProviderOperation};

/// How long a list of models is good for.
const LIST_IS_GOOD_FOR: Duration = Duration::from_secs(60);

/// One service over the network.
pub struct Member {
    /// Name in the config.
    pub name: String,
    /// Its settings; those of the catalogue where it is not in the config.
    pub service: Service,
    /// Where it is.
    pub endpoint: Option<Endpoint>,
    /// Keeps it from being asked while it fails.
    pub breaker: Arc<Breaker>,
    /// Whether it is well.
    pub health: Arc<Health>,
    model: Option<String>,
    is_configured: bool,
    shared: MemberSettings,
    client: Client,
    learned: Arc<Learned>,
    /// The provider for questions that bring nothing of their own.
    usual: OnceLock<Arc<dyn Provider>>,
    models: Mutex<Option<(Instant, Vec<ModelInfo>)>>,
    metrics: Arc<Metrics>,
}

/// Settings that all services share.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberSettings {
    /// Connections.
    pub pool: ProviderPool,
    /// The breaker.
    pub breaker: CircuitBreaker,
    /// Longest silence in a reply.
    pub stall_timeout: Duration,
}

/// What a question brings of its own, in place of the service's.
#[derive(Debug, Default)]
pub struct Own {
    /// Another endpoint.
    pub endpoint: Option<Endpoint>,
    /// A key.
    pub api_key: Option<SecretString>,
    /// Another model.
    pub model: Option<String>,
    /// Most tokens of the answer.
    pub max_tokens: Option<u32>,
}

impl Own {
    /// Nothing at all.
    pub fn is_empty(&self) -> bool {
        self.endpoint.is_none() && self.api_key.is_none() && self.model.is_none() && self.max_tokens.is_none()
    }
}

impl Member {
    /// From its settings. Nothing is opened yet.
    pub fn new(
        name: &str,
        service: Service,
        is_configured: bool,
        shared: MemberSettings,
        metrics: Arc<Metrics>,
    ) -> Member {
        // Only what is in the config has series of its own.
        let told = is_configured.then(|| name.to_owned());
        let endpoint = endpoint_of(&service);
        let client = Client::new(&ClientSettings {
            pool: &shared.pool,
            ca_file: service.ca_file.as_deref(),
            endpoint: endpoint.as_ref(),
        });
        Member {
            model: model_of(&service, endpoint.as_ref()),
            endpoint,
            breaker: Arc::new(Breaker::new(told, shared.breaker.clone(), Arc::clone(&metrics))),
            health: Arc::new(Health::new(
                name.to_owned(),
                is_configured.then(|| Arc::clone(&metrics)),
            )),
            name: name.to_owned(),
            service,
            is_configured,
            shared,
            client,
            learned: Arc::default(),
            usual: OnceLock::new(),
            models: Mutex::default(),
            metrics,
        }
    }

    /// Whether it was made from the same settings.
    pub fn is_like(&self, service: &Service, is_configured: bool, shared: &MemberSettings) -> bool {
        self.is_configured == is_configured && self.shared == *shared && same_service(&self.service, service)
    }

    /// What it speaks.
    pub fn kind(&self) -> ProviderKind {
        self.service.provider
    }

    /// The model that is asked for when a question names none.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Whether it stands in the config.
    pub fn is_configured(&self) -> bool {
        self.is_configured
    }

    /// As lists show it.
    pub fn info(&self) -> ProviderInfo {
        if self.is_configured {
            catalogue::configured(&self.name, &self.service)
        } else {
            catalogue::not_configured(self.kind())
        }
    }

    /// Why a question that brings this cannot be put to it, and what to do; `None` when it can.
    pub fn what_is_missing(&self, own: &Own) -> Option<String> {
        let has_key = own.api_key.is_some() || (self.may_use_its_key(own) && self.has_key());
        let endpoint = own.endpoint.as_ref().map(ToString::to_string);
        let endpoint = endpoint.as_deref().or(self.service.endpoint.as_deref());
        catalogue::what_is_missing(&self.name, &self.service, has_key, endpoint)
    }

    /// What makes calls for a question that brings this.
    pub fn provider(&self, own: Own, foreign: &Foreign) -> Result<Arc<dyn Provider>, ProviderError> {
        if own.is_empty()
            && let Some(usual) = self.usual.get()
        {
            return Ok(Arc::clone(usual));
        }
        let is_usual = own.is_empty();
        let provider = open(self.target(own, foreign)?);
        Ok(if is_usual {
            Arc::clone(self.usual.get_or_init(|| provider))
        } else {
            provider
        })
    }

    /// What is asked for a question that brings this, and with what.
    pub fn target(&self, own: Own, foreign: &Foreign) -> Result<Target, ProviderError> {
        let may_use_its_key = self.may_use_its_key(&own);
        let elsewhere = own
            .endpoint
            .filter(|endpoint| Some(endpoint) != self.endpoint.as_ref());
        let is_elsewhere = elsewhere.is_some();
        let Some(endpoint) = elsewhere.or_else(|| self.endpoint.clone()) else {
            return Err(ProviderError::Unavailable(format!(
                "the provider {:?} has no endpoint; set ai.services.{}.endpoint to its base URL",
                self.name, self.name
            )));
        };
        let client = if is_elsewhere {
            foreign.client(&endpoint)
        } else {
            self.client.clone()
        };
        let is_ours = self.is_configured && !is_elsewhere && own.api_key.is_none();
        let stored_key = self.service.api_key.clone().filter(|_| may_use_its_key);
        Ok(Target {
            name: self.name.clone(),
            kind: self.kind(),
            learned: if is_elsewhere {
                foreign.learned(&endpoint)
            } else {
                Arc::clone(&self.learned)
            },
            endpoint,
            api_key: own
                .api_key
                .or(stored_key)
                .filter(|key| !key.expose_secret().trim().is_empty()),
            model: own.model.or_else(|| self.model().map(str::to_owned)),
            max_tokens: own.max_tokens.or(self.service.max_tokens),
            temperature: self.service.temperature,
            top_p: self.service.top_p,
            // Extra headers may hold credentials: they stay with the endpoint that they were written for.
            headers: if is_elsewhere {
                Default::default()
            } else {
                self.service.headers.clone()
            },
            client,
            stall_timeout: self.shared.stall_timeout,
            metrics: is_ours.then(|| Arc::clone(&self.metrics)),
        })
    }

    /// The models that it offers, asked of it at most once a minute.
    pub async fn models(
        &self,
        own: Own,
        foreign: &Foreign,
        limit: Duration,
    ) -> Result<Vec<ModelInfo>, ProviderError> {
        if !own.is_empty() {
            let provider = self.provider(own, foreign)?;
            return self
                .timed(ProviderOperation::Models, limit, false, provider.models())
                .await;
        }
        let mut kept = contention::wait("wait for the list of models", self.models.lock()).await;
        if let Some((since, models)) = kept.as_ref()
            && since.elapsed() < LIST_IS_GOOD_FOR
        {
            return Ok(models.clone());
        }
        let provider = self.provider(own, foreign)?;
        let models = self
            .timed(ProviderOperation::Models, limit, true, provider.models())
            .await?;
        *kept = Some((Instant::now(), models.clone()));
        Ok(models)
    }

    /// Whether it is there, by a call that costs nothing.
    pub async fn probe(&self, own: Own, foreign: &Foreign, limit: Duration) -> Result<(), ProviderError> {
        let is_usual = own.is_empty();
        let provider = self.provider(own, foreign)?;
        self.timed(ProviderOperation::Health, limit, is_usual, provider.probe())
            .await
    }

    async fn timed<T>(
        &self,
        operation: ProviderOperation,
        limit: Duration,
        is_usual: bool,
        call: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let started = Instant::now();
        let outcome = tokio::time::timeout(limit, call).await;
        self.metrics
            .provider_call(&self.name, operation, started.elapsed());
        let outcome = outcome.unwrap_or_else(|_| Err(super::no_reply_within(&self.name, limit)));
        if is_usual {
            match &outcome {
                Ok(_) => self.health.seen_well(),
                Err(ProviderError::Failed(failure)) if failure.kind.means_not_up() => {
                    self.health.seen_failing()
                }
                Err(_) => {}
            }
        }
        outcome
    }

    /// A stored key is for the endpoint it was stored with, and for no other.
    fn may_use_its_key(&self, own: &Own) -> bool {
        own.endpoint
            .as_ref()
            .is_none_or(|endpoint| Some(endpoint) == self.endpoint.as_ref())
    }

    fn has_key(&self) -> bool {
        let key = self.service.api_key.as_ref();
        key.is_some_and(|key| !key.expose_secret().trim().is_empty())
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// The model that a service is asked for when a question names none.
pub fn usual_model(service: &Service) -> Option<String> {
    model_of(service, endpoint_of(service).as_ref())
}

fn endpoint_of(service: &Service) -> Option<Endpoint> {
    let written = service.endpoint.as_deref();
    let text = written.or(catalogue::default_endpoint(service.provider))?;
    Endpoint::parse(text).ok()
}

/// The model that the settings name, else the usual one of its kind. Another server behind the same interface has models
/// of its own.
fn model_of(service: &Service, endpoint: Option<&Endpoint>) -> Option<String> {
    let kind = service.provider;
    let named = service.model.as_deref().map(str::trim);
    if let Some(named) = named.filter(|model| !model.is_empty()) {
        return Some(named.to_owned());
    }
    let home = catalogue::default_endpoint(kind).and_then(|home| Endpoint::parse(home).ok());
    let is_at_home = kind == ProviderKind::Ollama || home.as_ref() == endpoint;
    catalogue::default_model(kind)
        .filter(|_| is_at_home)
        .map(str::to_owned)
}

fn same_service(one: &Service, other: &Service) -> bool {
    let secret = |key: &Option<SecretString>| key.as_ref().map(|key| key.expose_secret().to_owned());
    let headers = |service: &Service| -> Vec<(String, String)> {
        let pairs = service.headers.iter();
        pairs
            .map(|(name, value)| (name.clone(), value.0.expose_secret().to_owned()))
            .collect()
    };
    let plain = |service: &Service| {
        (
            service.enabled,
            service.provider,
            service.endpoint.clone(),
            service.model.clone(),
            service.max_tokens,
            service.timeout,
            service.temperature.map(f64::to_bits),
            service.top_p.map(f64::to_bits),
            service.models.clone(),
            service.ca_file.clone(),
            service.ca_content,
        )
    };
    plain(one) == plain(other)
        && secret(&one.api_key) == secret(&other.api_key)
        && headers(one) == headers(other)
}

/// What is kept for endpoints that came with requests: one client, and for each of them (the least used are forgotten)
/// its breaker and what was learned.
pub struct Foreign {
    settings: MemberSettings,
    metrics: Arc<Metrics>,
    clients: [OnceLock<Client>; 3],
    breakers: moka::sync::Cache<u64, Arc<Breaker>>,
    learned: moka::sync::Cache<u64, Arc<Learned>>,
    hasher: std::hash::RandomState,
}

/// Most endpoints of requests that something is remembered about.
const MOST_FOREIGN: u64 = 256;
/// How long after the last use.
const FOREIGN_IS_KEPT: Duration = Duration::from_secs(3600);

impl Foreign {
    /// Nothing is known yet.
    pub fn new(settings: MemberSettings, metrics: Arc<Metrics>) -> Foreign {
        Foreign {
            settings,
            metrics,
            clients: Default::default(),
            breakers: kept(),
            learned: kept(),
            hasher: std::hash::RandomState::new(),
        }
    }

    /// Whether it was made from the same settings.
    pub fn is_like(&self, settings: &MemberSettings) -> bool {
        self.settings == *settings
    }

    /// The breaker of an endpoint as one key sees it: somebody's wrong endpoint or rate limit is nobody else's.
    pub fn breaker(&self, endpoint: Option<&Endpoint>, key: Option<&SecretString>) -> Arc<Breaker> {
        use std::hash::BuildHasher;
        let name = (endpoint, key.map(|key| key.expose_secret()));
        self.breakers.get_with(self.hasher.hash_one(name), || {
            let breaker = Breaker::new(None, self.settings.breaker.clone(), Arc::clone(&self.metrics));
            Arc::new(breaker)
        })
    }

    fn learned(&self, endpoint: &Endpoint) -> Arc<Learned> {
        use std::hash::BuildHasher;
        self.learned
            .get_with(self.hasher.hash_one(endpoint), Arc::default)
    }

    fn client(&self, endpoint: &Endpoint) -> Client {
        // Proxies are for the way out, and authorities for TLS; a client has what its first endpoint needs.
        let client = &self.clients[match (endpoint.is_loopback(), endpoint.scheme()) {
            (false, _) => 0,
            (true, "http") => 1,
            (true, _) => 2,
        }];
        client
            .get_or_init(|| {
                Client::new(&ClientSettings {
                    pool: &self.settings.pool,
                    ca_file: None,
                    endpoint: Some(endpoint),
                })
            })
            .clone()
    }
}

fn kept<T: Clone + Send + Sync + 'static>() -> moka::sync::Cache<u64, T> {
    moka::sync::Cache::builder()
        .max_capacity(MOST_FOREIGN)
        .time_to_idle(FOREIGN_IS_KEPT)
        .build()
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Foreign").finish_non_exhaustive()
    }
}
