//! What a recording gives: a trace that can be written for either tool.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::Site;

use super::recorder::Chunk;
use super::schedule::{Position, Recorded, Schedule};
use super::thread::Thread;
use super::{go, perfetto};

/// What all threads recorded.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Those of one thread in order.
    pub chunks: Vec<Chunk>,
    pub lost: u64,
    pub lost_until: Option<u64>,
    pub texts_cut: u64,
}

/// An execution trace.
#[derive(Debug)]
pub struct Trace {
    threads: Vec<Arc<Thread>>,
    /// Each with the index of its thread.
    chunks: Vec<(usize, Chunk)>,
    alive: Vec<(u64, &'static Site)>,
    began: SystemTime,
    duration: Duration,
    lost: Lost,
}

/// What was recorded but is not in the trace, because memory was short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lost {
    /// Events.
    pub events: u64,
    /// How much of the beginning is missing.
    pub time: Duration,
    /// Texts of logs that were cut short.
    pub texts: u64,
}

/// A trace in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Events that are in it.
    pub events: u64,
    /// Threads that they come from.
    pub threads: usize,
    /// How long it was recorded, with the time that was lost.
    pub duration: Duration,
    /// What is missing.
    pub lost: Lost,
}

impl Trace {
    /// `alive_now` are the tasks alive at the end, which are asked for only when the beginning was lost.
    pub(super) fn new(
        gathered: Gathered,
        mut alive: Vec<(u64, &'static Site)>,
        alive_now: Option<Vec<(u64, &'static Site)>>,
        began: SystemTime,
        duration: Duration,
    ) -> Trace {
        let mut threads: Vec<Arc<Thread>> = Vec::new();
        let mut known: HashMap<*const Thread, usize> = HashMap::new();
        let mut chunks = Vec::with_capacity(gathered.chunks.len());
        let from = gathered.lost_until.map_or(0, |until| until + 1);
        let mut lost = Lost {
            events: gathered.lost,
            time: Duration::from_nanos(from),
            texts: gathered.texts_cut,
        };
        for mut chunk in gathered.chunks {
            let before = chunk.events.len();
            chunk.events.retain(|event| event.at >= from);
            lost.events += (before - chunk.events.len()) as u64;
            let thread = *known.entry(Arc::as_ptr(&chunk.thread)).or_insert_with(|| {
                threads.push(chunk.thread.clone());
                threads.len() - 1
            });
            chunks.push((thread, chunk));
        }
        if let Some(now) = alive_now {
            // Who lived when the recording began may be gone when the window does: its end may be among what was lost.
            let seen = seen_tasks(&chunks);
            alive.retain(|(task, _)| seen.contains(task));
            alive.extend(now);
        }
        Trace {
            threads,
            chunks,
            alive,
            began,
            duration,
            lost,
        }
    }

    /// Writes it for `go tool trace`, of Go 1.19 or later. It computes for a while: half a second for a million events.
    ///
    /// # Errors
    /// When `out` gives one.
    pub fn write_go(&self, out: &mut impl io::Write) -> io::Result<()> {
        go::write(&Schedule::new(&self.recorded()), &self.threads, out)
    }

    /// Writes it for <https://ui.perfetto.dev>. It computes for a while, too.
    ///
    /// # Errors
    /// When `out` gives one.
    pub fn write_perfetto(&self, out: &mut impl io::Write) -> io::Result<()> {
        perfetto::write(&Schedule::new(&self.recorded()), &self.threads, out)
    }

    /// What is missing in it.
    pub fn lost(&self) -> Lost {
        self.lost
    }

    /// When the recording began.
    pub fn began(&self) -> SystemTime {
        self.began
    }

    /// The trace in numbers.
    pub fn summary(&self) -> Summary {
        let events = self.chunks.iter().map(|(_, chunk)| chunk.events.len() as u64);
        Summary {
            events: events.sum(),
            threads: self.threads.len(),
            duration: self.duration,
            lost: self.lost,
        }
    }

    /// What the tools are told, from the beginning of the window to the end of the recording.
    fn recorded(&self) -> Recorded<'_> {
        let mut order: Vec<Position> = Vec::new();
        for (index, (_, chunk)) in self.chunks.iter().enumerate() {
            let events = chunk.events.iter().enumerate();
            order.extend(events.map(|(event, what)| (what.at, index as u32, event as u32)));
        }
        order.sort_unstable();
        let last = order.last().map_or(0, |(at, ..)| *at);
        let from = self.lost.time.as_nanos() as u64;
        Recorded {
            chunks: &self.chunks,
            order,
            threads: self.threads.len(),
            alive: &self.alive,
            from,
            to: last.max(self.duration.as_nanos() as u64).max(from),
            lost: self.lost.events,
        }
    }
}

/// The tasks that any event tells of.
fn seen_tasks(chunks: &[(usize, Chunk)]) -> HashSet<u64> {
    let events = chunks.iter().flat_map(|(_, chunk)| &chunk.events);
    events.filter_map(|event| event.what.task()).collect()
}
