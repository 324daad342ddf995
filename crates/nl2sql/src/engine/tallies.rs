//! Puts figures that a question adds or turns round into plain ones: "with how many each has", "rated 4 or better on average", "a negative balance".

use super::lexicon::{Lexicon, Sort};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::text::{self, Shape, Token, replaced, word_at};

/// The question with its figures in plain words, when it has others.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        how_many_each,
        |_, tokens| rated(tokens),
        signed,
        new_each,
        noun_between,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `customers holding 3 or more accounts, with how many each has`: and their number of accounts.
fn how_many_each(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const TAIL: &[&str] = &[
        "each", "of", "them", "they", "it", "he", "she", "has", "have", "had", "one", "hold", "holds", "own",
        "owns", "made", "there", "are",
    ];
    let at = (3..tokens.len()).rev().find(|at| {
        matches!(word_at(tokens, *at), "with" | "and" | "showing")
            && word_at(tokens, at + 1) == "how"
            && word_at(tokens, at + 2) == "many"
    })?;
    if !tokens[at + 3..]
        .iter()
        .all(|token| TAIL.contains(&token.lower.as_str()))
    {
        return None;
    }
    // "3 or more accounts", "at least 3 accounts"
    let number = (1..at).rev().find(|i| tokens[*i].shape == Shape::Number)?;
    let compared = word_at(tokens, number + 1) == "or"
        || matches!(
            word_at(tokens, number - 1),
            "least" | "than" | "over" | "exactly" | "most" | "under"
        );
    let from = number + 1 + 2 * usize::from(word_at(tokens, number + 1) == "or");
    let thing = tokens.get(from..from + 1).filter(|_| from < at)?;
    table_of(&Namer::new(lexicon), thing).filter(|_| compared)?;
    let end = at - usize::from(word_at(tokens, at - 1) == ",");
    let mut spelled = tokens[..end].to_vec();
    spelled.extend(text::tokens("and their number of"));
    spelled.extend_from_slice(thing);
    Some(spelled)
}

/// `rated 4 or higher on average`: whose average rating is at least 4.
fn rated(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "rated" | "scored"))?;
    let on = (at + 1..tokens.len().min(at + 7))
        .find(|i| word_at(tokens, *i) == "on" && word_at(tokens, i + 1) == "average")?;
    let said = &tokens[at + 1..on];
    let number = said.iter().position(|token| token.shape == Shape::Number)?;
    let rest = &said[number + 1..];
    let (comparison, is_plain) = match (number, word_at(rest, 0), word_at(rest, 1)) {
        (0, "or", "higher" | "better" | "more" | "above" | "over") => ("at least", rest.len() <= 3),
        (0, "or", "lower" | "less" | "worse" | "below") => ("at most", rest.len() <= 3),
        (0, "", _) => ("at least", true),
        (1, "", _) => match word_at(said, 0) {
            "over" | "above" => ("more than", true),
            "under" | "below" => ("less than", true),
            _ => return None,
        },
        (2, "", _) => match (word_at(said, 0), word_at(said, 1)) {
            ("at", "least") => ("at least", true),
            ("higher" | "more" | "better", "than") => ("more than", true),
            ("lower" | "less" | "worse", "than") => ("less than", true),
            _ => return None,
        },
        _ => return None,
    };
    let verb = (0..at)
        .rev()
        .take_while(|i| {
            matches!(
                word_at(tokens, *i),
                "are" | "were" | "is" | "was" | "that" | "which" | "been" | "have" | "has"
            )
        })
        .count();
    let noun = if tokens[at].lower == "scored" {
        "score"
    } else {
        "rating"
    };
    let meant = format!("whose average {noun} is {comparison} {}", said[number].text);
    is_plain.then(|| replaced(tokens, at - verb, on + 2, &meant))
}

/// `a negative balance` is a balance less than 0.
fn signed(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .iter()
        .position(|token| matches!(token.lower.as_str(), "negative" | "positive"))?;
    let sampled = lexicon.columns.iter().any(|entry| {
        let mut samples = entry.column.samples.iter();
        samples.any(|sample| sample.eq_ignore_ascii_case(&tokens[at].lower))
    });
    if sampled || lexicon.has_word(&tokens[at].lower) {
        return None;
    }
    let meant = if tokens[at].lower == "negative" {
        "less than 0"
    } else {
        "more than 0"
    };
    // "whose balance is negative"
    if at > 1 && matches!(word_at(tokens, at - 1), "is" | "are" | "was" | "were") {
        return Some(replaced(tokens, at, at + 1, meant));
    }
    let namer = Namer::new(lexicon);
    let length = [3, 2, 1].into_iter().find(|length| {
        tokens.get(at + 1..at + 1 + length).is_some_and(|words| {
            let said: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
            let mention = namer.mention(&said.join(" "));
            words.iter().all(Token::is_word)
                && mention.columns.first().is_some_and(|hit| {
                    hit.score >= 0.6 && lexicon.column(hit.id).sort == Sort::Number && !lexicon.is_key(hit.id)
                })
        })
    })?;
    let measured = &tokens[at + 1..at + 1 + length];
    let article = usize::from(at > 0 && matches!(word_at(tokens, at - 1), "a" | "the" | "an"));
    let mut spelled = tokens[..at - article].to_vec();
    spelled.extend_from_slice(measured);
    spelled.extend(text::tokens(meant));
    spelled.extend_from_slice(&tokens[at + 1 + length..]);
    Some(spelled)
}

