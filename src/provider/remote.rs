//! What every provider over the network shares: how it is opened, asked, and its answer turned into a completion.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nl2sql::Dialect;
use reqwest::Url;
use secrecy::SecretString;

use crate::config::ProviderKind;
use crate::config::kinds::Secret;

use super::anthropic::Anthropic;
use super::builtin::Builtin;
use super::client::{Client, Documents, Given, Habits, Learned, Peer, Rejection, read};
use super::ollama::Ollama;
use super::openai::OpenAi;
use super::{
    Bill, ChatReply, ChatRequest, Completion, CompletionRequest, Endpoint, Failure, FailureKind, ModelInfo,
    Provider, ProviderError, TokenLogprob, prompt, reply,
};
use crate::telemetry::{Metrics, trace};

/// Most tokens in an answer when nothing else is set. A long statement with its explanation has some 500.
const MAX_TOKENS: u32 = 2048;

/// Temperature of a sample where the settings name none above 0; 0.5 to 0.8 are usual for answers that vote.
const OF_SAMPLES: f64 = 0.7;

/// Most times that one call gives something up, each after a complaint about it.
const MAX_DOWNGRADES: usize = 6;

/// The host of the service that passes calls on to many others.
const OPENROUTER: &str = "openrouter.ai";

/// Longest time for naming a service's models in a message about a missing one.
const QUICK_LIST: Duration = Duration::from_secs(2);

/// Most models that a message names.
const MAX_NAMED: usize = 8;

/// A service to ask, and with what.
pub struct Target {
    /// The service's name, for messages.
    pub name: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Key to send.
    pub api_key: Option<SecretString>,
    /// Model to ask.
    pub model: Option<String>,
    /// Most tokens in an answer.
    pub max_tokens: Option<u32>,
    /// How freely the model chooses words; 0 when neither this nor `top_p` is set, for models that take it.
    pub temperature: Option<f64>,
    /// Share of probability that words are chosen from.
    pub top_p: Option<f64>,
    /// Extra headers; a value replaces what would be sent else.
    pub headers: BTreeMap<String, Secret>,
    /// The connections.
    pub client: Client,
    /// What is known of the service's models.
    pub learned: Arc<Learned>,
    /// Longest silence in the middle of an answer.
    pub stall_timeout: Duration,
    /// Where its rate limits are shown; `None` when they are those of whoever asks.
    pub metrics: Option<Arc<Metrics>>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("endpoint", &self.endpoint)
            .field("model", &self.model)
            .field("headers", &self.headers.keys())
            .finish_non_exhaustive()
    }
}

/// The provider that asks a target. Costs nothing until it is asked.
pub fn open(target: Target) -> Arc<dyn Provider> {
    match target.kind {
        ProviderKind::Builtin => Arc::new(Builtin),
        ProviderKind::Ollama => Arc::new(Ollama::new(target)),
        ProviderKind::Anthropic => Arc::new(Anthropic::new(target)),
        ProviderKind::OpenAi | ProviderKind::DeepSeek | ProviderKind::Custom => Arc::new(OpenAi::new(target)),
    }
}

/// A whole answer.
pub(super) struct Heard<D> {
    /// What was read of it.
    pub reading: D,
    /// What was sent for it.
    pub habits: Habits,
    /// Time from sending the request to the first piece of text.
    pub first_token: Option<Duration>,
}

/// A target, ready to be asked.
pub(super) struct Remote {
    pub peer: Peer,
    /// The address of its calls.
    pub url: Url,
    /// It passes calls on, and chooses to whom by what is sent.
    pub is_openrouter: bool,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    model: Option<String>,
    max_tokens: u32,
    learned: Arc<Learned>,
    /// What the model is remembered by: two endpoints may have models of one name.
    learned_as: String,
}

impl Remote {
    /// With the address of its calls. Costs nothing until it is asked.
    pub fn new(target: Target, url: Url) -> Remote {
        let model = target
            .model
            .map(|model| model.trim().to_owned())
            .filter(|model| !model.is_empty());
        let is_openrouter = target.endpoint.host() == OPENROUTER;
        Remote {
            learned_as: format!("{} {}", target.endpoint, model.as_deref().unwrap_or_default()),
            peer: Peer::new(
                target.name,
                target.kind,
                target.endpoint,
                target.api_key.as_ref(),
                &target.headers,
                target.client,
                target.stall_timeout,
            )
            .shown_in(target.metrics),
            url,
            is_openrouter,
            temperature: target.temperature,
            top_p: target.top_p,
            model,
            max_tokens: target.max_tokens.unwrap_or(MAX_TOKENS),
            learned: target.learned,
        }
    }

