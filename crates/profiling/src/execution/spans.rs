//! Decides how phases are shown: as regions, which must nest inside one task, or as tasks of their own.
//!
//! A region begins and ends while its task is polled, and those of one task end in the opposite order they began. What overlaps
//! (`join!`, `select!`), ends elsewhere or outside of any poll becomes a sub-task, which may do all that.

use std::collections::{HashMap, HashSet};

use super::event::What;
use super::schedule::{Act, Step};

/// A phase, as far as it is known.
struct Phase {
    name: &'static str,
    /// The task of people that it belongs to; 0 for none, or for one that is not open in this window.
    task: u32,
    /// The tokio task whose poll it began in; 0 for none.
    inside: u64,
    progress: Progress,
    region: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Ahead,
    Open,
    Over,
}

/// Replaces every [`Act::Recorded`].
pub(super) fn decide(steps: &mut Vec<Step<'_>>) {
    let mut phases = survey(steps);
    let mut open = OpenTasks::default();
    steps.retain_mut(|step| {
        let Act::Recorded(what, text) = step.act else {
            return true;
        };
        let decided = match what {
            What::TaskBegun { id, parent, name } => open.begin(id).then(|| Act::TaskOpens {
                id,
                parent: open.known(parent),
                name,
            }),
            What::TaskEnded { id } => open.end(id).then_some(Act::TaskCloses { id }),
            What::PhaseBegun { id, .. } => phase_begins(&mut phases, id, step.running, &mut open),
            What::PhaseEnded { id } => phase_ends(&mut phases, id, &mut open),
            What::Logged { task, key, .. } => {
                let task = match open.known(task) {
                    0 => open.around(step.running),
                    known => known,
                };
                Some(Act::Says { task, key, text })
            }
            _ => None,
        };
        match decided {
            Some(act) => step.act = act,
            None => return false,
        }
        true
    });
}

fn phase_begins<'a>(
    phases: &mut HashMap<u32, Phase>,
    id: u32,
    running: u64,
    open: &mut OpenTasks,
) -> Option<Act<'a>> {
    let phase = phases
        .get_mut(&id)
        .filter(|phase| phase.progress == Progress::Ahead)?;
    phase.progress = Progress::Open;
    open.phases.entry(running).or_default().push((id, phase.task));
    let Phase { name, task, .. } = *phase;
    Some(match phase.region {
        true => Act::RegionOpens { task, name },
        false => Act::TaskOpens {
            id,
            parent: task,
            name,
        },
    })
}

fn phase_ends<'a>(phases: &mut HashMap<u32, Phase>, id: u32, open: &mut OpenTasks) -> Option<Act<'a>> {
    let phase = phases
        .get_mut(&id)
        .filter(|phase| phase.progress == Progress::Open)?;
    phase.progress = Progress::Over;
    if let Some(inside) = open.phases.get_mut(&phase.inside) {
        inside.retain(|(open, _)| *open != id);
    }
    let Phase { name, task, .. } = *phase;
    Some(match phase.region {
        true => Act::RegionCloses { task, name },
        false => Act::TaskCloses { id },
    })
}

/// Walks once to see which phases nest.
fn survey(steps: &[Step<'_>]) -> HashMap<u32, Phase> {
    let mut phases: HashMap<u32, Phase> = HashMap::new();
    let mut nested: HashMap<u64, Vec<u32>> = HashMap::new();
    let mut open = OpenTasks::default();
    for step in steps {
        let Act::Recorded(what, _) = step.act else {
            continue;
        };
        match what {
            What::TaskBegun { id, .. } => {
                open.begin(id);
            }
            What::TaskEnded { id } => {
                open.end(id);
            }
            What::PhaseBegun { id, task, name, .. } => {
                let inside = step.running;
                let phase = Phase {
                    name,
                    task: open.known(task),
                    inside,
                    progress: Progress::Open,
                    region: inside != 0,
                };
                if id == 0 || phases.contains_key(&id) {
                    continue;
                }
                phases.insert(id, phase);
                if inside != 0 {
                    nested.entry(inside).or_default().push(id);
                }
            }
            What::PhaseEnded { id } => end(&mut phases, &mut nested, id, step.running),
            _ => {}
        }
    }
    for phase in phases.values_mut() {
        phase.progress = Progress::Ahead;
    }
    phases
}

fn end(phases: &mut HashMap<u32, Phase>, nested: &mut HashMap<u64, Vec<u32>>, id: u32, running: u64) {
    let Some(phase) = phases
        .get_mut(&id)
        .filter(|phase| phase.progress == Progress::Open)
    else {
        return;
    };
    phase.progress = Progress::Over;
    let inside = nested.entry(phase.inside).or_default();
    if phase.inside != running {
        phase.region = false;
        inside.retain(|open| *open != id);
        return;
    }
    if !phase.region {
        return;
    }
    // What began inside it and is still open overlaps with it.
    while let Some(inner) = inside.pop() {
        if inner == id {
            return;
        }
        if let Some(inner) = phases.get_mut(&inner) {
            inner.region = false;
        }
    }
}

/// The tasks of people that are open at one moment of the walk.
#[derive(Default)]
struct OpenTasks {
    open: HashSet<u32>,
    /// Open phases of each tokio task, innermost last, with the task they belong to.
    phases: HashMap<u64, Vec<(u32, u32)>>,
}

impl OpenTasks {
    fn begin(&mut self, id: u32) -> bool {
        id != 0 && self.open.insert(id)
    }

    fn end(&mut self, id: u32) -> bool {
        self.open.remove(&id)
    }

    /// The task if it is open, else none: the tools would make up one without a name.
    fn known(&self, id: u32) -> u32 {
        if self.open.contains(&id) { id } else { 0 }
    }

    /// The task whose phase surrounds what runs.
    fn around(&self, running: u64) -> u32 {
        let phases = self.phases.get(&running);
        let task = phases.and_then(|phases| phases.iter().rev().find(|(_, task)| *task != 0));
        task.map_or(0, |(_, task)| self.known(*task))
    }
}
