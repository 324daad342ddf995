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
use super::stacks::{Frame, StackId, Stacks};
use super::survey::Survey;

use machine::Machine;

/// What a trace is made from.
pub(super) struct Recorded<'a> {
    /// In order of time.
    pub moments: Vec<Moment<'a>>,
    pub threads: usize,
    /// Tasks that live when the window begins.
    pub alive: &'a [(u64, &'static Site)],
    /// The window, in nanoseconds since the recording began.
    pub from: u64,
    pub to: u64,
    /// Events that were lost before the window.
    pub lost: u64,
}

/// A schedule.
#[derive(Debug)]
pub(super) struct Schedule<'a> {
    /// In order of time; those of one place and those of one task also in order of cause.
    pub steps: Vec<Step<'a>>,
    /// So many steps only tell of what was there before the window.
    pub prelude: usize,
    pub stacks: Stacks,
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

/// Makes the schedule.
pub(super) fn schedule<'a>(recorded: &Recorded<'a>) -> Schedule<'a> {
    let survey = Survey::new(&recorded.moments, recorded.threads, recorded.alive);
    let mut machine = Machine::new(survey);
    machine.open(recorded);
    for (index, moment) in recorded.moments.iter().enumerate() {
        if !machine.survey.put_off.contains(&index) {
            machine.step(moment);
        }
    }
    machine.close(recorded.to);
    Schedule {
        steps: machine.steps,
        prelude: machine.prelude,
        stacks: machine.stacks,
        workers: machine.workers,
        lanes: machine.lanes.len() as u32,
    }
}
