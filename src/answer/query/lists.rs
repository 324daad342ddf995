//! Who can answer, and with which models: `providers`, `models`, `models_catalog`.
//!
//! `models_catalog` tells what is known without asking anybody, for a settings page that opens. The other two ask the
//! providers themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Map, Value, json};

use super::parameters::Parameters;
use super::reply::{Pair, Reply};
use super::{QueryError, StoreContext, settings};
use crate::answer::{AnswerService, ProviderWish, Snapshot};
use crate::config::{ProviderKind, Service};
use crate::provider::{ModelInfo, ProviderInfo, display_name};

/// Longest wait for a provider's list when a request does not say.
const LIST_LIMIT: Duration = Duration::from_secs(8);

/// `providers`: those that answer now, or all of them with the reason why not.
pub(super) async fn providers(service: &AnswerService, sql: &str) -> Result<Vec<Pair>, QueryError> {
    let include_unavailable = Parameters::optional(sql)?
        .flag("include_unavailable")
        .unwrap_or(false);
    let snapshot = service.snapshot();
    let mut asked = asked_now(&snapshot, snapshot.providers.list()).await;
    if include_unavailable {
        asked.extend(snapshot.providers.not_configured());
    }
    let now = jiff::Timestamp::now().to_string();
    let listed: Vec<Value> = asked
        .iter()
        .filter(|provider| provider.available || include_unavailable)
        .map(|provider| one_provider(provider, &now))
        .collect();
    Ok(Reply::new()
        .with("count", listed.len().to_string())
        .with_json("providers", &Value::Array(listed))
        .success(true)
        .done())
}

/// `models_catalog`: what a settings page shows, by provider.
pub(super) fn models_catalog(service: &AnswerService, sql: &str) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::optional(sql)?;
    let snapshot = service.snapshot();
    let (listed, asked) = match parameters.text("provider")? {
        None => {
            let mut listed = snapshot.providers.list();
            listed.extend(snapshot.providers.not_configured());
            (listed, None)
        }
        Some(name) => {
            let found = snapshot.providers.find(name);
            (vec![found.map_err(|e| not_found(&e))?], Some(name))
        }
    };
    let catalog: Map<String, Value> = listed
        .iter()
        .map(|provider| {
            let service = snapshot.config.ai.services.get(&provider.name);
            (provider.name.clone(), catalog_entry(provider, service))
        })
        .collect();
    let reply = Reply::new()
        .with_json("catalog", &Value::Object(catalog))
        .success(true);
    Ok(match asked {
        None => reply.done(),
        Some(name) => reply.with("provider", name).done(),
    })
}

/// `models`: of one provider, or of each configured one that answers now.
pub(super) async fn models(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::optional(sql)?;
    let snapshot = service.snapshot();
    let Some(name) = parameters.text("provider")? else {
        let asked = asked_now(&snapshot, snapshot.providers.list()).await;
        let by_provider: BTreeMap<&str, Value> = asked
            .iter()
            .filter(|provider| provider.available)
            .map(|provider| (provider.name.as_str(), models_of(provider.models.iter())))
            .collect();
        return Ok(Reply::new()
            .with_json("models", &json!(by_provider))
            .success(true)
            .done());
    };
    let home = |name: &str| snapshot.providers.find(name).ok()?.endpoint;
    let (wish, _) = settings::wish(&parameters, context, home)?;
    let limit = wish.timeout.unwrap_or(LIST_LIMIT);
    // A page falls back to its catalogue on "not found". An invented list would be worse: none of it could be used.
    let listed = snapshot
        .providers
        .models(&wish, limit)
        .await
        .map_err(|error| not_found(&error))?;
    Ok(Reply::new()
        .with_json("models", &models_of(listed.iter()))
        .with("provider", name)
        .with("count", listed.len().to_string())
        .success(true)
        .done())
}

