//! `ai.feedback`: what an asker did with an answer.

use super::QueryError;
use super::parameters::{Parameters, malformed, shorten};
use super::reply::{API_VERSION, Pair, Reply};
use crate::answer::AnswerService;
use crate::answer::feedback::{NotTaken, Verdict};

/// Longest name of a request; the plugin's own have 36 characters.
const LONGEST_ID: usize = 128;

/// Keeps a verdict on the answer that `request_id` names.
pub(super) async fn give(service: &AnswerService, sql: &str) -> Result<Vec<Pair>, QueryError> {
    let settings = service.snapshot().config.ai.feedback.clone();
    if !settings.enabled {
        return Err(QueryError::InvalidArgument(
            "feedback is not taken here (ai.feedback.enabled is false)".into(),
        ));
    }
    let parameters = Parameters::optional(sql)?;
    let Some(request_id) = parameters.text("request_id")? else {
        return Err(malformed(
            "request_id is missing; it names the answer, and is the pair request_id of its reply",
        ));
    };
    if request_id.len() > LONGEST_ID {
        return Err(malformed(&format!(
            "request_id is longer than {LONGEST_ID} bytes"
        )));
    }
    let word = parameters.text("verdict")?.unwrap_or_default();
    let Some(verdict) = Verdict::parse(word) else {
        return Err(malformed(&format!(
            "verdict must be one of {}, not {:?}",
            Verdict::WORDS.join(", "),
            shorten(word)
        )));
    };
    let corrected = parameters.text("corrected_sql")?;
    if corrected.is_some() && verdict != Verdict::Corrected {
        return Err(malformed("corrected_sql goes with the verdict corrected"));
    }
    service
        .give_feedback(request_id, verdict, corrected)
        .await
        .map_err(|error| match error {
            NotTaken::Unknown => QueryError::NotFound(error.to_string()),
            NotTaken::Changing => QueryError::InvalidArgument(error.to_string()),
            NotTaken::NoFolder | NotTaken::Write(_) => QueryError::Internal(error.to_string()),
        })?;
    Ok(Reply::new()
        .with("api_version", API_VERSION)
        .success(true)
        .with("request_id", request_id)
        .with("verdict", verdict.word())
        .with("keeps_text", if settings.keep_text { "true" } else { "false" })
        .done())
}
