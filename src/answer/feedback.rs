//! What askers say of answers: used as it was, corrected, rejected. Kept on this machine for fitting the weights of confidence.
//!
//! The last answers are remembered in memory by the name of their request, so that a verdict can be put beside what the
//! confidence was made from. What is written down has neither the question nor any SQL in it, unless
//! `ai.feedback.keep_text` says so.

mod kept;

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};

use jiff::Timestamp;
use profiling::contention::Mutex;
use serde::{Deserialize, Serialize};

use super::confidence::Features;
use super::{Answer, ConfidenceSource};
use crate::telemetry::FeedbackVerdict;

pub use kept::{FILE, Line, read};

/// Answers that are remembered.
const REMEMBERED: usize = 1_000;

/// Changes of mind about one answer.
const MOST_CHANGES: u32 = 10;

/// Longest text that is remembered, in bytes.
const LONGEST_TEXT: usize = 4 * 1024;

/// What an asker did with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The SQL was used as it was: it is right.
    Used,
    /// It was used after a change: it was wrong.
    Corrected,
    /// It was of no use.
    Rejected,
}

impl Verdict {
    /// All of them, as requests and metrics name them.
    pub const WORDS: &[&str] = FeedbackVerdict::WORDS;

    /// The verdict of that name.
    pub fn parse(word: &str) -> Option<Verdict> {
        let all = [Verdict::Used, Verdict::Corrected, Verdict::Rejected];
        all.into_iter().find(|verdict| verdict.word() == word)
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        Verdict::WORDS[self.metric() as usize]
    }

    /// As metrics count it.
    pub fn metric(self) -> FeedbackVerdict {
        match self {
            Verdict::Used => FeedbackVerdict::Used,
            Verdict::Corrected => FeedbackVerdict::Corrected,
            Verdict::Rejected => FeedbackVerdict::Rejected,
        }
    }

    /// Whether the answer was right.
    pub fn is_right(self) -> bool {
        self == Verdict::Used
    }
}

/// Why a verdict was not kept. The text is for whoever gave it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// No answer of that name is remembered.
    #[error(
        "no answer with this request_id is remembered: it is that of another plugin, or of before its last start, or more than \
         {REMEMBERED} answers ago; give feedback soon after the answer, to the plugin that gave it"
    )]
    Unknown,
    /// It was changed too often.
    #[error("the verdict on this answer was changed {MOST_CHANGES} times already; the last one stays")]
    Changing,
    /// There is no folder to keep it in.
    #[error(
        "feedback cannot be kept: there is no state folder that the plugin may write; set `server.state_dir` to one"
    )]
    NoFolder,
    /// The file cannot be written.
    #[error(
        "feedback cannot be kept: its file in the state folder cannot be written ({0}); see the plugin's log"
    )]
    Write(std::io::ErrorKind),
}

/// What askers said, and the answers that they can still speak of.
#[derive(Debug, Default)]
pub struct Feedback {
    folder: Option<PathBuf>,
    remembered: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    answers: HashMap<String, Told>,
    /// The oldest first.
    order: VecDeque<String>,
}

/// What is remembered of an answer.
#[derive(Debug, Clone)]
struct Told {
    provider: String,
    model: String,
    dialect: &'static str,
    confidence: f64,
    source: ConfidenceSource,
    features: Option<Features>,
    /// Question and SQL, where they may be kept.
    texts: Option<(String, String)>,
    verdict: Option<Verdict>,
    changes: u32,
}

impl Feedback {
    /// Keeps what is said in that folder; without one, nothing can be said.
    pub fn new(folder: Option<PathBuf>) -> Feedback {
        Feedback {
            folder,
            remembered: Mutex::default(),
        }
    }

    /// The folder for what outlives the process.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Remembers an answer, and its question where texts may be kept.
    pub fn remember(&self, answer: &Answer, question: Option<&str>) {
        let told = Told {
            provider: answer.provider.clone(),
            model: answer.model.clone(),
            dialect: answer.dialect.as_str(),
            confidence: answer.confidence.get(),
            source: answer.confidence_source,
            features: answer.features,
            texts: question.map(|question| (shortened(question), shortened(&answer.sql))),
            verdict: None,
            changes: 0,
        };
        let mut remembered = self.lock();
        if remembered
            .answers
            .insert(answer.request_id.clone(), told)
            .is_none()
        {
            remembered.order.push_back(answer.request_id.clone());
        }
        while remembered.order.len() > REMEMBERED {
            if let Some(oldest) = remembered.order.pop_front() {
                remembered.answers.remove(&oldest);
            }
        }
    }

    /// Keeps a verdict. The same one twice is kept once; of different ones the last counts. `corrected` is kept where texts
    /// may be.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn give(
        self: &Arc<Feedback>,
        request_id: &str,
        verdict: Verdict,
        corrected: Option<&str>,
        keep_text: bool,
    ) -> Result<(), NotTaken> {
        let folder = self.folder.clone().ok_or(NotTaken::NoFolder)?;
        let Some(told) = self.judge(request_id, verdict)? else {
            return Ok(());
        };
        let texts = told.texts.filter(|_| keep_text);
        let (question, sql) = texts.unzip();
        let line = Line {
            at: Timestamp::now(),
            request_id: request_id.to_owned(),
            provider: told.provider,
            model: told.model,
            dialect: told.dialect.to_owned(),
            confidence: told.confidence,
            confidence_source: told.source,
            features: told.features,
            verdict,
            corrected_sql: corrected
                .filter(|_| keep_text && question.is_some())
                .map(shortened),
            question,
            sql,
        };
        let writing =
            profiling::tasks::spawn_blocking("keep feedback", move || kept::append(&folder, &line)).await;
        let outcome = writing.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        outcome.map_err(|error| {
            tracing::error!(%error, "feedback cannot be kept in the state folder");
            // It may be said again.
            if let Some(told) = self.lock().answers.get_mut(request_id) {
                told.verdict = None;
            }
            NotTaken::Write(error.kind())
        })
    }

    /// Notes the verdict; `None` when it is the one that was given before.
    fn judge(&self, request_id: &str, verdict: Verdict) -> Result<Option<Told>, NotTaken> {
        let mut remembered = self.lock();
        let told = remembered.answers.get_mut(request_id).ok_or(NotTaken::Unknown)?;
        if told.verdict == Some(verdict) {
            return Ok(None);
        }
        if told.changes >= MOST_CHANGES {
            return Err(NotTaken::Changing);
        }
        told.changes += 1;
        told.verdict = Some(verdict);
        Ok(Some(told.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        // What is remembered stays right whatever panicked beside it.
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shortened(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST_TEXT)].to_owned()
}

#[cfg(test)]
mod tests;
