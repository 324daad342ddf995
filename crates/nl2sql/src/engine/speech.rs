//! Puts ways of asking into plain words: "break … down by", "everyone at …", "who has never logged in", "what did we bill".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::newcomers;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::stem::stem;
use super::text::{self, Token, word_at};

/// The question in plain words, when it is asked otherwise.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        breakdown,
        everyone,
        never_since,
        billed,
        newcomers::spelled_out,
        rows_per,
    ];
    in_turn(STEPS, lexicon, tokens)
}

fn is_by(word: &str) -> bool {
    matches!(word, "by" | "per" | "across")
}

/// `break the orders down by state`, `split orders by state`, `orders breakdown by state`: the orders for each state.
fn breakdown(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    if ["break", "breakdown", "split"]
        .iter()
        .any(|word| lexicon.has_word(word))
    {
        return None;
    }
    let (things, by) = parts(tokens)?;
    let namer = Namer::new(lexicon);
    let things: Vec<Token> = things
        .iter()
        .skip_while(|token| matches!(token.lower.as_str(), "the" | "all" | "our" | "of"))
        .cloned()
        .collect();
    let rows = things.last().is_some_and(|_| table_of(&namer, &things).is_some());
    let mut spelled = if rows {
        text::tokens("number of")
    } else {
        Vec::new()
    };
    if things.is_empty() {
        return None;
    }
    spelled.extend(things);
    spelled.extend(text::tokens("by"));
    spelled.extend_from_slice(by);
    Some(spelled)
}

/// What is to be broken down, and by what.
fn parts(tokens: &[Token]) -> Option<(Vec<Token>, &[Token])> {
    const LEADS: &[&str] = &[
        "give", "me", "show", "please", "can", "could", "you", "a", "the", "us", "i", "need", "want", "an",
        "get",
    ];
    let lead = tokens
        .iter()
        .take_while(|token| LEADS.contains(&token.lower.as_str()))
        .count();
    let by = (lead + 1..tokens.len()).find(|at| is_by(word_at(tokens, *at)))?;
    let after = tokens.get(by + 1..).filter(|after| !after.is_empty())?;
    let after = match after {
        [first, rest @ ..] if matches!(first.lower.as_str(), "the" | "each") && !rest.is_empty() => rest,
        other => other,
    };
    let inner = &tokens[lead + 1..by];
    match word_at(tokens, lead) {
        "break" => {
            let down = inner.iter().position(|token| token.lower == "down")?;
            let things = inner.iter().enumerate().filter(|(at, _)| *at != down);
            Some((things.map(|(_, token)| token.clone()).collect(), after))
        }
        "split" => {
            let plain = inner.iter().filter(|token| !matches!(token.lower.as_str(), "up"));
            Some((plain.cloned().collect(), after))
        }
        "breakdown" if word_at(tokens, lead + 1) == "of" => Some((inner[1..].to_vec(), after)),
        _ => {
            let last = tokens[by - 1].lower == "breakdown";
            (last && by > lead + 1).then(|| (tokens[lead..by - 1].to_vec(), after))
        }
    }
}

/// The one table of people; a tenant or a customer that is called by the name of a company is none.
fn people(lexicon: &Lexicon<'_>) -> Option<TableId> {
    const FIRMS: &[&str] = &["company", "business", "organization", "organisation", "firm"];
    let firm = |table: TableId| {
        let labels = roles::label(lexicon, table);
        labels.iter().any(|id| {
            lexicon
                .column(*id)
                .words
                .iter()
                .any(|word| FIRMS.contains(&word.as_str()))
        })
    };
    let mut people = lexicon
        .table_ids()
        .filter(|table| roles::names_people(lexicon, *table) && !firm(*table));
    people.next().filter(|_| people.next().is_none())
}

