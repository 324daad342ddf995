//! Puts what the stretches of a Chinese question say into one English sentence.

use super::clause::{Clause, Highest, Said, english};
use crate::engine::lexicon::TableId;

/// The whole question: the last stretch says what is asked, those before it of what.
pub(super) fn sentence(clauses: Vec<Clause>, top: Option<String>) -> Said {
    let number = top.or_else(|| clauses.iter().find_map(|clause| clause.number.clone()));
    let highest = clauses.iter().find_map(|clause| clause.highest.clone());
    let figured = clauses.iter().any(|clause| clause.figure);
    let counts = clauses.iter().any(|clause| clause.counts);
    let distinct = clauses.iter().any(|clause| clause.distinct);
    let which = clauses.iter().any(|clause| clause.which);
    // 来自哪些城市: each once.
    let asks = clauses.iter().any(|clause| !clause.ask.is_empty());
    let distinct = distinct || which && highest.is_none() && !counts && asks;
    let home = clauses.iter().rev().find_map(|clause| clause.home);
    let last = clauses.len().saturating_sub(1);
    let mut ask: Vec<Said> = Vec::new();
    // Entities with what narrows them, in the order of Chinese.
    let mut nouns: Vec<(Said, Said)> = Vec::new();
    let (mut adjectives, mut conditions) = (Said::new(), Said::new());
    for (at, clause) in clauses.into_iter().enumerate() {
        adjectives.extend(clause.adjectives.concat());
        conditions.extend(clause.conditions.concat());
        if let Some(entity) = clause.entity {
            // 订单金额最大的订单 names the same thing twice.
            if let Some((known, narrowed)) = nouns.last()
                && *known == entity
            {
                conditions.splice(0..0, narrowed.clone());
                nouns.pop();
            }
            let mut said = std::mem::take(&mut adjectives);
            said.extend(entity);
            nouns.push((said, std::mem::take(&mut conditions)));
        }
        if at == last || nouns.is_empty() || clause.ask.len() > 1 {
            ask.extend(clause.ask);
        } else {
            for column in clause.ask {
                nouns.push((column, Said::new()));
            }
        }
    }
    let mut said = Said::new();
    let ranks = highest.is_some() || which;
    let (number, highest) = if figured {
        (number, highest)
    } else {
        summed(number, highest, home)
    };
    if let Some(number) = number.as_ref().filter(|_| {
        highest
            .as_ref()
            .is_none_or(|highest| !highest.descends || highest.timed)
    }) {
        said.extend(english(number));
    }
    if let (
        Some(number),
        Some(Highest {
            descends: true,
            timed: false,
            ..
        }),
    ) = (&number, &highest)
    {
        said.extend(english(&format!("top {number}")));
    }
    if which && highest.is_some() {
        said.extend(english("which"));
    }
    // 每个品牌的商品数和平均价格: the figures first, then how many.
    let figures = |ask: &Said| {
        let first = ask.first().map_or("", |token| token.lower.as_str());
        matches!(first, "average" | "sum" | "maximum" | "minimum")
    };
    let both = counts && !ranks && !ask.is_empty() && ask.iter().all(figures) && !nouns.is_empty();
    if both {
        for column in std::mem::take(&mut ask) {
            said.extend(column);
            said.extend(english("and"));
        }
    }
    if counts && !ranks {
        said.extend(english("number of"));
        if distinct {
            said.extend(english("different"));
        }
    } else if distinct {
        said.extend(english("distinct"));
    }
    for (at, column) in ask.iter().enumerate() {
        if at > 0 {
            said.extend(english("and"));
        }
        said.extend(column.clone());
    }
    // What is left over narrows what is asked itself.
    let (loose, under) = (adjectives, conditions);
    let nothing = nouns.is_empty();
    for (at, (noun, narrowed)) in nouns.into_iter().rev().enumerate() {
        if at > 0 || !ask.is_empty() {
            said.extend(english("of"));
        }
        said.extend(noun);
        said.extend(narrowed);
    }
    if !loose.is_empty() {
        if !nothing || !ask.is_empty() {
            said.extend(english("of"));
        }
        said.extend(loose);
    }
    said.extend(under);
    if let Some(highest) = highest {
        said.extend(rank(&highest, number.is_some(), which));
    }
    said
}

/// Measures that say how good or how much of something each row is: they are averaged, not added up.
const RATED: &[&str] = &[
    "rating",
    "ratings",
    "star",
    "stars",
    "satisfaction",
    "temperature",
    "percent",
    "percentage",
    "age",
];

/// 购买数量最多的客户: a measure of another table is added up for each row.
fn summed(
    number: Option<String>,
    highest: Option<Highest>,
    home: Option<TableId>,
) -> (Option<String>, Option<Highest>) {
    match highest {
        Some(mut highest)
            if !highest.counts
                && highest.descends
                && !highest.timed
                && home.is_some()
                && highest.home != home =>
        {
            let rated = highest
                .said
                .iter()
                .any(|token| RATED.contains(&token.lower.as_str()));
            let mut said = english(if rated { "average" } else { "sum of" });
            said.append(&mut highest.said);
            highest.said = said;
            (number.or_else(|| Some("1".to_owned())), Some(highest))
        }
        highest => (number, highest),
    }
}

/// `with the highest salary`, `by number of loans`, `has the most customers`.
fn rank(highest: &Highest, numbered: bool, which: bool) -> Said {
    let lead = match (highest.counts, highest.descends, numbered, which) {
        (true, true, true, _) => "by number of",
        _ if highest.timed && highest.descends => "with the latest",
        _ if highest.timed => "with the earliest",
        (false, true, true, _) => "by",
        (true, true, _, true) => "has the most",
        (true, true, ..) => "with the most",
        (true, false, _, true) => "has the fewest",
        (true, false, ..) => "with the fewest",
        (false, true, ..) => "with the highest",
        (false, false, ..) => "with the lowest",
    };
    let mut said = english(lead);
    said.extend(highest.said.clone());
    said
}
