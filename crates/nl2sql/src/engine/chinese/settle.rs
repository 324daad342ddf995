//! Settles what only its neighbours tell of a part: what counts, what ranks by what, who is a person.

use super::is_han;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::words;
use crate::engine::lexicon::TableId;

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
/// Columns that say when something ends to hold.
const EXPIRIES: &[&str] = &[
    "expires at",
    "expires on",
    "expiry date",
    "expiration date",
    "expire date",
    "valid until",
    "valid to",
    "end date",
    "ends on",
    "end at",
    "due date",
];
const KINDS: &[&str] = &["category", "type", "kind", "species", "class", "genre"];
/// Family names, of one character each.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";

/// Settles the parts of a question, one kind of doubt after the other.
pub(super) fn settle(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for part in parts.iter_mut() {
        match part {
            Part::Mark(Mark::Unit) => *part = Part::Mark(Mark::Measure),
            _ => {}
        }
    }
    people(parts, known);
    surnames(parts, known);
    sexes(parts, known);
    kinds(parts, known);
    extremes(parts, known);
    expired(parts, known);
    counted_after(parts);
    quantities(parts);
    verbs(parts, known);
    unnamed(parts, known);
}

/// A name that no sample spells, where there are people that could be called so.
fn people(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        let Part::Other(text) = &parts[at] else {
            continue;
        };
        let fits = match parts.get(at + 1) {
            Some(Part::Name(name)) if name.is_table() => {
                name.table_home.is_some_and(|table| known.names_people(table))
            }
            _ => true,
        };
        if fits && is_person(text) {
            parts[at] = Part::Person(text.clone());
        }
    }
}

/// Whether a word looks like the name of a person: 张伟.
pub(crate) fn is_person(word: &str) -> bool {
    let mut chars = word.chars();
    let first = chars.next();
    let rest = chars.clone().count();
    first.is_some_and(|first| SURNAMES.contains(first))
        && (1..=2).contains(&rest)
        && chars.all(is_han)
        && !words::is_word(&super::traditional::simplified(word))
}

/// 已绝育的狗: with no thing named, it is what has the value.
fn unnamed(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let names = parts
        .iter()
        .any(|part| matches!(part, Part::Name(_) | Part::Quoted(_) | Part::Person(_)));
    let last = parts
        .iter()
        .rposition(|part| matches!(part, Part::Value(_, true)));
    let narrowed = parts
        .iter()
        .filter(|part| matches!(part, Part::Value(..) | Part::Coded(..)))
        .count()
        > 1;
    if let (false, true, Some(last)) = (names, narrowed, last)
        && let Part::Value(said, _) = &parts[last]
        && let Some(name) = known.table_of_sample(said)
    {
        parts.insert(last + 1, Part::Name(name));
    }
}

/// 姓王的工人: the column that holds the names of such people.
fn surnames(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let Part::Surname(text) = &parts[at] else {
            continue;
        };
        let home = entity_after(parts, at + 1).map(|(home, _)| home);
        let columns = [
            "full name",
            "real name",
            "last name",
            "surname",
            "name",
            "nickname",
        ];
        if let Some(column) = home.and_then(|home| known.column_of(Some(home), &columns)) {
            let told = [
                Part::Name(column),
                Part::Mark(Mark::With),
                Part::Quoted(text.clone()),
                Part::Mark(Mark::Starts),
            ];
            parts.splice(at..=at, told);
        }
    }
}

/// 男女租客各有多少: how many of each sex.
fn sexes(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let sex = |part: &Part| match part {
        Part::Value(said, _) => match said.to_lowercase().as_str() {
            "male" | "m" | "man" | "男" => Some(true),
            "female" | "f" | "woman" | "女" => Some(false),
            _ => None,
        },
        Part::Coded(word, _) => match word.as_str() {
            "男" => Some(true),
            "女" => Some(false),
            _ => None,
        },
        _ => None,
    };
    let Some(at) = parts.iter().position(|part| sex(part).is_some()) else {
        return;
    };
    // 男会员和女会员: the thing may stand between.
    let between = |part: &Part| {
        matches!(
            part,
            Part::Name(_) | Part::Mark(Mark::And | Mark::De | Mark::Filler)
        )
    };
    let Some(end) = (at + 1..parts.len().min(at + 5))
        .find(|end| sex(&parts[*end]).is_some_and(|other| sex(&parts[at]) == Some(!other)))
        .filter(|end| parts[at + 1..*end].iter().all(between))
    else {
        return;
    };
    let counts = parts
        .iter()
        .any(|part| matches!(part, Part::Mark(Mark::Count | Mark::Figure(_))));
    if !counts {
        return;
    }
    let Some(column) = known.column_of(None, &["gender", "sex", "性别"]) else {
        return;
    };
    parts.retain(|part| *part != Part::Mark(Mark::Each));
    parts.splice(
        at..=end,
        [Part::Mark(Mark::Each), Part::Name(column), Part::Mark(Mark::De)],
    );
}

