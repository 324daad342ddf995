//! Puts how many units of something there were into the column that counts them: "how many kilometres has each driver driven".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::paraphrase::{Step, in_turn};
use super::text::{Token, replaced, word_at};

/// Units as columns are called by them, and as people say them.
const UNITS: &[(&str, &[&str])] = &[
    (
        "km",
        &[
            "km",
            "kms",
            "kilometre",
            "kilometres",
            "kilometer",
            "kilometers",
            "k",
        ],
    ),
    ("mile", &["mile", "miles", "mi"]),
    (
        "kg",
        &[
            "kg",
            "kgs",
            "kilo",
            "kilos",
            "kilogram",
            "kilograms",
            "kilogramme",
            "kilogrammes",
        ],
    ),
    ("ton", &["ton", "tons", "tonne", "tonnes"]),
    ("liter", &["liter", "liters", "litre", "litres"]),
    ("litre", &["liter", "liters", "litre", "litres"]),
    ("gallon", &["gallon", "gallons"]),
    ("kwh", &["kwh", "kilowatt-hours"]),
    ("minute", &["minute", "minutes", "mins"]),
    ("min", &["minute", "minutes", "mins"]),
    ("hour", &["hour", "hours", "hrs"]),
    ("hr", &["hour", "hours", "hrs"]),
    ("page", &["pages"]),
    ("gb", &["gb", "gigabyte", "gigabytes"]),
    ("mb", &["mb", "megabyte", "megabytes"]),
    ("byte", &["bytes"]),
];

/// The question with the columns that its units name, when it has some.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[timed, summed];
    in_turn(STEPS, lexicon, tokens)
}

/// The columns of numbers that have a word in their names.
fn measured<'l>(
    lexicon: &'l Lexicon<'_>,
    is: impl Fn(&str) -> bool + 'l,
) -> impl Iterator<Item = ColumnId> + 'l {
    lexicon
        .table_ids()
        .flat_map(|table| lexicon.columns_of(table))
        .filter(move |id| {
            let entry = lexicon.column(*id);
            entry.sort == Sort::Number && !lexicon.is_key(*id) && entry.words.iter().any(|word| is(word))
        })
}

