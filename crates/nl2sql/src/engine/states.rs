//! A state beside the noun whose rows have it: "an active gold contract".

use super::items::Kind;
use super::phrases::Phrase;
use super::plan::{Cond, Literal};
use super::reading::Reading;

impl Reading<'_> {
    /// `an active gold contract`: a state that a sample of the noun's own table spells is no flag of another table.
    pub(crate) fn read_state_of_noun(&mut self, at: usize) -> bool {
        let noun = (at + 1..self.items.len())
            .find(|i| !matches!(self.items[*i].kind, Kind::Value(_)))
            .filter(|i| *i > at + 1);
        let Some(table) = noun
            .and_then(|i| self.table(i))
            .filter(|table| self.reachable(*table))
        else {
            return false;
        };
        let lexicon = self.lexicon;
        let word = self.word(at);
        let found = lexicon.columns_of(table).find_map(|id| {
            let samples = &lexicon.column(id).column.samples;
            let sample = samples.iter().find(|sample| sample.eq_ignore_ascii_case(word))?;
            Some((id, sample.clone()))
        });
        let denied = self
            .before(at)
            .is_some_and(|i| matches!(self.phrase(i), Some(Phrase::None_ | Phrase::Not)));
        let Some((column, sample)) = found.filter(|_| !denied) else {
            return false;
        };
        self.mark(at);
        self.plan.filters.push(Cond::OneOf {
            column,
            values: vec![Literal::Text(sample)],
            negated: false,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn a_state_is_that_of_the_noun_it_stands_before() {
        let mut lets = schema(&[
            "landlords: id int, company_name text, country text",
            "caretakers: id int, landlord_id int > landlords, full_name text, is_active boolean",
            "leases: id int, landlord_id int > landlords, tier text, status text",
        ]);
        lets.tables[2].columns[2].samples = vec!["Premium".into(), "Basic".into()];
        lets.tables[2].columns[3].samples = vec!["active".into(), "ended".into()];
        check(
            &lets,
            &[
                (
                    "which companies have an active Premium lease",
                    "SELECT landlords.company_name FROM leases JOIN landlords ON leases.landlord_id = landlords.id \
                     WHERE leases.status = 'active' AND leases.tier = 'Premium'",
                ),
                (
                    "active caretakers",
                    "SELECT * FROM caretakers WHERE is_active = 1",
                ),
            ],
        );
    }
}
