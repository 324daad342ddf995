//! Decides how phases are shown: as regions, which must nest inside one task, or as tasks of their own.
//!
//! A region begins and ends while its task is polled, and those of one task end in the opposite order they began. What overlaps
//! (`join!`, `select!`), ends elsewhere or outside of any poll becomes a sub-task, which may do all that.

use std::collections::{HashMap, HashSet};

use super::event::What;
use super::schedule::{Act, Step};

/// A phase, as far as it is known.
#[derive(Debug)]
struct Phase {
    name: &'static str,
    /// The task of people that it belongs to; 0 for none, or for one that is not open in this window.
    task: u32,
    /// The tokio task whose poll it began in; 0 for none.
    inside: u64,
    ended: bool,
    region: bool,
}

/// Which phases nest, as a first walk through the steps tells.
#[derive(Debug, Default)]
pub(super) struct Phases {
    phases: HashMap<u32, Phase>,
    /// Open phases of each tokio task that may still be regions.
    nested: HashMap<u64, Vec<u32>>,
    open: OpenTasks,
}

impl Phases {
    /// Looks at a step of the first walk.
    pub fn see(&mut self, step: &Step<'_>) {
        let Act::Recorded(what, _) = step.act else {
            return;
        };
        match what {
            What::TaskBegun { id, .. } => {
                self.open.begin(id);
            }
            What::TaskEnded { id } => {
                self.open.end(id);
            }
            What::PhaseBegun { id, task, name, .. } => self.begin(id, task, name, step.running),
            What::PhaseEnded { id } => self.end(id, step.running),
            _ => {}
        }
    }

    fn begin(&mut self, id: u32, task: u32, name: &'static str, inside: u64) {
        if id == 0 || self.phases.contains_key(&id) {
            return;
        }
        let phase = Phase {
            name,
            task: self.open.known(task),
            inside,
            ended: false,
            region: inside != 0,
        };
        self.phases.insert(id, phase);
        if inside != 0 {
            self.nested.entry(inside).or_default().push(id);
        }
    }

    fn end(&mut self, id: u32, running: u64) {
        let Some(phase) = self.phases.get_mut(&id).filter(|phase| !phase.ended) else {
            return;
        };
        phase.ended = true;
        let inside = self.nested.entry(phase.inside).or_default();
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
            if let Some(inner) = self.phases.get_mut(&inner) {
                inner.region = false;
            }
        }
    }
}

/// The second walk: decides for every step.
pub(super) struct Spans<'p> {
    phases: &'p Phases,
    /// Phases that began in this walk, and whether they are open still.
    begun: HashMap<u32, bool>,
    open: OpenTasks,
}

impl<'p> Spans<'p> {
    pub fn new(phases: &'p Phases) -> Spans<'p> {
        Spans {
            phases,
            begun: HashMap::new(),
            open: OpenTasks::default(),
        }
    }

    /// Replaces [`Act::Recorded`]; `None` when there is nothing to show.
    pub fn decide<'a>(&mut self, step: Step<'a>) -> Option<Step<'a>> {
        let Act::Recorded(what, text) = step.act else {
            return Some(step);
        };
        let open = &mut self.open;
        let act = match what {
            What::TaskBegun { id, parent, name } => open.begin(id).then(|| Act::TaskOpens {
                id,
                parent: open.known(parent),
                name,
            }),
            What::TaskEnded { id } => open.end(id).then_some(Act::TaskCloses { id }),
            What::PhaseBegun { id, .. } => self.phase_begins(id, step.running),
            What::PhaseEnded { id } => self.phase_ends(id),
            What::Logged { task, key, .. } => {
                let task = match open.known(task) {
                    0 => open.around(step.running),
                    known => known,
                };
                Some(Act::Says { task, key, text })
            }
            _ => None,
        };
        act.map(|act| Step { act, ..step })
    }

    fn phase_begins<'a>(&mut self, id: u32, running: u64) -> Option<Act<'a>> {
        let phase = self.phases.phases.get(&id)?;
        if self.begun.contains_key(&id) {
            return None;
        }
        self.begun.insert(id, true);
        let Phase { name, task, .. } = *phase;
        self.open.phases.entry(running).or_default().push((id, task));
        Some(match phase.region {
            true => Act::RegionOpens { task, name },
            false => Act::TaskOpens {
                id,
                parent: task,
                name,
            },
        })
    }

    fn phase_ends<'a>(&mut self, id: u32) -> Option<Act<'a>> {
        let phase = self.phases.phases.get(&id)?;
        let open = self.begun.get_mut(&id).filter(|open| **open)?;
        *open = false;
        if let Some(inside) = self.open.phases.get_mut(&phase.inside) {
            inside.retain(|(open, _)| *open != id);
        }
        let Phase { name, task, .. } = *phase;
        Some(match phase.region {
            true => Act::RegionCloses { task, name },
            false => Act::TaskCloses { id },
        })
    }
}

/// The tasks of people that are open at one moment of the walk.
#[derive(Debug, Default)]
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
