//! The list of models: OpenAI's, and what OpenRouter, vLLM and others write beside it.

use serde::Deserialize;
use serde_json::Value;

use crate::provider::client::{Peer, Said};
use crate::provider::{Failure, FailureKind, ModelInfo};

/// Parts of the names of models that write no text.
const NOT_CHAT: [&str; 16] = [
    "embed",
    "whisper",
    "tts",
    "dall-e",
    "moderation",
    "transcribe",
    "realtime",
    "audio",
    "image",
    "sora",
    "rerank",
    "davinci-002",
    "babbage-002",
    "bge-",
    "stable-diffusion",
    "text-to-",
];

/// Longest description that is shown.
const MAX_DESCRIPTION: usize = 200;

#[derive(Deserialize)]
struct List {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    owned_by: Option<String>,
    /// OpenRouter's.
    #[serde(default)]
    context_length: Option<u32>,
    /// vLLM's.
    #[serde(default)]
    max_model_len: Option<u32>,
    /// OpenRouter's.
    #[serde(default)]
    top_provider: Option<TopProvider>,
}

#[derive(Deserialize)]
struct TopProvider {
    #[serde(default)]
    max_completion_tokens: Option<u32>,
}

/// Why a list is none.
#[derive(Debug)]
pub(in crate::provider) enum NoList {
    /// It is an error.
    Error(Said),
    /// It is something else.
    Unreadable,
}

impl NoList {
    /// The failure that it is.
    pub(in crate::provider) fn explain(self, peer: &Peer) -> Failure {
        match self {
            NoList::Error(said) => peer.error_inside(said, None).failure,
            NoList::Unreadable => peer.failure(
                FailureKind::InvalidResponse,
                "answered with something that is no list of models",
                &format!("check ai.services.{}.endpoint", peer.name()),
            ),
        }
    }

    /// What a body that is no list is.
    pub(in crate::provider) fn of(body: &[u8]) -> NoList {
        match serde_json::from_slice::<Value>(body) {
            Ok(document) if !document["error"].is_null() => NoList::Error(Said::of(&document)),
            _ => NoList::Unreadable,
        }
    }
}

/// The models that write text, by name.
pub(super) fn read(body: &[u8]) -> Result<Vec<ModelInfo>, NoList> {
    // Together answers with the bare list.
    let is_bare = body.trim_ascii_start().starts_with(b"[");
    let found: Vec<Model> = match is_bare {
        true => serde_json::from_slice(body).map_err(|_| NoList::of(body))?,
        false => {
            serde_json::from_slice::<List>(body)
                .map_err(|_| NoList::of(body))?
                .data
        }
    };
    let writes = |id: &str| {
        let id = id.to_ascii_lowercase();
        !NOT_CHAT.iter().any(|part| id.contains(part))
    };
    // A service with one odd name must not seem empty.
    let keep_all = !found.iter().any(|model| writes(&model.id));
    let mut models: Vec<ModelInfo> = found
        .into_iter()
        .filter(|model| keep_all || writes(&model.id))
        .map(info)
        .collect();
    models.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(models)
}

fn info(model: Model) -> ModelInfo {
    let description = match (model.description, model.owned_by) {
        (Some(text), _) if !text.is_empty() => text.chars().take(MAX_DESCRIPTION).collect(),
        (_, Some(owner)) if !owner.is_empty() => format!("by {owner}"),
        _ => String::new(),
    };
    ModelInfo {
        name: model.name.unwrap_or_else(|| model.id.clone()),
        description,
        max_tokens: model
            .top_provider
            .and_then(|top| top.max_completion_tokens)
            .unwrap_or(0),
        context_window: model.context_length.or(model.max_model_len),
        id: model.id,
        price: None,
    }
}
