//! Reads two figures that are asked for side by side: "how many customers and how many orders".
//!
//! Each is a question by itself, and both must be understood in full.

use super::choose;
use super::combine::is_whole;
use super::items::{self, Item, Kind};
use super::lexicon::Lexicon;
use super::phrases::Phrase;
use super::quotients::{Part, both};
use super::text::Token;
use super::{Draft, Request, render, tongue_of};

/// The answer to a question for two figures of different rows.
pub(crate) fn answer(
    lexicon: &Lexicon<'_>,
    tokens: &[Token],
    items: &[Item],
    request: &Request<'_>,
) -> Option<Draft> {
    let is_figure = |at: usize| {
        matches!(
            items.get(at).map(|item| &item.kind),
            Some(Kind::Phrase(Phrase::Aggregate(_)))
        )
    };
    let names = |at: &usize| matches!(items[*at].kind, Kind::Mention(..));
    let lead = (0..items.len()).find(|at| is_figure(*at))?;
    let first_name = (lead + 1..items.len()).find(names)?;
    let joint = (first_name + 1..items.len()).find(|at| items[*at].kind == Kind::And)?;
    let second_name = (joint + 1..items.len()).find(names)?;
    let mut rest = tokens[items[joint].end..].to_vec();
    if !(joint + 1..second_name).any(is_figure) {
        // "how many venues and artists": what is asked of the second is said before the first, and nothing but their names.
        let is_bare =
            first_name + 1 == joint && (lead + 1..first_name).all(|at| items[at].kind == Kind::Glue);
        if !is_bare || second_name != joint + 1 {
            return None;
        }
        rest.splice(..0, tokens[..items[first_name].start].iter().cloned());
    }
    let one = figure(lexicon, &tokens[..items[joint].start], request)?;
    let other = figure(lexicon, &rest, request)?;
    let is_apart = one.plan.home != other.plan.home
        || one.plan.select == other.plan.select && one.plan.filters != other.plan.filters;
    is_apart.then(|| {
        let sql = render::beside(
            lexicon,
            (&one.plan, &one.joins),
            (&other.plan, &other.joins),
            request.dialect,
        );
        both(lexicon, sql, tongue_of(request).beside, &one, &other, request)
    })
}

/// One figure over all rows that meet its conditions.
pub(super) fn figure(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Part> {
    let items = items::cut(lexicon, tokens, request.today);
    let chosen = choose::best(lexicon, tokens, &items).filter(is_whole)?;
    let plan = &chosen.reading.plan;
    let is_single = matches!(&plan.select[..], [only] if only.is_aggregate())
        && !plan.star
        && plan.group.is_empty()
        && plan.having.is_empty()
        && plan.limit.is_none()
        && chosen.reading.head.is_some();
    is_single.then(|| Part::of(&chosen))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, clinic};

    #[test]
    fn two_figures_of_different_rows_stand_side_by_side() {
        check(
            &clinic(),
            &[
                (
                    "how many doctors and how many patients are there",
                    "SELECT (SELECT COUNT(*) FROM doctors), (SELECT COUNT(*) FROM patients)",
                ),
                (
                    "how many doctors and patients are there",
                    "SELECT (SELECT COUNT(*) FROM doctors), (SELECT COUNT(*) FROM patients)",
                ),
                (
                    "number of insured patients and number of uninsured patients",
                    "SELECT (SELECT COUNT(*) FROM patients WHERE insured = 1), (SELECT COUNT(*) FROM patients WHERE insured = 0)",
                ),
                (
                    "average fee and number of visits",
                    "SELECT AVG(fee), COUNT(*) FROM visits",
                ),
            ],
        );
    }
}
