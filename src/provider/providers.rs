//! The providers of one config: who is meant, who stands in, and how a question is put to them.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota};
use tokio::time::Instant;

use super::breaker::Breaker;
use super::builtin::{self, Builtin};
use super::chain::{self, Answered, Judge, Link, Rules, Unanswered};
use super::endpoint::{Allowed, Endpoint};
use super::member::{self, Foreign, Member, MemberSettings, Own};
use super::prices::Prices;
use super::spending::Spending;
use super::{
    CompletionRequest, Failure, FailureKind, ModelInfo, Pace, Provider, ProviderError, ProviderInfo, Pulling,
    Together, Wish, catalogue, ollama,
};
use crate::config::{Config, ProviderKind, RateLimit, Retry, Service};
use crate::telemetry::{CircuitState, MetricLabels, Metrics};

/// Questions a minute, and at once, when a limit is switched on without saying how many.
const USUAL_RATE: u32 = 60;
const USUAL_BURST: u32 = 10;
/// Longest wait of the prober for one provider.
const PROBE_LIMIT: Duration = Duration::from_secs(10);

/// The providers of one config.
pub struct Providers {
    config: Arc<Config>,
    /// By name: the services of the config, and each kind that has none.
    members: BTreeMap<String, Arc<Member>>,
    engine: Link,
    foreign: Arc<Foreign>,
    allowed: Allowed,
    prices: Prices,
    limit: Option<Arc<Limit>>,
    spending: Arc<Spending>,
    /// Where limits are counted for all plugins.
    together: Option<Arc<dyn Together>>,
    metrics: Arc<Metrics>,
}

struct Limit {
    settings: RateLimit,
    pace: Pace,
    limiter: DefaultDirectRateLimiter,
}

/// Who will be asked, in order.
pub struct Plan {
    links: Vec<Link>,
    /// Where the first is asked; `None` for the embedded engine.
    pub endpoint: Option<Endpoint>,
    /// Whether the first is asked over the network, on another machine.
    pub leaves_the_machine: bool,
    /// For the asker, whatever the answer is.
    pub notes: Vec<String>,
}

impl Plan {
    /// Who is asked first.
    pub fn first(&self) -> &Link {
        &self.links[0]
    }
}

impl Providers {
    /// From a checked config. What `previous` has and the config did not change goes on: connections, breakers, what
    /// was learned.
    pub fn new(
        config: Arc<Config>,
        spending: Arc<Spending>,
        together: Option<Arc<dyn Together>>,
        metrics: Arc<Metrics>,
        previous: Option<&Providers>,
    ) -> Providers {
        let settings = MemberSettings {
            pool: config.performance.connection_pools.ai_providers.clone(),
            breaker: config.ai.circuit_breaker.clone(),
            stall_timeout: config.ai.stall_timeout,
        };
        let members = members(&config, &settings, &metrics, previous);
        let known: Vec<Endpoint> = members
            .values()
            .filter_map(|member| member.endpoint.clone())
            .chain(default_endpoints())
            .collect();
        let foreign = previous
            .filter(|previous| previous.foreign.is_like(&settings))
            .map_or_else(
                || Arc::new(Foreign::new(settings, Arc::clone(&metrics))),
                |previous| Arc::clone(&previous.foreign),
            );
        Providers {
            allowed: Allowed::new(&config.ai.allowed_endpoints, known.into_iter()),
            prices: Prices::new(&config.ai),
            limit: limit(&config.ai.rate_limit, previous),
            engine: engine(&config, &metrics),
            members,
            foreign,
            spending,
            together,
            metrics,
            config,
        }
    }

    /// Every provider: the embedded engine first, then configured services by name.
    pub fn list(&self) -> Vec<ProviderInfo> {
        let services = self.config.ai.services.iter();
        let configured = services
            .filter(|(name, _)| *name != builtin::NAME)
            .map(|(name, service)| catalogue::configured(name, service));
        std::iter::once(self.engine_info())
            .chain(configured)
            .map(|info| info.with_prices(&self.prices))
            .collect()
    }

