//! Writes what is asked of the rows that belong to a row: whether there are any, and how many. Foreign keys often have no index,
//! so no form here reads all of a table again for every row of another where there is one that reads it once.

use super::graph::Step;
use super::lexicon::{ColumnId, TableId};
use super::phrases::Op;
use super::plan::{Cond, Expr, Literal, Plan, Related};
use super::quote::identifier;
use super::render::{Writer, op_sign, push_list};
use crate::dialect::Dialect;
use crate::schema::ColumnKind;

/// What the table of counts is called, and its count.
const COUNTED: &str = "counted";
const TOTAL: &str = "total";

/// Counts of related rows that a query shows or sorts by, made by a join.
#[derive(Debug)]
pub(super) struct Counts<'p> {
    related: &'p Related,
    /// How a count is written in the clauses of the query.
    figure: String,
    /// What follows the other joins.
    pub(super) joins: String,
    /// What the rows are grouped by.
    pub(super) group: Vec<String>,
}

impl<'a> Writer<'a> {
    /// How the counts of a plan are had by a join; nothing where they are not, or where groups make that another question.
    pub(super) fn counts<'p>(&self, plan: &'p Plan, joins: &[Step]) -> Option<Counts<'p>> {
        let shown = || plan.select.iter().chain(plan.order.iter().map(|(expr, _)| expr));
        let mut all = shown().filter_map(|expr| match expr {
            Expr::Related(related) => Some(related),
            _ => None,
        });
        let related = all.next()?;
        let is_plain = plan.group.is_empty() && !plan.aggregates() && all.all(|other| other == related);
        if !is_plain || related.steps.is_empty() {
            return None;
        }
        let writer = self.qualified();
        let grouped = writer.grouped_by_row(plan, joins, related);
        Some(grouped.unwrap_or_else(|| writer.counted_apart(related)))
    }

    /// `LEFT JOIN orders ON … GROUP BY customers.id`, where what is shown belongs to one row of the home table.
    fn grouped_by_row<'p>(&self, plan: &Plan, joins: &[Step], related: &'p Related) -> Option<Counts<'p>> {
        let keys = self.key_columns(plan.home)?;
        let graph = &self.lexicon.graph;
        let mut read: Vec<TableId> = vec![plan.home];
        read.extend(joins.iter().map(|step| step.added));
        let is_single = !joins.iter().any(|step| graph.fans_out(step))
            && !plan.star
            && !plan.distinct
            && !related.steps.iter().any(|step| read.contains(&step.added));
        if !is_single {
            return None;
        }
        let mut group = keys;
        for expr in plan.select.iter().chain(plan.order.iter().map(|(expr, _)| expr)) {
            match expr {
                Expr::Related(_) => {}
                Expr::Column(id) if self.lexicon.column(*id).column.kind != ColumnKind::Other => {
                    if !group.contains(id) {
                        group.push(*id);
                    }
                }
                _ => return None,
            }
        }
        let mut sql = String::new();
        let mut left: Vec<&Cond> = related.filters.iter().collect();
        for step in &related.steps {
            read.push(step.added);
            let mut on = vec![self.on(step)];
            left.retain(|cond| {
                let is_known = self
                    .tables_of(cond)
                    .is_some_and(|tables| tables.iter().all(|table| read.contains(table)));
                if is_known {
                    on.push(self.condition(cond));
                }
                !is_known
            });
            sql.push_str(&format!(
                " LEFT JOIN {} ON {}",
                self.table(step.added),
                on.join(" AND ")
            ));
        }
        let last = related.steps.last()?;
        let counted = match self.key_columns(last.added).as_deref() {
            Some([key]) => *key,
            _ => self.ends(last).first()?.1,
        };
        left.is_empty().then(|| Counts {
            related,
            figure: format!("COUNT({})", self.column(counted)),
            joins: sql,
            group: group.into_iter().map(|id| self.column(id)).collect(),
        })
    }

    /// `LEFT JOIN (SELECT customer_id, COUNT(*) AS total FROM orders GROUP BY customer_id) AS counted ON …`.
    fn counted_apart<'p>(&self, related: &'p Related) -> Counts<'p> {
        let inside = self.inside(related);
        let ends = self.ends(&related.steps[0]);
        let keys: Vec<String> = ends.iter().map(|(_, theirs)| inside.column(*theirs)).collect();
        let keys = keys.join(", ");
        let on: Vec<String> = ends
            .iter()
            .map(|(mine, theirs)| format!("{COUNTED}.{} = {}", self.bare(*theirs), self.column(*mine)))
            .collect();
        Counts {
            related,
            figure: format!("COALESCE({COUNTED}.{TOTAL}, 0)"),
            joins: format!(
                " LEFT JOIN (SELECT {keys}, COUNT(*) AS {TOTAL}{} GROUP BY {keys}) AS {COUNTED} ON {}",
                inside.from(related, &[]),
                on.join(" AND ")
            ),
            group: Vec::new(),
        }
    }

    /// Whether there are related rows.
    pub(super) fn exists(&self, related: &Related, negated: bool) -> String {
        // Other databases join to what is asked for by EXISTS; SQLite looks through it for each row.
        let listed = (self.dialect == Dialect::Sqlite)
            .then(|| self.listed(related, negated, ""))
            .flatten();
        listed.unwrap_or_else(|| {
            let not = if negated { "NOT " } else { "" };
            format!("{not}EXISTS ({})", self.qualified().correlated(related, "1"))
        })
    }

    /// How many related rows there are, compared with a number.
    pub(super) fn compared_count(&self, related: &Related, op: Op, value: &Literal) -> String {
        let listed = match value {
            Literal::Number(digits) => digits.parse::<u32>().ok(),
            Literal::Text(_) => None,
        }
        .and_then(|number| {
            // Rows that have none are in no group: where they belong to the answer, the others are left out of it.
            let (negated, op) = match (op, number) {
                (Op::Gt, _) | (Op::Ge | Op::Eq, 1..) => (false, op),
                (Op::Lt, 1..) => (true, Op::Ge),
                (Op::Le, _) => (true, Op::Gt),
                (Op::Ne, 1..) => (true, Op::Eq),
                _ => return None,
            };
            self.listed(
                related,
                negated,
                &format!(" HAVING COUNT(*) {} {number}", op_sign(op)),
            )
        });
        listed.unwrap_or_else(|| {
            let count = self.qualified().correlated(related, "COUNT(*)");
            let number = self.value_for(&Expr::Rows, value);
            format!("({count}) {} {number}", op_sign(op))
        })
    }

    /// `id IN (SELECT customer_id FROM orders GROUP BY customer_id HAVING …)`; nothing where the key has several columns or may be
    /// NULL, which IN and EXISTS see differently, or where the related row is found by its own key.
    fn listed(&self, related: &Related, negated: bool, having: &str) -> Option<String> {
        let first = related.steps.first()?;
        let [(mine, theirs)] = self.ends(first)[..] else {
            return None;
        };
        if !self.lexicon.graph.fans_out(first) || negated && self.may_be_null(mine) {
            return None;
        }
        let inside = self.inside(related);
        let theirs_inside = inside.column(theirs);
        let mut present = Vec::new();
        if negated && self.may_be_null(theirs) {
            present.push(format!("{theirs_inside} IS NOT NULL"));
        }
        let group = if having.is_empty() {
            String::new()
        } else {
            format!(" GROUP BY {theirs_inside}{having}")
        };
        Some(format!(
            "{} {}IN (SELECT {theirs_inside}{}{group})",
            self.column(mine),
            if negated { "NOT " } else { "" },
            inside.from(related, &present),
        ))
    }

    /// The related rows as a query of their own, without what ties them to a row.
    fn from(&self, related: &Related, more: &[String]) -> String {
        let mut sql = String::new();
        for (number, step) in related.steps.iter().enumerate() {
            let table = self.table(step.added);
            sql.push_str(&match number {
                0 => format!(" FROM {table}"),
                _ => format!(" JOIN {table} ON {}", self.on(step)),
            });
        }
        let mut conditions = more.to_vec();
        conditions.extend(related.filters.iter().map(|cond| self.condition(cond)));
        push_list(&mut sql, " WHERE ", " AND ", &conditions);
        sql
    }

    /// A subquery over the related rows of the row at hand; names need their tables.
    pub(super) fn correlated(&self, related: &Related, what: &str) -> String {
        match related.steps.first() {
            Some(first) => {
                let tie = self.on(first);
                format!("SELECT {what}{}", self.from(related, &[tie]))
            }
            None => format!("SELECT {what}"),
        }
    }

    /// A writer for a query over related rows alone.
    fn inside(&self, related: &Related) -> Writer<'a> {
        Writer {
            qualified: related.steps.len() > 1,
            ..*self
        }
    }

    /// The pairs of columns that a step joins by: of the table that was known, of the one it adds.
    fn ends(&self, step: &Step) -> Vec<(ColumnId, ColumnId)> {
        let link = &self.lexicon.graph.links[step.link];
        let known_holds = link.from == step.known;
        let pairs = link.pairs.iter();
        pairs
            .map(|&(holder, target)| {
                if known_holds {
                    (holder, target)
                } else {
                    (target, holder)
                }
            })
            .collect()
    }

    /// The columns of a declared primary key.
    fn key_columns(&self, table: TableId) -> Option<Vec<ColumnId>> {
        let names = &self.lexicon.table(table).table.primary_key;
        let keys: Vec<ColumnId> = self
            .lexicon
            .columns_of(table)
            .filter(|id| {
                names
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&self.lexicon.column(*id).column.name))
            })
            .collect();
        (!keys.is_empty() && keys.len() == names.len()).then_some(keys)
    }

    fn may_be_null(&self, id: ColumnId) -> bool {
        let entry = self.lexicon.column(id);
        let is_key = self
            .key_columns(entry.table)
            .is_some_and(|keys| keys.contains(&id));
        entry.column.nullable && !is_key
    }

    /// The tables that a condition reads; nothing where it has a query of its own.
    fn tables_of(&self, cond: &Cond) -> Option<Vec<TableId>> {
        let mut columns = Vec::new();
        cond.columns(&mut columns);
        let tables = columns
            .into_iter()
            .map(|id| self.lexicon.column(id).table)
            .collect::<Vec<_>>();
        (!tables.is_empty()).then_some(tables)
    }

    fn bare(&self, id: ColumnId) -> String {
        identifier(&self.lexicon.column(id).column.name, self.dialect)
    }
}

