//! What models cost by the lists of those who offer them.
//!
//! A price is the one of the standard tier, without batch or priority, for prompts of ordinary length: some models cost
//! more beyond 100,000 or 272,000 tokens. DeepSeek asks half outside the working hours of Beijing; these are its full
//! prices, so that a budget is never overrun. The figures were read from LiteLLM's price list 1.110.2, which names the
//! lists below as its sources, and compared with copies of those pages where there were any. Models that are no longer
//! offered stay, because others offer them under the same name through the same interface.

use crate::config::ProviderKind;
use crate::config::model::Price;

const OPENAI_LIST: &str = "https://developers.openai.com/api/docs/pricing";
const DEEPSEEK_LIST: &str = "https://api-docs.deepseek.com/quick_start/pricing";
const ANTHROPIC_LIST: &str = "https://platform.claude.com/docs/en/about-claude/pricing";

/// The price of one model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Who offers it.
    pub kind: ProviderKind,
    /// Its id, in lower case and without a date.
    pub model: &'static str,
    /// In US dollars for a million tokens.
    pub price: Price,
    /// Where the price is published.
    pub source: &'static str,
    /// The day on which it was read, as `YYYY-MM-DD`.
    pub seen: &'static str,
}

const fn entry(
    kind: ProviderKind,
    model: &'static str,
    prices: (f64, f64, Option<f64>),
    source: &'static str,
    seen: &'static str,
) -> Entry {
    let (input, output, cached_input) = prices;
    Entry {
        kind,
        model,
        price: Price {
            input,
            output,
            cached_input,
        },
        source,
        seen,
    }
}

const fn openai(model: &'static str, input: f64, output: f64, cached: Option<f64>) -> Entry {
    let prices = (input, output, cached);
    entry(ProviderKind::OpenAi, model, prices, OPENAI_LIST, "2026-11-24")
}

const fn deepseek(model: &'static str, input: f64, output: f64, cached: Option<f64>) -> Entry {
    let prices = (input, output, cached);
    entry(ProviderKind::DeepSeek, model, prices, DEEPSEEK_LIST, "2026-11-24")
}

const fn anthropic(model: &'static str, input: f64, output: f64, cached: Option<f64>) -> Entry {
    let prices = (input, output, cached);
    entry(
        ProviderKind::Anthropic,
        model,
        prices,
        ANTHROPIC_LIST,
        "2026-11-24",
    )
}

