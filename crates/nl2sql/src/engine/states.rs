//! A state beside the noun whose rows have it: "an active gold contract".

use super::items::Kind;
use super::phrases::Phrase;
use super::plan::{Cond, Literal};
use super::reading::Reading;

impl Reading<'_> {
    /// `an active gold contract`: a state that a sample of the noun's own table spells is no flag of another table.
    pub(crate) fn read_state_of_noun(&mut self, at: usize) -> bool {
        let noun = (at + 1..self.items.len())
            .find(|i| {
                let capital =
                    self.items[*i].kind == Kind::Word && self.tokens[self.items[*i].start].is_capital();
                !capital && !matches!(self.items[*i].kind, Kind::Value(_))
            })
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
        // Where nothing is known of the values, the one column of states of the noun's rows.
        let unsampled = || {
            let mut states = lexicon.columns_of(table).filter(|id| {
                let entry = lexicon.column(*id);
                matches!(entry.words.last().map(String::as_str), Some("status" | "state"))
                    && self.is_textual(*id)
                    && entry.column.samples.is_empty()
            });
            let own = lexicon
                .columns_of(table)
                .any(|id| lexicon.column(id).words.iter().any(|known| known == word));
            let only = states.next().filter(|_| states.next().is_none() && !own)?;
            Some((only, word.to_owned()))
        };
        let found = found.or_else(unsampled);
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
    use crate::dialect::Dialect;
    use crate::engine::tests::{ask, check, schema};

    #[test]
    fn a_state_is_that_of_the_noun_it_stands_before() {
        let mut lets = schema(&[
            "landlords: id int, company_name text, country text",
            "caretakers: id int, landlord_id int > landlords, full_name text, is_active boolean",
            "leases: id int, landlord_id int > landlords, tier text, status text",
        ]);
        let asked = "which companies have an active Premium lease";
        let blind = ask(&lets, Dialect::Sqlite, asked).unwrap().sql;
        assert!(blind.contains("leases.status = 'active'"), "{blind}");
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
