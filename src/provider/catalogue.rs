//! The providers and models as lists show them, and what each kind of provider needs and comes with.

mod models;

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::{Prices, builtin, prices};
use crate::config::model::Price;
use crate::config::{ProviderKind, Service};

/// A provider as lists show it.
#[derive(Debug, Clone)]
pub struct ProviderInfo {
    /// Configured name.
    pub name: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// Whether it has what it needs to be asked. Whether it answers, only a call can tell.
    pub available: bool,
    /// Why it cannot, for people; `None` when it can.
    pub reason: Option<String>,
    /// Base URL, when it has one.
    pub endpoint: Option<String>,
    /// Models that it is known to offer; it may offer others.
    pub models: Arc<[ModelInfo]>,
}

/// A model as lists show it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelInfo {
    /// What requests name it by.
    pub id: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// Most tokens in an answer; 0 when it has no meaning or nobody has said it.
    pub max_tokens: u32,
    /// Most tokens of prompt and answer together, where known.
    pub context_window: Option<u32>,
    /// List price in US dollars for a million tokens, where known.
    pub price: Option<Price>,
}

impl ModelInfo {
    /// A model of which only the id is said, with what is known of it.
    pub fn named(kind: ProviderKind, id: &str) -> ModelInfo {
        let named = ModelInfo {
            id: id.to_owned(),
            name: id.to_owned(),
            price: prices::listed(kind, id),
            ..ModelInfo::default()
        };
        named.filled(kind)
    }

    /// A model that a provider lists, with what is known of one of that id where the provider does not say; nothing is
    /// made up.
    pub fn filled(self, kind: ProviderKind) -> ModelInfo {
        let known = models::of(kind).iter().find(|model| model.id == self.id);
        let Some(known) = known else { return self };
        ModelInfo {
            name: if self.name == self.id {
                known.name.clone()
            } else {
                self.name
            },
            description: if self.description.is_empty() {
                known.description.clone()
            } else {
                self.description
            },
            max_tokens: if self.max_tokens == 0 {
                known.max_tokens
            } else {
                self.max_tokens
            },
            context_window: self.context_window.or(known.context_window),
            price: self.price.or(known.price),
            id: self.id,
        }
    }
}

impl ProviderInfo {
    /// The same with the prices that count here, the config's over the list's.
    pub fn with_prices(mut self, prices: &Prices) -> ProviderInfo {
        let priced = self.models.iter().map(|model| ModelInfo {
            price: prices.price(&self.name, self.kind, &model.id),
            ..model.clone()
        });
        self.models = priced.collect();
        self
    }
}

/// Where a kind of provider is found when nobody says otherwise; `None` where it could be anywhere.
pub fn default_endpoint(kind: ProviderKind) -> Option<&'static str> {
    match kind {
        ProviderKind::Ollama => Some("http://localhost:11434"),
        ProviderKind::OpenAi => Some("https://api.openai.com"),
        ProviderKind::DeepSeek => Some("https://api.deepseek.com"),
        ProviderKind::Anthropic => Some("https://api.anthropic.com"),
        ProviderKind::Builtin | ProviderKind::Custom => None,
    }
}

/// The model that is asked for when nobody names one: an everyday model of the company's own, for Ollama the one that the
/// Go plugin asked for. `None` where only its owner knows what a server has.
pub fn default_model(kind: ProviderKind) -> Option<&'static str> {
    match kind {
        ProviderKind::Ollama => Some("qwen2.5-coder:latest"),
        ProviderKind::OpenAi => Some("gpt-6.1-terra"),
        ProviderKind::DeepSeek => Some("deepseek-flash"),
        ProviderKind::Anthropic => Some("claude-sonnet-5-5"),
        ProviderKind::Builtin | ProviderKind::Custom => None,
    }
}

