//! What an answer of a model costs; a model without a known price costs no figure at all, never 0.

mod table;

use std::collections::BTreeMap;

use super::TokenUsage;
use crate::config::ProviderKind;
use crate::config::model::{Ai, Price};

/// Tokens that a price is for.
const PER_TOKENS: f64 = 1_000_000.0;

/// The built-in prices and those of the config, which win.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    /// By `service/model` or model, in lower case.
    own: BTreeMap<String, Price>,
}

impl Prices {
    /// With the prices of `ai.prices` over the built-in ones.
    pub fn new(ai: &Ai) -> Prices {
        let own = ai.prices.iter();
        Prices {
            own: own
                .map(|(key, price)| (key.trim().to_lowercase(), *price))
                .collect(),
        }
    }

    /// The price of a model at a service; `None` when nobody has said it.
    ///
    /// Looked up under the model's whole id first, then without a tag and a date (`gpt-5-2025-08-07`,
    /// `claude-opus-4-5@20251101`, `qwen3:8b`): providers answer a request for `gpt-5` under its dated name.
    pub fn price(&self, service: &str, kind: ProviderKind, model: &str) -> Option<Price> {
        let names = names_of(model);
        self.own_price(service, &names).or_else(|| {
            let built_in = |name: &String| built_in(kind, name);
            names.iter().find_map(built_in)
        })
    }

    fn own_price(&self, service: &str, names: &[String]) -> Option<Price> {
        if self.own.is_empty() {
            return None;
        }
        let service = service.to_lowercase();
        let of = |name: &String| {
            let with_service = self.own.get(&format!("{service}/{name}"));
            with_service.or_else(|| self.own.get(name)).copied()
        };
        names.iter().find_map(of)
    }
}

/// Where a list price comes from and the day on which it was read; `None` for a model without one.
pub fn origin(kind: ProviderKind, model: &str) -> Option<(&'static str, &'static str)> {
    let entry_of = |name: &String| {
        let mut entries = table::PRICES.iter();
        entries.find(|entry| entry.kind == kind && entry.model == name)
    };
    let entry = names_of(model).iter().find_map(entry_of)?;
    Some((entry.source, entry.seen))
}

/// What the tokens of one call cost, in US dollars. The cached part of the prompt is charged at its own price.
pub fn cost(price: Price, usage: &TokenUsage) -> f64 {
    let cached = usage.cached_input.min(usage.input);
    let fresh = usage.input - cached;
    let cached_price = price.cached_input.unwrap_or(price.input);
    (fresh as f64 * price.input + cached as f64 * cached_price + usage.output as f64 * price.output)
        / PER_TOKENS
}

/// The list price of a model, by its id alone.
pub(super) fn built_in(kind: ProviderKind, name: &str) -> Option<Price> {
    let mut entries = table::PRICES.iter();
    let found = entries.find(|entry| entry.kind == kind && entry.model == name);
    found.map(|entry| entry.price)
}

/// The list price of a model, with or without a date in its id.
pub(super) fn listed(kind: ProviderKind, model: &str) -> Option<Price> {
    names_of(model).iter().find_map(|name| built_in(kind, name))
}

/// The names that a model's price may stand under, the whole id first, all in lower case.
fn names_of(model: &str) -> Vec<String> {
    let whole = model.trim().to_lowercase();
    let mut names = Vec::with_capacity(2);
    let bare = without_date(whole.split([':', '@']).next().unwrap_or_default());
    if bare != whole && !bare.is_empty() {
        let bare = bare.to_owned();
        names.extend([whole, bare]);
    } else {
        names.push(whole);
    }
    names
}