    /// The known kinds that are not in the config.
    pub fn not_configured(&self) -> Vec<ProviderInfo> {
        let members = self.members.values();
        members
            .filter(|member| !member.is_configured())
            .map(|member| member.info().with_prices(&self.prices))
            .collect()
    }

    /// The one that a configured name, a kind or an alias means.
    ///
    /// # Errors
    /// `Unknown` for any other word.
    pub fn find(&self, name: &str) -> Result<ProviderInfo, ProviderError> {
        Ok(match self.named(name)? {
            Named::Engine(info) => info,
            Named::Member(member) => member.info().with_prices(&self.prices),
        })
    }

    /// The name of the one that answers when a question names none.
    pub fn default_name(&self) -> &str {
        &self.config.ai.default_service
    }

    /// Whether an endpoint may be named by a request or the page.
    pub fn may_use(&self, endpoint: &Endpoint) -> bool {
        self.allowed.permits(endpoint)
    }

    /// Who is asked for a wish, and who stands in.
    ///
    /// # Errors
    /// What the wish names is not there, may not be used, or lacks something; the text says what to do.
    pub fn plan(&self, wish: &Wish) -> Result<Plan, ProviderError> {
        let (member, own) = match self.meant(wish)? {
            None => {
                return Ok(Plan {
                    links: vec![self.engine.clone()],
                    endpoint: None,
                    leaves_the_machine: false,
                    notes: other_model(wish).into_iter().collect(),
                });
            }
            Some(meant) => meant,
        };
        if let Some(reason) = member.what_is_missing(&own) {
            return Err(ProviderError::Unavailable(reason));
        }
        let endpoint = own.endpoint.clone().or_else(|| member.endpoint.clone());
        let leaves_the_machine = endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_loopback());
        let is_set_up = member.is_configured() || !own.is_empty();
        let mut links = vec![self.link(&member, own)?];
        if !is_set_up {
            // Nobody stands in for what was never set up: whoever names it must hear what is missing.
            return Ok(Plan {
                links,
                endpoint,
                leaves_the_machine,
                notes: Vec::new(),
            });
        }
        for name in &self.config.ai.fallback_order {
            let Ok(Named::Member(later)) = self.named(name) else {
                continue;
            };
            let is_there = links.iter().any(|link| link.name == later.name);
            // What a request brings is for the provider that it names; only the length of the answer is for all.
            let own = Own {
                max_tokens: wish.max_tokens,
                ..Own::default()
            };
            if !is_there && later.what_is_missing(&own).is_none() {
                links.extend(self.link(&later, own));
            }
        }
        if self.engine_may_stand_in() {
            links.push(self.engine.clone());
        }
        Ok(Plan {
            links,
            endpoint,
            leaves_the_machine,
            notes: Vec::new(),
        })
    }

    /// Puts a question to a plan.
    ///
    /// # Errors
    /// Nobody answered; the first failure is told.
    pub async fn ask<J: Judge>(
        &self,
        plan: &Plan,
        request: &CompletionRequest,
        deadline: Instant,
        judge: &J,
    ) -> Result<Answered<J::Accepted>, Unanswered> {
        if plan.first().is_remote()
            && let Some(wait) = self.too_many().await
        {
            return Err(Unanswered {
                provider: plan.first().name.clone(),
                error: ProviderError::TooMany(wait),
                calls: 0,
            });
        }
        let rules = self.rules(&self.config.ai.retry);
        chain::ask(&plan.links, request, deadline, &rules, judge).await
    }

    /// Puts a question once more to the provider of the plan that answered it: one call, and nobody stands in.
    ///
    /// # Errors
    /// It gave no answer that passes the checks.
    pub async fn sample<J: Judge>(
        &self,
        plan: &Plan,
        provider: &str,
        request: &CompletionRequest,
        deadline: Instant,
        judge: &J,
    ) -> Result<Answered<J::Accepted>, Unanswered> {
        let links: Vec<Link> = plan
            .links
            .iter()
            .filter(|link| link.name == provider)
            .cloned()
            .collect();
        let once = Retry {
            enabled: false,
            max_attempts: 1,
            ..self.config.ai.retry.clone()
        };
        chain::ask(&links, request, deadline, &self.rules(&once), judge).await
    }

    fn rules<'a>(&'a self, retry: &'a Retry) -> Rules<'a> {
        Rules {
            retry,
            budget: &self.config.ai.budget,
            spending: &self.spending,
            together: self.together.as_deref(),
            metrics: &self.metrics,
            seed: RandomState::new().build_hasher().finish(),
        }
    }

    /// The models that a provider offers now, asked of it.
    ///
    /// # Errors
    /// It is not there, lacks something, or the call failed.
    pub async fn models(&self, wish: &Wish, limit: Duration) -> Result<Vec<ModelInfo>, ProviderError> {
        let Some((member, own)) = self.meant_for_lists(wish)? else {
            return Ok(self.engine_info().models.to_vec());
        };
        if let Some(reason) = member.what_is_missing(&own) {
            return Err(ProviderError::Unavailable(reason));
        }
        let models = member.models(own, &self.foreign, limit).await?;
        let priced = models.into_iter().map(|model| {
            let price = self.prices.price(&member.name, member.kind(), &model.id);
            ModelInfo {
                price,
                ..model.filled(member.kind())
            }
        });
        Ok(priced.collect())
    }

    /// Whether a provider is there, by a call that costs nothing.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn probe(&self, wish: &Wish, limit: Duration) -> Result<(), ProviderError> {
        let Some((member, own)) = self.meant_for_lists(wish)? else {
            return Ok(());
        };
        match member.what_is_missing(&own) {
            Some(reason) => Err(ProviderError::Unavailable(reason)),
            None => member.probe(own, &self.foreign, limit).await,
        }
    }

    /// Has an Ollama service get a model; `tell` hears of each step.
    ///
    /// # Errors
    /// There is no such service, or it could not.
    pub async fn pull(
        &self,
        name: &str,
        model: &str,
        tell: impl FnMut(Pulling) + Send,
    ) -> Result<(), ProviderError> {
        let Named::Member(member) = self.named(name)? else {
            return Err(ProviderError::Unavailable(format!(
                "{name:?} is not an Ollama service"
            )));
        };
        let target = member.target(Own::default(), &self.foreign)?;
        ollama::pull(target, model, tell).await
    }

    /// Looks at every configured provider that no question has shown to be well within `interval`.
    pub async fn look(&self, interval: Duration) {
        let unseen = self.members.values().filter(|member| {
            member.is_configured()
                && member.what_is_missing(&Own::default()).is_none()
                && !member.health.was_well_within(interval)
        });
        let looks = unseen.map(|member| async move {
            let limit = PROBE_LIMIT.min(interval);
            if let Err(error) = member.probe(Own::default(), &self.foreign, limit).await {
                tracing::debug!(provider = %member.name, reason = %error, "a look at the provider failed");
            }
        });
        join_all(looks).await;
    }

    /// What is wrong with a provider now, in a word or two for operators; `None` when nothing is known to be.
    pub fn trouble(&self, name: &str) -> Option<&'static str> {
        let member = self.members.get(name)?;
        match member.breaker.state() {
            CircuitState::Open => Some("circuit open"),
            CircuitState::HalfOpen => Some("circuit half-open"),
            CircuitState::Closed if member.health.is_well() == Some(false) => Some("failing"),
            CircuitState::Closed => None,
        }
    }

    fn link(&self, member: &Arc<Member>, own: Own) -> Result<Link, ProviderError> {
        let is_elsewhere = own
            .endpoint
            .as_ref()
            .is_some_and(|endpoint| Some(endpoint) != member.endpoint.as_ref());
        // What is not in the config either was set up by whoever asks.
        let is_askers_own =
            is_elsewhere || own.api_key.is_some() || own.model.is_some() || !member.is_configured();
        let model = own.model.clone().or_else(|| member.model().map(str::to_owned));
        if let Some(model) = &own.model {
            offered(member, model)?;
        }
        let breaker = if is_elsewhere || own.api_key.is_some() {
            let endpoint = own.endpoint.as_ref().or(member.endpoint.as_ref());
            self.foreign.breaker(endpoint, own.api_key.as_ref())
        } else {
            Arc::clone(&member.breaker)
        };
        let model = model.unwrap_or_default();
        Ok(Link {
            name: member.name.clone(),
            kind: member.kind(),
            // What somebody else pays for, or an unknown server, has no price here.
            price: (!is_elsewhere && own.api_key.is_none())
                .then(|| self.prices.price(&member.name, member.kind(), &model))
                .flatten(),
            model,
            provider: member.provider(own, &self.foreign)?,
            breaker,
            health: (!is_elsewhere).then(|| Arc::clone(&member.health)),
            call_limit: member.service.timeout,
            is_askers_own,
        })
    }

    /// The service that a wish means, with what the wish brings; `None` for the embedded engine.
    fn meant(&self, wish: &Wish) -> Result<Option<(Arc<Member>, Own)>, ProviderError> {
        let named = match (&wish.provider, &wish.model) {
            (Some(name), _) => self.named(name)?,
            (None, Some(model)) => self.that_offers(model)?,
            (None, None) => self.named(self.default_name())?,
        };
        let member = match named {
            Named::Engine(info) => {
                return match info.reason {
                    Some(reason) => Err(ProviderError::Unavailable(reason)),
                    None => self.engine_takes(wish).map(|()| None),
                };
            }
            Named::Member(member) => member,
        };
        let endpoint = match &wish.endpoint {
            None => None,
            Some(text) => Some(self.permitted(text)?),
        };
        let own = Own {
            endpoint: endpoint.filter(|endpoint| Some(endpoint) != member.endpoint.as_ref()),
            api_key: wish.api_key.clone(),
            model: wish
                .model
                .clone()
                .filter(|model| Some(model.as_str()) != member.model()),
            max_tokens: wish
                .max_tokens
                .filter(|most| Some(*most) != member.service.max_tokens),
        };
        Ok(Some((member, own)))
    }

    /// The same for calls that no model answers.
    fn meant_for_lists(&self, wish: &Wish) -> Result<Option<(Arc<Member>, Own)>, ProviderError> {
        let meant = self.meant(&Wish {
            model: None,
            max_tokens: None,
            ..wish.clone()
        })?;
        Ok(meant)
    }

    fn permitted(&self, text: &str) -> Result<Endpoint, ProviderError> {
        let endpoint = Endpoint::parse(text).map_err(|why| {
            ProviderError::Unavailable(format!("the endpoint in the request is not usable: {why}"))
        })?;
        if self.allowed.permits(&endpoint) {
            return Ok(endpoint);
        }
        Err(ProviderError::Unavailable(format!(
            "the endpoint in the request ({}) may not be used here; an operator can allow it with ai.allowed_endpoints, \
             or configure it as a service under ai.services",
            endpoint.host()
        )))
    }

    fn named(&self, name: &str) -> Result<Named, ProviderError> {
        let wanted = name.trim();
        let service = self
            .config
            .ai
            .services
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        if let Some((name, service)) = service {
            return Ok(match self.members.get(name) {
                Some(member) => Named::Member(Arc::clone(member)),
                None => Named::Engine(catalogue::configured(name, service)),
            });
        }
        match ProviderKind::parse(wanted) {
            Some(ProviderKind::Builtin) => Ok(Named::Engine(self.engine_info())),
            Some(kind) => Ok(Named::Member(Arc::clone(self.of_kind(kind)))),
            None => Err(ProviderError::Unknown(format!(
                "no provider is called {wanted:?}; there are: {}",
                self.list()
                    .iter()
                    .map(|info| info.name.clone())
                    .collect::<Vec<_>>()
                    .join(", ")
            ))),
        }
    }

    /// The first configured service of a kind, else the kind as it is known without a config.
    fn of_kind(&self, kind: ProviderKind) -> &Arc<Member> {
        let of_kind = |configured: bool| {
            self.members
                .values()
                .find(move |member| member.kind() == kind && member.is_configured() == configured)
        };
        of_kind(true)
            .or_else(|| of_kind(false))
            .expect("each kind has a member")
    }

    /// Who offers a model that was asked for without saying whose it is.
    fn that_offers(&self, model: &str) -> Result<Named, ProviderError> {
        let default = self.named(self.default_name())?;
        if let Named::Member(_) = default {
            return Ok(default);
        }
        let names_it = |service: &Service| {
            service.model.as_deref() == Some(model) || service.models.iter().any(|known| known == model)
        };
        let offering = self
            .members
            .values()
            .find(|member| member.is_configured() && member.service.enabled && names_it(&member.service));
        Ok(offering.map_or(default, |member| Named::Member(Arc::clone(member))))
    }

    /// The embedded engine has no endpoint.
    fn engine_takes(&self, wish: &Wish) -> Result<(), ProviderError> {
        if wish.endpoint.is_some() {
            return Err(ProviderError::Unavailable(
                "the embedded engine has no endpoint; name the provider that is found there (ollama, openai, deepseek, \
                 anthropic, custom), or leave the endpoint out"
                    .into(),
            ));
        }
        Ok(())
    }

    fn engine_info(&self) -> ProviderInfo {
        match self.config.ai.services.get_key_value(builtin::NAME) {
            Some((name, service)) => catalogue::configured(name, service),
            None => catalogue::builtin(),
        }
    }

    fn engine_may_stand_in(&self) -> bool {
        let services = self.config.ai.services.values();
        !services
            .into_iter()
            .any(|service| service.provider == ProviderKind::Builtin && !service.enabled)
    }

    /// How long to wait when too many questions came; `None` when this one may go on, and is counted.
    async fn too_many(&self) -> Option<Duration> {
        let limit = self.limit.as_ref()?;
        let for_all = match &self.together {
            Some(together) => together.take_place(limit.pace).await,
            None => None,
        };
        if let Some(Err(wait)) = for_all {
            return Some(wait);
        }
        // Also counted here, so that this plugin's own line is as long as it should be when it is the only one that counts.
        let alone = limit.limiter.check();
        match for_all {
            Some(_) => None,
            None => alone
                .err()
                .map(|refusal| refusal.wait_time_from(DefaultClock::default().now())),
        }
    }

    /// Tells the other plugins what this one has spent, and hears what they have. For now and then: each question that
    /// costs money does so by itself.
    pub async fn share_spending(&self) {
        if let Some(together) = self.together.as_deref()
            && self.config.ai.budget.is_set()
        {
            self.spending.share(together).await;
        }
    }
}