    /// What to say to the model, or `None` when no model is set.
    pub async fn chat(&self, request: &CompletionRequest) -> Option<ChatRequest<'_>> {
        let model = self.model.as_deref()?;
        let is_local = self.peer.endpoint().is_loopback();
        let written = if prompt::takes_long(request) {
            let request = request.clone();
            let write = trace::carry(move || prompt::write(&request, is_local));
            profiling::tasks::spawn_blocking("write a prompt of a large schema", write)
                .await
                .ok()
        } else {
            None
        };
        let written = written.unwrap_or_else(|| prompt::write(request, is_local));
        Some(ChatRequest {
            model,
            system: written.system,
            user: written.user,
            max_tokens: self.max_tokens,
            warnings: written.warnings,
            is_sample: request.is_sample,
        })
    }

    /// The error for a missing model. Names those that there are, if `models` comes quickly.
    pub async fn no_model(
        &self,
        models: impl Future<Output = Result<Vec<ModelInfo>, ProviderError>>,
    ) -> ProviderError {
        let name = self.peer.name();
        let mut reason = format!(
            "no model is set for the provider {name:?}; set ai.services.{name}.model, or name one with the question"
        );
        if let Ok(Ok(models)) = tokio::time::timeout(QUICK_LIST, models).await
            && !models.is_empty()
        {
            let ids: Vec<&str> = models
                .iter()
                .take(MAX_NAMED)
                .map(|model| model.id.as_str())
                .collect();
            let and_more = if models.len() > MAX_NAMED { ", …" } else { "" };
            reason.push_str(&format!(" (it has {}{and_more})", ids.join(", ")));
        }
        ProviderError::Unavailable(reason)
    }

    /// Sends what `write` makes of what the model takes, reads the answer, and leaves out what it complains of, be it
    /// by a status or by an error in place of the answer. What that has taught is kept for the next call.
    pub async fn ask<D: Documents + Default>(
        &self,
        model: &str,
        write: impl Fn(&Habits) -> Vec<u8>,
    ) -> Result<Heard<D>, Failure> {
        let known = self.learned.habits(&self.learned_as, self.peer.kind());
        let mut habits = known;
        let mut downgrades = 0;
        loop {
            let mut reading = D::default();
            let outcome = self.ask_once(write(&habits), model, &mut reading).await;
            // A model that has begun to write takes what it was sent, whatever becomes of its answer.
            let is_taken = outcome.is_ok() || reading.has_text();
            let next = match &outcome {
                Err(rejection) if !is_taken => self.after(habits, rejection),
                _ => None,
            };
            // After a complaint about something else, what was left out before it was right.
            if habits != known && (is_taken || next.is_some()) {
                self.learned.keep(&self.learned_as, habits);
            }
            match (outcome, next) {
                (Ok(first_token), _) => {
                    return Ok(Heard {
                        reading,
                        habits,
                        first_token,
                    });
                }
                (Err(_), Some(next)) if downgrades < MAX_DOWNGRADES => habits = next,
                (Err(rejection), _) => return Err(rejection.failure),
            }
            downgrades += 1;
        }
    }

    async fn ask_once(
        &self,
        body: Vec<u8>,
        model: &str,
        reading: &mut impl Documents,
    ) -> Result<Option<Duration>, Rejection> {
        let sent = Instant::now();
        let answer = self.peer.post(self.url.clone(), body, model).await?;
        read(&self.peer, answer, reading, model, sent).await
    }

    /// What to send instead after a rejection, if that can help.
    fn after(&self, habits: Habits, rejection: &Rejection) -> Option<Habits> {
        let given = Given {
            temperature: self.temperature.is_some(),
            top_p: self.top_p.is_some(),
        };
        let status = rejection.failure.status.unwrap_or_default();
        habits.after(self.peer.kind(), status, &rejection.said, given)
    }

    /// Host and port that it is asked at.
    pub fn address(&self) -> (&str, u16) {
        let endpoint = self.peer.endpoint();
        (endpoint.host(), endpoint.port())
    }

    /// Remembers what an answer has shown of the model.
    pub fn learn(&self, habits: Habits) {
        self.learned.keep(&self.learned_as, habits);
    }

    /// The temperature to send: 0, unless the settings say something or the model takes none. A sample needs one above 0.
    pub fn temperature(&self, habits: &Habits, is_sample: bool) -> Option<f64> {
        if is_sample {
            let warm = self.temperature.filter(|temperature| *temperature > 0.0);
            return warm.or(Some(OF_SAMPLES)).filter(|_| habits.temperature);
        }
        // A `top_p` beside a temperature of 0 would do nothing.
        let default = if self.top_p.is_some() { None } else { Some(0.0) };
        self.temperature.or(default).filter(|_| habits.temperature)
    }

    /// The `top_p` to send.
    pub fn top_p(&self, habits: &Habits) -> Option<f64> {
        self.top_p.filter(|_| habits.top_p)
    }

    /// What the asker should know of settings that the model does not take.
    pub fn ignored_settings(&self, habits: &Habits) -> Vec<String> {
        let mut ignored = Vec::new();
        for (name, given, taken) in [
            ("temperature", self.temperature, habits.temperature),
            ("top_p", self.top_p, habits.top_p),
        ] {
            if let (Some(value), false) = (given, taken) {
                ignored.push(format!(
                    "{} does not take {name} for this model; the configured {value} had no effect",
                    self.peer.name()
                ));
            }
        }
        ignored
    }

    /// The reply of a model with what is known of it besides its text.
    pub fn filled(
        &self,
        mut reply: ChatReply,
        first_token: Option<Duration>,
        habits: &Habits,
        chat: &ChatRequest<'_>,
    ) -> ChatReply {
        reply.first_token = first_token;
        reply.warnings = chat.warnings.clone();
        reply.warnings.extend(self.ignored_settings(habits));
        // A model's name goes into traces and replies.
        if reply.model.is_empty() || self.peer.gives_away(&reply.model) {
            chat.model.clone_into(&mut reply.model);
        }
        reply
    }

    /// What comes of an exchange: a completion, or why there is none, without the question in it.
    pub fn outcome(
        &self,
        reply: Result<ChatReply, Failure>,
        request: &CompletionRequest,
    ) -> Result<Completion, ProviderError> {
        let reply = reply.map_err(|failure| without_question(failure.into(), &request.question))?;
        self.completion(reply, request.dialect)
    }

    /// The completion that an answer is, or why it is none.
    pub fn completion(&self, reply: ChatReply, dialect: Dialect) -> Result<Completion, ProviderError> {
        let written = match self.written(&reply, dialect) {
            Ok(written) => written,
            Err(error) => {
                return Err(error.billed(Bill {
                    model: reply.model,
                    usage: reply.usage,
                    stated_cost: reply.stated_cost,
                }));
            }
        };
        let logprobs = written
            .sql_bytes
            .as_ref()
            .and_then(|place| logprobs(&reply.tokens, place.start, place.end));
        Ok(Completion {
            alternative: None,
            mean_logprob: logprobs.map(|(sum, count)| sum / f64::from(count)),
            sum_logprob: logprobs.map(|(sum, _)| sum),
            sql: written.sql,
            explanation: written.explanation,
            confidence: None,
            assumptions: written.assumptions,
            warnings: reply.warnings,
            model: reply.model,
            usage: reply.usage,
            first_token: reply.first_token,
            stated_cost: reply.stated_cost,
        })
    }

    /// What the model wrote.
    fn written(&self, reply: &ChatReply, dialect: Dialect) -> Result<reply::Written, ProviderError> {
        let name = self.peer.name();
        if let Some(words) = &reply.refusal {
            let words = self.peer.repeatable(words);
            return Err(ProviderError::Refused {
                kind: "declined",
                reason: match words.is_empty() {
                    true => format!("{name} declined to answer; put the question differently"),
                    false => format!("{name} declined to answer: {words:?}; put the question differently"),
                },
                bill: None,
            });
        }
        if reply.is_cut {
            return Err(ProviderError::Failed(Failure::new(
                FailureKind::InvalidResponse,
                format!(
                    "{name} stopped in the middle of its answer: max_tokens ({}) was reached; raise \
                     ai.services.{name}.max_tokens",
                    self.max_tokens
                ),
            )));
        }
        let read = reply::read(&reply.text, dialect);
        let gives_away = match &read {
            Ok(written) => [&written.sql, &written.explanation]
                .into_iter()
                .chain(&written.assumptions)
                .any(|text| self.peer.gives_away(text)),
            Err(error) => self.peer.gives_away(&error.to_string()),
        };
        if gives_away {
            return Err(self.peer.gave_away().into());
        }
        read
    }
}

/// The failure without the question in it, should the provider have repeated it.
fn without_question(error: ProviderError, question: &str) -> ProviderError {
    /// A shorter text may stand in any message by chance.
    const MIN: usize = 8;
    let question = question.trim();
    match error {
        ProviderError::Failed(mut failure) if question.len() >= MIN && failure.message.contains(question) => {
            failure.message = failure.message.replace(question, "…");
            ProviderError::Failed(failure)
        }
        other => other,
    }
}

/// Sum and number of the tokens that overlap the bytes from `start` to `end`; `None` when there are none.
fn logprobs(tokens: &[TokenLogprob], start: usize, end: usize) -> Option<(f64, u32)> {
    let first = tokens.partition_point(|token| token.bytes.end <= start);
    let inside = tokens[first..].iter().take_while(|token| token.bytes.start < end);
    let (sum, count) = inside.fold((0.0, 0u32), |(sum, count), token| {
        (sum + token.logprob, count + 1)
    });
    (count > 0).then_some((sum, count))
}

#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
