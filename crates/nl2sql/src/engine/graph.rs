//! How tables hang together: declared foreign keys first, names that suggest one second.

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
}

impl Graph {
    pub(crate) fn new(tables: &[TableEntry<'_>], columns: &[ColumnEntry<'_>]) -> Graph {
        let mut graph = Graph {
            links: Vec::new(),
            own: Vec::new(),
            target_of: vec![None; columns.len()],
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

    /// Distances from one table to all, `u32::MAX` where there is no way, and the link by which each was reached.
    fn reach(
        &self,
        starts: &[TableId],
        tables: usize,
        preferred: &[ColumnId],
    ) -> (Vec<u32>, Vec<Option<Step>>) {
        let mut distance = vec![u32::MAX; tables];
        let mut step: Vec<Option<Step>> = vec![None; tables];
        for start in starts {
            distance[start.0] = 0;
        }
        // Bellman-Ford: schemas are small, and equal costs keep the first link in the order of the source.
        for _ in 0..tables {
            let mut changed = false;
            for (number, link) in self.links.iter().enumerate() {
                let wanted = link.pairs.iter().any(|(mine, _)| preferred.contains(mine));
                let cost = link.cost.saturating_sub(u32::from(wanted));
                for (known, added) in [(link.from, link.to), (link.to, link.from)] {
                    let through = distance[known.0].saturating_add(cost);
                    if through < distance[added.0] {
                        distance[added.0] = through;
                        step[added.0] = Some(Step {
                            link: number,
                            known,
                            added,
                        });
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        (distance, step)
    }

    /// The joins that connect `home` with every table of `wanted`; nothing when one cannot be reached.
    pub(crate) fn join(
        &self,
        home: TableId,
        wanted: &[TableId],
        tables: usize,
        preferred: &[ColumnId],
    ) -> Option<Vec<Step>> {
        let mut inside = vec![home];
        let mut steps: Vec<Step> = Vec::new();
        let mut missing: Vec<TableId> = wanted.iter().copied().filter(|table| *table != home).collect();
        missing.dedup();
        while !missing.is_empty() {
            let (distance, step) = self.reach(&inside, tables, preferred);
            let nearest = (0..missing.len()).min_by_key(|i| distance[missing[*i].0])?;
            let goal = missing.remove(nearest);
            if inside.contains(&goal) {
                continue;
            }
            let mut path = Vec::new();
            let mut at = goal;
            while !inside.contains(&at) {
                let taken = step[at.0].clone()?;
                at = taken.known;
                path.push(taken);
            }
            for taken in path.into_iter().rev() {
                inside.push(taken.added);
                steps.push(taken);
            }
        }
        Some(steps)
    }

    /// How far two tables are apart, in units where a declared key is 2.
    pub(crate) fn distances(&self, from: TableId, tables: usize) -> Vec<u32> {
        self.reach(&[from], tables, &[]).0
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
