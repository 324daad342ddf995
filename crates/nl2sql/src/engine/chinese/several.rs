//! How many of each of some values: 英语和德语的节目各有多少, 吸烟和不吸烟的客户分别有多少.

use super::known::Known;
use super::marks::Mark;
use super::part::{Name, Part};

/// Groups by the column that has the values which 各有多少 asks of.
pub(super) fn several(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let Some(asks) = parts.iter().position(|part| *part == Part::Mark(Mark::EachCount)) else {
        return;
    };
    parts.splice(asks..=asks, [Part::Mark(Mark::Each), Part::Mark(Mark::Count)]);
    let Some((from, to, values)) = listed(&parts[..asks]) else {
        return;
    };
    let home = parts[..asks].iter().rev().find_map(|part| match part {
        Part::Name(name) if name.is_table() => name.table_home,
        _ => None,
    });
    let each = |column: Name| [Part::Mark(Mark::Each), Part::Name(column), Part::Mark(Mark::De)];
    // 男女各有多少 is settled with the sexes.
    let sexes = ["male", "female", "男", "女", "m", "f"];
    if values
        .iter()
        .all(|value| sexes.contains(&value.to_lowercase().as_str()))
    {
        return;
    }
    if let Some(column) = known.column_holding(&values, home) {
        parts.remove(asks);
        // gold会员和silver会员: the thing is said once.
        for at in (from..to - 1).rev() {
            if matches!(parts[at], Part::Name(_)) {
                parts.remove(at);
            }
        }
        parts.splice(0..0, each(column));
    } else if let [one, other] = &values[..]
        && let Some(flag) = known.flag_of(&[one, other], home)
    {
        parts.remove(asks);
        let end = to + usize::from(parts.get(to) == Some(&Part::Mark(Mark::De)));
        parts.splice(from..end, each(flag));
    }
}

/// Values in a list: where it begins and ends.
fn listed(parts: &[Part]) -> Option<(usize, usize, Vec<String>)> {
    let value = |part: &Part| match part {
        Part::Value(said, _) => Some(said.clone()),
        _ => None,
    };
    let from = parts.iter().position(|part| value(part).is_some())?;
    let mut to = from;
    let mut values = Vec::new();
    while let Some(said) = parts.get(to).and_then(value) {
        values.push(said);
        to += 1;
        // 男客户和女客户: the thing may stand in between.
        let thing = matches!(parts.get(to), Some(Part::Name(name)) if name.is_table())
            && parts.get(to + 1) == Some(&Part::Mark(Mark::And));
        let next = to + usize::from(thing);
        if !matches!(parts.get(next), Some(Part::Mark(Mark::And | Mark::Or)))
            || parts.get(next + 1).and_then(value).is_none()
        {
            break;
        }
        to = next + 1;
    }
    (values.len() > 1).then_some((from, to, values))
}
