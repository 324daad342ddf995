//! Recognises the other row that a key refers to, where a join alone cannot say which: a manager, a home club, where a trip begins.

use super::items::Kind;
use super::lexicon::{ColumnId, Lexicon, TableId};
use super::placing::Found;
use super::plan::{Across, Cond, Expr, Literal};
use super::reading::{Entity, Reading};
use super::roles;
use super::stem::stem;

/// Words of keys that say where something begins, and where it ends.
const BEGINS: &[&str] = &[
    "origin",
    "source",
    "src",
    "departure",
    "from",
    "start",
    "sender",
    "pickup",
];
const ENDS: &[&str] = &[
    "destination",
    "dest",
    "dst",
    "arrival",
    "to",
    "end",
    "recipient",
    "target",
    "receiver",
    "dropoff",
];

/// Whether a column says where something begins or ends, and the word before its value says the other.
pub(crate) fn contradicts(lexicon: &Lexicon<'_>, column: ColumnId, word: &str) -> bool {
    let words = &lexicon.column(column).words;
    let says = |list: &[&str]| words.iter().any(|known| list.contains(&known.as_str()));
    match word {
        "from" | "leaving" | "departing" => says(ENDS),
        "to" | "into" | "towards" | "reaching" => says(BEGINS),
        _ => false,
    }
}

/// A key of the home table that a question has to tell from others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Role {
    pub key: ColumnId,
    pub target: ColumnId,
    /// Whether it refers to rows of the home table itself.
    pub own: bool,
    /// Whether the other rows refer to the home table as well: who heads a department is one of many who work in it.
    pub mutual: bool,
}

