//! The state of reading a question: its items, the table it is about, and the plan that grows from them.

use std::cell::RefCell;

use super::graph::{Reach, Step};
use super::items::{Item, Kind};
use super::lexicon::{ColumnId, Lexicon, TableId};
use super::phrases::{Function, Phrase};
use super::plan::{Expr, Plan, Related};
use super::roles;
use super::text::Token;
use super::zones;

/// A question being read under the supposition that it is about one table.
#[derive(Clone)]
pub(crate) struct Reading<'q> {
    pub lexicon: &'q Lexicon<'q>,
    pub tokens: &'q [Token],
    pub items: Vec<Item>,
    pub home: TableId,
    /// The item that names the home table.
    pub head: Option<usize>,
    pub plan: Plan,
    /// What was supposed, for people.
    pub assumptions: Vec<String>,
    /// Tables that the question names.
    pub named: Vec<TableId>,
    distances: Vec<u32>,
    /// The ways from the home table, by the keys that were preferred.
    near: RefCell<Option<Near>>,
    /// Tables that must be joined although no column of theirs is read.
    pub via: Vec<TableId>,
    /// Aggregates to show, in the order of the question.
    pub aggregates: Vec<Expr>,
    /// Whether a group was asked for.
    pub grouped: bool,
    /// Sum of the scores of the links that were used, and their number.
    pub link_scores: (f32, u32),
    /// For each item, whether it stands where the question says what to show.
    pub targets: Vec<bool>,
    /// The columns that the question lists, and where.
    pub listed: Vec<(usize, ColumnId)>,
    /// The moment that a time was given to only because the table is home.
    pub supposed: Option<ColumnId>,
}

/// The ways from a table, where some keys are preferred.
#[derive(Debug, Clone)]
struct Near {
    home: TableId,
    keys: Vec<ColumnId>,
    reach: Reach,
}

/// What a mention is taken for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Entity {
    Table(TableId, f32),
    Column(ColumnId, f32),
}

