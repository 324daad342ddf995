//! Puts those whom rows belong to in the words of the schema: "and who they belong to", "the owner's name", "unassigned tickets".

use super::lexicon::{ColumnId, Lexicon, TableId};
use super::link::Namer;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::stem::stem;
use super::text::{self, Token, replaced, word_at};

/// Words for whoever has something.
const OWNERS: &[&str] = &["owner", "owners", "holder", "holders"];
/// Words of tables and keys for those to whom work is given, likeliest first.
const DOERS: &[&str] = &[
    "assignee",
    "assigned",
    "agent",
    "staff",
    "employee",
    "worker",
    "technician",
    "operator",
    "engineer",
    "driver",
    "handler",
    "officer",
    "mechanic",
    "user",
    "member",
];
/// What is asked of an owner.
const ASKED: &[&str] = &[
    "name",
    "names",
    "username",
    "usernames",
    "email",
    "emails",
    "phone",
    "city",
    "country",
    "address",
];

/// The question with the table of those whom the rows belong to, when it speaks of them otherwise.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[assigned, belong, role, unassigned];
    in_turn(STEPS, lexicon, tokens)
}

/// The table that the words name first.
fn first_table(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<TableId> {
    let namer = Namer::new(lexicon);
    tokens.iter().filter(|token| token.is_word()).find_map(|token| {
        let mention = namer.mention(&token.text);
        let hit = mention.tables.first()?;
        (hit.score >= 0.6 && hit.score >= mention.column_score()).then_some(hit.id)
    })
}

/// The keys of a table that refer to people, and to whom.
fn keys_to_people(lexicon: &Lexicon<'_>, table: TableId) -> Vec<(ColumnId, TableId)> {
    let mut keys: Vec<(ColumnId, TableId)> = lexicon
        .graph
        .links
        .iter()
        .filter(|link| link.from == table && link.to != table && roles::names_people(lexicon, link.to))
        .filter_map(|link| link.pairs.first().map(|(key, _)| (*key, link.to)))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The one table of people that the rows of a table refer to.
fn owner(lexicon: &Lexicon<'_>, table: TableId) -> Option<TableId> {
    let mut owners: Vec<TableId> = keys_to_people(lexicon, table)
        .into_iter()
        .map(|(_, to)| to)
        .collect();
    owners.sort_unstable();
    owners.dedup();
    match owners[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// `jobs assigned to Ann`, `and who they are assigned to`, where a key is called after that: those whose assignee she is.
fn assigned(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at =
        (1..tokens.len()).find(|at| word_at(tokens, *at) == "assigned" && word_at(tokens, at + 1) == "to")?;
    let table = first_table(lexicon, &tokens[..at])?;
    let role = keys_to_people(lexicon, table).into_iter().find_map(|(key, _)| {
        let words = &lexicon.column(key).words;
        words.iter().find(|word| *word == "assignee").cloned()
    })?;
    let next = tokens.get(at + 2);
    let asked = (1..at)
        .rev()
        .find(|i| matches!(word_at(tokens, *i), "who" | "whom"))
        .filter(|i| *i > 1 && next.is_none() && matches!(word_at(tokens, i - 1), "and" | "with"));
    if let Some(who) = asked {
        return Some(replaced(tokens, who - 1, at + 2, &format!("and their {role}")));
    }
    let named = next.is_some_and(|next| next.is_word() || next.shape == text::Shape::Quoted);
    let verb = (1..at)
        .rev()
        .take_while(|i| {
            matches!(
                word_at(tokens, *i),
                "that" | "are" | "is" | "were" | "which" | "currently"
            )
        })
        .count();
    let nobody = next.is_some_and(|next| {
        matches!(
            next.lower.as_str(),
            "nobody" | "anyone" | "anybody" | "me" | "a" | "the" | "no" | "each" | "someone"
        )
    });
    (named && !nobody).then(|| replaced(tokens, at - verb, at + 2, &format!("whose {role} is")))
}

/// `accounts and who they belong to` are the accounts with the customer's name.
fn belong(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const TAILS: &[&[&str]] = &[
        &["who", "they", "belong", "to"],
        &["who", "it", "belongs", "to"],
        &["whom", "they", "belong", "to"],
        &["to", "whom", "they", "belong"],
        &["who", "owns", "them"],
        &["who", "owns", "it"],
        &["who", "has", "them"],
        &["who", "holds", "them"],
        &["who", "they", "are", "assigned", "to"],
        &["who", "uses", "them"],
        &["who", "it", "is", "assigned", "to"],
    ];
    let tail = TAILS.iter().find(|tail| {
        tokens.len() > tail.len() + 1
            && tokens[tokens.len() - tail.len()..]
                .iter()
                .zip(**tail)
                .all(|(token, word)| token.lower == *word)
    })?;
    let at = tokens.len() - tail.len();
    let joint = matches!(word_at(tokens, at - 1), "and" | "with" | "," | "including");
    let table = first_table(lexicon, &tokens[..at])?;
    let owner = owner(lexicon, table).filter(|_| joint)?;
    let end = at - 1 - usize::from(at > 1 && word_at(tokens, at - 2) == ",");
    let mut spelled = tokens[..end].to_vec();
    spelled.extend(text::tokens(&format!("with the {} name", lexicon.title(owner))));
    Some(spelled)
}

/// `the owner's name`, `the reviewer's email` where no table or value is called so: of the one whom the rows refer to.
fn role(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len().saturating_sub(1)).find(|at| {
        let word = word_at(tokens, *at);
        let points = matches!(
            word_at(tokens, at - 1),
            "the" | "their" | "its" | "with" | "and" | "including" | "," | "each"
        );
        let is_role = OWNERS.contains(&word) || deed(word).is_some();
        points && is_role && ASKED.contains(&word_at(tokens, at + 1)) && !is_called(lexicon, &tokens[*at])
    })?;
    let table = first_table(lexicon, &tokens[..at])?;
    if let Some(deed) = deed(word_at(tokens, at)).filter(|_| !OWNERS.contains(&word_at(tokens, at))) {
        let said = tokens[..at].iter().any(|token| stem(deed) == token.stem)
            || lexicon
                .table(table)
                .words
                .iter()
                .any(|word| stem(word) == stem(deed));
        said.then_some(())?;
    }
    let owner = owner(lexicon, table)?;
    let named = lexicon.title(owner);
    let mut spelled = replaced(tokens, at, at + 1, &named);
    if let Some(last) = spelled.get_mut(at + named.split(' ').count() - 1) {
        last.owns = true;
    }
    Some(spelled)
}

/// What somebody does who is called so: a reviewer reviews.
fn deed(word: &str) -> Option<&str> {
    let stump = word.strip_suffix("er").or_else(|| word.strip_suffix("or"))?;
    (stump.len() >= 4).then_some(stump)
}
/// Whether a name of the schema or a sample is spelled just so; who reviews has no name of their own beside reviews.
fn is_called(lexicon: &Lexicon<'_>, token: &Token) -> bool {
    if deed(&token.lower).is_some() && !OWNERS.contains(&token.lower.as_str()) {
        lexicon.has_word(&token.lower) || is_sampled(lexicon, &token.lower)
    } else {
        is_known(lexicon, token)
    }
}

/// Whether the schema or a sample has the word.
fn is_known(lexicon: &Lexicon<'_>, token: &Token) -> bool {
    !lexicon.senses(&token.lower, &token.stem).is_empty() || is_sampled(lexicon, &token.lower)
}

fn is_sampled(lexicon: &Lexicon<'_>, word: &str) -> bool {
    lexicon.columns.iter().any(|entry| {
        entry
            .column
            .samples
            .iter()
            .any(|sample| sample.eq_ignore_ascii_case(word))
    })
}

/// `unassigned tickets` refer to nobody.
fn unassigned(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "unassigned" | "unallocated" | "unclaimed"))?;
    let said = matches!(word_at(tokens, at), "unassigned" | "unallocated" | "unclaimed");
    if !said || is_known(lexicon, &tokens[at]) {
        return None;
    }
    let before = at > 0
        && matches!(
            word_at(tokens, at - 1),
            "are" | "is" | "still" | "remain" | "were"
        );
    let table = if before {
        first_table(lexicon, &tokens[..at])?
    } else {
        first_table(lexicon, &tokens[at + 1..])?
    };
    let mut keys = keys_to_people(lexicon, table);
    if keys.len() > 1 {
        keys.retain(|(key, _)| lexicon.column(*key).column.nullable);
    }
    let rank = |(key, to): &(ColumnId, TableId)| {
        let words = || lexicon.column(*key).words.iter().chain(&lexicon.table(*to).words);
        DOERS.iter().position(|doer| words().any(|word| word == doer))
    };
    if keys.len() > 1 {
        let best = keys.iter().filter_map(rank).min()?;
        keys.retain(|key| rank(key) == Some(best));
    }
    let [(key, to)] = keys[..] else { return None };
    // The key's own name tells it from others to the same people.
    let alike = keys_to_people(lexicon, table)
        .iter()
        .filter(|(_, other)| *other == to)
        .count()
        > 1;
    let whom = if alike {
        lexicon.column(key).column.name.clone()
    } else {
        lexicon.title(to)
    };
    if before {
        let verb = (1..at)
            .rev()
            .find(|i| {
                !matches!(
                    word_at(tokens, *i),
                    "are" | "is" | "still" | "remain" | "were" | "that" | "which"
                )
            })
            .map_or(at, |i| i + 1);
        return Some(replaced(tokens, verb, at + 1, &format!("without a {whom}")));
    }
    // The rows may be described further: "unassigned urgent tickets of this week".
    let namer = Namer::new(lexicon);
    let thing = (at + 1..tokens.len()).find(|i| {
        tokens[*i].is_word()
            && namer
                .mention(&tokens[*i].text)
                .tables
                .first()
                .is_some_and(|hit| hit.id == table)
    })?;
    let mut spelled = tokens[..at].to_vec();
    spelled.extend_from_slice(&tokens[at + 1..=thing]);
    spelled.extend(text::tokens(&format!("without a {whom}")));
    spelled.extend_from_slice(&tokens[thing + 1..]);
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, sampled, schema};

    #[test]
    fn those_whom_rows_belong_to_are_the_rows_they_refer_to() {
        let yard = sampled(
            schema(&[
                "customers: id int, full_name text, email text",
                "mechanics: id int, full_name text",
                "bikes: id int, brand text, serial_no text, customer_id int > customers",
                "jobs: id int, bike_id int > bikes, mechanic_id int > mechanics, state text, opened_on date",
                "reviews: id int, customer_id int > customers, stars int, comment text",
            ]),
            &["jobs.state: open|done"],
        );
        check(
            &yard,
            &[
                (
                    "bikes and who they belong to",
                    "SELECT bikes.serial_no, customers.full_name FROM bikes JOIN customers ON bikes.customer_id = customers.id",
                ),
                (
                    "all bikes, including the owner's name",
                    "SELECT bikes.serial_no, customers.full_name FROM bikes JOIN customers ON bikes.customer_id = customers.id",
                ),
                (
                    "comments of 2 star reviews with the reviewer's email",
                    "SELECT reviews.comment, customers.email FROM reviews \
                     JOIN customers ON reviews.customer_id = customers.id WHERE reviews.stars = 2",
                ),
                ("unassigned jobs", "SELECT * FROM jobs WHERE mechanic_id IS NULL"),
                (
                    "how many open jobs are still unassigned",
                    "SELECT COUNT(*) FROM jobs WHERE mechanic_id IS NULL AND state = 'open'",
                ),
            ],
        );
    }
}
