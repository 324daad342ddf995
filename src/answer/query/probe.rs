//! Whether a provider answers now: `test_connection`, `health_check`.

use std::time::{Duration, Instant};

use nl2sql::Dialect;
use serde_json::json;

use super::parameters::{Parameters, shorten};
use super::reply::{Pair, Reply, whole_millis};
use super::{QueryError, StoreContext, settings};
use crate::answer::{AnswerService, ProviderWish, Question, SchemaHints, Snapshot};
use crate::config::ProviderKind;
use crate::provider::{FailureKind, ModelInfo, ProviderError};

/// How long a check waits when it does not say.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);
/// Most models that a message names.
const MODELS_NAMED: usize = 8;

/// `test_connection`: lists the provider's models, which costs nothing and shows that the endpoint is there, takes the
/// key, and offers the model. Where there is no such list, one small question is asked.
pub(super) async fn test_connection(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::optional(sql)?;
    let snapshot = service.snapshot();
    let home = |name: &str| snapshot.providers.find(name).ok()?.endpoint;
    let (wish, withheld) = settings::wish(&parameters, context, home)?;
    let provider = name_of(&snapshot, &wish);
    let model = wish.model.clone().unwrap_or_default();
    let started = Instant::now();
    let outcome = connect(service, &snapshot, &provider, wish).await;
    let took = started.elapsed();
    let (message, detail, error) = match outcome {
        Ok(detail) => ("Connection successful".to_owned(), detail, None),
        Err(why) => {
            let why = withheld.map_or(why.clone(), |note| format!("{why} ({note})"));
            (why.clone(), String::new(), Some(why))
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
    } else {
        result["detail"] = json!(detail);
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

/// `health_check`: whether the provider is there, as a report; `success` says that the check was made, `healthy` what
/// it found.
pub(super) async fn health_check(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::optional(sql)?;
    let snapshot = service.snapshot();
    let home = |name: &str| snapshot.providers.find(name).ok()?.endpoint;
    let (wish, _) = settings::wish(&parameters, context, home)?;
    let provider = name_of(&snapshot, &wish);
    let patience = wish.timeout.unwrap_or(PROBE_TIMEOUT);
    let outcome = if is_engine(&snapshot, &provider) {
        ask_something(service, &provider, wish).await
    } else {
        let wish = for_provider(wish, &provider);
        let probed = snapshot.providers.probe(&wish, patience).await;
        probed.map_err(|error| error.to_string())
    };
    let error = outcome.err().unwrap_or_default();
    Ok(Reply::new()
        .with("healthy", if error.is_empty() { "true" } else { "false" })
        .with("provider", provider)
        .with("error", error)
        .with("timestamp", jiff::Timestamp::now().to_string())
        .success(true)
        .done())
}

/// The provider's own name here, also where an alias was asked for.
fn name_of(snapshot: &Snapshot, wish: &ProviderWish) -> String {
    let asked = wish
        .provider
        .as_deref()
        .unwrap_or(snapshot.providers.default_name());
    let found = snapshot.providers.find(asked);
    found.map_or_else(|_| asked.to_owned(), |info| info.name)
}

fn is_engine(snapshot: &Snapshot, provider: &str) -> bool {
    let found = snapshot.providers.find(provider);
    found.is_ok_and(|info| info.kind == ProviderKind::Builtin)
}

fn for_provider(wish: ProviderWish, provider: &str) -> ProviderWish {
    ProviderWish {
        provider: Some(provider.to_owned()),
        ..wish
    }
}

/// What was found; the error says why the provider cannot be used.
async fn connect(
    service: &AnswerService,
    snapshot: &Snapshot,
    provider: &str,
    wish: ProviderWish,
) -> Result<String, String> {
    let answered = || "it answered a small question".to_owned();
    if is_engine(snapshot, provider) {
        return ask_something(service, provider, wish).await.map(|()| answered());
    }
    let wish = for_provider(wish, provider);
    let patience = wish.timeout.unwrap_or(PROBE_TIMEOUT);
    match snapshot.providers.models(&wish, patience).await {
        Ok(models) => offers(provider, &models, wish.model.as_deref()),
        Err(ProviderError::Failed(failure)) if failure.kind == FailureKind::NotFound => {
            ask_something(service, provider, wish).await.map(|()| answered())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Whether the list has the model; Ollama lists `llama3` as `llama3:latest`.
fn offers(provider: &str, models: &[ModelInfo], wanted: Option<&str>) -> Result<String, String> {
    let is_there = |wanted: &str| {
        models
            .iter()
            .any(|model| model.id == wanted || model.id.strip_suffix(":latest") == Some(wanted))
    };
    let count = match models.len() {
        1 => "1 model is offered".to_owned(),
        many => format!("{many} models are offered"),
    };
    match wanted {
        None => Ok(count),
        Some(wanted) if is_there(wanted) => Ok(format!("{count}, {} among them", shorten(wanted))),
        // Some servers take any name, and say nothing of what they have.
        Some(_) if models.is_empty() => Ok("it lists no models, so the model was not checked".into()),
        Some(wanted) => {
            let named: Vec<&str> = models
                .iter()
                .take(MODELS_NAMED)
                .map(|model| model.id.as_str())
                .collect();
            let more = if models.len() > MODELS_NAMED { ", …" } else { "" };
            Err(format!(
                "{provider} is there but does not list the model {}; it has: {}{more}",
                shorten(wanted),
                named.join(", ")
            ))
        }
    }
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
