//! Ages and birthdays where a schema has a day of birth and no age: 25岁以下的会员, 平均年龄, 生日在本月的员工.

use super::clause::english;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};

/// What a day of birth is called.
const BIRTHS: &[&str] = &[
    "birth date",
    "date of birth",
    "birthdate",
    "dob",
    "birthday",
    "birth day",
    "born on",
    "born at",
    "born",
];
/// Times that birthdays fall into, of whatever year.
const SOON: &[&str] = &[
    "this month",
    "next month",
    "last month",
    "today",
    "tomorrow",
    "this week",
    "next week",
];

/// Settles what is said of ages in the parts.
pub(super) fn aged(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    birthdays(parts, known);
    let Some(birth) = known.column_of(None, BIRTHS).filter(|birth| known.is_day(birth)) else {
        return;
    };
    if known.column_of(None, &["age"]).is_some_and(|age| age.measure) {
        return;
    }
    let mut at = 0;
    while at < parts.len() {
        if let Some((said, taken)) = older(&parts[at..]) {
            parts.splice(at..at + taken, [Part::Said(english(&said))]);
        }
        at += 1;
    }
    of_whom(parts, &birth, known);
}

/// 25岁以下, 年龄超过40岁, 30到40岁: when they were born; gives how many parts say so.
fn older(parts: &[Part]) -> Option<(String, usize)> {
    let called = usize::from(is_age(&parts[0]));
    let idle = |at: usize| {
        parts[at..]
            .iter()
            .take_while(|part| {
                matches!(
                    part,
                    Part::Mark(Mark::From | Mark::Filler | Mark::Is | Mark::Between)
                )
            })
            .count()
    };
    let start = called + if called > 0 && parts.len() > 1 { idle(1) } else { 0 };
    let years = |at: usize| usize::from(parts.get(at) == Some(&Part::Mark(Mark::Years)));
    match &parts[start..] {
        [Part::Mark(Mark::Compare(op)), Part::Number(digits), ..] => {
            let more = years(start + 2);
            (called + more > 0)
                .then(|| side(op, digits).map(|said| (said, start + 2 + more)))
                .flatten()
        }
        [
            Part::Number(one),
            Part::Mark(Mark::Years),
            Part::Mark(Mark::To),
            Part::Number(other),
            ..,
        ]
        | [Part::Number(one), Part::Mark(Mark::To), Part::Number(other), ..] => {
            let first = usize::from(parts.get(start + 1) == Some(&Part::Mark(Mark::Years)));
            let last = start + 3 + first;
            let said = called + first + years(last) > 0;
            let end = last + years(last);
            let end = end + usize::from(parts.get(end) == Some(&Part::Mark(Mark::RangeEnd)));
            let until = other.parse::<u32>().ok()? + 1;
            said.then(|| (format!("older than {one} and younger than {until}"), end))
        }
        [Part::Number(digits), rest @ ..] => {
            let more = usize::from(rest.first() == Some(&Part::Mark(Mark::Years)));
            let Some(Part::Mark(Mark::CompareAfter(op))) = rest.get(more) else {
                return None;
            };
            (called + more > 0)
                .then(|| side(op, digits).map(|said| (said, start + 2 + more)))
                .flatten()
        }
        _ => None,
    }
}

fn is_age(part: &Part) -> bool {
    matches!(part, Part::Name(name) if name.said == "age" && !name.is_known())
}

/// What English says of those beyond an age.
fn side(op: &str, digits: &str) -> Option<String> {
    match op {
        "more than" | "at least" => Some(format!("older than {digits}")),
        "less than" | "at most" => Some(format!("younger than {digits}")),
        _ => None,
    }
}

/// 平均年龄 alone is that of those whose day of birth is known.
fn of_whom(parts: &mut Vec<Part>, birth: &Name, known: &Known<'_, '_>) {
    let tabled = parts.iter().any(
        |part| matches!(part, Part::Name(name) if name.is_table() && name.table_home == birth.column_home),
    );
    let figure = |part: &Part| matches!(part, Part::Mark(Mark::Figure(_) | Mark::Highest(..)));
    let at = (1..parts.len()).find(|at| is_age(&parts[*at]) && figure(&parts[at - 1]));
    if let (Some(at), Some(home), false) = (at, birth.column_home, tabled) {
        parts.insert(at - 1, Part::Name(known.table_name(home)));
        parts.insert(at, Part::Mark(Mark::De));
    }
}

/// 生日在本月: of whatever year.
fn birthdays(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in 0..parts.len() {
        let Part::Name(name) = &parts[at] else { continue };
        let of_birth = name
            .said
            .split(' ')
            .any(|word| matches!(word, "birth" | "birthday" | "dob" | "birthdate"));
        if !of_birth || !known.is_day(name) {
            continue;
        }
        let from = usize::from(matches!(
            parts.get(at + 1),
            Some(Part::Mark(Mark::From | Mark::Is))
        ));
        if let Some(Part::Period(said)) = parts.get(at + 1 + from)
            && SOON.contains(&said.as_str())
        {
            let told = format!("whose birthday is {said}");
            parts.splice(at..at + 2 + from, [Part::Said(english(&told))]);
            return;
        }
    }
}
