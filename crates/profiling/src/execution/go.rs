//! Writes a schedule as the execution trace that `go tool trace` reads.
//!
//! Source: `internal/trace/parser.go` of Go 1.19. Later versions read that format as well; the one they write themselves they do not
//! share with 1.19.

mod wire;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::schedule::{Act, Place, Schedule, Step};
use super::stacks::Stacks;
use super::thread::Thread;
use super::{Waits, stacks};

use wire::{Kind, Tables};

/// 1.19 takes nothing newer, 1.27 takes this.
const HEADER: &[u8; 16] = b"go 1.19 trace\0\0\0";
/// The processor of the batch that holds the tables.
const NO_PROCESSOR: u64 = u64::MAX;
const NANOSECONDS: u64 = 1_000_000_000;
const EVENTS_IN_A_BATCH: u32 = 1000;
/// Logs that belong to no task of people get one; without, 1.19 makes up one without a name. Numbers of tasks have 32 bits.
const NO_TASK: u64 = 1 << 32;

/// The events of one processor, in batches.
#[derive(Default)]
struct Processor {
    /// Each with the time of its first event.
    batches: Vec<(u64, Vec<u8>)>,
    last: u64,
    left: u32,
}

struct Writer<'a> {
    schedule: &'a Schedule<'a>,
    threads: &'a [Arc<Thread>],
    tables: Tables,
    processors: Vec<Processor>,
    /// What the next event of each goroutine is numbered.
    sequence: HashMap<u64, u64>,
    /// A log without a task was met.
    no_task: bool,
    /// The time of the last event.
    last: u64,
}

/// Writes the whole file.
pub(super) fn write(
    schedule: &Schedule<'_>,
    threads: &[Arc<Thread>],
    out: &mut impl io::Write,
) -> io::Result<()> {
    // One for what is outside, one for each worker and lane.
    let processors = 1 + schedule.workers + schedule.lanes;
    let mut writer = Writer {
        schedule,
        threads,
        tables: Tables::default(),
        processors: (0..processors).map(|_| Processor::default()).collect(),
        sequence: HashMap::new(),
        no_task: false,
        last: 0,
    };
    // Before any task: what comes earlier loses its name.
    let first = Place::Worker(0);
    writer.put(
        schedule.begins(),
        first,
        Kind::Gomaxprocs,
        &[processors.into(), 0],
    );
    let stacks = schedule.walk(|step| writer.step(step));
    if writer.no_task {
        let ends = [NO_TASK, 0];
        writer.put(writer.last, Place::Outside, Kind::UserTaskEnd, &ends);
    }
    writer.finish(&stacks, out)
}

