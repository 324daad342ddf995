//! Recognises an order that is said last and without a column: "newest first", "from largest to smallest", "alphabetically".

use super::lexicon::{ColumnId, Sort};
use super::phrases::{Function, Phrase};
use super::plan::Expr;
use super::reading::{Entity, Reading};
use super::roles;

/// Words of columns that tell how old something is.
const AGES: &[&str] = &["age", "birth", "dob", "birthday", "birthdate", "born"];
/// Words of columns that hold what something costs.
const PRICES: &[&str] = &[
    "price", "cost", "fee", "rate", "fare", "charge", "rent", "amount", "total", "premium", "salary",
];
const LENGTHS: &[&str] = &[
    "length", "duration", "runtime", "distance", "minutes", "seconds", "hours", "pages",
];

const SIZES: &[&str] = &["size", "area", "capacity", "population", "surface", "volume"];

/// What an order speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Of {
    Moment,
    /// How old; whether the oldest come first.
    Age(bool),
    Letters,
    /// A figure, perhaps of columns that have such words.
    Figure(&'static [&'static str]),
    /// It says only whether it descends.
    Plain,
}

fn subject(said: &str) -> Of {
    let has = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
    let place = |part: &str| said.find(part).unwrap_or(usize::MAX);
    if has(&["eldest", "oldest", "youngest"]) {
        let old = place("old").min(place("eldest"));
        let new = place("young").min(place("new"));
        return if has(&["new"]) {
            Of::Moment
        } else {
            Of::Age(old < new)
        };
    }
    if has(&["new", "latest", "recent", "earliest", "chronolog"]) {
        Of::Moment
    } else if has(&["alphabet", "lexico", "a to z", "z to a"]) {
        Of::Letters
    } else if has(&["expensive", "cheap", "pric"]) {
        Of::Figure(PRICES)
    } else if has(&["long", "short"]) {
        Of::Figure(LENGTHS)
    } else if has(&["larg", "big", "small"]) {
        Of::Figure(SIZES)
    } else if has(&["asc", "desc", "creas", "reverse"]) {
        Of::Plain
    } else {
        Of::Figure(&[])
    }
}

