//! What is left of a service's limits, from the headers of its answer.

use http::HeaderMap;

use crate::provider::LimitsLeft;

/// Names of the headers for what is left and for all there is, by what is limited: OpenAI's, which most others have
/// taken over, and Anthropic's.
const NAMES: [(&str, &str); 2] = [
    ("x-ratelimit-remaining-{}", "x-ratelimit-limit-{}"),
    ("anthropic-ratelimit-{}-remaining", "anthropic-ratelimit-{}-limit"),
];

/// What is left, each from 0 to 1; nothing where the service says nothing that makes sense.
pub(super) fn left(headers: &HeaderMap) -> LimitsLeft {
    LimitsLeft {
        requests: share(headers, "requests"),
        tokens: share(headers, "tokens"),
    }
}

fn share(headers: &HeaderMap, what: &str) -> Option<f64> {
    let number = |name: &str| -> Option<f64> {
        let value = headers.get(name.replace("{}", what))?.to_str().ok()?;
        value.trim().parse().ok()
    };
    NAMES.iter().find_map(|(left, all)| {
        let (left, all) = (number(left)?, number(all)?);
        // Azure writes -1 or 0 where it knows nothing.
        (all > 0.0 && left >= 0.0).then(|| (left / all).min(1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> (Option<f64>, Option<f64>) {
        let pairs = pairs.iter().map(|(name, value)| {
            (
                http::HeaderName::from_static(name),
                http::HeaderValue::from_static(value),
            )
        });
        let left = left(&pairs.collect());
        (left.requests, left.tokens)
    }

    #[test]
    fn both_ways_of_telling_are_understood() {
        let openai = [
            ("x-ratelimit-limit-requests", "500"),
            ("x-ratelimit-remaining-requests", "125"),
            ("x-ratelimit-limit-tokens", "1000"),
            ("x-ratelimit-remaining-tokens", "0"),
        ];
        assert_eq!(of(&openai), (Some(0.25), Some(0.0)));
        let anthropic = [
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "49"),
        ];
        assert_eq!(of(&anthropic), (Some(0.98), None));
    }

    #[test]
    fn what_makes_no_sense_is_no_figure() {
        assert_eq!(of(&[]), (None, None));
        for (all, left) in [
            ("-1", "-1"),
            ("0", "0"),
            ("many", "1"),
            ("10", "-1"),
            ("NaN", "1"),
        ] {
            let pairs = [
                ("x-ratelimit-limit-requests", all),
                ("x-ratelimit-remaining-requests", left),
            ];
            assert_eq!(of(&pairs), (None, None), "{left} of {all}");
        }
        let more = [
            ("x-ratelimit-limit-tokens", "10"),
            ("x-ratelimit-remaining-tokens", "11"),
        ];
        assert_eq!(of(&more), (None, Some(1.0)));
    }
}