impl Writer<'_> {
    fn step(&mut self, step: &Step<'_>) {
        let Step { at, place, stack, .. } = *step;
        let stack = u64::from(stack);
        match step.act {
            Act::Opens => {
                let thread = self.threads.get(step.thread);
                self.put(
                    at,
                    place,
                    Kind::ProcStart,
                    &[thread.map_or(0, |thread| thread.id)],
                );
            }
            Act::Closes => self.put(at, place, Kind::ProcStop, &[]),
            Act::Creates { task, own, .. } => {
                self.sequence.insert(task, 1);
                self.put(at, place, Kind::GoCreate, &[task, own.into(), stack]);
            }
            Act::Starts { task } => {
                let number = self.next(task);
                self.put(at, place, Kind::GoStart, &[task, number]);
            }
            Act::Waits { on, .. } => self.put(at, place, wait(on), &[stack]),
            Act::Yields { .. } => self.put(at, place, Kind::GoSched, &[stack]),
            Act::Pauses { .. } => self.put(at, place, Kind::GoPreempt, &[stack]),
            Act::Finishes { .. } => self.put(at, place, Kind::GoEnd, &[]),
            Act::Wakes { task, .. } => {
                let number = self.next(task);
                self.put(at, place, Kind::GoUnblock, &[task, number, stack]);
            }
            Act::TaskOpens { id, parent, name } => {
                let name = self.tables.string(&stacks::name(name));
                let arguments = [id.into(), parent.into(), name, stack];
                self.put(at, place, Kind::UserTaskCreate, &arguments);
            }
            Act::TaskCloses { id } => self.put(at, place, Kind::UserTaskEnd, &[id.into(), stack]),
            Act::RegionOpens { task, name } => self.region(step, task, 0, name),
            Act::RegionCloses { task, name } => self.region(step, task, 1, name),
            Act::Says { task, key, text } => self.log(step, task, key, text),
            Act::Heap { bytes } => self.put(at, place, Kind::HeapAlloc, &[bytes]),
            Act::Recorded(..) => debug_assert!(false, "spans are decided before anything is written"),
        }
    }

    fn region(&mut self, step: &Step<'_>, task: u32, mode: u64, name: &'static str) {
        let name = self.tables.string(&stacks::name(name));
        let arguments = [task.into(), mode, name, step.stack.into()];
        self.put(step.at, step.place, Kind::UserRegion, &arguments);
    }

    fn log(&mut self, step: &Step<'_>, task: u32, key: &'static str, text: &str) {
        let stack = step.stack.into();
        let task = if task == 0 { NO_TASK } else { task.into() };
        if task == NO_TASK && !std::mem::replace(&mut self.no_task, true) {
            let name = self.tables.string("logs of no task");
            self.put(
                step.at,
                step.place,
                Kind::UserTaskCreate,
                &[NO_TASK, 0, name, stack],
            );
        }
        let key = self.tables.string(&stacks::name(key));
        self.put(step.at, step.place, Kind::UserLog, &[task, key, stack]);
        wire::text(self.batch(step.place), text);
    }

    fn next(&mut self, task: u64) -> u64 {
        let next = self.sequence.entry(task).or_insert(1);
        *next += 1;
        *next - 1
    }

    /// One event: each begins with the time since the one before it on its processor.
    ///
    /// No two have the same time: the tools would put those of different processors in any order that goroutines allow, and a user
    /// task could end before it began.
    fn put(&mut self, at: u64, place: Place, kind: Kind, arguments: &[u64]) {
        let at = at.max(self.last + 1);
        self.last = at;
        let index = self.index(place);
        let processor = &mut self.processors[index];
        if processor.left == 0 {
            processor.left = EVENTS_IN_A_BATCH;
            processor.last = at;
            let mut batch = Vec::new();
            wire::event(&mut batch, Kind::Batch, &[index as u64, at]);
            processor.batches.push((at, batch));
        }
        processor.left -= 1;
        let since = at - std::mem::replace(&mut processor.last, at);
        let mut timed = [since, 0, 0, 0, 0];
        timed[1..=arguments.len()].copy_from_slice(arguments);
        wire::event(self.batch(place), kind, &timed[..=arguments.len()]);
    }

    fn batch(&mut self, place: Place) -> &mut Vec<u8> {
        let index = self.index(place);
        let batches = &mut self.processors[index].batches;
        if batches.is_empty() {
            batches.push((0, Vec::new()));
        }
        let last = batches.len() - 1;
        &mut batches[last].1
    }

    /// The number of the processor: 1.27 draws no arrows from 0, so it stands for what is outside.
    fn index(&self, place: Place) -> usize {
        match place {
            Place::Outside => 0,
            Place::Worker(worker) => 1 + worker as usize,
            Place::Lane(lane) => 1 + (self.schedule.workers + lane) as usize,
        }
    }

    fn finish(mut self, stacks: &Stacks, out: &mut impl io::Write) -> io::Result<()> {
        let began = self.schedule.begins();
        let tables = self.tables.encode(stacks);
        let mut batches: Vec<(u64, Vec<u8>)> = Vec::new();
        for processor in self.processors {
            batches.extend(processor.batches);
        }
        // Stable: the batches of one processor stay in their order.
        batches.sort_by_key(|(at, _)| *at);
        let mut head = HEADER.to_vec();
        wire::event(&mut head, Kind::Batch, &[NO_PROCESSOR, began]);
        out.write_all(&head)?;
        out.write_all(&tables)?;
        for (_, batch) in batches {
            out.write_all(&batch)?;
        }
        let mut tail = Vec::new();
        wire::event(&mut tail, Kind::Frequency, &[NANOSECONDS]);
        out.write_all(&tail)
    }
}

fn wait(on: Waits) -> Kind {
    match on {
        Waits::Unknown => Kind::GoBlock,
        Waits::Network => Kind::GoBlockNet,
        Waits::Sync => Kind::GoBlockSync,
        Waits::Sleep => Kind::GoSleep,
    }
}
