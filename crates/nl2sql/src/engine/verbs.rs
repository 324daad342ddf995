//! Puts verbs and degrees that stand for a column into that column: "who earn over 50,000", "pricier than the average of
//! their type", "length of stay".

use super::lexicon::{ColumnId, Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::paraphrase::{Step, in_turn};
use super::roles;
use super::text::{self, Shape, Token, word_at};

/// The question with columns in the place of such words, when it has some.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const STEPS: &[Step] = &[measured, beside_their_peers, taken_in, who_did_most];
    in_turn(STEPS, lexicon, tokens)
}

/// Verbs, and words of the columns that say how much.
const VERBS: &[(&[&str], &[&str])] = &[
    (
        &[
            "earn", "earns", "earning", "earned", "make", "makes", "making", "paid",
        ],
        &[
            "salary",
            "wage",
            "wages",
            "pay",
            "income",
            "earnings",
            "compensation",
        ],
    ),
    (
        &["charge", "charges", "charging"],
        &["rate", "fee", "price", "charge", "cost", "tariff", "fare"],
    ),
    (&["spend", "afford", "pay"], &["budget", "limit"]),
    (&["weigh", "weighs", "weighing"], &["weight"]),
    (
        &[
            "seat", "seats", "seating", "hold", "holds", "fit", "fits", "sleep", "sleeps",
        ],
        &["capacity", "seats", "occupancy"],
    ),
];

/// Words that tell degrees, with words of the columns that they are degrees of, and whether they say more.
const DEGREES: &[(&[&str], &[&str], bool)] = &[
    (&["larger", "bigger"], SIZES, true),
    (&["smaller"], SIZES, false),
    (&["pricier", "dearer", "costlier"], PRICES, true),
    (&["cheaper"], PRICES, false),
    (&["longer"], LENGTHS, true),
    (&["shorter"], LENGTHS, false),
    (&["heavier"], &["weight"], true),
    (&["lighter"], &["weight"], false),
    (&["taller"], &["height"], true),
];
const SIZES: &[&str] = &["area", "size", "capacity", "square", "population", "sqm", "sqft"];
const PRICES: &[&str] = &["price", "cost", "fee", "rate", "fare", "rent", "amount"];
const LENGTHS: &[&str] = &["duration", "length", "minutes", "runtime", "distance", "pages"];

