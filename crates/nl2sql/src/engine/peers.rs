//! Recognises what is first within its group, and what is beyond the average of it: "the latest order of each customer",
//! "longer than the average of their genre".

use super::graph::Step;
use super::items::Kind;
use super::lexicon::{ColumnId, Sort, TableId};
use super::phrases::{Function, Hint, Op, Phrase};
use super::plan::{Cond, Expr, First, Plan};
use super::reading::{Entity, Reading};
use super::roles;

/// A superlative: where it stands, whether it is the highest, and what it speaks of.
#[derive(Clone, Copy)]
struct Degree {
    at: usize,
    descending: bool,
    hint: Hint,
    flip: bool,
}

/// What groups rows: the column, the joins to it, and what the group is called.
struct Group {
    key: ColumnId,
    steps: Vec<Step>,
    labels: Vec<ColumnId>,
}

impl Reading<'_> {
    pub(crate) fn read_peers(&mut self) {
        for at in 0..self.items.len() {
            if matches!(self.phrase(at), Some(Phrase::AboveAverage(_))) {
                self.beyond_peers(at);
            }
        }
        self.first_of_each();
    }

    /// `longer than the average of their own series`.
    fn beyond_peers(&mut self, at: usize) {
        let Some(Phrase::AboveAverage(above)) = self.phrase(at) else {
            return;
        };
        let mut own = false;
        let mut place = None;
        for i in at + 1..self.items.len().min(at + 7) {
            own |= matches!(self.word(i), "their" | "its" | "own" | "same" | "his" | "her");
            if own && matches!(self.items[i].kind, Kind::Mention(..)) && self.word(i) != "own" {
                place = Some(i);
                break;
            }
        }
        // "in the same city" after the measure: a mention between is the measure.
        let Some(i) = place else { return };
        let measured = self
            .before(at)
            .and_then(|before| Some((before, self.number_column(before)?)))
            .filter(|(before, _)| self.is_free(*before));
        let hint = super::between::hinted(self.word(at)).unwrap_or_default();
        let column = match measured {
            Some((before, column)) => {
                self.mark(before);
                Some(column)
            }
            None if hint.is_empty() => roles::measure(self.lexicon, self.home),
            None => self
                .hinted(self.home, hint, |id| self.is_measure(id))
                .or_else(|| self.only_length(hint)),
        };
        let column = column.filter(|id| self.lexicon.column(*id).table == self.home);
        let key = self.entity(i).and_then(|entity| self.group_of(entity));
        let (Some(column), Some(group)) = (column, key.filter(|group| group.steps.is_empty())) else {
            // The average of all rows would answer another question.
            self.items[at].kind = Kind::Word;
            return;
        };
        self.plan.filters.push(Cond::PeerAverage {
            column,
            op: if above { Op::Gt } else { Op::Lt },
            key: group.key,
        });
        self.mark_all(at..=i);
    }

    /// The one column that counts in a unit of time, where "longer" is said of no other.
    fn only_length(&self, hint: Hint) -> Option<ColumnId> {
        let counted = ["word", "page", "line"];
        let mut found = self.lexicon.columns_of(self.home).filter(|id| {
            let words = &self.lexicon.column(*id).words;
            self.is_measure(*id)
                && hint.contains(&"length")
                && words
                    .iter()
                    .any(|word| super::lengths::unit(word).is_some() || counted.contains(&word.as_str()))
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// `the latest trip of every boat`, `for each port the captain with the highest rank`.
    fn first_of_each(&mut self) {
        let Some(head) = self.head.filter(|head| self.table(*head) == Some(self.home)) else {
            return;
        };
        let figure = self.items.iter().any(|item| {
            matches!(
                item.kind,
                Kind::Phrase(Phrase::Aggregate(Function::Count | Function::Sum | Function::Avg))
            )
        });
        let Some(each) = (0..self.items.len())
            .find(|at| self.phrase(*at) == Some(Phrase::PerEach) && self.is_free(*at))
            .filter(|_| !figure)
        else {
            return;
        };
        let Some(named) = self.after(each).filter(|i| *i != head && i - each <= 2) else {
            return;
        };
        let Some(degree) = self.degree_in(each, named) else {
            return;
        };
        // "for each team the oldest player", "the oldest player of each team": the rows stand on the degree's side.
        let beside = (degree.at < each) == (head < each);
        let numbered = self.number_beside(degree.at).is_some() || self.leading_number().is_some();
        if !beside || numbered || degree.at < each && head > each {
            return;
        }
        let entity = match self.entity(named) {
            Some(Entity::Table(table, _)) if table == self.home => return,
            Some(entity) => entity,
            None => return,
        };
        let Some(group) = self.group_of(entity) else {
            return;
        };
        let Some((by, descending, end)) = self.degree_column(degree, head) else {
            return;
        };
        if by == group.key {
            return;
        }
        let lexicon = self.lexicon;
        self.plan.filters.push(Cond::FirstOfGroup(First {
            key: group.key,
            by,
            descending,
            steps: group.steps,
            filters: Vec::new(),
        }));
        self.mark(each);
        self.mark(named);
        self.mark_all(degree.at..=end);
        self.plan
            .select
            .extend(group.labels.into_iter().map(Expr::Column));
        if self.projected_columns().is_empty() {
            let labels = roles::label(lexicon, self.home);
            if labels.is_empty() {
                self.plan.star = true;
                self.plan.select.retain(
                    |expr| !matches!(expr, Expr::Column(id) if lexicon.column(*id).table == self.home),
                );
            } else {
                labels.into_iter().for_each(|id| self.show_once(Expr::Column(id)));
            }
        }
    }

    fn show_once(&mut self, expr: Expr) {
        if !self.plan.select.contains(&expr) {
            self.plan.select.push(expr);
        }
    }

    /// The only superlative of the question.
    fn degree_in(&self, each: usize, named: usize) -> Option<Degree> {
        let mut found = (0..self.items.len()).filter_map(|at| match self.phrase(at)? {
            Phrase::Superlative {
                descending,
                hint,
                flip,
            } => Some(Degree {
                at,
                descending,
                hint,
                flip,
            }),
            // "with the most words": a column is measured, rows are not counted.
            Phrase::Most(most) => {
                let next = self.after(at).filter(|next| next - at <= 2)?;
                self.number_column(next).filter(|_| self.table(next).is_none())?;
                Some(Degree {
                    at,
                    descending: most,
                    hint: &[],
                    flip: false,
                })
            }
            Phrase::Aggregate(function @ (Function::Max | Function::Min)) => Some(Degree {
                at,
                descending: function == Function::Max,
                hint: &[],
                flip: false,
            }),
            _ => None,
        });
        let only = found.next().filter(|_| found.next().is_none())?;
        (only.at != each && only.at != named).then_some(only)
    }

    /// The column that a superlative ranks the home table's rows by, whether it descends, and the last item that says so.
    fn degree_column(&self, degree: Degree, head: usize) -> Option<(ColumnId, bool, usize)> {
        let Degree {
            at,
            descending,
            hint,
            flip,
        } = degree;
        let own = |id: ColumnId| self.lexicon.column(id).table == self.home;
        let fits =
            |id: ColumnId| own(id) && (self.is_measure(id) || self.is_day(id)) && !self.lexicon.is_key(id);
        let said = self.raw(at).to_lowercase();
        let recent = ["newest", "latest", "last", "recent", "earliest", "first"]
            .iter()
            .any(|word| said.contains(word));
        if recent {
            let column = roles::moment(self.lexicon, self.home)?;
            return (self.after(at) == Some(head)).then_some((column, descending, at));
        }
        if let Some(next) = self
            .after(at)
            .filter(|next| *next != head && next - at <= 2 && !self.describes(*next, head))
        {
            let place = if self.items.get(next + 1).is_some_and(|item| item.owner.is_some()) {
                next + 1
            } else {
                next
            };
            // "the highest latitude of its stations" is a figure.
            if head > at {
                return None;
            }
            let (column, score) = self.column_where(place, fits)?;
            let down = descending != (flip && self.is_day(column));
            return (score >= 0.5).then_some((column, down, place));
        }
        let column = self
            .hinted(self.home, hint, |id| fits(id) && (self.is_measure(id) || flip))
            .or_else(|| flip.then(|| roles::moment(self.lexicon, self.home)).flatten())
            .or_else(|| self.only_length(hint))?;
        let earlier = self.is_day(column) || self.lexicon.column(column).sort == Sort::Year;
        Some((column, descending != (flip && earlier), at))
    }

    /// Whether only what describes the rows stands between: `the oldest insured patient`.
    fn describes(&self, from: usize, head: usize) -> bool {
        let adjective = |i: usize| {
            matches!(self.items[i].kind, Kind::Value(_) | Kind::Word)
                || self
                    .column_where(i, |id| self.lexicon.column(id).sort == Sort::Truth)
                    .is_some()
        };
        from < head && (from..head).all(adjective)
    }

    /// What groups the home table's rows by an entity, where each row has one.
    fn group_of(&self, entity: Entity) -> Option<Group> {
        match entity {
            Entity::Column(id, score) if score >= 0.6 && (!self.is_measure(id) || score >= 0.9) => {
                let table = self.lexicon.column(id).table;
                let steps = self.single_steps(table)?;
                let target = self.lexicon.graph.target(id).filter(|_| table == self.home);
                let labels = target.map_or_else(Vec::new, |table| roles::names(self.lexicon, table));
                Some(Group {
                    key: id,
                    steps,
                    labels: if labels.is_empty() { vec![id] } else { labels },
                })
            }
            Entity::Table(table, _) if table != self.home => {
                let mut steps = self.single_steps(table)?;
                let last = steps.pop()?;
                let link = &self.lexicon.graph.links[last.link];
                let [(key, _)] = link.pairs[..] else {
                    return None;
                };
                let labels = roles::names(self.lexicon, table);
                Some(Group {
                    key,
                    steps,
                    labels: if labels.is_empty() { vec![key] } else { labels },
                })
            }
            _ => None,
        }
    }

    /// The joins to a table of which each row of the home table has one row.
    fn single_steps(&self, table: TableId) -> Option<Vec<Step>> {
        if table == self.home {
            return Some(Vec::new());
        }
        let steps = self.related(table)?.steps;
        let single = steps.iter().all(|step| !self.lexicon.graph.fans_out(step));
        single.then_some(steps)
    }

    /// The figures of the groups whose first rows the plan keeps, as another question asks for them.
    pub(crate) fn figures_of_groups(&self) -> Option<Plan> {
        let first = self.plan.filters.iter().find_map(|cond| match cond {
            Cond::FirstOfGroup(first) => Some(first),
            _ => None,
        })?;
        let home = self.home;
        let label = |expr: &&Expr| matches!(expr, Expr::Column(id) if *id == first.key || self.lexicon.column(*id).table != home);
        let mut plan = self.plan.clone();
        plan.group = plan.select.iter().filter(label).cloned().collect();
        if plan.group.is_empty() {
            plan.group.push(Expr::Column(first.key));
        }
        plan.star = false;
        plan.select = plan.group.clone();
        let function = if first.descending {
            Function::Max
        } else {
            Function::Min
        };
        plan.select.push(Expr::Apply(function, first.by));
        plan.filters.retain(|cond| !matches!(cond, Cond::FirstOfGroup(_)));
        Some(plan)
    }

    /// Conditions on the rows themselves hold for the rows that the first is taken of, too.
    pub(crate) fn settle_peers(&mut self) {
        let lexicon = self.lexicon;
        let home = self.home;
        let own: Vec<Cond> = self
            .plan
            .filters
            .iter()
            .filter(|cond| {
                let mut columns = Vec::new();
                cond.columns(&mut columns);
                let plain = !matches!(
                    cond,
                    Cond::FirstOfGroup(_)
                        | Cond::PeerAverage { .. }
                        | Cond::Exists { .. }
                        | Cond::Average(..)
                );
                plain && !columns.is_empty() && columns.iter().all(|id| lexicon.column(*id).table == home)
            })
            .cloned()
            .collect();
        let mut by = None;
        for cond in &mut self.plan.filters {
            if let Cond::FirstOfGroup(first) = cond {
                first.filters = own.clone();
                by = Some(first.by);
            }
        }
        // What makes a row the first is shown beside it.
        if let (Some(by), false) = (by, self.plan.star) {
            self.show_once(Expr::Column(by));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::engine::tests::{ask, check, clinic, library, schema};

    #[test]
    fn the_first_of_each_group_is_a_row_for_each_group() {
        check(
            &clinic(),
            &[
                (
                    "the most expensive visit of each doctor",
                    "SELECT visits.*, doctors.full_name FROM visits JOIN doctors ON visits.doctor_id = doctors.id \
                     WHERE (visits.doctor_id, visits.fee) IN (SELECT doctor_id, MAX(fee) FROM visits GROUP BY doctor_id)",
                ),
                (
                    "for each city, the oldest insured patient",
                    "SELECT city, name, birth_date FROM patients WHERE (city, birth_date) IN \
                     (SELECT city, MIN(birth_date) FROM patients WHERE insured = 1 GROUP BY city) AND insured = 1",
                ),
            ],
        );
        check(
            &library(),
            &[(
                "for every genre, the book with the highest page count",
                "SELECT Genre, Title, PageCount FROM Books WHERE (Genre, PageCount) IN \
                 (SELECT Genre, MAX(PageCount) FROM Books GROUP BY Genre)",
            )],
        );
    }

    #[test]
    fn an_average_of_their_own_group_is_not_that_of_all() {
        let films = schema(&[
            "studios: id int, name text",
            "films: id int, title text, genre text, running_minutes int, studio_id int > studios",
        ]);
        check(
            &films,
            &[
                (
                    "films longer than the average of their genre",
                    "SELECT * FROM films WHERE running_minutes > (SELECT AVG(peer.running_minutes) FROM films AS peer \
                     WHERE peer.genre = films.genre)",
                ),
                (
                    "films that are longer than the average of their own studio",
                    "SELECT * FROM films WHERE running_minutes > (SELECT AVG(peer.running_minutes) FROM films AS peer \
                     WHERE peer.studio_id = films.studio_id)",
                ),
            ],
        );
        // One row in all would not be one for each.
        assert!(
            ask(
                &clinic(),
                Dialect::Sqlite,
                "the patient with the most visits in each city"
            )
            .is_err()
        );
        let draft = ask(
            &clinic(),
            Dialect::Sqlite,
            "the most expensive visit of each doctor",
        )
        .unwrap();
        assert_eq!(
            draft.explanation,
            "Shows every column of visits, and doctors.full_name, where visits.fee is the highest for each visits.doctor_id."
        );
        let draft = ask(&films, Dialect::Sqlite, "the longest film of each studio").unwrap();
        assert!(
            draft.explanation.contains("for each films.studio_id"),
            "{}",
            draft.explanation
        );
    }
}
