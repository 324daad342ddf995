//! Which columns of a table name its rows, date them and measure them.

use super::chinese;
use super::lexicon::{ColumnId, Lexicon, Sort, TableId};

const NAMES: &[&str] = &[
    "name", "title", "username", "label", "subject", "headline", "login", "nickname", "caption",
];
/// What things are told apart by that have no name.
const PLATES: &[&[&str]] = &[
    &["plate", "number"],
    &["plate", "no"],
    &["number", "plate"],
    &["license", "plate"],
    &["licence", "plate"],
    &["license", "plate", "number"],
    &["plate"],
    &["registration", "number"],
    &["registration", "plate"],
    &["serial", "number"],
    &["serial", "no"],
    &["vin"],
    &["imei"],
    &["hostname"],
    &["path"],
    &["url"],
    &["slug"],
];
const MEASURES: &[&str] = &[
    "amount", "total", "price", "value", "revenue", "sales", "cost", "fee", "salary", "balance", "quantity",
    "score", "points",
];
const MOMENTS: &[&str] = &[
    "date",
    "created",
    "time",
    "timestamp",
    "datetime",
    "start",
    "placed",
    "ordered",
    "posted",
    "published",
    "opened",
    "registered",
    "joined",
    "hired",
    "hire",
    "issued",
    "paid",
    "scheduled",
    "released",
    "started",
];
/// Moments that say little about when a row happened.
const LATER: &[&str] = &[
    "expected",
    "promised",
    "planned",
    "target",
    "estimated",
    "projected",
    "forecast",
    "updated",
    "modified",
    "deleted",
    "changed",
    "birth",
    "dob",
    "birthday",
    "due",
    "expiry",
    "expires",
    "end",
    "ended",
    "closed",
    "shipped",
    "resolved",
    "returned",
    "delivered",
    "last",
];

/// Whether a moment is one that was only meant: `expected_close_date`.
pub(crate) fn is_planned(lexicon: &Lexicon<'_>, id: ColumnId) -> bool {
    let meant = |word: &String| {
        matches!(
            word.as_str(),
            "expected" | "promised" | "planned" | "target" | "estimated" | "projected" | "forecast"
        )
    };
    lexicon.column(id).words.iter().any(meant)
}

/// The columns that stand for a row for people: its names, or what describes it where it has none.
pub(crate) fn label(lexicon: &Lexicon<'_>, table: TableId) -> Vec<ColumnId> {
    let names = names(lexicon, table);
    if !names.is_empty() {
        return names;
    }
    let told = lexicon
        .columns_of(table)
        .filter(|id| !lexicon.is_key(*id))
        .find(|id| {
            let words = &lexicon.column(*id).words;
            words
                .last()
                .is_some_and(|last| matches!(last.as_str(), "details" | "detail" | "description"))
                && !words.iter().any(|word| word == "other")
        });
    told.into_iter().collect()
}

/// The columns that name a row for people: a name or title, or a first and a last name.
pub(crate) fn names(lexicon: &Lexicon<'_>, table: TableId) -> Vec<ColumnId> {
    let entry = lexicon.table(table);
    let own = |id: &ColumnId| lexicon.column(*id);
    let columns: Vec<ColumnId> = lexicon
        .columns_of(table)
        .filter(|id| !lexicon.is_key(*id))
        .collect();
    let find = |wanted: &dyn Fn(&[String]) -> bool| columns.iter().copied().find(|id| wanted(&own(id).words));
    let bare = |words: &[String]| -> Vec<String> {
        let prefix = entry.words.len();
        let prefixed = words.len() > prefix
            && words
                .iter()
                .zip(&entry.words)
                .all(|(a, b)| super::stem::singular(a) == *b);
        if prefixed {
            words[prefix..].to_vec()
        } else {
            words.to_vec()
        }
    };
    let full = find(&|words| {
        matches!(
            bare(words).iter().map(String::as_str).collect::<Vec<_>>()[..],
            ["full", "name"] | ["fullname"] | ["display", "name"]
        )
    });
    if let Some(id) = full {
        return vec![id];
    }
    if let Some(id) = find(&|words| bare(words) == ["name"]) {
        return vec![id];
    }
    let part = |first: &str| {
        find(&|words| {
            let joined = words.concat();
            joined.ends_with("name")
                && (words.iter().any(|word| word == first)
                    || joined.contains(&format!("{first}name"))
                    || joined == format!("{}name", &first[..1]))
        })
    };
    if let (Some(first), Some(last)) = (part("first"), part("last")) {
        return vec![first, last];
    }
    for name in NAMES {
        if let Some(id) = find(&|words| bare(words) == [*name]) {
            return vec![id];
        }
    }
    // "campuses.campus": the column that is called as a row is.
    let keyed = lexicon
        .columns_of(table)
        .any(|id| own(&id).is_primary && own(&id).sort == Sort::Text);
    let same = columns.iter().copied().filter(|_| !keyed).find(|id| {
        let words: Vec<String> = own(id)
            .words
            .iter()
            .map(|word| super::stem::singular(word))
            .collect();
        own(id).sort == Sort::Text && words == entry.words
    });
    if let Some(id) = same {
        return vec![id];
    }
    // modelName of carModels, before brandName.
    let headed = find(&|words| {
        matches!(words, [head @ .., last] if NAMES.contains(&last.as_str())
            && !head.is_empty()
            && entry.words.ends_with(&head.iter().map(|word| super::stem::singular(word)).collect::<Vec<_>>()))
    });
    if let Some(id) = headed {
        return vec![id];
    }
    // CUST_NM of orders is what somebody else is called.
    let others = |words: &[String]| match words {
        [.., of, last] => {
            last == "name"
                && PARTIES.contains(&of.as_str())
                && !entry.words.contains(of)
                && !entry.words.iter().any(|word| PEOPLE.contains(&word.as_str()))
        }
        _ => false,
    };
    // What happens on a day has no name of its own.
    let happens = lexicon.primary_key(table).is_some()
        && lexicon
            .columns_of(table)
            .any(|id| matches!(own(&id).sort, Sort::Day { .. }));
    let named = find(&|words| {
        words
            .last()
            .is_some_and(|last| NAMES.contains(&last.as_str()) || last.ends_with("name"))
            && !(happens && others(words))
    });
    named
        .or_else(|| {
            columns
                .iter()
                .copied()
                .find(|id| own(id).sort == Sort::Text && own(id).column.unique)
        })
        .or_else(|| find(&|words| PLATES.iter().any(|plate| bare(words) == **plate)))
        .into_iter()
        .collect()
}