impl Reading<'_> {
    fn free_direction(&self) -> Option<(usize, bool)> {
        (0..self.items.len()).find_map(|at| match self.phrase(at) {
            Some(Phrase::Direction(descending)) if self.is_free(at) => Some((at, descending)),
            _ => None,
        })
    }

    /// A direction without a column sorts by what it speaks of: the rows' moment, a figure, or what is shown.
    pub(crate) fn loose_direction(&mut self) {
        let Some((at, descending)) = self.free_direction() else {
            return;
        };
        if !self.plan.order.is_empty() {
            self.mark(at);
            return;
        }
        let of = subject(&self.raw(at).to_lowercase());
        // What is counted or added up is known only when the groups are.
        let named = of == Of::Plain && (0..at).any(|i| self.is_free(i) && self.names_total(i));
        if self.asks_aggregate() && !named {
            return;
        }
        let keys: Vec<(ColumnId, bool)> = match of {
            Of::Moment => self.dated(at).map(|id| (id, descending)).into_iter().collect(),
            Of::Age(old) => self.aged(at, old).into_iter().collect(),
            Of::Figure(hint) => self
                .sized(at, hint)
                .map(|id| (id, descending))
                .into_iter()
                .collect(),
            Of::Letters | Of::Plain => {
                let shown = self.shown_before(at, |id| {
                    self.lexicon.column(id).sort != Sort::Truth && (of == Of::Plain || self.is_textual(id))
                });
                let columns = shown.map_or_else(|| roles::label(self.lexicon, self.home), |id| vec![id]);
                columns.into_iter().map(|id| (id, descending)).collect()
            }
        };
        if !keys.is_empty() {
            self.mark(at);
            self.plan
                .order
                .extend(keys.into_iter().map(|(id, down)| (Expr::Column(id), down)));
        }
    }

    fn shown_before(&self, at: usize, fits: impl Fn(ColumnId) -> bool) -> Option<ColumnId> {
        (0..at).find_map(|i| match self.entity(i) {
            Some(Entity::Column(id, score)) if score >= 0.6 && self.is_free(i) && fits(id) => Some(id),
            _ => None,
        })
    }

    /// The moment that is shown, or else the one that dates the rows.
    fn dated(&self, at: usize) -> Option<ColumnId> {
        let timed = |id: ColumnId| self.is_day(id) || self.lexicon.column(id).sort == Sort::Year;
        self.shown_before(at, |id| timed(id) && self.lexicon.column(id).table == self.home)
            .or_else(|| roles::moment(self.lexicon, self.home))
            .or_else(|| self.lexicon.primary_key(self.home))
    }

    /// What tells an age, and whether the order descends by it.
    fn aged(&self, at: usize, old: bool) -> Option<(ColumnId, bool)> {
        let own = self.hinted(self.home, AGES, |id| self.is_measure(id) || self.is_day(id));
        let column = own.or_else(|| self.dated(at))?;
        let counts = self.lexicon.column(column).sort == Sort::Number && own.is_some();
        Some((column, counts == old))
    }

    /// The figure that is shown or that a comparison names, or the one that the order's own word tells.
    fn sized(&self, at: usize, hint: &[&str]) -> Option<ColumnId> {
        let figure = |id: ColumnId| self.is_measure(id) && !self.lexicon.is_key(id);
        self.shown_before(at, figure)
            .or_else(|| self.hinted(self.home, hint, figure).filter(|_| !hint.is_empty()))
            .or_else(|| {
                self.shown_before(at, |id| {
                    self.is_day(id) || self.lexicon.column(id).sort == Sort::Year
                })
            })
            .or_else(|| {
                let listed = (0..at).find(|i| self.targets[*i] && self.column(*i).is_some())?;
                let (id, _) = self.column(listed).filter(|_| self.is_free(listed))?;
                (self.lexicon.column(id).sort != Sort::Truth && self.table(listed).is_none()).then_some(id)
            })
            .or_else(|| roles::measure(self.lexicon, self.home))
    }

    /// The order of groups: by their figure, by the time that they are, or by what they are called.
    pub(crate) fn settle_direction(&mut self) {
        let Some((at, descending)) = self.free_direction() else {
            return;
        };
        if !self.plan.order.is_empty() {
            self.mark(at);
            return;
        }
        if self.plan.group.is_empty() {
            // One row has no order.
            if self.plan.select.iter().any(Expr::is_aggregate) {
                self.mark(at);
            }
            return;
        }
        let lexicon = self.lexicon;
        let timed = |expr: &&Expr| match expr {
            Expr::Bucket(..) => true,
            Expr::Column(id) => matches!(lexicon.column(*id).sort, Sort::Day { .. } | Sort::Year),
            _ => false,
        };
        let of = subject(&self.raw(at).to_lowercase());
        let figure = || self.plan.select.iter().rev().find(|expr| expr.is_aggregate());
        let time = || self.plan.group.iter().find(timed);
        let called = || {
            let text =
                |expr: &&Expr| matches!(expr, Expr::Column(id) if lexicon.column(*id).sort == Sort::Text);
            self.plan.select.iter().find(text)
        };
        let found = match of {
            Of::Moment | Of::Age(_) => time().cloned().or_else(|| {
                let moment = roles::moment(lexicon, self.home)?;
                let function = if descending { Function::Max } else { Function::Min };
                Some(Expr::Apply(function, moment))
            }),
            Of::Letters => called().cloned(),
            Of::Plain if !descending && time().is_some() => time().cloned(),
            Of::Plain | Of::Figure(_) => figure().or_else(called).cloned(),
        };
        if let Some(expr) = found {
            self.mark(at);
            self.plan.order.push((expr, descending));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, clinic, library};

    #[test]
    fn an_order_said_last_sorts_by_what_it_speaks_of() {
        check(
            &clinic(),
            &[
                (
                    "patients, oldest first",
                    "SELECT * FROM patients ORDER BY birth_date",
                ),
                (
                    "insured patients, youngest first",
                    "SELECT * FROM patients WHERE insured = 1 ORDER BY birth_date DESC",
                ),
                (
                    "visits, newest first",
                    "SELECT * FROM visits ORDER BY visit_date DESC",
                ),
                (
                    "number of visits per doctor, highest first",
                    "SELECT doctors.full_name, COUNT(*) FROM visits JOIN doctors ON visits.doctor_id = doctors.id \
                     GROUP BY doctors.id, doctors.full_name ORDER BY COUNT(*) DESC",
                ),
                (
                    "average fee per status from largest to smallest",
                    "SELECT status, AVG(fee) FROM visits GROUP BY status ORDER BY AVG(fee) DESC",
                ),
                (
                    "number of visits per month, newest first",
                    "SELECT DATE_FORMAT(visit_date, '%Y-%m'), COUNT(*) FROM visits \
                     GROUP BY DATE_FORMAT(visit_date, '%Y-%m') ORDER BY DATE_FORMAT(visit_date, '%Y-%m') DESC",
                ),
                ("visits, cheapest first", "SELECT * FROM visits ORDER BY fee"),
            ],
        );
        check(
            &library(),
            &[(
                "active members alphabetically",
                "SELECT * FROM Members WHERE Active = 1 ORDER BY FirstName, LastName",
            )],
        );
    }
}
