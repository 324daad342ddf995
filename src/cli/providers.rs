//! `--test-providers`: asks every provider for its models and for one tiny answer, and shows what came of it.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use nl2sql::Dialect;
use serde_json::json;

use super::{FAILED, print, table};
use crate::answer::{AnswerService, ProviderWish, Question, SchemaHints, Snapshot};
use crate::config::{Loaded, ProviderKind};
use crate::provider::ProviderInfo;
use crate::telemetry::logs::LogCounts;
use crate::telemetry::trace::TraceCounts;

/// Longest wait for a provider's list of models.
const LIST_LIMIT: Duration = Duration::from_secs(15);

/// What is found out about one provider.
struct Finding {
    info: ProviderInfo,
    /// How many models it lists, or why it lists none; `None` where it is switched off.
    models: Option<Result<usize, String>>,
    /// How long one answer took, or why there was none.
    answer: Option<Result<Duration, String>>,
}

impl Finding {
    fn is_failure(&self) -> bool {
        // Some servers have no list and answer all the same.
        self.answer.as_ref().is_some_and(Result::is_err)
    }

    fn reason(&self) -> Option<&str> {
        let of_answer = self.answer.as_ref().and_then(|answer| answer.as_ref().err());
        let of_models = self.models.as_ref().and_then(|models| models.as_ref().err());
        of_answer
            .or(of_models)
            .map(String::as_str)
            .or(self.info.reason.as_deref())
    }
}

/// Tests the providers of a config.
pub fn run(mut loaded: Loaded, as_json: bool) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return print::failure(FAILED, format!("the runtime cannot start: {error}")),
    };
    // One question to each, and the truth: no second try, no cache, nobody else in its place.
    loaded.config.performance.cache.enabled = false;
    loaded.config.ai.retry.enabled = false;
    loaded.config.ai.rate_limit.enabled = Some(false);
    let ground = crate::app::ground(&loaded, LogCounts::default(), TraceCounts::default());
    let spending = Arc::clone(&ground.spending);
    let findings = runtime.block_on(async {
        let service = AnswerService::new(Snapshot::new(Arc::new(loaded.config), &ground, None), ground);
        service.admission.open();
        let providers = service.snapshot().providers.list();
        join_all(providers.into_iter().map(|info| test(&service, info))).await
    });
    if let Err(error) = spending.save() {
        print::note(&format!(
            "atest-ext-ai: what this cost could not be added to the budget: {error}"
        ));
    }
    if as_json {
        let providers: Vec<_> = findings.iter().map(as_object).collect();
        print::out(&json!({"providers": providers}).to_string());
    } else {
        show(&findings);
    }
    match findings.iter().any(Finding::is_failure) {
        true => ExitCode::from(FAILED),
        false => ExitCode::SUCCESS,
    }
}

async fn test(service: &AnswerService, info: ProviderInfo) -> Finding {
    let is_off = service
        .snapshot()
        .config
        .ai
        .services
        .get(&info.name)
        .is_some_and(|settings| !settings.enabled);
    if is_off {
        return Finding {
            info,
            models: None,
            answer: None,
        };
    }
    let wish = ProviderWish {
        provider: Some(info.name.clone()),
        ..ProviderWish::default()
    };
    let snapshot = service.snapshot();
    let (models, answer) = tokio::join!(
        snapshot.providers.models(&wish, LIST_LIMIT),
        tiny_answer(service, &info.name, wish.clone())
    );
    Finding {
        info,
        models: Some(
            models
                .map(|models| models.len())
                .map_err(|error| error.to_string()),
        ),
        answer: Some(answer),
    }
}

async fn tiny_answer(service: &AnswerService, name: &str, wish: ProviderWish) -> Result<Duration, String> {
    let question = Question {
        text: "how many users are there?".into(),
        dialect: Some(Dialect::Sqlite),
        schema: SchemaHints {
            ddl: Some("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);".into()),
            ..SchemaHints::default()
        },
        wish,
        ..Question::default()
    };
    let started = Instant::now();
    match service.ask(question).await {
        Ok(answer) if answer.instead_of.is_none() && answer.provider == name => Ok(started.elapsed()),
        // The first warning says why another one answered.
        Ok(answer) => Err(answer.warnings.first().map_or_else(
            || format!("{} answered in its place", answer.provider),
            |why| {
                why.split_once(": ")
                    .map_or(why.clone(), |(_, why)| why.to_owned())
            },
        )),
        Err(error) => Err(error.to_string()),
    }
}

fn show(findings: &[Finding]) {
    let rows = findings.iter().map(|finding| {
        let models = match &finding.models {
            None => "-".to_owned(),
            Some(Ok(count)) => count.to_string(),
            Some(Err(_)) => "failed".to_owned(),
        };
        let answer = match &finding.answer {
            None => "off".to_owned(),
            Some(Ok(took)) => format!("ok, {:.0} ms", took.as_secs_f64() * 1e3),
            Some(Err(_)) => "FAILED".to_owned(),
        };
        vec![
            finding.info.name.clone(),
            finding.info.kind.as_str().to_owned(),
            finding.info.endpoint.clone().unwrap_or_else(|| "-".to_owned()),
            models,
            answer,
        ]
    });
    print::out(&table::lines(
        &["provider", "kind", "endpoint", "models", "answer"],
        rows,
    ));
    for finding in findings {
        if let Some(reason) = finding.reason() {
            print::out(&format!("\n{}: {reason}", finding.info.name));
        }
    }
    if findings
        .iter()
        .all(|finding| finding.info.kind == ProviderKind::Builtin)
    {
        print::out(
            "\nNo other provider is configured; add one under ai.services, or set OPENAI_API_KEY or OLLAMA_ENDPOINT.",
        );
    }
}

fn as_object(finding: &Finding) -> serde_json::Value {
    json!({
        "provider": finding.info.name,
        "kind": finding.info.kind.as_str(),
        "endpoint": finding.info.endpoint,
        "enabled": finding.answer.is_some(),
        "models": finding.models.as_ref().and_then(|models| models.as_ref().ok()),
        "ok": finding.answer.as_ref().map(Result::is_ok),
        "answer_ms": finding.answer.as_ref().and_then(|answer| answer.as_ref().ok()).map(|took| took.as_secs_f64() * 1e3),
        "error": finding.reason(),
    })
}
