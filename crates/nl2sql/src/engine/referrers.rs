//! Reads who did most to rows of their own kind: "who referred the most customers", "who manages the most employees".

use super::asides::told;
use super::choose;
use super::coinciding::akin;
use super::items;
use super::lexicon::{ColumnId, Lexicon};
use super::link::Namer;
use super::listings::table_of;
use super::plan::{Across, Cond, Expr, Plan};
use super::roles;
use super::text::{Token, word_at};
use super::{Draft, Request};

/// The answer to a question for the row that most others of its table refer to by a key.
pub(crate) fn answer(lexicon: &Lexicon<'_>, tokens: &[Token], request: &Request<'_>) -> Option<Draft> {
    let most = word_at(tokens, 2) == "the" && word_at(tokens, 3) == "most";
    if word_at(tokens, 0) != "who" || !most || tokens.len() > 6 {
        return None;
    }
    let namer = Namer::new(lexicon);
    let table = table_of(&namer, tokens.get(4..)?)?;
    let verb = word_at(tokens, 1);
    let says = |key: &ColumnId| lexicon.column(*key).words.iter().any(|word| akin(word, verb));
    let mut keys = lexicon
        .graph
        .own
        .iter()
        .filter(|(key, _)| lexicon.column(*key).table == table && says(key));
    let (key, target) = *keys.next()?;
    let names = roles::names(lexicon, table);
    if keys.next().is_some() || names.is_empty() {
        return None;
    }
    // The reading of the rows alone, for its measures.
    let rest = tokens.get(4..)?.to_vec();
    let cut = items::cut(lexicon, &rest, request.today);
    let mut chosen = choose::best(lexicon, &rest, &cut).filter(|chosen| chosen.reading.home == table)?;
    let mut plan = Plan::new(table);
    plan.select = names
        .into_iter()
        .map(|column| Expr::Across(Across { key, target, column }))
        .collect();
    plan.filters = vec![Cond::Null {
        column: key,
        is_null: false,
    }];
    plan.group = vec![Expr::Column(key)];
    plan.order = vec![(Expr::Rows, true)];
    plan.limit = Some(1);
    chosen.reading.plan = plan;
    told(lexicon, &chosen, request)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn rows_of_one_table_are_ranked_by_those_that_refer_to_them() {
        let club = schema(&["rowers: id int, full_name text, invited_by int > rowers"]);
        check(
            &club,
            &[(
                "who invited the most rowers",
                "SELECT (SELECT other.full_name FROM rowers AS other WHERE other.id = rowers.invited_by) FROM rowers WHERE invited_by IS NOT NULL GROUP BY invited_by ORDER BY COUNT(*) DESC LIMIT 1",
            )],
        );
    }
}
