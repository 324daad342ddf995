//! How much of the names in a plan the question says, and how much of the question the names and values of the plan say again.

use super::super::items::Kind;
use super::super::lexicon::{ColumnId, Lexicon, TableId};
use super::super::plan::{Cond, Expr, Literal, Plan};
use super::super::stem::{singular, stem};
use super::super::text::Token;
use super::super::words;
use super::{Chosen, Signal, Signals, tables_of};

/// From this on a word of the schema is the word of the question, not only kin to it.
const SAME: f32 = 0.95;

pub(super) fn measure(chosen: &Chosen<'_>, all: &mut Signals) {
    let asked = Asked::new(chosen.reading.tokens);
    names(chosen, &asked, all);
    let said = Said::new(chosen);
    silence(chosen, &said, all);
    unread(chosen, &said, &asked, all);
}

/// The words of the question.
struct Asked<'q> {
    tokens: &'q [Token],
    joined: String,
}

impl<'q> Asked<'q> {
    fn new(tokens: &'q [Token]) -> Asked<'q> {
        let joined = tokens.iter().map(|token| token.lower.as_str()).collect();
        Asked { tokens, joined }
    }

    /// Whether the question says a word of a name, perhaps as a part of a longer word.
    fn has(&self, word: &str) -> bool {
        let own = stem(word);
        self.tokens.iter().any(|token| token.stem == own) || (word.len() > 3 && self.joined.contains(word))
    }
}

/// The words of a column's name that its table's name does not have.
fn own_words<'l>(lexicon: &'l Lexicon<'_>, id: ColumnId) -> Vec<&'l str> {
    let entry = lexicon.column(id);
    let table = &lexicon.table(entry.table).words;
    let words = entry.words.iter().filter(|word| !table.contains(&singular(word)));
    words.map(String::as_str).collect()
}

/// The share of some words that the question does not say.
fn silent_share<'w>(words: impl Iterator<Item = &'w str>, asked: &Asked<'_>) -> f64 {
    let (mut total, mut silent) = (0.0, 0.0);
    for word in words {
        total += 1.0;
        silent += f64::from(u8::from(!asked.has(word)));
    }
    if total > 0.0 { silent / total } else { 0.0 }
}

/// How much of the plan's names nobody said.
fn names(chosen: &Chosen<'_>, asked: &Asked<'_>, all: &mut Signals) {
    let lexicon = chosen.reading.lexicon;
    let plan = &chosen.reading.plan;
    let silent = |ids: &[ColumnId]| -> f64 {
        let shares = ids
            .iter()
            .map(|id| silent_share(own_words(lexicon, *id).into_iter(), asked));
        shares.sum::<f64>().min(3.0)
    };
    let shown: Vec<ColumnId> = plan
        .select
        .iter()
        .filter_map(|expr| match expr {
            Expr::Column(id) | Expr::Apply(_, id) | Expr::CountDistinct(id) | Expr::Bucket(_, id) => {
                Some(*id)
            }
            _ => None,
        })
        .collect();
    let (mut equal, mut other) = (Vec::new(), Vec::new());
    for cond in &plan.filters {
        let found = if matches!(cond, Cond::OneOf { .. }) {
            &mut equal
        } else {
            &mut other
        };
        cond.columns(found);
    }
    all.set(Signal::ShownSilent, silent(&shown));
    all.set(Signal::EqualSilent, silent(&equal));
    all.set(Signal::FilterSilent, silent(&other));
    let table = |id: TableId| silent_share(lexicon.table(id).words.iter().map(String::as_str), asked);
    all.set(Signal::HomeSilent, table(chosen.reading.home));
    let joined: f64 = chosen.joins.iter().map(|step| table(step.added)).sum();
    all.set(Signal::JoinedSilent, joined.min(3.0));
}

/// What the plan says: the tables and columns it reads, the stems of their words, and its values.
pub(in super::super) struct Said {
    pub(in super::super) tables: Vec<TableId>,
    pub(in super::super) columns: Vec<ColumnId>,
    pub(in super::super) stems: Vec<String>,
    values: String,
}

