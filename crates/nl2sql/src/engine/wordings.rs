//! Mends slips in the small words of a question, and puts turns of speech that only words tell into plainer ones.

use super::lexicon::Lexicon;
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::period;
use super::text::{Shape, Token, replaced, word_at};

/// Words of asking that are often mistyped.
const ASKED: &[&str] = &[
    "show",
    "list",
    "give",
    "find",
    "what",
    "with",
    "many",
    "have",
    "than",
    "more",
    "most",
    "when",
    "display",
    "which",
    "where",
    "every",
    "total",
    "count",
    "never",
    "between",
    "without",
    "average",
    "number",
    "highest",
    "lowest",
    "largest",
    "smallest",
    "different",
    "distinct",
    "percentage",
    "ordered",
    "sorted",
    "greater",
    "according",
];
/// Words that are one slip away from those and meant as they are.
const MEANT: &[&str] = &[
    "form", "deferent", "through", "trough", "shows", "lists", "counts", "totals", "numbers",
];

/// The question in plainer words, when it has others.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[
        mistyped,
        |_, tokens| added_up(tokens),
        single,
        |_, tokens| contained(tokens),
        |_, tokens| along(tokens),
        most_often,
        newly,
    ];
    in_turn(STEPS, lexicon, tokens)
}

/// `shwo`, `diferent`: small words with two letters in the wrong order, or a letter too few or too many in a long one.
fn mistyped(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let meant = |token: &Token| {
        let lower = token.lower.as_str();
        let typed = token.is_word()
            && (4..=12).contains(&lower.len())
            && lower.bytes().all(|byte| byte.is_ascii_lowercase())
            && !ASKED.contains(&lower)
            && !MEANT.contains(&lower);
        if !typed {
            return None;
        }
        let right = ASKED
            .iter()
            .find(|asked| swapped(lower, asked) || asked.len() >= 8 && one_letter_off(lower, asked))?;
        let held = lexicon.columns.iter().any(|entry| {
            entry
                .column
                .samples
                .iter()
                .any(|sample| sample.eq_ignore_ascii_case(lower))
        });
        (!held && !lexicon.has_word(lower)).then_some(*right)
    };
    let mended: Vec<Option<&str>> = tokens.iter().map(meant).collect();
    mended.iter().any(Option::is_some).then(|| {
        tokens
            .iter()
            .zip(&mended)
            .map(|(token, right)| match right {
                Some(right) => Token::new(*right, Shape::Word),
                None => token.clone(),
            })
            .collect()
    })
}

/// Whether two neighbouring letters changed places.
fn swapped(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    one.len() == other.len()
        && one.iter().zip(other).position(|(a, b)| a != b).is_some_and(|at| {
            at + 1 < one.len()
                && one[at] == other[at + 1]
                && one[at + 1] == other[at]
                && one[at + 2..] == other[at + 2..]
        })
}

/// Whether one of two words has one letter more than the other.
fn one_letter_off(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() {
        (one.as_bytes(), other.as_bytes())
    } else {
        (other.as_bytes(), one.as_bytes())
    };
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    long.len() == short.len() + 1 && short[same..] == long[same + 1..]
}

/// `add up the fees` is the sum of the fees.
fn added_up(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens
        .windows(2)
        .position(|two| matches!(two[0].lower.as_str(), "add" | "sum" | "tally") && two[1].lower == "up")?;
    let pointed = matches!(
        word_at(tokens, at + 2),
        "the" | "all" | "our" | "every" | "their" | "its"
    );
    pointed.then(|| replaced(tokens, at, at + 2, "sum of"))
}

/// `the biggest single payment` is the biggest payment.
fn single(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const EXTREMES: &[&str] = &[
        "biggest",
        "largest",
        "highest",
        "greatest",
        "smallest",
        "lowest",
        "longest",
        "shortest",
        "latest",
        "top",
        "best",
        "worst",
        "most",
        "maximum",
        "minimum",
        "expensive",
        "cheapest",
        "oldest",
        "newest",
    ];
    let at = (1..tokens.len().saturating_sub(1)).find(|at| {
        matches!(word_at(tokens, *at), "single" | "individual" | "ever")
            && EXTREMES.contains(&word_at(tokens, at - 1))
    })?;
    let named = lexicon.columns.iter().any(|entry| {
        entry
            .column
            .samples
            .iter()
            .any(|sample| sample.eq_ignore_ascii_case(word_at(tokens, at)))
    });
    (!named && !lexicon.has_word(word_at(tokens, at))).then(|| replaced(tokens, at, at + 1, ""))
}