/// The one figure of a table that has the first of some words that any has.
fn figure(lexicon: &Lexicon<'_>, table: TableId, hint: &[&str]) -> Option<ColumnId> {
    let with = |hint: &&str| -> Vec<ColumnId> {
        let says = |id: &ColumnId| {
            let entry = lexicon.column(*id);
            let spoken = entry.words.iter().any(|word| word == hint);
            entry.sort == Sort::Number && !lexicon.is_key(*id) && spoken
        };
        lexicon.columns_of(table).filter(says).collect()
    };
    match hint.iter().map(with).find(|found| !found.is_empty())?[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// How many words a comparison with a number takes, before the number.
fn comparator(tokens: &[Token], at: usize) -> Option<usize> {
    let length = match (word_at(tokens, at), word_at(tokens, at + 1)) {
        ("more" | "less" | "greater" | "higher" | "lower", "than")
        | ("at", "least" | "most")
        | ("up", "to") => 2,
        ("over" | "under" | "above" | "below" | "between", _) => 1,
        (">" | "<" | ">=" | "<=", _) => 1,
        _ => return None,
    };
    let number = tokens.get(at + length)?;
    let dear = matches!(number.lower.as_str(), "$" | "eur" | "usd");
    (number.shape == Shape::Number || dear).then_some(length)
}

/// The table whose rows stand right before a verb, past "who", "that" and "can"; and where that begins.
fn rows_before(lexicon: &Lexicon<'_>, tokens: &[Token], verb: usize) -> Option<(TableId, usize)> {
    let end = (0..verb)
        .rev()
        .find(|at| {
            !matches!(
                word_at(tokens, *at),
                "who"
                    | "that"
                    | "which"
                    | "can"
                    | "could"
                    | "to"
                    | "willing"
                    | "able"
                    | "are"
                    | "is"
                    | "and"
                    | "currently"
            )
        })
        .map(|at| at + 1)?;
    let namer = Namer::new(lexicon);
    (1..=2usize.min(end))
        .rev()
        .find_map(|length| table_of(&namer, &tokens[end - length..end]))
        .map(|table| (table, end))
}

/// `trainers who charge less than 40 an hour` have an hourly rate below 40.
fn measured(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    for at in 0..tokens.len() {
        let verb = word_at(tokens, at);
        let Some((_, hint)) = VERBS.iter().find(|(verbs, _)| verbs.contains(&verb)) else {
            continue;
        };
        let Some(length) = comparator(tokens, at + 1) else {
            continue;
        };
        let rows = rows_before(lexicon, tokens, at);
        let asks_who = at > 0 && tokens[..at].iter().all(|token| token.lower == "who");
        let (column, end) = match rows {
            Some((table, end)) => (figure(lexicon, table, hint), end),
            None if asks_who => {
                let mut people = lexicon
                    .table_ids()
                    .filter(|table| roles::names_people(lexicon, *table))
                    .filter_map(|table| figure(lexicon, table, hint));
                (people.next().filter(|_| people.next().is_none()), 0)
            }
            // What else stands between, as in "clients who want to live in Leeds and can spend at least 400".
            None if at > 0 && matches!(word_at(tokens, at - 1), "can" | "could" | "to") => {
                let namer = Namer::new(lexicon);
                let head = (0..at).find_map(|i| table_of(&namer, &tokens[i..=i]));
                let end = (0..at)
                    .rev()
                    .find(|i| !matches!(word_at(tokens, *i), "can" | "could" | "who" | "that" | "and"));
                (
                    head.and_then(|table| figure(lexicon, table, hint)),
                    end.map_or(at, |end| end + 1),
                )
            }
            None => continue,
        };
        let Some(column) = column else { continue };
        let entry = lexicon.column(column);
        let mut spelled = tokens[..end].to_vec();
        if end == 0 {
            spelled.extend(text::tokens(&lexicon.title(entry.table)));
        } else if word_at(tokens, end) == "and" {
            spelled.extend(text::tokens("and"));
        }
        let said = entry.words.join(" ");
        spelled.extend(text::tokens(&format!("whose {said} is")));
        let mut rest = at + 2 + length;
        spelled.extend_from_slice(&tokens[at + 1..rest]);
        while matches!(
            word_at(tokens, rest),
            "euros" | "dollars" | "pounds" | "yuan" | "usd" | "eur"
        ) {
            spelled.push(tokens[rest].clone());
            rest += 1;
        }
        // "an hour", "per month": what the column counts by.
        let per = matches!(word_at(tokens, rest), "a" | "an" | "per" | "each")
            && matches!(
                word_at(tokens, rest + 1),
                "hour" | "day" | "night" | "week" | "month" | "year" | "annum"
            );
        spelled.extend_from_slice(&tokens[rest + 2 * usize::from(per)..]);
        return Some(spelled);
    }
    None
}

/// `rooms that are pricier than the average room of the same type`: with a price above the average of their type.
fn beside_their_peers(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let word = |at: usize| word_at(tokens, at);
    let than = (1..tokens.len()).find(|at| word(*at) == "than")?;
    let said = word(than - 1);
    let degree = DEGREES.iter().find(|(words, ..)| words.contains(&said));
    // "that cost more than the average item of their kind": the verb says of what.
    let told = || {
        let more = match said {
            "more" | "higher" => true,
            "less" | "lower" => false,
            _ => return None,
        };
        let verb = than.checked_sub(2).map(word)?;
        let hint = match verb {
            "cost" | "costs" | "costing" => PRICES,
            _ => VERBS.iter().find(|(verbs, _)| verbs.contains(&verb))?.1,
        };
        Some((hint, more, 2))
    };
    let (hint, more, back) = degree.map(|(_, hint, more)| (*hint, *more, 1)).or_else(told)?;
    let mut next = than + 1;
    next += usize::from(matches!(word(next), "the" | "an"));
    if !matches!(word(next), "average" | "avg" | "mean") {
        return None;
    }
    let joint = (next + 1..tokens.len().min(next + 4))
        .find(|at| matches!(word(*at), "of" | "for" | "in" | "within"))?;
    let mut by = joint + 1;
    let start = by;
    while matches!(
        word(by),
        "their" | "its" | "his" | "her" | "the" | "same" | "own" | "that"
    ) {
        by += 1;
    }
    let group = tokens.get(by).filter(|_| by > start)?;
    // "longer than the average of their genre" is read as it is.
    if joint == next + 1 && word(joint) == "of" && hint != SIZES && hint != PRICES && back == 1 {
        return None;
    }
    let (table, end) = rows_before(lexicon, tokens, than - back)?;
    let column = figure(lexicon, table, hint)?;
    let mut spelled = tokens[..end].to_vec();
    let side = if more { "above" } else { "below" };
    let figure = lexicon.column(column).words.join(" ");
    spelled.extend(text::tokens(&format!(
        "whose {figure} is {side} the average of their {}",
        group.text
    )));
    spelled.extend_from_slice(&tokens[by + 1..]);
    Some(spelled)
}

/// `how much did we collect this year`: the total of the payments.
fn taken_in(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    const INCOMING: &[&str] = &[
        "payment",
        "receipt",
        "sale",
        "transaction",
        "invoice",
        "order",
        "booking",
    ];
    const OUTGOING: &[&str] = &["expense", "cost", "purchase", "payment", "bill"];
    let word = |at: usize| word_at(tokens, at);
    let at = (0..tokens.len()).find(|at| word(*at) == "how" && word(at + 1) == "much")?;
    let mut next = at + 2 + usize::from(matches!(word(at + 2), "money" | "cash" | "revenue"));
    if !matches!(word(next), "did" | "have" | "do") || !matches!(word(next + 1), "we" | "they") {
        return None;
    }
    next += 2;
    let (tables, taken) = match (word(next), word(next + 1)) {
        ("collect" | "collected" | "receive" | "received", _) => (INCOMING, 1),
        ("take" | "bring" | "took" | "brought", "in") => (INCOMING, 2),
        ("spend" | "spent", _) => (OUTGOING, 1),
        _ => return None,
    };
    let money = |table: TableId| roles::measure(lexicon, table);
    let (table, column) = tables.iter().find_map(|thing| {
        let mut named = lexicon.table_ids().filter(|table| {
            let words = &lexicon.table(*table).words;
            words.iter().any(|word| word == thing)
        });
        let table = named.next().filter(|_| named.next().is_none())?;
        Some((table, money(table)?))
    })?;
    let said = lexicon.column(column).words.join(" ");
    let things = lexicon.title(table);
    let mut spelled = tokens[..at].to_vec();
    spelled.extend(text::tokens(&format!("total {said} of {things}")));
    let mut rest = &tokens[next + taken..];
    if let [on, more @ ..] = rest
        && matches!(on.lower.as_str(), "on" | "for")
        && taken == 1
    {
        rest = more;
    }
    spelled.extend_from_slice(rest);
    Some(spelled)
}

/// `who has filed the most claims`: the one of the people that the claims refer to who has the most of them.
fn who_did_most(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let word = |at: usize| word_at(tokens, at);
    if word(0) != "who" {
        return None;
    }
    let the = (1..tokens.len().min(5))
        .find(|at| word(*at) == "the" && matches!(word(at + 1), "most" | "fewest"))?;
    let things = (1..=3).rev().find_map(|length| {
        let words = tokens.get(the + 2..the + 2 + length)?;
        Some((table_of(&Namer::new(lexicon), words)?, length))
    });
    let (table, _) = things?;
    let mut people = lexicon.graph.links.iter().filter_map(|link| {
        (link.from == table && link.to != table && roles::names_people(lexicon, link.to)).then_some(link.to)
    });
    let person = people.next()?;
    if people.any(|other| other != person) {
        return None;
    }
    let mut spelled = text::tokens(&format!("which {} has", lexicon.title(person)));
    spelled.extend_from_slice(&tokens[the..]);
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn verbs_and_degrees_stand_for_columns() {
        let inn = schema(&[
            "guides: id int, full_name text, day_rate decimal(8,2), salary decimal(10,2)",
            "rooms: id int, label text, wing text, nightly_price decimal(8,2), floor_area int, capacity int",
            "stays: id int, room_id int > rooms, guest text, check_in date, check_out date",
            "tours: id int, guide_id int > guides, title text, tour_date date",
            "payments: id int, stay_id int > stays, amount decimal(9,2), method text, paid_on date",
        ]);
        check(
            &inn,
            &[
                (
                    "guides who charge less than 40 a day",
                    "SELECT * FROM guides WHERE day_rate < 40",
                ),
                (
                    "guides earning over 50k",
                    "SELECT * FROM guides WHERE salary > 50000",
                ),
                (
                    "rooms that sleep at least 4",
                    "SELECT * FROM rooms WHERE capacity >= 4",
                ),
                (
                    "rooms pricier than the average room of the same wing",
                    "SELECT * FROM rooms WHERE nightly_price > (SELECT AVG(peer.nightly_price) FROM rooms AS peer WHERE peer.wing = rooms.wing)",
                ),
                (
                    "rooms larger than average for their wing",
                    "SELECT * FROM rooms WHERE floor_area > (SELECT AVG(peer.floor_area) FROM rooms AS peer WHERE peer.wing = rooms.wing)",
                ),
                (
                    "average time between check in and check out of stays in hours",
                    "SELECT AVG((DATEDIFF(check_out, check_in)) * 24) FROM stays",
                ),
                (
                    "how much did we collect in 2024",
                    "SELECT SUM(amount) FROM payments WHERE paid_on >= '2024-01-01' AND paid_on < '2025-01-01'",
                ),
                (
                    "who has led the most tours",
                    "SELECT guides.full_name FROM guides JOIN tours ON tours.guide_id = guides.id GROUP BY guides.id, guides.full_name ORDER BY COUNT(*) DESC LIMIT 1",
                ),
            ],
        );
    }
}
