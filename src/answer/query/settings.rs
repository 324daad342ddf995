//! Which provider is to answer and how: from the request, then the store. What both leave open, the config decides.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;

use super::parameters::{Parameters, malformed};
use super::{QueryError, StoreContext};
use crate::answer::ProviderWish;
use crate::config::{MOST_SAMPLES, ProviderKind};

/// Where a key that came with this one call may be (§2.4 of atest's contract), the first that is not empty.
const KEYS_OF_THE_CALL: [&str; 4] = ["auth", "x-auth", "x-ai-api-key", "authorization"];

/// A bare number from here on is nanoseconds, as in Go's JSON of a duration; below it is seconds.
const FIRST_NANOSECONDS: f64 = 1e9;

/// The wish of a request, and a sentence for the asker when something of the store's was held back.
/// `home` gives the endpoint that a provider is known by here.
pub(super) fn wish(
    parameters: &Parameters,
    context: &StoreContext,
    home: impl Fn(&str) -> Option<String>,
) -> Result<(ProviderWish, Option<String>), QueryError> {
    let request = of_request(parameters)?;
    let mut store = of_store(context)?;
    // The store's endpoint, model and key belong to the store's provider; another one must not get them.
    if let (Some(asked), Some(stored)) = (&request.provider, &store.provider)
        && !means_the_same(asked, stored)
    {
        store = ProviderWish::default();
    }
    let provider = request.provider.or(store.provider);
    let mut withheld = None;
    let api_key = match request.api_key.or_else(|| key_of_the_call(context)) {
        Some(key) => Some(key),
        None if goes_elsewhere(
            request.endpoint.as_deref(),
            store.endpoint.as_deref(),
            provider.as_deref(),
            home,
        ) =>
        {
            // Whoever may ask must not be able to send the store's key to a server of their own.
            withheld = store.api_key.take().map(|_| {
                "the store's API key was not used, because the request names an endpoint that is neither the store's \
                 nor the provider's own"
                    .to_owned()
            });
            None
        }
        None => store.api_key,
    };
    let wish = ProviderWish {
        provider,
        model: request.model.or(store.model),
        endpoint: request.endpoint.or(store.endpoint),
        api_key,
        max_tokens: request.max_tokens.or(store.max_tokens),
        timeout: request.timeout.or(store.timeout),
        samples: request.samples,
    };
    Ok((wish, withheld))
}

fn of_request(parameters: &Parameters) -> Result<ProviderWish, QueryError> {
    let text = |name| Ok::<_, QueryError>(parameters.text(name)?.map(|text| text.trim().to_owned()));
    Ok(ProviderWish {
        provider: text("provider")?,
        model: text("model")?,
        endpoint: text("endpoint")?,
        api_key: text("api_key")?.map(|key| SecretString::from(without_bearer(&key).to_owned())),
        max_tokens: match parameters.value("max_tokens") {
            None => None,
            Some(value) => tokens(value).map_err(|why| malformed(&format!("max_tokens {why}")))?,
        },
        timeout: match parameters.value("timeout") {
            None => None,
            Some(value) => Some(duration(value).map_err(|why| malformed(&format!("timeout {why}")))?),
        },
        samples: match parameters.value("samples") {
            None => None,
            Some(value) => samples(value).map_err(|why| malformed(&format!("samples {why}")))?,
        },
    })
}

fn of_store(context: &StoreContext) -> Result<ProviderWish, QueryError> {
    let property = |name: &str| filled(context.properties.get(&format!("pro.{name}")));
    let refused = |name: &str, why: String| {
        QueryError::InvalidArgument(format!(
            "the store's property {name} {why}: correct it in atest's store settings"
        ))
    };
    let number = |text: &String| Value::String(text.clone());
    Ok(ProviderWish {
        provider: property("provider").cloned(),
        model: property("model").cloned(),
        endpoint: property("endpoint").cloned(),
        api_key: property("api_key")
            .or_else(|| filled(context.properties.get("password")))
            .map(|key| SecretString::from(without_bearer(key).to_owned())),
        max_tokens: match property("max_tokens") {
            None => None,
            Some(text) => tokens(&number(text)).map_err(|why| refused("max_tokens", why))?,
        },
        timeout: match property("timeout") {
            None => None,
            Some(text) => Some(duration(&number(text)).map_err(|why| refused("timeout", why))?),
        },
        samples: None,
    })
}