/// `albums that contain more than 5 songs` have them.
fn contained(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len().saturating_sub(3)).find(|at| {
        matches!(
            word_at(tokens, *at),
            "contain" | "contains" | "containing" | "include" | "includes" | "hold" | "holds" | "comprise"
        )
    })?;
    let compared = match (word_at(tokens, at + 1), word_at(tokens, at + 2)) {
        ("more" | "fewer" | "less", "than") | ("at", "least" | "most") => at + 3,
        ("over" | "exactly", _) => at + 2,
        _ => return None,
    };
    let counts = tokens
        .get(compared)
        .is_some_and(|token| token.shape == Shape::Number)
        && tokens.get(compared + 1).is_some_and(Token::is_word);
    counts.then(|| replaced(tokens, at, at + 1, "have"))
}

/// `every visit along with its fee` is every visit with its fee.
fn along(tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        matches!(two[0].lower.as_str(), "along" | "together" | "alongside") && two[1].lower == "with"
    })?;
    (at > 0).then(|| replaced(tokens, at, at + 1, ""))
}

/// `the most frequently prescribed drug` is the most common drug, where a column holds drugs.
fn most_often(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.windows(2).position(|two| {
        matches!(two[0].lower.as_str(), "most" | "least")
            && matches!(two[1].lower.as_str(), "frequently" | "commonly" | "often")
    })?;
    let done = tokens.get(at + 2)?;
    let thing = tokens.get(at + 3)?;
    let participle = done.is_word()
        && (done.lower.ends_with("ed")
            || matches!(
                done.lower.as_str(),
                "sold" | "used" | "given" | "bought" | "chosen" | "seen"
            ));
    let mention = Namer::new(lexicon).mention(&thing.text);
    let column = mention.column_score() >= 0.6 && mention.table_score() < mention.column_score();
    let by = match tokens[at].lower.as_str() {
        "most" => "most common",
        _ => "least common",
    };
    (participle && column).then(|| replaced(tokens, at, at + 3, by))
}

/// `new members in the last 30 days` are members in the last 30 days: a time dates the rows themselves.
fn newly(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = tokens.iter().position(|token| token.lower == "new")?;
    let known = lexicon.has_word("new")
        || lexicon.columns.iter().any(|entry| {
            entry
                .column
                .samples
                .iter()
                .any(|sample| sample.eq_ignore_ascii_case("new"))
        });
    let timed = match (
        word_at(tokens, at + 2),
        word_at(tokens, at + 3),
        word_at(tokens, at + 4),
    ) {
        ("in" | "during" | "within" | "over" | "since" | "for", "the", "last" | "past" | "previous") => true,
        ("in" | "since" | "during", next, _) => {
            next.len() == 4 && next.bytes().all(|byte| byte.is_ascii_digit())
                || matches!(next, "last" | "this")
                || tokens.get(at + 3).is_some_and(|token| token.shape == Shape::Date)
                || period::month(next).is_some()
        }
        ("this" | "last", "week" | "month" | "year" | "quarter", _) => true,
        ("today" | "yesterday", _, _) => true,
        _ => false,
    };
    let rows = tokens.get(at + 1..at + 2)?;
    table_of(&Namer::new(lexicon), rows).filter(|_| timed && !known)?;
    Some(replaced(tokens, at, at + 1, ""))
}

#[cfg(test)]
mod tests {
    use crate::engine::gate;
    use crate::engine::tests::{check, schema};
    use crate::engine::text::tokens;

    #[test]
    fn small_words_are_mended_and_turns_of_speech_plainer() {
        let zoo = schema(&[
            "keepers: id int, name text, started_on date",
            "houses: id int, name text",
            "animals: id int, name text, house_id int > houses, weight int, born_on date",
            "feedings: id int, animal_id int > animals, keeper_id int > keepers, food text, amount decimal(8,2), fed_on date",
        ]);
        check(
            &zoo,
            &[
                ("shwo animals", "SELECT * FROM animals"),
                (
                    "how mnay diferent foods are there",
                    "SELECT COUNT(DISTINCT food) FROM feedings",
                ),
                (
                    "add up the amounts of feedings",
                    "SELECT SUM(amount) FROM feedings",
                ),
                (
                    "the biggest single feeding",
                    "SELECT * FROM feedings ORDER BY amount DESC LIMIT 1",
                ),
                (
                    "which houses contain more than 5 animals",
                    "SELECT name FROM houses WHERE id IN (SELECT house_id FROM animals GROUP BY house_id HAVING COUNT(*) > 5)",
                ),
                (
                    "the most frequently given food",
                    "SELECT food FROM feedings GROUP BY food ORDER BY COUNT(*) DESC LIMIT 1",
                ),
                (
                    "new keepers in 2024",
                    "SELECT * FROM keepers WHERE started_on >= '2024-01-01' AND started_on < '2025-01-01'",
                ),
            ],
        );
    }

    #[test]
    fn adding_up_changes_nothing_and_adding_does() {
        assert_eq!(gate::write_verb(&tokens("add up the fees of all visits")), None);
        assert!(gate::write_verb(&tokens("add a new patient")).is_some());
        assert!(gate::write_verb(&tokens("add the patient Ann Lee")).is_some());
    }
}
