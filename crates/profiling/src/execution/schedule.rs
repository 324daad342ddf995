//! Turns what was recorded into a schedule that no tool refuses.
//!
//! Tokio allows what Go's tools do not: wakes during a poll, wakes of what is awake, polls inside polls. And a recording begins and
//! ends in the middle of everything. So each task gets a state here, and only what is legal in that state comes out:
//! created → runnable → running → waiting → runnable … → ended. Source of the rules: `internal/trace/parser.go` of Go 1.19.

mod machine;
mod steps;

use crate::Site;

use super::Waits;
use super::event::{Moment, What};
use super::recorder::Chunk;
use super::spans::{Phases, Spans};
use super::stacks::{Frame, StackId, Stacks};
use super::survey::Survey;

use machine::Machine;

/// What a trace is made from.
#[derive(Debug)]
pub(super) struct Recorded<'a> {
    /// Each with its thread.
    pub chunks: &'a [(usize, Chunk)],
    /// Where every event is, in order of time.
    pub order: Vec<Position>,
    pub threads: usize,
    /// Tasks that live when the window begins.
    pub alive: &'a [(u64, &'static Site)],
    /// The window, in nanoseconds since the recording began.
    pub from: u64,
    pub to: u64,
    /// Events that were lost before the window.
    pub lost: u64,
}

/// Where an event is: its time, its chunk, its index there. Positions are in order of time, and for each thread in its order.
pub(super) type Position = (u64, u32, u32);

impl<'a> Recorded<'a> {
    /// All events in order of time; those of one thread at one time in their order.
    pub fn moments(&self) -> impl Iterator<Item = Moment<'a>> {
        let chunks = self.chunks;
        self.order.iter().map(move |(at, chunk, event)| {
            let (thread, chunk) = &chunks[*chunk as usize];
            let what = chunk.events[*event as usize].what;
            let text = match what {
                What::Logged { start, len, .. } => &chunk.text[start as usize..][..len.into()],
                _ => "",
            };
            Moment {
                at: *at,
                thread: *thread,
                what,
                text,
            }
        })
    }
}

/// A schedule. It is made anew each time it is walked through, since all its steps would take ten times what was recorded.
#[derive(Debug)]
pub(super) struct Schedule<'a> {
    recorded: &'a Recorded<'a>,
    survey: Survey,
    phases: Phases,
    pub workers: u32,
    /// Blocking calls that ran at the same time, at most.
    pub lanes: u32,
}

/// A row of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// All threads that run no task.
    Outside,
    /// A thread that polls.
    Worker(u32),
    /// Room for one blocking call at a time.
    Lane(u32),
}

/// One event of the schedule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub at: u64,
    pub thread: usize,
    pub place: Place,
    /// The task that runs there, after the step for a start, before it for everything else; 0 for none.
    pub running: u64,
    /// It only tells of what was there before the window.
    pub prelude: bool,
    pub stack: StackId,
    pub act: Act<'a>,
}

/// What happens.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act<'a> {
    /// The place gets its thread.
    Opens,
    /// The place gives it back.
    Closes,
    Creates {
        task: u64,
        name: Frame,
        own: StackId,
    },
    Starts {
        task: u64,
    },
    Waits {
        task: u64,
        on: Waits,
    },
    /// Stays runnable: was woken during its poll.
    Yields {
        task: u64,
    },
    /// Is put aside for another task on the same thread, or by the end of the window.
    Pauses {
        task: u64,
    },
    Finishes {
        task: u64,
    },
    Wakes {
        task: u64,
        /// Something told of it. Else it must have been, since the task is polled.
        told: bool,
    },
    /// Not decided yet: people's tasks, phases and logs, as recorded. [`super::spans`] turns them into those below.
    Recorded(What, &'a str),
    TaskOpens {
        id: u32,
        parent: u32,
        name: &'static str,
    },
    TaskCloses {
        id: u32,
    },
    RegionOpens {
        task: u32,
        name: &'static str,
    },
    RegionCloses {
        task: u32,
        name: &'static str,
    },
    Says {
        task: u32,
        key: &'static str,
        text: &'a str,
    },
    Heap {
        bytes: u64,
    },
}

impl<'a> Schedule<'a> {
    /// Makes the schedule.
    pub fn new(recorded: &'a Recorded<'a>) -> Schedule<'a> {
        let survey = Survey::new(recorded.moments(), recorded.threads, recorded.alive);
        let mut phases = Phases::default();
        let ran = run(recorded, &survey, &mut |step| phases.see(&step));
        Schedule {
            recorded,
            survey,
            phases,
            workers: ran.workers,
            lanes: ran.lanes,
        }
    }

    /// Gives every step, in order of time; those of one place and those of one task also in order of cause. Then gives the stacks.
    pub fn walk(&self, mut each: impl FnMut(&Step<'_>)) -> Stacks {
        let mut spans = Spans::new(&self.phases);
        let mut decide = |step| {
            if let Some(step) = spans.decide(step) {
                each(&step);
            }
        };
        run(self.recorded, &self.survey, &mut decide).stacks
    }

    /// When its first step is.
    pub fn begins(&self) -> u64 {
        if self.recorded.lost > 0 {
            0
        } else {
            self.recorded.from
        }
    }
}

/// What is known at the end of a walk.
struct Ran {
    stacks: Stacks,
    workers: u32,
    lanes: u32,
}

fn run<'a>(recorded: &Recorded<'a>, survey: &Survey, sink: &mut dyn FnMut(Step<'a>)) -> Ran {
    let mut machine = Machine::new(survey, sink);
    machine.open(recorded);
    for (index, moment) in recorded.moments().enumerate() {
        if !survey.put_off.contains(&index) {
            machine.step(&moment);
        }
    }
    machine.close(recorded.to);
    Ran {
        stacks: machine.stacks,
        workers: machine.workers,
        lanes: machine.lanes.len() as u32,
    }
}
