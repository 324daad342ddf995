//! Figures of a Chinese question that stand after their column, and those that a thing itself holds: 维修费用总额最高的设备, 电费总额最高的业主,
//! 总时长超过20小时的课程, 平均每个学员选了几门课.

use super::clause::english;
use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};
use super::settle::entity_after;

/// Settles what is added up or averaged.
pub(super) fn sums(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    average_count(parts);
    beside_count(parts);
    against_column(parts);
    for at in (0..parts.len()).rev() {
        figure_after(parts, at, known);
        own_measure(parts, at, known);
        average_of_rows(parts, at, known);
    }
}

/// 每个渠道的笔数和金额: beside a count for each group, a measure is a sum.
fn beside_count(parts: &mut [Part]) {
    let grouped = parts
        .iter()
        .any(|part| matches!(part, Part::Mark(Mark::Each | Mark::By | Mark::Monthly(_))));
    let [
        ..,
        Part::Mark(Mark::Count),
        Part::Mark(Mark::And),
        Part::Name(measure),
    ] = parts
    else {
        return;
    };
    if grouped && measure.measure && !measure.is_table() {
        measure.total = true;
    }
}

/// 报名人数超过上限: a count beside a column is not read, and not left out.
fn against_column(parts: &mut [Part]) {
    for at in 1..parts.len().saturating_sub(1) {
        if let (Part::Mark(Mark::Count), Part::Mark(Mark::Compare(_)), Part::Name(column)) =
            (&parts[at - 1], &parts[at], &parts[at + 1])
            && !column.is_table()
        {
            parts[at] = Part::Other("超过".to_owned());
        }
    }
}

/// 平均每个学员选了几门课: how many on average.
fn average_count(parts: &mut Vec<Part>) {
    let Some(at) = parts.windows(2).position(|pair| {
        matches!(
            pair,
            [Part::Mark(Mark::Figure("average")), Part::Mark(Mark::Each)]
        )
    }) else {
        return;
    };
    let idle = |part: &Part| {
        matches!(
            part,
            Part::Mark(Mark::Filler | Mark::Measure | Mark::Verb | Mark::Has)
        )
    };
    let next = |from: usize| (from..parts.len()).find(|next| !idle(&parts[*next]));
    let Some(thing) = next(at + 2) else { return };
    let Some(mut count) = next(thing + 1) else { return };
    let Some(mut rows) = next(count + 1) else { return };
    // 平均每个部门有多少人: the people are named before they are counted.
    if parts[rows] == Part::Mark(Mark::Count) {
        std::mem::swap(&mut count, &mut rows);
    }
    let last = rows.max(count);
    if let (Part::Name(thing), Part::Mark(Mark::Count), Part::Name(rows_of)) =
        (&parts[thing], &parts[count], &parts[rows])
        && thing.is_table()
        && rows_of.is_table()
        && parts[last + 1..].iter().all(idle)
    {
        let told = english(&format!("average number of {} per {}", rows_of.said, thing.said));
        parts.splice(at..=last, [Part::Said(told)]);
    }
}

/// 维修费用总额最高的设备, 电费总额最高的业主: the figure before its column.
fn figure_after(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let [
        first,
        Part::Mark(Mark::FigureAfter(figure)),
        Part::Mark(Mark::Highest(..)),
        ..,
    ] = &parts[at..]
    else {
        return;
    };
    let figure = *figure;
    match first {
        Part::Name(name) if name.measure && !name.is_table() => {
            parts.swap(at, at + 1);
            parts[at] = Part::Mark(Mark::Figure(figure));
        }
        Part::Value(said, true) => {
            let home = known
                .column_holding(std::slice::from_ref(said), None)
                .and_then(|column| column.column_home);
            if let Some(measure) = home.and_then(|home| known.measure_of(home, false)) {
                parts.splice(
                    at + 1..at + 2,
                    [
                        Part::Mark(Mark::De),
                        Part::Mark(Mark::Figure(figure)),
                        Part::Name(measure),
                    ],
                );
            }
        }
        _ => {}
    }
}

/// 总时长超过20小时的课程: what a thing holds itself is not added up over other rows.
fn own_measure(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let (column, total) = match &parts[at..] {
        [
            Part::Mark(Mark::Figure("sum of")),
            Part::Name(_),
            Part::Mark(Mark::Compare(_)),
            ..,
        ] => (at + 1, true),
        [Part::Name(name), Part::Mark(Mark::Compare(_)), ..] if name.total => (at, false),
        _ => return,
    };
    let Part::Name(name) = &parts[column] else { return };
    if name.is_table() || !name.measure || name.column < 0.8 {
        return;
    }
    let Some(de) = parts[column..]
        .iter()
        .position(|part| *part == Part::Mark(Mark::De))
    else {
        return;
    };
    let own = entity_after(parts, column + de + 1).is_some_and(|(home, _)| name.column_home == Some(home));
    // Rows that nothing is done to more than once have nothing to add up; kinds of them may.
    let labelled = name
        .column_home
        .is_some_and(|home| known.label_of(home).is_some());
    if own && labelled {
        if let Part::Name(name) = &mut parts[column] {
            name.total = false;
        }
        if total {
            parts.remove(at);
        }
    }
}

/// 每门课程的平均评分: of what its reviews say, not of an average that another table keeps.
fn average_of_rows(parts: &mut Vec<Part>, at: usize, known: &Known<'_, '_>) {
    let (column, figure) = match &parts[at..] {
        [Part::Mark(Mark::Figure("average")), Part::Name(_), ..] => (at + 1, true),
        [Part::Name(_), ..]
            if at
                .checked_sub(1)
                .is_none_or(|before| !matches!(parts[before], Part::Mark(Mark::Figure(_)))) =>
        {
            (at, false)
        }
        _ => return,
    };
    let Part::Name(name) = &parts[column] else { return };
    let kept = !name.is_table()
        && known.words_of(name).is_some_and(|words| {
            words
                .iter()
                .any(|word| matches!(word.as_str(), "avg" | "average" | "mean"))
        });
    let entity = parts.iter().find_map(|part| match part {
        Part::Name(thing) if thing.is_table() => thing.table_home,
        _ => None,
    });
    let Some(entity) = entity.filter(|entity| kept && name.column_home != Some(*entity)) else {
        return;
    };
    let found = known.referring(entity).into_iter().find_map(|rows| {
        known
            .column_of(Some(rows), &["stars", "rating", "score", "star rating"])
            .filter(|column| column.measure && !known.is_same(column, name))
    });
    if let Some(found) = found {
        let of = Name {
            total: false,
            ..found
        };
        if figure {
            parts[column] = Part::Name(of);
        } else {
            parts.splice(at..=at, [Part::Mark(Mark::Figure("average")), Part::Name(of)]);
        }
    }
}
