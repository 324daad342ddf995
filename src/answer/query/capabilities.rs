//! What the plugin can do: `capabilities`, and the older `ai.capabilities`.

use nl2sql::Dialect;
use serde_json::{Map, Value, json};

use super::QueryError;
use super::lists;
use super::parameters::Parameters;
use super::reply::{API_VERSION, Pair, Reply};
use crate::answer::{AnswerService, Snapshot};

/// The sentence that the host shows.
const DESCRIPTION: &str = "AI Extension Plugin for intelligent SQL generation";

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What can be asked for and what cannot; a name that pages know, whether it is on, and what it is.
const FEATURES: [(&str, bool, &str); 7] = [
    (
        "sql-generation",
        true,
        "questions in plain language become one SQL statement that reads",
    ),
    ("sql-optimization", false, "rewriting of SQL for speed"),
    (
        "sql-validation",
        true,
        "every statement is parsed and checked before it is given out",
    ),
    (
        "schema-analysis",
        true,
        "tables come with the request (schema_ddl, schema_values) or from a configured database",
    ),
    ("query-explanation", true, "one line that says what the SQL does"),
    (
        "sql-preview",
        false,
        "the first rows of an answer, read-only (ai.preview; preview.enabled in the config)",
    ),
    (
        "multi-language-support",
        true,
        "questions in English and Chinese; in other languages where a language model answers",
    ),
];

/// `capabilities`. Parameters that are no object are as good as none, as before.
pub(super) async fn report(service: &AnswerService, sql: &str) -> Result<Vec<Pair>, QueryError> {
    let parameters = Parameters::optional(sql).unwrap_or_default();
    let include = |name: &str| parameters.flag(name).unwrap_or(true);
    let check_health = parameters.flag("check_health").unwrap_or(false);
    let snapshot = service.snapshot();
    let models = if include("include_models") {
        models(&snapshot)
    } else {
        Vec::new()
    };
    let features = if include("include_features") {
        features(&snapshot)
    } else {
        Vec::new()
    };
    let now = jiff::Timestamp::now().to_string();
    let capabilities = json!({
        "version": VERSION,
        "models": models,
        "databases": databases(),
        "features": features,
        "health": if check_health { health(service, &snapshot, &now) } else { Value::Null },
        "limits": {
            "max_concurrent_requests": snapshot.config.ai.max_concurrent_requests,
            "processing": {"max_processing_time_seconds": snapshot.config.ai.timeout.as_secs_f64()},
            "max_question_bytes": snapshot.config.ai.max_question_bytes,
            "max_queue_size": snapshot.config.performance.worker_pools.ai_requests.queue_size,
            "max_attempts": snapshot.config.ai.retry.max_attempts,
            "requests_per_minute": snapshot.config.ai.rate_limit.requests_per_minute,
        },
        "confidence": confidence(&snapshot),
        "page": page(&snapshot),
        "last_updated": now,
        "metadata": {
            "source": "live",
            "model_count": models.len(),
            "feature_count": features.len(),
            "health_checked": check_health,
            "generated_at": now,
        },
    });
    let reply = Reply::new()
        .with("api_version", API_VERSION)
        .with_json("capabilities", &capabilities)
        .with_json("models", &Value::Array(models))
        .with_json("features", &Value::Array(features))
        .with("description", DESCRIPTION)
        .with("version", VERSION)
        .success(true);
    Ok(
        if snapshot
            .providers
            .list()
            .iter()
            .any(|provider| provider.available)
        {
            reply.done()
        } else {
            reply
                .with("warning", "AI services are currently unavailable")
                .done()
        },
    )
}

/// `ai.capabilities` and everything below it, as the host of September 2025 asked for it.
pub(super) fn old_report(service: &AnswerService) -> Vec<Pair> {
    let snapshot = service.snapshot();
    let now = jiff::Timestamp::now().to_string();
    let models = models(&snapshot);
    let features = features(&snapshot);
    let databases = databases();
    let metadata = json!({
        "name": "atest-ext-ai",
        "version": VERSION,
        "description": DESCRIPTION,
        "platform": platform(),
    });
    Reply::new()
        .with_json(
            "capabilities",
            &json!({"version": VERSION, "models": models, "databases": databases, "features": features}),
        )
        .with("version", VERSION)
        .with("last_updated", now)
        .with("model_count", models.len().to_string())
        .with("database_count", Dialect::ALL.len().to_string())
        .with("feature_count", features.len().to_string())
        .with("overall_health", if is_well(service) { "true" } else { "false" })
        .with_json("metadata", &metadata)
        .with("summary", DESCRIPTION)
        .with("name", "atest-ext-ai")
        .with("platform", platform())
        .done()
}

