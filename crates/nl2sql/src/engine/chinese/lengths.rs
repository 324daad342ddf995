//! Lengths of time with their unit in a Chinese question: 停留超过2小时的签到, 时长超过1小时的课程.

use super::clause::english;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::settle::entity_after;
use crate::engine::lexicon::{ColumnId, Sort, TableId};
use crate::engine::roles;

/// Words of columns that hold a length of time.
const HELD: &[&str] = &[
    "minute", "minutes", "min", "mins", "hour", "hours", "hrs", "second", "seconds", "sec", "secs",
    "duration", "length", "runtime", "time", "day", "days",
];
/// What a length of time is called where no column is.
const CALLED: &[&str] = &[
    "duration",
    "stay duration",
    "dwell time",
    "length",
    "time",
    "time on page",
    "minutes",
];

/// Keeps the unit of a length of time that is compared.
pub(super) fn lengths(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let [
            said,
            Part::Mark(Mark::Compare(op)),
            Part::Number(digits),
            unit,
            ..,
        ] = &parts[at..]
        else {
            continue;
        };
        let Some(unit) = unit_of(unit) else { continue };
        let home = entity_after(parts, at + 4).map(|(home, _)| home);
        let own = match said {
            Part::Name(name) => known.column_of(home, &[name.said.as_str()]),
            _ => None,
        };
        let told = match (said, own) {
            // 解决时间超过48小时: from the beginning to it.
            (Part::Name(name), _)
                if known.is_day(name) && ends(name, known) && spans(name.column_home, known) =>
            {
                if parts.get(at + 4) == Some(&Part::Mark(Mark::Before)) {
                    continue;
                }
                format!("that took {op} {digits} {unit}")
            }
            (Part::Name(name), _) if name.said.contains(" between ") => {
                format!("that took {op} {digits} {unit}")
            }
            (Part::Name(_), Some(own)) if own.measure && holds_time(&own, known) => {
                format!("with {} {op} {digits} {unit}", own.said)
            }
            // The time of another thing, in the unit of its column.
            (Part::Name(name), None)
                if name.measure
                    && !name.is_table()
                    && holds_time(name, known)
                    && !spans_itself(name, home, known) =>
            {
                format!("with {} {op} {digits} {unit}", name.said)
            }
            (Part::Name(name), None) if is_called(&name.said, home, known) && spans(home, known) => {
                format!("that took {op} {digits} {unit}")
            }
            _ => continue,
        };
        parts.splice(at..at + 4, [Part::Said(english(&told))]);
    }
}

/// Whether a plain word for a length of time speaks of the thing itself, which has two moments.
fn spans_itself(name: &Name, home: Option<TableId>, known: &Known<'_, '_>) -> bool {
    is_called(&name.said, home, known)
        && spans(home, known)
        && name.column_home != home
        && !name.said.ends_with(" duration")
}

/// Whether a moment ends what its row tells of.
fn ends(name: &Name, known: &Known<'_, '_>) -> bool {
    const ENDS: &[&str] = &[
        "resolved",
        "responded",
        "replied",
        "approved",
        "decided",
        "completed",
        "finished",
        "repaired",
        "handled",
        "processed",
        "borrowed",
        "borrow",
        "rented",
        "loaned",
        "admitted",
        "admission",
    ];
    known
        .column_words(name)
        .iter()
        .any(|word| ENDS.contains(&word.as_str()))
}

/// Whether a word is one for a length of time: parking duration.
fn is_called(said: &str, home: Option<TableId>, known: &Known<'_, '_>) -> bool {
    // 庭审时长超过2小时的案件: the time of another thing.
    let own = |lead: &str| {
        let thing = known.name(lead);
        !thing.is_table() || thing.table_home == home
    };
    let lead = said
        .strip_suffix(" duration")
        .or_else(|| said.strip_suffix(" time"));
    CALLED.contains(&said) || lead.is_some_and(own)
}

fn unit_of(part: &Part) -> Option<&'static str> {
    match part {
        Part::Mark(Mark::Lasting(unit @ ("seconds" | "minutes" | "hours" | "days" | "weeks"))) => Some(unit),
        _ => None,
    }
}

/// Whether the name of a column says that it holds a length of time.
fn holds_time(name: &Name, known: &Known<'_, '_>) -> bool {
    known
        .column_words(name)
        .iter()
        .any(|word| HELD.contains(&word.as_str()))
}

/// Whether the rows of a table have two moments.
fn spans(home: Option<TableId>, known: &Known<'_, '_>) -> bool {
    let (Some(home), Some(lexicon)) = (home, known.lexicon) else {
        return false;
    };
    let days = lexicon
        .columns_of(home)
        .filter(|id| matches!(lexicon.column(*id).sort, Sort::Day { .. }));
    days.count() > 1
}

impl Known<'_, '_> {
    /// Whether a name stands for a moment, or for the year or month of one.
    pub(super) fn says_when(&self, name: &Name) -> bool {
        let of_time = |word: &String| matches!(word.as_str(), "year" | "month" | "day" | "date" | "time");
        name.is_known() && (self.is_day(name) || self.column_words(name).iter().any(of_time))
    }