/// Says that the model in a wish is not the embedded engine's. Pages send the last model along that was chosen in them,
/// so it is no reason to give no answer.
fn other_model(wish: &Wish) -> Option<String> {
    let model = wish.model.as_deref()?;
    let is_ours = model.eq_ignore_ascii_case(builtin::MODEL)
        || ProviderKind::parse(model) == Some(ProviderKind::Builtin);
    (!is_ours).then(|| {
        "the model asked for was not used: the embedded engine has none of that name; name the provider that offers it"
            .to_owned()
    })
}

enum Named {
    Engine(ProviderInfo),
    Member(Arc<Member>),
}

/// Refuses a model that the service does not list, where it lists any.
fn offered(member: &Member, model: &str) -> Result<(), ProviderError> {
    let listed = &member.service.models;
    if listed.is_empty() || listed.iter().any(|known| known == model) {
        return Ok(());
    }
    Err(ProviderError::Unavailable(format!(
        "{} does not offer the model in the request; it offers: {}",
        member.name,
        listed.join(", ")
    )))
}

fn members(
    config: &Config,
    settings: &MemberSettings,
    metrics: &Arc<Metrics>,
    previous: Option<&Providers>,
) -> BTreeMap<String, Arc<Member>> {
    let make = |name: &str, service: &Service, is_configured: bool| {
        let standing = previous.and_then(|previous| previous.members.get(name));
        let member = standing
            .filter(|member| member.is_like(service, is_configured, settings))
            .cloned();
        let member = member.unwrap_or_else(|| {
            Arc::new(Member::new(
                name,
                service.clone(),
                is_configured,
                settings.clone(),
                Arc::clone(metrics),
            ))
        });
        (name.to_owned(), member)
    };
    let services = config.ai.services.iter();
    let mut members: BTreeMap<String, Arc<Member>> = services
        .filter(|(_, service)| service.provider != ProviderKind::Builtin)
        .map(|(name, service)| make(name, service, true))
        .collect();
    for kind in REMOTE_KINDS {
        if !members.values().any(|member| member.kind() == kind) && !members.contains_key(kind.as_str()) {
            let service = Service {
                provider: kind,
                ..Service::default()
            };
            members.extend([make(kind.as_str(), &service, false)]);
        }
    }
    members
}

