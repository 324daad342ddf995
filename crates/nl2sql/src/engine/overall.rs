//! Reads comparisons with what holds for all: groups whose average lies above that of all rows, and one moment of a row
//! that lies before or after another one.

use super::items::Kind;
use super::lexicon::ColumnId;
use super::phrases::{Function, Op};
use super::plan::{Cond, Expr};
use super::reading::Reading;
use super::stem::stem;

impl Reading<'_> {
    /// `routes whose average delay is above the overall average`: groups, by what the column comes to in them.
    pub(crate) fn compare_overall(&mut self, at: usize, next: usize, op: Op) -> bool {
        if !matches!(op, Op::Gt | Op::Ge | Op::Lt | Op::Le) {
            return false;
        }
        let overall = |i: usize| matches!(self.word(i), "overall" | "total" | "general" | "global");
        let other = if overall(next) { next + 1 } else { next };
        let end = if self.aggregate_at(other) == Some(Function::Avg) {
            other
        } else {
            return false;
        };
        let Some(figure) = self.before(at).filter(|i| self.is_free(*i)) else {
            return false;
        };
        let function_at = (figure.saturating_sub(2)..figure)
            .rev()
            .find(|i| self.aggregate_at(*i) == Some(Function::Avg) && self.is_free(*i));
        let Some((Expr::Apply(Function::Avg, column), last)) =
            function_at.and_then(|i| self.applied(Function::Avg, i + 1))
        else {
            return false;
        };
        // Whose average it is may be said again, but not of what else.
        let same = self.after(end).is_none_or(|i| {
            matches!(self.items[i].kind, Kind::Phrase(_) | Kind::And | Kind::Comma)
                || self.number_column(i) == Some(column)
        });
        let Some((subject, entity)) = function_at.and_then(|i| self.subject_before(i)) else {
            return false;
        };
        if last > figure || self.grouped || !same {
            return false;
        }
        self.plan.having.push(Cond::GroupAverage(column, op));
        self.mark_all(function_at.unwrap_or(figure)..=end);
        if let Some(i) = self.after(end).filter(|i| self.number_column(*i) == Some(column)) {
            self.mark(i);
        }
        self.mark(subject);
        let keys = self.group_keys(entity);
        let named = keys.len() > 1;
        let lexicon = self.lexicon;
        let shown =
            |expr: &&Expr| !(named && matches!(expr, Expr::Column(id) if lexicon.column(*id).is_primary));
        self.plan.select.extend(keys.iter().filter(shown).cloned());
        self.plan.group.extend(keys);
        self.grouped = true;
        true
    }

    /// `shipped after the due date`, `closed before they were opened`: two moments of the same row.
    pub(crate) fn compare_moments(&mut self, at: usize, next: usize, op: Op) -> bool {
        let own = |id: ColumnId| self.is_day(id) && self.lexicon.column(id).table == self.home;
        let Some((other, _)) = self.column_where(next, own).filter(|(_, score)| *score >= 0.6) else {
            return false;
        };
        let Some(before) = self.before(at).filter(|i| at - i <= 2) else {
            return false;
        };
        let said = stem(self.word(before));
        let spelled = |id: &ColumnId| {
            own(*id)
                && *id != other
                && self
                    .lexicon
                    .column(*id)
                    .words
                    .iter()
                    .any(|word| stem(word) == said)
        };
        let mut like = self.lexicon.columns_of(self.home).filter(spelled);
        let named = self.column_where(before, |id| own(id) && id != other);
        let one = match (named, like.next(), like.next()) {
            (Some((id, score)), ..) if score >= 0.6 => id,
            (_, Some(id), None) => id,
            _ => return false,
        };
        let plain = matches!(
            self.items[before].kind,
            Kind::Word | Kind::Mention(..) | Kind::Value(_)
        );
        if !plain
            || !self.is_free(before)
            || self.table(before) == Some(self.home) && Some(before) == self.head
        {
            return false;
        }
        self.plan.filters.push(Cond::Columns(one, op, other));
        self.mark_all(before..=next);
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn groups_are_compared_with_all_rows_and_moments_with_each_other() {
        let parcels = schema(&[
            "depots: id int, name text",
            "parcels: id int, depot_id int > depots, route text, weight_g int, ordered_on date, promised_on date, delivered_on date",
        ]);
        check(
            &parcels,
            &[
                (
                    "routes whose average weight is above the overall average",
                    "SELECT route FROM parcels GROUP BY route HAVING AVG(weight_g) > (SELECT AVG(weight_g) FROM parcels)",
                ),
                (
                    "depots with an average weight below the overall average",
                    "SELECT depots.name FROM parcels JOIN depots ON parcels.depot_id = depots.id GROUP BY depots.id, depots.name \
                     HAVING AVG(parcels.weight_g) < (SELECT AVG(weight_g) FROM parcels)",
                ),
                (
                    "which parcels were delivered after their promised date",
                    "SELECT * FROM parcels WHERE delivered_on > promised_on",
                ),
                (
                    "parcels delivered before they were ordered",
                    "SELECT * FROM parcels WHERE delivered_on < ordered_on",
                ),
                (
                    "parcels delivered after 2024",
                    "SELECT * FROM parcels WHERE delivered_on >= '2025-01-01'",
                ),
            ],
        );
    }
}
