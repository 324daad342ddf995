//! How far two queries mean the same, told from their trees alone.
//!
//! A query is read into a normal form in which spelling plays no part: aliases are replaced by what they stand for, columns
//! carry their tables, conditions of `WHERE` and of inner joins stand in one set, `COUNT(1)` is `COUNT(*)`. Queries with the same
//! form mean the same; the reverse does not hold, because whether any two queries mean the same cannot be decided.

mod condition;
mod expr;
mod form;
mod from;
mod names;
mod parts;

#[cfg(test)]
mod tests;

use crate::check::{CheckedSql, parse_trusted};
use crate::lex::Lexer;
use crate::{Dialect, Schema};
use form::Reader;
use names::Scope;
use parts::Parts;

/// The longest query that is read, in lexemes; answers have some dozens. Texts grow with the square of the depth.
const MAX_LEXEMES: usize = 2_000;

/// What each part of a query weighs, for those that at least one of two queries has: tables, columns, conditions, groups,
/// order, limit. A wrong condition spoils a result as a wrong column does; a wrong order often does not.
const WEIGHTS: [f64; 6] = [2.0, 3.0, 3.0, 2.0, 1.0, 1.0];

/// What a query means, in a form that can be compared.
#[derive(Debug, Clone)]
pub struct Meaning {
    parts: Parts,
    /// With the instances of a table that is joined to itself numbered from the other end.
    other: Option<Parts>,
    names: u32,
    bound: u32,
}

impl Meaning {
    /// The meaning of a query that passed the checks; `None` when it is too long to be read.
    pub fn of(checked: &CheckedSql, schema: Option<&Schema>) -> Option<Meaning> {
        Meaning::read(checked.sql(), checked.dialect(), schema)
    }

    /// The meaning of a text that is trusted to be one query; `None` when it is not one, or too long.
    pub fn read(sql: &str, dialect: Dialect, schema: Option<&Schema>) -> Option<Meaning> {
        let mut lexer = Lexer::strict(sql, dialect);
        let mut lexemes = Vec::new();
        while let Some(lexeme) = lexer.next().ok()? {
            lexemes.push(lexeme);
        }
        if lexemes.is_empty() || lexemes.len() > MAX_LEXEMES {
            return None;
        }
        parse_trusted(&lexemes, dialect, |query| {
            let mut reader = Reader::new(schema, false);
            let parts = reader.query(query, &Scope::default());
            let (names, bound) = (reader.names, reader.bound);
            let other = reader.has_twins.then(|| {
                let mut reversed = Reader::new(schema, true);
                reversed.query(query, &Scope::default())
            });
            Meaning {
                parts,
                other,
                names,
                bound,
            }
        })
    }

    /// How far two queries mean the same, from 0 to 1; 1 only when their forms are the same.
    pub fn agreement(&self, other: &Meaning) -> f64 {
        let straight = likeness(&self.parts, &other.parts);
        match &other.other {
            Some(reversed) => straight.max(likeness(&self.parts, reversed)),
            None => straight,
        }
    }

    /// Whether both have the same form.
    pub fn is_same(&self, other: &Meaning) -> bool {
        self.parts == other.parts || other.other.as_ref() == Some(&self.parts)
    }

    /// The share of the names of columns that lead to a column of the schema, each use counted; `None` when there are none.
    pub fn bound_share(&self) -> Option<f64> {
        (self.names > 0).then(|| f64::from(self.bound) / f64::from(self.names))
    }
}

fn likeness(a: &Parts, b: &Parts) -> f64 {
    if a == b {
        return 1.0;
    }
    let pairs = [
        (&a.tables, &b.tables),
        (&a.select, &b.select),
        (&a.filters, &b.filters),
        (&a.groups, &b.groups),
        (&a.order, &b.order),
        (&a.limits, &b.limits),
    ];
    let (mut sum, mut all) = (0.0, 0.0);
    for (at, ((one, two), weight)) in pairs.into_iter().zip(WEIGHTS).enumerate() {
        if one.is_empty() && two.is_empty() {
            continue;
        }
        const ORDER: usize = 4;
        let alike = if at == ORDER {
            in_order(one, two)
        } else {
            shared(one, two)
        };
        sum += weight * alike;
        all += weight;
    }
    // Forms differ in something, if only in how their parts hang together.
    if all > 0.0 { (sum / all).min(0.99) } else { 0.0 }
}

/// Shared entries over all entries, each as often as it stands there; both lists are sorted.
fn shared(one: &[String], two: &[String]) -> f64 {
    let (mut at, mut to, mut both) = (0, 0, 0_usize);
    while at < one.len() && to < two.len() {
        match one[at].cmp(&two[to]) {
            std::cmp::Ordering::Less => at += 1,
            std::cmp::Ordering::Greater => to += 1,
            std::cmp::Ordering::Equal => {
                both += 1;
                at += 1;
                to += 1;
            }
        }
    }
    let all = one.len() + two.len() - both;
    both as f64 / all as f64
}

/// Entries that are the same in the same place, over the longer list.
fn in_order(one: &[String], two: &[String]) -> f64 {
    let same = one.iter().zip(two).take_while(|(a, b)| a == b).count();
    same as f64 / one.len().max(two.len()) as f64
}
