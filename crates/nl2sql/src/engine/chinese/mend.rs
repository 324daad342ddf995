//! Puts sequences of parts that only one reading fits as the rest of the reading expects them.

use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};

/// Sequences that only one reading fits are put as the rest expects them.
pub(super) fn mend(parts: &mut Vec<Part>) {
    let mut at = 0;
    while at < parts.len() {
        match &parts[at..] {
            // 总金额的平均值
            [Part::Mark(Mark::De), Part::Mark(Mark::FigureAfter(_)), ..]
                if at > 0 && matches!(parts[at - 1], Part::Name(_)) =>
            {
                parts.remove(at);
            }
            // 平均每笔订单的金额: an average of all, not of each.
            [Part::Mark(Mark::Figure(_)), Part::Mark(Mark::Each), ..] => average_of_all(parts, at),
            // 最高和最低的价格: each of the column.
            [Part::Mark(one), Part::Mark(Mark::And), Part::Mark(other), ..]
                if is_figure(*one) && is_figure(*other) =>
            {
                let of = at + 3 + usize::from(parts.get(at + 3) == Some(&Part::Mark(Mark::De)));
                if let Some(Part::Name(name)) = parts
                    .get(of)
                    .filter(|part| matches!(part, Part::Name(name) if !name.is_table()))
                {
                    let name = Part::Name(name.clone());
                    parts.drain(at + 3..of);
                    parts.insert(at + 1, name);
                }
            }
            // 片名和导演姓名: the thing says only whose column it is.
            [
                Part::Mark(Mark::And),
                Part::Name(thing),
                Part::Name(column),
                rest @ ..,
            ] if thing.is_table()
                && column.is_known()
                && !column.is_table()
                && at > 0
                && matches!(&parts[at - 1], Part::Name(name) if !name.is_table())
                && matches!(rest, [] | [Part::Mark(Mark::And), ..]) =>
            {
                let said = format!("{} {}", thing.said, column.said);
                parts.remove(at + 1);
                if let Some(Part::Name(name)) = parts.get_mut(at + 1) {
                    name.said = said;
                }
            }
            // 余额排名前10的会员: 余额最高的前10
            [Part::Name(name), Part::Mark(Mark::First), Part::Number(_), ..] if name.measure => {
                parts.insert(at + 1, Part::Mark(Mark::Highest(true, "most")));
            }
            _ => {}
        }
        at += 1;
    }
}

fn is_figure(mark: Mark) -> bool {
    matches!(mark, Mark::Figure(_) | Mark::Highest(..))
}

/// 平均每笔订单的金额 as 订单的平均金额.
fn average_of_all(parts: &mut Vec<Part>, at: usize) {
    parts.remove(at + 1);
    while parts.get(at + 1) == Some(&Part::Mark(Mark::Measure)) {
        parts.remove(at + 1);
    }
    if matches!(parts.get(at + 1), Some(Part::Name(name)) if name.is_table()) {
        // 平均每笔捐款的金额: the amount of one, which no sum is asked of.
        let of = at + 1 + usize::from(parts.get(at + 2) == Some(&Part::Mark(Mark::De)));
        if let (Some(Part::Name(thing)), Some(Part::Name(column))) = (parts.get(at + 1), parts.get(of + 1))
            && column.said == "amount"
            && column.column_home == thing.table_home
        {
            let said = format!("{} amount", thing.said);
            let column = Part::Name(Name {
                said,
                ..column.clone()
            });
            parts.splice(at + 1..=of + 1, [column]);
            return;
        }
        let figure = parts.remove(at);
        let place = at + 1 + usize::from(parts.get(at + 1) == Some(&Part::Mark(Mark::De)));
        parts.insert(place.min(parts.len()), figure);
    }
}

/// 演唱会标题、艺人名称和场馆名称, 电厂名称及其运营商: columns of several things, each told by its thing.
pub(super) fn pairs(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let and = (1..parts.len().saturating_sub(1)).find(|at| {
        parts[*at] == Part::Mark(Mark::And) && matches!(&parts[*at + 1], Part::Name(name) if name.is_table())
    });
    if let Some((start, listed)) = and.and_then(|and| columns_of_things(parts, and, known)) {
        parts.splice(start.., listed);
    }
}

/// The columns of a list whose first has its thing before it, and where they begin.
fn columns_of_things(parts: &[Part], and: usize, known: &Known<'_, '_>) -> Option<(usize, Vec<Part>)> {
    let of = usize::from(and > 1 && parts[and - 2] == Part::Mark(Mark::De));
    let start = and.checked_sub(2 + of)?;
    let (Part::Name(thing), Part::Name(first)) = (&parts[start], &parts[and - 1]) else {
        return None;
    };
    if first.is_table() || !thing.is_table() {
        return None;
    }
    let mut listed = vec![Part::Name(told_by(thing, first, known))];
    let mut rest = &parts[and..];
    while let [Part::Mark(Mark::And), Part::Name(other), more @ ..] = rest {
        if !other.is_table() || other.table_home == thing.table_home {
            return None;
        }
        let (column, after) = match more {
            [Part::Mark(Mark::De), Part::Name(column), after @ ..] | [Part::Name(column), after @ ..]
                if !column.is_table() && column.is_known() =>
            {
                (told_by(other, column, known), after)
            }
            _ => (shown(thing, other, known)?, more),
        };
        listed.extend([Part::Mark(Mark::And), Part::Name(column)]);
        rest = after;
    }
    rest.is_empty().then_some((start, listed))
}

/// A column with its thing before it; a moment by the schema's own words, for "departed" asks whether it has.
fn told_by(thing: &Name, column: &Name, known: &Known<'_, '_>) -> Name {
    let own = known.words_of_moment(column);
    // 事故的日期 is that of the accident, whatever other table has a column of that name.
    let said = match own {
        Some(_) if column.column_home != thing.table_home => "date".to_owned(),
        Some(own) if column.said.split(' ').any(|word| word.ends_with("ed")) => own,
        _ => column.said.clone(),
    };
    Name {
        said: format!("{} {said}", thing.said),
        ..column.clone()
    }
}

/// Another thing that a thing refers to, by its name.
fn shown(thing: &Name, other: &Name, known: &Known<'_, '_>) -> Option<Name> {
    let refers = thing
        .table_home
        .zip(other.table_home)
        .is_some_and(|(from, to)| known.refers(from, to));
    let name = known.column_of(other.table_home, &["name", "title"]);
    refers.then(|| Name {
        said: name.map_or(other.said.clone(), |name| format!("{} {}", other.said, name.said)),
        table: 0.0,
        column: 1.0,
        ..other.clone()
    })
}