impl Reading<'_> {
    /// Recognises what is asked of such rows; the words that say so are used up.
    pub(crate) fn read_counterparts(&mut self) {
        let roles = self.roles();
        if roles.is_empty() {
            return;
        }
        self.read_under(&roles);
        self.read_ends(&roles);
        let mut mentioned: Vec<(usize, Role)> = Vec::new();
        for at in 0..self.items.len() {
            if let Some(role) = self.role_at(at, &roles).filter(|_| self.is_free(at)) {
                mentioned.push((at, role));
            }
        }
        let several = mentioned
            .iter()
            .any(|(_, role)| mentioned.iter().any(|(_, other)| other.key != role.key));
        for (at, role) in mentioned {
            if self.role_with_value(at, role) || !self.is_free(at) {
                continue;
            }
            if role.own {
                let _ = self.against_own(at, role) || self.shown_beside(at, role) || self.are_such(at, role);
            } else if (several || role.mutual) && self.targets[at] {
                self.mark(at);
                self.show_across(role);
            }
        }
    }

    /// The keys of the home table that refer to itself, or to a table that another of its keys refers to as well.
    fn roles(&self) -> Vec<Role> {
        let graph = &self.lexicon.graph;
        let own = graph
            .own
            .iter()
            .filter(|(key, _)| self.lexicon.column(*key).table == self.home);
        let mut found: Vec<Role> = own
            .map(|(key, target)| Role {
                key: *key,
                target: *target,
                own: true,
                mutual: false,
            })
            .collect();
        for link in graph
            .links
            .iter()
            .filter(|link| link.from == self.home && link.to != self.home)
        {
            let twins = graph
                .links
                .iter()
                .filter(|other| other.from == self.home && other.to == link.to)
                .count();
            let mutual = graph
                .links
                .iter()
                .any(|other| other.from == link.to && other.to == self.home);
            if let ([(key, target)], true) = (&link.pairs[..], twins > 1 || mutual) {
                found.push(Role {
                    key: *key,
                    target: *target,
                    own: false,
                    mutual,
                });
            }
        }
        found
    }

    /// The role that an item names, and no other as well.
    fn role_at(&self, at: usize, roles: &[Role]) -> Option<Role> {
        let Kind::Mention(mention, _) = &self.items[at].kind else {
            return None;
        };
        let score = |role: &Role| {
            let hit = mention.columns.iter().find(|hit| hit.id == role.key);
            let score = hit.map_or(0.0, |hit| hit.score);
            if self.says_role(at, *role) {
                score.max(0.9)
            } else {
                score
            }
        };
        let best = roles.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
        let alone = roles
            .iter()
            .all(|other| other.key == best.key || score(other) + 0.1 < score(best));
        let named = score(best) >= 0.6 && score(best) + 0.05 >= mention.score();
        (named && alone && !self.says_key(at)).then_some(*best)
    }

    /// Whether a word is what stands before the name of its own table's key: the supervisor of `supervisor_doctor_id`.
    fn says_role(&self, at: usize, role: Role) -> bool {
        let words = &self.lexicon.column(role.key).words;
        let key = &self.lexicon.column(role.target).words;
        let [said] = &self.tokens[self.items[at].start..self.items[at].end] else {
            return false;
        };
        role.own
            && key.len() > 1
            && words
                .strip_suffix(&key[..])
                .is_some_and(|before| matches!(before, [only] if stem(only) == said.stem))
    }

    /// What says which rows of a table a value means: the column whose samples hold it, or the names of its rows.
    fn naming(&self, table: TableId, found: &Found) -> Option<Vec<Cond>> {
        let one = |column: ColumnId, text: &str| Cond::OneOf {
            column,
            values: vec![Literal::Text(text.to_owned())],
            negated: false,
        };
        let hit = found
            .hits
            .iter()
            .find(|hit| self.lexicon.column(hit.column).table == table);
        if let Some(hit) = hit {
            return Some(vec![one(hit.column, &hit.value)]);
        }
        let labels = roles::names(self.lexicon, table);
        let parts: Vec<&str> = found.text.split_whitespace().collect();
        if let ([given, family], [first, last]) = (&parts[..], &labels[..]) {
            return Some(vec![one(*first, given), one(*last, family)]);
        }
        Some(vec![one(*labels.first()?, &found.text)])
    }

    /// A value that begins at an item and is written as one.
    pub(crate) fn value_from(&self, at: usize) -> Option<Found> {
        self.items.get(at)?;
        self.value_at(at).filter(|found| found.certain)
    }

    /// The value that ends right before an item.
    fn value_until(&self, end: usize) -> Option<Found> {
        (end.saturating_sub(4)..end).find_map(|at| {
            // The first word of a question is written with a capital anyway; two of them are a name.
            let name = |found: &Found| found.certain || found.start == 0 && found.end > 0;
            self.value_at(at)
                .filter(|found| found.end + 1 == end && name(found))
        })
    }

    /// `manager of Ann Weber`, `Ann Weber's manager`, `whose manager is Ann`, `home club Ajax`, `with Ajax as home club`.
    fn role_with_value(&mut self, at: usize, role: Role) -> bool {
        let table = self.lexicon.column(role.target).table;
        let is = |reading: &Self, i: usize| {
            matches!(
                reading.word(i),
                "is" | "was" | "are" | "were" | "of" | "called" | "named" | "the" | "as" | "="
            )
        };
        let mut next = at + 1;
        let mut of = false;
        while next < self.items.len() && is(self, next) && self.value_from(next).is_none() {
            of |= self.word(next) == "of";
            next += 1;
        }
        // "manager of employee Ann"
        if of && self.table(next).is_some_and(|named| named == table) && self.value_from(next + 1).is_some() {
            next += 1;
        }
        let possessor = at
            .checked_sub(1)
            .filter(|i| role.own && self.tokens[self.items[*i].end - 1].owns)
            .and_then(|_| self.value_until(at));
        if let Some(found) = possessor {
            return self.find_other(at, role, &found, true);
        }
        if let Some(found) = self.value_from(next) {
            if of && !role.own {
                return false;
            }
            return self.find_other(at, role, &found, of);
        }
        let mut before = at;
        while before > 0 && self.is_glue(before - 1) {
            before -= 1;
        }
        let linked =
            (before..at).any(|i| matches!(self.word(i), "as" | "is" | "was" | "were" | "are" | "at"));
        match self.value_until(before).filter(|_| linked) {
            Some(found) => self.find_other(at, role, &found, false),
            None => false,
        }
    }

    /// Adds the condition that the other row is called so; the other way round for the row that a named one refers to.
    pub(crate) fn find_other(&mut self, at: usize, role: Role, found: &Found, reverse: bool) -> bool {
        let table = self.lexicon.column(role.target).table;
        let Some(filters) = self.naming(table, found) else {
            return false;
        };
        let (column, shown) = if reverse {
            (role.target, role.key)
        } else {
            (role.key, role.target)
        };
        self.plan.filters.push(Cond::Among {
            column,
            shown,
            filters,
        });
        self.mark_all(at.min(found.start)..=at.max(found.end));
        if reverse && self.projected_columns().is_empty() && !self.asks_aggregate() {
            let labels = roles::label(self.lexicon, self.home);
            labels
                .into_iter()
                .for_each(|label| self.show(Expr::Column(label)));
        }
        true
    }

    /// `from Lisbon to Porto`, where one key says the beginning and another the end.
    fn read_ends(&mut self, roles: &[Role]) {
        let with = |words: &[&str]| {
            let said = |role: &&Role| {
                let column = &self.lexicon.column(role.key).words;
                !role.own && column.iter().any(|word| words.contains(&word.as_str()))
            };
            roles.iter().find(said).copied()
        };
        let (Some(begin), Some(end)) = (with(BEGINS), with(ENDS)) else {
            return;
        };
        for at in 0..self.items.len() {
            let role = match self.word(at) {
                "from" | "leaving" | "departing" | "starting" => begin,
                "to" | "into" | "towards" => end,
                _ => continue,
            };
            let table = self.lexicon.column(role.target).table;
            let start = (at + 1..self.items.len())
                .find(|i| !self.is_glue(*i) && self.table(*i) != Some(table))
                .filter(|i| self.is_free(*i));
            if let Some(found) = start.and_then(|i| self.value_from(i)) {
                let known = found.hits.is_empty()
                    || found
                        .hits
                        .iter()
                        .any(|hit| self.lexicon.column(hit.column).table == table);
                if known {
                    self.find_other(at, role, &found, false);
                }
            }
        }
    }

    /// `each employee and their manager`, `employees with the name of their manager`.
    fn shown_beside(&mut self, at: usize, role: Role) -> bool {
        let own = |word: &str| matches!(word, "their" | "his" | "her" | "its");
        let beside = self.head.is_some_and(|head| head < at)
            && self.targets[at]
            && at.checked_sub(1).is_some_and(|i| own(self.word(i)));
        if !beside {
            return false;
        }
        if self.projected_columns().iter().all(|(i, _)| *i == at) {
            let labels = roles::label(self.lexicon, self.home);
            labels
                .into_iter()
                .for_each(|label| self.show(Expr::Column(label)));
        }
        for i in self.head.unwrap_or(at)..at {
            if matches!(self.word(i), "name" | "names") {
                self.mark(i);
            }
        }
        self.mark(at);
        self.show_across(role);
        true
    }

    fn show_across(&mut self, role: Role) {
        let table = self.lexicon.column(role.target).table;
        let labels = roles::names(self.lexicon, table);
        if labels.is_empty() {
            self.show(Expr::Column(role.key));
        }
        for column in labels {
            self.show(Expr::Across(Across {
                key: role.key,
                target: role.target,
                column,
            }));
        }
    }

    /// `employees who are managers`: rows that others refer to.
    fn are_such(&mut self, at: usize, role: Role) -> bool {
        let plural = self.word(at).ends_with('s') && self.items[at].end - self.items[at].start == 1;
        let said = at
            .checked_sub(1)
            .is_some_and(|i| matches!(self.word(i), "are" | "all" | "list" | "show"))
            || at == 0;
        let head = self.head.is_none()
            || matches!(self.head.map(|head| self.entity(head)), Some(Some(Entity::Table(table, _))) if table == self.home);
        if !plural || !said || !head {
            return false;
        }
        self.mark(at);
        self.plan.filters.push(Cond::Among {
            column: role.target,
            shown: role.key,
            filters: vec![Cond::Null {
                column: role.key,
                is_null: false,
            }],
        });
        true
    }
}
