//! Reads what is said beside a plain question and changes its plan: the second highest, the peak hour, what is valid today.
//!
//! Each of them takes its words out, and the rest is a question by itself that must be understood in full.

use super::choose::{self, Chosen};
use super::combine::is_whole;
use super::items;
use super::lexicon::{Lexicon, Sort, TableId};
use super::plan::Cond;
use super::text::Token;
use super::{Draft, Request, confidence, draft_of, peaks, places};
use super::{abreast, coinciding, lapsed, likewise, outnumbered, overdue, referrers, spanning, termwise};

/// One way to say something beside a question.
type Aside = fn(&Lexicon<'_>, &[Token], &Request<'_>) -> Option<Draft>;

/// The answer to a question that has one of them.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    const ASIDES: &[Aside] = &[
        abreast::answer,
        peaks::answer,
        places::answer,
        coinciding::answer,
        lapsed::answer,
        overdue::answer,
        spanning::answer,
        likewise::answer,
        referrers::answer,
        outnumbered::answer,
        termwise::answer,
    ];
    ASIDES.iter().find_map(|aside| aside(lexicon, tokens, request))
}

/// The reading of a plain question, when it says all of it.
pub(crate) fn read<'q>(
    lexicon: &'q Lexicon<'q>,
    tokens: &'q [Token],
    request: &Request<'_>,
) -> Option<Chosen<'q>> {
    let items = items::cut(lexicon, tokens, request.today);
    choose::best(lexicon, tokens, &items).filter(is_whole)
}

/// The answer that a reading gives with its plan as it is now.
pub(crate) fn told(lexicon: &Lexicon<'_>, chosen: &Chosen<'_>, request: &Request<'_>) -> Option<Draft> {
    let reading = &chosen.reading;
    let joins = reading.joins()?;
    reading.plan.is_sound().then(|| {
        draft_of(
            lexicon,
            (&reading.plan, &joins),
            confidence::estimate(&chosen.signals),
            reading.assumptions.clone(),
            request,
        )
    })
}

/// Adds conditions on the rows of a table: of the rows themselves, or of some that belong to them.
pub(crate) fn restrict(chosen: &mut Chosen<'_>, table: TableId, conds: Vec<Cond>) -> Option<()> {
    let reading = &mut chosen.reading;
    if table == reading.home {
        reading.plan.filters.extend(conds);
        return Some(());
    }
    let mut related = reading.related(table)?;
    related.filters = conds;
    reading.plan.filters.push(Cond::Exists {
        related,
        negated: false,
    });
    Some(())
}

/// Whether a table has a column of states whose values are not known: a state is looked for there.
pub(crate) fn has_unknown_states(lexicon: &Lexicon<'_>, table: TableId) -> bool {
    lexicon.columns_of(table).any(|id| {
        let entry = lexicon.column(id);
        entry.column.samples.is_empty()
            && entry.sort == Sort::Text
            && matches!(entry.words.last().map(String::as_str), Some("status" | "state"))
    })
}

/// A question without some of its tokens.
pub(crate) fn without(tokens: &[Token], from: usize, to: usize) -> Vec<Token> {
    [&tokens[..from], tokens.get(to..).unwrap_or_default()].concat()
}
