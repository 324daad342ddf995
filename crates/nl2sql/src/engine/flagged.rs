//! Puts nouns that only a flag knows into the rows that it flags: "admins in the core team" as the users that are admin.

use super::lexicon::{Lexicon, Sort, TableId};
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::stem::singular;
use super::text::{Token, replaced, word_at};

/// Words that may stand before the noun.
const LEADS: &[&str] = &[
    "list", "show", "give", "me", "all", "the", "which", "how", "many", "number", "of", "count", "find",
    "get", "our", "names", "name", "emails", "email", "and", "who", "are", "please",
];

/// The question with the rows that its noun flags, when a flag is all that knows it.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[flagged, units_sold];
    in_turn(STEPS, lexicon, tokens)
}

/// `admins in the core team`: the users whose `is_admin` says so.
fn flagged(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .iter()
        .position(|token| !LEADS.contains(&token.lower.as_str()))?;
    let word = word_at(tokens, at);
    let one = singular(word);
    if one == word || one.len() < 3 {
        return None;
    }
    let is_flag = |table: &TableId| {
        lexicon.columns_of(*table).any(|id| {
            let entry = lexicon.column(id);
            entry.sort == Sort::Truth
                && matches!(&entry.words[..], [is, noun] if matches!(is.as_str(), "is" | "was") && *noun == one)
        })
    };
    let mut tables = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table) && is_flag(table));
    let table = tables.next().filter(|_| tables.next().is_none())?;
    let elsewhere = lexicon.table_ids().any(|other| {
        lexicon
            .table(other)
            .words
            .iter()
            .any(|known| singular(known) == one)
    });
    let sampled = lexicon.columns.iter().any(|entry| {
        let mut samples = entry.column.samples.iter();
        samples.any(|sample| {
            let lower = sample.to_lowercase();
            lower == one || lower == word
        })
    });
    let rows = lexicon.title(table);
    (!elsewhere && !sampled).then(|| replaced(tokens, at, at + 1, &format!("{rows} that are {one}")))
}

/// `how many units of lamps did we sell`: the total of what the lines count.
fn units_sold(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(4).position(|four| {
        four[0].lower == "how"
            && four[1].lower == "many"
            && matches!(four[2].lower.as_str(), "units" | "pieces" | "copies" | "items")
            && four[3].lower == "of"
    })?;
    let sold = tokens[at + 4..].iter().any(|token| {
        matches!(
            token.lower.as_str(),
            "sell" | "sold" | "ordered" | "order" | "bought" | "buy" | "shipped"
        )
    });
    let mut lines = lexicon
        .table_ids()
        .filter_map(|table| roles::product(lexicon, table));
    let (quantity, _) = lines.next().filter(|_| lines.next().is_none() && sold)?;
    if lexicon.has_word(word_at(tokens, at + 2)) {
        return None;
    }
    let name = lexicon.column(quantity).words.join(" ");
    let mut spelled = replaced(tokens, at, at + 3, &format!("total {name}"));
    spelled.retain(|token| {
        !matches!(
            token.lower.as_str(),
            "did"
                | "we"
                | "sell"
                | "sold"
                | "were"
                | "have"
                | "ordered"
                | "bought"
                | "buy"
                | "been"
                | "shipped"
        )
    });
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, sampled, schema};

    #[test]
    fn a_noun_that_only_a_flag_knows_is_the_rows_that_it_flags() {
        let club = sampled(
            schema(&[
                "users: id int, username text, is_moderator boolean, team_id int > teams",
                "teams: id int, name text",
                "lamps: id int, title text",
                "orders: id int, placed_on date",
                "order_lines: id int, order_id int > orders, lamp_id int > lamps, quantity int, price decimal(8,2)",
            ]),
            &["teams.name: North|South", "lamps.title: Desk Light|Spot"],
        );
        check(
            &club,
            &[
                (
                    "moderators in the North team",
                    "SELECT users.* FROM users JOIN teams ON users.team_id = teams.id \
                     WHERE users.is_moderator = 1 AND teams.name = 'North'",
                ),
                (
                    "how many moderators are there",
                    "SELECT COUNT(*) FROM users WHERE is_moderator = 1",
                ),
                (
                    "how many units of Desk Light did we sell",
                    "SELECT SUM(order_lines.quantity) FROM order_lines JOIN lamps ON order_lines.lamp_id = lamps.id \
                     WHERE lamps.title = 'Desk Light'",
                ),
            ],
        );
    }
}
