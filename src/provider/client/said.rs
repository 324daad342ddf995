//! What a provider says of an error, in whatever form it says it.

use serde_json::Value;

/// The parts of an error body. Empty where the provider said nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// For people.
    pub message: String,
    /// Machine words, in lower case: type, code and error code, one space between.
    pub words: String,
    /// The parameter that it is about.
    pub param: String,
    /// An HTTP status inside the body, as OpenRouter writes it into a 200.
    pub status: Option<u16>,
}

impl Said {
    /// From the body of an answer that is an error.
    pub fn read(body: &[u8]) -> Said {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => Said::of(&value),
            Err(_) => {
                let text = String::from_utf8_lossy(body);
                // A page says nothing to people who read a line.
                let is_page = text.trim_start().starts_with('<');
                Said {
                    message: if is_page {
                        String::new()
                    } else {
                        text.trim().to_owned()
                    },
                    ..Said::default()
                }
            }
        }
    }

    /// From a document: `{"error": {…}}`, `{"error": "…"}`, `{"message": …}`, `{"detail": …}`, or a list of such.
    pub fn of(document: &Value) -> Said {
        let document = match document {
            // Google's compatible service wraps its error in a list.
            Value::Array(list) => list.first().unwrap_or(&Value::Null),
            other => other,
        };
        let inner = match &document["error"] {
            Value::Null => document,
            inner => inner,
        };
        if let Some(text) = inner.as_str() {
            let mut said = Said::of_object(document);
            said.message = text.to_owned();
            return said;
        }
        let mut said = Said::of_object(inner);
        if said.message.is_empty() {
            said.message = detail(&document["detail"]);
        }
        said
    }

    /// From the object that holds the message.
    pub fn of_object(object: &Value) -> Said {
        let mut said = Said {
            message: object["message"].as_str().unwrap_or_default().to_owned(),
            param: object["param"].as_str().unwrap_or_default().to_ascii_lowercase(),
            ..Said::default()
        };
        // OpenRouter puts the words of whom it asked into `metadata.raw`.
        if let Some(raw) = object["metadata"]["raw"].as_str() {
            said.message = format!("{}: {raw}", said.message);
        }
        for word in [
            &object["type"],
            &object["code"],
            &object["status"],
            &object["details"]["error_code"],
        ] {
            match word {
                Value::String(text) => {
                    said.status = said.status.or_else(|| status(text.parse().ok()?));
                    push_word(&mut said.words, text);
                }
                Value::Number(number) => said.status = said.status.or_else(|| status(number.as_u64()?)),
                _ => {}
            }
        }
        said
    }

    /// Whether one of the machine words, or the message in lower case, holds one of `needles`.
    pub fn tells(&self, needles: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        needles
            .iter()
            .any(|needle| self.words.contains(needle) || message.contains(needle))
    }
}

fn push_word(words: &mut String, word: &str) {
    if !words.is_empty() {
        words.push(' ');
    }
    words.push_str(&word.to_lowercase());
}

fn status(number: u64) -> Option<u16> {
    u16::try_from(number)
        .ok()
        .filter(|status| (400..600).contains(status))
}

/// FastAPI's `detail`: a text, or a list of what is wrong where. The input that it repeats is left out.
fn detail(detail: &Value) -> String {
    match detail {
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let one = |item: &Value| {
                let place = item["loc"].as_array().into_iter().flatten();
                let place: Vec<String> = place
                    .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
                    .collect();
                format!(
                    "{}: {}",
                    place.join("."),
                    item["msg"].as_str().unwrap_or_default()
                )
            };
            list.iter().take(8).map(one).collect::<Vec<_>>().join("; ")
        }
        Value::Object(_) => Said::of_object(detail).message,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_found_in_every_form_of_error() {
        for (body, message, words) in [
            (
                r#"{"error":{"message":"no","type":"invalid_request_error","param":"logprobs","code":"Unsupported"}}"#,
                "no",
                "invalid_request_error unsupported",
            ),
            (r#"{"error":"model 'x' not found"}"#, "model 'x' not found", ""),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#,
                "Overloaded",
                "overloaded_error",
            ),
            (
                r#"{"error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                "m",
                "rate_limit_error enforced_spend_limit_reached",
            ),
            (r#"{"object":"error","message":"bad","code":400}"#, "bad", ""),
            (
                r#"[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]"#,
                "slow",
                "resource_exhausted",
            ),
            (r#"{"detail":"Not Found"}"#, "Not Found", ""),
            (
                r#"{"detail":[{"type":"extra_forbidden","loc":["body","logprobs"],"msg":"Extra inputs","input":"the question"}]}"#,
                "body.logprobs: Extra inputs",
                "",
            ),
            ("upstream connect error", "upstream connect error", ""),
            ("<html><h1>502</h1></html>", "", ""),
            ("", "", ""),
            ("null", "", ""),
        ] {
            let said = Said::read(body.as_bytes());
            assert_eq!(
                (said.message.as_str(), said.words.as_str()),
                (message, words),
                "{body}"
            );
        }
    }

    #[test]
    fn a_status_inside_the_body_is_found() {
        let said = Said::read(
            br#"{"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"why"}}}"#,
        );
        assert_eq!(said.status, Some(502));
        assert_eq!(said.message, "Provider returned error: why");
        assert_eq!(
            Said::read(br#"{"error":{"code":"429","message":""}}"#).status,
            Some(429)
        );
        assert_eq!(
            Said::read(br#"{"error":{"code":"1302","message":""}}"#).status,
            None
        );
    }
}
