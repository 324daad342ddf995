//! The parts of a query, and forms of them that mean the same.

use super::condition::equal;
use super::names::Fnv;

/// The parts of a query in their normal form; all but the order are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub tables: Vec<String>,
    pub select: Vec<String>,
    pub filters: Vec<String>,
    pub groups: Vec<String>,
    pub order: Vec<String>,
    pub limits: Vec<String>,
}

impl Parts {
    pub(super) fn sorted(mut self) -> Parts {
        self.filters.sort_unstable();
        // The same condition twice is the same condition.
        self.filters.dedup();
        for list in [
            &mut self.tables,
            &mut self.select,
            &mut self.groups,
            &mut self.limits,
        ] {
            list.sort_unstable();
        }
        self
    }

    /// That there is a row; what is in it plays no part.
    pub(super) fn existence(mut self) -> String {
        self.select.clear();
        self.order.clear();
        format!("exists {}", self.mark())
    }

    /// That a row of one column is equal to `subject`; `None` for rows that are more than tables and conditions.
    pub(super) fn membership(mut self, subject: &str) -> Option<String> {
        let is_plain = self.groups.is_empty() && self.limits.is_empty();
        self.select.retain(|text| text != "distinct");
        match &self.select[..] {
            [column] if is_plain && !self.tables.is_empty() && !column.contains('(') => {
                self.filters.push(equal(subject.to_owned(), column.clone()));
                Some(self.sorted().existence())
            }
            _ => None,
        }
    }

    /// A short mark that stands for a query inside another one.
    pub(super) fn mark(&self) -> String {
        let lists = [
            &self.tables,
            &self.select,
            &self.filters,
            &self.groups,
            &self.order,
            &self.limits,
        ];
        format!("q:{:016x}", Fnv::of(&lists))
    }
}

/// `… LEFT JOIN t ON … WHERE t.key IS NULL`, where nothing else asks for `t`, says that there is no such row.
pub(super) fn anti_join_as_absence(parts: &mut Parts) {
    const LEFT: &str = "left ";
    const ON: &str = "left on ";
    let mut joined = parts.tables.iter().filter(|table| table.starts_with(LEFT));
    let (Some(table), None) = (joined.next().cloned(), joined.next()) else {
        return;
    };
    let label = table[LEFT.len()..].to_owned();
    let prefix = format!("{label}.");
    let is_absence = |text: &String| {
        let column = text
            .strip_prefix(&prefix)
            .and_then(|rest| rest.strip_suffix(" is null"));
        column.is_some_and(|column| !column.contains(' '))
    };
    let (on, rest): (Vec<String>, Vec<String>) = parts
        .filters
        .iter()
        .cloned()
        .partition(|text| text.starts_with(ON));
    let (absent, rest): (Vec<String>, Vec<String>) = rest.into_iter().partition(is_absence);
    let is_used = [&rest, &parts.select, &parts.groups, &parts.order]
        .into_iter()
        .any(|list| list.iter().any(|text| text.contains(&prefix)));
    if absent.len() != 1 || on.is_empty() || is_used {
        return;
    }
    let inner = Parts {
        tables: vec![label],
        filters: on.iter().map(|text| text[ON.len()..].to_owned()).collect(),
        ..Parts::default()
    };
    parts.tables.retain(|known| *known != table);
    parts.filters = rest;
    parts.filters.push(format!("not({})", inner.sorted().existence()));
}

/// `SELECT a … GROUP BY a` is `SELECT DISTINCT a`.
pub(super) fn groups_as_distinct(parts: &mut Parts) {
    if parts.groups.is_empty() || parts.filters.iter().any(|text| text.starts_with("having ")) {
        return;
    }
    let (mut groups, mut select) = (parts.groups.clone(), parts.select.clone());
    groups.sort_unstable();
    groups.dedup();
    select.sort_unstable();
    if groups == select {
        parts.groups.clear();
        parts.select.push("distinct".into());
    }
}
