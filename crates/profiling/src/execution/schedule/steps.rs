//! What each event of a recording does to the schedule.

use crate::execution::event::{Moment, What};
use crate::execution::stacks::Frame;
use crate::execution::survey::{Role, is_task};

use super::machine::{Machine, State};
use super::{Act, Place};

impl<'a> Machine<'a, '_> {
    pub fn step(&mut self, moment: &Moment<'a>) {
        let Moment { at, thread, what, .. } = *moment;
        match what {
            What::Spawned { task, .. } if is_task(task) => self.ensure(at, thread, task),
            What::PollStarted { task, .. } | What::BlockingStarted { task, .. } if is_task(task) => {
                self.ensure(at, thread, task);
                self.poll_started(at, thread, task);
            }
            What::PollEnded { task, done } => self.poll_ended(at, thread, task, done),
            What::BlockingEnded { task } => self.poll_ended(at, thread, task, true),
            What::Woken { task } => self.woken(at, thread, task),
            What::Ended { task } => self.ended(at, thread, task),
            What::TaskBegun { .. }
            | What::TaskEnded { .. }
            | What::PhaseBegun { .. }
            | What::PhaseEnded { .. }
            | What::Logged { .. } => self.told(moment),
            What::Heap { bytes } => {
                let place = self.threads[thread].place;
                self.put(at, thread, place, Act::Heap { bytes }, 0);
            }
            _ => {}
        }
    }

    pub fn poll_started(&mut self, at: u64, thread: usize, task: u64) {
        self.ensure(at, thread, task);
        if self.tasks[&task].state == State::Ended {
            return;
        }
        if let Some(poll) = self.threads[thread].polls.iter_mut().find(|(id, _)| *id == task) {
            // Announced twice, by a wrapper and a hook.
            poll.1 += 1;
            return;
        }
        if let Some(elsewhere) = self.tasks[&task].polled_on {
            // Two threads cannot poll one task: the end of the first poll was lost.
            self.leave(at, elsewhere, task);
        }
        if self.threads[thread].role == Role::Blocking && self.threads[thread].polls.is_empty() {
            let lane = self.take_lane(at, thread);
            self.threads[thread].place = lane;
        }
        let place = self.threads[thread].place;
        if self.tasks[&task].state == State::Waiting {
            self.wake(at, thread, place, task, false);
        }
        if let Some(outer) = self.current(thread) {
            let stack = self.waiting_stack(outer);
            self.put(at, thread, place, Act::Pauses { task: outer }, stack);
            self.task(outer).state = State::Runnable;
        }
        self.threads[thread].polls.push((task, 1));
        self.task(task).polled_on = Some(thread);
        self.run(at, thread, place, task);
    }

    fn poll_ended(&mut self, at: u64, thread: usize, task: u64, done: bool) {
        let Some(index) = self.threads[thread].polls.iter().position(|(id, _)| *id == task) else {
            return;
        };
        let poll = &mut self.threads[thread].polls[index];
        if poll.1 > 1 && !done {
            poll.1 -= 1;
            return;
        }
        // The ends of polls inside it were lost.
        while let Some((inner, _)) = self.threads[thread].polls.last().copied() {
            let place = self.threads[thread].place;
            self.stop(at, thread, place, inner, done && inner == task);
            self.threads[thread].polls.pop();
            self.resume(at, thread);
            if inner == task {
                break;
            }
        }
    }

    /// Takes a task out of the polls of a thread whose end of the poll was lost; it stays runnable.
    fn leave(&mut self, at: u64, thread: usize, task: u64) {
        let on_top = self.current(thread) == Some(task);
        let place = self.threads[thread].place;
        if on_top {
            let stack = self.waiting_stack(task);
            self.put(at, thread, place, Act::Yields { task }, stack);
        }
        self.threads[thread].polls.retain(|(id, _)| *id != task);
        let left = self.task(task);
        left.state = State::Runnable;
        left.polled_on = None;
        if on_top {
            self.resume(at, thread);
        }
    }

    /// Goes on with the poll around the one that ended; without one a lane becomes free.
    fn resume(&mut self, at: u64, thread: usize) {
        let place = self.threads[thread].place;
        if let Some((outer, _)) = self.threads[thread].polls.last().copied() {
            let woken = self.tasks[&outer].woken;
            self.run(at, thread, place, outer);
            self.task(outer).woken = woken;
        } else if let Place::Lane(lane) = place {
            self.put(at, thread, place, Act::Closes, 0);
            self.lanes[lane as usize] = false;
            self.threads[thread].place = Place::Outside;
        }
    }

    fn woken(&mut self, at: u64, thread: usize, task: u64) {
        let Some(known) = self.survey.tasks.get(&task) else {
            return;
        };
        // A task whose spawn is only told later exists already.
        if known.shown && !known.blocking {
            self.ensure(at, thread, task);
        }
        let Some(sleeper) = self.tasks.get_mut(&task) else {
            return;
        };
        if sleeper.polled_on.is_some() {
            sleeper.woken = true;
        } else if sleeper.state == State::Waiting {
            let place = self.threads[thread].place;
            self.wake(at, thread, place, task, true);
        }
    }

    /// The task is gone: finished, or aborted while it waited.
    fn ended(&mut self, at: u64, thread: usize, task: u64) {
        let Some(ending) = self.tasks.get(&task) else {
            return;
        };
        if let Some(polled_on) = ending.polled_on {
            self.poll_ended(at, polled_on, task, true);
            return;
        }
        let waiting = match ending.state {
            State::Waiting => true,
            State::Runnable => false,
            State::Running | State::Ended => return,
        };
        let own = self.threads[thread].place;
        let idle = matches!(own, Place::Worker(_)) && self.threads[thread].polls.is_empty();
        let place = if idle { own } else { self.take_lane(at, thread) };
        if waiting {
            self.wake(at, thread, place, task, false);
        }
        self.run(at, thread, place, task);
        self.stop(at, thread, place, task, true);
        if let Place::Lane(lane) = place {
            self.put(at, thread, place, Act::Closes, 0);
            self.lanes[lane as usize] = false;
        }
    }

    /// Keeps in mind why the task will wait; the rest is decided when all is known.
    fn told(&mut self, moment: &Moment<'a>) {
        let Moment {
            at,
            thread,
            what,
            text,
        } = *moment;
        let current = self.current(thread);
        let mut stack = match current {
            Some(task) => self.waiting_stack(task),
            None => self.outside,
        };
        match what {
            What::PhaseBegun { id, waits, name, .. } => match current {
                Some(task) => {
                    self.task(task).phases.push((id, name, waits));
                    self.phases.insert(id, task);
                    stack = self.waiting_stack(task);
                }
                None => stack = self.stacks.id(&[Frame::Phase(name, None), Frame::Outside]),
            },
            What::PhaseEnded { id } => {
                if let Some(task) = self.phases.remove(&id) {
                    self.task(task).phases.retain(|(open, ..)| *open != id);
                }
            }
            _ => {}
        }
        let place = self.threads[thread].place;
        self.put(at, thread, place, Act::Recorded(what, text), stack);
    }
}
