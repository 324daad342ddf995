//! The models that an Ollama server has, and whether it is there.

use serde::Deserialize;

use crate::provider::client::Peer;
use crate::provider::openai::NoList;
use crate::provider::{ModelInfo, ProviderError};

#[derive(Deserialize)]
struct Tags {
    models: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    name: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    family: Option<String>,
    #[serde(default)]
    parameter_size: Option<String>,
    #[serde(default)]
    quantization_level: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "version")]
    _version: String,
}

/// The installed models, by name.
pub(super) async fn list(peer: &Peer) -> Result<Vec<ModelInfo>, ProviderError> {
    let body = peer
        .get(peer.endpoint().ollama("/tags"))
        .await?
        .whole(peer)
        .await?;
    let tags: Tags = serde_json::from_slice(&body).map_err(|_| NoList::of(&body).explain(peer))?;
    let mut models: Vec<ModelInfo> = tags.models.into_iter().map(info).collect();
    models.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(models)
}

/// Asks for the version, which loads no model.
pub(super) async fn probe(peer: &Peer) -> Result<(), ProviderError> {
    let body = peer
        .get(peer.endpoint().ollama("/version"))
        .await?
        .whole(peer)
        .await?;
    match serde_json::from_slice::<Version>(&body) {
        Ok(_) => Ok(()),
        Err(_) => Err(NoList::of(&body).explain(peer).into()),
    }
}

fn info(model: Model) -> ModelInfo {
    let details = model.details;
    let mut words: Vec<String> = details
        .into_iter()
        .flat_map(|details| [details.family, details.parameter_size, details.quantization_level])
        .flatten()
        .filter(|word| !word.is_empty())
        .collect();
    if let Some(size) = model.size.filter(|size| *size > 0) {
        words.push(format!("{:.1} GB", size as f64 / 1e9));
    }
    ModelInfo {
        name: model.name.clone(),
        id: model.name,
        description: words.join(", "),
        ..ModelInfo::default()
    }
}