/// `everyone working at North`, `everybody from Oslo`: the rows of the one table of people.
fn everyone(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "everyone" | "everybody"))?;
    let lead = tokens[..at].iter().all(|token| {
        matches!(
            token.lower.as_str(),
            "list"
                | "show"
                | "me"
                | "give"
                | "find"
                | "get"
                | "us"
                | "names"
                | "the"
                | "of"
                | "who"
                | "is"
                | "display"
        )
    });
    let table = people(lexicon).filter(|_| lead && at + 1 < tokens.len())?;
    let mut rest = &tokens[at + 1..];
    let works = |word: &str| matches!(word, "working" | "employed" | "works");
    if let [who, more @ ..] = rest
        && matches!(who.lower.as_str(), "who" | "that" | "is" | "currently")
        && more.first().is_some_and(|next| works(&next.lower))
    {
        rest = more;
    }
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(text::tokens(&lexicon.title(table)));
    if let [work, joint, more @ ..] = rest
        && works(&work.lower)
        && matches!(joint.lower.as_str(), "at" | "for" | "by" | "with")
        && !lexicon.has_word("works")
    {
        spelled.extend(text::tokens("at"));
        rest = more;
    }
    spelled.extend_from_slice(rest);
    Some(spelled)
}

/// `who has never logged in`, `members that have not been seen yet`: the moment of the last time is empty.
fn never_since(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let never = (1..tokens.len()).find(|at| {
        word_at(tokens, *at) == "never"
            || word_at(tokens, *at) == "not" && tokens.last().is_some_and(|last| last.lower == "yet")
    })?;
    let verb = never + 1 + usize::from(word_at(tokens, never + 1) == "been");
    let said = tokens.get(verb)?;
    let particle =
        matches!(word_at(tokens, verb + 1), "in" | "on" | "out" | "up").then(|| word_at(tokens, verb + 1));
    let end = verb + 1 + usize::from(particle.is_some());
    let end = end + usize::from(matches!(word_at(tokens, end), "yet" | "before"));
    if end != tokens.len() {
        return None;
    }
    let roots = [
        stem(&said.lower),
        past(&said.lower).map_or_else(String::new, stem),
    ];
    let last_of = |id: &ColumnId| {
        let entry = lexicon.column(*id);
        let [last, middle @ .., _] = &entry.words[..] else {
            return false;
        };
        let (last, middle) = match &entry.words[..] {
            [last, only] => (last, std::slice::from_ref(only)),
            _ => (last, middle),
        };
        let done = middle.concat();
        let told = roots.iter().filter(|root| !root.is_empty()).any(|root| {
            stem(&done) == *root
                || particle.is_some_and(|particle| done == format!("{root}{particle}"))
                || particle.is_some_and(|_| middle.first().is_some_and(|first| stem(first) == *root))
        });
        matches!(entry.sort, Sort::Day { .. }) && last == "last" && told
    };
    let namer = Namer::new(lexicon);
    let head = (0..never).find_map(|at| table_of(&namer, &tokens[at..=at]));
    let asks_who = word_at(tokens, 0) == "who";
    let mut found = lexicon
        .table_ids()
        .filter(|table| {
            head.map_or(asks_who && roles::names_people(lexicon, *table), |head| {
                head == *table
            })
        })
        .flat_map(|table| lexicon.columns_of(table))
        .filter(last_of);
    let column = found.next().filter(|_| found.next().is_none())?;
    let begin = (0..never)
        .rev()
        .take_while(|at| {
            matches!(
                word_at(tokens, *at),
                "have" | "has" | "had" | "who" | "that" | "which" | "were" | "was" | "are" | "is" | "did"
            )
        })
        .last()
        .unwrap_or(never);
    let mut spelled = if begin == 0 {
        text::tokens(&lexicon.title(lexicon.column(column).table))
    } else {
        tokens[..begin].to_vec()
    };
    spelled.extend(text::tokens(&format!(
        "whose {} is missing",
        lexicon.column(column).words.join(" ")
    )));
    Some(spelled)
}

/// `scans per shop`: how many there are for each.
fn rows_per(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let per = tokens.iter().position(|token| token.lower == "per")?;
    let at = per.checked_sub(1)?;
    let lead = tokens[..at].iter().all(|token| {
        matches!(
            token.lower.as_str(),
            "show" | "list" | "me" | "the" | "all" | "give" | "get"
        )
    });
    let namer = Namer::new(lexicon);
    let rows = table_of(&namer, &tokens[at..per])?;
    let group = table_of(&namer, tokens.get(per + 1..per + 2)?)?;
    if !lead || rows == group || !tokens[at].lower.ends_with('s') {
        return None;
    }
    let mut spelled = text::tokens("number of");
    spelled.extend_from_slice(&tokens[at..]);
    Some(spelled)
}

