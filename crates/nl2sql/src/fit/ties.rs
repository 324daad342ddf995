//! Which tables hang together: by declared keys, else by names that suggest one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::engine::graph::key_stump;
use crate::engine::stem::{identifier_words, singular};
use crate::schema::Schema;

/// What a declared key costs on a way, and one that names suggest.
const DECLARED: u32 = 2;
const INFERRED: u32 = 3;
/// Longer ways say nothing: five tables in between.
const FAR: u32 = 12;

/// The keys between tables.
pub(super) struct Ties {
    /// For each table, the others with what the way to them costs, in the order of the source.
    neighbours: Vec<Vec<(usize, u32)>>,
}

impl Ties {
    /// Reads the keys of a schema.
    pub(super) fn new(schema: &Schema) -> Ties {
        let mut ties = Ties {
            neighbours: vec![Vec::new(); schema.tables.len()],
        };
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for (at, table) in schema.tables.iter().enumerate() {
            by_name.entry(table.name.to_lowercase()).or_insert(at);
        }
        let targets = Targets::new(schema);
        // The same names of columns come again and again.
        let mut stumps: HashMap<&str, Option<String>> = HashMap::new();
        for (from, table) in schema.tables.iter().enumerate() {
            for key in &table.foreign_keys {
                if let Some(to) = by_name.get(&key.table.to_lowercase()) {
                    ties.add(from, *to, DECLARED);
                }
            }
            for column in &table.columns {
                let has_key = table
                    .foreign_keys
                    .iter()
                    .any(|key| key.columns.contains(&column.name));
                if has_key || table.primary_key == [column.name.as_str()] {
                    continue;
                }
                let stump = stumps.entry(&column.name).or_insert_with(|| {
                    let stump = key_stump(&identifier_words(&column.name))?;
                    Some(stump.concat()).filter(|stump| !stump.is_empty())
                });
                if let Some(to) = stump.as_deref().and_then(|stump| targets.of(stump, &column.name)) {
                    ties.add(from, to, INFERRED);
                }
            }
        }
        ties
    }

    fn add(&mut self, from: usize, to: usize, cost: u32) {
        if from == to {
            return;
        }
        for (a, b) in [(from, to), (to, from)] {
            match self.neighbours[a].iter_mut().find(|(known, _)| *known == b) {
                Some((_, known)) => *known = cost.min(*known),
                None => self.neighbours[a].push((b, cost)),
            }
        }
    }

    /// How many tables a table hangs together with.
    pub(super) fn degree(&self, table: usize) -> usize {
        self.neighbours[table].len()
    }

    /// The tables that a table hangs together with.
    pub(super) fn neighbours(&self, table: usize) -> impl Iterator<Item = usize> {
        self.neighbours[table].iter().map(|(table, _)| *table)
    }

    /// The tables on the shortest way from those of `inside` to `goal`, without both; nothing when there is none.
    pub(super) fn between(&self, inside: &[usize], goal: usize) -> Vec<usize> {
        let mut distance = vec![u32::MAX; self.neighbours.len()];
        let mut before = vec![usize::MAX; self.neighbours.len()];
        let mut next: BinaryHeap<Reverse<(u32, usize)>> = BinaryHeap::new();
        for start in inside {
            distance[*start] = 0;
            next.push(Reverse((0, *start)));
        }
        while let Some(Reverse((far, at))) = next.pop() {
            if at == goal || far > FAR {
                break;
            }
            if far > distance[at] {
                continue;
            }
            for (to, cost) in &self.neighbours[at] {
                let through = far + cost;
                if through < distance[*to] {
                    distance[*to] = through;
                    before[*to] = at;
                    next.push(Reverse((through, *to)));
                }
            }
        }
        let mut way = Vec::new();
        let mut at = before[goal];
        while at != usize::MAX && distance[at] > 0 {
            way.push(at);
            at = before[at];
        }
        way
    }
}

/// The tables that a column without a declared key may refer to.
struct Targets {
    /// By the words of the table's name in the singular, glued together.
    by_name: HashMap<String, usize>,
    /// By the name of its only key column, where that says more than "id".
    by_key: HashMap<String, usize>,
}

impl Targets {
    fn new(schema: &Schema) -> Targets {
        let mut targets = Targets {
            by_name: HashMap::new(),
            by_key: HashMap::new(),
        };
        for (at, table) in schema.tables.iter().enumerate() {
            let [key] = &table.primary_key[..] else { continue };
            let name: String = identifier_words(&table.name)
                .iter()
                .map(|word| singular(word))
                .collect();
            targets.by_name.entry(name).or_insert(at);
            if !key.eq_ignore_ascii_case("id") {
                targets.by_key.entry(key.to_lowercase()).or_insert(at);
            }
        }
        targets
    }

    fn of(&self, stump: &str, column: &str) -> Option<usize> {
        let by_key = || self.by_key.get(&column.to_lowercase());
        self.by_name.get(stump).or_else(by_key).copied()
    }
}
