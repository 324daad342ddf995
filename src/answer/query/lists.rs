//! Who can answer, and with which models: `providers`, `models`, `models_catalog`.

use serde_json::{Map, Value, json};

use super::QueryError;
use super::parameters::Parameters;
use super::reply::{Pair, Reply};
use crate::answer::AnswerService;
use crate::config::ProviderKind;
use crate::provider::{ModelInfo, ProviderInfo};

/// `providers`: those that can answer, or all of them with the reason why not.
pub(super) fn providers(service: &AnswerService, sql: &str) -> Result<Vec<Pair>, QueryError> {
    let include_unavailable = Parameters::optional(sql)?
        .flag("include_unavailable")
        .unwrap_or(false);
    let now = jiff::Timestamp::now().to_string();
    let listed: Vec<Value> = service
        .snapshot()
        .providers
        .list()
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
        None => (snapshot.providers.list(), None),
        Some(name) => {
            let found = snapshot.providers.find(name);
            (vec![found.map_err(|e| not_found(&e))?], Some(name))
        }
    };
    let catalog: Map<String, Value> = listed
        .iter()
        .map(|provider| (provider.name.clone(), catalog_entry(provider)))
        .collect();
    let reply = Reply::new()
        .with_json("catalog", &Value::Object(catalog))
        .success(true);
    Ok(match asked {
        None => reply.done(),
        Some(name) => reply.with("provider", name).done(),
    })
}

/// `models`: of one provider that can answer, or of each of them.
pub(super) fn models(service: &AnswerService, sql: &str) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::optional(sql)?;
    let snapshot = service.snapshot();
    let Some(name) = parameters.text("provider")? else {
        let by_provider: Map<String, Value> = snapshot
            .providers
            .list()
            .iter()
            .filter(|provider| provider.available)
            .map(|provider| (provider.name.clone(), models_of(provider)))
            .collect();
        return Ok(Reply::new()
            .with_json("models", &Value::Object(by_provider))
            .success(true)
            .done());
    };
    let provider = snapshot.providers.find(name).map_err(|e| not_found(&e))?;
    if !provider.available {
        return Err(QueryError::NotFound(why_not(&provider)));
    }
    Ok(Reply::new()
        .with_json("models", &models_of(&provider))
        .with("provider", name)
        .with("count", provider.models.len().to_string())
        .success(true)
        .done())
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

fn display_name(provider: &ProviderInfo) -> &str {
    match provider.kind {
        ProviderKind::Builtin => "Embedded engine",
        ProviderKind::Ollama => "Ollama",
        ProviderKind::OpenAi => "OpenAI",
        ProviderKind::DeepSeek => "DeepSeek",
        ProviderKind::Anthropic => "Anthropic",
        ProviderKind::Custom => &provider.name,
    }
}

fn one_provider(provider: &ProviderInfo, now: &str) -> Value {
    let mut value = json!({
        "name": provider.name,
        "type": category(provider.kind),
        "available": provider.available,
        "endpoint": provider.endpoint.as_deref().unwrap_or_default(),
        "models": models_of(provider),
        "last_checked": now,
        "config": {
            "requires_api_key": requires_api_key(provider.kind),
            "provider_type": category(provider.kind),
        },
    });
    tell_why_not(&mut value, provider);
    value
}

fn catalog_entry(provider: &ProviderInfo) -> Value {
    let mut value = json!({
        "display_name": display_name(provider),
        "category": category(provider.kind),
        "endpoint": provider.endpoint.as_deref().unwrap_or_default(),
        "requires_api_key": requires_api_key(provider.kind),
        "models": models_of(provider),
        "available": provider.available,
    });
    tell_why_not(&mut value, provider);
    value
}

fn tell_why_not(value: &mut Value, provider: &ProviderInfo) {
    if !provider.available {
        value["reason"] = json!(why_not(provider));
    }
}

fn models_of(provider: &ProviderInfo) -> Value {
    provider.models.iter().map(one_model).collect()
}

fn one_model(model: &ModelInfo) -> Value {
    json!({
        "id": model.id,
        "name": model.name,
        "description": model.description,
        "max_tokens": model.max_tokens,
    })
}

fn not_found(error: &crate::provider::ProviderError) -> QueryError {
    let text = error.to_string();
    QueryError::NotFound(if text.trim().is_empty() {
        "no such provider".into()
    } else {
        text
    })
}