fn filled(text: Option<&String>) -> Option<&String> {
    text.filter(|text| !text.trim().is_empty())
}

fn key_of_the_call(context: &StoreContext) -> Option<SecretString> {
    KEYS_OF_THE_CALL
        .iter()
        .find_map(|name| filled(context.properties.get(*name)))
        .map(|key| without_bearer(key))
        .filter(|key| !key.is_empty())
        .map(|key| SecretString::from(key.to_owned()))
}

/// Cuts `Bearer `, in any case.
fn without_bearer(key: &str) -> &str {
    let key = key.trim();
    match key.get(..7) {
        Some(prefix) if prefix.eq_ignore_ascii_case("bearer ") => key[7..].trim(),
        _ if key.eq_ignore_ascii_case("bearer") => "",
        _ => key,
    }
}

fn means_the_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || ProviderKind::parse(one).is_some_and(|kind| ProviderKind::parse(other) == Some(kind))
}

fn goes_elsewhere(
    asked: Option<&str>,
    stored: Option<&str>,
    provider: Option<&str>,
    home: impl Fn(&str) -> Option<String>,
) -> bool {
    let Some(asked) = asked else { return false };
    let same = |known: &str| base(known) == base(asked);
    !(stored.is_some_and(same) || provider.and_then(home).is_some_and(|known| same(&known)))
}

/// The endpoint without what pages add to it.
fn base(endpoint: &str) -> &str {
    let endpoint = endpoint.trim().trim_end_matches('/');
    endpoint.strip_suffix("/v1").unwrap_or(endpoint)
}

/// A number of tokens, also as text; 0 is unset, as old pages send it.
fn tokens(value: &Value) -> Result<Option<u32>, String> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match number.map(u32::try_from) {
        Some(Ok(0)) => Ok(None),
        Some(Ok(tokens)) => Ok(Some(tokens)),
        _ => Err("must be a whole number from 1 on".into()),
    }
}

/// A number of samples, also as text.
fn samples(value: &Value) -> Result<Option<u32>, String> {
    match tokens(value) {
        Ok(None) => Ok(None),
        Ok(Some(count)) if count <= MOST_SAMPLES => Ok(Some(count)),
        _ => Err(format!("must be a whole number from 1 to {MOST_SAMPLES}")),
    }
}

/// A length of time above zero: Go's text (`120s`, `1m30s`) or a number.
pub(super) fn duration(value: &Value) -> Result<Duration, String> {
    let wrong = || "must be a time above zero, such as \"30s\", \"1m30s\" or a number of seconds".to_owned();
    let seconds = match value {
        Value::Number(number) => plain_seconds(number.as_f64().ok_or_else(wrong)?),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) => plain_seconds(number),
            Err(_) => go_seconds(text.trim()).ok_or_else(wrong)?,
        },
        _ => return Err(wrong()),
    };
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(wrong()),
    }
}

fn plain_seconds(number: f64) -> f64 {
    if number < FIRST_NANOSECONDS {
        number
    } else {
        number / 1e9
    }
}

