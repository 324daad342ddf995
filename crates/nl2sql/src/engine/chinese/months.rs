//! Months that a column holds as text: `2026-10` for 2026年10月, 本月, 上个月.

use jiff::civil::Date;

use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use crate::engine::period;

/// Puts the column of months before a month, where the tables in question have such a column and the month is no time of another.
pub(super) fn months(parts: &mut Vec<Part>, known: &Known<'_, '_>, today: Date) {
    let Some((column, style)) = month_column(parts, known) else {
        return;
    };
    for at in (0..parts.len()).rev() {
        let Part::Period(said) = &parts[at] else { continue };
        let Some((year, month)) = month(said, today) else {
            continue;
        };
        let told = at
            .checked_sub(1)
            .is_some_and(|before| matches!(&parts[before], Part::Name(name) if known.is_day(name)));
        let later = matches!(
            parts.get(at + 1),
            Some(Part::Mark(Mark::After | Mark::Before | Mark::Since | Mark::To))
        ) || matches!(parts.get(at + 1), Some(Part::Name(name)) if known.is_day(name));
        if told || later {
            continue;
        }
        let text = style
            .replace("YYYY", &format!("{year:04}"))
            .replace("MM", &format!("{month:02}"));
        let named = at
            .checked_sub(1)
            .is_some_and(|before| parts[before] == Part::Name(column.clone()));
        let told = [
            Part::Name(column.clone()),
            Part::Mark(Mark::Is),
            Part::Quoted(text),
        ];
        parts.splice(at - usize::from(named)..=at, told);
    }
}

/// The column of months of a table in question, and how it spells them.
fn month_column(parts: &[Part], known: &Known<'_, '_>) -> Option<(Name, &'static str)> {
    parts.iter().find_map(|part| match part {
        Part::Name(name) if name.is_known() => {
            let home = if name.is_table() {
                name.table_home
            } else {
                name.column_home
            };
            known.month_column(home?)
        }
        _ => None,
    })
}

/// The year and month that an English time says.
fn month(said: &str, today: Date) -> Option<(i16, i8)> {
    match said {
        "this month" => return Some((today.year(), today.month())),
        "last month" => {
            let (year, month) = (today.year(), today.month());
            return Some(if month == 1 {
                (year - 1, 12)
            } else {
                (year, month - 1)
            });
        }
        _ => {}
    }
    let (name, year) = said.split_once(' ')?;
    Some((year.parse().ok()?, period::month(name)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_a_year_and_a_number() {
        let today = jiff::civil::date(2025, 1, 20);
        assert_eq!(month("october 2026", today), Some((2026, 10)));
        assert_eq!(month("this month", today), Some((2025, 1)));
        assert_eq!(month("last month", today), Some((2024, 12)));
        assert_eq!(month("2026", today), None);
    }
}
