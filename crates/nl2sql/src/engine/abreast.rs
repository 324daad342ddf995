//! Reads one figure of two times: "orders this month compared to last month", "signups this week vs last week".

use super::asides::{read, without};
use super::beside::figure;
use super::items::{self, Kind};
use super::lexicon::Lexicon;
use super::quotients::both;
use super::text::{self, Token, word_at};
use super::{Draft, Request, render, tongue_of};

/// The answer to a question for a figure now and before.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let (from, to) = compared(tokens)?;
    let items = items::cut(lexicon, tokens, request.today);
    // A year alone after "to" is a number as yet.
    let times = |item: &&items::Item| match &item.kind {
        Kind::Period(_) => true,
        Kind::Number(digits) => is_year(digits),
        _ => false,
    };
    let periods: Vec<(usize, usize)> = items
        .iter()
        .filter(times)
        .map(|item| (item.start, item.end))
        .collect();
    let second = periods
        .iter()
        .find(|(start, _)| *start >= to && *start <= to + 1)?;
    if second.1 != tokens.len() {
        return None;
    }
    let words = |(start, end): (usize, usize)| -> Vec<Token> {
        let year = end == start + 1 && is_year(&tokens[start].text);
        [
            &text::tokens(if year { "in" } else { "" })[..],
            &tokens[start..end],
        ]
        .concat()
    };
    let first = periods.iter().find(|(_, end)| *end <= from);
    let (rest, one) = match first {
        Some(first) => {
            let lead =
                usize::from(first.0 > 0 && matches!(word_at(tokens, first.0 - 1), "in" | "from" | "for"));
            (without(&tokens[..from], first.0 - lead, first.1), words(*first))
        }
        None => {
            let mut now = words(*second);
            let last = now
                .iter()
                .position(|token| matches!(token.lower.as_str(), "last" | "previous" | "prior"))?;
            now[last] = Token::new("this", text::Shape::Word);
            (tokens[..from].to_vec(), now)
        }
    };
    let skipped = usize::from(word_at(&rest, 0) == "compare");
    let rest = &rest[skipped..];
    ["", "number of", "total"].iter().find_map(|lead| {
        let asked = |time: &[Token]| [&text::tokens(lead)[..], rest, time].concat();
        let two = words(*second);
        if lead.is_empty() {
            read(lexicon, &asked(&one), request)?;
        }
        let (one, other) = (
            figure(lexicon, &asked(&one), request)?,
            figure(lexicon, &asked(&two), request)?,
        );
        if one.plan.filters == other.plan.filters || one.plan.select != other.plan.select {
            return None;
        }
        let sql = render::beside(
            lexicon,
            (&one.plan, &one.joins),
            (&other.plan, &other.joins),
            request.dialect,
        );
        Some(both(
            lexicon,
            sql,
            tongue_of(request).beside,
            &one,
            &other,
            request,
        ))
    })
}

/// Whether digits are those of a year.
fn is_year(digits: &str) -> bool {
    digits.parse().is_ok_and(|year: u16| (1900..2100).contains(&year))
}

/// Where a question says that two times are compared, and where that ends.
fn compared(tokens: &[Token]) -> Option<(usize, usize)> {
    let said = |at: usize| -> Option<usize> {
        match (word_at(tokens, at), word_at(tokens, at + 1)) {
            ("compared" | "relative", "to" | "with") => Some(at + 2),
            ("vs" | "versus" | "against", _) => Some(at + 1),
            ("with" | "to", _) if word_at(tokens, 0) == "compare" => Some(at + 1),
            _ => None,
        }
    };
    (1..tokens.len()).find_map(|at| {
        let to = said(at)?;
        let dot = usize::from(tokens.get(to).is_some_and(|token| token.text == "."));
        let from = at - usize::from(word_at(tokens, at - 1) == "as" || tokens[at - 1].text == ",");
        Some((from, to + dot))
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn a_figure_of_two_times_stands_side_by_side() {
        let pier = schema(&["trips: id int, departed_on date, fare decimal(8,2)"]);
        let years = "SELECT (SELECT COUNT(*) FROM trips WHERE departed_on >= '2024-01-01' AND departed_on < '2025-01-01'), \
                     (SELECT COUNT(*) FROM trips WHERE departed_on >= '2023-01-01' AND departed_on < '2024-01-01')";
        check(
            &pier,
            &[
                ("trips in 2024 compared to 2023", years),
                ("number of trips in 2024 vs 2023", years),
            ],
        );
    }
}
