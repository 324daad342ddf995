//! What is not yet so, where the schema has a state of its own for it: 还没付款 as unpaid.

use super::known::Known;
use super::marks::Mark;
use super::part::Part;
use super::settle::entity_after;

/// States and what English calls their opposites.
const OPPOSITES: &[(&str, &str)] = &[
    ("paid", "unpaid"),
    ("read", "unread"),
    ("resolved", "unresolved"),
    ("assigned", "unassigned"),
    ("verified", "unverified"),
    ("confirmed", "unconfirmed"),
    ("published", "unpublished"),
    ("collected", "uncollected"),
];

/// Puts the state that the schema has for what is not so.
pub(super) fn opposites(parts: &mut Vec<Part>, known: &Known<'_, '_>) {
    for at in (0..parts.len().saturating_sub(1)).rev() {
        let [
            Part::Mark(Mark::NotYet | Mark::Lacks),
            Part::Value(said, false),
            ..,
        ] = &parts[at..]
        else {
            continue;
        };
        let Some((_, opposite)) = OPPOSITES.iter().find(|(state, _)| state == said) else {
            continue;
        };
        // A moment of it says so better.
        let home = entity_after(parts, at + 2).map(|(home, _)| home);
        if home.is_some_and(|home| known.moment_of(home, said).is_some()) {
            continue;
        }
        let (_, told) = known.state(&vec![*opposite], None);
        // Codes hold what no sample spells; English knows which.
        let coded = known.sampled(said, home).is_none() && *opposite == "unpaid";
        if told || coded {
            parts.splice(at..at + 2, [Part::Value((*opposite).to_owned(), false)]);
        }
    }
}