const REMOTE_KINDS: [ProviderKind; 5] = [
    ProviderKind::Ollama,
    ProviderKind::OpenAi,
    ProviderKind::DeepSeek,
    ProviderKind::Anthropic,
    ProviderKind::Custom,
];

fn default_endpoints() -> impl Iterator<Item = Endpoint> {
    REMOTE_KINDS
        .into_iter()
        .filter_map(|kind| Endpoint::parse(catalogue::default_endpoint(kind)?).ok())
}

fn engine(config: &Config, metrics: &Arc<Metrics>) -> Link {
    let services = config.ai.services.iter();
    let name = services
        .into_iter()
        .find(|(_, service)| service.provider == ProviderKind::Builtin && service.enabled)
        .map_or(builtin::NAME, |(name, _)| name.as_str());
    Link {
        name: name.into(),
        kind: ProviderKind::Builtin,
        model: builtin::MODEL.into(),
        provider: Arc::new(Builtin) as Arc<dyn Provider>,
        breaker: Arc::new(Breaker::new(
            None,
            config.ai.circuit_breaker.clone(),
            Arc::clone(metrics),
        )),
        health: None,
        call_limit: None,
        is_askers_own: false,
        price: None,
    }
}

fn limit(settings: &RateLimit, previous: Option<&Providers>) -> Option<Arc<Limit>> {
    let is_on = settings.enabled.unwrap_or(settings.requests_per_minute.is_some());
    if !is_on {
        return None;
    }
    if let Some(standing) = previous.and_then(|previous| previous.limit.as_ref())
        && standing.settings == *settings
    {
        return Some(Arc::clone(standing));
    }
    let number =
        |given: Option<u32>, usual: u32| NonZeroU32::new(given.unwrap_or(usual)).unwrap_or(NonZeroU32::MIN);
    let rate = number(settings.requests_per_minute, USUAL_RATE);
    let burst = number(settings.burst_size, USUAL_BURST);
    let quota = Quota::per_minute(rate).allow_burst(burst);
    Some(Arc::new(Limit {
        settings: settings.clone(),
        pace: Pace {
            every: Duration::from_secs(60) / rate.get(),
            burst: burst.get(),
        },
        limiter: DefaultDirectRateLimiter::direct(quota),
    }))
}

