//! `${VAR}` and `${VAR:-default}` in the values of a file; `$$` is a dollar sign.
//!
//! Only values are looked at, after YAML has been read: a variable can never become a key, a list or a second value.

use super::environment::Environment;
use super::problem::{Origin, Problems};
use super::suggest;
use super::tree::{Node, Value, join};

/// Replaces every variable in the values of `node`; `key` is its dotted path.
pub fn substitute(node: &mut Node, key: &str, environment: &Environment, problems: &mut Problems) {
    match &mut node.value {
        Value::Null => {}
        Value::Text(text) if text.contains('$') => match expand(text, environment) {
            Ok(expanded) => node.value = Value::Text(expanded),
            Err(wrong) => {
                node.value = Value::Null;
                tell(wrong, &node.origin, key, environment, problems);
            }
        },
        Value::Text(_) => {}
        Value::List(nodes) => {
            for (index, node) in nodes.iter_mut().enumerate() {
                substitute(node, &format!("{key}[{index}]"), environment, problems);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                substitute(&mut entry.node, &join(key, &entry.key), environment, problems);
            }
        }
    }
}

/// What keeps a text from being expanded.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Unset(String),
    Form(&'static str),
}

fn tell(wrong: Wrong, origin: &Origin, key: &str, environment: &Environment, problems: &mut Problems) {
    match wrong {
        Wrong::Unset(name) => {
            let message = format!("the variable {name} is not set");
            let close = suggest::closest(&name, environment.names());
            let alternative = match close {
                Some(close) => {
                    format!("did you mean ${{{close}}}? Otherwise set it, or write ${{{name}:-default}}")
                }
                None => format!("set it, or write ${{{name}:-default}}"),
            };
            problems.add(origin, key, message).suggest(alternative);
        }
        Wrong::Form(message) => {
            problems
                .add(origin, key, message)
                .suggest("write ${NAME} or ${NAME:-default}, and $$ for a dollar sign before a brace");
        }
    }
}

fn expand(text: &str, environment: &Environment) -> Result<String, Wrong> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        out.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('{') {
            let end = closing_brace(inside).ok_or(Wrong::Form("`${` without its `}`"))?;
            out.push_str(&variable(&inside[..end], environment)?);
            rest = &inside[end + 1..];
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Where the brace closes that was opened before `text`; defaults may hold variables.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut before = ' ';
    for (index, c) in text.char_indices() {
        match c {
            '{' if before == '$' => depth += 1,
            '}' if depth == 0 => return Some(index),
            '}' => depth -= 1,
            _ => {}
        }
        before = c;
    }
    None
}

fn variable(inside: &str, environment: &Environment) -> Result<String, Wrong> {
    let name_end = inside
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(inside.len());
    let (name, rest) = inside.split_at(name_end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Wrong::Form("`${` is not followed by the name of a variable"));
    }
    let value = environment.get(name);
    if rest.is_empty() {
        return value
            .map(str::to_owned)
            .ok_or_else(|| Wrong::Unset(name.to_owned()));
    }
    let Some(default) = rest.strip_prefix(":-") else {
        return Err(Wrong::Form("only `:-` may follow the name of a variable"));
    };
    match value.filter(|value| !value.is_empty()) {
        Some(value) => Ok(value.to_owned()),
        None => expand(default, environment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> Result<String, Wrong> {
        let environment = Environment::from_pairs([("NAME", "n"), ("EMPTY", ""), ("LOOKS", "${NAME}")]);
        expand(text, &environment)
    }

    #[test]
    fn variables_and_defaults_are_replaced() {
        assert_eq!(expanded("a ${NAME} b").unwrap(), "a n b");
        assert_eq!(expanded("${MISSING:-x}-${EMPTY:-y}").unwrap(), "x-y");
        assert_eq!(expanded("${MISSING:-${NAME}/z}").unwrap(), "n/z");
        assert_eq!(expanded("${EMPTY}").unwrap(), "");
        assert_eq!(expanded("${MISSING:-}").unwrap(), "");
    }

    #[test]
    fn a_value_is_not_expanded_a_second_time() {
        assert_eq!(expanded("${LOOKS}").unwrap(), "${NAME}");
    }

    #[test]
    fn dollar_signs_elsewhere_stay() {
        assert_eq!(
            expanded("pa$word $$ $${NAME} 5$").unwrap(),
            "pa$word $ ${NAME} 5$"
        );
    }

    #[test]
    fn what_cannot_be_replaced_is_an_error() {
        assert_eq!(expanded("${MISSING}"), Err(Wrong::Unset("MISSING".into())));
        for wrong in ["${", "${NAME", "${}", "${1}", "${NAME-x}", "${NAME:?x}", "${A B}"] {
            assert!(matches!(expanded(wrong), Err(Wrong::Form(_))), "{wrong}");
        }
    }
}