impl Counts<'_> {
    /// How the count of these rows is written.
    pub(super) fn figure_of(&self, related: &Related) -> Option<&str> {
        (self.related == related).then_some(self.figure.as_str())
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::engine::tests::{clinic, sql};

    #[test]
    fn related_rows_are_read_once_and_not_for_each_row() {
        let cases = [
            (
                "doctors with more than 3 visits",
                "SELECT * FROM doctors WHERE id IN (SELECT doctor_id FROM visits GROUP BY doctor_id HAVING COUNT(*) > 3)",
            ),
            // Who has none has fewer, too.
            (
                "doctors with fewer than 3 visits",
                "SELECT * FROM doctors WHERE id NOT IN (SELECT doctor_id FROM visits WHERE doctor_id IS NOT NULL GROUP BY doctor_id HAVING COUNT(*) >= 3)",
            ),
            (
                "doctor with the fewest cancelled visits",
                "SELECT doctors.full_name FROM doctors LEFT JOIN visits ON visits.doctor_id = doctors.id AND visits.status = 'cancelled' GROUP BY doctors.id, doctors.full_name ORDER BY COUNT(visits.id) LIMIT 1",
            ),
        ];
        for (question, wanted) in cases {
            assert_eq!(sql(&clinic(), Dialect::PostgreSql, question), wanted);
        }
    }

    #[test]
    fn where_all_columns_are_shown_rows_are_counted_in_a_table_of_their_own() {
        assert_eq!(
            sql(
                &clinic(),
                Dialect::PostgreSql,
                "all doctors sorted by number of visits"
            ),
            "SELECT doctors.* FROM doctors LEFT JOIN (SELECT doctor_id, COUNT(*) AS total FROM visits GROUP BY doctor_id) AS counted \
             ON counted.doctor_id = doctors.id ORDER BY COALESCE(counted.total, 0)"
        );
    }

    #[test]
    fn only_sqlite_is_asked_by_a_list_whether_there_are_any() {
        for (dialect, wanted) in [
            (
                Dialect::Sqlite,
                "SELECT * FROM doctors WHERE id NOT IN (SELECT doctor_id FROM visits WHERE doctor_id IS NOT NULL)",
            ),
            (
                Dialect::MySql,
                "SELECT * FROM doctors WHERE NOT EXISTS (SELECT 1 FROM visits WHERE visits.doctor_id = doctors.id)",
            ),
        ] {
            assert_eq!(sql(&clinic(), dialect, "doctors without visits"), wanted);
        }
        // A visit without a doctor has no doctor, which NOT IN would not say.
        assert_eq!(
            sql(&clinic(), Dialect::Sqlite, "visits without a doctor"),
            "SELECT * FROM visits WHERE doctor_id IS NULL"
        );
    }
}
