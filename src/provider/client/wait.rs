//! How long a provider asks to be left alone, from the headers of its answer.

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

/// Longest wait that is believed; services that mean more are out of quota.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What `retry-after-ms`, `retry-after` (seconds or an HTTP date) or the reset of an exhausted rate says.
pub(super) fn asked_for(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    let wait = text("retry-after-ms")
        .and_then(|value| seconds(value.parse::<f64>().ok()? / 1000.0))
        .or_else(|| text("retry-after").and_then(|value| retry_after(value, now)))
        .or_else(|| {
            let resets = ["requests", "tokens"].into_iter().filter_map(|what| {
                // Azure writes -1 or 0 where it knows nothing; a limit that is not exhausted is not waited for.
                let remaining: i64 = text(&format!("x-ratelimit-remaining-{what}"))?.parse().ok()?;
                let limit =
                    text(&format!("x-ratelimit-limit-{what}")).and_then(|value| value.parse::<i64>().ok());
                let is_exhausted = remaining == 0 && limit.is_none_or(|limit| limit > 0);
                let reset = text(&format!("x-ratelimit-reset-{what}"))?;
                if is_exhausted { reset_time(reset) } else { None }
            });
            // Both must have passed.
            resets.filter(|wait| !wait.is_zero()).max()
        })?;
    Some(wait.min(MAX))
}

fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(number) = value.parse::<f64>() {
        return seconds(number);
    }
    let when = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(value)
        .ok()?;
    // A date in the past means now.
    Some(Duration::try_from(when.duration_since(now)).unwrap_or_default())
}

/// `6m0s`, `1.5s`, `250ms`, `1h2m3s`, or bare seconds.
fn reset_time(value: &str) -> Option<Duration> {
    if let Ok(number) = value.parse::<f64>() {
        return seconds(number);
    }
    let mut total = 0.0;
    let mut rest = value;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let letters = unit
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(unit.len());
        total += number
            * match &unit[..letters] {
                "d" => 86_400.0,
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                _ => return None,
            };
        rest = &unit[letters..];
    }
    seconds(total)
}

fn seconds(number: f64) -> Option<Duration> {
    if number.is_nan() {
        return None;
    }
    Duration::try_from_secs_f64(number.min(MAX.as_secs_f64())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &str)]) -> Option<f64> {
        let now: Timestamp = "2015-10-21T07:27:30Z".parse().unwrap();
        let headers = pairs.iter().map(|(name, value)| {
            (
                http::HeaderName::from_static(name),
                http::HeaderValue::from_str(value).unwrap(),
            )
        });
        asked_for(&headers.collect(), now).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn every_way_of_asking_for_a_wait_is_understood() {
        assert_eq!(asked(&[("retry-after", "7")]), Some(7.0));
        assert_eq!(asked(&[("retry-after", "0")]), Some(0.0));
        assert_eq!(asked(&[("retry-after", "1.5")]), Some(1.5));
        assert_eq!(
            asked(&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")]),
            Some(30.0)
        );
        assert_eq!(
            asked(&[("retry-after", "Wed, 21 Oct 2015 07:00:00 GMT")]),
            Some(0.0)
        );
        assert_eq!(
            asked(&[("retry-after", "2"), ("retry-after-ms", "1250")]),
            Some(1.25)
        );
        let exhausted = [
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "6m0s"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "250ms"),
        ];
        assert_eq!(asked(&exhausted), Some(360.0));
        assert_eq!(asked(&exhausted[2..]), Some(0.25));
    }

    #[test]
    fn what_says_nothing_is_no_wait() {
        assert_eq!(asked(&[]), None);
        for value in ["soon", "-1", "", "NaN"] {
            assert_eq!(asked(&[("retry-after", value)]), None, "{value}");
        }
        // Not exhausted.
        let open = [
            ("x-ratelimit-remaining-requests", "9"),
            ("x-ratelimit-reset-requests", "1s"),
        ];
        assert_eq!(asked(&open), None);
        // Azure's way of not knowing.
        let unknown = [
            ("x-ratelimit-limit-requests", "-1"),
            ("x-ratelimit-remaining-requests", "-1"),
            ("x-ratelimit-reset-requests", "0"),
            ("x-ratelimit-limit-tokens", "0"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "5s"),
        ];
        assert_eq!(asked(&unknown), None);
    }

    #[test]
    fn an_absurd_wait_is_a_day() {
        assert_eq!(asked(&[("retry-after", "1e300")]), Some(86_400.0));
        assert_eq!(
            asked(&[("retry-after", "Wed, 21 Oct 2099 07:28:00 GMT")]),
            Some(86_400.0)
        );
    }
}
