//! Gives values the column they belong to: by samples, by the words beside them, or by what kind of value they are.

use super::chinese;
use super::codes;
use super::countries;
use super::items::Kind;
use super::languages;
use super::lexicon::ColumnId;
use super::link::ValueHit;
use super::phrases::Op;
use super::phrases::Phrase;
use super::plan::{Cond, Expr, Literal};
use super::reading::{Entity, Reading};
use super::roles;
use super::stem::singular;
use super::values;

/// A value with the items it came from.
pub(crate) struct Found {
    pub text: String,
    pub hits: Vec<ValueHit>,
    pub start: usize,
    pub end: usize,
    /// Whether it was written in quotes, with a capital, or as a sample is.
    pub certain: bool,
}

impl Reading<'_> {
    pub(crate) fn read_values(&mut self) {
        let mut at = 0;
        while at < self.items.len() {
            let Some(found) = self.value_at(at) else {
                at += 1;
                continue;
            };
            let end = found.end;
            self.place(found);
            at = end + 1;
        }
    }

    /// A value that begins at an item: quoted, known from samples, or words that nothing else explains.
    pub(crate) fn value_at(&self, at: usize) -> Option<Found> {
        if !self.is_free(at) {
            return None;
        }
        match &self.items[at].kind {
            Kind::Quoted(text, hits) => Some(Found {
                text: text.clone(),
                hits: hits.clone(),
                start: at,
                end: at,
                certain: true,
            }),
            Kind::Value(hits) => Some(Found {
                text: self.raw(at),
                hits: hits.clone(),
                start: at,
                end: at,
                certain: true,
            }),
            Kind::Mention(mention, hits) if !hits.is_empty() && mention.score() < 0.8 => Some(Found {
                text: self.raw(at),
                hits: hits.clone(),
                start: at,
                end: at,
                certain: true,
            }),
            Kind::Number(_) if self.is_address(at) => {
                let rest = self.words_from(at + 1);
                Some(Found {
                    text: format!("{} {}", self.raw(at), rest.text),
                    start: at,
                    certain: true,
                    ..rest
                })
            }
            Kind::Word => Some(self.words_from(at)),
            Kind::Mention(..) if self.entity(at).is_none() => Some(self.words_from(at)),
            Kind::Mention(mention, _)
                if values::is_known(self.word(at))
                    && self.known_place(self.word(at)).is_some()
                    && self.prefers_value(at, mention.score()) =>
            {
                Some(Found {
                    text: self.raw(at),
                    hits: Vec::new(),
                    start: at,
                    end: at,
                    certain: false,
                })
            }
            // A capital in the middle of a question that only a guess links to the schema.
            Kind::Mention(mention, _)
                if at > 0 && mention.score() < 0.6 && self.tokens[self.items[at].start].is_capital() =>
            {
                Some(self.words_from(at))
            }
            _ => None,
        }
    }

    /// `at address 12 Mill Lane`: a number and words in capitals after a column of texts.
    fn is_address(&self, at: usize) -> bool {
        let capital = self.items.get(at + 1).is_some_and(|next| {
            next.kind == Kind::Word && !next.used && self.tokens[next.start].is_capital()
        });
        let named = self
            .before(at)
            .filter(|i| at - i <= 2)
            .and_then(|i| self.column(i));
        capital && named.is_some_and(|(id, score)| score >= 0.7 && self.is_textual(id))
    }

    /// A well-known value that also links to a column elsewhere stays a value where the home table has a column for it.
    pub(crate) fn prefers_value(&self, at: usize, score: f32) -> bool {
        match self.entity(at) {
            Some(Entity::Column(id, _)) => {
                let linked =
                    self.lexicon.graph.target(id).is_some() && matches!(self.word(at + 1), "to" | "by");
                !linked && (self.lexicon.column(id).table != self.home || score < 0.8)
            }
            Some(Entity::Table(..)) => score < 0.7,
            None => true,
        }
    }

    /// Words with capitals that follow each other are one value.
    pub(crate) fn words_from(&self, at: usize) -> Found {
        let capital = |i: usize| {
            self.items.get(i).is_some_and(|item| {
                item.kind == Kind::Word && !item.used && self.tokens[item.start].is_capital()
            })
        };
        let mut end = at;
        if capital(at) || self.tokens[self.items[at].start].is_capital() {
            while capital(end + 1) || self.joins_names(end + 1) && capital(end + 2) {
                end += if capital(end + 1) { 1 } else { 2 };
            }
        }
        let text: Vec<String> = (at..=end).map(|i| self.raw(i)).collect();
        let certain = at > 0 && self.tokens[self.items[at].start].is_capital();
        Found {
            text: text.join(" "),
            hits: Vec::new(),
            start: at,
            end,
            certain,
        }
    }

    /// A small word within a name: `Lord of the Rings`, `Fast as a Fox` are not cut there.
    fn joins_names(&self, at: usize) -> bool {
        self.items.get(at).is_some_and(|item| {
            item.kind == Kind::Glue
                && matches!(
                    self.word(at),
                    "of" | "the" | "a" | "an" | "de" | "la" | "du" | "van" | "von" | "der" | "del" | "di"
                )
        })
    }

    pub(crate) fn place(&mut self, found: Found) {
        // A scrap of a Chinese question is no value.
        if !found.certain && chinese::is_scrap(&found.text) {
            return;
        }
        let not = self.negation_before(found.start).filter(|i| self.is_free(*i));
        // "delivered the most …": the verb tells no state.
        let ranked = (found.end + 1..found.end + 4).any(|i| matches!(self.phrase(i), Some(Phrase::Most(_))));
        if ranked && !found.certain {
            self.mark_all(found.start..=found.end);
            return;
        }
        let Some((column, neighbour)) = self
            .column_for(&found)
            .filter(|(column, _)| self.may_hold(&found, *column))
        else {
            return;
        };
        if let Some(i) = neighbour {
            self.mark(i);
        }
        if let Some(not) = not {
            self.mark(not);
        }
        self.mark_all(found.start..=found.end);
        if not.is_none() && self.place_parts(&found, column) {
            return;
        }
        if not.is_none() {
            self.place_with(&found, column);
        }
        let value = self.spelled(&found, column);
        self.add_value(column, value, not.is_some(), found.start);
    }

    /// `stalled or cancelled trips`: the word beside a value that has a column, joined to it, is a value of that column too.
    fn place_with(&mut self, found: &Found, column: ColumnId) {
        let Some(joint) = found.start.checked_sub(1) else {
            return;
        };
        let joined = match self.items[joint].kind {
            Kind::Or => true,
            Kind::And => Some(found.end + 1) == self.head,
            _ => false,
        };
        let Some(at) = joint.checked_sub(1).filter(|_| joined) else {
            return;
        };
        let samples = &self.lexicon.column(column).column.samples;
        let plain = self.items[at].kind == Kind::Word && self.is_free(at) && samples.is_empty();
        let begins = at == 0 || self.is_glue(at - 1) || matches!(self.items[at - 1].kind, Kind::Phrase(_));
        if !plain || !begins || values::classes(self.word(at)).next().is_some() {
            return;
        }
        let other = self.words_from(at);
        if other.end != at {
            return;
        }
        self.assume(format!(
            "\"{}\" is taken for a value of {}",
            other.text,
            self.column_title(column)
        ));
        self.mark(at);
        let value = self.spelled(&other, column);
        self.add_value(column, value, false, at);
    }

    /// `John Smith` where a first and a last name are kept apart.
    fn place_parts(&mut self, found: &Found, column: ColumnId) -> bool {
        let parts: Vec<&str> = found.text.split_whitespace().collect();
        let labels = roles::label(self.lexicon, self.lexicon.column(column).table);
        let ([given, family], [first, last]) = (&parts[..], &labels[..]) else {
            return false;
        };
        if !found.hits.is_empty() || !labels.contains(&column) {
            return false;
        }
        self.add_value(*first, Literal::Text((*given).to_owned()), false, found.start);
        self.add_value(*last, Literal::Text((*family).to_owned()), false, found.start);
        true
    }

    /// A plain word is no value of a column of numbers, nor of one whose samples all differ.
    pub(crate) fn may_hold(&self, found: &Found, column: ColumnId) -> bool {
        if found.certain {
            return true;
        }
        let entry = self.lexicon.column(column);
        let number =
            self.is_measure(column) || entry.sort == super::lexicon::Sort::Truth || self.is_day(column);
        let few = !entry.column.samples.is_empty() && entry.column.samples.len() < 40;
        let Literal::Text(text) = self.spelled(found, column) else {
            return !number;
        };
        !number && (!few || entry.column.samples.contains(&text))
    }

    /// The value as the database is likely to hold it: as sampled, as quoted, or a plain noun in the singular.
    pub(crate) fn spelled(&self, found: &Found, column: ColumnId) -> Literal {
        if let Some(hit) = found.hits.iter().find(|hit| hit.column == column) {
            return Literal::Text(hit.value.clone());
        }
        let samples = &self.lexicon.column(column).column.samples;
        let lower = found.text.to_lowercase();
        if let Some(sample) = samples
            .iter()
            .find(|sample| sample.to_lowercase() == lower || sample.to_lowercase() == singular(&lower))
        {
            return Literal::Text(sample.clone());
        }
        if let Some(code) = languages::value_of(&lower, self.lexicon.column(column)) {
            return Literal::Text(code);
        }
        if let Some(letters) = countries::letters_in(self.lexicon.column(column))
            && let Some(code) = countries::code_of(&lower, letters)
        {
            return Literal::Text(code);
        }
        if codes::are_codes(samples)
            && let Some(code) = codes::code_of(&lower, samples)
        {
            return Literal::Text(code.clone());
        }
        let initial = lower.chars().next().map(|c| c.to_uppercase().to_string());
        let coded = samples
            .iter()
            .any(|sample| Some(sample.to_uppercase()) == initial)
            || (samples.is_empty()
                && self
                    .lexicon
                    .column(column)
                    .column
                    .type_name
                    .to_lowercase()
                    .replace(' ', "")
                    == "char(1)");
        if let Some(initial) =
            initial.filter(|_| coded && (values::is_known(&lower) || codes::is_known(&lower)))
        {
            return Literal::Text(
                samples
                    .iter()
                    .find(|sample| sample.to_uppercase() == initial)
                    .cloned()
                    .unwrap_or(initial),
            );
        }
        let plain = !found.certain && !matches!(self.items[found.start].kind, Kind::Quoted(..));
        if plain && values::is_known(&lower) && !values::is_exactly_known(&lower) {
            Literal::Text(singular(&lower))
        } else {
            Literal::Text(found.text.clone())
        }
    }

    /// Adds a condition, or a further value to the condition that `or` or a comma continues.
    pub(crate) fn add_value(&mut self, column: ColumnId, value: Literal, negated: bool, at: usize) {
        let continues = self
            .before(at)
            .is_some_and(|i| matches!(self.items[i].kind, Kind::Or | Kind::And | Kind::Comma));
        if continues {
            let last = self.plan.filters.iter_mut().rev().find_map(|cond| match cond {
                Cond::OneOf {
                    column: known,
                    values,
                    ..
                } if *known == column => Some(values),
                _ => None,
            });
            if let Some(values) = last {
                if !values.contains(&value) {
                    values.push(value);
                }
                return;
            }
        }
        self.plan.filters.push(Cond::OneOf {
            column,
            values: vec![value],
            negated,
        });
    }

    /// Numbers that stand for a key or for the column beside them: `order 5`, `room 12`, `year 2024`.
    pub(crate) fn read_numbers(&mut self) {
        for at in 0..self.items.len() {
            let Kind::Number(number) = self.items[at].kind.clone() else {
                continue;
            };
            if !self.is_free(at) {
                continue;
            }
            // "3 credits": the number comes first.
            if let Some(column) = self
                .number_column(at + 1)
                .filter(|_| self.is_free(at + 1) && self.table(at + 1).is_none())
            {
                self.mark_all(at..=at + 1);
                self.plan.filters.push(Cond::Compare(
                    Expr::Column(column),
                    Op::Eq,
                    Literal::Number(number),
                ));
                continue;
            }
            let Some(before) = self.before(at).filter(|i| at - i <= 3) else {
                continue;
            };
            let target = match self.entity(before) {
                Some(Entity::Column(id, score)) if score >= 0.5 && !self.is_day(id) => Some((id, before)),
                Some(Entity::Table(table, _)) if at - before == 1 && self.reachable(table) => {
                    self.lexicon.primary_key(table).map(|id| (id, before))
                }
                _ => None,
            };
            let Some((column, beside)) = target else {
                continue;
            };
            if self.table(beside).is_none_or(|table| table != self.home) {
                self.mark(beside);
            }
            let not = self.negation_before(at).is_some();
            self.mark(at);
            let op = if not { Op::Ne } else { Op::Eq };
            self.plan
                .filters
                .push(Cond::Compare(Expr::Column(column), op, Literal::Number(number)));
        }
    }
}
