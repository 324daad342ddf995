//! Recognises yes and no: "active", "inactive", "where discontinued is true".

use super::items::Kind;
use super::lexicon::{ColumnId, Sort};
use super::phrases::{Op, Phrase};
use super::plan::{Cond, Expr, Literal};
use super::reading::Reading;
use super::roles;
use super::shorthand;
use super::stem::stem;
use super::values;

/// Beginnings that turn an adjective into its opposite.
const OPPOSITES: &[&str] = &["in", "un", "dis", "non-", "non", "im", "not-"];
/// Opposites that no prefix makes.
const ANTONYMS: &[(&str, &str)] = &[
    ("disabled", "enabled"),
    ("closed", "open"),
    ("private", "public"),
    ("offline", "online"),
    ("unpaid", "paid"),
    ("disabled", "active"),
    ("unavailable", "available"),
    ("incomplete", "completed"),
    ("outdoor", "indoor"),
    ("outdoors", "indoor"),
    ("indoor", "outdoor"),
    ("domestic", "international"),
    ("international", "domestic"),
    ("manual", "automatic"),
    ("temporary", "permanent"),
    ("retired", "active"),
    ("deactivated", "active"),
    ("absent", "present"),
    ("absent", "attended"),
    ("missed", "attended"),
    ("missed", "taken"),
    ("skipped", "attended"),
    ("failed", "passed"),
    ("vacant", "occupied"),
    ("occupied", "vacant"),
    ("optional", "required"),
    ("optional", "mandatory"),
    ("mandatory", "optional"),
    ("left", "active"),
    ("resigned", "active"),
    ("terminated", "active"),
    ("alive", "died"),
    ("living", "died"),
    ("alive", "death"),
    ("guilty", "innocent"),
    ("dead", "alive"),
    ("single", "married"),
    ("used", "new"),
    ("booked", "available"),
    ("free", "occupied"),
    ("open", "completed"),
    ("open", "closed"),
    ("open", "resolved"),
    ("open", "cleared"),
    ("active", "removed"),
    ("active", "deactivated"),
    ("pending", "completed"),
    ("outstanding", "completed"),
    ("unfinished", "completed"),
    ("onsite", "remote"),
    ("nonsmoking", "smoking"),
    ("nonsmoking", "smoke"),
    ("smokefree", "smoking"),
];