/// The one column that a unit names, in the tables that the question speaks of where several have one.
fn column_of(lexicon: &Lexicon<'_>, tokens: &[Token], at: usize) -> Option<ColumnId> {
    let said = word_at(tokens, at);
    let is_unit = |word: &str| {
        let bare = word.strip_suffix('s').unwrap_or(word);
        UNITS
            .iter()
            .any(|(unit, said_as)| (*unit == word || *unit == bare) && said_as.contains(&said))
    };
    let mut found: Vec<ColumnId> = measured(lexicon, is_unit).collect();
    if found.len() > 1 {
        // "liters of water", "kilometres driven on trips": what is said beside tells which.
        let namer = Namer::new(lexicon);
        let named: Vec<TableId> = tokens
            .iter()
            .filter(|token| token.is_word())
            .flat_map(|token| namer.mention(&token.text).tables)
            .filter(|hit| hit.score >= 0.6)
            .map(|hit| hit.id)
            .collect();
        let beside = |id: &ColumnId| {
            lexicon.column(*id).words.iter().any(|word| {
                !is_unit(word) && tokens.iter().any(|token| super::stem::stem(word) == token.stem)
            })
        };
        if found.iter().any(beside) {
            found.retain(beside);
        }
        if found.len() > 1 {
            found.retain(|id| named.contains(&lexicon.column(*id).table));
        }
    }
    match found[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// `how many kilometres has each driver driven`: the total of the column, per driver.
fn summed(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let at = (1..tokens.len()).find(|at| {
        let before = at.checked_sub(2).map_or("", |i| word_at(tokens, i));
        let asked = matches!((before, word_at(tokens, at - 1)), ("how", "many"))
            || matches!(word_at(tokens, at - 1), "total");
        let is_unit = UNITS.iter().any(|(_, said)| said.contains(&word_at(tokens, *at)));
        asked && is_unit
    })?;
    // "total hours per week" is a column's own name.
    let namer = Namer::new(lexicon);
    let is_longer = (2..4).any(|length| {
        tokens.get(at..at + length).is_some_and(|words| {
            let said: Vec<&str> = words.iter().map(|token| token.text.as_str()).collect();
            namer.mention(&said.join(" ")).column_score() >= 0.8
        })
    });
    let column = column_of(lexicon, tokens, at).filter(|_| !is_longer)?;
    let entry = lexicon.column(column);
    let from = if word_at(tokens, at - 1) == "total" {
        at - 1
    } else {
        at - 2
    };
    let name = entry.words.join(" ");
    // "liters of water": the column says both.
    let mut end = at + 1;
    if word_at(tokens, end) == "of"
        && tokens.get(end + 1).is_some_and(|token| {
            entry
                .words
                .iter()
                .any(|word| super::stem::stem(word) == token.stem)
        })
    {
        end += 2;
    }
    let mut spelled = replaced(tokens, from, end, &format!("total {name}"));
    per_each(&mut spelled, from + 1 + entry.words.len());
    Some(spelled)
}

/// `… has each driver driven` is per driver.
fn per_each(tokens: &mut Vec<Token>, from: usize) {
    let is_helper = |at: usize| {
        matches!(
            word_at(tokens, at),
            "has" | "have" | "did" | "does" | "do" | "was" | "were" | "had" | "is" | "are"
        )
    };
    let each = from + usize::from(is_helper(from));
    if each == from || !matches!(word_at(tokens, each), "each" | "every") {
        // "did we use", "have been driven": who did it is not said.
        if each > from && matches!(word_at(tokens, each), "we" | "you" | "they" | "been" | "i") {
            let idle = 2 + usize::from(tokens.get(each + 1).is_some_and(|token| {
                token.is_word()
                    && !matches!(
                        token.lower.as_str(),
                        "in" | "on" | "for" | "per" | "by" | "this" | "last" | "with"
                    )
            }));
            tokens.drain(from..(from + idle).min(tokens.len()));
        }
        return;
    }
    let verb = each + 2;
    let is_verb = tokens.get(verb).is_some_and(|token| {
        matches!(
            token.lower.as_str(),
            "driven"
                | "drive"
                | "done"
                | "do"
                | "used"
                | "use"
                | "logged"
                | "log"
                | "worked"
                | "work"
                | "run"
                | "ran"
                | "made"
                | "delivered"
                | "deliver"
                | "carried"
                | "carry"
                | "covered"
                | "cover"
                | "consumed"
                | "consume"
                | "travelled"
                | "traveled"
                | "travel"
                | "sold"
                | "sell"
                | "spent"
                | "spend"
                | "moved"
                | "produced"
                | "produce"
                | "shipped"
                | "got"
                | "had"
                | "have"
                | "total"
        )
    });
    if is_verb {
        tokens.remove(verb);
    }
    let per = super::text::tokens("per");
    tokens.splice(from..=each, per);
}

/// `cooking time` where a column counts minutes of cooking, `time spent` where one counts those spent: that column.
fn timed(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const UNITS_OF_TIME: &[&str] = &[
        "minutes", "minute", "mins", "min", "hours", "hour", "hrs", "seconds", "secs", "days", "ms",
    ];
    const WORDS: &[&str] = &["time", "times"];
    if lexicon.columns.iter().any(|entry| {
        entry.sort == Sort::Number && entry.words.iter().any(|word| WORDS.contains(&word.as_str()))
    }) {
        return None;
    }
    (0..tokens.len()).find_map(|at| {
        if !WORDS.contains(&word_at(tokens, at)) {
            return None;
        }
        let lasting = |token: &Token| {
            let mut found = lexicon
                .table_ids()
                .flat_map(|table| lexicon.columns_of(table))
                .filter(|id| {
                    let entry = lexicon.column(*id);
                    let says = |word: &String| super::stem::stem(word) == token.stem;
                    entry.sort == Sort::Number
                        && entry.words.iter().any(says)
                        && entry
                            .words
                            .iter()
                            .any(|word| UNITS_OF_TIME.contains(&word.as_str()))
                });
            found.next().filter(|_| found.next().is_none())
        };
        let before = at
            .checked_sub(1)
            .and_then(|i| lasting(&tokens[i]).map(|id| (i, at + 1, id)));
        let after = || {
            tokens
                .get(at + 1)
                .and_then(|token| lasting(token))
                .map(|id| (at, at + 2, id))
        };
        let (from, to, id) = before.or_else(after)?;
        let mut spelled = replaced(tokens, from, to, &lexicon.column(id).words.join(" "));
        // ", in minutes": that is how the column counts.
        let end = spelled.len();
        let told = end > 3
            && word_at(&spelled, end - 2) == "in"
            && lexicon
                .column(id)
                .words
                .iter()
                .any(|word| word == word_at(&spelled, end - 1));
        if told {
            spelled.truncate(end - 2);
        } else if let Some(inside) = (1..end.saturating_sub(2)).find(|i| {
            word_at(&spelled, *i) == "in"
                && lexicon
                    .column(id)
                    .words
                    .iter()
                    .any(|word| word == word_at(&spelled, i + 1))
                && word_at(&spelled, i - 1) == ","
                && word_at(&spelled, i + 2) == ","
        }) {
            spelled.drain(inside - 1..inside + 2);
        }
        Some(spelled)
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, sampled, schema};

    #[test]
    fn units_are_the_columns_that_count_them() {
        let dairy = sampled(
            schema(&[
                "vans: id int, plate text",
                "riders: id int, full_name text",
                "rounds: id int, rider_id int > riders, van_id int > vans, distance_km decimal(6,1), load_kg int, state text, created_at datetime",
                "batches: id int, milk_liters int, water_liters int, kind text, stir_minutes int, created_at datetime",
            ]),
            &["rounds.state: done|planned"],
        );
        check(
            &dairy,
            &[
                (
                    "how many kilometres has each rider driven on done rounds",
                    "SELECT riders.full_name, SUM(rounds.distance_km) FROM riders JOIN rounds ON rounds.rider_id = riders.id \
                     WHERE rounds.state = 'done' GROUP BY riders.id, riders.full_name",
                ),
                (
                    "how many litres of milk did we use",
                    "SELECT SUM(milk_liters) FROM batches",
                ),
                ("total kilos carried", "SELECT SUM(load_kg) FROM rounds"),
                (
                    "average stirring time by kind",
                    "SELECT kind, AVG(stir_minutes) FROM batches GROUP BY kind",
                ),
            ],
        );
    }
}
