//! Puts times that a question tells by their end into those after them: "before the end of 2028" as "before 2029".

use super::period;
use super::text::{Shape, Token, replaced, word_at};

/// The question with its times told by their beginnings, when it tells one by its end.
pub(crate) fn spelled_out(tokens: &[Token]) -> Option<Vec<Token>> {
    ended(tokens).or_else(|| begun(tokens))
}

/// `before the end of March 2026` is before April 2026; `after the end of 2025` is since 2026.
fn ended(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (0..tokens.len()).find(|at| {
        matches!(
            word_at(tokens, *at),
            "before" | "by" | "until" | "till" | "through" | "after" | "since"
        ) && word_at(tokens, at + 1) == "the"
            && word_at(tokens, at + 2) == "end"
            && word_at(tokens, at + 3) == "of"
    })?;
    let bound = match word_at(tokens, at) {
        "after" | "since" => "since",
        _ => "before",
    };
    let from = at + 4;
    let (next, taken) = match word_at(tokens, from) {
        "this" | "the" => match (word_at(tokens, from + 1), bound) {
            (unit @ ("week" | "month" | "quarter" | "year"), "before") => (format!("next {unit}"), 2),
            _ => return None,
        },
        "last" => match word_at(tokens, from + 1) {
            unit @ ("week" | "month" | "quarter" | "year") => (format!("this {unit}"), 2),
            _ => return None,
        },
        name => match (year(tokens, from), period::month(name)) {
            (Some(year), _) => ((year + 1).to_string(), 1),
            (None, Some(month)) => {
                let year = year(tokens, from + 1);
                let following = period::month_name(month % 12 + 1)?;
                match year {
                    Some(year) => (format!("{following} {}", year + i32::from(month == 12)), 2),
                    None if month < 12 => (following.to_owned(), 1),
                    None => return None,
                }
            }
            _ => return None,
        },
    };
    Some(replaced(tokens, at, from + taken, &format!("{bound} {next}")))
}

/// `since the start of the year` is this year, `since the beginning of 2026` is since 2026.
fn begun(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (0..tokens.len()).find(|at| {
        matches!(word_at(tokens, *at), "since" | "from")
            && word_at(tokens, at + 1) == "the"
            && matches!(word_at(tokens, at + 2), "start" | "beginning")
            && word_at(tokens, at + 3) == "of"
    })?;
    let from = at + 4;
    match (word_at(tokens, from), word_at(tokens, from + 1)) {
        ("the" | "this", unit @ ("week" | "month" | "quarter" | "year")) => {
            Some(replaced(tokens, at, from + 2, &format!("this {unit}")))
        }
        (name, _) if year(tokens, from).is_some() || period::month(name).is_some() => {
            Some(replaced(tokens, at, from, "since"))
        }
        _ => None,
    }
}

fn year(tokens: &[Token], at: usize) -> Option<i32> {
    let token = tokens.get(at).filter(|token| token.shape == Shape::Number)?;
    let year: i32 = token.text.parse().ok()?;
    (1900..2100).contains(&year).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::text;

    #[test]
    fn times_told_by_their_end_are_told_by_what_comes_after() {
        for (said, meant) in [
            ("loans due before the end of 2028", Some("loans due before 2029")),
            (
                "trips until the end of March 2026",
                Some("trips before april 2026"),
            ),
            (
                "trips by the end of December 2026",
                Some("trips before january 2027"),
            ),
            (
                "trips before the end of last month",
                Some("trips before this month"),
            ),
            ("trips after the end of 2025", Some("trips since 2026")),
            ("members since the start of the year", Some("members this year")),
            ("members since the beginning of 2026", Some("members since 2026")),
            ("the end of the trip", None),
        ] {
            let spelled = spelled_out(&text::tokens(said)).map(|tokens| {
                let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
                words.join(" ")
            });
            assert_eq!(spelled.as_deref(), meant, "{said}");
        }
    }
}
