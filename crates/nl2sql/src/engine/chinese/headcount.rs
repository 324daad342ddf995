//! How many people there are: 各部门人数, 人数超过5人的部门, 每个班有多少人.

use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use crate::engine::lexicon::TableId;

/// 人数 counts the people of what is named, where it has such.
pub(super) fn headcounts(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    let mut named: Vec<TableId> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Name(name) if name.is_table() => name.table_home,
            _ => None,
        })
        .collect();
    named.dedup();
    for at in (0..parts.len()).rev() {
        if parts[at] != Part::Mark(Mark::People) {
            continue;
        }
        parts[at] = Part::Mark(Mark::Count);
        // 员工人数 says whose number it is.
        if named.iter().any(|table| known.names_people(*table)) {
            continue;
        }
        let [home] = named[..] else { continue };
        if let Some(people) = known.people_of(home) {
            let end = parts[..at].len();
            let after_thing = matches!(parts[..end].last(), Some(Part::Name(name)) if name.is_table());
            parts.insert(at, Part::Name(people));
            if after_thing {
                parts.insert(at, Part::Mark(Mark::De));
            }
        }
    }
}