/// Words for people in the names of tables.
const PEOPLE: &[&str] = &[
    "employee",
    "person",
    "patient",
    "doctor",
    "customer",
    "client",
    "user",
    "member",
    "student",
    "teacher",
    "author",
    "agent",
    "staff",
    "worker",
    "contact",
    "guest",
    "driver",
    "player",
    "manager",
    "owner",
    "artist",
    "subscriber",
    "people",
    "nurse",
    "instructor",
    "lecturer",
    "passenger",
    "tenant",
    "supplier",
    "reader",
    "applicant",
    "candidate",
    "technician",
    "volunteer",
    "donor",
    "trainer",
    "coach",
    "tutor",
    "professor",
    "engineer",
    "mechanic",
    "lawyer",
    "therapist",
    "physician",
    "surgeon",
    "pilot",
    "chef",
    "consultant",
    "developer",
    "attendee",
    "participant",
    "speaker",
    "resident",
    "visitor",
    "borrower",
    "keeper",
    "courier",
    "guide",
    "translator",
    "inspector",
    "auditor",
    "adviser",
    "advisor",
    "cashier",
    "operator",
    "landlord",
    "investor",
    "sponsor",
    "swimmer",
    "runner",
    "rider",
    "cleaner",
    "waiter",
    "officer",
    "judge",
    "sailor",
];

/// Those who have to do with a row of another kind, and whose names do not name it.
const PARTIES: &[&str] = &[
    "garage",
    "workshop",
    "station",
    "depot",
    "customer",
    "client",
    "supplier",
    "vendor",
    "buyer",
    "seller",
    "contact",
    "carrier",
    "sender",
    "receiver",
    "recipient",
    "payee",
    "payer",
    "patient",
    "employee",
    "manager",
    "requester",
    "requestor",
    "applicant",
    "guest",
    "passenger",
    "tenant",
    "borrower",
    "driver",
    "owner",
    "agent",
    "operator",
    "doctor",
    "student",
    "member",
    "salesperson",
];

/// Whether a table's rows are people: its name says so, or they have a first and a last name.
pub(crate) fn names_people(lexicon: &Lexicon<'_>, table: TableId) -> bool {
    let said = lexicon
        .table(table)
        .words
        .last()
        .is_some_and(|word| PEOPLE.contains(&word.as_str()));
    let labels = label(lexicon, table).len();
    let born = || {
        lexicon.columns_of(table).any(|id| {
            let mut words = lexicon.column(id).words.iter();
            words.any(|word| matches!(word.as_str(), "birth" | "dob" | "birthdate" | "birthday"))
        })
    };
    let full = || {
        label(lexicon, table)
            .iter()
            .any(|id| lexicon.column(*id).words == ["full", "name"])
    };
    labels > 1 || labels == 1 && (said || born() || full())
}

/// The column that says when a row happened.
pub(crate) fn moment(lexicon: &Lexicon<'_>, table: TableId) -> Option<ColumnId> {
    let entry = lexicon.table(table);
    let score = |id: ColumnId| -> i32 {
        let words = &lexicon.column(id).words;
        let says = |list: &[&str]| {
            list.iter()
                .position(|known| words.iter().any(|word| word == known))
        };
        let own = words
            .iter()
            .any(|word| entry.words.contains(&super::stem::singular(word)));
        let place = says(MOMENTS).and_then(|at| i32::try_from(at).ok());
        let base = place.map_or(0, |at| 40 - at) + if own { 20 } else { 0 };
        base - if says(LATER).is_some() { 60 } else { 0 }
    };
    let days = lexicon
        .columns_of(table)
        .filter(|id| matches!(lexicon.column(*id).sort, Sort::Day { .. }));
    days.rev_by(score).or_else(|| {
        lexicon
            .columns_of(table)
            .find(|id| lexicon.column(*id).sort == Sort::Year)
    })
}