impl<'q> Reading<'q> {
    pub(crate) fn new(
        lexicon: &'q Lexicon<'q>,
        tokens: &'q [Token],
        items: &[Item],
        home: TableId,
        head: Option<usize>,
    ) -> Reading<'q> {
        let distances = lexicon.graph.reach(&[home], &[]).distance;
        let mut reading = Reading {
            lexicon,
            tokens,
            items: items.to_vec(),
            home,
            head,
            plan: Plan::new(home),
            assumptions: Vec::new(),
            named: Vec::new(),
            distances,
            near: RefCell::default(),
            via: Vec::new(),
            aggregates: Vec::new(),
            grouped: false,
            link_scores: (0.0, 0),
            targets: zones::targets(items, tokens),
            listed: Vec::new(),
            supposed: None,
        };
        reading.find_named();
        reading.find_compounds();
        reading.find_owners();
        reading.find_listed_owners();
        reading.find_described_owners();
        reading.find_names();
        reading
    }

    /// The same reading with the rows of another table as its own.
    pub(crate) fn rebased(&self, home: TableId, head: usize) -> Reading<'q> {
        let mut other = self.clone();
        other.home = home;
        other.plan.home = home;
        other.head = Some(head);
        other.distances = self.lexicon.graph.reach(&[home], &[]).distance;
        other.near = RefCell::default();
        other
    }

    pub(crate) fn find_named(&mut self) {
        for at in 0..self.items.len() {
            if let Kind::Mention(mention, _) = &self.items[at].kind {
                let table = mention
                    .tables
                    .first()
                    .filter(|hit| hit.score >= 0.6 && hit.score >= mention.column_score() - 0.3);
                if let Some(id) = table.map(|hit| hit.id)
                    && !self.named.contains(&id)
                {
                    self.named.push(id);
                }
            }
        }
    }

    /// Runs the recognisers, from those that need the most context to those that take what is left.
    pub(crate) fn run(mut self) -> Reading<'q> {
        self.read_where_true();
        self.read_counterparts();
        self.read_totals();
        self.read_durations();
        self.read_ages();
        self.read_how();
        self.read_peers();
        self.read_spending();
        self.read_sellers();
        self.read_order();
        self.read_averages();
        self.read_absences();
        self.read_betweens();
        self.read_comparisons();
        self.read_likes();
        self.read_periods();
        self.read_days_of_week();
        self.read_truths();
        self.read_degrees();
        self.read_groups();
        self.read_values();
        self.read_numbers();
        self.read_aggregates();
        self.read_projection();
        self.finish();
        self.settle_units();
        self.settle_streets();
        self.settle_tops();
        self.settle_takings();
        self.settle_days();
        self.settle_birthdays();
        self
    }

    // ---- looking around ----

    /// The first word of an item, in lower case.
    pub(crate) fn word(&self, at: usize) -> &'q str {
        let tokens: &'q [Token] = self.tokens;
        self.items
            .get(at)
            .and_then(|item| tokens.get(item.start))
            .map_or("", |token| token.lower.as_str())
    }

    /// The item's text as written.
    pub(crate) fn raw(&self, at: usize) -> String {
        let item = &self.items[at];
        let words: Vec<&str> = self.tokens[item.start..item.end]
            .iter()
            .map(|token| token.text.as_str())
            .collect();
        words.join(" ")
    }

    pub(crate) fn phrase(&self, at: usize) -> Option<Phrase> {
        match self.items.get(at)?.kind {
            Kind::Phrase(phrase) => Some(phrase),
            _ => None,
        }
    }

    pub(crate) fn is_glue(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| item.kind == Kind::Glue)
    }

    /// The next item that is not glue.
    pub(crate) fn after(&self, at: usize) -> Option<usize> {
        (at + 1..self.items.len()).find(|i| !self.is_glue(*i))
    }

    /// The item before that is not glue.
    pub(crate) fn before(&self, at: usize) -> Option<usize> {
        (0..at).rev().find(|i| !self.is_glue(*i))
    }

    /// Whether an earlier `not` speaks of the item.
    pub(crate) fn negation_before(&self, at: usize) -> Option<usize> {
        let mut i = self.before(at)?;
        if self.phrase(i) == Some(Phrase::By) {
            i = self.before(i)?;
        }
        // One verb or column may stand between: "does not contain", "whose status is not".
        if matches!(self.items[i].kind, Kind::Word | Kind::Mention(..)) && self.phrase(i).is_none() {
            i = self
                .before(i)
                .filter(|not| self.phrase(*not) == Some(Phrase::Not))?;
        }
        (self.phrase(i) == Some(Phrase::Not) && at - i <= 5).then_some(i)
    }

    pub(crate) fn mark(&mut self, at: usize) {
        let score = match &self.items[at].kind {
            Kind::Mention(mention, _) if !self.items[at].used => Some(mention.score()),
            _ => None,
        };
        if let Some(score) = score {
            self.link_scores.0 += score;
            self.link_scores.1 += 1;
        }
        self.items[at].used = true;
    }

    pub(crate) fn mark_all(&mut self, range: std::ops::RangeInclusive<usize>) {
        for at in range {
            if at < self.items.len() {
                self.mark(at);
            }
        }
    }

    pub(crate) fn is_free(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| !item.used)
    }

    pub(crate) fn assume(&mut self, text: String) {
        if !self.assumptions.contains(&text) {
            self.assumptions.push(text);
        }
    }

    /// Whether any item asks for an aggregate or a ranking by one.
    pub(crate) fn asks_aggregate(&self) -> bool {
        self.items
            .iter()
            .any(|item| matches!(item.kind, Kind::Phrase(Phrase::Aggregate(_))))
            || (0..self.items.len()).any(|at| self.names_total(at) || self.asks_money(at))
    }

    /// `revenue per customer`: money that is added up, where no column is called so.
    fn asks_money(&self, at: usize) -> bool {
        let item = &self.items[at];
        item.kind == Kind::Word && roles::is_money(&self.tokens[item.start].stem)
    }

    /// `total fare`, where both words together name a column: its sum is asked for at once.
    pub(crate) fn names_total(&self, at: usize) -> bool {
        self.word(at) == "total"
            && self.items[at].end - self.items[at].start > 1
            && matches!(self.items[at].kind, Kind::Mention(..))
    }

    // ---- resolving names ----

    pub(crate) fn reachable(&self, table: TableId) -> bool {
        self.distances[table.0] != u32::MAX
    }

    pub(crate) fn distance(&self, table: TableId) -> u32 {
        self.distances[table.0]
    }

    /// The rows of `table` that belong to a row of the home table.
    pub(crate) fn related(&self, table: TableId) -> Option<Related> {
        let steps = self.joined(&[table])?;
        (!steps.is_empty()).then_some(Related {
            steps,
            filters: Vec::new(),
        })
    }

    /// The joins of the home table with others.
    fn joined(&self, wanted: &[TableId]) -> Option<Vec<Step>> {
        let graph = &self.lexicon.graph;
        let keys = self.mentioned_keys();
        let mut near = self.near.borrow_mut();
        if near
            .as_ref()
            .is_none_or(|near| near.home != self.home || near.keys != keys)
        {
            *near = Some(Near {
                home: self.home,
                reach: graph.reach(&[self.home], &keys),
                keys: keys.clone(),
            });
        }
        graph.join(self.home, &near.as_ref()?.reach, wanted, &keys)
    }

    /// Foreign key columns whose own words the question says, so that joins go by them.
    pub(crate) fn mentioned_keys(&self) -> Vec<ColumnId> {
        let mut keys = Vec::new();
        for item in &self.items {
            if let Kind::Mention(mention, _) = &item.kind {
                keys.extend(
                    mention
                        .columns
                        .iter()
                        .map(|hit| hit.id)
                        .filter(|id| self.lexicon.graph.target(*id).is_some()),
                );
            }
        }
        keys
    }

    /// Makes another table the one that a row of the answer stands for.
    pub(crate) fn move_home(&mut self, table: TableId) {
        self.home = table;
        self.plan.home = table;
        self.via.retain(|via| *via != table);
        self.distances = self.lexicon.graph.reach(&[table], &[]).distance;
    }

    /// The joins of the outer query.
    pub(crate) fn joins(&self) -> Option<Vec<Step>> {
        let mut wanted: Vec<TableId> = self.via.clone();
        wanted.extend(
            self.plan
                .columns()
                .into_iter()
                .map(|id| self.lexicon.column(id).table),
        );
        self.joined(&wanted)
    }

    /// Whether a join gives several rows for one row of the home table.
    pub(crate) fn fans_out(&self) -> bool {
        self.joins()
            .is_some_and(|steps| steps.iter().any(|step| self.lexicon.graph.fans_out(step)))
    }

    pub(crate) fn aggregate_at(&self, at: usize) -> Option<Function> {
        match self.phrase(at)? {
            Phrase::Aggregate(function) => Some(function),
            _ => None,
        }
    }
}
