//! Reads what is said of an address: a street is a part of it, as in "houses on Mill Lane".

use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::paraphrase::{Step, in_turn};
use super::phrases::{Match, Op};
use super::plan::{Cond, Expr, Literal};
use super::reading::Reading;
use super::text::{self, Shape, Token};

/// The question with a street in a comparison, when it names one.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[on_a_street];
    in_turn(STEPS, lexicon, tokens)
}

fn is_address(words: &[String]) -> bool {
    words
        .iter()
        .any(|word| matches!(word.as_str(), "address" | "street" | "addr"))
        && !words
            .iter()
            .any(|word| matches!(word.as_str(), "email" | "mail" | "ip" | "mac" | "web" | "url"))
}

/// `properties on Mill Lane`: whose street contains that, where nothing else is called so.
fn on_a_street(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        matches!(tokens[*at].lower.as_str(), "on" | "along")
            && tokens.get(at + 1).is_some_and(Token::is_capital)
    })?;
    let end = (at + 1..tokens.len())
        .find(|i| !tokens[*i].is_word() || !tokens[*i].is_capital())
        .unwrap_or(tokens.len());
    let plain = |token: &Token| lexicon.senses(&token.lower, &token.stem).is_empty();
    let day = |token: &Token| {
        const DAYS: &[&str] = &[
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        DAYS.iter().any(|day| token.lower.starts_with(day)) || super::period::month(&token.lower).is_some()
    };
    let said = &tokens[at + 1..end];
    let known = lexicon
        .columns
        .iter()
        .flat_map(|entry| &entry.column.samples)
        .any(|sample| said.iter().any(|token| sample.eq_ignore_ascii_case(&token.text)));
    if known || !plain(said.first()?) || said.iter().any(day) {
        return None;
    }
    let namer = Namer::new(lexicon);
    let mut streets = lexicon
        .table_ids()
        .flat_map(|table| lexicon.columns_of(table))
        .filter(|id| {
            let entry = lexicon.column(*id);
            entry.sort == Sort::Text && is_address(&entry.words)
        });
    let street = streets.next().filter(|_| streets.next().is_none())?;
    let table = lexicon.column(street).table;
    let named = (0..at).any(|i| {
        let mention = namer.mention(&tokens[i].text);
        mention
            .tables
            .first()
            .is_some_and(|hit| hit.id == table && hit.score >= 0.8)
    });
    named.then(|| {
        let words: Vec<&str> = said.iter().map(|token| token.text.as_str()).collect();
        let mut spelled = tokens[..at].to_vec();
        spelled.extend(text::tokens(&format!(
            "whose {} contains",
            lexicon.column(street).words.join(" ")
        )));
        spelled.push(Token::new(words.join(" "), Shape::Quoted));
        spelled.extend_from_slice(&tokens[end..]);
        spelled
    })
}

impl Reading<'_> {
    /// An address holds a street's name beside a number: what is equal to none that is known is a part of it.
    pub(crate) fn settle_streets(&mut self) {
        let lexicon = self.lexicon;
        for cond in &mut self.plan.filters {
            let (column, text, negated) = match cond {
                Cond::Compare(Expr::Column(column), op @ (Op::Eq | Op::Ne), Literal::Text(text)) => {
                    (*column, text.clone(), *op == Op::Ne)
                }
                Cond::OneOf {
                    column,
                    values,
                    negated,
                } => match &values[..] {
                    [Literal::Text(text)] => (*column, text.clone(), *negated),
                    _ => continue,
                },
                _ => continue,
            };
            let entry = lexicon.column(column);
            let numbered = text.starts_with(|c: char| c.is_ascii_digit());
            let mut samples = entry.column.samples.iter();
            let known = samples.any(|sample| sample.eq_ignore_ascii_case(&text));
            if is_address(&entry.words) && !known && !numbered {
                *cond = Cond::Like {
                    column,
                    place: Match::Contains,
                    text,
                    negated,
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn a_street_is_a_part_of_an_address() {
        let homes = schema(&["homes: id int, street_address text, city text, rooms int"]);
        check(
            &homes,
            &[
                (
                    "homes on Millgate",
                    "SELECT * FROM homes WHERE street_address LIKE '%Millgate%'",
                ),
                (
                    "homes whose street address is Millgate",
                    "SELECT * FROM homes WHERE street_address LIKE '%Millgate%'",
                ),
            ],
        );
    }
}
