//! One question from its words to checked SQL: schema → provider → check → answer.

use std::sync::Arc;

use nl2sql::Dialect;
use nl2sql::check::check;

use super::{Answer, AskError, Confidence, ConfidenceSource, ProviderWish, Question, SchemaHints, Snapshot};
use crate::database::{self, KnownSchema, SchemaError};
use crate::provider::{Completion, CompletionRequest, ProviderError, ProviderInfo};

/// Answers one admitted question from one snapshot.
pub(super) async fn answer(snapshot: &Snapshot, question: Question) -> Result<Answer, AskError> {
    let text = question_text(&question.text)?;
    let _place = snapshot
        .places
        .acquire()
        .await
        .map_err(|_| AskError::Internal("no place for a question".into()))?;
    let provider_name = question
        .wish
        .provider
        .as_deref()
        .unwrap_or(snapshot.providers.default_name());
    let (info, provider) = snapshot
        .providers
        .open(provider_name)
        .map_err(|error| refused_by(provider_name, with_settings_told(error, &question.wish)))?;

    let asked = question.dialect;
    let known = schema_of(snapshot, &question.schema, asked).await?;
    let dialect = asked
        .or(known.as_ref().map(|known| known.dialect))
        .unwrap_or(snapshot.config.ai.default_dialect);
    let mut warnings = warnings_of(known.as_ref(), dialect, &question.schema);
    warnings.extend(unused(&question, &info));

    let schema = known.map(|known| known.schema);
    let request = CompletionRequest {
        question: text,
        dialect,
        schema: schema.clone(),
        existing_sql: question.existing_sql.clone(),
        today: jiff::ZonedDateTime::now().date(),
        share_values: snapshot.config.ai.share_sample_values,
    };
    let completion = provider
        .complete(&request)
        .await
        .map_err(|error| refused_by(provider_name, error))?;
    let checked = check(&completion.sql, dialect, schema.as_deref()).map_err(|error| {
        AskError::InvalidAnswer(format!(
            "{} wrote SQL that does not pass the checks: {error}",
            info.name
        ))
    })?;
    warnings.extend(completion.warnings.iter().cloned());
    Ok(finish(
        question, &checked, completion, info.name, dialect, warnings,
    ))
}

fn finish(
    question: Question,
    checked: &nl2sql::check::CheckedSql,
    completion: Completion,
    provider: String,
    dialect: Dialect,
    warnings: Vec<String>,
) -> Answer {
    Answer {
        sql: checked.sql().to_owned(),
        pretty_sql: checked.pretty().to_string(),
        explanation: completion.explanation,
        confidence: Confidence::new(completion.confidence.unwrap_or(0.0)),
        confidence_source: ConfidenceSource::Builtin,
        warnings,
        provider,
        model: completion.model,
        dialect,
        took: std::time::Duration::ZERO,
        request_id: question.request_id,
    }
}

fn question_text(text: &str) -> Result<String, AskError> {
    // Control characters carry no meaning and could confuse a terminal or a log.
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match text.trim() {
        "" => Err(AskError::BadRequest(
            "the question is empty; say what data you want, like: show all users".into(),
        )),
        text => Ok(text.to_owned()),
    }
}

/// The tables to answer from: those in the request, else of the database it names, else of the default database.
async fn schema_of(
    snapshot: &Snapshot,
    hints: &SchemaHints,
    dialect: Option<Dialect>,
) -> Result<Option<KnownSchema>, AskError> {
    let explain = |error: SchemaError| AskError::Schema(error.to_string());
    let mut known = match (&hints.ddl, &hints.database) {
        _ if hints.read.is_some() => hints.read.clone(),
        (Some(ddl), _) if !ddl.trim().is_empty() => {
            let dialect = dialect.unwrap_or(snapshot.config.ai.default_dialect);
            Some(
                database::read_statements("schema_ddl", ddl.clone(), dialect)
                    .await
                    .map_err(explain)?,
            )
        }
        (_, Some(name)) => Some(snapshot.databases.schema(name).await.map_err(explain)?),
        _ if snapshot.databases.has_default() => Some(
            snapshot
                .databases
                .schema(database::DEFAULT)
                .await
                .map_err(explain)?,
        ),
        _ => None,
    };
    if let (Some(known), Some(values)) = (&mut known, &hints.values) {
        let unknown = Arc::make_mut(&mut known.schema).add_values(values);
        known.warnings.extend(unknown);
    }
    Ok(known)
}

fn warnings_of(known: Option<&KnownSchema>, dialect: Dialect, hints: &SchemaHints) -> Vec<String> {
    let mut warnings = known.map(|known| known.warnings.clone()).unwrap_or_default();
    match known {
        Some(known) if known.dialect != dialect => warnings.push(format!(
            "the SQL is written for {dialect}, as asked; the database is {}",
            known.dialect
        )),
        None if hints.values.is_some() => {
            warnings.push("schema_values was not used: it needs schema_ddl or a database beside it".into());
        }
        _ => {}
    }
    warnings
}

/// What came with a question and does not matter to the provider that answers it.
fn unused(question: &Question, info: &ProviderInfo) -> Vec<String> {
    let mut notes = Vec::new();
    if question.existing_sql.is_some() {
        notes.push(format!(
            "the SQL that came with the question was not used: {} writes anew",
            info.name
        ));
    }
    if let Some(model) = &question.wish.model
        && !info
            .models
            .iter()
            .any(|known| known.id.eq_ignore_ascii_case(model))
    {
        notes.push(format!(
            "the model asked for was not used: {} has none of that name",
            info.name
        ));
    }
    notes
}

/// Says which settings have arrived, so that somebody who set a store up sees whether it is done right.
fn with_settings_told(error: ProviderError, wish: &ProviderWish) -> ProviderError {
    let arrived: Vec<&str> = [
        ("an endpoint", wish.endpoint.is_some()),
        ("an API key", wish.api_key.is_some()),
        ("max_tokens", wish.max_tokens.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, is_there)| is_there.then_some(name))
    .collect();
    match error {
        ProviderError::Unavailable(reason) if !arrived.is_empty() => ProviderError::Unavailable(format!(
            "{reason} ({} came along and went nowhere)",
            arrived.join(", ")
        )),
        other => other,
    }
}

fn refused_by(provider: &str, error: ProviderError) -> AskError {
    match error {
        ProviderError::Unknown(reason) | ProviderError::Unavailable(reason) => {
            AskError::ProviderUnavailable {
                provider: provider.to_owned(),
                reason,
            }
        }
        ProviderError::Refused { kind, reason } => AskError::Refused { kind, reason },
        ProviderError::Failed(failure) => AskError::ProviderUnavailable {
            provider: provider.to_owned(),
            reason: failure.message,
        },
        ProviderError::Internal(reason) => AskError::Internal(reason),
    }
}
