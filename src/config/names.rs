//! What is shown of a name that somebody wrote: a key may stand in its place.

use std::borrow::Cow;

use super::kinds::MASK;

/// Shortest run of letters and digits that may be a key.
const SHORTEST: usize = 16;
/// Fewest digits in such a run.
const FEWEST_DIGITS: usize = 3;

/// A setting's path as it may be shown.
pub(super) fn shown_path(path: &str) -> Cow<'_, str> {
    if path.split('.').all(|name| shown(name) == name) {
        return path.into();
    }
    path.split('.').map(shown).collect::<Vec<_>>().join(".").into()
}

/// A name as it may be shown: a mask where it looks like a key, and as far as the sign where it is `api_key:key` or
/// `api_key=key`, written without the space that makes it a name and a value.
pub(super) fn shown(name: &str) -> Cow<'_, str> {
    if let Some((before, sign, after)) = parted(name)
        && is_a_setting(before)
        && !after.trim().is_empty()
    {
        return format!("{before}{sign}{MASK}").into();
    }
    match looks_like_a_key(name) {
        true => MASK.into(),
        false => name.into(),
    }
}

fn parted(name: &str) -> Option<(&str, char, &str)> {
    let at = name.find([':', '='])?;
    let sign = if name[at..].starts_with(':') { ':' } else { '=' };
    Some((&name[..at], sign, &name[at + 1..]))
}

/// Whether secrets have such a name.
fn is_a_setting(name: &str) -> bool {
    let lower = name.trim().to_ascii_lowercase();
    [
        "key",
        "token",
        "secret",
        "password",
        "authorization",
        "dsn",
        "sha256",
    ]
    .iter()
    .any(|part| lower.contains(part))
}

/// Whether a long run of letters and digits, or what known services begin their keys with, is in it.
fn looks_like_a_key(name: &str) -> bool {
    name.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|run| {
            let digits = run.bytes().filter(u8::is_ascii_digit).count();
            run.len() >= SHORTEST && digits >= FEWEST_DIGITS && digits < run.len()
        })
        || ["sk-", "sk_", "gsk_", "xai-", "hf_", "nvapi-"]
            .iter()
            .any(|start| {
                name.trim_start_matches(['!', '<', '"']).starts_with(start) && name.len() >= SHORTEST
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_keys_are_not() {
        for name in [
            "api_key",
            "gpt-4o-mini-2024-07-18",
            "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
            "maxConcurrentRequestsOfAll",
            "claude-sonnet-4-5-20250929",
            "deployment.environment.name",
            "20260101000000000000",
            "服务",
            "",
        ] {
            assert_eq!(shown(name), name);
        }
        for (name, expected) in [
            ("Q70bbd5c056e1ecb83bf0f1ccda4ccb8e74e3d17", "********"),
            ("sk-proj-abcdefghijkl", "********"),
            ("!sk-proj-abcdefghijkl", "********"),
            ("api_key:hunter two", "api_key:********"),
            ("api_key=hunter", "api_key=********"),
            ("authorization: Bearer x", "authorization:********"),
            ("x: 0123456789abcdef0123", "********"),
        ] {
            assert_eq!(shown(name), expected);
        }
        assert_eq!(
            shown_path("ai.services.a1b2c3d4e5f6a7b8.model"),
            "ai.services.********.model"
        );
        assert_eq!(shown_path("ai.services.openai.model"), "ai.services.openai.model");
    }
}
