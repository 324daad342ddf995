//! Finds the phrases of structure that nothing in the plan came from, although leaving them out changes the answer.

use super::items::Kind;
use super::phrases::Phrase;
use super::reading::Reading;

impl Reading<'_> {
    /// `under the policy "Life"`, `one or more visits`: no comparison.
    fn is_mere_place(&self, at: usize) -> bool {
        let one = at.checked_sub(1).is_some_and(|i| self.word(i) == "one") && self.word(at) == "or";
        let named = self.word(at) == "under"
            && (at + 1..(at + 4).min(self.items.len())).any(|i| {
                self.items[i].used
                    && matches!(self.items[i].kind, Kind::Quoted(..) | Kind::Value(_) | Kind::Word)
            });
        one || named
    }

    /// `average mileage per brand` where no join leads to the brands: a figure for all is another answer.
    fn is_lost_group(&self, at: usize) -> bool {
        // "total hours for each view", where nothing is known by that word
        let unheard = matches!(self.phrase(at), Some(Phrase::PerEach))
            && self.plan.aggregates()
            && self.plan.group.is_empty()
            && self.after(at).is_none()
            && self.items.get(at + 1).is_some_and(|next| {
                let word = self.tokens[next.start].lower.as_str();
                !matches!(word, "other" | "one" | "of" | "them")
            });
        // "the member with the most bookings in each city": one row in all is not one for each.
        let one = matches!(self.phrase(at), Some(Phrase::PerEach))
            && self.tokens[self.items[at].start..self.items[at].end]
                .iter()
                .any(|token| matches!(token.lower.as_str(), "each" | "every"))
            && self.plan.limit == Some(1)
            && (0..self.items.len()).any(|i| matches!(self.phrase(i), Some(Phrase::Most(_))))
            && self
                .after(at)
                .is_some_and(|i| self.column(i).is_some() || self.table(i).is_some());
        if unheard || one {
            return true;
        }
        matches!(self.phrase(at), Some(Phrase::PerEach | Phrase::By))
            && self.plan.aggregates()
            && self.plan.group.is_empty()
            && self
                .after(at)
                .is_some_and(|i| self.is_free(i) && matches!(self.items[i].kind, Kind::Mention(..)))
    }

    /// A phrase of structure that nothing in the plan came from, although leaving it out changes the answer.
    pub(crate) fn lost_phrase(&self) -> Option<usize> {
        let figures = self.plan.aggregates();
        (0..self.items.len()).find(|at| {
            let said_twice = figures && self.aggregate_at(*at).is_some();
            let direction =
                matches!(self.phrase(*at), Some(Phrase::Direction(_))) && !self.plan.order.is_empty();
            self.is_lost_group(*at)
                || self.is_free(*at)
                    && !said_twice
                    && !direction
                    && !self.is_mere_place(*at)
                    && self.phrase(*at).is_some_and(|phrase| {
                        !matches!(
                            phrase,
                            Phrase::Distinct | Phrase::Filler | Phrase::By | Phrase::PerEach | Phrase::Named
                        )
                    })
        })
    }
}
