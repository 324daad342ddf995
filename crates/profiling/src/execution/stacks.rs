//! Stacks of a trace: not of the machine, but of tasks and the phases they are in.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::Site;

/// More phases than this inside each other are cut, outermost first. Go refuses a stack of over 2048 bytes.
const MOST_FRAMES: usize = 40;

/// A number of [`Stacks`]; 0 is no stack.
pub(super) type StackId = u32;

/// A line of a stack. Go tells lines apart by an address alone, so equal frames must be one and others never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Frame {
    /// A task, by where it was spawned.
    Task(&'static Site),
    /// The place that spawns a task.
    Spawn(&'static Site),
    /// A phase inside a task, or outside of all.
    Phase(&'static str, Option<&'static Site>),
    /// A thread that runs no task.
    Outside,
    /// Where events were lost, and how many.
    Lost(u64),
}

impl Frame {
    /// What the tools show.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Frame::Task(site) => name(site.name),
            Frame::Spawn(site) => format!("spawn {}", name(site.name)).into(),
            Frame::Phase(phase, _) => name(phase),
            Frame::Outside => "outside of all tasks".into(),
            Frame::Lost(events) => format!("{events} events lost: give the recording more memory").into(),
        }
    }

    /// The source file and the line in it.
    pub fn place(&self) -> (&'static str, u32) {
        match self {
            Frame::Task(site) | Frame::Spawn(site) | Frame::Phase(_, Some(site)) if !site.file.is_empty() => {
                (site.file, site.line)
            }
            _ => ("-", 0),
        }
    }
}

/// A name that every tool takes: not empty, and nothing that Go takes for a part of its own runtime.
pub(super) fn name(name: &'static str) -> Cow<'static, str> {
    const LONGEST: usize = 1000;
    let end = name.floor_char_boundary(LONGEST);
    match &name[..end] {
        "" => "unnamed".into(),
        short => match short.strip_prefix("runtime.") {
            Some(rest) => format!("runtime::{rest}").into(),
            None => short.into(),
        },
    }
}

/// All stacks of one trace, each once, innermost frame first.
#[derive(Debug, Default)]
pub(super) struct Stacks {
    known: HashMap<Vec<Frame>, StackId>,
}

impl Stacks {
    /// The number of a stack.
    pub fn id(&mut self, frames: &[Frame]) -> StackId {
        let outermost = frames.len().min(MOST_FRAMES);
        // The last frame names the task and has to stay.
        let mut kept = frames[..outermost].to_vec();
        if let (Some(last), Some(task)) = (kept.last_mut(), frames.last()) {
            *last = *task;
        }
        let next = self.known.len() as StackId + 1;
        *self.known.entry(kept).or_insert(next)
    }

    /// Every stack with its number, by number.
    pub fn all(&self) -> Vec<(StackId, &[Frame])> {
        let mut all: Vec<_> = self
            .known
            .iter()
            .map(|(frames, id)| (*id, frames.as_slice()))
            .collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }
}
