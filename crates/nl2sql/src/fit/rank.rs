//! Puts the tables of a schema into the order in which a question needs them.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use super::asked::{Asked, Hit, words_of};
use super::ties::Ties;
use crate::schema::{Schema, Table};

/// What a place in a table counts: its name, its comment, a column's name, a column's comment, a sample value.
const NAME: f32 = 3.0;
const COMMENT: f32 = 1.2;
const COLUMN: f32 = 1.5;
const COLUMN_COMMENT: f32 = 0.8;
const VALUE: f32 = 2.0;
/// What is said of a table that a text names exactly.
const NAMED: f32 = 100.0;

/// A word that more tables have as well as this names none of them.
const MAX_TIES: usize = 8;
/// A name of which so much is said is named by itself.
const MOST: f32 = 0.99;
/// The most columns of one table that a question may need.
const MAX_COLUMNS: usize = 20;
/// So many of the tables that are named are joined with each other; a question of more has no clear join.
const MAX_JOINED: usize = 24;

/// The tables in the order in which they are needed.
#[derive(Debug)]
pub(super) struct Ranking {
    /// All tables, best first.
    pub order: Vec<usize>,
    /// How many at its beginning the question names, or their joins need.
    pub needed: usize,
    /// For each table, the columns that the question names, those that it says most of first.
    pub columns: Vec<Vec<usize>>,
    /// Whether the question names any table.
    pub is_linked: bool,
}

/// What a table has in common with a question.
struct Common {
    /// For each word, how well the best place of the table says it.
    by_term: Vec<Hit>,
    /// How much of its name is said, 0 to 1.
    name: f32,
    columns: Vec<usize>,
    is_named: bool,
    score: f32,
}

/// Ranks all tables.
pub(super) fn rank(schema: &Schema, asked: &Asked, with_values: bool) -> Ranking {
    let mut words = Words::default();
    // Every word once, so that it is known which words of the question nothing means.
    for table in &schema.tables {
        words.read(table, asked);
    }
    asked.guess();
    let mut commons: Vec<Common> = schema
        .tables
        .iter()
        .map(|table| words.common(table, asked, with_values))
        .collect();
    weigh(&mut commons, asked.terms());
    let linked = linked(&commons, asked.terms());
    let ties = Ties::new(schema);
    let is_linked = !linked.is_empty();
    let (order, needed) = order(&commons, linked, &ties);
    Ranking {
        order,
        needed,
        columns: commons.into_iter().map(|common| common.columns).collect(),
        is_linked,
    }
}

/// The words of names and comments, each text taken apart once.
#[derive(Default)]
struct Words<'a>(HashMap<&'a str, Rc<[String]>>);

impl<'a> Words<'a> {
    fn of(&mut self, text: &'a str) -> Rc<[String]> {
        Rc::clone(self.0.entry(text).or_insert_with(|| words_of(text).into()))
    }

    fn read(&mut self, table: &'a Table, asked: &Asked) {
        let columns = table.columns.iter();
        let texts = columns.flat_map(|column| [Some(column.name.as_str()), column.comment.as_deref()]);
        let own = [Some(table.name.as_str()), table.comment.as_deref()];
        for text in own.into_iter().chain(texts).flatten() {
            if !self.0.contains_key(text) {
                self.of(text).iter().for_each(|word| drop(asked.hits(word)));
            }
        }
    }

    fn common(&mut self, table: &'a Table, asked: &Asked, with_values: bool) -> Common {
        let mut common = Common {
            by_term: Vec::new(),
            name: 0.0,
            columns: Vec::new(),
            is_named: asked.is_named(&table.name),
            score: 0.0,
        };
        let mut named = Vec::new();
        common.name = self.name(&mut common.by_term, &table.name, NAME, asked);
        if let Some(comment) = table.comment.as_deref() {
            self.comment(&mut common.by_term, comment, COMMENT, asked);
        }
        for (at, column) in table.columns.iter().enumerate() {
            let said = self.name(&mut common.by_term, &column.name, COLUMN, asked);
            let comment = column.comment.as_deref();
            let told =
                comment.is_some_and(|text| self.comment(&mut common.by_term, text, COLUMN_COMMENT, asked));
            let value = match with_values {
                true => column.samples.iter().find_map(|value| asked.says(value)),
                false => None,
            };
            if let Some(term) = value {
                offer(&mut common.by_term, term, VALUE);
            }
            let is_sure = value.is_some() || asked.is_named(&column.name);
            let said = if is_sure {
                1.0
            } else {
                said.max(if told { 0.5 } else { 0.0 })
            };
            if said >= 0.5 {
                named.push((at, said));
            }
        }
        named.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        named.truncate(MAX_COLUMNS);
        common.columns = named.into_iter().map(|(at, _)| at).collect();
        common
    }