    /// The words of the column that a name stands for.
    pub(super) fn column_words(&self, name: &Name) -> Vec<String> {
        let hit = self.namer.as_ref().and_then(|namer| {
            let hits = namer.mention(&name.said).columns;
            let lexicon = self.lexicon?;
            hits.into_iter().find(|hit| {
                name.column_home
                    .is_none_or(|home| lexicon.column(hit.id).table == home)
            })
        });
        hit.zip(self.lexicon)
            .map_or_else(Vec::new, |(hit, lexicon)| lexicon.column(hit.id).words.clone())
    }
}

/// 本月的报销单,列出日期和金额: the day and the amount of the thing itself.
pub(super) fn of_thing(parts: &mut [Part], known: &Known<'_, '_>) {
    const AMOUNTS: &[&str] = &[
        "amount", "amt", "fee", "price", "cost", "total", "payment", "charge",
    ];
    let Some(lexicon) = known.lexicon else { return };
    let Some(at) = parts.windows(2).rposition(|pair| {
        matches!(&pair[0], Part::Name(name) if name.is_table()) && pair[1] == Part::Mark(Mark::De)
    }) else {
        return;
    };
    let Part::Name(thing) = &parts[at] else { return };
    let Some(home) = thing.table_home else { return };
    let listed = |part: &Part| match part {
        Part::Name(name) => !name.is_table(),
        part => *part == Part::Mark(Mark::And),
    };
    if parts.len() < at + 5 || !parts[at + 2..].iter().all(listed) {
        return;
    }
    for part in &mut parts[at + 2..] {
        let Part::Name(name) = part else { continue };
        if name.column_home == Some(home) && name.column >= 0.8 {
            continue;
        }
        let own = match name.said.as_str() {
            "date" | "time" => {
                roles::moment(lexicon, home).filter(|id| matches!(lexicon.column(*id).sort, Sort::Day { .. }))
            }
            "amount" => {
                let money = |id: &ColumnId| {
                    let entry = lexicon.column(*id);
                    entry.sort == Sort::Number
                        && !lexicon.is_key(*id)
                        && entry.words.iter().any(|word| AMOUNTS.contains(&word.as_str()))
                };
                let mut found = lexicon.columns_of(home).filter(money);
                found.next().filter(|_| found.next().is_none())
            }
            _ => None,
        };
        if let Some(own) = own.and_then(|id| known.column_name(id)) {
            *name = own;
        }
    }
}

/// 每本书的平均评分和评论数: how many first, then the figure.
pub(super) fn count_first(parts: &mut [Part]) {
    let end = parts.len();
    if end < 6 || !parts.contains(&Part::Mark(Mark::Each)) {
        return;
    }
    if let [
        Part::Mark(Mark::Figure(_)),
        Part::Name(column),
        Part::Mark(Mark::And),
        Part::Name(rows),
        Part::Mark(Mark::Count),
    ] = &parts[end - 5..]
        && column.measure != column.is_table()
        && rows.is_table()
    {
        parts[end - 5..].rotate_left(3);
        parts[end - 3..].rotate_right(1);
    }
}

/// Columns whose word English reads as structure are called by all of their words: 总金额 as "total cents", 日期 as "claim date".
pub(super) fn precise(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        let (head, tail) = parts.split_at_mut(at + 1);
        let Some(Part::Name(name)) = head.last_mut() else {
            continue;
        };
        let ranks = matches!(
            tail.first(),
            Some(Part::Mark(Mark::Highest(..) | Mark::Compare(_)))
        );
        let told = match name.said.as_str() {
            "total" => ranks,
            "date" | "time" | "number" => true,
            _ => false,
        };
        if name.is_table() || name.column < 0.9 || !told {
            continue;
        }
        let words = known.column_words(name);
        if words.len() > 1 && words.contains(&name.said) {
            name.said = words.join(" ");
        }
    }
}

/// 至少4个卧室的房子: so much of a column that counts; 带小孩的订单: more than none of it.
pub(super) fn so_many(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let free = at == 0 || !matches!(parts[at - 1], Part::Name(_));
        let ends = |part: Option<&Part>| matches!(part, None | Some(Part::Mark(Mark::De | Mark::And)));
        match &parts[at..] {
            [
                Part::Mark(Mark::Compare(op)),
                Part::Number(digits),
                Part::Mark(Mark::Measure),
                Part::Name(name),
                rest @ ..,
            ] if free && name.measure && !name.is_table() && name.is_known() && ends(rest.first()) => {
                let told = format!("with {} {op} {digits}", name.said);
                parts.splice(at..at + 4, [Part::Said(english(&told))]);
            }
            [Part::Mark(Mark::Has), Part::Name(name), rest @ ..]
                if name.measure && !name.is_table() && name.is_known() && ends(rest.first()) =>
            {
                let counts = known.column_words(name).iter().any(|word| {
                    matches!(
                        word.as_str(),
                        "count" | "number" | "num" | "cnt" | "qty" | "quantity"
                    )
                });
                if counts {
                    let told = format!("with {} more than 0", name.said);
                    parts.splice(at..at + 2, [Part::Said(english(&told))]);
                }
            }
            _ => {}
        }
    }
}

/// 等级为A或B: one column with either of two values.
pub(super) fn either(parts: &mut Vec<Part>) {
    for at in (0..parts.len()).rev() {
        if let [
            Part::Name(one),
            Part::Mark(Mark::Is),
            _,
            Part::Mark(Mark::Or),
            Part::Name(other),
            Part::Mark(Mark::Is),
            _,
            ..,
        ] = &parts[at..]
            && one.said == other.said
        {
            parts.drain(at + 4..at + 6);
        }
    }
}
