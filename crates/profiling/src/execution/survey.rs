//! What a whole recording tells about its tasks and threads, before it is walked through.

use std::collections::{HashMap, HashSet};

use crate::Site;

use super::event::{Moment, What};

/// What is known of a task.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub site: Option<&'static Site>,
    /// The thread that spawned it, when it did so in the window.
    pub spawned_by: Option<usize>,
    /// The task was polled, or its name is known: it is worth showing.
    pub shown: bool,
    /// Wakes of it are recorded at all. Those of tasks that belong to a library are not.
    pub wakes: bool,
    /// Its first event is the start of a poll: it was scheduled when the window began.
    pub scheduled: bool,
    /// Its first event is the start of a blocking call.
    pub blocking: bool,
    seen: bool,
}

/// What a thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It polls tasks.
    Worker,
    /// It runs blocking calls, and polls nothing.
    Blocking,
    /// It only spawns, wakes and reports.
    Outside,
}

/// The whole of it.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub tasks: HashMap<u64, Known>,
    pub threads: Vec<Role>,
    /// Polls and calls that were under way when the window began, by thread.
    pub under_way: Vec<(usize, u64)>,
    /// Ends of polls, by their index, that are put off until the task is gone: it wakes whoever waits for it in between, and that
    /// is its doing.
    pub put_off: HashSet<usize>,
}

impl Survey {
    /// Looks at every event once. `alive` are the tasks that lived when the window began.
    pub fn new<'a>(
        moments: impl Iterator<Item = Moment<'a>>,
        threads: usize,
        alive: &[(u64, &'static Site)],
    ) -> Survey {
        let mut survey = Survey {
            threads: vec![Role::Outside; threads],
            ..Survey::default()
        };
        let mut runs = vec![false; threads];
        let mut finished = vec![None; threads];
        for (task, site) in alive.iter().filter(|(task, _)| is_task(*task)) {
            let known = survey.tasks.entry(*task).or_default();
            known.site = Some(site);
            known.shown = true;
        }
        for (index, moment) in moments.enumerate() {
            survey.see(&moment);
            let thread = moment.thread;
            survey.finishes(&mut finished[thread], index, moment.what);
            match moment.what {
                What::PollStarted { .. } | What::BlockingStarted { .. } => runs[thread] = true,
                // The first thing that a thread says of polls is that one ended: it was under way when the window began.
                What::PollEnded { task, .. } | What::BlockingEnded { task } if !runs[thread] => {
                    runs[thread] = true;
                    if is_task(task) {
                        survey.under_way.push((thread, task));
                    }
                }
                _ => {}
            }
        }
        survey
    }

    /// Follows how tasks end on one thread: poll over, those that wait for it woken, gone.
    fn finishes(&mut self, finished: &mut Option<(u64, usize)>, index: usize, what: What) {
        match what {
            What::PollEnded { task, done: true } | What::BlockingEnded { task } => {
                *finished = Some((task, index))
            }
            What::Ended { task } => {
                if let Some((_, index)) = finished.take().filter(|(finished, _)| *finished == task) {
                    self.put_off.insert(index);
                }
            }
            What::PollStarted { .. } | What::PollEnded { .. } | What::BlockingStarted { .. } => {
                *finished = None
            }
            _ => {}
        }
    }

    fn see(&mut self, moment: &Moment<'_>) {
        let role = &mut self.threads[moment.thread];
        match moment.what {
            What::PollStarted { .. } | What::PollEnded { .. } => *role = Role::Worker,
            What::BlockingStarted { .. } | What::BlockingEnded { .. } if *role == Role::Outside => {
                *role = Role::Blocking;
            }
            _ => {}
        }
        let Some(task) = moment.what.task().filter(|task| is_task(*task)) else {
            return;
        };
        let known = self.tasks.entry(task).or_default();
        let first = !std::mem::replace(&mut known.seen, true);
        match moment.what {
            What::Spawned { site, .. } => {
                known.site = Some(site);
                known.shown = true;
                known.spawned_by.get_or_insert(moment.thread);
            }
            What::PollStarted { site, .. } => {
                known.site = known.site.or(site);
                known.shown = true;
                known.scheduled |= first;
            }
            What::BlockingStarted { site, .. } => {
                known.site = known.site.or(Some(site));
                known.shown = true;
                known.blocking |= first;
            }
            What::PollEnded { .. } | What::BlockingEnded { .. } => known.shown = true,
            What::Woken { .. } => known.wakes = true,
            _ => {}
        }
    }
}

/// Whether this can be the number of a task. 0 is "no task" in Go, and its numbers are signed.
pub(super) fn is_task(task: u64) -> bool {
    task > 0 && i64::try_from(task).is_ok()
}
