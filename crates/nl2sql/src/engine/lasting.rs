//! Reads how long things last: "how long does the average visit last", "length of stay", "how many days does it take for a claim to get paid".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::text::{self, Token, replaced, word_at};

/// The question with a time between two moments, or the column that holds it.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[how_long_it_lasts, length_of_stay, |_, tokens| takes_to(tokens)];
    in_turn(STEPS, lexicon, tokens)
}

/// `how long does a visit last`, `how long does the average visit take`: how long the visits are, on average.
fn how_long_it_lasts(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (0..tokens.len()).find(|at| {
        word_at(tokens, *at) == "how"
            && word_at(tokens, at + 1) == "long"
            && matches!(word_at(tokens, at + 2), "does" | "do" | "did")
    })?;
    let last = (at + 4..tokens.len()).find(|i| matches!(word_at(tokens, *i), "last" | "take" | "run"))?;
    let mut from = at + 3;
    let mut mean = false;
    while matches!(
        word_at(tokens, from),
        "the" | "a" | "an" | "average" | "typical" | "our" | "usual"
    ) {
        mean = true;
        from += 1;
    }
    let things = tokens
        .get(from..last)
        .filter(|things| (1..=3).contains(&things.len()))?;
    let Some(table) = table_of(&Namer::new(lexicon), things) else {
        // "last" is what it does, and no wish for the latest one.
        return (word_at(tokens, last) == "last").then(|| replaced(tokens, last, last + 1, "take"));
    };
    let follows = word_at(tokens, last + 1);
    let on_average = matches!(follows, "on") && matches!(word_at(tokens, last + 2), "average" | "avg")
        || matches!(follows, "usually" | "typically")
        || tokens[..at].iter().any(|token| token.lower == "average");
    // "does it last until", "take to …" says more than a length.
    let rest = last
        + 1
        + if on_average && follows == "on" {
            2
        } else {
            usize::from(on_average)
        };
    if !(mean || on_average) || matches!(word_at(tokens, rest), "to" | "for" | "until" | "before" | "from") {
        return None;
    }
    let length = duration_of(lexicon, table)?;
    let mut spelled = text::tokens(&format!("average {length}"));
    spelled.extend(text::tokens(&lexicon.title(table)));
    let tail = tokens[rest..]
        .iter()
        .skip_while(|token| matches!(token.lower.as_str(), "," | "in" | "minutes" | "hours" | "days"));
    spelled.extend(tail.cloned());
    Some(spelled)
}

/// How the length of a table's rows is asked for: by its column, or by the two moments it is between.
fn duration_of(lexicon: &Lexicon<'_>, table: TableId) -> Option<String> {
    const LENGTHS: &[&str] = &["duration", "length", "minutes", "hours", "runtime", "seconds"];
    let own = lexicon.columns_of(table).find(|id| {
        let entry = lexicon.column(*id);
        entry.sort == Sort::Number && entry.words.iter().any(|word| LENGTHS.contains(&word.as_str()))
    });
    if let Some(own) = own {
        return Some(format!("{} of", lexicon.column(own).words.join(" ")));
    }
    let days: Vec<_> = lexicon
        .columns_of(table)
        .filter(|id| matches!(lexicon.column(*id).sort, Sort::Day { .. }))
        .collect();
    match &days[..] {
        [from, to] => Some(format!(
            "time between {} and {} of",
            lexicon.column(*from).words.join(" "),
            lexicon.column(*to).words.join(" ")
        )),
        _ => None,
    }
}

/// `average length of stay`: the time between coming and going, of the one table that has both.
fn length_of_stay(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const PAIRS: &[(&[&str], &[&str])] = &[
        (&["check", "in"], &["check", "out"]),
        (&["checked", "in"], &["checked", "out"]),
        (&["checkin"], &["checkout"]),
        (&["arrival"], &["departure"]),
        (&["arrived"], &["departed"]),
        (&["admission"], &["discharge"]),
        (&["admitted"], &["discharged"]),
        (&["entry"], &["exit"]),
    ];
    let at = (0..tokens.len()).find(|at| {
        matches!(word_at(tokens, *at), "length" | "duration")
            && word_at(tokens, at + 1) == "of"
            && matches!(word_at(tokens, at + 2), "stay" | "stays")
    })?;
    if lexicon.has_word("stay") {
        return None;
    }
    let dated = |table: TableId, words: &[&str]| {
        lexicon.columns_of(table).find(|id| {
            let entry = lexicon.column(*id);
            let held = entry.words.windows(words.len()).any(|held| held == words);
            matches!(entry.sort, Sort::Day { .. }) && held
        })
    };
    let mut found = lexicon.table_ids().filter_map(|table| {
        let pair = PAIRS
            .iter()
            .find_map(|(from, to)| Some((dated(table, from)?, dated(table, to)?)))?;
        Some((table, pair))
    });
    let (table, (from, to)) = found.next().filter(|_| found.next().is_none())?;
    let said = |id: ColumnId| lexicon.column(id).words.join(" ");
    let mut plain = format!("time between {} and {}", said(from), said(to));
    let namer = Namer::new(lexicon);
    let named = (0..tokens.len()).any(|i| table_of(&namer, &tokens[i..=i]) == Some(table));
    if !named {
        plain = format!("{plain} of {}", lexicon.title(table));
    }
    Some(replaced(tokens, at, at + 3, &plain))
}

/// `how many days does it take for a claim to get paid`: how long does it take to pay it, in days.
fn takes_to(tokens: &[Token]) -> Option<Vec<Token>> {
    let word = |at: usize| word_at(tokens, at);
    let how = (0..tokens.len()).find(|at| word(*at) == "how" && matches!(word(at + 1), "long" | "many"))?;
    let does = (how + 2..tokens.len().min(how + 4)).find(|at| matches!(word(*at), "does" | "do" | "did"))?;
    let take = does + 2;
    if word(does + 1) != "it" || word(take) != "take" || word(take + 1) != "for" {
        return None;
    }
    let to = (take + 3..tokens.len().min(take + 6)).find(|at| word(*at) == "to")?;
    let verb = to + 1 + usize::from(matches!(word(to + 1), "get" | "be"));
    let mut spelled = tokens[..=take].to_vec();
    spelled.extend(text::tokens("to"));
    spelled.push(tokens.get(verb)?.clone());
    spelled.extend_from_slice(&tokens[take + 2..to]);
    spelled.extend_from_slice(&tokens[verb + 1..]);
    Some(spelled)
}
