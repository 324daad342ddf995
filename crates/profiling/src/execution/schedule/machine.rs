//! The state of every task and thread, and what is legal in it.

use std::collections::HashMap;

use crate::Site;
use crate::execution::Waits;
use crate::execution::stacks::{Frame, StackId, Stacks};
use crate::execution::survey::{Role, Survey};

use super::{Act, Place, Recorded, Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Runnable,
    Running,
    Waiting,
    Ended,
}

pub(super) struct Task {
    pub state: State,
    /// The thread whose stack of polls it is in.
    pub polled_on: Option<usize>,
    /// During the poll.
    pub woken: bool,
    pub frame: Frame,
    /// Its own stack of one frame.
    pub own: StackId,
    /// Phases that began in it and are open: number, name, reason to wait.
    pub phases: Vec<(u32, &'static str, Waits)>,
}

pub(super) struct Thread {
    pub place: Place,
    pub role: Role,
    /// Polls under way, outermost first, and how often each was announced.
    pub polls: Vec<(u64, u32)>,
}

pub(super) struct Machine<'a, 's> {
    pub survey: &'s Survey,
    sink: &'s mut dyn FnMut(Step<'a>),
    /// What is told of now was there before the window.
    prelude: bool,
    pub stacks: Stacks,
    pub outside: StackId,
    pub tasks: HashMap<u64, Task>,
    pub threads: Vec<Thread>,
    pub workers: u32,
    /// Which lanes are taken.
    pub lanes: Vec<bool>,
    /// Which task each open phase began in.
    pub phases: HashMap<u32, u64>,
}

static UNNAMED: Site = Site {
    name: "unnamed task",
    file: "",
    line: 0,
};

impl<'a, 's> Machine<'a, 's> {
    pub fn new(survey: &'s Survey, sink: &'s mut dyn FnMut(Step<'a>)) -> Machine<'a, 's> {
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
            sink,
            prelude: true,
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
    pub fn open(&mut self, recorded: &Recorded<'_>) {
        let lost = recorded.lost > 0;
        for worker in 0..self.workers {
            let thread = self.worker_thread(worker);
            let at = if lost && worker == 0 { 0 } else { recorded.from };
            self.put(at, thread, Place::Worker(worker), Act::Opens, 0);
            if lost && worker == 0 {
                self.show_loss(recorded);
            }
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
        self.prelude = false;
        for (thread, task) in &self.survey.under_way {
            self.poll_started(recorded.from, *thread, *task);
        }
    }

    /// A bar on the first worker over the time that was lost.
    pub fn show_loss(&mut self, recorded: &Recorded<'_>) {
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
    pub fn was_there(&mut self, at: u64, task: u64) {
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

    /// Creates a task when it is first met. Who spawned it may only say so when it has been polled already.
    pub fn ensure(&mut self, at: u64, thread: usize, task: u64) {
        if self.tasks.contains_key(&task) {
            return;
        }
        let known = self.survey.tasks.get(&task);
        let by = known.and_then(|known| known.spawned_by).unwrap_or(thread);
        let site = known.and_then(|known| known.site).unwrap_or(&UNNAMED);
        let place = self.threads[by].place;
        self.create(at, by, place, task, Frame::Task(site));
    }

    pub fn create(&mut self, at: u64, thread: usize, place: Place, task: u64, frame: Frame) {
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

    /// The window ends: nothing may run any more.
    pub fn close(&mut self, to: u64) {
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

    pub fn run(&mut self, at: u64, thread: usize, place: Place, task: u64) {
        let running = self.task(task);
        running.state = State::Running;
        running.woken = false;
        let act = Act::Starts { task };
        self.emit(Step {
            at,
            thread,
            place,
            running: task,
            prelude: self.prelude,
            stack: 0,
            act,
        });
    }

    /// The end of a poll, by what became of the task in it.
    pub fn stop(&mut self, at: u64, thread: usize, place: Place, task: u64, done: bool) {
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
        self.emit(Step {
            at,
            thread,
            place,
            running: task,
            prelude: self.prelude,
            stack,
            act,
        });
    }

    pub fn wake(&mut self, at: u64, thread: usize, place: Place, task: u64, told: bool) {
        self.task(task).state = State::Runnable;
        let stack = match self.current(thread) {
            Some(waker) => self.waiting_stack(waker),
            None => self.outside,
        };
        self.put(at, thread, place, Act::Wakes { task, told }, stack);
    }

    pub fn take_lane(&mut self, at: u64, thread: usize) -> Place {
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

    pub fn put(&mut self, at: u64, thread: usize, place: Place, act: Act<'a>, stack: StackId) {
        // A lane that was taken only to end a task runs nothing else.
        let here = self
            .threads
            .get(thread)
            .is_some_and(|thread| thread.place == place);
        let running = if here {
            self.current(thread).unwrap_or(0)
        } else {
            0
        };
        self.emit(Step {
            at,
            thread,
            place,
            running,
            prelude: self.prelude,
            stack,
            act,
        });
    }

    /// The task that runs on a thread.
    pub fn current(&self, thread: usize) -> Option<u64> {
        self.threads.get(thread)?.polls.last().map(|(task, _)| *task)
    }

    pub fn worker_thread(&self, worker: u32) -> usize {
        let place = Place::Worker(worker);
        // Without any worker the first is made up.
        self.threads
            .iter()
            .position(|thread| thread.place == place)
            .unwrap_or(0)
    }

    pub fn task(&mut self, task: u64) -> &mut Task {
        self.tasks
            .get_mut(&task)
            .expect("a task is created before it is met")
    }

    /// The phases a task is in, innermost first, and itself.
    pub fn waiting_stack(&mut self, task: u64) -> StackId {
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

    fn emit(&mut self, step: Step<'a>) {
        (self.sink)(step);
    }
}