/// Without `-YYYY-MM-DD` or `-YYYYMMDD` at the end.
fn without_date(name: &str) -> &str {
    for length in ["-2025-08-07".len(), "-20250929".len()] {
        let Some(cut) = name.len().checked_sub(length) else {
            continue;
        };
        let Some((head, tail)) = name.split_at_checked(cut) else {
            continue;
        };
        let is_date = tail.bytes().enumerate().all(|(at, byte)| match at {
            0 => byte == b'-',
            5 | 8 if tail.len() == 11 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if is_date && tail[1..].starts_with("20") {
            return head;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn prices(own: &[(&str, f64)]) -> Prices {
        let price = |input| Price {
            input,
            output: input * 4.0,
            cached_input: None,
        };
        Prices::new(&Ai {
            prices: own
                .iter()
                .map(|(key, input)| ((*key).to_owned(), price(*input)))
                .collect(),
            ..Ai::default()
        })
    }

    fn input(prices: &Prices, kind: ProviderKind, model: &str) -> Option<f64> {
        prices.price("cloud", kind, model).map(|price| price.input)
    }

    #[test]
    fn every_built_in_price_says_where_and_when_it_was_read() {
        let mut keys = BTreeSet::new();
        for entry in table::PRICES {
            let name = entry.model;
            assert!(keys.insert((entry.kind, name)), "{name} stands twice");
            assert_eq!(name, name.to_lowercase().trim(), "{name}");
            assert!(entry.source.starts_with("https://"), "{name}");
            let seen: jiff::civil::Date = entry.seen.parse().expect(name);
            assert!(seen.year() >= 2026, "{name}");
            let price = entry.price;
            assert!(price.input > 0.0 && price.output >= price.input, "{name}");
            if let Some(cached) = price.cached_input {
                assert!(cached > 0.0 && cached < price.input, "{name}");
            }
        }
        assert!(keys.len() > 50);
    }

    #[test]
    fn a_dated_id_has_the_price_of_its_model_unless_it_has_its_own() {
        let none = prices(&[]);
        for (model, expected) in [
            ("gpt-5", Some(1.25)),
            ("GPT-5-2025-08-07", Some(1.25)),
            ("gpt-5-mini-2025-08-07", Some(0.25)),
            ("gpt-4o-2024-11-20", Some(2.5)),
            ("gpt-4o-2024-05-13", Some(5.0)),
            ("gpt-5-turbo", None),
            ("gpt-5-2025", None),
            ("gpt-5-1234-56-78", None),
            ("my-gpt-5", None),
            ("", None),
            ("-2025-08-07", None),
            ("日本語-日本語日本", None),
        ] {
            assert_eq!(input(&none, ProviderKind::OpenAi, model), expected, "{model}");
        }
        for model in [
            "claude-sonnet-4-5",
            "claude-sonnet-4-5-20250929",
            "claude-sonnet-4-5@20250929",
        ] {
            assert_eq!(input(&none, ProviderKind::Anthropic, model), Some(3.0), "{model}");
        }
    }

    #[test]
    fn a_model_of_another_provider_or_of_ones_own_has_no_price() {
        let none = prices(&[]);
        for kind in [
            ProviderKind::Builtin,
            ProviderKind::Ollama,
            ProviderKind::Custom,
            ProviderKind::DeepSeek,
        ] {
            assert_eq!(none.price("x", kind, "gpt-5"), None, "{kind:?}");
        }
        assert_eq!(none.price("builtin", ProviderKind::Builtin, "builtin"), None);
    }

    #[test]
    fn the_configs_price_wins_and_the_services_own_wins_over_all() {
        let own = prices(&[
            ("GPT-5", 7.0),
            ("Cloud/gpt-5", 9.0),
            ("qwen3", 2.0),
            ("cloud/o3-2025-04-16", 3.0),
        ]);
        assert_eq!(input(&own, ProviderKind::OpenAi, "gpt-5-2025-08-07"), Some(9.0));
        let elsewhere = own
            .price("other", ProviderKind::Custom, "gpt-5")
            .map(|price| price.input);
        assert_eq!(elsewhere, Some(7.0));
        assert_eq!(input(&own, ProviderKind::Ollama, "qwen3:8b"), Some(2.0));
        assert_eq!(input(&own, ProviderKind::OpenAi, "o3-2025-04-16"), Some(3.0));
        assert_eq!(input(&own, ProviderKind::OpenAi, "o3"), Some(2.0));
    }

    #[test]
    fn cached_tokens_are_part_of_the_prompt_and_cost_their_own_price() {
        let price = Price {
            input: 2.0,
            output: 8.0,
            cached_input: Some(0.5),
        };
        let usage = TokenUsage {
            input: 1_000_000,
            output: 250_000,
            cached_input: 400_000,
            reasoning: 100_000,
        };
        assert!((cost(price, &usage) - (1.2 + 0.2 + 2.0)).abs() < 1e-9);
        let without = Price {
            cached_input: None,
            ..price
        };
        assert!((cost(without, &usage) - 4.0).abs() < 1e-9);
        let odd = TokenUsage {
            cached_input: u64::MAX,
            ..usage
        };
        assert!((cost(price, &odd) - (0.5 + 2.0)).abs() < 1e-9);
    }
}
