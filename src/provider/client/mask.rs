//! A provider's own words, short and without anything that looks like a key.

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};

/// Most characters of a provider's message that are repeated.
const MAX_CHARS: usize = 200;

/// Shown instead of a key.
const MASK: &str = "***";

/// Beginnings of the keys of known services.
const KEY_STARTS: [&str; 10] = [
    "sk-", "sk_", "rk-", "pk-", "gsk_", "xai-", "hf_", "nvapi-", "AIza", "eyJ",
];

/// Shortest secret that is looked for: a shorter one would be found in every text.
const MIN_SECRET: usize = 6;

/// Shortest secret that spoils a good answer.
const MIN_TELLING: usize = 16;

/// What of `text` may be repeated to the asker: the secrets that were sent and whatever looks like one masked, on one
/// line, at most 200 characters.
pub(super) fn repeatable(text: &str, secrets: &[SecretString]) -> String {
    // Before anything is cut, so that half a key cannot stay.
    let mut text = Cow::Borrowed(text);
    for secret in secrets {
        let secret = secret.expose_secret();
        if secret.len() >= MIN_SECRET && text.contains(secret) {
            text = Cow::Owned(text.replace(secret, MASK));
        }
    }
    let mut out = String::new();
    let mut is_after_bearer = false;
    let mut rest = MAX_CHARS;
    for word in text.split_whitespace() {
        let shown = if is_after_bearer {
            Cow::Borrowed(MASK)
        } else {
            mask_keys(word)
        };
        is_after_bearer = word
            .trim_start_matches(|letter: char| !letter.is_alphanumeric())
            .trim_end_matches(':')
            .eq_ignore_ascii_case("bearer");
        let blank = if out.is_empty() { "" } else { " " };
        for letter in blank.chars().chain(shown.chars()) {
            if rest == 0 {
                out.push('…');
                return out;
            }
            out.push(if letter.is_control() { ' ' } else { letter });
            rest -= 1;
        }
    }
    out
}

/// Whether an answer holds one of the secrets that were sent, as it is or as JSON writes it. A value without a digit or
/// of few letters may stand in any answer by chance: extra headers name teams, and local servers take any key.
pub(super) fn gives_away(answer: &str, secrets: &[SecretString]) -> bool {
    let mut secrets = secrets.iter().map(ExposeSecret::expose_secret);
    secrets.any(|secret| {
        let is_telling = secret.len() >= MIN_TELLING && secret.bytes().any(|byte| byte.is_ascii_digit());
        let escaped = || serde_json::Value::from(secret).to_string();
        is_telling && (answer.contains(secret) || answer.contains(escaped().trim_matches('"')))
    })
}

/// Masks the parts of a word that look like keys: by their beginning, or because somebody has starred out a part.
fn mask_keys(word: &str) -> Cow<'_, str> {
    let is_part_of_key = |letter: char| letter.is_ascii_alphanumeric() || "-_*.".contains(letter);
    if !word.contains("**") && !KEY_STARTS.iter().any(|start| word.contains(start)) {
        return Cow::Borrowed(word);
    }
    let mut out = String::with_capacity(word.len());
    for part in word.split_inclusive(|letter| !is_part_of_key(letter)) {
        let token = part.trim_end_matches(|letter| !is_part_of_key(letter));
        // "task-" holds "sk-": a key begins a token, and goes on for a while.
        let begins = KEY_STARTS.iter().any(|start| token.starts_with(start)) && token.len() >= 8;
        if begins || token.contains("**") {
            out.push_str(MASK);
            out.push_str(&part[token.len()..]);
        } else {
            out.push_str(part);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        repeatable(text, &["hunter2-of-the-service".into()])
    }

    #[test]
    fn keys_are_masked_wherever_they_stand() {
        for (text, expected) in [
            (
                "Incorrect API key provided: sk-proj-abcdefgh12345678. You can find it at https://x.example.",
                "Incorrect API key provided: *** You can find it at https://x.example.",
            ),
            ("provided: sk-ab***********yz.", "provided: ***"),
            ("key 'gsk_0123456789' refused", "key '***' refused"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
            ("\"bearer 123456\" is bad", "\"bearer *** is bad"),
            ("it was hunter2-of-the-service, no", "it was ***, no"),
            ("x=hunter2-of-the-service&y", "x=***&y"),
            ("abcd****wxyz is wrong", "*** is wrong"),
            ("the task-force is at risk-free", "the task-force is at risk-free"),
            (
                "model claude-sonnet-4-5-20250929 gone",
                "model claude-sonnet-4-5-20250929 gone",
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_message_is_one_short_line() {
        let shown = shown(&format!("a\nb\t\u{7}c {}", "x".repeat(500)));
        assert!(shown.starts_with("a b  c xx"), "{shown}");
        assert!(
            shown.ends_with("x…") && !shown.contains(char::is_control),
            "{shown}"
        );
        assert_eq!(shown.chars().count(), MAX_CHARS + 1, "{shown}");
    }

    #[test]
    fn an_answer_gives_a_key_away_and_no_word() {
        let secrets = [
            "sk-0123456789\"abcdef".into(),
            "orders".into(),
            "a-team-of-testers".into(),
        ];
        for (answer, expected) in [
            ("SELECT 'sk-0123456789\"abcdef'", true),
            (r#"{"id": "sk-0123456789\"abcdef"}"#, true),
            (
                "SELECT name FROM orders -- for a-team-of-testers, sk-0123456789",
                false,
            ),
        ] {
            assert_eq!(gives_away(answer, &secrets), expected, "{answer}");
        }
    }

    #[test]
    fn half_a_key_does_not_stay_where_a_message_is_cut() {
        let text = format!("{} hunter2-of-the-service", "x".repeat(190));
        assert!(!shown(&text).contains("hunter2"));
    }
}
