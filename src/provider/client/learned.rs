//! What a model takes, learned from what it has turned down.

use std::collections::HashMap;
use std::sync::PoisonError;

use profiling::contention::Mutex;

use crate::config::ProviderKind;

use super::Said;
use super::status::TOO_LONG;

/// Most models that are remembered; beyond it, all is learned anew.
const MAX_MODELS: usize = 256;

/// How far the form of the answer can be prescribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// By a JSON schema.
    Schema,
    /// As a JSON object with the schema beside it, as llama.cpp and some services took it before OpenAI had schemas.
    ObjectBySchema,
    /// As a JSON object (Anthropic: by a forced tool).
    Object,
    /// In the prompt only.
    Plain,
}

/// Whether Ollama is told not to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// It has not been seen to think, so nothing is said.
    Unseen,
    /// It thinks, and can be told not to.
    Off,
    /// Saying so breaks it.
    Untouched,
}

/// What the limit of the answer is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// `max_completion_tokens`, which OpenAI's reasoning models want.
    MaxCompletionTokens,
    /// `max_tokens`.
    MaxTokens,
    /// It has only one name.
    Fixed,
}

/// What is sent to a model, besides what every model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Habits {
    pub level: Level,
    pub limit: Limit,
    pub thinking: Thinking,
    pub logprobs: bool,
    pub stream_options: bool,
    pub temperature: bool,
    pub top_p: bool,
    /// OpenRouter asks only those for an answer that take all of this.
    pub whole_route: bool,
}

/// What the settings themselves say, which is not given up for a complaint about its value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Given {
    pub temperature: bool,
    pub top_p: bool,
}

impl Habits {
    /// Before anything is known.
    pub fn of(kind: ProviderKind) -> Habits {
        Habits {
            // DeepSeek documents `json_object` alone.
            level: if kind == ProviderKind::DeepSeek {
                Level::Object
            } else {
                Level::Schema
            },
            limit: match kind {
                ProviderKind::OpenAi => Limit::MaxCompletionTokens,
                ProviderKind::DeepSeek | ProviderKind::Custom => Limit::MaxTokens,
                _ => Limit::Fixed,
            },
            thinking: Thinking::Unseen,
            logprobs: true,
            stream_options: true,
            temperature: true,
            top_p: true,
            whole_route: true,
        }
    }

    /// What to send instead after a complaint; `None` when it is about nothing that can be left out. The status of an
    /// error in place of a good answer is 200.
    pub fn after(self, kind: ProviderKind, status: u16, said: &Said, given: Given) -> Option<Habits> {
        if status == 404 {
            return self.on_a_wider_route(said);
        }
        // OpenAI answers 403 to "logprobs" of a model that has none; vLLM and servers over llama.cpp 500 to a schema.
        if !matches!(status, 200 | 400 | 403 | 422 | 500 | 501) || said.tells(&TOO_LONG) {
            return None;
        }
        let complaint = Complaint::of(said);
        let mut next = self;
        next.limit = self.limit.after(&complaint);
        if complaint.names(&["logprobs"]) {
            next.logprobs = false;
        }
        if complaint.names(&["stream_options", "include_usage"]) {
            next.stream_options = false;
        }
        let names_top_p = given.top_p && complaint.names(&["top_p"]);
        if names_top_p && !complaint.is_about_value() {
            next.top_p = false;
        }
        // "temperature and top_p cannot both be given": one of them goes.
        if complaint.names(&["temperature"])
            && !names_top_p
            && !(given.temperature && complaint.is_about_value())
        {
            next.temperature = false;
        }
        if complaint.names(&["think"]) && self.thinking == Thinking::Off {
            next.thinking = Thinking::Untouched;
        }
        if complaint.names(structure_words(kind)) {
            next.level = self.level.below(kind);
        }
        (next != self).then_some(next)
    }

