//! Reads one stretch of a Chinese question between two 的: what it asks for, of what, and under which conditions.

use super::comparing::{between, compared, counted};
use super::literal::{coded, english_or_value, values, when};
use super::marks::Mark;
use super::part::Part;
use super::ranking::ranked;
use super::telling::{denied, lacking, pattern, placed, told};
use super::timing::timed;
use crate::engine::lexicon::TableId;
use crate::engine::text::{self, Shape, Token};

/// Tokens in the order of English.
pub(crate) type Said = Vec<Token>;

/// What one stretch says.
#[derive(Debug, Default, Clone)]
pub(crate) struct Clause {
    /// Columns and figures to show.
    pub ask: Vec<Said>,
    pub counts: bool,
    pub distinct: bool,
    /// Whether it asks which: 哪个城市.
    pub which: bool,
    /// Whether a column that it asks for holds numbers.
    pub measures: bool,
    /// What stands before the entity: values, states, degrees.
    pub adjectives: Vec<Said>,
    pub entity: Option<Said>,
    /// The table of the entity.
    pub home: Option<TableId>,
    pub conditions: Vec<Said>,
    /// A number that nothing compares: how many rows.
    pub number: Option<String>,
    pub highest: Option<Highest>,
    /// Whether it ranks by a figure of its rows already.
    pub figure: bool,
}

/// A ranking by a column, or by how many things there are.
#[derive(Debug, Clone)]
pub(crate) struct Highest {
    pub said: Said,
    pub counts: bool,
    pub descends: bool,
    /// The table of the column.
    pub home: Option<TableId>,
    /// Whether it ranks by a moment: 最早注册.
    pub timed: bool,
}

/// English words as tokens.
pub(crate) fn english(words: &str) -> Said {
    text::tokens(words)
}

/// A value as one token, whatever is in it.
pub(crate) fn value(text: &str) -> Said {
    let shape = if text.chars().all(char::is_alphanumeric) {
        Shape::Word
    } else {
        Shape::Quoted
    };
    vec![Token::new(text, shape)]
}

/// Whether a time is all that is to come or all that has been.
pub(super) fn is_open(period: &str) -> bool {
    matches!(period, "upcoming" | "past")
}

pub(super) fn quoted(text: &str) -> Said {
    vec![Token::new(text, Shape::Quoted)]
}

pub(super) fn joined(parts: &[Said]) -> Said {
    parts.concat()
}

impl Clause {
    /// Whether it says nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.ask.is_empty()
            && !self.counts
            && self.entity.is_none()
            && self.adjectives.is_empty()
            && self.conditions.is_empty()
            && self.highest.is_none()
            && self.number.is_none()
    }

    /// Reads the parts of a stretch.
    pub(crate) fn of(parts: &[Part]) -> Clause {
        let mut clause = Clause::default();
        let mut at = 0;
        while at < parts.len() {
            let rest = &parts[at..];
            at += clause
                .condition(rest)
                .or_else(|| clause.figure(rest))
                .unwrap_or_else(|| clause.plain(rest));
        }
        clause
    }

    /// A part that is no condition and no figure; gives how many parts it takes.
    fn plain(&mut self, rest: &[Part]) -> usize {
        match &rest[0] {
            Part::Name(name) if name.is_table() || (!name.is_known() && self.entity.is_none()) => {
                self.name_entity(english(&name.said));
                self.home = name.table_home;
            }
            Part::Name(name) => {
                self.measures |= name.measure;
                let sum = if name.total && name.measure { "sum of " } else { "" };
                self.ask.push(english(&format!("{sum}{}", name.said)));
            }
            Part::Value(..) => {
                let (said, taken) = values(rest);
                self.adjectives.push(said);
                return taken;
            }
            Part::Other(text) => self.adjectives.push(english_or_value(text)),
            Part::Coded(_, codes) => {
                let (said, taken) = coded(codes, rest);
                self.conditions.push(said);
                return taken;
            }
            Part::Person(text) => {
                // 赵敏医生 says whose name it is, 赵敏 alone leaves that to the schema.
                let told = matches!(rest.get(1), Some(Part::Name(name)) if name.is_table());
                self.conditions.push(if told {
                    joined(&[english("whose name is"), quoted(text)])
                } else {
                    joined(&[english("of"), value(text)])
                });
            }
            Part::Quoted(text) => self.adjectives.push(quoted(text)),
            Part::Surname(text) => self
                .conditions
                .push(joined(&[english("whose name starts with"), quoted(text)])),
            Part::Number(digits) => self.number = Some(digits.clone()),
            Part::Place(text) => self.conditions.push(joined(&[english("from"), value(text)])),
            // 即将举行的演唱会: upcoming ones.
            Part::Period(said) if is_open(said) => self.adjectives.push(english(said)),
            Part::Period(said) => self.conditions.push(english(&when(said))),
            Part::Said(said) => self.conditions.push(said.clone()),
            Part::Mark(Mark::Count) => self.counts = true,
            Part::Mark(Mark::Distinct) => self.distinct = true,
            Part::Mark(Mark::Which) => self.which = true,
            Part::Mark(Mark::Degree(said)) => self.adjectives.push(english(said)),
            Part::Mark(_) => {}
        }
        1
    }

    /// A second entity turns the first into what it belongs to: 客户订单 are the orders of customers.
    fn name_entity(&mut self, said: Said) {
        if let Some(owner) = self.entity.replace(said) {
            let mut of = english("of");
            of.extend(std::mem::take(&mut self.adjectives).concat());
            of.extend(owner);
            self.conditions.insert(0, of);
        }
    }

    /// 平均价格, 最高价格, 价格总和.
    fn figure(&mut self, rest: &[Part]) -> Option<usize> {
        let function = match &rest[0] {
            Part::Mark(Mark::Figure(said)) => *said,
            Part::Mark(Mark::Highest(true, _)) => "maximum",
            Part::Mark(Mark::Highest(false, _)) => "minimum",
            Part::Name(name) => {
                let said = match (rest.get(1), rest.get(2)) {
                    (Some(Part::Mark(Mark::FigureAfter(said))), _) => said,
                    (Some(Part::Mark(Mark::Figure(said))), None) if !name.is_table() => said,
                    _ => return None,
                };
                if name.is_table() {
                    self.name_entity(english(&name.said));
                    self.ask.push(english(said));
                } else {
                    self.ask.push(joined(&[english(said), english(&name.said)]));
                }
                return Some(2);
            }
            Part::Mark(Mark::FigureAfter(said)) => {
                self.ask.push(english(said));
                return Some(1);
            }
            _ => return None,
        };
        match rest.get(1) {
            Some(Part::Name(name)) => {
                self.ask.push(joined(&[english(function), english(&name.said)]));
                Some(2)
            }
            Some(Part::Mark(Mark::Count)) => {
                self.counts = true;
                Some(2)
            }
            _ => {
                self.ask.push(english(function));
                Some(1)
            }
        }
    }

    /// A condition that begins at the first part; gives how many parts it takes.
    fn condition(&mut self, rest: &[Part]) -> Option<usize> {
        let (said, taken) = counted(rest)
            .or_else(|| ranked(self, rest))
            .or_else(|| between(rest))
            .or_else(|| compared(rest))
            .or_else(|| pattern(rest))
            .or_else(|| told(rest))
            .or_else(|| lacking(rest))
            .or_else(|| denied(rest))
            .or_else(|| placed(rest))
            .or_else(|| timed(rest))?;
        if !said.is_empty() {
            self.conditions.push(said);
        }
        Some(taken)
    }
}
