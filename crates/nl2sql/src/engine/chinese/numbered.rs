//! Numbers that say which: 4号桌 is the table with that number, 4星 has so many stars.

use super::cut::Cutter;
use super::marks::Mark;
use super::part::{Name, Part};
use super::words::{self, LONGEST};

const STARS: &[&str] = &["star rating", "stars", "rating", "score"];
const FLOORS: &[&str] = &["floor", "floor number", "floor no", "storey"];

impl Cutter<'_, '_> {
    /// Puts the column before a number that 号 or 星 follows; gives how many characters that takes.
    pub(super) fn numbered(&self, at: usize, parts: &mut Vec<Part>) -> Option<usize> {
        let Some(Part::Number(_)) = parts.last() else {
            return None;
        };
        match self.chars[at] {
            '号' => self.numbered_thing(at, parts),
            '星' => self.starred(at, parts, STARS),
            // 二楼的房间
            '层' | '楼' => self.starred(at, parts, FLOORS),
            _ => None,
        }
    }

    fn numbered_thing(&self, at: usize, parts: &mut Vec<Part>) -> Option<usize> {
        let number = parts.len() - 1;
        if number > 0
            && !matches!(
                parts[number - 1],
                Part::Mark(Mark::De | Mark::Filler | Mark::From | Mark::And)
            )
        {
            return None;
        }
        let rest = &self.chars[at + 1..];
        let (column, taken) = (1..=LONGEST.min(rest.len())).rev().find_map(|length| {
            let word: String = rest[..length].iter().collect();
            let readings = words::noun(&word)?;
            let ahead = self.table_ahead(at + 1 + length);
            let column = readings.iter().find_map(|said| {
                let names = [format!("{said} number"), format!("{said} no")];
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let column = self.known.column_of(ahead, &names);
                column.or_else(|| self.known.column_of(None, &names))
            });
            // 桌 alone is a table's number where tables have no table of their own.
            let table = self.known.noun(&word, readings);
            if let Some(home) = table.table_home.filter(|_| table.is_table()) {
                let own = self.known.column_of(Some(home), &["number", "no", "id"]);
                return column
                    .filter(|column| column.column_home == Some(home))
                    .or(own)
                    .map(|name| (name, 1));
            }
            column.map(|name| (name, 1 + length))
        })?;
        tell(parts, number, column);
        Some(taken)
    }

    /// A number with a word that says what it ranks, of one of some columns.
    fn starred(&self, at: usize, parts: &mut Vec<Part>, columns: &[&str]) -> Option<usize> {
        let taken = 1 + usize::from(self.chars.get(at + 1) == Some(&'级'));
        if self.longest_word(at) > taken {
            return None;
        }
        let number = parts.len() - 1;
        let compared = number > 0 && matches!(parts[number - 1], Part::Mark(Mark::Compare(_)));
        let start = number - usize::from(compared);
        // 评分至少4星 says of what already.
        let said = parts[..start]
            .iter()
            .rev()
            .find(|part| !matches!(part, Part::Mark(Mark::Is | Mark::Has)));
        if matches!(said, Some(Part::Name(name)) if !name.is_table()) {
            parts.push(Part::Mark(Mark::Measure));
            return Some(taken);
        }
        let ahead = self.table_ahead(at + taken);
        let column = self
            .known
            .column_of(ahead, columns)
            .or_else(|| self.known.column_of(None, columns))?;
        let after = &self.chars[at + taken..];
        if compared || after.starts_with(&['以', '上']) || after.starts_with(&['以', '下']) {
            parts.insert(start, Part::Name(column));
            parts.push(Part::Mark(Mark::Measure));
        } else {
            tell(parts, number, column);
        }
        Some(taken)
    }
}

/// A column and that it is the number at a place.
fn tell(parts: &mut Vec<Part>, number: usize, column: Name) {
    parts.insert(number, Part::Mark(Mark::Is));
    parts.insert(number, Part::Name(column));
}
