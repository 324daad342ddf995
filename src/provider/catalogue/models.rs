//! The models that are known without asking their providers.
//!
//! Sources: the model pages under <https://developers.openai.com/api/docs/models>,
//! <https://platform.claude.com/docs/en/about-claude/models/overview> and
//! <https://api-docs.deepseek.com/quick_start/pricing>, as of 2026-11-24. What a provider offers today, it says itself
//! when it is asked for its models; this list is for choosing before there is a key.

use std::sync::{Arc, LazyLock};

use super::{ModelInfo, builtin, prices};
use crate::config::ProviderKind;

/// Id, name, most tokens in an answer, most tokens in all, description.
type Known = (&'static str, &'static str, u32, u32, &'static str);

#[rustfmt::skip]
const OPENAI: &[Known] = &[
    ("gpt-6.1-sol", "GPT-6.1 Sol", 128_000, 1_050_000, "For hard questions over large schemas"),
    ("gpt-6.1-terra", "GPT-6.1 Terra", 128_000, 1_050_000, "For everyday questions"),
    ("gpt-6-luna", "GPT-6 Luna", 128_000, 1_050_000, "Quick and cheap"),
    ("gpt-5.6-sol", "GPT-5.6 Sol", 128_000, 1_050_000, "For hard questions; the generation before GPT-6"),
    ("gpt-5.6-luna", "GPT-5.6 Luna", 128_000, 1_050_000, "Quick and cheap; the generation before GPT-6"),
    ("gpt-5.5", "GPT-5.5", 128_000, 1_050_000, "For hard questions; an older generation"),
    ("gpt-5.4", "GPT-5.4", 128_000, 1_050_000, "For everyday questions; an older generation"),
    ("gpt-5.4-mini", "GPT-5.4 mini", 128_000, 400_000, "Quick; an older generation"),
    ("gpt-5.4-nano", "GPT-5.4 nano", 128_000, 400_000, "Cheap; an older generation, offered until 2027-04-01"),
    ("gpt-5", "GPT-5", 128_000, 400_000, "Reasoning model; offered until 2026-12-11"),
    ("gpt-5-mini", "GPT-5 mini", 128_000, 400_000, "Smaller reasoning model; offered until 2026-12-11"),
    ("gpt-5-nano", "GPT-5 nano", 128_000, 400_000, "Smallest reasoning model; offered until 2026-12-11"),
    ("gpt-5-pro", "GPT-5 pro", 272_000, 400_000, "Answers through OpenAI's Responses API alone, which is not spoken here; offered until 2026-12-11"),
    ("gpt-4.1", "GPT-4.1", 32_768, 1_047_576, "Answers without reasoning first and gives log-probabilities; offered until 2027-01-14"),
    ("gpt-4.1-mini", "GPT-4.1 mini", 32_768, 1_047_576, "Quick, and gives log-probabilities; offered until 2027-01-14"),
    ("gpt-4o", "GPT-4o", 16_384, 128_000, "Gives log-probabilities; offered until 2027-01-14"),
    ("gpt-4o-mini", "GPT-4o mini", 16_384, 128_000, "Cheap, and gives log-probabilities; offered until 2027-01-14"),
    ("o3", "o3", 100_000, 200_000, "Reasoning model; offered until 2026-12-11"),
];

#[rustfmt::skip]
const DEEPSEEK: &[Known] = &[
    ("deepseek-flash", "DeepSeek Flash", 393_216, 1_000_000, "Quick and cheap"),
    ("deepseek-v4-pro", "DeepSeek V4 Pro", 393_216, 1_000_000, "For hard questions"),
    ("deepseek-v4-flash", "DeepSeek V4 Flash", 393_216, 1_000_000, "Older name of deepseek-flash"),
    ("deepseek-chat", "DeepSeek Chat", 8_192, 131_072, "Not offered by DeepSeek since 2026-07-24; use deepseek-flash"),
    ("deepseek-reasoner", "DeepSeek Reasoner", 65_536, 131_072, "Not offered by DeepSeek since 2026-07-24; use deepseek-flash"),
];

#[rustfmt::skip]
const ANTHROPIC: &[Known] = &[
    ("claude-sonnet-5-5", "Claude Sonnet 5.5", 128_000, 1_000_000, "For everyday questions"),
    ("claude-opus-5-5", "Claude Opus 5.5", 128_000, 1_000_000, "For hard questions over large schemas"),
    ("claude-haiku-5-5", "Claude Haiku 5.5", 128_000, 1_000_000, "Quick and cheap"),
    ("claude-fable-5-1", "Claude Fable 5.1", 128_000, 1_000_000, "The largest one"),
    ("claude-opus-5", "Claude Opus 5", 128_000, 1_000_000, "For hard questions; an older generation"),
    ("claude-sonnet-5", "Claude Sonnet 5", 128_000, 1_000_000, "For everyday questions; an older generation"),
    ("claude-opus-4-8", "Claude Opus 4.8", 128_000, 1_000_000, "For hard questions; an older generation"),
    ("claude-sonnet-4-6", "Claude Sonnet 4.6", 128_000, 1_000_000, "For everyday questions; an older generation"),
    ("claude-sonnet-4-5", "Claude Sonnet 4.5", 64_000, 200_000, "Offered until 2026-11-30; use claude-sonnet-5-5"),
    ("claude-haiku-4-5", "Claude Haiku 4.5", 64_000, 200_000, "Quick; an older generation"),
];

/// The known models of each kind, made once.
static MODELS: LazyLock<[(ProviderKind, Arc<[ModelInfo]>); 4]> = LazyLock::new(|| {
    let list = |kind, known: &[Known]| (kind, known.iter().map(|known| model(kind, known)).collect());
    [
        list(ProviderKind::OpenAi, OPENAI),
        list(ProviderKind::DeepSeek, DEEPSEEK),
        list(ProviderKind::Anthropic, ANTHROPIC),
        (ProviderKind::Builtin, Arc::from([embedded()])),
    ]
});

/// Of kinds whose models depend on the place, there are none to know.
static NONE: LazyLock<Arc<[ModelInfo]>> = LazyLock::new(|| Arc::from([]));

/// The known models of a kind.
pub(super) fn of(kind: ProviderKind) -> &'static Arc<[ModelInfo]> {
    let mut lists = MODELS.iter();
    let found = lists.find(|(known, _)| *known == kind);
    found.map_or(&NONE, |(_, models)| models)
}

fn model(kind: ProviderKind, known: &Known) -> ModelInfo {
    let (id, name, max_tokens, context_window, description) = *known;
    ModelInfo {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        max_tokens,
        context_window: Some(context_window),
        price: prices::listed(kind, id),
    }
}

fn embedded() -> ModelInfo {
    ModelInfo {
        id: builtin::MODEL.into(),
        name: "Embedded engine".into(),
        description: "Rules over the schema; needs no key, no model server and no network".into(),
        ..ModelInfo::default()
    }
}