/// What the confidence of models' answers is made with.
fn confidence(snapshot: &Snapshot) -> Value {
    match snapshot.calibration.fitted() {
        None => json!({"weights": "heuristic", "ceiling": 0.8}),
        Some(fitted) => json!({
            "weights": "fitted",
            "judged": fitted.weights.judged,
            "fitted_at": fitted.fitted_at.to_string(),
            "providers": fitted.names(),
        }),
    }
}

/// What the page shows or hides: the configured databases by name, and what may be done here.
fn page(snapshot: &Snapshot) -> Value {
    let config = &snapshot.config;
    let databases: Vec<Value> = config
        .databases
        .iter()
        .map(|(name, database)| {
            json!({
                "name": name,
                "dialect": database.driver.as_str(),
                "can_run": config.preview.enabled && snapshot.databases.connection(name).is_some(),
                "sample_values": database.sample_values,
            })
        })
        .collect();
    json!({
        "databases": databases,
        "default_provider": snapshot.providers.default_name(),
        "default_dialect": config.ai.default_dialect.as_str(),
        "preview": {
            "enabled": config.preview.enabled,
            "max_rows": config.preview.max_rows,
            "timeout_seconds": config.preview.timeout.as_secs_f64(),
        },
        "feedback": {
            "enabled": config.ai.feedback.enabled,
            "keep_text": config.ai.feedback.keep_text,
        },
        "share_sample_values": config.ai.share_sample_values,
        // Where `/status` is: the page inside atest leads there.
        "address": format!("{}://{}", config.server.scheme(), config.server.reached_at()),
        "on_every_address": config.server.is_on_every_address(),
    })
}

fn platform() -> String {
    format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH)
}

fn is_well(service: &AnswerService) -> bool {
    service.readiness().iter().all(|check| check.ok)
}

fn models(snapshot: &Snapshot) -> Vec<Value> {
    snapshot
        .providers
        .list()
        .iter()
        .flat_map(|provider| {
            provider.models.iter().map(|model| {
                json!({
                    "name": model.id,
                    "provider": provider.name,
                    "available": provider.available,
                    "features": null,
                    "limitations": null,
                    "max_tokens": model.max_tokens,
                    "context_size": model.max_tokens,
                    "metadata": {"name": model.name, "description": model.description},
                })
            })
        })
        .collect()
}

fn databases() -> Value {
    Dialect::ALL
        .iter()
        .map(|dialect| json!({"type": dialect.as_str(), "supported": true}))
        .collect()
}

fn features(snapshot: &Snapshot) -> Vec<Value> {
    FEATURES
        .iter()
        .map(|(name, enabled, description)| {
            let enabled = match *name {
                "sql-preview" => snapshot.config.preview.enabled,
                _ => *enabled,
            };
            json!({"name": name, "enabled": enabled, "description": description, "version": VERSION})
        })
        .collect()
}

fn health(service: &AnswerService, snapshot: &Snapshot, now: &str) -> Value {
    let components: Map<String, Value> = service
        .readiness()
        .iter()
        .map(|check| {
            (
                check.name.to_owned(),
                json!({"healthy": check.ok, "detail": check.detail}),
            )
        })
        .collect();
    let providers: Map<String, Value> = snapshot
        .providers
        .list()
        .iter()
        .map(|provider| {
            let detail = if provider.available {
                "ready".into()
            } else {
                lists::why_not(provider)
            };
            (
                provider.name.clone(),
                json!({"healthy": provider.available, "detail": detail}),
            )
        })
        .collect();
    json!({
        "overall": is_well(service),
        "components": components,
        "providers": providers,
        "timestamp": now,
    })
}
