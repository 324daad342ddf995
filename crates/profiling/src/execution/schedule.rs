//! Turns what was recorded into a schedule that no tool refuses.
//!
//! Tokio allows what Go's tools do not: wakes during a poll, wakes of what is awake, polls inside polls. And a recording begins and
//! ends in the middle of everything. So each task gets a state here, and only what is legal in that state comes out:
//! created → runnable → running → waiting → runnable … → ended. Source of the rules: `internal/trace/parser.go` of Go 1.19.

use std::collections::HashMap;

use crate::Site;

use super::Waits;
use super::event::{Moment, What};
use super::stacks::{Frame, StackId, Stacks};
use super::survey::{Role, Survey, is_task};

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Runnable,
    Running,
    Waiting,
    Ended,
}

struct Task {
    state: State,
    /// The thread whose stack of polls it is in.
    polled_on: Option<usize>,
    /// During the poll.
    woken: bool,
    frame: Frame,
    /// Its own stack of one frame.
    own: StackId,
    /// Phases that began in it and are open: number, name, reason to wait.
    phases: Vec<(u32, &'static str, Waits)>,
}

struct Thread {
    place: Place,
    role: Role,
    /// Polls under way, outermost first, and how often each was announced.
    polls: Vec<(u64, u32)>,
}

struct Machine<'a> {
    survey: Survey,
    steps: Vec<Step<'a>>,
    prelude: usize,
    stacks: Stacks,
    outside: StackId,
    tasks: HashMap<u64, Task>,
    threads: Vec<Thread>,
    workers: u32,
    /// Which lanes are taken.
    lanes: Vec<bool>,
    /// Which task each open phase began in.
    phases: HashMap<u32, u64>,
}

static UNNAMED: Site = Site {
    name: "unnamed task",
    file: "",
    line: 0,
};