    /// When OpenRouter knows nobody who takes everything: probabilities can be done without most easily.
    fn on_a_wider_route(self, said: &Said) -> Option<Habits> {
        if !said.tells(&["requested parameters"]) || !self.whole_route {
            return None;
        }
        Some(Habits {
            logprobs: false,
            // Then it leaves out what a service does not take.
            whole_route: self.logprobs,
            ..self
        })
    }
}

impl Level {
    /// The next that prescribes less.
    fn below(self, kind: ProviderKind) -> Level {
        match self {
            Level::Schema if kind == ProviderKind::Custom => Level::ObjectBySchema,
            Level::Schema | Level::ObjectBySchema => Level::Object,
            Level::Object | Level::Plain => Level::Plain,
        }
    }
}

impl Limit {
    /// The other name, when the complaint is about the one that was sent.
    fn after(self, complaint: &Complaint) -> Limit {
        let (words, other): (&[&str], Limit) = match self {
            Limit::MaxCompletionTokens => (&["max_completion_tokens"], Limit::MaxTokens),
            Limit::MaxTokens => (
                &["max_tokens", "max_completion_tokens"],
                Limit::MaxCompletionTokens,
            ),
            Limit::Fixed => return self,
        };
        if complaint.names(words) && !complaint.is_about_value() {
            other
        } else {
            self
        }
    }
}

/// What a service says of a call, in lower case.
struct Complaint(String);

impl Complaint {
    fn of(said: &Said) -> Complaint {
        Complaint(format!(
            "{} {} {}",
            said.param,
            said.words,
            said.message.to_lowercase()
        ))
    }

    fn names(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.0.contains(word))
    }

    /// Whether another value would do.
    fn is_about_value(&self) -> bool {
        self.names(&[
            "too large",
            "at most",
            "maximum",
            "less than",
            "greater than",
            "must be",
            "exceed",
            "range",
            "between",
        ]) && !self.names(&["deprecated", "only the default", "only supports the default"])
    }
}

/// Words for how the form of the answer is prescribed.
fn structure_words(kind: ProviderKind) -> &'static [&'static str] {
    match kind {
        ProviderKind::Ollama => &["format", "grammar", "schema"],
        ProviderKind::Anthropic => &[
            "output_config",
            "output_format",
            "output format",
            "json_schema",
            "structured output",
            "tool_choice",
            "tool choice",
            "tools",
            "tool use",
            "schema",
        ],
        _ => &[
            "response_format",
            "response format",
            "json_schema",
            "json schema",
            "json_object",
            "json mode",
            "structured output",
            "structured_output",
            "guided",
            "grammar",
            "schema",
        ],
    }
}

/// What is known of the models of a service. Kept over reloads of the config, shared by all who ask it.
#[derive(Debug, Default)]
pub struct Learned {
    models: Mutex<HashMap<String, Habits>>,
}

impl Learned {
    /// What is known of a model at an endpoint.
    pub(crate) fn habits(&self, key: &str, kind: ProviderKind) -> Habits {
        let models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        models.get(key).copied().unwrap_or_else(|| Habits::of(kind))
    }