    /// Adds what a name says; gives how much of it is said.
    fn name(&mut self, by_term: &mut Vec<Hit>, name: &'a str, weight: f32, asked: &Asked) -> f32 {
        let words = self.of(name);
        let mut hits: Vec<Hit> = Vec::new();
        let mut said = 0.0;
        for word in words.iter() {
            let of_word = asked.hits(word);
            said += of_word.iter().map(|(_, sure)| *sure).fold(0.0, f32::max);
            hits.extend(of_word.iter());
        }
        let share = said / words.len().max(1) as f32;
        for (term, sure) in hits {
            offer(by_term, term, weight * sure * (0.3 + 0.7 * share));
        }
        share
    }

    /// Adds what a comment says; the longer it is, the less one word of it does. Gives whether it says anything.
    fn comment(&mut self, by_term: &mut Vec<Hit>, text: &'a str, weight: f32, asked: &Asked) -> bool {
        let words = self.of(text);
        let weight = weight / (1.0 + 0.05 * words.len() as f32);
        let mut any = false;
        for word in words.iter() {
            for (term, sure) in asked.hits(word).iter() {
                offer(by_term, *term, weight * sure);
                any = true;
            }
        }
        any
    }
}

fn offer(by_term: &mut Vec<Hit>, term: usize, weight: f32) {
    match by_term.iter_mut().find(|(known, _)| *known == term) {
        Some((_, best)) => *best = best.max(weight),
        None => by_term.push((term, weight)),
    }
}

/// Scores as BM25 does: a word that few tables have counts more (Robertson and Zaragoza, "The Probabilistic Relevance
/// Framework: BM25 and Beyond", 2009). A table's length is no matter, because each word counts where it fits best.
fn weigh(commons: &mut [Common], terms: usize) {
    let mut tables_with = vec![0_u32; terms];
    for (term, _) in commons.iter().flat_map(|common| &common.by_term) {
        tables_with[*term] += 1;
    }
    let all = commons.len() as f32;
    let rarity: Vec<f32> = tables_with
        .iter()
        .map(|with| (1.0 + (all - *with as f32 + 0.5) / (*with as f32 + 0.5)).ln())
        .collect();
    for common in commons {
        let words: f32 = common
            .by_term
            .iter()
            .map(|(term, sure)| rarity[*term] * sure)
            .sum();
        common.score = words + if common.is_named { NAMED } else { 0.0 };
    }
}

/// The tables that the question names, best first.
fn linked(commons: &[Common], terms: usize) -> Vec<usize> {
    let mut best = vec![0.0_f32; terms];
    for (term, sure) in commons.iter().flat_map(|common| &common.by_term) {
        best[*term] = best[*term].max(*sure);
    }
    let is_best = |(term, sure): &Hit| *sure >= 0.95 * best[*term];
    let mut tied = vec![0_usize; terms];
    for (term, _) in commons
        .iter()
        .flat_map(|common| common.by_term.iter().filter(|hit| is_best(hit)))
    {
        tied[*term] += 1;
    }
    let is_linked = |common: &Common| {
        let mut hits = common.by_term.iter();
        common.is_named || common.name >= MOST || hits.any(|hit| is_best(hit) && tied[hit.0] <= MAX_TIES)
    };
    let mut linked: Vec<usize> = (0..commons.len()).filter(|at| is_linked(&commons[*at])).collect();
    linked.sort_by(|a, b| by_score(commons, *a, *b));
    linked
}

fn by_score(commons: &[Common], a: usize, b: usize) -> std::cmp::Ordering {
    commons[b].score.total_cmp(&commons[a].score).then(a.cmp(&b))
}

/// All tables, and how many of them are needed.
fn order(commons: &[Common], linked: Vec<usize>, ties: &Ties) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = Vec::with_capacity(commons.len());
    let mut is_in = vec![false; commons.len()];
    let mut add = |order: &mut Vec<usize>, table: usize| {
        if !std::mem::replace(&mut is_in[table], true) {
            order.push(table);
        }
    };
    for (count, table) in linked.iter().enumerate() {
        if count > 0 && count < MAX_JOINED {
            for between in ties.between(&order, *table) {
                add(&mut order, between);
            }
        }
        add(&mut order, *table);
    }
    let needed = order.len();
    let mut neighbours: Vec<usize> = linked.iter().flat_map(|table| ties.neighbours(*table)).collect();
    neighbours.sort_by(|a, b| by_score(commons, *a, *b));
    neighbours.into_iter().for_each(|table| add(&mut order, table));
    let mut rest: Vec<usize> = (0..commons.len()).collect();
    let central = |table: usize| Reverse(ties.degree(table));
    rest.sort_by(|a, b| {
        let score = commons[*b].score.total_cmp(&commons[*a].score);
        score.then(central(*a).cmp(&central(*b))).then(a.cmp(b))
    });
    rest.into_iter().for_each(|table| add(&mut order, table));
    (order, needed)
}
