//! Whether a tree is a config: every key known, every value of its type and within its bounds.
//!
//! Messages name keys and never repeat a value: a value in the wrong place may be somebody's password.

use serde_json::{Map, Number, Value as Json};

use super::kinds;
use super::problem::{Origin, Problems};
use super::schema::{Kind, Shape};
use super::suggest;
use super::tree::{Entry, Node, Value, join};
use super::unknown;

/// Checks `node` against `shape` and gives its value in the one notation that the model reads. What is wrong, unknown
/// or blank is taken out of the tree: a blank value is an unset one.
pub fn check(node: &mut Node, shape: Shape<'_>, key: &str, problems: &mut Problems) -> Option<Json> {
    let origin = node.origin.clone();
    match (shape.kind(), &mut node.value) {
        (Kind::Map, Value::Null) => {
            node.value = Value::Map(Vec::new());
            Some(Json::Object(Map::new()))
        }
        (Kind::Map, Value::Map(entries)) => {
            let map = check_entries(entries, shape, key, problems);
            check_required(&map, shape, &origin, key, problems);
            Some(Json::Object(map))
        }
        (Kind::Map, _) => {
            problems
                .add(&origin, key, "this is a section, not a single value")
                .suggest("write its settings beneath it, indented by two spaces");
            None
        }
        (Kind::List, Value::List(nodes)) => check_items(nodes, shape, key, problems),
        (Kind::List, _) => {
            problems
                .add(&origin, key, "this takes a list")
                .suggest("write `[a, b]`, or one `- value` a line");
            None
        }
        (kind, Value::Text(text)) => match scalar(kind, text, shape, &origin) {
            Ok(json) => Some(json),
            Err((message, suggestion)) => {
                problems.add(&origin, key, message).suggestion = suggestion;
                None
            }
        },
        (_, Value::Null) => None,
        (_, Value::List(_) | Value::Map(_)) => {
            problems
                .add(&origin, key, "this takes a single value")
                .suggest("write it on the line of its key");
            None
        }
    }
}

fn check_entries(
    entries: &mut Vec<Entry>,
    shape: Shape<'_>,
    key: &str,
    problems: &mut Problems,
) -> Map<String, Json> {
    let mut map = Map::new();
    entries.retain_mut(|entry| {
        let path = join(key, &entry.key);
        let Some(inner) = shape.property(&entry.key).or_else(|| shape.values()) else {
            unknown::tell(entry, shape, key, problems);
            return false;
        };
        let is_setting = shape.property(&entry.key).is_some() && inner.kind() != Kind::Map;
        if is_setting && is_blank(&entry.node) {
            return false;
        }
        if !is_setting && matches!(entry.node.value, Value::Null) && inner.kind() != Kind::Map {
            entry.node.value = Value::Text(String::new());
        }
        match check(&mut entry.node, inner, &path, problems) {
            Some(json) => {
                map.insert(entry.key.clone(), json);
                true
            }
            None => false,
        }
    });
    map
}

