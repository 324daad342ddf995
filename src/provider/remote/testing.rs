//! What tests of the wires share: a target at a fake, and a question for it.

use crate::config::model::ProviderPool;
use crate::provider::client::ClientSettings;
use crate::provider::fake_provider::{FakeProvider, Script, anthropic_sse, ollama_ndjson, openai_sse};

use super::*;

/// A kind for each wire.
pub(crate) const WIRES: [ProviderKind; 3] = [
    ProviderKind::OpenAi,
    ProviderKind::Anthropic,
    ProviderKind::Ollama,
];

/// A key that must not be seen anywhere.
pub(crate) const KEY: &str = "planted-hunter2-key";
/// The value of an extra header that must not be seen anywhere.
pub(crate) const HEADER: &str = "planted-header-value";
/// The question that is asked.
pub(crate) const QUESTION: &str = "How many tea pots are there?";
/// What a good model writes.
pub(crate) const ANSWER: &str = r#"{"sql":"SELECT COUNT(*) FROM pots","explanation":"Counts the pots.","tables":["pots"],"assumptions":[],"answerable":true,"clarification":""}"#;

/// A good answer of each wire.
pub(crate) fn good(kind: ProviderKind, text: &str) -> Script {
    match kind {
        ProviderKind::Anthropic => anthropic_sse(text),
        ProviderKind::Ollama => ollama_ndjson(text),
        _ => openai_sse(text),
    }
}

/// A client for one endpoint.
pub(crate) fn client_for(endpoint: &Endpoint) -> Client {
    Client::new(&ClientSettings {
        pool: &ProviderPool::default(),
        ca_file: None,
        endpoint: Some(endpoint),
    })
}

/// A target with a key, a model and a header.
pub(crate) fn target(kind: ProviderKind, url: &str) -> Target {
    let endpoint = Endpoint::parse(url).unwrap();
    Target {
        name: "tea".into(),
        kind,
        api_key: Some(KEY.into()),
        model: Some("some-model".into()),
        max_tokens: None,
        temperature: None,
        top_p: None,
        headers: [("x-extra".to_owned(), Secret(HEADER.into()))].into(),
        client: client_for(&endpoint),
        learned: Arc::default(),
        stall_timeout: Duration::from_secs(30),
        metrics: None,
        endpoint,
    }
}

/// The provider at a fake.
pub(crate) fn provider(kind: ProviderKind, fake: &FakeProvider) -> Arc<dyn Provider> {
    open(target(kind, &fake.url()))
}

/// The question.
pub(crate) fn request() -> CompletionRequest {
    CompletionRequest {
        question: QUESTION.into(),
        dialect: Dialect::Sqlite,
        schema: None,
        aliases: Arc::default(),
        existing_sql: None,
        today: jiff::civil::date(2025, 1, 1),
        share_values: false,
        schema_tokens: 8_000,
        repair: None,
        is_sample: false,
    }
}

/// Asks it.
pub(crate) async fn ask(provider: &Arc<dyn Provider>) -> Result<Completion, ProviderError> {
    provider.complete(&request()).await
}

/// The failure of an answer that the script gives.
pub(crate) async fn failure(kind: ProviderKind, script: Script) -> Failure {
    let fake = FakeProvider::start(move |_| script.clone()).await;
    failure_of(&provider(kind, &fake)).await
}

/// The failure of asking it.
pub(crate) async fn failure_of(provider: &Arc<dyn Provider>) -> Failure {
    match ask(provider).await {
        Err(ProviderError::Failed(failure)) => failure,
        other => panic!("it must fail: {other:?}"),
    }
}
