//! Whether a provider answers now: `test_connection`, `health_check`; and `update_config`, which changes one.

use std::time::{Duration, Instant};

use nl2sql::Dialect;
use serde_json::{Value, json};

use super::lists::why_not;
use super::parameters::Parameters;
use super::reply::{Pair, Reply, whole_millis};
use super::{QueryError, StoreContext, settings};
use crate::answer::{AnswerService, ProviderWish, Question, SchemaHints};
use crate::config::ProviderKind;

/// How long a check waits when it does not say.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// `test_connection`: asks the provider one small question.
pub(super) async fn test_connection(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::optional(sql)?;
    let providers = service.snapshot();
    let home = |name: &str| providers.providers.find(name).ok()?.endpoint;
    let (wish, withheld) = settings::wish(&parameters, context, home)?;
    let provider = wish
        .provider
        .clone()
        .unwrap_or_else(|| providers.providers.default_name().to_owned());
    let model = wish.model.clone().unwrap_or_default();
    let started = Instant::now();
    let outcome = ask_something(service, &provider, wish).await;
    let took = started.elapsed();
    let (message, error) = match outcome {
        Ok(()) => ("Connection successful".to_owned(), None),
        Err(why) => {
            let why = withheld.map_or(why.clone(), |note| format!("{why} ({note})"));
            (why.clone(), Some(why))
        }
    };
    let mut result = json!({
        "success": error.is_none(),
        "message": message,
        // Nanoseconds, as Go writes a duration.
        "response_time": u64::try_from(took.as_nanos()).unwrap_or(u64::MAX),
        "provider": provider,
        "model": model,
    });
    if let Some(why) = &error {
        result["error"] = json!(why);
    }
    let reply = Reply::new()
        .with_json("result", &result)
        .success(error.is_none())
        .with("message", message)
        .with("response_time_ms", whole_millis(took).to_string())
        .with("provider", provider);
    Ok(match error {
        None => reply.done(),
        Some(why) => reply.with("error", why).done(),
    })
}

/// `health_check`: the same as a report; `success` says that the check was made, `healthy` what it found.
pub(super) async fn health_check(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::optional(sql)?;
    let snapshot = service.snapshot();
    let home = |name: &str| snapshot.providers.find(name).ok()?.endpoint;
    let (wish, _) = settings::wish(&parameters, context, home)?;
    let provider = wish
        .provider
        .clone()
        .unwrap_or_else(|| snapshot.providers.default_name().to_owned());
    let error = ask_something(service, &provider, wish)
        .await
        .err()
        .unwrap_or_default();
    Ok(Reply::new()
        .with("healthy", if error.is_empty() { "true" } else { "false" })
        .with("provider", provider)
        .with("error", error)
        .with("timestamp", jiff::Timestamp::now().to_string())
        .success(true)
        .done())
}

/// `update_config`: the embedded engine has no settings, and no other provider can be used yet.
pub(super) fn update_config(service: &AnswerService, sql: &str) -> Result<Vec<Pair>, QueryError> {
    let parameters = match serde_json::from_str(sql) {
        Ok(Value::Object(parameters)) => parameters,
        _ => return Err(incomplete("sql must hold a JSON object with provider and config")),
    };
    let config_given = match parameters.get("config") {
        Some(Value::Object(config)) => !config.is_empty(),
        Some(Value::String(text)) => !text.trim().is_empty(),
        _ => false,
    };
    let Some(name) = parameters
        .get("provider")
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|name| !name.is_empty())
    else {
        return Err(incomplete("provider is missing"));
    };
    if !config_given {
        return Err(incomplete("config is missing"));
    }
    let snapshot = service.snapshot();
    let refusal = match snapshot.providers.find(name) {
        Ok(provider) if provider.kind == ProviderKind::Builtin => {
            return Ok(Reply::new()
                .with("provider", provider.name)
                .with(
                    "message",
                    "nothing to save: the embedded engine has no settings and is ready to answer",
                )
                .success(true)
                .done());
        }
        Ok(provider) if !provider.available => why_not(&provider),
        Ok(provider) => format!(
            "the settings of {} are read from the plugin's config file; nothing was changed",
            provider.name
        ),
        Err(error) => error.to_string(),
    };
    Ok(Reply::new()
        .with("provider", name)
        .with("message", &refusal)
        .success(false)
        .with("error", refusal)
        .done())
}

/// Asks a provider one small question; the error says why there was no answer.
async fn ask_something(service: &AnswerService, provider: &str, wish: ProviderWish) -> Result<(), String> {
    let patience = wish.timeout.unwrap_or(PROBE_TIMEOUT);
    let question = Question {
        text: "how many users are there?".into(),
        dialect: Some(Dialect::Sqlite),
        schema: SchemaHints {
            ddl: Some("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);".into()),
            ..SchemaHints::default()
        },
        wish: ProviderWish {
            provider: Some(provider.to_owned()),
            timeout: Some(patience),
            ..wish
        },
        ..Question::default()
    };
    match tokio::time::timeout(patience, service.ask(question)).await {
        Ok(Ok(answer)) if answer.sql.contains("users") => Ok(()),
        Ok(Ok(_)) => Err(format!(
            "{provider} answered a simple question about users without asking the table users"
        )),
        Ok(Err(error)) => Err(match error.to_string() {
            text if text.trim().is_empty() => format!("{provider} gave no answer"),
            text => text,
        }),
        Err(_) => Err("Health check timeout".into()),
    }
}

fn incomplete(why: &str) -> QueryError {
    QueryError::InvalidArgument(format!("invalid request: {why}"))
}