/// Seconds of Go's duration text (<https://pkg.go.dev/time#ParseDuration>), without a sign.
fn go_seconds(mut text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("µs", 1e-6),
        ("μs", 1e-6),
        ("ms", 1e-3),
        ("h", 3600.0),
        ("m", 60.0),
        ("s", 1.0),
    ];
    let mut seconds = 0.0;
    let mut parts = 0;
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = text[..digits].parse().ok()?;
        text = &text[digits..];
        let (unit, length) = UNITS.iter().find(|(unit, _)| text.starts_with(unit))?;
        seconds += number * length;
        text = &text[unit.len()..];
        parts += 1;
    }
    (parts > 0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use secrecy::ExposeSecret;

    use super::*;

    fn key_of(wish: &ProviderWish) -> Option<&str> {
        wish.api_key.as_ref().map(|key| key.expose_secret())
    }

    fn store(pairs: &[(&str, &str)]) -> StoreContext {
        StoreContext {
            properties: pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            ..StoreContext::default()
        }
    }

    fn wished(request: Value, pairs: &[(&str, &str)]) -> (ProviderWish, Option<String>) {
        let Value::Object(request) = request else {
            panic!("an object")
        };
        let home = |name: &str| (name == "openai").then(|| "https://api.openai.com".to_owned());
        wish(&Parameters::new(request).unwrap(), &store(pairs), home).unwrap()
    }

    #[test]
    fn the_request_comes_before_the_store_and_empty_counts_as_unset() {
        let (wish, _) = wished(
            json!({"model": "", "config": {"max_tokens": 9, "timeout": "1m30s", "provider": ""}}),
            &[
                ("pro.provider", "ollama"),
                ("pro.model", "m"),
                ("pro.endpoint", "http://localhost:11434"),
                ("pro.max_tokens", "4096"),
                ("pro.timeout", "30s"),
                ("pro.api_key", ""),
                ("password", "k"),
            ],
        );
        assert_eq!(wish.provider.as_deref(), Some("ollama"));
        assert_eq!(wish.model.as_deref(), Some("m"));
        assert_eq!(wish.endpoint.as_deref(), Some("http://localhost:11434"));
        assert_eq!(wish.max_tokens, Some(9));
        assert_eq!(wish.timeout, Some(Duration::from_secs(90)));
        assert_eq!(key_of(&wish), Some("k"));
    }

    #[test]
    fn another_provider_gets_nothing_that_belongs_to_the_stores() {
        let (wish, _) = wished(
            json!({"provider": "openai"}),
            &[
                ("pro.provider", "deepseek"),
                ("pro.model", "m"),
                ("password", "k"),
            ],
        );
        assert_eq!(wish.provider.as_deref(), Some("openai"));
        assert_eq!((wish.model.as_deref(), key_of(&wish)), (None, None));
        let (same, _) = wished(
            json!({"provider": "local"}),
            &[("pro.provider", "ollama"), ("pro.model", "m")],
        );
        assert_eq!(same.model.as_deref(), Some("m"));
    }

    #[test]
    fn the_stores_key_goes_to_known_endpoints_only() {
        let known = json!({"provider": "openai", "endpoint": "https://api.openai.com/v1/"});
        let (wish, withheld) = wished(known, &[("password", "k")]);
        assert_eq!((key_of(&wish), withheld), (Some("k"), None));

        let foreign = json!({"provider": "openai", "endpoint": "https://elsewhere.example"});
        let (wish, withheld) = wished(foreign.clone(), &[("password", "k")]);
        assert_eq!(key_of(&wish), None);
        assert!(withheld.is_some());

        let (wish, _) = wished(foreign, &[("x-auth", "bEaReR mine"), ("password", "k")]);
        assert_eq!(key_of(&wish), Some("mine"));
    }

    #[test]
    fn a_bearer_prefix_is_cut_in_any_case() {
        for (given, key) in [
            ("Bearer abc", "abc"),
            ("bearer  abc ", "abc"),
            ("abc", "abc"),
            ("Bearer", ""),
            ("Bearerabc", "Bearerabc"),
            ("ключ", "ключ"),
        ] {
            assert_eq!(without_bearer(given), key);
        }
    }

    #[test]
    fn a_timeout_is_go_text_or_a_number_and_nothing_else() {
        for (value, expected) in [
            (json!("120s"), Some(120_000)),
            (json!("1m30s"), Some(90_000)),
            (json!("1h0.5s"), Some(3_600_500)),
            (json!("250ms"), Some(250)),
            (json!(5), Some(5_000)),
            (json!("7"), Some(7_000)),
            (json!(2_000_000_000_u64), Some(2_000)),
            (json!(0), None),
            (json!("-5s"), None),
            (json!(-5), None),
            (json!("soon"), None),
            (json!("5 s"), None),
            (json!("1e400"), None),
            (json!("NaN"), None),
            (json!([]), None),
        ] {
            let millis = duration(&value).ok().map(|duration| duration.as_millis());
            assert_eq!(millis, expected, "{value}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused_wherever_they_come_from() {
        for request in [
            json!({"samples": 6}),
            json!({"samples": "many"}),
            json!({"max_tokens": -1}),
            json!({"max_tokens": 1.5}),
            json!({"timeout": "x"}),
        ] {
            let Value::Object(request) = request else {
                panic!("an object")
            };
            assert!(of_request(&Parameters::new(request).unwrap()).is_err());
        }
        let error = of_store(&store(&[("pro.timeout", "x")])).unwrap_err();
        assert!(
            error.to_string().contains("the store's property timeout"),
            "{error}"
        );
    }
}
