//! How much of its rate limit a provider says is left, from the headers of its answer.

use http::HeaderMap;

use crate::telemetry::RateLimitKind;

/// Each kind with its pairs of headers: the limit, and what is left of it. OpenAI's names, which many share, and
/// Anthropic's, which limits the tokens of prompts and of answers one by one.
const HEADERS: [(RateLimitKind, &[[&str; 2]]); 2] = [
    (
        RateLimitKind::Requests,
        &[
            ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests"],
            [
                "anthropic-ratelimit-requests-limit",
                "anthropic-ratelimit-requests-remaining",
            ],
        ],
    ),
    (
        RateLimitKind::Tokens,
        &[
            ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens"],
            [
                "anthropic-ratelimit-tokens-limit",
                "anthropic-ratelimit-tokens-remaining",
            ],
            [
                "anthropic-ratelimit-input-tokens-limit",
                "anthropic-ratelimit-input-tokens-remaining",
            ],
            [
                "anthropic-ratelimit-output-tokens-limit",
                "anthropic-ratelimit-output-tokens-remaining",
            ],
        ],
    ),
];

/// The smallest share, 0 to 1, that is left of each kind of limit; nothing for a kind that the headers do not tell.
pub(super) fn left(headers: &HeaderMap) -> impl Iterator<Item = (RateLimitKind, f64)> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let share = move |[limit, remaining]: &[&str; 2]| {
        let (limit, remaining) = (number(limit)?, number(remaining)?);
        // Azure writes -1 or 0 where it knows nothing.
        (limit > 0.0 && limit.is_finite() && remaining >= 0.0).then(|| (remaining / limit).min(1.0))
    };
    HEADERS.into_iter().filter_map(move |(kind, pairs)| {
        let least = pairs.iter().filter_map(share).reduce(f64::min)?;
        Some((kind, least))
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn shares(pairs: &[(&'static str, &'static str)]) -> Vec<(RateLimitKind, f64)> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        left(&pairs.collect()).collect()
    }

    #[test]
    fn the_headers_of_openai_and_anthropic_are_read() {
        let openai = [
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-remaining-requests", "15"),
            ("x-ratelimit-limit-tokens", "150000"),
            ("x-ratelimit-remaining-tokens", "0"),
        ];
        assert_eq!(
            shares(&openai),
            [(RateLimitKind::Requests, 0.25), (RateLimitKind::Tokens, 0.0)]
        );
        // Of several limits the one that is nearest counts.
        let anthropic = [
            ("anthropic-ratelimit-tokens-limit", "1000"),
            ("anthropic-ratelimit-tokens-remaining", "800"),
            ("anthropic-ratelimit-output-tokens-limit", "200"),
            ("anthropic-ratelimit-output-tokens-remaining", "100"),
        ];
        assert_eq!(shares(&anthropic), [(RateLimitKind::Tokens, 0.5)]);
    }

    #[test]
    fn what_says_nothing_is_no_figure() {
        for (limit, remaining) in [
            ("-1", "-1"),
            ("0", "0"),
            ("10", "-1"),
            ("ten", "5"),
            ("10", ""),
            ("NaN", "NaN"),
            ("inf", "5"),
        ] {
            let pairs = [
                ("x-ratelimit-limit-requests", limit),
                ("x-ratelimit-remaining-requests", remaining),
            ];
            assert_eq!(shares(&pairs), [], "{limit} {remaining}");
        }
        assert_eq!(shares(&[("x-ratelimit-remaining-requests", "5")]), []);
        let more = [
            ("x-ratelimit-limit-requests", "10"),
            ("x-ratelimit-remaining-requests", "11"),
        ];
        assert_eq!(shares(&more), [(RateLimitKind::Requests, 1.0)]);
    }
}