    /// Remembers it.
    pub(crate) fn keep(&self, key: &str, habits: Habits) {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if models.len() >= MAX_MODELS && !models.contains_key(key) {
            models.clear();
        }
        models.insert(key.to_owned(), habits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(kind: ProviderKind, status: u16, message: &str) -> Option<Habits> {
        let said = Said {
            message: message.into(),
            ..Said::default()
        };
        Habits::of(kind).after(kind, status, &said, Given::default())
    }

    #[test]
    fn a_complaint_changes_what_it_is_about_and_nothing_else() {
        let openai = Habits::of(ProviderKind::OpenAi);
        let custom = Habits::of(ProviderKind::Custom);
        for (status, message, kind, expected) in [
            (
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                ProviderKind::Custom,
                Habits {
                    limit: Limit::MaxCompletionTokens,
                    ..custom
                },
            ),
            (
                400,
                "Unrecognized request argument supplied: max_completion_tokens",
                ProviderKind::OpenAi,
                Habits {
                    limit: Limit::MaxTokens,
                    ..openai
                },
            ),
            (
                400,
                "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
                ProviderKind::OpenAi,
                Habits {
                    temperature: false,
                    ..openai
                },
            ),
            (
                400,
                "`temperature` must be strictly positive",
                ProviderKind::Custom,
                Habits {
                    temperature: false,
                    ..custom
                },
            ),
            (
                403,
                "You are not allowed to request logprobs from this model.",
                ProviderKind::OpenAi,
                Habits {
                    logprobs: false,
                    ..openai
                },
            ),
            (
                422,
                "body.stream_options: Extra inputs are not permitted; body.logprobs: Extra inputs are not permitted",
                ProviderKind::Custom,
                Habits {
                    stream_options: false,
                    logprobs: false,
                    ..custom
                },
            ),
            (
                400,
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
                ProviderKind::OpenAi,
                Habits {
                    level: Level::Object,
                    ..openai
                },
            ),
            (
                500,
                "failed to parse grammar",
                ProviderKind::Custom,
                Habits {
                    level: Level::ObjectBySchema,
                    ..custom
                },
            ),
            (
                400,
                "This response_format type is unavailable now",
                ProviderKind::DeepSeek,
                Habits {
                    level: Level::Plain,
                    ..Habits::of(ProviderKind::DeepSeek)
                },
            ),
            (
                400,
                "json: cannot unmarshal object into Go struct field ChatRequest.format of type string",
                ProviderKind::Ollama,
                Habits {
                    level: Level::Object,
                    ..Habits::of(ProviderKind::Ollama)
                },
            ),
            (
                400,
                "output_config: Extra inputs are not permitted",
                ProviderKind::Anthropic,
                Habits {
                    level: Level::Object,
                    ..Habits::of(ProviderKind::Anthropic)
                },
            ),
        ] {
            assert_eq!(after(kind, status, message), Some(expected), "{message}");
        }
    }

    #[test]
    fn what_is_not_about_a_parameter_changes_nothing() {
        for (status, message) in [
            (
                400,
                "This model's maximum context length is 8192 tokens. Please reduce your json_schema or max_tokens.",
            ),
            (
                400,
                "max_completion_tokens is too large: 999999. This model supports at most 4096 completion tokens",
            ),
            (400, "Invalid value for 'model'"),
            (400, ""),
            (401, "response_format"),
            (404, "logprobs"),
            (429, "response_format"),
            (503, "response_format"),
        ] {
            assert_eq!(
                after(ProviderKind::OpenAi, status, message),
                None,
                "{status} {message}"
            );
        }
    }

    #[test]
    fn a_value_that_the_settings_gave_is_not_dropped_for_being_wrong() {
        let habits = Habits::of(ProviderKind::Custom);
        let said = |message: &str| Said {
            message: message.into(),
            ..Said::default()
        };
        let given = Given {
            temperature: true,
            top_p: true,
        };
        let wrong = said("temperature must be between 0 and 1");
        assert_eq!(habits.after(ProviderKind::Custom, 400, &wrong, given), None);
        let both = said("`temperature` and `top_p` cannot both be specified for this model");
        let next = habits.after(ProviderKind::Anthropic, 400, &both, given);
        assert_eq!(
            next,
            Some(Habits {
                top_p: false,
                ..habits
            })
        );
    }

    #[test]
    fn memory_for_models_is_bounded() {
        let learned = Learned::default();
        let habits = Habits {
            logprobs: false,
            ..Habits::of(ProviderKind::Custom)
        };
        for number in 0..10 * MAX_MODELS {
            learned.keep(&format!("m{number}"), habits);
        }
        assert!(learned.models.lock().unwrap().len() <= MAX_MODELS);
        assert_eq!(learned.habits("m2559", ProviderKind::Custom), habits);
        assert_eq!(
            learned.habits("other", ProviderKind::Custom),
            Habits::of(ProviderKind::Custom)
        );
    }
}