impl Said {
    pub(in super::super) fn new(chosen: &Chosen<'_>) -> Said {
        let plan = &chosen.reading.plan;
        let lexicon = chosen.reading.lexicon;
        let mut tables = tables_of(chosen);
        let mut columns = plan.columns();
        for cond in &plan.filters {
            if let Some(related) = cond.related() {
                tables.extend(related.steps.iter().map(|step| step.added));
                related.filters.iter().for_each(|cond| cond.columns(&mut columns));
            }
        }
        let of_tables = tables.iter().flat_map(|id| &lexicon.table(*id).words);
        let of_columns = columns.iter().flat_map(|id| &lexicon.column(*id).words);
        let stems = of_tables.chain(of_columns).map(|word| stem(word)).collect();
        Said {
            tables,
            columns,
            stems,
            values: values(plan),
        }
    }
}

/// The texts that a plan compares with, in lower case.
fn values(plan: &Plan) -> String {
    let mut found = String::new();
    for cond in &plan.filters {
        match cond {
            Cond::OneOf { values, .. } => {
                for value in values {
                    if let Literal::Text(text) = value {
                        found.push_str(&text.to_lowercase());
                        found.push(' ');
                    }
                }
            }
            Cond::Like { text, .. } => found.push_str(&text.to_lowercase()),
            _ => {}
        }
    }
    found
}

/// Words of the question that the plan does not say.
fn silence(chosen: &Chosen<'_>, said: &Said, all: &mut Signals) {
    let reading = &chosen.reading;
    let lexicon = reading.lexicon;
    let inside = |token: &Token| {
        said.tables
            .iter()
            .flat_map(|table| lexicon.columns_of(*table))
            .flat_map(|id| &lexicon.column(id).words)
            .any(|word| stem(word) == token.stem)
    };
    let (mut total, mut silent, mut known, mut outside) = (0, 0, 0, 0);
    let items = reading.items.iter().filter(|item| {
        !matches!(
            item.kind,
            Kind::Phrase(_) | Kind::Number(_) | Kind::Period(_) | Kind::Quoted(..)
        )
    });
    for token in items.flat_map(|item| &reading.tokens[item.start..item.end]) {
        let word = token.lower.as_str();
        if !token.is_word() || words::STOP.contains(word) || words::VERBS.contains(word) {
            continue;
        }
        total += 1;
        if said.stems.contains(&token.stem) || said.values.contains(word) {
            continue;
        }
        silent += 1;
        let senses = lexicon.senses(word, &token.stem);
        if senses.iter().any(|(_, weight)| *weight >= SAME) {
            known += 1;
            outside += usize::from(!inside(token));
        }
    }
    all.set(Signal::SilentShare, f64::from(silent) / f64::from(total.max(1)));
    all.count(Signal::KnownSilent, known, 3);
    all.count(Signal::KnownOutside, outside, 3);
}

/// Columns of the plan's tables that the question says in full and that are not read.
fn unread(chosen: &Chosen<'_>, said: &Said, asked: &Asked<'_>, all: &mut Signals) {
    let lexicon = chosen.reading.lexicon;
    let (mut full, mut long) = (0, 0);
    for id in said.tables.iter().flat_map(|table| lexicon.columns_of(*table)) {
        if said.columns.contains(&id) {
            continue;
        }
        let own = own_words(lexicon, id);
        if own.iter().any(|word| word.len() > 2) && own.iter().all(|word| asked.has(word)) {
            full += 1;
            long += usize::from(own.len() > 1);
        }
    }
    let home = chosen.reading.home;
    let outside = said
        .columns
        .iter()
        .filter(|id| lexicon.column(**id).table != home);
    all.count(Signal::FullUnread, full, 3);
    all.count(Signal::LongUnread, long, 2);
    all.count(Signal::ReadOutside, outside.count(), 4);
}