impl Reading<'_> {
    /// `where discontinued is true`, `is_active = 1`: said in so many words.
    pub(crate) fn read_where_true(&mut self) {
        for at in 0..self.items.len() {
            let Some((column, _)) = self.column_where(at, |id| self.lexicon.column(id).sort == Sort::Truth)
            else {
                continue;
            };
            let mut next = at + 1;
            let mut negated = false;
            while next < self.items.len()
                && (self.is_glue(next)
                    || matches!(
                        self.phrase(next),
                        Some(Phrase::Compare { op: Op::Eq, .. } | Phrase::Not)
                    ))
            {
                negated |= self.phrase(next) == Some(Phrase::Not);
                next += 1;
            }
            let said = match self.word(next) {
                "true" | "yes" => Some(true),
                "false" => Some(false),
                "1" if next > at + 1 => Some(true),
                "0" if next > at + 1 => Some(false),
                "no" if next + 1 == self.items.len() => Some(false),
                _ => None,
            };
            if let Some(said) = said {
                self.mark_all(at..=next);
                self.plan.filters.push(Cond::Truth {
                    column,
                    is_true: said != negated,
                });
            }
        }
    }

    /// `active users`, `users that are not verified`, `inactive users`, `products out of stock`.
    pub(crate) fn read_truths(&mut self) {
        for at in 0..self.items.len() {
            if !self.is_free(at) {
                continue;
            }
            match self.items[at].kind.clone() {
                Kind::Phrase(Phrase::Exhausted) => self.read_stock(at, false),
                Kind::Phrase(Phrase::Stocked) => self.read_stock(at, true),
                Kind::Mention(..) => self.read_truth(at),
                Kind::Word | Kind::Value(_) => {
                    self.read_opposite(at);
                    if self.is_free(at) && self.items[at].kind == Kind::Word {
                        self.read_gone(at);
                    }
                }
                _ => {}
            }
        }
    }

    fn read_truth(&mut self, at: usize) {
        if values::is_known(self.word(at)) && self.read_state_of_noun(at) {
            return;
        }
        let at_home = |id: ColumnId| {
            self.lexicon.column(id).sort == Sort::Truth && self.lexicon.column(id).table == self.home
        };
        let anywhere = |id: ColumnId| self.lexicon.column(id).sort == Sort::Truth;
        let word = self.word(at).to_owned();
        // "trial accounts": a value by itself, but here the table beside it has the column.
        let beside = self.table_near_after(at);
        let owned = self
            .column_where(at, anywhere)
            .is_some_and(|(id, score)| score >= 0.9 && beside == Some(self.lexicon.column(id).table));
        let known_value = values::is_known(&word) && !owned;
        // "made by admins": what those who did it are.
        let by = self
            .before(at)
            .is_some_and(|i| self.phrase(i) == Some(Phrase::By) && i > 0 && self.participle(i - 1));
        let found = self.column_where(at, at_home).or_else(|| {
            let least = if by { 0.6 } else { 0.9 };
            self.column_where(at, anywhere)
                .filter(|(_, score)| *score >= least && (by || !known_value))
        });
        let Some((column, score)) = found else {
            self.read_opposite(at);
            return;
        };
        let table_wins =
            matches!(self.entity(at), Some(super::reading::Entity::Table(_, table)) if table > score);
        if table_wins {
            return;
        }
        // "published per month": the moment is meant.
        let timed = self.after(at).is_some_and(|i| self.groups_time(i));
        if timed && self.column_where(at, |id| self.is_day(id)).is_some() {
            self.mark(at);
            return;
        }
        // "list the verified column": asked for, not said.
        let listed = self.asked_for(at);
        if listed {
            return;
        }
        // "patients per insured": the groups.
        let groups = self
            .before(at)
            .is_some_and(|i| self.phrase(i) == Some(Phrase::PerEach));
        if groups
            && self
                .items
                .get(at + 1)
                .is_none_or(|_| self.table(at + 1).is_none() && self.is_free(at + 1))
            && self.asks_aggregate()
        {
            return;
        }
        let not = self
            .negation_before(at)
            .or_else(|| self.before(at).filter(|i| self.phrase(*i) == Some(Phrase::None_)));
        let opposite = self.is_opposite_of(&word, column);
        if let Some(not) = not {
            self.mark(not);
        }
        self.mark(at);
        self.plan.filters.push(Cond::Truth {
            column,
            is_true: not.is_none() != opposite,
        });
    }

    /// The table that the next item names.
    fn table_near_after(&self, at: usize) -> Option<super::lexicon::TableId> {
        self.items.get(at + 1).and_then(|_| self.table_near(at + 1))
    }

    /// Whether a mention stands in a list of columns to show.
    fn asked_for(&self, at: usize) -> bool {
        let listed = |i: usize| matches!(self.items[i].kind, Kind::And | Kind::Comma);
        let name = self.raw(at);
        let spelled = name.contains('_') || (name != name.to_lowercase() && at > 0);
        // "closed on Mondays" is no spelling of a column.
        // "customers that are VIPs": a capital that no column is asked for by.
        let told = at > 0
            && !name.contains('_')
            && matches!(self.word(at - 1), "are" | "is" | "were" | "was" | "as" | "not");
        let whole = spelled && !told && (!name.contains(' ') || name.starts_with(char::is_uppercase));
        whole
            || (at > 0
                && listed(at - 1)
                && self
                    .items
                    .get(at + 1)
                    .is_some_and(|_| listed(at + 1) || self.word(at + 1) == "of"))
    }

    fn is_opposite_of(&self, word: &str, column: ColumnId) -> bool {
        let words = &self.lexicon.column(column).words;
        let direct = words.iter().any(|known| stem(known) == stem(word));
        !direct
            && OPPOSITES.iter().any(|prefix| {
                word.strip_prefix(prefix)
                    .is_some_and(|rest| words.iter().any(|known| stem(known) == stem(rest)))
            })
    }

    /// `inactive` where the schema knows `active`.
    fn read_opposite(&mut self, at: usize) {
        let word = self.word(at).to_owned();
        let mut positives: Vec<String> = OPPOSITES
            .iter()
            .filter_map(|prefix| word.strip_prefix(prefix))
            .filter(|rest| rest.len() > 2)
            .map(str::to_owned)
            .collect();
        let prefixed = positives.len();
        positives.extend(
            ANTONYMS
                .iter()
                .filter(|(negative, _)| *negative == word)
                .map(|(_, positive)| (*positive).to_owned()),
        );
        let matches = |id: &ColumnId, text: &str| {
            let entry = self.lexicon.column(*id);
            let root = stem(text);
            entry.words.iter().any(|known| {
                stem(known) == root
                    || shorthand::long_forms(known).iter().any(|long| stem(long) == root)
                    || shorthand::may_shorten(known, text)
            })
        };
        let truth = |id: &ColumnId| self.lexicon.column(*id).sort == Sort::Truth;
        let found = positives.iter().find_map(|text| {
            self.lexicon
                .columns_of(self.home)
                .find(|id| truth(id) && matches(id, text))
        });
        // "who failed a course", where the rows between have it.
        let elsewhere = || {
            let told = at
                .checked_sub(1)
                .is_some_and(|i| matches!(self.word(i), "who" | "that" | "which" | "have" | "has"));
            let text = positives.get(prefixed).filter(|_| told && word != "booked")?;
            let mut held = self
                .lexicon
                .table_ids()
                .filter(|table| self.reachable(*table))
                .flat_map(|table| self.lexicon.columns_of(table))
                .filter(|id| truth(id) && matches(id, text));
            held.next().filter(|_| held.next().is_none())
        };
        // "customers with 2 or more unpaid invoices": what the rows beside it tell.
        let beside = self
            .items
            .get(at + 1)
            .and_then(|_| self.table(at + 1))
            .filter(|table| *table != self.home && self.reachable(*table));
        let beside_truth = || {
            let table = beside?;
            positives.iter().find_map(|text| {
                self.lexicon
                    .columns_of(table)
                    .find(|id| truth(id) && matches(id, text))
            })
        };
        if let Some(column) = found.or_else(beside_truth).or_else(elsewhere) {
            self.mark(at);
            self.plan.filters.push(Cond::Truth {
                column,
                is_true: false,
            });
            return;
        }
        // "unpaid invoices" where paid_at is a moment.
        // Everything has been opened once: what is closed is not told by that.
        let told = |(place, text): &(usize, &String)| {
            *place < prefixed || !matches!(text.as_str(), "open" | "active" | "available" | "enabled" | "new")
        };
        let moments = positives.iter().enumerate().filter(told).map(|(_, text)| text);
        let moment = moments.into_iter().find_map(|text| {
            let tables = [Some(self.home), beside];
            tables
                .into_iter()
                .flatten()
                .flat_map(|table| self.lexicon.columns_of(table))
                .find(|id| {
                    let dated = self.is_day(*id) || self.lexicon.column(*id).sort == Sort::Year;
                    dated && matches(id, text) && !roles::is_planned(self.lexicon, *id)
                })
        });
        let sampled = self.lexicon.columns_of(self.home).any(|id| {
            self.lexicon
                .column(id)
                .column
                .samples
                .iter()
                .any(|sample| sample.eq_ignore_ascii_case(&word))
        });
        if let (Some(column), false) = (moment, sampled) {
            self.mark(at);
            self.plan.filters.push(Cond::Null {
                column,
                is_null: true,
            });
        }
    }

    /// `employees who left`, `former members`: there is a day on which it ended. `Current` ones have none.
    fn read_gone(&mut self, at: usize) {
        let gone = matches!(
            self.word(at),
            "left" | "quit" | "former" | "resigned" | "departed" | "gone"
        );
        if !gone && self.word(at) != "current" {
            return;
        }
        let hint = [
            "termination",
            "terminated",
            "exit",
            "separation",
            "resignation",
            "leave",
            "left",
            "leaving",
        ];
        let Some(column) = self.hinted(self.home, &hint, |id| self.is_day(id)) else {
            return;
        };
        let not = self.negation_before(at);
        if let Some(not) = not {
            self.mark(not);
        }
        self.mark(at);
        self.plan.filters.push(Cond::Null {
            column,
            is_null: gone == not.is_some(),
        });
    }

    fn read_stock(&mut self, at: usize, some: bool) {
        let hint = [
            "hand",
            "stock",
            "quantity",
            "inventory",
            "qty",
            "available",
            "units",
            "count",
            "copies",
        ];
        if let Some(column) = self.hinted(self.home, &hint, |id| self.is_measure(id)) {
            self.mark(at);
            // "the quantity in stock" is that column.
            let is_itself = self
                .before(at)
                .and_then(|i| self.column(i))
                .is_some_and(|(id, _)| id == column);
            if is_itself && self.asks_aggregate() {
                return;
            }
            let op = if some { Op::Gt } else { Op::Eq };
            self.plan.filters.push(Cond::Compare(
                Expr::Column(column),
                op,
                Literal::Number("0".into()),
            ));
        } else if let Some(column) =
            self.hinted(self.home, &hint, |id| self.lexicon.column(id).sort == Sort::Truth)
        {
            self.mark(at);
            self.plan.filters.push(Cond::Truth {
                column,
                is_true: some,
            });
        } else {
            self.read_stock_elsewhere(at, some, &hint);
        }
    }

    /// `items out of stock`, where another table holds how many there are of each.
    fn read_stock_elsewhere(&mut self, at: usize, some: bool, hint: &[&str]) {
        let lexicon = self.lexicon;
        let mut holders: Vec<(u32, ColumnId)> = lexicon
            .table_ids()
            .filter(|table| *table != self.home && self.reachable(*table))
            .filter_map(|table| {
                // Only where how many there are is said, not how many were ordered.
                let stocked = |word: &String| matches!(word.as_str(), "hand" | "stock" | "inventory");
                let spoken = lexicon.table(table).words.iter().any(stocked);
                let column = self.hinted(table, hint, |id| {
                    self.is_measure(id) && (spoken || lexicon.column(id).words.iter().any(stocked))
                })?;
                Some((self.distance(table), column))
            })
            .collect();
        holders.sort();
        let Some((_, column)) = holders.first().copied() else {
            return;
        };
        let table = lexicon.column(column).table;
        let Some(mut related) = self.related(table).filter(|related| related.steps.len() == 1) else {
            return;
        };
        let op = if some { Op::Gt } else { Op::Eq };
        related.filters.push(Cond::Compare(
            Expr::Column(column),
            op,
            Literal::Number("0".into()),
        ));
        self.mark(at);
        if self.word(at + 1) == "somewhere" || self.word(at + 1) == "anywhere" {
            self.mark(at + 1);
        }
        self.plan.filters.push(Cond::Exists {
            related,
            negated: false,
        });
    }
}
