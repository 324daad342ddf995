//! What callers send over HTTP, for `fuzz/`: query strings and bodies up to what they ask for.

use secrecy::ExposeSecret;

use super::admin::{log_level, maintenance};
use super::health::is_verbose;
use super::query::request;
use crate::answer::ProviderWish;
use crate::answer::query::fuzzing::{Read, read};
use crate::answer::query::{QueryError, StoreContext};

/// Longest message to a caller, in bytes: theirs are cut before they are repeated.
const LONGEST_MESSAGE: usize = 4096;
/// Fewest bytes of a key that cannot be part of a message by chance.
const SHORTEST_KEY: usize = 12;

/// The first line is a query string; the lines after it, `name: value`, are what is known of the store; what follows an
/// empty line is the body.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    query_string(lines.next().unwrap_or_default());
    let context = StoreContext {
        properties: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
        ..StoreContext::default()
    };
    log_levels(body.as_bytes());
    match request::parse(body) {
        Ok(request) => check(read(&request, &context), &text),
        Err(problem) => is_message(&problem.to_string()),
    }
}

fn query_string(query: &str) {
    let is_named = query.contains("verbose");
    assert!(
        is_named || !is_verbose(Some(query)),
        "{query:?} is taken for verbose"
    );
    if maintenance::is_to_persist(Some(query)) == Some(true) {
        assert!(query.starts_with("persist"), "{query:?} is taken for persist");
    }
}

fn log_levels(body: &[u8]) {
    match log_level::request::parse(body) {
        Ok(change) => assert!(change.level.is_some() || !change.components.is_empty()),
        Err(problem) => assert!(problem.status().is_client_error() && !problem.to_string().is_empty()),
    }
}

fn check(read: Result<Read, QueryError>, text: &str) {
    match read {
        Ok(Read::Question(question)) => {
            assert!(!question.text.trim().is_empty(), "a question without words");
            assert!(!question.request_id.is_empty(), "a question without a name");
            is_wish(&question.wish, text);
        }
        Ok(Read::Wish(wish)) => is_wish(&wish, text),
        Ok(Read::Plain) => {}
        Err(QueryError::InvalidArgument(message)) => is_message(&message),
        Err(other) => panic!("what a caller wrote is called {other:?}"),
    }
}

/// A key is shown nowhere, and is one that somebody gave.
fn is_wish(wish: &ProviderWish, text: &str) {
    let Some(key) = wish.api_key.as_ref().map(ExposeSecret::expose_secret) else {
        return;
    };
    assert_eq!(key.trim(), key);
    if key.len() >= SHORTEST_KEY && text.matches(key).count() == 1 {
        assert!(!format!("{wish:?}").contains(key), "a key in {wish:?}");
    }
}

fn is_message(message: &str) {
    assert!(!message.trim().is_empty(), "a refusal without a reason");
    assert!(
        message.len() <= LONGEST_MESSAGE,
        "a message of {} bytes repeats what it was given",
        message.len()
    );
}