/// The same providers with what they say themselves: their models, or why they do not answer.
async fn asked_now(snapshot: &Snapshot, providers: Vec<ProviderInfo>) -> Vec<ProviderInfo> {
    let asked = providers.into_iter().map(|info| async move {
        if !info.available {
            return info;
        }
        let wish = ProviderWish {
            provider: Some(info.name.clone()),
            ..ProviderWish::default()
        };
        match snapshot.providers.models(&wish, LIST_LIMIT).await {
            Ok(models) => ProviderInfo {
                models: models.into(),
                ..info
            },
            Err(error) => ProviderInfo {
                available: false,
                reason: Some(error.to_string()),
                ..info
            },
        }
    });
    join_all(asked).await
}

/// The sentence for a provider that cannot answer.
pub(super) fn why_not(provider: &ProviderInfo) -> String {
    match &provider.reason {
        Some(reason) if !reason.trim().is_empty() => reason.clone(),
        _ => format!("the provider {} cannot answer now", provider.name),
    }
}

/// Where a provider runs: on this machine, or at a company's.
pub(super) fn category(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Builtin | ProviderKind::Ollama => "local",
        ProviderKind::OpenAi | ProviderKind::DeepSeek | ProviderKind::Anthropic | ProviderKind::Custom => {
            "cloud"
        }
    }
}

pub(super) fn requires_api_key(kind: ProviderKind) -> bool {
    match kind {
        // A server of one's own that is OpenAI-compatible may want a key or not.
        ProviderKind::Builtin | ProviderKind::Ollama | ProviderKind::Custom => false,
        ProviderKind::OpenAi | ProviderKind::DeepSeek | ProviderKind::Anthropic => true,
    }
}

fn one_provider(provider: &ProviderInfo, now: &str) -> Value {
    let mut value = json!({
        "name": provider.name,
        "type": category(provider.kind),
        "available": provider.available,
        "endpoint": provider.endpoint.as_deref().unwrap_or_default(),
        "models": models_of(provider.models.iter()),
        "last_checked": now,
        "config": {
            "requires_api_key": requires_api_key(provider.kind),
            "provider_type": category(provider.kind),
        },
    });
    tell_why_not(&mut value, provider);
    value
}

/// What is known of a provider, with what is set for it, which a form shows before it is changed.
fn catalog_entry(provider: &ProviderInfo, service: Option<&Service>) -> Value {
    let mut value = json!({
        "display_name": display_name(provider.kind).unwrap_or(&provider.name),
        "category": category(provider.kind),
        "endpoint": provider.endpoint.as_deref().unwrap_or_default(),
        "requires_api_key": requires_api_key(provider.kind),
        "models": models_of(provider.models.iter()),
        "available": provider.available,
    });
    if let Some(service) = service {
        value["settings"] = json!({
            "model": service.model,
            "max_tokens": service.max_tokens,
            "timeout_seconds": service.timeout.map(|timeout| timeout.as_secs_f64()),
        });
    }
    tell_why_not(&mut value, provider);
    value
}

fn tell_why_not(value: &mut Value, provider: &ProviderInfo) {
    if !provider.available {
        value["reason"] = json!(why_not(provider));
    }
}

fn models_of<'a>(models: impl Iterator<Item = &'a ModelInfo>) -> Value {
    models.map(one_model).collect()
}

fn one_model(model: &ModelInfo) -> Value {
    let mut value = json!({
        "id": model.id,
        "name": model.name,
        "max_tokens": model.max_tokens,
    });
    if !model.description.is_empty() {
        value["description"] = json!(model.description);
    }
    if let Some(window) = model.context_window {
        value["context_window"] = json!(window);
    }
    if let Some(price) = model.price {
        value["input_cost_per_1k"] = json!(for_a_thousand(price.input));
        value["output_cost_per_1k"] = json!(for_a_thousand(price.output));
    }
    value
}

/// Prices are for a million tokens, and the page wants them for a thousand. Rounded, because 0.25 / 1000 is not
/// exactly 0.00025.
fn for_a_thousand(price: f64) -> f64 {
    (price * 1e6 / 1e3).round() / 1e6
}

fn not_found(error: &crate::provider::ProviderError) -> QueryError {
    let text = error.to_string();
    QueryError::NotFound(if text.trim().is_empty() {
        "no such provider".into()
    } else {
        text
    })
}
