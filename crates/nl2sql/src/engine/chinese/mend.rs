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
        let figure = parts.remove(at);
        let place = at + 1 + usize::from(parts.get(at + 1) == Some(&Part::Mark(Mark::De)));
        parts.insert(place.min(parts.len()), figure);
    }
}

/// 演唱会标题和艺人名称, 电厂名称及其运营商: a column of one thing, and another thing or a column of it, each told by its thing.
pub(super) fn pairs(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let and = (1..parts.len().saturating_sub(1)).find(|at| {
        parts[*at] == Part::Mark(Mark::And) && matches!(&parts[*at + 1], Part::Name(name) if name.is_table())
    });
    if let Some(and) = and {
        pair(parts, and, known);
    }
}

fn pair(parts: &mut Vec<Part>, and: usize, known: &Known<'_, '_>) -> bool {
    let Some(Part::Name(first)) = and.checked_sub(1).map(|at| parts[at].clone()) else {
        return false;
    };
    let of = usize::from(and > 1 && parts[and - 2] == Part::Mark(Mark::De));
    let Some(Part::Name(thing)) = (and).checked_sub(2 + of).map(|at| parts[at].clone()) else {
        return false;
    };
    let Part::Name(other) = parts[and + 1].clone() else {
        return false;
    };
    if first.is_table() || !thing.is_table() || thing.table_home == other.table_home {
        return false;
    }
    let refers = |from: &Name, to: &Name| {
        from.table_home
            .zip(to.table_home)
            .is_some_and(|(from, to)| known.refers(from, to))
    };
    let last = match &parts[and + 2..] {
        // Another thing is shown by its name.
        [] if refers(&thing, &other) => Name {
            said: known
                .column_of(other.table_home, &["name", "title"])
                .map_or(other.said.clone(), |name| format!("{} {}", other.said, name.said)),
            table: 0.0,
            column: 1.0,
            ..other
        },
        [Part::Name(column)] if !column.is_table() && column.is_known() => Name {
            said: format!("{} {}", other.said, column.said),
            ..column.clone()
        },
        _ => return false,
    };
    let one = Name {
        said: format!("{} {}", thing.said, first.said),
        ..first
    };
    parts.splice(
        and - 2 - of..,
        [Part::Name(one), Part::Mark(Mark::And), Part::Name(last)],
    );
    true
}
