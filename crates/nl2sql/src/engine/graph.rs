//! How tables hang together: declared foreign keys first, names that suggest one second.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::kinship;
use super::lexicon::{ColumnEntry, ColumnId, Sort, TableEntry, TableId};
use super::shorthand;
use super::stem::{singular, unglued};

/// What a declared key costs.
const DECLARED: u32 = 2;

/// A reference from columns of one table to columns of another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link {
    /// The table that holds the key.
    pub from: TableId,
    /// The table referred to.
    pub to: TableId,
    /// Pairs of equal columns: holder's, target's.
    pub pairs: Vec<(ColumnId, ColumnId)>,
    /// 2 for a declared key, more for one that names suggest.
    pub cost: u32,
}

/// A step of a join: the link, and the table it adds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// Index into the graph's links.
    pub link: usize,
    /// The table that was reached before.
    pub known: TableId,
    /// The table this step adds.
    pub added: TableId,
}

/// The links of a schema.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub links: Vec<Link>,
    /// Keys that refer to rows of their own table, with what they refer to.
    pub own: Vec<(ColumnId, ColumnId)>,
    target_of: Vec<Option<TableId>>,
    /// The links at each table, in their order.
    at: Vec<Vec<usize>>,
}

/// How far all tables are from some, and the step by which each was reached.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    /// `u32::MAX` where there is no way.
    pub distance: Vec<u32>,
    step: Vec<Option<Step>>,
}

impl Graph {
    pub(crate) fn new(tables: &[TableEntry<'_>], columns: &[ColumnEntry<'_>]) -> Graph {
        let mut graph = Graph {
            links: Vec::new(),
            own: Vec::new(),
            target_of: vec![None; columns.len()],
            at: vec![Vec::new(); tables.len()],
        };
        for (number, entry) in tables.iter().enumerate() {
            graph.add_declared(TableId(number), entry, tables, columns);
        }
        for (number, entry) in tables.iter().enumerate() {
            for column in entry.columns.clone() {
                if graph.target_of[column].is_none() {
                    graph.add_inferred(TableId(number), ColumnId(column), tables, columns);
                }
            }
        }
        for column in 0..columns.len() {
            if graph.target_of[column].is_none()
                && let Some(key) = kinship::own_row(ColumnId(column), tables, columns)
            {
                graph.target_of[column] = Some(columns[column].table);
                graph.own.push((ColumnId(column), key));
            }
        }
        if graph.links.iter().all(|link| link.cost > DECLARED) {
            graph.add_kin(tables, columns);
        }
        if graph.links.is_empty() {
            graph.add_namesakes(tables, columns);
        }
        for (number, link) in graph.links.iter().enumerate() {
            graph.at[link.from.0].push(number);
            if link.to != link.from {
                graph.at[link.to.0].push(number);
            }
        }
        // Where a department has a head and employees have a department, those of it go by their own key.
        let is_role = |number: &usize| {
            let link = &graph.links[*number];
            let opposed = graph
                .links
                .iter()
                .any(|other| other.from == link.to && other.to == link.from);
            let named = link.pairs.iter().any(|(mine, _)| {
                key_stump(&columns[mine.0].words).is_some_and(|stump| stump == tables[link.to.0].words)
            });
            opposed && !named
        };
        for numbers in &mut graph.at {
            numbers.sort_by_key(is_role);
        }
        graph
    }

    /// Where no key is declared, names tell more of them.
    fn add_kin(&mut self, tables: &[TableEntry<'_>], columns: &[ColumnEntry<'_>]) {
        for number in 0..columns.len() {
            if self.target_of[number].is_some() {
                continue;
            }
            let Some(link) = kinship::links(ColumnId(number), tables, columns) else {
                continue;
            };
            let known = self.links.iter().any(|other| {
                other.from == link.to && other.to == link.from && other.pairs[0].1 == link.pairs[0].0
            });
            if !known {
                // A text that names what it refers to is shown as it is.
                if columns[number].sort != Sort::Text {
                    self.target_of[number] = Some(link.to);
                }
                self.links.push(link);
            }
        }
    }

