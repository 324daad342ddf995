//! Reads a comparison of two values of one column as groups by that column: "paid vs unpaid invoices".

use super::lexicon::{ColumnId, Lexicon, Sort};
use super::phrases::{self, Phrase};
use super::stem::{singular, stem};
use super::text::{self, Shape, Token};
use super::values;

/// How far a value may stand from the word that compares it.
const REACH: usize = 3;
/// Words that say "all other values".
const REST: &[&str] = &["other", "others", "rest"];
/// Beginnings that turn a word into its opposite.
const OPPOSITES: &[&str] = &["non-", "non", "not-", "un", "in", "im", "dis", "off"];
/// Words before the values that the groups make idle.
const IDLE: &[&str] = &[
    "for", "of", "between", "from", "in", "by", "with", "on", "the", "among",
];

/// The question with groups in the place of the two values.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    compared(lexicon, tokens).or_else(|| counted(lexicon, tokens))
}

/// `how many day trips and night trips`, `number of male and female members`: how many there are of each.
fn counted(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let start = tokens.windows(2).position(|two| {
        matches!(
            (two[0].lower.as_str(), two[1].lower.as_str()),
            ("how", "many") | ("number", "of")
        )
    })? + 2;
    let [one, and, other, rest @ ..] = tokens.get(start..)? else {
        return None;
    };
    if start > 4 || and.lower != "and" || rest.iter().any(|token| token.shape != Shape::Word) {
        return None;
    }
    let texts = |id: &ColumnId| lexicon.column(*id).sort == Sort::Text;
    let (first, second) = (holders(lexicon, &one.lower), holders(lexicon, &other.lower));
    let plain = first.iter().copied().filter(texts).find(|id| second.contains(id));
    let joined = || {
        let (first, second) = (compounds(lexicon, &one.lower), compounds(lexicon, &other.lower));
        first.into_iter().find(|id| second.contains(id))
    };
    let (column, noun) = match plain {
        Some(id) => (id, Vec::new()),
        None => {
            let id = joined()?;
            (
                id,
                text::tokens(&lexicon.table(lexicon.column(id).table).table.name),
            )
        }
    };
    let mut question = text::tokens("number of");
    question.extend(noun);
    question.extend_from_slice(rest);
    let had = |token: &Token| {
        matches!(
            token.lower.as_str(),
            "do" | "we" | "have" | "are" | "there" | "you" | "were"
        )
    };
    while question.last().is_some_and(had) {
        question.pop();
    }
    question.extend(text::tokens("per"));
    question.push(Token::new(
        lexicon.column(column).column.name.clone(),
        Shape::Word,
    ));
    Some(question)
}

/// The columns of which a word is a value and their table's name in one: `daytrips`.
fn compounds(lexicon: &Lexicon<'_>, word: &str) -> Vec<ColumnId> {
    let one = singular(word);
    let ids = (0..lexicon.columns.len()).map(ColumnId);
    ids.filter(|id| {
        let entry = lexicon.column(*id);
        let table = lexicon.table(entry.table).words.last();
        let value = table.and_then(|table| one.strip_suffix(table.as_str()));
        value.is_some_and(|value| {
            let value = value.trim_end_matches('-');
            value.len() > 1
                && entry.sort == Sort::Text
                && entry
                    .column
                    .samples
                    .iter()
                    .any(|sample| sample.eq_ignore_ascii_case(value))
        })
    })
    .collect()
}