/// `how many new users signed up each year`: whoever came in a year was new then.
fn new_each(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "new")?;
    let known = lexicon.has_word("new")
        || lexicon.columns.iter().any(|entry| {
            let mut samples = entry.column.samples.iter();
            samples.any(|sample| sample.eq_ignore_ascii_case("new"))
        });
    let rows = tokens.get(at + 1..at + 2)?;
    table_of(&Namer::new(lexicon), rows).filter(|_| !known)?;
    let each = (at + 2..tokens.len().min(at + 6)).find(|i| {
        let timed = matches!(
            word_at(tokens, i + 1),
            "day" | "week" | "month" | "quarter" | "year"
        );
        matches!(word_at(tokens, *i), "each" | "per" | "every" | "by") && timed
            || matches!(word_at(tokens, *i), "monthly" | "yearly" | "daily")
    })?;
    let came = tokens[at + 2..each].iter().all(|token| {
        matches!(
            token.lower.as_str(),
            "joined"
                | "signed"
                | "up"
                | "registered"
                | "did"
                | "we"
                | "get"
                | "came"
                | "were"
                | "added"
                | "in"
                | "have"
                | "created"
                | "got"
                | "enrolled"
                | "for"
        )
    });
    came.then(|| {
        let mut spelled = tokens[..at].to_vec();
        spelled.extend_from_slice(rows);
        spelled.extend_from_slice(&tokens[each..]);
        spelled
    })
}

/// `outstanding loan amount`: where a column of the loans is called by both words around them, it is that one.
fn noun_between(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let namer = Namer::new(lexicon);
    let at = (0..tokens.len().saturating_sub(2)).find(|at| {
        let three = &tokens[*at..at + 3];
        if !three.iter().all(Token::is_word) {
            return false;
        }
        let Some(table) = table_of(&namer, &three[1..2]) else {
            return false;
        };
        let fits = |words: &[&Token]| {
            let said: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
            let mention = namer.mention(&said.join(" "));
            mention
                .columns
                .first()
                .filter(|hit| {
                    hit.score >= 0.9 && mention.columns.iter().filter(|other| other.score >= 0.9).count() == 1
                })
                .map(|hit| hit.id)
        };
        let whole = fits(&[&three[0], &three[2]]);
        whole.is_some_and(|id| {
            let entry = lexicon.column(id);
            entry.table == table
                && entry.sort == Sort::Number
                && entry
                    .words
                    .iter()
                    .any(|word| super::stem::stem(word) == three[0].stem)
        })
    })?;
    Some(replaced(tokens, at + 1, at + 2, ""))
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn figures_that_are_added_or_turned_round_are_plain_ones() {
        let inn = schema(&[
            "guests: id int, full_name text, joined_on date",
            "dishes: id int, title text, price decimal(8,2)",
            "stays: id int, guest_id int > guests, balance decimal(8,2), arrived_on date",
            "ratings: id int, dish_id int > dishes, guest_id int > guests, stars int",
        ]);
        check(
            &inn,
            &[
                (
                    "guests with 3 or more stays, with how many each has",
                    "SELECT guests.full_name, COUNT(*) FROM guests JOIN stays ON stays.guest_id = guests.id \
                     WHERE guests.id IN (SELECT guest_id FROM stays GROUP BY guest_id HAVING COUNT(*) >= 3) \
                     GROUP BY guests.id, guests.full_name",
                ),
                (
                    "dishes rated 4 or better on average with at least 3 ratings",
                    "SELECT dishes.title FROM ratings JOIN dishes ON ratings.dish_id = dishes.id \
                     GROUP BY dishes.id, dishes.title HAVING AVG(ratings.stars) >= 4 AND COUNT(*) >= 3",
                ),
                (
                    "stays with a negative balance",
                    "SELECT * FROM stays WHERE balance < 0",
                ),
                (
                    "how many new guests signed up each year",
                    "SELECT DATE_FORMAT(joined_on, '%Y'), COUNT(*) FROM guests GROUP BY DATE_FORMAT(joined_on, '%Y')",
                ),
            ],
        );
    }
}
