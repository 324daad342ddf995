//! What is recorded: one event, as small as it can be.

use crate::Site;

use super::Waits;

/// Something that happened on a thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    /// Nanoseconds since the recording began.
    pub at: u64,
    pub what: What,
}

/// What happened. Tasks are tokio's; people's tasks ("user tasks" in the tools) and phases have numbers of their own, which are
/// given out only while something is recorded: 32 bits are enough, and an event stays within 40 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Spawned {
        task: u64,
        site: &'static Site,
    },
    PollStarted {
        task: u64,
        site: Option<&'static Site>,
    },
    PollEnded {
        task: u64,
        done: bool,
    },
    Woken {
        task: u64,
    },
    Ended {
        task: u64,
    },
    BlockingStarted {
        task: u64,
        site: &'static Site,
    },
    BlockingEnded {
        task: u64,
    },
    TaskBegun {
        id: u32,
        parent: u32,
        name: &'static str,
    },
    TaskEnded {
        id: u32,
    },
    PhaseBegun {
        id: u32,
        task: u32,
        waits: Waits,
        name: &'static str,
    },
    PhaseEnded {
        id: u32,
    },
    /// Its text lies in the chunk that the event is in.
    Logged {
        task: u32,
        start: u32,
        len: u16,
        key: &'static str,
    },
    Heap {
        bytes: u64,
    },
}

impl What {
    /// The task of tokio that it tells of.
    pub fn task(&self) -> Option<u64> {
        match *self {
            What::Spawned { task, .. }
            | What::PollStarted { task, .. }
            | What::PollEnded { task, .. }
            | What::Woken { task }
            | What::Ended { task }
            | What::BlockingStarted { task, .. }
            | What::BlockingEnded { task } => Some(task),
            _ => None,
        }
    }
}

/// An event with what was around it: the thread, by its index in the trace, and the text of a log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    pub at: u64,
    pub thread: usize,
    pub what: What,
    pub text: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_fits_in_forty_bytes() {
        assert!(size_of::<Event>() <= 40, "{}", size_of::<Event>());
    }
}