/// What a kind of provider is called among people; `None` for one that only its configured name tells apart.
pub fn display_name(kind: ProviderKind) -> Option<&'static str> {
    match kind {
        ProviderKind::Builtin => Some("Embedded engine"),
        ProviderKind::Ollama => Some("Ollama"),
        ProviderKind::OpenAi => Some("OpenAI"),
        ProviderKind::DeepSeek => Some("DeepSeek"),
        ProviderKind::Anthropic => Some("Anthropic"),
        ProviderKind::Custom => None,
    }
}

/// The embedded engine.
pub(super) fn builtin() -> ProviderInfo {
    ProviderInfo {
        name: builtin::NAME.into(),
        kind: ProviderKind::Builtin,
        available: true,
        reason: None,
        endpoint: None,
        models: Arc::clone(models::of(ProviderKind::Builtin)),
    }
}

/// A service from the config.
pub(super) fn configured(name: &str, service: &Service) -> ProviderInfo {
    let api_key = service.api_key.as_ref();
    let has_key = api_key.is_some_and(|key| !key.expose_secret().trim().is_empty());
    let reason = what_is_missing(name, service, has_key, service.endpoint.as_deref());
    let default = default_endpoint(service.provider).map(str::to_owned);
    ProviderInfo {
        name: name.into(),
        kind: service.provider,
        available: reason.is_none(),
        reason,
        endpoint: service.endpoint.clone().or(default),
        models: models_of(service),
    }
}

/// A kind that is known and not in the config.
pub(super) fn not_configured(kind: ProviderKind) -> ProviderInfo {
    let word = kind.as_str();
    let remedy = match key_variable(kind) {
        Some(variable) => format!("set the variable {variable} or ai.services.{word}.api_key"),
        None if kind == ProviderKind::Ollama => {
            format!("set the variable OLLAMA_ENDPOINT or ai.services.{word}.endpoint")
        }
        None => format!("set ai.services.{word}.endpoint"),
    };
    ProviderInfo {
        name: word.into(),
        kind,
        available: false,
        reason: Some(format!(
            "no service of the kind {word:?} is configured; {remedy}, or use the provider \"builtin\" (the embedded \
             engine)"
        )),
        endpoint: default_endpoint(kind).map(str::to_owned),
        models: Arc::clone(models::of(kind)),
    }
}

/// Why a service cannot be asked with such a key and endpoint, and what to do; `None` when it can.
///
/// A key is needed by the companies' own endpoints; one's own server behind the same interface may want none.
pub(super) fn what_is_missing(
    name: &str,
    service: &Service,
    has_key: bool,
    endpoint: Option<&str>,
) -> Option<String> {
    if !service.enabled {
        return Some(format!(
            "the provider {name:?} is switched off; set ai.services.{name}.enabled: true, or name another one"
        ));
    }
    if service.provider == ProviderKind::Custom && endpoint.is_none_or(|url| url.trim().is_empty()) {
        return Some(format!(
            "the provider {name:?} has no endpoint; set ai.services.{name}.endpoint to its base URL"
        ));
    }
    let variable = key_variable(service.provider)?;
    if has_key || !is_default(service.provider, endpoint) {
        return None;
    }
    Some(format!(
        "the provider {name:?} has no API key; set ai.services.{name}.api_key or the variable {variable}"
    ))
}

/// The variable that a key is usually given in; `None` for kinds that need no key.
fn key_variable(kind: ProviderKind) -> Option<&'static str> {
    match kind {
        ProviderKind::OpenAi => Some("OPENAI_API_KEY"),
        ProviderKind::DeepSeek => Some("DEEPSEEK_API_KEY"),
        ProviderKind::Anthropic => Some("ANTHROPIC_API_KEY"),
        ProviderKind::Builtin | ProviderKind::Ollama | ProviderKind::Custom => None,
    }
}

/// Whether a service is asked where its kind is found by default.
fn is_default(kind: ProviderKind, endpoint: Option<&str>) -> bool {
    let Some(endpoint) = endpoint.map(base).filter(|url| !url.is_empty()) else {
        return true;
    };
    default_endpoint(kind).is_some_and(|default| default.eq_ignore_ascii_case(endpoint))
}