fn compared(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let (at, after) = (1..tokens.len()).find_map(|at| {
        let next = tokens.get(at + 1).map_or("", |token| token.lower.as_str());
        match tokens[at].lower.as_str() {
            "vs" | "versus" => Some((at, at + 1)),
            "compared" if matches!(next, "to" | "with") => Some((at, at + 2)),
            _ => None,
        }
    })?;
    let (before, rest) = (&tokens[..at], &tokens[after..]);
    let rest = match rest {
        [article, more @ ..] if matches!(article.lower.as_str(), "the" | "all") => more,
        rest => rest,
    };
    let left = (1..=REACH.min(before.len())).find_map(|back| {
        let start = before.len() - back;
        let word = &before[start];
        let is_word = word.shape == Shape::Word || word.shape == Shape::Quoted;
        let found = holders(lexicon, &word.lower);
        (is_word && !found.is_empty()).then_some((start, found))
    });
    let (start, found) = left?;
    let first = rest.first()?;
    let other = holders(lexicon, &first.lower);
    let is_rest = REST.contains(&first.lower.as_str());
    let named = |id: &ColumnId| {
        let table = &lexicon.table(lexicon.column(*id).table).words;
        tokens
            .iter()
            .any(|token| table.last().is_some_and(|word| singular(&token.lower) == *word))
    };
    let shared: Vec<ColumnId> = found
        .iter()
        .copied()
        .filter(|id| is_rest || other.contains(id) || other.is_empty() && is_truth(lexicon, *id))
        .collect();
    let column = shared
        .iter()
        .copied()
        .find(named)
        .or_else(|| shared.first().copied())?;
    if other.is_empty() && !is_rest && !lexicon.senses(&first.lower, &first.stem).is_empty() {
        return None;
    }
    let noun = &before[start + 1..];
    let mut further = &rest[1..];
    // "the other positions", "open claims vs closed claims": what is compared is said once.
    if is_rest || further.first().map(|token| &token.lower) == noun.first().map(|token| &token.lower) {
        further = further.get(1..).unwrap_or_default();
    }
    let mut lead: &[Token] = &before[..start];
    if let [first, more @ ..] = lead
        && matches!(first.lower.as_str(), "compare" | "comparing")
    {
        lead = more;
    }
    let mut question = Vec::new();
    if !asks_figure(tokens) {
        question.extend(text::tokens("number of"));
        let skipped = lead.iter().take_while(|token| {
            matches!(
                token.lower.as_str(),
                "show" | "list" | "give" | "me" | "the" | "what" | "are"
            )
        });
        lead = &lead[skipped.count()..];
    }
    let idle = noun.is_empty() && further.is_empty();
    if idle {
        while let [more @ .., last] = lead
            && IDLE.contains(&last.lower.as_str())
        {
            lead = more;
        }
    }
    question.extend_from_slice(lead);
    question.extend_from_slice(noun);
    question.extend_from_slice(further);
    question.extend(text::tokens("per"));
    question.push(Token::new(
        lexicon.column(column).column.name.clone(),
        Shape::Word,
    ));
    Some(question)
}

fn is_truth(lexicon: &Lexicon<'_>, id: ColumnId) -> bool {
    lexicon.column(id).sort == Sort::Truth
}

fn asks_figure(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| matches!(phrases::read(tokens, at), Some((Phrase::Aggregate(_), _))))
}

/// The columns that hold a value, or that a word says yes or no to.
fn holders(lexicon: &Lexicon<'_>, word: &str) -> Vec<ColumnId> {
    let one = singular(word);
    let mut positive = vec![stem(word)];
    positive.extend(
        OPPOSITES
            .iter()
            .filter_map(|prefix| word.strip_prefix(prefix))
            .filter(|rest| rest.len() > 2)
            .map(stem),
    );
    if let Some(rest) = word.strip_prefix("off") {
        positive.push(stem(&format!("on{rest}")));
    }
    let classes: Vec<_> = values::classes(word).collect();
    let ids = (0..lexicon.columns.len()).map(ColumnId);
    ids.filter(|id| {
        let entry = lexicon.column(*id);
        match entry.sort {
            Sort::Truth => entry
                .words
                .iter()
                .any(|known| known != "is" && known != "has" && positive.contains(&stem(known))),
            Sort::Text if entry.column.samples.is_empty() => classes.iter().any(|class| {
                entry
                    .words
                    .last()
                    .is_some_and(|last| class.columns.contains(&last.as_str()))
            }),
            Sort::Text => entry
                .column
                .samples
                .iter()
                .any(|sample| sample.eq_ignore_ascii_case(word) || sample.eq_ignore_ascii_case(&one)),
            _ => false,
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, clinic};

    #[test]
    fn two_values_of_one_column_are_its_groups() {
        let mut clinic = clinic();
        clinic.tables[2].columns[4].samples = vec!["done".into(), "open".into(), "cancelled".into()];
        check(
            &clinic,
            &[
                (
                    "insured vs uninsured patients",
                    "SELECT insured, COUNT(*) FROM patients GROUP BY insured",
                ),
                (
                    "average fee of open vs done visits",
                    "SELECT status, AVG(fee) FROM visits GROUP BY status",
                ),
                (
                    "average fee for cancelled visits compared to the other visits",
                    "SELECT status, AVG(fee) FROM visits GROUP BY status",
                ),
                (
                    "how many open and cancelled visits are there",
                    "SELECT status, COUNT(*) FROM visits GROUP BY status",
                ),
                (
                    "male versus female patients",
                    "SELECT gender, COUNT(*) FROM patients GROUP BY gender",
                ),
            ],
        );
    }
}