/// Input, output, cached input. A model with dates in its id is found without them (`gpt-5-2025-08-07`), so an entry
/// with a date is one whose price differs.
#[rustfmt::skip]
pub(super) const PRICES: &[Entry] = &[
    openai("gpt-6.1-sol", 2.0, 10.0, Some(0.1)),
    openai("gpt-6.1-terra", 1.0, 5.0, Some(0.05)),
    openai("gpt-6-astra", 10.0, 50.0, Some(1.0)),
    openai("gpt-6-sol", 2.0, 10.0, Some(0.2)),
    openai("gpt-6-luna", 0.1, 0.5, Some(0.01)),
    openai("gpt-5.6", 4.0, 20.0, Some(0.4)),
    openai("gpt-5.6-sol", 4.0, 20.0, Some(0.4)),
    openai("gpt-5.6-terra", 2.0, 12.0, Some(0.2)),
    openai("gpt-5.6-luna", 0.2, 1.2, Some(0.02)),
    openai("gpt-5.5", 5.0, 30.0, Some(0.5)),
    openai("gpt-5.5-pro", 30.0, 180.0, None),
    openai("gpt-5.4", 2.5, 15.0, Some(0.25)),
    openai("gpt-5.4-pro", 30.0, 180.0, None),
    openai("gpt-5.4-mini", 0.75, 4.5, Some(0.075)),
    openai("gpt-5.4-nano", 0.2, 1.25, Some(0.02)),
    openai("gpt-5.2", 1.75, 14.0, Some(0.175)),
    openai("gpt-5.2-pro", 21.0, 168.0, None),
    openai("gpt-5.1", 1.25, 10.0, Some(0.125)),
    openai("gpt-5", 1.25, 10.0, Some(0.125)),
    openai("gpt-5-mini", 0.25, 2.0, Some(0.025)),
    openai("gpt-5-nano", 0.05, 0.4, Some(0.005)),
    openai("gpt-5-pro", 15.0, 120.0, None),
    openai("gpt-4.1", 2.0, 8.0, Some(0.5)),
    openai("gpt-4.1-mini", 0.4, 1.6, Some(0.1)),
    openai("gpt-4.1-nano", 0.1, 0.4, Some(0.025)),
    openai("gpt-4o", 2.5, 10.0, Some(1.25)),
    openai("gpt-4o-2024-05-13", 5.0, 15.0, None),
    openai("gpt-4o-mini", 0.15, 0.6, Some(0.075)),
    openai("gpt-4-turbo", 10.0, 30.0, None),
    openai("gpt-4", 30.0, 60.0, None),
    openai("gpt-3.5-turbo", 0.5, 1.5, None),
    openai("o1", 15.0, 60.0, Some(7.5)),
    openai("o3", 2.0, 8.0, Some(0.5)),
    openai("o3-mini", 1.1, 4.4, Some(0.55)),
    openai("o3-pro", 20.0, 80.0, None),
    openai("o4-mini", 1.1, 4.4, Some(0.275)),
    deepseek("deepseek-flash", 0.3, 1.2, Some(0.006)),
    deepseek("deepseek-v4-flash", 0.3, 1.2, Some(0.006)),
    deepseek("deepseek-v4-pro", 1.32, 3.96, Some(0.044)),
    deepseek("deepseek-chat", 0.28, 0.42, Some(0.028)),
    deepseek("deepseek-reasoner", 0.28, 0.42, Some(0.028)),
    anthropic("claude-fable-5-1", 10.0, 50.0, Some(0.25)),
    anthropic("claude-fable-5", 10.0, 50.0, Some(1.0)),
    anthropic("claude-opus-5-5", 4.0, 20.0, Some(0.2)),
    anthropic("claude-opus-5", 5.0, 25.0, Some(0.5)),
    anthropic("claude-opus-4-8", 5.0, 25.0, Some(0.5)),
    anthropic("claude-opus-4-7", 5.0, 25.0, Some(0.5)),
    anthropic("claude-opus-4-6", 5.0, 25.0, Some(0.5)),
    anthropic("claude-opus-4-5", 5.0, 25.0, Some(0.5)),
    anthropic("claude-sonnet-5-5", 2.0, 10.0, Some(0.1)),
    anthropic("claude-sonnet-5", 2.0, 10.0, Some(0.2)),
    anthropic("claude-sonnet-4-6", 3.0, 15.0, Some(0.3)),
    anthropic("claude-sonnet-4-5", 3.0, 15.0, Some(0.3)),
    anthropic("claude-haiku-5-5", 0.1, 0.5, Some(0.01)),
    anthropic("claude-haiku-4-5", 1.0, 5.0, Some(0.1)),
    anthropic("claude-opus-4-1", 15.0, 75.0, Some(1.5)),
    anthropic("claude-opus-4", 15.0, 75.0, Some(1.5)),
    anthropic("claude-opus-4-0", 15.0, 75.0, Some(1.5)),
    anthropic("claude-sonnet-4", 3.0, 15.0, Some(0.3)),
    anthropic("claude-sonnet-4-0", 3.0, 15.0, Some(0.3)),
    anthropic("claude-3-7-sonnet", 3.0, 15.0, Some(0.3)),
    anthropic("claude-3-7-sonnet-latest", 3.0, 15.0, Some(0.3)),
    anthropic("claude-3-5-haiku", 0.8, 4.0, Some(0.08)),
    anthropic("claude-3-5-haiku-latest", 0.8, 4.0, Some(0.08)),
];