/// The providers and models of a config, as metrics name them. Only so many have series of their own, so those that are
/// asked first come first: the default service, the fallbacks in order, the others; of each, the model that it is asked
/// for when a question names none, and the further ones that it offers when there is room.
pub fn metric_labels(config: &Config) -> MetricLabels {
    let ai = &config.ai;
    let asked_first = std::iter::once(&ai.default_service).chain(&ai.fallback_order);
    let named: Vec<(&String, &Service)> = asked_first
        .filter_map(|name| ai.services.get_key_value(name))
        .chain(&ai.services)
        .collect();
    let usual = named.iter().filter_map(|(name, service)| {
        let model = member::usual_model(service)?;
        Some(((*name).clone(), model))
    });
    let further = named.iter().flat_map(|(name, service)| {
        let models = service.models.iter();
        models.map(|model| ((*name).clone(), model.clone()))
    });
    MetricLabels::default().and(&MetricLabels {
        providers: named.iter().map(|(name, _)| (*name).clone()).collect(),
        models: usual.chain(further).collect(),
    })
}

/// The failure of a call that took too long.
pub(super) fn no_reply_within(name: &str, limit: Duration) -> ProviderError {
    ProviderError::Failed(Failure::new(
        FailureKind::Timeout,
        format!("{name} did not reply within {:.1} s", limit.as_secs_f64()),
    ))
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Providers")
            .field("members", &self.members)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
