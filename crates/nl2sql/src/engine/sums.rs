//! Puts nouns for figures into the figures: "expense totals", "salary range".

use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::text::{Token, replaced, word_at};

/// The question with its figures in plain words, when nouns stand for them.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[totals_of, range_of, revenue_of, amount_of];
    in_turn(STEPS, lexicon, tokens)
}

/// `monthly expense totals`, `payment totals by method`: the total amount of them.
fn totals_of(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "totals")?;
    let namer = Namer::new(lexicon);
    let (from, length) = (1..=2usize.min(at))
        .rev()
        .find_map(|length| table_of(&namer, tokens.get(at - length..at)?).map(|_| (at - length, length)))?;
    let table = table_of(&namer, &tokens[from..at])?;
    let held = lexicon
        .columns_of(table)
        .any(|id| lexicon.column(id).words.iter().any(|word| word == "total"));
    let compared = matches!(
        word_at(tokens, at + 1),
        "over"
            | "under"
            | "above"
            | "below"
            | "larger"
            | "greater"
            | "more"
            | "less"
            | "exceeding"
            | "between"
    );
    let money = roles::measure(lexicon, table).filter(|_| !held && !compared)?;
    let words = &lexicon.column(money).words;
    let amount = words
        .iter()
        .filter(|word| *word != "total" && *word != "cents")
        .cloned();
    let amount: Vec<String> = amount.collect();
    let things: Vec<&str> = tokens[from..from + length]
        .iter()
        .map(|token| token.text.as_str())
        .collect();
    let plain = format!("total {} of {}", amount.join(" "), things.join(" "));
    Some(replaced(tokens, from, at + 1, &plain))
}

/// `average amount of invoices` is the average invoice amount.
fn amount_of(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (0..tokens.len()).find(|at| {
        matches!(word_at(tokens, *at), "average" | "avg" | "mean")
            && word_at(tokens, at + 1) == "amount"
            && word_at(tokens, at + 2) == "of"
    })?;
    let thing = at + 3 + usize::from(matches!(word_at(tokens, at + 3), "the" | "all"));
    let table = table_of(&Namer::new(lexicon), tokens.get(thing..=thing)?)?;
    let held = lexicon.columns_of(table).any(|id| {
        let entry = lexicon.column(id);
        entry.sort == Sort::Number && entry.words.iter().any(|word| word == "amount")
    });
    let said = format!("{} amount", tokens[thing].text);
    held.then(|| replaced(tokens, at + 1, thing + 1, &said))
}

/// `ticket revenue` is the revenue, where tickets are what is sold.
fn revenue_of(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "revenue" | "turnover" | "takings"))?;
    let from = at.checked_sub(1)?;
    let table = table_of(&Namer::new(lexicon), tokens.get(from..at)?)?;
    let mut sold = lexicon
        .table_ids()
        .filter(|table| roles::product(lexicon, *table).is_some());
    let only = sold.next().filter(|_| sold.next().is_none())?;
    let held = lexicon.has_word(word_at(tokens, at));
    (only == table && !held).then(|| replaced(tokens, from, at, ""))
}

/// `salary range per title`: the least and the most.
fn range_of(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "range")?;
    if lexicon.has_word("range") {
        return None;
    }
    let namer = Namer::new(lexicon);
    let figure = |from: usize, to: usize| {
        let said: Vec<&str> = tokens
            .get(from..to)?
            .iter()
            .map(|token| token.text.as_str())
            .collect();
        let mention = namer.mention(&said.join(" "));
        let hit = mention.columns.first()?;
        (hit.score >= 0.6 && lexicon.column(hit.id).sort == Sort::Number).then(|| said.join(" "))
    };
    if let Some(said) = at.checked_sub(1).and_then(|from| figure(from, at)) {
        return Some(replaced(
            tokens,
            at - 1,
            at + 1,
            &format!("minimum and maximum {said}"),
        ));
    }
    let of = at + 1 + usize::from(word_at(tokens, at + 1) == "of");
    let of = of + usize::from(matches!(word_at(tokens, of), "the" | "all"));
    let said = figure(of, of + 1).filter(|_| word_at(tokens, at + 1) == "of")?;
    let from = at - usize::from(at > 0 && matches!(word_at(tokens, at - 1), "the" | "a"));
    Some(replaced(
        tokens,
        from,
        of + 1,
        &format!("minimum and maximum {said}"),
    ))
}