    /// Where nothing at all is declared or told by keys: `city.state_name` says which `state` by its name.
    fn add_namesakes(&mut self, tables: &[TableEntry<'_>], columns: &[ColumnEntry<'_>]) {
        for (number, column) in columns.iter().enumerate() {
            let [stump @ .., last] = &column.words[..] else {
                continue;
            };
            if last != "name" || stump.is_empty() {
                continue;
            }
            let stump: Vec<String> = stump.iter().map(|word| singular(word)).collect();
            let from = column.table;
            let Some(to) = tables.iter().position(|other| other.words == stump).map(TableId) else {
                continue;
            };
            if to == from {
                continue;
            }
            if let Some(target) = find(&tables[to.0], columns, &column.column.name) {
                self.links.push(Link {
                    from,
                    to,
                    pairs: vec![(ColumnId(number), target)],
                    cost: 4,
                });
            }
        }
    }

    /// The table that a column refers to.
    pub(crate) fn target(&self, column: ColumnId) -> Option<TableId> {
        self.target_of[column.0]
    }

    fn add_declared(
        &mut self,
        from: TableId,
        entry: &TableEntry<'_>,
        tables: &[TableEntry<'_>],
        columns: &[ColumnEntry<'_>],
    ) {
        for key in &entry.table.foreign_keys {
            let Some(to) = tables
                .iter()
                .position(|t| t.table.name.eq_ignore_ascii_case(&key.table))
            else {
                continue;
            };
            let references = if key.references.is_empty() {
                &tables[to].table.primary_key
            } else {
                &key.references
            };
            let pairs: Option<Vec<(ColumnId, ColumnId)>> = key
                .columns
                .iter()
                .zip(references)
                .map(|(mine, other)| Some((find(entry, columns, mine)?, find(&tables[to], columns, other)?)))
                .collect();
            let Some(pairs) = pairs.filter(|pairs| !pairs.is_empty() && pairs.len() == key.columns.len())
            else {
                continue;
            };
            if let [(mine, _)] = pairs[..] {
                self.target_of[mine.0] = Some(TableId(to));
                if TableId(to) == from {
                    self.own.push((mine, pairs[0].1));
                }
            }
            self.links.push(Link {
                from,
                to: TableId(to),
                pairs,
                cost: DECLARED,
            });
        }
    }

    /// `patient_id` refers to `patients` by its key; a column named like another table's own key refers to that table.
    fn add_inferred(
        &mut self,
        from: TableId,
        id: ColumnId,
        tables: &[TableEntry<'_>],
        columns: &[ColumnEntry<'_>],
    ) {
        let column = &columns[id.0];
        if column.is_primary && tables[from.0].columns.len() > 1 && column.words.len() < 2 {
            return;
        }
        let Some(stump) = key_stump(&column.words) else {
            return;
        };
        for (number, other) in tables.iter().enumerate() {
            let to = TableId(number);
            let Some(target) = other
                .columns
                .clone()
                .map(ColumnId)
                .find(|id| columns[id.0].is_primary)
            else {
                continue;
            };
            let named_after =
                other.words == stump || (other.words.len() > 1 && other.words.concat() == stump.concat());
            let same_name = columns[target.0]
                .column
                .name
                .eq_ignore_ascii_case(&column.column.name);
            let same_key = same_name && columns[target.0].words.concat() != "id" && !column.is_primary;
            // A number may count or name anything: `room_number` is a key only of what is numbered alike.
            let numbered = column.words.last().is_some_and(|last| last == "number")
                && columns[target.0].words.last().is_none_or(|last| last != "number");
            if to != from && (named_after && !column.is_primary && !numbered || same_key) {
                self.target_of[id.0] = Some(to);
                self.links.push(Link {
                    from,
                    to,
                    pairs: vec![(id, target)],
                    cost: 3,
                });
                return;
            }
        }
    }

    /// How far all tables are from the nearest of some; keys that are preferred are a little nearer.
    pub(crate) fn reach(&self, starts: &[TableId], preferred: &[ColumnId]) -> Reach {
        let tables = self.at.len();
        let mut reach = Reach {
            distance: vec![u32::MAX; tables],
            step: vec![None; tables],
        };
        let mut next = BinaryHeap::new();
        for start in starts {
            reach.distance[start.0] = 0;
            next.push(Reverse((0, start.0)));
        }
        while let Some(Reverse((distance, known))) = next.pop() {
            if distance > reach.distance[known] {
                continue;
            }
            for number in &self.at[known] {
                let link = &self.links[*number];
                let added = if link.from.0 == known { link.to } else { link.from };
                let wanted = link.pairs.iter().any(|(mine, _)| preferred.contains(mine));
                let through = distance.saturating_add(link.cost.saturating_sub(u32::from(wanted)));
                if through < reach.distance[added.0] {
                    reach.distance[added.0] = through;
                    reach.step[added.0] = Some(Step {
                        link: *number,
                        known: TableId(known),
                        added,
                    });
                    next.push(Reverse((through, added.0)));
                }
            }
        }
        reach
    }

    /// The joins that connect `home`, from which `near` tells the way, with every table of `wanted`; nothing when one cannot
    /// be reached.
    pub(crate) fn join(
        &self,
        home: TableId,
        near: &Reach,
        wanted: &[TableId],
        preferred: &[ColumnId],
    ) -> Option<Vec<Step>> {
        let mut inside = vec![home];
        let mut steps: Vec<Step> = Vec::new();
        let mut missing: Vec<TableId> = wanted.iter().copied().filter(|table| *table != home).collect();
        missing.dedup();
        let mut again: Option<Reach> = None;
        while !missing.is_empty() {
            let reach = again.as_ref().unwrap_or(near);
            let nearest = (0..missing.len()).min_by_key(|i| reach.distance[missing[*i].0])?;
            let goal = missing.remove(nearest);
            if inside.contains(&goal) {
                continue;
            }
            let mut path = Vec::new();
            let mut at = goal;
            while !inside.contains(&at) {
                let taken = reach.step[at.0].clone()?;
                at = taken.known;
                path.push(taken);
            }
            for taken in path.into_iter().rev() {
                inside.push(taken.added);
                steps.push(taken);
            }
            if !missing.is_empty() {
                again = Some(self.reach(&inside, preferred));
            }
        }
        Some(steps)
    }

    /// Whether a step may give several rows for one (it goes from a key to those who hold it).
    pub(crate) fn fans_out(&self, step: &Step) -> bool {
        self.links[step.link].to == step.known && self.links[step.link].from == step.added
    }
}

fn find(entry: &TableEntry<'_>, columns: &[ColumnEntry<'_>], name: &str) -> Option<ColumnId> {
    entry
        .columns
        .clone()
        .map(ColumnId)
        .find(|id| columns[id.0].column.name.eq_ignore_ascii_case(name))
}

/// `patient` for `patient_id`, `patientid` and `PatientID`; nothing for a plain column.
pub(crate) fn key_stump(words: &[String]) -> Option<Vec<String>> {
    match words {
        [] => None,
        [word] => unglued(word)
            .filter(|(_, tail)| *tail == "id")
            .map(|(head, _)| shorthand::spelled_out(&[head.to_owned()]))
            .map(|head| vec![singular(&head[0])]),
        [head @ .., last]
            if matches!(
                last.as_str(),
                "id" | "code" | "key" | "no" | "number" | "fk" | "uuid"
            ) =>
        {
            Some(head.iter().map(|word| singular(word)).collect())
        }
        _ => None,
    }
}
