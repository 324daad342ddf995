//! Puts what was spent on something into the cost of it: "spend on repairs by garage", "where we've spent over 2000 on parts".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::stem::{singular, stem};
use super::text::{self, Shape, Token, replaced, word_at};

/// Words for money that is given out.
const SPENT: &[&str] = &[
    "spend",
    "spending",
    "spent",
    "expenditure",
    "expenditures",
    "outlay",
];
/// Words of columns that hold it.
const COSTS: &[&str] = &[
    "cost", "costs", "price", "amount", "fee", "fees", "expense", "total",
];
/// Words between rows and what was spent on them.
const IDLE: &[&str] = &[
    "where", "we", "that", "which", "on", "have", "for", "has", "had", "i", "been", "were", "was", "did",
    "do", "they", "is", "the", "company", "our",
];

/// The question about a cost, when it asks what was spent.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[beyond, summed];
    in_turn(STEPS, lexicon, tokens)
}

/// Something that money was spent on.
struct Outlay {
    /// Where the word for it stands.
    at: usize,
    /// Where "on" stands.
    on: usize,
    /// The first word after the thing.
    end: usize,
    table: TableId,
    /// What it cost, in words of the schema.
    cost: String,
}

fn outlay(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Outlay> {
    let at = (0..tokens.len()).find(|at| SPENT.contains(&word_at(tokens, *at)))?;
    let on = (at + 1..tokens.len().min(at + 6)).find(|i| word_at(tokens, *i) == "on")?;
    let thing = on + 1 + usize::from(matches!(word_at(tokens, on + 1), "the" | "our" | "all"));
    let named = tokens.get(thing).filter(|token| token.is_word())?;
    let known = lexicon.has_word(word_at(tokens, at));
    let (column, table) = cost_of(lexicon, named).filter(|_| !known)?;
    let name = lexicon.column(column).words.join(" ");
    let cost = if is_called(lexicon, column, named) {
        name
    } else {
        format!("{} {name}", named.lower)
    };
    Some(Outlay {
        at,
        on,
        end: thing + 1,
        table,
        cost,
    })
}

/// `spend on repairs by garage`, `how much did we spend on repairs`: the total cost.
fn summed(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const LEADS: &[&str] = &["total", "overall", "our", "the"];
    let spent = outlay(lexicon, tokens).filter(|spent| spent.on == spent.at + 1)?;
    let asked = (0..spent.at)
        .find(|i| word_at(tokens, *i) == "how" && word_at(tokens, i + 1) == "much")
        .filter(|how| {
            tokens[how + 2..spent.at]
                .iter()
                .all(|token| IDLE.contains(&token.lower.as_str()))
        });
    let lead = tokens[..spent.at]
        .iter()
        .rev()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let from = asked.unwrap_or(spent.at - lead);
    let told = asked.is_some() || lead > 0 || spent.end < tokens.len();
    let meant = format!("total {}", spent.cost);
    told.then(|| replaced(tokens, from, spent.end, &meant))
}

/// `vans where we've spent over 2000 on parts in total`: those whose total cost is over that.
fn beyond(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let spent = outlay(lexicon, tokens)?;
    let amount = &tokens[spent.at + 1..spent.on];
    if !amount.iter().any(|token| token.shape == Shape::Number) {
        return None;
    }
    let namer = Namer::new(lexicon);
    let (head, rows) = (0..spent.at)
        .rev()
        .find_map(|i| table_of(&namer, &tokens[i..=i]).map(|table| (i, table)))?;
    let idle = tokens[head + 1..spent.at]
        .iter()
        .all(|token| IDLE.contains(&token.lower.as_str()));
    let refers = lexicon
        .graph
        .links
        .iter()
        .any(|link| link.from == spent.table && link.to == rows);
    if !idle || !refers || rows == spent.table {
        return None;
    }
    let mut spelled = tokens[..=head].to_vec();
    spelled.extend(text::tokens(&format!("whose total {} is", spent.cost)));
    spelled.extend_from_slice(amount);
    let rest = &tokens[spent.end..];
    let said_again =
        rest.len() >= 2 && rest[0].lower == "in" && matches!(rest[1].lower.as_str(), "total" | "all");
    let rest = if said_again { &rest[2..] } else { rest };
    spelled.extend(
        rest.iter()
            .filter(|token| !matches!(token.lower.as_str(), "altogether" | "overall"))
            .cloned(),
    );
    Some(spelled)
}

/// The column of money that tells what a thing cost: one that is called by it, or the cost in the table that is.
fn cost_of(lexicon: &Lexicon<'_>, thing: &Token) -> Option<(ColumnId, TableId)> {
    let is_cost = |id: &ColumnId| {
        let entry = lexicon.column(*id);
        entry.sort == Sort::Number
            && !lexicon.is_key(*id)
            && entry.words.iter().any(|word| COSTS.contains(&word.as_str()))
    };
    let mut own = lexicon
        .table_ids()
        .flat_map(|table| lexicon.columns_of(table))
        .filter(|id| is_cost(id) && is_called(lexicon, *id, thing));
    if let Some(only) = own.next().filter(|_| own.next().is_none()) {
        return Some((only, lexicon.column(only).table));
    }
    let mention = Namer::new(lexicon).mention(&thing.text);
    let table = mention.tables.first().filter(|hit| hit.score >= 0.5)?.id;
    let mut costs = lexicon.columns_of(table).filter(is_cost);
    costs
        .next()
        .filter(|_| costs.next().is_none())
        .map(|id| (id, table))
}

/// Whether a column has a word in its name.
fn is_called(lexicon: &Lexicon<'_>, id: ColumnId, thing: &Token) -> bool {
    let bare = singular(&thing.lower);
    let words = &lexicon.column(id).words;
    words
        .iter()
        .any(|word| singular(word) == bare || stem(word) == thing.stem)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_was_spent_on_something_is_its_cost() {
        let depot = schema(&[
            "trams: id int, number_plate text, maker text",
            "overhauls: id int, tram_id int > trams, yard_name text, parts_cost decimal(8,2), labour_hours int, done_on date",
            "cleanings: id int, tram_id int > trams, firm_name text, fee decimal(8,2), done_on date",
        ]);
        check(
            &depot,
            &[
                (
                    "spend on overhauls by yard",
                    "SELECT yard_name, SUM(parts_cost) FROM overhauls GROUP BY yard_name",
                ),
                (
                    "how much did we spend on cleanings in 2024",
                    "SELECT SUM(fee) FROM cleanings WHERE done_on >= '2024-01-01' AND done_on < '2025-01-01'",
                ),
                (
                    "labour hours by yard",
                    "SELECT yard_name, SUM(labour_hours) FROM overhauls GROUP BY yard_name",
                ),
                (
                    "trams where we've spent over 3000 on parts in total",
                    "SELECT trams.number_plate FROM overhauls JOIN trams ON overhauls.tram_id = trams.id \
                     GROUP BY trams.id, trams.number_plate HAVING SUM(overhauls.parts_cost) > 3000",
                ),
            ],
        );
    }
}
