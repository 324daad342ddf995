//! `cmdline` and `symbol`: what `go tool pprof` asks a process beside its profiles.

use std::ffi::OsString;
use std::fmt::Write;

use axum::body::Body;
use axum::extract::RawQuery;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use http_body_util::{BodyExt, Limited};
use profiling::places::Places;

use super::plain;
use crate::http::reply::refusal;

/// Most addresses that are looked up at once.
const MOST_ADDRESSES: usize = 4096;
/// Room for as many.
const MOST_BYTES: usize = 20 * MOST_ADDRESSES;

/// `GET /debug/pprof/cmdline`: the words that this process was started with, parted by zeros. What may be a secret is masked.
pub(in crate::http) async fn cmdline() -> Response {
    plain(masked(std::env::args_os()))
}

/// The plugin takes no secret on its command line; somebody may put one there all the same.
fn masked(words: impl IntoIterator<Item = OsString>) -> String {
    let mut line = Vec::new();
    let mut is_secret = false;
    for word in words {
        let word = word.to_string_lossy().into_owned();
        let (name, value) = word.split_once('=').unwrap_or((&word, ""));
        let names_one = names_a_secret(name);
        line.push(match (is_secret, names_one && !value.is_empty()) {
            (true, _) => "***".to_owned(),
            (false, true) => format!("{name}=***"),
            (false, false) => without_user(&word),
        });
        is_secret = names_one && value.is_empty() && name.starts_with('-');
    }
    line.join("\0")
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "key", "secret", "password", "passwd", "credential"]
        .iter()
        .any(|word| name.contains(word))
}

/// A URL may hold a password before its `@`.
fn without_user(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else {
        return word.to_owned();
    };
    match rest.split_once('@') {
        Some((_, place)) => format!("{scheme}://***@{place}"),
        None => word.to_owned(),
    }
}

/// `GET` and `POST /debug/pprof/symbol`: the functions at addresses of this process, `0x1+0x2`. Without any, that there are some.
pub(in crate::http) async fn symbol(method: Method, RawQuery(query): RawQuery, body: Body) -> Response {
    let asked = if method == Method::POST {
        match Limited::new(body, MOST_BYTES).collect().await {
            Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
            Err(_) => return too_many(),
        }
    } else {
        query.unwrap_or_default()
    };
    let addresses: Vec<u64> = asked.split('+').filter_map(address).collect();
    if addresses.len() > MOST_ADDRESSES {
        return too_many();
    }
    let found = profiling::tasks::spawn_blocking("look up symbols", move || symbols(&addresses)).await;
    match found {
        Ok(Ok(text)) => plain(text),
        _ => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the addresses of this process cannot be looked up",
        ),
    }
}

fn too_many() -> Response {
    refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("at most {MOST_ADDRESSES} addresses at once"),
    )
}

fn address(text: &str) -> Option<u64> {
    let digits = text.trim();
    let digits = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
        .unwrap_or(digits);
    u64::from_str_radix(digits, 16)
        .ok()
        .filter(|address| *address != 0)
}

/// As `net/http/pprof` writes it: how many there are, or 1 for "some", then one line each.
fn symbols(addresses: &[u64]) -> std::io::Result<String> {
    let places = Places::look_up(addresses.iter().copied())?;
    let mut text = "num_symbols: 1\n".to_owned();
    for address in addresses {
        if let Some(name) = places.function(*address) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{address:#x} {name}");
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_on_the_command_line_is_masked() {
        let line = |words: &[&str]| masked(words.iter().map(OsString::from)).replace('\0', " ");
        assert_eq!(
            line(&["plugin", "--config", "/etc/a.yaml"]),
            "plugin --config /etc/a.yaml"
        );
        assert_eq!(
            line(&["plugin", "--api-key", "sk-1", "ask"]),
            "plugin --api-key *** ask"
        );
        assert_eq!(
            line(&["plugin", "--token=sk-1", "KEY=sk-2"]),
            "plugin --token=*** KEY=***"
        );
        assert_eq!(
            line(&["ask", "--database", "postgres://me:sk-1@db/shop"]),
            "ask --database postgres://***@db/shop"
        );
    }

    #[test]
    fn addresses_have_their_functions_and_others_no_line() {
        let known = what_may_be_a_secret_on_the_command_line_is_masked as fn() as usize as u64;
        let text = symbols(&[known, 1]).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[1].starts_with(&format!("{known:#x} ")), "{text}");
        assert!(
            lines[1].ends_with("what_may_be_a_secret_on_the_command_line_is_masked"),
            "{text}"
        );
    }
}
