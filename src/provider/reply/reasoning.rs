//! Hides what a model thought aloud before it answered.

use std::borrow::Cow;
use std::ops::Range;

use super::json;

/// The marks that models put around their reasoning.
const MARKS: [&str; 4] = ["think", "thinking", "reasoning", "thought"];

/// The text with blanks where the reasoning was, so that every other byte stays where it is.
///
/// A mark that only closes hides all before it: the opening one was in the model's template. One that never closes hides
/// all after it, but for a JSON object at the very end, before which the closing mark was forgotten.
pub(super) fn hidden(text: &str) -> Cow<'_, str> {
    let places = places(text);
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for place in places {
        out.push_str(&text[from..place.start]);
        for (at, line) in text[place.clone()].split('\n').enumerate() {
            out.push_str(if at > 0 { "\n" } else { "" });
            out.extend(std::iter::repeat_n(' ', line.len()));
        }
        from = place.end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// Where the reasoning stands, in order and without overlaps.
fn places(text: &str) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (mark, opens) in marks(text) {
        if opens {
            if depth == 0 {
                start = mark.start;
            }
            depth += 1;
        } else if depth > 1 {
            depth -= 1;
        } else if depth == 1 {
            depth = 0;
            places.push(start..mark.end);
        } else {
            places.clear();
            places.push(0..mark.end);
        }
    }
    if depth > 0 {
        places.push(start..answer_at_the_end(text, start).unwrap_or(text.len()));
    }
    places
}

/// `<think>` and its like from the left, and whether each opens.
fn marks(text: &str) -> impl Iterator<Item = (Range<usize>, bool)> {
    text.match_indices('<').filter_map(|(start, _)| {
        let inside = &text[start + 1..];
        let (opens, name) = match inside.strip_prefix('/') {
            Some(name) => (false, name),
            None => (true, inside),
        };
        let end = name.bytes().take(12).position(|byte| byte == b'>')?;
        let is_mark = MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(&name[..end]));
        let length = end + usize::from(!opens) + 2;
        is_mark.then_some((start..start + length, opens))
    })
}

/// Where an object begins after which nothing but a fence comes.
fn answer_at_the_end(text: &str, from: usize) -> Option<usize> {
    let body = text.trim_end().trim_end_matches('`').trim_end();
    if !body.ends_with('}') {
        return None;
    }
    let starts = body[from..].match_indices('{').map(|(at, _)| from + at);
    let mut latest = starts.collect::<Vec<_>>().into_iter().rev().take(8);
    latest.find(|start| json::whole(&body[*start..]).is_some_and(|node| node.first(&["sql"]).is_some()))
}
