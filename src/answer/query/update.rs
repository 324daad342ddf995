//! `update_config`: what a settings page saves becomes the config that questions are answered with, at once and after
//! a restart.

mod audited;

use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::Value;

use super::parameters::{Parameters, malformed};
use super::reply::{Pair, Reply};
use super::{QueryError, StoreContext, settings};
use crate::answer::{AnswerService, Kept, ProviderWish};
use crate::config::{ProviderKind, SavedService};
use crate::provider::Endpoint;
use crate::telemetry::audit::Outcome;

/// `update_config`: under a configured name, or that of a kind.
pub(super) async fn update_config(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    let Ok(Value::Object(parameters)) = serde_json::from_str(sql) else {
        return Err(incomplete("sql must hold a JSON object with provider and config"));
    };
    let config_given = match parameters.get("config") {
        Some(Value::Object(config)) => !config.is_empty(),
        Some(Value::String(text)) => !text.trim().is_empty(),
        _ => false,
    };
    let name = match parameters.get("provider").and_then(Value::as_str).map(str::trim) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => return Err(incomplete("provider is missing")),
    };
    if !config_given {
        return Err(incomplete("config is missing"));
    }
    let parameters = Parameters::new(parameters)?;
    if let Some(note) = parameters.notes.first() {
        return Err(malformed(note));
    }
    let snapshot = service.snapshot();
    let info = match snapshot.providers.find(&name) {
        Ok(info) => info,
        Err(error) => return Err(QueryError::InvalidArgument(error.to_string())),
    };
    if info.kind == ProviderKind::Builtin {
        return Ok(Reply::new()
            .with("provider", info.name)
            .with(
                "message",
                "nothing to save: the embedded engine has no settings and is ready to answer",
            )
            .success(true)
            .done());
    }
    let home = |name: &str| snapshot.providers.find(name).ok()?.endpoint;
    let (wish, _) = settings::wish(&parameters, &of_the_call(context), home)?;
    let note = |wanted: Option<&SavedService>, outcome| {
        let before = snapshot.config.ai.services.get(&info.name);
        audited::changed(service, &context.actor, &info.name, before, wanted, outcome);
    };
    let saved = match to_save(service, info.kind, &wish) {
        Ok(saved) => saved,
        Err(refusal) => {
            note(None, Outcome::Refused);
            return Ok(refused(info.name, refusal));
        }
    };
    Ok(match service.save(&info.name, saved.clone()).await {
        Ok(kept) => {
            note(Some(&saved), Outcome::Success);
            Reply::new()
                .with("provider", info.name)
                .with("message", message(&kept))
                .success(true)
                .done()
        }
        Err(refusal) => {
            note(Some(&saved), Outcome::Refused);
            refused(info.name, refusal)
        }
    })
}

/// What the store has belongs to the store; only a key that came with this call is saved.
fn of_the_call(context: &StoreContext) -> StoreContext {
    let mut context = context.clone();
    context
        .properties
        .retain(|name, _| !name.starts_with("pro.") && name != "password");
    context
}

fn to_save(service: &AnswerService, kind: ProviderKind, wish: &ProviderWish) -> Result<SavedService, String> {
    let mut saved = SavedService::new(kind);
    if let Some(text) = &wish.endpoint {
        let endpoint = Endpoint::parse(text).map_err(|why| format!("the endpoint is not usable: {why}"))?;
        // Once saved, it would count as configured: so it must be allowed before.
        if !service.snapshot().providers.may_use(&endpoint) {
            return Err(format!(
                "the endpoint {} may not be used here; an operator can allow it with ai.allowed_endpoints, or configure \
                 it as a service under ai.services",
                endpoint.host()
            ));
        }
        saved.endpoint = Some(endpoint.to_string());
    }
    saved.api_key = wish
        .api_key
        .clone()
        .filter(|key| !key.expose_secret().trim().is_empty());
    saved.model = wish.model.clone();
    saved.max_tokens = wish.max_tokens;
    saved.timeout = wish.timeout.filter(|timeout| *timeout > Duration::ZERO);
    Ok(saved)
}

fn message(kept: &Kept) -> String {
    let mut message = "Configuration updated successfully".to_owned();
    if let Some(reason) = &kept.only_in_memory {
        message.push_str(&format!(
            "; it holds until the plugin ends, because it could not be kept on disk: {reason}"
        ));
    }
    if kept.key_dropped {
        message.push_str(
            "; the API key stored before was for another endpoint and is not used, so give one for this",
        );
    }
    message
}

fn refused(provider: String, refusal: String) -> Vec<Pair> {
    Reply::new()
        .with("provider", provider)
        .with("message", &refusal)
        .success(false)
        .with("error", refusal)
        .done()
}

fn incomplete(why: &str) -> QueryError {
    QueryError::InvalidArgument(format!("invalid request: {why}"))
}