/// An endpoint without what people add to it: `https://api.openai.com/v1/` is `https://api.openai.com`.
fn base(endpoint: &str) -> &str {
    let url = endpoint.trim().trim_end_matches('/');
    url.strip_suffix("/v1").unwrap_or(url).trim_end_matches('/')
}

/// The models that a service names; those of its kind where it names none that limit the choice.
fn models_of(service: &Service) -> Arc<[ModelInfo]> {
    let kind = service.provider;
    let known = models::of(kind);
    let is_known = |id: &str| known.iter().any(|model| model.id == id);
    let offers_known = service.models.is_empty() && is_default(kind, service.endpoint.as_deref());
    if offers_known && service.model.as_deref().is_none_or(is_known) {
        return Arc::clone(known);
    }
    let mut ids: Vec<&str> = service.model.as_deref().into_iter().collect();
    if offers_known {
        ids.extend(known.iter().map(|model| model.id.as_str()));
    }
    for id in &service.models {
        if !ids.contains(&id.as_str()) {
            ids.push(id);
        }
    }
    ids.into_iter().map(|id| ModelInfo::named(kind, id)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_models_asked_for_by_default_are_known_and_priced() {
        for kind in [
            ProviderKind::OpenAi,
            ProviderKind::DeepSeek,
            ProviderKind::Anthropic,
        ] {
            let model = ModelInfo::named(kind, default_model(kind).unwrap());
            assert!(model.max_tokens > 0 && model.price.is_some(), "{model:?}");
        }
    }

    use secrecy::SecretString;

    use super::*;

    const KINDS: [ProviderKind; 6] = [
        ProviderKind::Builtin,
        ProviderKind::Ollama,
        ProviderKind::OpenAi,
        ProviderKind::DeepSeek,
        ProviderKind::Anthropic,
        ProviderKind::Custom,
    ];

    fn service(provider: ProviderKind, key: Option<&str>, endpoint: Option<&str>) -> Service {
        Service {
            provider,
            api_key: key.map(SecretString::from),
            endpoint: endpoint.map(str::to_owned),
            ..Service::default()
        }
    }

    #[test]
    fn a_service_is_available_when_it_has_what_its_kind_needs() {
        use ProviderKind::{Anthropic, Builtin, Custom, DeepSeek, Ollama, OpenAi};
        for (kind, key, endpoint, missing) in [
            (Builtin, None, None, None),
            (Ollama, None, None, None),
            (OpenAi, Some("k"), None, None),
            (OpenAi, None, None, Some("OPENAI_API_KEY")),
            (OpenAi, Some(" "), None, Some("OPENAI_API_KEY")),
            (
                OpenAi,
                None,
                Some("https://api.openai.com/v1/"),
                Some("OPENAI_API_KEY"),
            ),
            (OpenAi, None, Some("http://localhost:8000"), None),
            (DeepSeek, None, None, Some("DEEPSEEK_API_KEY")),
            (Anthropic, None, None, Some("ANTHROPIC_API_KEY")),
            (Custom, None, None, Some("ai.services.mine.endpoint")),
            (Custom, None, Some("http://localhost:8000"), None),
        ] {
            let info = configured("mine", &service(kind, key, endpoint));
            let reason = info.reason.unwrap_or_default();
            assert_eq!(info.available, missing.is_none(), "{kind:?} {reason}");
            assert!(reason.contains(missing.unwrap_or_default()), "{kind:?} {reason}");
            assert_eq!(reason.is_empty(), missing.is_none(), "{kind:?} {reason}");
        }
    }

    #[test]
    fn a_service_that_is_switched_off_says_so_first() {
        let off = Service {
            enabled: false,
            ..service(ProviderKind::OpenAi, None, None)
        };
        let reason = configured("mine", &off).reason.unwrap_or_default();
        assert!(
            reason.contains("switched off") && reason.contains("ai.services.mine.enabled"),
            "{reason}"
        );
    }

    #[test]
    fn an_endpoint_that_nobody_gave_is_the_kinds_own() {
        for kind in KINDS {
            let default = default_endpoint(kind).map(str::to_owned);
            assert_eq!(not_configured(kind).endpoint, default);
            assert_eq!(
                configured("mine", &service(kind, Some("k"), None)).endpoint,
                default
            );
            let own = configured("mine", &service(kind, Some("k"), Some("http://own:1")));
            assert_eq!(own.endpoint.as_deref(), Some("http://own:1"));
        }
    }

    #[test]
    fn a_kind_that_is_not_configured_says_how_to() {
        for kind in KINDS {
            let info = not_configured(kind);
            let reason = info.reason.unwrap_or_default();
            assert!(
                !info.available && reason.contains(kind.as_str()) && reason.contains("set "),
                "{reason}"
            );
        }
    }

    #[test]
    fn known_models_have_plausible_figures_and_prices_from_the_table() {
        for kind in KINDS {
            let mut ids: Vec<&str> = models::of(kind).iter().map(|model| model.id.as_str()).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{kind:?} names a model twice");
            for model in models::of(kind).iter() {
                assert!(
                    !model.name.is_empty() && !model.description.is_empty(),
                    "{}",
                    model.id
                );
                assert_eq!(model.price, prices::listed(kind, &model.id), "{}", model.id);
                if let Some(window) = model.context_window {
                    assert!(model.max_tokens > 0 && model.max_tokens <= window, "{}", model.id);
                }
            }
        }
    }

    #[test]
    fn nothing_is_made_up_about_a_model_that_nobody_knows() {
        let model = ModelInfo::named(ProviderKind::Ollama, "qwen2.5-coder:latest");
        assert_eq!(
            (model.max_tokens, model.context_window, model.price),
            (0, None, None)
        );
        let dated = ModelInfo::named(ProviderKind::OpenAi, "gpt-5-2025-08-07");
        assert_eq!(dated.price.map(|price| price.input), Some(1.25));
        assert_eq!(dated.context_window, None);
    }

    #[test]
    fn a_services_own_models_come_first_and_limit_the_choice_where_they_are_listed() {
        let ids = |service: &Service| -> Vec<String> {
            models_of(service).iter().map(|model| model.id.clone()).collect()
        };
        let mut openai = service(ProviderKind::OpenAi, Some("k"), None);
        openai.model = Some("ft:mine".into());
        let offered = ids(&openai);
        assert_eq!(offered[0], "ft:mine");
        assert!(offered.iter().any(|id| id == "gpt-5"));
        openai.models = vec!["gpt-5".into(), "ft:mine".into()];
        assert_eq!(ids(&openai), ["ft:mine", "gpt-5"]);
        let own_server = Service {
            model: Some("llama".into()),
            ..service(ProviderKind::OpenAi, None, Some("http://localhost:8000"))
        };
        assert_eq!(ids(&own_server), ["llama"]);
    }

    #[test]
    fn lists_show_the_configs_prices() {
        let mut ai = crate::config::model::Ai::default();
        let own = Price {
            input: 42.0,
            output: 43.0,
            cached_input: None,
        };
        ai.prices.insert("mine/gpt-5".into(), own);
        let info = configured("mine", &service(ProviderKind::OpenAi, Some("k"), None));
        let priced = info.with_prices(&Prices::new(&ai));
        let price = |id: &str| {
            priced
                .models
                .iter()
                .find(|model| model.id == id)
                .and_then(|model| model.price)
        };
        assert_eq!(price("gpt-5"), Some(own));
        assert_eq!(price("gpt-4o"), prices::listed(ProviderKind::OpenAi, "gpt-4o"));
    }
}
