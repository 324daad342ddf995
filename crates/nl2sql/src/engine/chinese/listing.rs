//! Lists of a thing and what it has at the end of a Chinese question: 库存最多的前3个产品及其库存, 客户及电话.

use super::known::Known;
use super::marks::Mark;
use super::part::Part;

/// A thing that columns of its own follow is shown by its name.
pub(super) fn listing(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let Some(thing) = parts
        .windows(2)
        .rposition(|pair| matches!(pair, [Part::Name(name), Part::Mark(Mark::And)] if name.is_table()))
    else {
        return;
    };
    let Part::Name(name) = &parts[thing] else { return };
    let columns = &parts[thing + 1..];
    let own = |part: &Part| match part {
        Part::Name(column) => {
            !column.is_table() && column.is_known() && !column.total && column.column_home == name.table_home
        }
        Part::Mark(Mark::And | Mark::Filler) => true,
        _ => false,
    };
    let some = columns.iter().any(|part| matches!(part, Part::Name(_)));
    let led = thing > 0
        && matches!(
            parts[thing - 1],
            Part::Mark(Mark::De | Mark::Measure | Mark::Filler)
        )
        && parts[..thing].iter().any(|part| {
            matches!(
                part,
                Part::Mark(Mark::Highest(..) | Mark::Compare(_) | Mark::Degree(_) | Mark::First)
            )
        });
    if !(some && led && columns.iter().all(own)) {
        return;
    }
    let Some(label) = name.table_home.and_then(|home| known.label_of(home)) else {
        return;
    };
    let said = columns
        .iter()
        .any(|part| matches!(part, Part::Name(column) if known.is_same(column, &label)));
    if !said {
        parts.splice(thing + 1..thing + 1, [Part::Mark(Mark::De), Part::Name(label)]);
    }
}