/// 每类维修: for each value of the column that tells their kind.
fn kinds(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let mut at = 0;
    while at < parts.len() {
        if parts[at] == Part::Mark(Mark::EachKind) {
            parts[at] = Part::Mark(Mark::Each);
            if let Some(Part::Name(name)) = parts.get(at + 1)
                && name.is_table()
                && name.column < name.table + 0.05
                && let Some(column) = known.column_of(name.table_home, KINDS)
            {
                parts.insert(at + 2, Part::Name(column));
            }
        }
        at += 1;
    }
}

/// The table of the first entity after a place, if nothing but how many of it stands between.
fn entity_after(parts: &[Part], at: usize) -> Option<(TableId, usize)> {
    let after = parts.iter().enumerate().skip(at).find(|(_, part)| {
        !matches!(
            part,
            Part::Mark(Mark::De | Mark::Measure | Mark::Filler)
                | Part::Number(_)
                | Part::Value(..)
                | Part::Coded(..)
        )
    })?;
    match after {
        (at, Part::Name(name)) if name.is_table() => Some((name.table_home?, at)),
        _ => None,
    }
}

/// 最深的矿井: the thing with the extreme of the column that tells it.
fn extremes(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let alone = match parts[at] {
            Part::Mark(Mark::Highest(_, alone) | Mark::Degree(alone)) => alone,
            _ => continue,
        };
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

/// 已过期的药品: those whose last day is over, where no column says so itself.
fn expired(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let over = match &parts[at] {
            Part::Value(said, _) if said == "expired" => true,
            Part::Value(said, _) if said == "unexpired" => false,
            _ => continue,
        };
        if known.column_of(None, &["is expired", "expired flag"]).is_some() {
            continue;
        }
        let home = entity_after(parts, at + 1).map(|(home, _)| home);
        let Some(column) = known.column_of(home, EXPIRIES) else {
            continue;
        };
        let side = if over { Mark::Before } else { Mark::Since };
        let told = [Part::Name(column), Part::Period("today".into()), Part::Mark(side)];
        parts.splice(at..=at, told);
    }
}

/// 两只以上宠物, 超过5篇文章: a thing that is counted is said before its number.
fn counted_after(parts: &mut Vec<Part>) {
    for at in 0..parts.len() {
        let before = at.checked_sub(1).map(|before| &parts[before]);
        if matches!(before, Some(Part::Name(name)) if !name.is_table())
            || matches!(
                before,
                Some(Part::Mark(
                    Mark::Count | Mark::Is | Mark::Compare(_) | Mark::First
                ))
            )
        {
            continue;
        }
        let mut end = at;
        let mut compares = false;
        let mut counts = false;
        while let Some(part) = parts.get(end) {
            match part {
                Part::Mark(Mark::Compare(_)) if end == at => compares = true,
                Part::Number(_) if !counts => counts = true,
                Part::Mark(Mark::CompareAfter(_)) if counts => compares = true,
                Part::Mark(Mark::Measure) if counts => {}
                _ => break,
            }
            end += 1;
        }
        if compares
            && counts
            && matches!(parts.get(end), Some(Part::Name(name)) if name.is_table())
            && matches!(parts.get(end + 1), Some(Part::Mark(Mark::De | Mark::Count)))
        {
            let name = parts.remove(end);
            parts.insert(at, name);
            return;
        }
    }
}

/// 数量 before a comparison is a column unless the things before it are what is counted.
fn quantities(parts: &mut [Part]) {
    for at in 0..parts.len() {
        let ranked = matches!(
            parts.get(at + 1),
            Some(Part::Mark(
                Mark::Compare(_) | Mark::Direction(_) | Mark::Highest(..) | Mark::Between | Mark::Is
            ))
        );
        let counted = at > 0 && matches!(parts[at - 1], Part::Name(_));
        // 座位数 is the column that already counts.
        if parts[at] == Part::Mark(Mark::Count)
            && at > 0
            && matches!(&parts[at - 1], Part::Name(name) if name.measure && !name.is_table())
        {
            parts[at] = Part::Mark(Mark::Filler);
        }
        if parts[at] == Part::Mark(Mark::Count) && ranked && !counted {
            parts[at] = Part::Name(Name {
                said: "quantity".into(),
                table: 0.0,
                column: 0.7,
                measure: true,
                ..Name::default()
            });
        }
    }
}

/// 不养宠物 says that there are none; a verb elsewhere says no more than the things that it is between.
fn verbs(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        if parts[at] != Part::Mark(Mark::Verb) {
            continue;
        }
        let before = at.checked_sub(1);
        match before.map(|before| &parts[before]) {
            Some(Part::Mark(Mark::Not)) => {
                if let Some(before) = before {
                    parts[before] = Part::Mark(Mark::Lacks);
                }
            }
            Some(Part::Mark(Mark::Lacks | Mark::NotYet)) => {
                let next = (at + 1..parts.len()).find(|next| parts[*next] != Part::Mark(Mark::Filler));
                // 没打过疫苗: a row that has one is what there is none of.
                if let Some(next) = next
                    && let Part::Name(Name {
                        column_home: Some(home),
                        measure: false,
                        ..
                    }) = &parts[next]
                    && !matches!(&parts[next], Part::Name(name) if name.is_table())
                {
                    parts[next] = Part::Name(known.table_name(*home));
                }
            }
            _ => parts[at] = Part::Mark(Mark::Filler),
        }
    }
}
