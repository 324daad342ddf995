//! What things cost in a Chinese question that no column is called by: 免费的博物馆, 门票最贵的博物馆.

use super::clause::english;
use super::extremes::columns_of;
use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use super::settle::entity_after;

/// Further words of columns that say what a visit or a use costs.
const ENTRY: &[&str] = &[
    "entry fee",
    "entrance fee",
    "admission fee",
    "admission price",
    "ticket price",
    "admission",
    "daily rate",
    "hourly rate",
    "nightly rate",
];

/// Settles what is free and what costs most.
pub(super) fn prices(parts: &mut [Part], known: &Known<'_, '_>) {
    for at in (0..parts.len()).rev() {
        let price = |home| {
            known
                .column_of(Some(home), columns_of("most expensive"))
                .or_else(|| known.column_of(Some(home), ENTRY))
                .filter(|column| column.measure)
        };
        match &parts[at] {
            Part::Value(said, false) if said == "free" && known.sampled(said, None).is_none() => {
                let home = entity_after(parts, at + 1).map(|(home, _)| home);
                if let Some(column) = home.filter(|home| !known.holds("free", *home)).and_then(price) {
                    parts[at] = Part::Said(english(&format!("with {} = 0", column.said)));
                }
            }
            Part::Mark(
                Mark::Degree("most expensive" | "cheapest") | Mark::Highest(_, "most expensive" | "cheapest"),
            ) => {
                let home = entity_after(parts, at + 1).map(|(home, _)| home);
                let Some((home, before)) = home.zip(at.checked_sub(1)) else {
                    continue;
                };
                let other = matches!(&parts[before], Part::Name(name) if !name.is_table() && !name.measure && name.column_home != Some(home))
                    || matches!(&parts[before], Part::Name(name) if !name.is_known());
                if let Some(column) = price(home).filter(|_| other) {
                    parts[before] = Part::Name(column);
                }
            }
            _ => {}
        }
    }
}