/// The column that a sum over the table's rows means, when the question names none.
pub(crate) fn measure(lexicon: &Lexicon<'_>, table: TableId) -> Option<ColumnId> {
    let numbers: Vec<ColumnId> = lexicon
        .columns_of(table)
        .filter(|id| lexicon.column(*id).sort == Sort::Number && !lexicon.is_key(*id))
        .collect();
    let named = MEASURES.iter().find_map(|word| {
        numbers
            .iter()
            .copied()
            .find(|id| lexicon.column(*id).words.iter().any(|w| w == word))
    });
    match numbers[..] {
        [only] => Some(only),
        _ => named,
    }
}

/// Whether a word asks for money taken.
pub(crate) fn is_money(stem: &str) -> bool {
    matches!(stem, "revenu" | "sale" | "turnov" | "incom" | "earn")
}

/// The quantity and the price whose product is the money of a row.
pub(crate) fn product(lexicon: &Lexicon<'_>, table: TableId) -> Option<(ColumnId, ColumnId)> {
    // What is in stock is not sold yet.
    const KEPT: &[&str] = &[
        "stock",
        "reorder",
        "hand",
        "min",
        "max",
        "minimum",
        "maximum",
        "available",
        "level",
    ];
    let find = |hint: &[&str]| {
        lexicon.columns_of(table).find(|id| {
            let entry = lexicon.column(*id);
            let kept = entry.words.iter().any(|word| KEPT.contains(&word.as_str()));
            entry.sort == Sort::Number
                && !kept
                && entry.words.iter().any(|word| hint.contains(&word.as_str()))
        })
    };
    let price = find(&["price", "rate", "cost"])?;
    // "price per seat" beside a count of seats.
    let per = lexicon.column(price).words.iter().any(|word| word == "per");
    let quantity =
        find(&["quantity", "qty", "units"]).or_else(|| find(&["count", "number"]).filter(|_| per))?;
    Some((quantity, price))
}

/// Whether a figure counts things or is none of what was taken: `seats_total`, `refund_amount`.
pub(crate) fn is_no_money(words: &[String]) -> bool {
    const COUNTED: &[&str] = &[
        "refund", "refunded", "tax", "discount", "count", "number", "seat", "seats", "hours", "minutes",
        "days", "units", "items", "tickets", "points", "weight", "cases",
    ];
    words.iter().any(|word| COUNTED.contains(&word.as_str()))
        && !words.iter().any(|word| word == "price" || word == "cost")
}

/// The column of a table that holds money taken, where its rows say that it was: `tickets.price_paid`, `payments.amount`.
pub(crate) fn taken(lexicon: &Lexicon<'_>, table: TableId) -> Option<ColumnId> {
    const TAKEN: &[&str] = &[
        "revenue", "paid", "amount", "total", "sales", "payment", "fare", "charge",
    ];
    TAKEN.iter().find_map(|hint| {
        lexicon.columns_of(table).find(|id| {
            let entry = lexicon.column(*id);
            let counts = is_no_money(&entry.words);
            entry.sort == Sort::Number
                && !counts
                && !lexicon.is_key(*id)
                && entry.words.iter().any(|word| word == hint)
        })
    })
}

trait FirstBest: Iterator<Item = ColumnId> + Sized {
    /// The first item with the highest score.
    fn rev_by(self, score: impl Fn(ColumnId) -> i32) -> Option<ColumnId> {
        let mut best: Option<(ColumnId, i32)> = None;
        for id in self {
            let value = score(id);
            if best.is_none_or(|(_, top)| value > top) {
                best = Some((id, value));
            }
        }
        best.map(|(id, _)| id)
    }
}

impl<I: Iterator<Item = ColumnId>> FirstBest for I {}

/// The tables that a thing may be called after, where none that it refers to is of people: those of people two keys away, or
/// for a Chinese name those that it refers to, if no sample says how their rows are called.
pub(crate) fn namesakes(lexicon: &Lexicon<'_>, home: TableId, name: &str) -> Vec<TableId> {
    let targets = |from: TableId| {
        let links = lexicon.graph.links.iter();
        links
            .filter(move |link| link.from == from && link.to != from)
            .map(|link| link.to)
    };
    let unsampled = |table: &TableId| {
        label(lexicon, *table).first().is_some_and(|id| {
            let entry = lexicon.column(*id);
            let named = entry.words.iter().any(|word| word == "name");
            named && entry.sort == Sort::Text && entry.column.samples.is_empty()
        })
    };
    let people = |table: &TableId| *table != home && names_people(lexicon, *table);
    let mut found: Vec<TableId> = if name.is_ascii() || chinese::is_person(name) {
        targets(home).flat_map(targets).filter(people).collect()
    } else {
        targets(home).filter(unsampled).collect()
    };
    found.sort_unstable();
    found.dedup();
    found
}
