//! Reads what is not first but second or third: "the second highest salary", "third most expensive product".

use super::asides::{read, told, without};
use super::lexicon::Lexicon;
use super::phrases::{self, Function, Phrase};
use super::plan::Expr;
use super::text::{Token, word_at};
use super::{Draft, Request};

const PLACES: &[(&str, u32)] = &[
    ("second", 2),
    ("third", 3),
    ("fourth", 4),
    ("fifth", 5),
    ("sixth", 6),
    ("seventh", 7),
    ("eighth", 8),
    ("ninth", 9),
    ("tenth", 10),
];

/// The answer to a question for the one in a place of a ranking.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let (at, place, rest) = placed(tokens, request.question)?;
    // The word after must rank, or what it was put into: "the second post with the highest view count".
    let ranking = matches!(
        phrases::read(&rest, at),
        Some((Phrase::Superlative { .. } | Phrase::Most(_), _))
    );
    let degree = |three: &[Token]| {
        three[0].lower == "with"
            && three[1].lower == "the"
            && matches!(three[2].lower.as_str(), "highest" | "lowest")
    };
    let ranks = ranking || rest.get(at..)?.windows(3).take(4).any(degree);
    if !ranks {
        return None;
    }
    let mut chosen = read(lexicon, &rest, request)?;
    let plan = &mut chosen.reading.plan;
    match (&plan.select[..], &plan.order[..], plan.limit) {
        (_, [_, ..], Some(_)) => {}
        ([Expr::Apply(function @ (Function::Max | Function::Min), figure)], [], None)
            if plan.group.is_empty() =>
        {
            let (figure, descending) = (Expr::Column(*figure), *function == Function::Max);
            plan.select = vec![figure.clone()];
            plan.distinct = true;
            plan.order = vec![(figure, descending)];
        }
        _ => return None,
    }
    plan.limit = Some(1);
    plan.skip = place - 1;
    told(lexicon, &chosen, request)
}

/// Where the place is said, which it is, and the question without it.
fn placed(tokens: &[Token], question: &str) -> Option<(usize, u32, Vec<Token>)> {
    let place_of = |word: &str| {
        PLACES
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, place)| *place)
    };
    (0..tokens.len()).find_map(|at| {
        let said = word_at(tokens, at);
        if let Some(place) = place_of(said) {
            return Some((at, place, without(tokens, at, at + 1)));
        }
        // "second-highest"
        if let Some((first, rest)) = said.split_once('-')
            && let Some(place) = place_of(first)
        {
            let mut plain = without(tokens, at, at + 1);
            plain.insert(at, Token::new(rest, tokens[at].shape));
            return Some((at, place, plain));
        }
        // "2nd" is kept as its number.
        let place: u32 = said.parse().ok().filter(|place| (2..=100).contains(place))?;
        let question = question.to_lowercase();
        let ordinal = ["nd", "rd", "th"]
            .iter()
            .any(|tail| question.contains(&format!("{said}{tail} ")));
        ordinal.then(|| (at, place, without(tokens, at, at + 1)))
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_is_second_or_third_skips_what_is_before_it() {
        let fair = schema(&[
            "stalls: id int, title text, rent decimal(8,2)",
            "sales: id int, stall_id int > stalls, sold_at timestamp, amount decimal(8,2)",
        ]);
        check(
            &fair,
            &[
                (
                    "second highest rent",
                    "SELECT DISTINCT rent FROM stalls ORDER BY rent DESC LIMIT 1 OFFSET 1",
                ),
                (
                    "the third most expensive stall",
                    "SELECT * FROM stalls ORDER BY rent DESC LIMIT 1 OFFSET 2",
                ),
                (
                    "2nd largest sale",
                    "SELECT * FROM sales ORDER BY amount DESC LIMIT 1 OFFSET 1",
                ),
                (
                    "stall with the second-lowest rent",
                    "SELECT * FROM stalls ORDER BY rent LIMIT 1 OFFSET 1",
                ),
            ],
        );
    }
}
