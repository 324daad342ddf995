//! Says of an extreme that stands alone which column it is one of: 最深的矿井, 最贵的商品.

use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use super::settle::entity_after;

/// What English calls an extreme, and the columns that it may be one of, likeliest first.
const EXTREMES: &[(&str, bool, &[&str])] = &[
    ("tallest", true, &["height", "elevation", "altitude"]),
    (
        "largest",
        true,
        &["area", "size", "capacity", "population", "volume"],
    ),
    (
        "longest",
        true,
        &[
            "length",
            "duration",
            "runtime",
            "word count",
            "page count",
            "pages",
            "distance",
        ],
    ),
    ("heaviest", true, &["weight", "mass"]),
    ("best", true, &["rating", "score", "grade"]),
    ("fastest", true, &["speed", "max speed", "top speed"]),
    ("deepest", true, &["depth"]),
    ("widest", true, &["width", "thickness"]),
    ("farthest", true, &["distance"]),
    ("hottest", true, &["temperature", "heat"]),
    ("lowest", false, &["height", "elevation", "altitude"]),
    (
        "smallest",
        false,
        &["area", "size", "capacity", "population", "volume"],
    ),
    (
        "shortest",
        false,
        &[
            "length",
            "duration",
            "runtime",
            "word count",
            "page count",
            "pages",
            "distance",
        ],
    ),
    ("lightest", false, &["weight", "mass"]),
    ("worst", false, &["rating", "score", "grade"]),
    ("slowest", false, &["speed", "max speed"]),
    ("shallowest", false, &["depth"]),
    ("nearest", false, &["distance"]),
    ("coldest", false, &["temperature"]),
    ("most expensive", true, PRICES),
    ("cheapest", false, PRICES),
];

const PRICES: &[&str] = &[
    "price",
    "unit price",
    "list price",
    "purchase price",
    "monthly rent",
    "rent",
    "fare",
    "fee",
    "cost",
    "rate",
    "amount",
];

/// Extremes that the engine ranks by itself where no column of the thing is called so.
const UNDERSTOOD: &[&str] = &[
    "tallest",
    "largest",
    "longest",
    "heaviest",
    "best",
    "fastest",
    "farthest",
    "smallest",
    "shortest",
    "lightest",
    "worst",
    "slowest",
    "most expensive",
    "cheapest",
];

/// The columns that an extreme may be one of.
pub(super) fn columns_of(extreme: &str) -> &'static [&'static str] {
    EXTREMES
        .iter()
        .find(|(said, ..)| *said == extreme)
        .map_or(&[], |(.., columns)| columns)
}

/// 最深的矿井: the thing with the extreme of the column that tells it.
pub(super) fn extremes(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let alone = match parts[at] {
            Part::Mark(Mark::Highest(_, alone) | Mark::Degree(alone)) => alone,
            _ => continue,
        };
        // 评价最好的商品: by the average of what the reviews say.
        if let Some(Part::Name(rows)) = at.checked_sub(1).map(|before| &parts[before])
            && rows.is_table()
            && matches!(alone, "best" | "worst")
            && let Some(column) = known.column_of(rows.table_home, &["rating", "score", "stars", "grade"])
        {
            parts.splice(
                at - 1..at,
                [Part::Mark(Mark::Figure("average")), Part::Name(column)],
            );
            continue;
        }
        let ranks = at.checked_sub(1).is_some_and(|before| {
            matches!(
                parts[before],
                Part::Name(_) | Part::Mark(Mark::Count | Mark::Figure(_) | Mark::FigureAfter(_))
            )
        });
        let Some((_, descends, columns)) = EXTREMES.iter().find(|(said, ..)| *said == alone) else {
            continue;
        };
        if ranks {
            continue;
        }
        let home = entity_after(parts, at + 1).map(|(home, _)| home);
        match home.and_then(|home| known.column_of(Some(home), columns)) {
            Some(column) => {
                parts[at] = Part::Mark(Mark::Highest(*descends, alone));
                parts.insert(at, Part::Name(column));
            }
            None if home.is_some() && UNDERSTOOD.contains(&alone) => {
                parts[at] = Part::Mark(Mark::Degree(alone));
            }
            None => {}
        }
    }
}