fn is_blank(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn check_required(
    map: &Map<String, Json>,
    shape: Shape<'_>,
    origin: &Origin,
    key: &str,
    problems: &mut Problems,
) {
    for name in shape.required() {
        let path = join(key, name);
        if !map.contains_key(name) && !problems.concern(&path) {
            problems.add(origin, path, "this must be given");
        }
    }
}

fn check_items(nodes: &mut [Node], shape: Shape<'_>, key: &str, problems: &mut Problems) -> Option<Json> {
    let items = shape.items()?;
    let before = problems.0.len();
    let mut list = Vec::with_capacity(nodes.len());
    for (index, node) in nodes.iter_mut().enumerate() {
        let path = format!("{key}[{index}]");
        if items.kind() != Kind::Map && is_blank(node) {
            problems.add(&node.origin, path, "an entry of a list must not be empty");
            continue;
        }
        list.extend(check(node, items, &path, problems));
    }
    (problems.0.len() == before).then_some(Json::Array(list))
}

type Wrong = (String, Option<String>);

fn wrong(message: impl Into<String>) -> Wrong {
    (message.into(), None)
}

fn scalar(kind: Kind<'_>, text: &str, shape: Shape<'_>, origin: &Origin) -> Result<Json, Wrong> {
    match kind {
        Kind::Flag => flag(text, origin).map(Json::Bool),
        Kind::Whole => whole(text, shape),
        Kind::Number => number(text, shape),
        Kind::Text(name) => {
            let words = shape.words();
            // These kinds know more words than one wants to read in a message.
            let has_aliases = matches!(name, "level" | "provider" | "dialect");
            let text = match words.iter().find(|word| word.eq_ignore_ascii_case(text.trim())) {
                Some(word) => word,
                None if words.is_empty() || has_aliases => text,
                None => return Err((format!("not one of {}", words.join(", ")), like(text, &words))),
            };
            let json = kinds::canonical(name, text).map_err(|message| (message, like(text, &words)))?;
            within(&json, name, shape)?;
            Ok(Json::String(json))
        }
        Kind::Map | Kind::List => Err(wrong("this takes a single value")),
    }
}

fn like(text: &str, words: &[&str]) -> Option<String> {
    let close = suggest::closest(text.trim(), words.iter().copied())?;
    Some(format!("did you mean {close}?"))
}

/// `true` and `false` only: what YAML 1.1 takes for a flag (`yes`, `on`) is a text in YAML 1.2, and guessing helps nobody.
/// Variables may also be `1` and `0`, as the Go plugin takes them.
fn flag(text: &str, origin: &Origin) -> Result<bool, Wrong> {
    let lower = text.trim().to_ascii_lowercase();
    let from_environment = matches!(origin, Origin::Environment(_));
    match lower.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        "1" | "t" if from_environment => Ok(true),
        "0" | "f" if from_environment => Ok(false),
        "yes" | "on" | "y" => Err(("not true or false".into(), Some("write true".into()))),
        "no" | "off" | "n" => Err(("not true or false".into(), Some("write false".into()))),
        _ => Err(wrong("not true or false")),
    }
}

fn whole(text: &str, shape: Shape<'_>) -> Result<Json, Wrong> {
    let number: i64 = text.trim().parse().map_err(|_| wrong("not a whole number"))?;
    let least = shape.attribute("minimum").and_then(Json::as_i64);
    let format_most = match shape.text("format") {
        Some("uint32") => Some(i64::from(u32::MAX)),
        Some("int32") => Some(i64::from(i32::MAX)),
        _ => None,
    };
    let most = shape.attribute("maximum").and_then(Json::as_i64).or(format_most);
    match (least, most) {
        (Some(least), _) if number < least => Err(wrong(format!("must be at least {least}"))),
        (_, Some(most)) if number > most => Err(wrong(format!("must be at most {most}"))),
        _ => Ok(Json::from(number)),
    }
}

fn number(text: &str, shape: Shape<'_>) -> Result<Json, Wrong> {
    let number: f64 = text.trim().parse().map_err(|_| wrong("not a number"))?;
    let bound = |name: &str| shape.attribute(name).and_then(Json::as_f64);
    if let Some(least) = bound("minimum").filter(|least| number < *least) {
        return Err(wrong(format!("must be at least {least}")));
    }
    if let Some(most) = bound("maximum").filter(|most| number > *most) {
        return Err(wrong(format!("must be at most {most}")));
    }
    Number::from_f64(number)
        .map(Json::Number)
        .ok_or_else(|| wrong("not a number"))
}

/// Bounds of ordered kinds of text: lengths of time, sizes.
fn within(text: &str, kind: &str, shape: Shape<'_>) -> Result<(), Wrong> {
    let Some(value) = kinds::magnitude(kind, text) else {
        return Ok(());
    };
    let bound = |name: &str| {
        let bound = shape.text(name)?;
        Some((bound, kinds::magnitude(kind, bound)?))
    };
    if let Some((least, _)) = bound("x-min").filter(|(_, least)| value < *least) {
        return Err(wrong(format!("must be at least {least}")));
    }
    if let Some((most, _)) = bound("x-max").filter(|(_, most)| value > *most) {
        return Err(wrong(format!("must be at most {most}")));
    }
    Ok(())
}
