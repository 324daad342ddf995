//! Anthropic's list of models, page by page.

use serde::Deserialize;

use crate::provider::client::Peer;
use crate::provider::openai::NoList;
use crate::provider::{ModelInfo, ProviderError};

/// Models on a page: the most that can be asked for.
const PAGE: usize = 1000;
/// Most pages that are read.
const MAX_PAGES: usize = 5;

#[derive(Deserialize)]
struct Page {
    data: Vec<Model>,
    #[serde(default)]
    has_more: bool,
    #[serde(default)]
    last_id: Option<String>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    max_tokens: Option<u32>,
}

/// Every model.
pub(super) async fn list(peer: &Peer) -> Result<Vec<ModelInfo>, ProviderError> {
    let mut models = Vec::new();
    let mut after = None;
    for _ in 0..MAX_PAGES {
        let page = page(peer, PAGE, after.as_deref()).await?;
        models.extend(page.data.into_iter().map(|model| ModelInfo {
            name: model.display_name.unwrap_or_else(|| model.id.clone()),
            max_tokens: model.max_tokens.unwrap_or_default(),
            id: model.id,
            ..ModelInfo::default()
        }));
        if !page.has_more || page.last_id.is_none() || page.last_id == after {
            break;
        }
        after = page.last_id;
    }
    models.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(models)
}

/// Whether a list comes: one model of it is enough.
pub(super) async fn probe(peer: &Peer) -> Result<(), ProviderError> {
    page(peer, 1, None).await.map(|_| ())
}

async fn page(peer: &Peer, limit: usize, after: Option<&str>) -> Result<Page, ProviderError> {
    let mut url = peer.endpoint().versioned("/models");
    url.query_pairs_mut().append_pair("limit", &limit.to_string());
    if let Some(after) = after {
        url.query_pairs_mut().append_pair("after_id", after);
    }
    let body = peer.get(url).await?.whole(peer).await?;
    let page = serde_json::from_slice(&body).map_err(|_| NoList::of(&body).explain(peer))?;
    Ok(page)
}
