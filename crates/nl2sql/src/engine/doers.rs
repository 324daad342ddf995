//! Puts what people did into what they are ranked by: "who bought the most tickets", "who spent the most", "the most viewed
//! post", "employees with more than 500 in expenses".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::text::{self, Shape, Token, replaced, word_at};

/// The question with what is ranked, when it says what was done.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[who_spent_most, most_done, more_than_in, in_currency, open_first];
    in_turn(STEPS, lexicon, tokens)
}

/// The one table of people that the rows of a table refer to.
fn people_of(lexicon: &Lexicon<'_>, table: TableId) -> Option<TableId> {
    let mut found: Vec<TableId> = lexicon
        .columns_of(table)
        .filter_map(|id| lexicon.graph.target(id))
        .filter(|target| *target != table && roles::names_people(lexicon, *target))
        .collect();
    found.dedup();
    match found[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// `who spent the most on travel` is who has the highest total, where rows of people's spending are kept.
fn who_spent_most(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let words = ["who", "spent", "the", "most"];
    let said = words
        .iter()
        .enumerate()
        .all(|(at, word)| word_at(tokens, at) == *word);
    let spent = |id: ColumnId| {
        let entry = lexicon.column(id);
        matches!(entry.sort, Sort::Day { .. }) && entry.words.iter().any(|word| word == "spent")
    };
    if !said {
        return None;
    }
    let table = lexicon
        .table_ids()
        .find(|table| lexicon.columns_of(*table).any(spent))?;
    let people = people_of(lexicon, table)?;
    let measure = roles::measure(lexicon, table)?;
    let rest = match word_at(tokens, 4) {
        "on" if tokens.len() > 5 => format!(" for {}", tokens[5].text),
        "" | "?" => String::new(),
        _ => return None,
    };
    let meant = format!(
        "{} with the highest total {} {}{rest}",
        lexicon.title(people),
        lexicon.table(table).table.name,
        lexicon.column(measure).words.join(" ")
    );
    Some(replaced(tokens, 0, if rest.is_empty() { 4 } else { 6 }, &meant))
}

/// `open critical incidents` are critical open ones: beside its noun the word is no column.
fn open_first(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (0..tokens.len()).find(|at| word_at(tokens, *at) == "open")?;
    let (value, noun) = (tokens.get(at + 1)?, tokens.get(at + 2..at + 3)?);
    let table = table_of(&Namer::new(lexicon), noun)?;
    let sampled = |word: &str| {
        lexicon.columns_of(table).any(|id| {
            let samples = &lexicon.column(id).column.samples;
            samples.iter().any(|sample| sample.eq_ignore_ascii_case(word))
        })
    };
    let described = value.is_word() && sampled(&value.text) && !sampled("open");
    described.then(|| {
        let mut spelled = tokens.to_vec();
        spelled.swap(at, at + 1);
        spelled
    })
}

/// `the most viewed post` has the highest view count, where a column counts it.
fn most_done(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (0..tokens.len()).find(|at| {
        matches!(word_at(tokens, *at), "most" | "least") && word_at(tokens, at + 1).ends_with("ed")
    })?;
    let root = word_at(tokens, at + 1).strip_suffix("ed")?;
    let namer = Namer::new(lexicon);
    let table = table_of(&namer, tokens.get(at + 2..at + 3)?)?;
    if root.len() < 4 {
        return None;
    }
    let mut found = lexicon.columns_of(table).filter(|id| {
        let entry = lexicon.column(*id);
        entry.sort == Sort::Number
            && !lexicon.is_key(*id)
            && entry
                .words
                .iter()
                .any(|word| word.starts_with(root) && word.len() <= root.len() + 3)
            && entry.words.len() <= 2
    });
    let column = found.next().filter(|_| found.next().is_none())?;
    let name = lexicon.column(column).words.join(" ");
    let things = &tokens[at + 2].lower;
    let number = at
        .checked_sub(1)
        .and_then(|before| tokens.get(before))
        .filter(|token| token.shape == Shape::Number);
    let most = word_at(tokens, at) == "most";
    let (rank, degree) = if most {
        ("top", "highest")
    } else {
        ("bottom", "lowest")
    };
    let mut from = at - usize::from(number.is_some());
    while from > 0 && matches!(word_at(tokens, from - 1), "top" | "the" | "bottom") {
        from -= 1;
    }
    let meant = match number {
        Some(number) => format!("{rank} {} {things} by {name}", number.text),
        None if things.ends_with('s') && !things.ends_with("ss") => format!("{rank} 10 {things} by {name}"),
        None => format!("{things} with the {degree} {name}"),
    };
    Some(replaced(tokens, from, at + 3, &meant))
}

/// `more than 500 in expenses` is a sum of theirs.
fn more_than_in(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let number = (3..tokens.len()).find(|at| {
        tokens[*at].shape == Shape::Number
            && word_at(tokens, at - 1) == "than"
            && matches!(word_at(tokens, at - 2), "more" | "less")
            && matches!(word_at(tokens, at - 3), "with" | "have" | "has" | "having")
    })?;
    let mut at = number + 1;
    at += usize::from(matches!(
        word_at(tokens, at),
        "euros" | "dollars" | "pounds" | "yuan"
    ));
    if word_at(tokens, at) != "in" {
        return None;
    }
    let namer = Namer::new(lexicon);
    let things = tokens.get(at + 1..at + 2)?;
    let table = table_of(&namer, things)?;
    let measure: ColumnId = roles::measure(lexicon, table).filter(|id| {
        let words = &lexicon.column(*id).words;
        words.iter().any(|word| {
            matches!(
                word.as_str(),
                "amount" | "total" | "cost" | "price" | "value" | "fee"
            )
        })
    })?;
    let name = lexicon.column(measure).words.join(" ");
    let op = word_at(tokens, number - 2);
    let meant = format!(
        "whose total {} {name} is {op} than {}",
        things[0].lower, tokens[number].text
    );
    let mut spelled = tokens[..number - 3].to_vec();
    if matches!(
        word_at(&spelled, spelled.len().checked_sub(1)?),
        "who" | "that" | "which"
    ) {
        spelled.pop();
    }
    spelled.extend(text::tokens(&meant));
    spelled.extend_from_slice(&tokens[at + 2..]);
    Some(spelled)
}

/// `invoices in euros` are those of that currency, where a column of theirs tells it.
fn in_currency(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const CURRENCIES: &[(&[&str], &str)] = &[
        (&["euro", "euros"], "EUR"),
        (&["dollar", "dollars"], "USD"),
        (&["pound", "pounds", "sterling"], "GBP"),
        (&["yen"], "JPY"),
        (&["francs"], "CHF"),
    ];
    let at = (1..tokens.len()).find(|at| word_at(tokens, *at) == "in" && at + 2 == tokens.len())?;
    let (_, code) = CURRENCIES
        .iter()
        .find(|(words, _)| words.contains(&word_at(tokens, at + 1)))?;
    let table = table_of(&Namer::new(lexicon), tokens.get(at - 1..at)?)?;
    let column = lexicon.columns_of(table).find(|id| {
        let entry = lexicon.column(*id);
        entry.words.iter().any(|word| word == "currency")
            && entry.column.samples.iter().any(|sample| sample == code)
    })?;
    let name = lexicon.column(column).words.join(" ");
    Some(replaced(tokens, at, at + 2, &format!("with {name} {code}")))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn what_people_did_ranks_them() {
        let fair = schema(&[
            "visitors: id int, full_name text",
            "passes: id int, visitor_id int > visitors, bought_on date, amount decimal(8,2)",
            "stalls: id int, title text, visit_count int",
        ]);
        check(
            &fair,
            &[
                (
                    "who bought the most passes",
                    "SELECT visitors.full_name FROM visitors JOIN passes ON passes.visitor_id = visitors.id GROUP BY visitors.id, visitors.full_name ORDER BY COUNT(*) DESC LIMIT 1",
                ),
                (
                    "the most visited stall",
                    "SELECT * FROM stalls ORDER BY visit_count DESC LIMIT 1",
                ),
            ],
        );
    }
}
