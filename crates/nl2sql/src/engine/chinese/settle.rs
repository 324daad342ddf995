//! Settles what only its neighbours tell of a part: what counts, what ranks by what, who is a person.

use jiff::civil::Date;

use super::aged::aged;
use super::assigned::assigned;
use super::beside::beside;
use super::both::both;
use super::doings::doings;
use super::eachwise::eachwise;
use super::extremes::extremes;
use super::grades::failed;
use super::headcount::headcounts;
use super::known::Known;
use super::lasting::{expired, happened, over, running};
use super::lengths::{count_first, either, lengths, of_thing, precise, so_many};
use super::listing::listing;
use super::marks::Mark;
use super::mend::pairs;
use super::months::months;
use super::nobody::{in_time, nobody, times};
use super::only::{amounts, elapsed, only};
use super::opposites::opposites;
use super::part::{Name, Part};
use super::people::{decades, people, sexes, surnames};
use super::prices::prices;
use super::qualified::{currencies, doubled};
use super::rates::{rates, taken};
use super::refining::refine;
use super::several::several;
use super::shares::shares;
use super::spanned::of_own;
use super::sums::sums;
use super::tallies::counted_after;
use super::than::compare;
use crate::engine::lexicon::TableId;

const KINDS: &[&str] = &["category", "type", "kind", "species", "class", "genre"];

/// Settles the parts of a question, one kind of doubt after the other.
pub(super) fn settle(parts: &mut Vec<Part>, known: &Known<'_, '_>, today: Date) {
    months(parts, known, today);
    rates(parts);
    taken(parts, known);
    only(parts, known);
    lengths(parts, known);
    elapsed(parts, known);
    amounts(parts, known);
    for part in parts.iter_mut() {
        if matches!(part, Part::Mark(Mark::Unit | Mark::Lasting(_))) {
            *part = Part::Mark(Mark::Measure);
        }
    }
    aged(parts, known);
    opposites(parts, known);
    either(parts);
    so_many(parts, known);
    of_thing(parts, known);
    precise(parts, known);
    count_first(parts);
    currencies(parts, known);
    doubled(parts, known);
    headcounts(parts, known);
    assigned(parts, known);
    times(parts, known);
    refine(parts, known);
    failed(parts, known);
    of_own(parts, known);
    alone(parts);
    shares(parts, known);
    several(parts, known);
    beside(parts, known);
    people(parts, known);
    surnames(parts, known);
    decades(parts, known);
    sexes(parts, known);
    unnamed(parts, known);
    kinds(parts, known);
    prices(parts, known);
    extremes(parts, known);
    expired(parts, known);
    over(parts, known);
    running(parts, known);
    happened(parts, known);
    compare(parts, known);
    common(parts);
    sums(parts, known);
    counted_after(parts, known);
    eachwise(parts, known);
    quantities(parts);
    nobody(parts, known);
    in_time(parts, known);
    doings(parts, known);
    both(parts);
    either(parts);
    pairs(parts, known);
    listing(parts, known);
}

/// 同 that compares nothing is a word that nothing explains.
fn alone(parts: &mut [Part]) {
    for at in 0..parts.len() {
        if let Part::Mark(Mark::Same(_)) = parts[at] {
            // 所属部门 is the department.
            let named = matches!(parts.get(at + 1), Some(Part::Name(_)));
            let lone = at == 0 || matches!(parts[at - 1], Part::Mark(Mark::Compare(_)));
            parts[at] = if named && !lone {
                Part::Mark(Mark::Filler)
            } else {
                Part::Other("同".to_owned())
            };
        }
    }
}

/// 已绝育的狗: with no thing named, it is what has the value.
fn unnamed(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let names = parts
        .iter()
        .any(|part| matches!(part, Part::Name(_) | Part::Quoted(_) | Part::Person(_)));
    let last = parts
        .iter()
        .rposition(|part| matches!(part, Part::Value(said, _) if known.table_of_sample(said).is_some()));
    let narrowed = parts
        .iter()
        .filter(|part| matches!(part, Part::Value(..) | Part::Coded(..)))
        .count()
        > 1;
    let ranked = parts
        .iter()
        .any(|part| matches!(part, Part::Mark(Mark::Highest(..) | Mark::Degree(_))));
    if let (false, true, Some(last)) = (names, narrowed || ranked, last)
        && let Part::Value(said, _) = &parts[last]
        && let Some(name) = known.table_of_sample(said)
    {
        parts.insert(last + 1, Part::Name(name));
    }
}

/// 最常见的停电原因: the value of a column that most rows have.
fn common(parts: &mut Vec<Part>) {
    let Some(at) = parts
        .iter()
        .position(|part| *part == Part::Mark(Mark::Degree("most common")))
    else {
        return;
    };
    let column =
        (at + 1..parts.len()).find(|next| matches!(&parts[*next], Part::Name(name) if !name.is_table()));
    let Some(column) = column.filter(|column| {
        parts[at + 1..*column].iter().all(|part| {
            matches!(
                part,
                Part::Number(_) | Part::Name(_) | Part::Mark(Mark::De | Mark::Measure | Mark::Filler)
            )
        })
    }) else {
        return;
    };
    if let Part::Name(name) = &mut parts[column] {
        name.said = format!("most common {}", name.said);
    }
    parts.remove(at);
    if parts.get(at) == Some(&Part::Mark(Mark::De)) {
        parts.remove(at);
    }
}

/// 每类维修: for each value of the column that tells their kind.
fn kinds(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let mut at = 0;
    while at < parts.len() {
        if matches!(parts[at], Part::Mark(Mark::EachKind | Mark::EachSort)) {
            let named = |home| known.label_of(home).is_some();
            let each = parts[at] == Part::Mark(Mark::EachSort)
                && matches!(parts.get(at + 1), Some(Part::Name(name)) if name.is_table() && name.table_home.is_some_and(named))
                && !matches!(parts.get(at + 2), Some(Part::Name(name)) if !name.is_table());
            parts[at] = Part::Mark(Mark::Each);
            if each {
                at += 1;
                continue;
            }
            if let Some(Part::Name(name)) = parts.get(at + 1)
                && name.is_table()
                && name.column < name.table + 0.05
                && let Some(column) = kind_of(name, known)
            {
                parts.insert(at + 2, Part::Name(column));
            }
        }
        at += 1;
    }
}

/// The column that tells the kind of a thing: `type`, or `crop_type` of crops.
fn kind_of(name: &Name, known: &Known<'_, '_>) -> Option<Name> {
    let own: Vec<String> = KINDS.iter().map(|kind| format!("{} {kind}", name.said)).collect();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    known
        .column_of(name.table_home, KINDS)
        .or_else(|| known.column_of(name.table_home, &own))
}

/// The table of the first entity after a place, if nothing but how many of it stands between.
pub(super) fn entity_after(parts: &[Part], at: usize) -> Option<(TableId, usize)> {
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
            && !matches!(
                parts.get(at + 1),
                Some(Part::Mark(Mark::Measure)) | Some(Part::Name(_))
            )
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