/// Makes the schedule.
pub(super) fn schedule<'a>(recorded: &Recorded<'a>) -> Schedule<'a> {
    let survey = Survey::new(&recorded.moments, recorded.threads, recorded.alive);
    let mut machine = Machine::new(survey);
    machine.open(recorded);
    for moment in &recorded.moments {
        machine.step(moment);
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

impl<'a> Machine<'a> {
    fn new(survey: Survey) -> Machine<'a> {
        let mut stacks = Stacks::default();
        let outside = stacks.id(&[Frame::Outside]);
        let mut workers = 0;
        let threads = survey.threads.iter().map(|role| {
            let place = match role {
                Role::Worker => {
                    workers += 1;
                    Place::Worker(workers - 1)
                }
                Role::Blocking | Role::Outside => Place::Outside,
            };
            Thread {
                place,
                role: *role,
                polls: Vec::new(),
            }
        });
        let threads = threads.collect();
        Machine {
            survey,
            steps: Vec::new(),
            prelude: 0,
            stacks,
            outside,
            tasks: HashMap::new(),
            threads,
            // Tasks that lived before need one to be shown on.
            workers: workers.max(1),
            lanes: Vec::new(),
            phases: HashMap::new(),
        }
    }

    /// The window begins: workers, what was lost before, tasks that were there already, polls that were under way.
    fn open(&mut self, recorded: &Recorded<'_>) {
        let lost = recorded.lost > 0;
        let began = if lost { 0 } else { recorded.from };
        for worker in 0..self.workers {
            let thread = self.worker_thread(worker);
            let at = if worker == 0 { began } else { recorded.from };
            self.put(at, thread, Place::Worker(worker), Act::Opens, 0);
        }
        if lost {
            self.show_loss(recorded);
        }
        let mut before: Vec<u64> = self
            .survey
            .tasks
            .iter()
            .filter(|(_, known)| known.shown && known.spawned_by.is_none() && !known.blocking)
            .map(|(task, _)| *task)
            .collect();
        before.sort_unstable();
        for task in before {
            self.was_there(recorded.from, task);
        }
        // In time order: a worker opens at 0 only where events were lost, and the others after.
        self.steps.sort_by_key(|step| step.at);
        self.prelude = self.steps.len();
        for (thread, task) in std::mem::take(&mut self.survey.under_way) {
            self.poll_started(recorded.from, thread, task);
        }
    }

    /// A bar on the first worker over the time that was lost.
    fn show_loss(&mut self, recorded: &Recorded<'_>) {
        let Some(task) = (1..).find(|id| !self.survey.tasks.contains_key(id)) else {
            return;
        };
        let place = Place::Worker(0);
        let thread = self.worker_thread(0);
        let frame = Frame::Lost(recorded.lost);
        self.create(0, thread, place, task, frame);
        self.run(0, thread, place, task);
        self.stop(recorded.from, thread, place, task, true);
    }

    /// A task that lived before the window: only what ran once has its name in both versions of the tool.
    fn was_there(&mut self, at: u64, task: u64) {
        let place = Place::Worker(0);
        let thread = self.worker_thread(0);
        let known = &self.survey.tasks[&task];
        let scheduled = known.scheduled && known.wakes;
        let frame = Frame::Task(known.site.unwrap_or(&UNNAMED));
        self.create(at, thread, place, task, frame);
        self.run(at, thread, place, task);
        if scheduled {
            self.task(task).woken = true;
        }
        self.stop(at, thread, place, task, false);
    }

    fn step(&mut self, moment: &Moment<'a>) {
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

    /// Creates a task when it is first met. Who spawned it may only say so when it has been polled already.
    fn ensure(&mut self, at: u64, thread: usize, task: u64) {
        if self.tasks.contains_key(&task) {
            return;
        }
        let known = self.survey.tasks.get(&task);
        let by = known.and_then(|known| known.spawned_by).unwrap_or(thread);
        let site = known.and_then(|known| known.site).unwrap_or(&UNNAMED);
        let place = self.threads[by].place;
        self.create(at, by, place, task, Frame::Task(site));
    }

    fn create(&mut self, at: u64, thread: usize, place: Place, task: u64, frame: Frame) {
        let own = self.stacks.id(&[frame]);
        let creator = self.current(thread).map(|creator| self.tasks[&creator].frame);
        let spawn = match frame {
            Frame::Task(site) => Frame::Spawn(site),
            other => other,
        };
        let stack = self.stacks.id(&[spawn, creator.unwrap_or(Frame::Outside)]);
        let created = Task {
            state: State::Runnable,
            polled_on: None,
            woken: false,
            frame,
            own,
            phases: Vec::new(),
        };
        self.tasks.insert(task, created);
        let act = Act::Creates {
            task,
            name: frame,
            own,
        };
        self.put(at, thread, place, act, stack);
    }

    fn poll_started(&mut self, at: u64, thread: usize, task: u64) {
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
            self.wake(at, thread, place, task);
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
            self.wake(at, thread, place, task);
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
            self.wake(at, thread, place, task);
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
        let Moment { at, thread, what, text } = *moment;
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

    /// The window ends: nothing may run any more.
    fn close(&mut self, to: u64) {
        for thread in 0..self.threads.len() {
            let place = self.threads[thread].place;
            if let Some(task) = self.current(thread) {
                let stack = self.waiting_stack(task);
                self.put(to, thread, place, Act::Pauses { task }, stack);
                self.threads[thread].polls.clear();
            }
            if let Place::Lane(_) = place {
                self.put(to, thread, place, Act::Closes, 0);
            }
        }
        for worker in 0..self.workers {
            let thread = self.worker_thread(worker);
            self.put(to, thread, Place::Worker(worker), Act::Closes, 0);
        }
    }

    fn run(&mut self, at: u64, thread: usize, place: Place, task: u64) {
        let running = self.task(task);
        running.state = State::Running;
        running.woken = false;
        let act = Act::Starts { task };
        self.steps.push(Step {
            at,
            thread,
            place,
            running: task,
            stack: 0,
            act,
        });
    }

    /// The end of a poll, by what became of the task in it.
    fn stop(&mut self, at: u64, thread: usize, place: Place, task: u64, done: bool) {
        let stack = self.waiting_stack(task);
        let stopped = self.task(task);
        stopped.polled_on = None;
        let on = stopped
            .phases
            .last()
            .map_or(Waits::Unknown, |(_, _, waits)| *waits);
        let (state, act) = match (done, stopped.woken) {
            (true, _) => (State::Ended, Act::Finishes { task }),
            (false, true) => (State::Runnable, Act::Yields { task }),
            (false, false) => (State::Waiting, Act::Waits { task, on }),
        };
        stopped.state = state;
        self.steps.push(Step {
            at,
            thread,
            place,
            running: task,
            stack,
            act,
        });
    }

    fn wake(&mut self, at: u64, thread: usize, place: Place, task: u64) {
        self.task(task).state = State::Runnable;
        let stack = match self.current(thread) {
            Some(waker) => self.waiting_stack(waker),
            None => self.outside,
        };
        self.put(at, thread, place, Act::Wakes { task }, stack);
    }

    fn take_lane(&mut self, at: u64, thread: usize) -> Place {
        let free = self.lanes.iter().position(|taken| !taken);
        let lane = free.unwrap_or_else(|| {
            self.lanes.push(false);
            self.lanes.len() - 1
        });
        self.lanes[lane] = true;
        let place = Place::Lane(lane as u32);
        self.put(at, thread, place, Act::Opens, 0);
        place
    }

    fn put(&mut self, at: u64, thread: usize, place: Place, act: Act<'a>, stack: StackId) {
        // A lane that was taken only to end a task runs nothing else.
        let here = self
            .threads
            .get(thread)
            .is_some_and(|thread| thread.place == place);
        let running = if here { self.current(thread).unwrap_or(0) } else { 0 };
        self.steps.push(Step {
            at,
            thread,
            place,
            running,
            stack,
            act,
        });
    }

    /// The task that runs on a thread.
    fn current(&self, thread: usize) -> Option<u64> {
        self.threads.get(thread)?.polls.last().map(|(task, _)| *task)
    }

    fn worker_thread(&self, worker: u32) -> usize {
        let place = Place::Worker(worker);
        // Without any worker the first is made up.
        self.threads
            .iter()
            .position(|thread| thread.place == place)
            .unwrap_or(0)
    }

    fn task(&mut self, task: u64) -> &mut Task {
        self.tasks
            .get_mut(&task)
            .expect("a task is created before it is met")
    }

    /// The phases a task is in, innermost first, and itself.
    fn waiting_stack(&mut self, task: u64) -> StackId {
        let waiting = &self.tasks[&task];
        if waiting.phases.is_empty() {
            return waiting.own;
        }
        let site = match waiting.frame {
            Frame::Task(site) => Some(site),
            _ => None,
        };
        let phases = waiting.phases.iter().rev();
        let mut frames: Vec<Frame> = phases.map(|(_, name, _)| Frame::Phase(name, site)).collect();
        frames.push(waiting.frame);
        self.stacks.id(&frames)
    }
}