/// The verb of an irregular participle.
fn past(word: &str) -> Option<&'static str> {
    Some(match word {
        "seen" => "see",
        "sent" => "send",
        "paid" => "pay",
        "bought" => "buy",
        "ran" | "run" => "run",
        _ => return None,
    })
}

/// `what did we invoice in total in 2024`: the sum of the bills.
fn billed(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let start = match (word_at(tokens, 0), word_at(tokens, 1)) {
        ("what", "did") => 2,
        ("how", "much") if word_at(tokens, 2) == "did" => 3,
        _ => return None,
    };
    let verb = tokens
        .get(start + 1)
        .filter(|_| matches!(word_at(tokens, start), "we" | "they" | "i" | "you"))?;
    let total = matches!(
        (word_at(tokens, start + 2), word_at(tokens, start + 3)),
        ("in", "total")
    );
    if start == 2 && !total {
        return None;
    }
    let mut named = lexicon.table_ids().filter(|table| {
        let words = &lexicon.table(*table).words;
        words.len() == 1 && words.last().is_some_and(|last| stem(last) == verb.stem)
    });
    let table = named.next().filter(|_| named.next().is_none())?;
    let money = roles::measure(lexicon, table)?;
    let mut spelled = text::tokens(&format!(
        "total {} of {}",
        lexicon
            .column(money)
            .words
            .iter()
            .filter(|word| *word != "total")
            .cloned()
            .collect::<Vec<_>>()
            .join(" "),
        lexicon.title(table)
    ));
    spelled.extend_from_slice(&tokens[start + 2 + 2 * usize::from(total)..]);
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::engine::tests::{ask, check, schema};

    #[test]
    fn ways_of_asking_are_read_in_plain_words() {
        let mut office = schema(&[
            "firms: id int, name text, sector text",
            "employees: id int, firm_id int > firms, full_name text, last_sign_in_at timestamp, last_seen_at timestamp, created_at timestamp",
            "invoices: id int, firm_id int > firms, amount decimal(9,2), state text, issued_on date, paid_on date",
        ]);
        office.tables[0].columns[1].samples = vec!["Oak Works".into(), "Elm Sons".into()];
        check(
            &office,
            &[
                (
                    "break the invoices down by state",
                    "SELECT state, COUNT(*) FROM invoices GROUP BY state",
                ),
                (
                    "split the number of firms by sector",
                    "SELECT sector, COUNT(*) FROM firms GROUP BY sector",
                ),
                (
                    "show a breakdown of invoices per state",
                    "SELECT state, COUNT(*) FROM invoices GROUP BY state",
                ),
                (
                    "list everyone working for Oak Works",
                    "SELECT employees.* FROM employees JOIN firms ON employees.firm_id = firms.id WHERE firms.name = 'Oak Works'",
                ),
                (
                    "employees who never signed in",
                    "SELECT * FROM employees WHERE last_sign_in_at IS NULL",
                ),
                (
                    "who has never been seen",
                    "SELECT * FROM employees WHERE last_seen_at IS NULL",
                ),
                (
                    "invoices per firm",
                    "SELECT firms.name, COUNT(*) FROM invoices JOIN firms ON invoices.firm_id = firms.id GROUP BY firms.id, firms.name",
                ),
                (
                    "what did we invoice in total in 2024",
                    "SELECT SUM(amount) FROM invoices WHERE issued_on >= '2024-01-01' AND issued_on < '2025-01-01'",
                ),
            ],
        );
        let unknown = ask(&office, Dialect::Sqlite, "break the invoices down by colour");
        assert!(unknown.is_err(), "{unknown:?}");
    }

    #[test]
    fn what_somebody_never_did_with_a_thing_is_told_by_the_things() {
        let forge = schema(&[
            "members: id int, name text, created_at timestamp",
            "tokens: id int, created_by_member_id int > members, label text, created_at timestamp",
        ]);
        check(
            &forge,
            &[(
                "members who never created a token",
                "SELECT * FROM members WHERE NOT EXISTS (SELECT 1 FROM tokens WHERE tokens.created_by_member_id = members.id)",
            )],
        );
    }
}
