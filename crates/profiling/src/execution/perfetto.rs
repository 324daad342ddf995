//! Writes a schedule for <https://ui.perfetto.dev>.
//!
//! A process with: a track for each thread, with a slice for each poll and arrows from what woke the task; below "requests" a track for
//! each task of people and its phases; below "tasks" a track for each task of tokio that says when it ran, was scheduled, and waited
//! for what; curves of the heap and of how many tasks live and are scheduled.

pub(super) mod message;
mod packets;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::schedule::{Act, Place, Schedule, Step};
use super::stacks::{Frame, name};
use super::thread::Thread;
use super::{Waits, stacks};

use message::{ChildOrdering, ProcessDescriptor, ThreadDescriptor, TrackDescriptor, Unit};
use packets::{Detail, Packets, Track};

/// A task of tokio.
struct Task {
    track: Track,
    frame: Frame,
    /// Woken or spawned, and not polled since: when, and the arrow that ends at the poll.
    scheduled: Option<(u64, Option<u64>)>,
    /// A slice of its track is open: it waits or runs.
    slice: bool,
    /// Tracks of its open regions, innermost last.
    regions: Vec<Track>,
}

struct Writer<'a, W> {
    packets: Packets<'a, W>,
    threads: Vec<Track>,
    tasks: HashMap<u64, Task>,
    /// People's tasks, by number.
    requests: HashMap<u32, Track>,
    /// Tracks of the regions of one task of people inside one of tokio.
    regions: HashMap<(u32, u64), Track>,
    groups: Groups,
    arrows: u64,
    alive: u64,
    scheduled: u64,
}

struct Groups {
    tasks: Track,
    requests: Track,
    heap: Track,
    alive: Track,
    scheduled: Track,
}

/// Writes the whole file.
pub(super) fn write(
    schedule: &Schedule<'_>,
    threads: &[Arc<Thread>],
    out: &mut impl io::Write,
) -> io::Result<()> {
    let mut packets = Packets::new(out);
    let pid = i32::try_from(std::process::id()).ok();
    let process = packets.track(None, process(pid))?;
    let threads = threads.iter().map(|thread| {
        let thread = ThreadDescriptor {
            pid,
            tid: i64::try_from(thread.id).ok(),
            thread_name: Some(thread.name.clone()),
        };
        let track = TrackDescriptor {
            thread: Some(thread),
            ..TrackDescriptor::default()
        };
        packets.track(Some(process), track)
    });
    let mut threads = threads.collect::<io::Result<Vec<Track>>>()?;
    if threads.is_empty() {
        // Tasks that only lived still need one.
        threads.push(packets.named(process, "no thread".to_owned())?);
    }
    let groups = Groups {
        requests: packets.track(Some(process), group("requests"))?,
        tasks: packets.track(Some(process), group("tasks"))?,
        heap: packets.curve(process, "heap", Unit::SizeBytes)?,
        alive: packets.curve(process, "tasks alive", Unit::Count)?,
        scheduled: packets.curve(process, "tasks scheduled, not polled yet", Unit::Count)?,
    };
    let mut writer = Writer {
        packets,
        threads,
        tasks: HashMap::new(),
        requests: HashMap::new(),
        regions: HashMap::new(),
        groups,
        arrows: 0,
        alive: 0,
        scheduled: 0,
    };
    let mut written = Ok(());
    schedule.walk(|step| {
        if written.is_ok() {
            written = writer.step(step);
        }
    });
    written
}

impl<W: io::Write> Writer<'_, W> {
    fn step(&mut self, step: &Step<'_>) -> io::Result<()> {
        let at = step.at;
        match step.act {
            Act::Opens | Act::Closes | Act::Recorded(..) => Ok(()),
            Act::Creates { task, name, .. } => self.creates(step, task, name),
            Act::Starts { task } => self.starts(step, task),
            Act::Waits { task, on } => {
                self.stops(step, task, waits(on))?;
                self.task_slice(at, task, waits(on))
            }
            Act::Yields { task } => {
                self.stops(step, task, "was woken during the poll")?;
                self.schedules(at, task, None)
            }
            Act::Pauses { task } => self.stops(step, task, "goes on later"),
            Act::Finishes { task } => self.finishes(step, task),
            // Nobody knows what woke it, or when: its poll shows that something did.
            Act::Wakes { told: false, .. } => Ok(()),
            Act::Wakes { task, .. } => {
                let arrow = self.arrow(step, task, "wakes ")?;
                self.schedules(at, task, Some(arrow))
            }
            Act::TaskOpens {
                id,
                parent,
                name: called,
            } => self.request_opens(step, id, parent, called),
            Act::TaskCloses { id } => match self.requests.get(&id) {
                Some(track) => {
                    let end = self.packets.end();
                    self.packets.put(at, *track, end)
                }
                None => Ok(()),
            },
            Act::RegionOpens { task, name: called } => self.region_opens(step, task, called),
            Act::RegionCloses { .. } => {
                let inside = self.tasks.get_mut(&step.running);
                match inside.and_then(|inside| inside.regions.pop()) {
                    Some(track) => {
                        let end = self.packets.end();
                        self.packets.put(at, track, end)
                    }
                    None => Ok(()),
                }
            }
            Act::Says { task, key, text } => self.says(step, task, key, text),
            Act::Heap { bytes } => self.packets.value(at, self.groups.heap, bytes),
        }
    }

    fn creates(&mut self, step: &Step<'_>, task: u64, frame: Frame) -> io::Result<()> {
        let track = self
            .packets
            .named(self.groups.tasks, format!("{} {task}", frame.name()))?;
        let created = Task {
            track,
            frame,
            scheduled: None,
            slice: false,
            regions: Vec::new(),
        };
        self.tasks.insert(task, created);
        self.alive += 1;
        self.packets.value(step.at, self.groups.alive, self.alive)?;
        let arrow = if step.prelude {
            None
        } else {
            Some(self.arrow(step, task, "spawns ")?)
        };
        self.schedules(step.at, task, arrow)
    }

    /// A poll begins: on its thread, at the end of an arrow.
    fn starts(&mut self, step: &Step<'_>, task: u64) -> io::Result<()> {
        let at = step.at;
        let Some(started) = self.tasks.get_mut(&task) else {
            return Ok(());
        };
        let (frame, track) = (started.frame, started.track);
        let lost = matches!(frame, Frame::Lost(_));
        let scheduled = started.scheduled.take();
        let waited = std::mem::take(&mut started.slice);
        if waited {
            let end = self.packets.end();
            self.packets.put(at, track, end)?;
        }
        if scheduled.is_some() {
            self.scheduled -= 1;
            self.packets.value(at, self.groups.scheduled, self.scheduled)?;
        }
        if step.prelude && !lost {
            // A task that was there before gets its state; it does not really run.
            return Ok(());
        }
        let category = match step.place {
            Place::Lane(_) => "blocking",
            _ => "poll",
        };
        let mut begin = self.packets.begin(frame.name(), category);
        self.packets.detail(&mut begin, "task", Detail::Number(task));
        self.packets.place(&mut begin, frame);
        if let Some((_, Some(arrow))) = scheduled {
            begin.ends_arrow(arrow);
        }
        self.packets.put(at, self.threads[step.thread], begin)?;
        self.task_slice(at, task, "runs")
    }

    /// The slice of a poll ends, and says why.
    fn stops(&mut self, step: &Step<'_>, task: u64, why: &'static str) -> io::Result<()> {
        let Some(stopped) = self.tasks.get_mut(&task) else {
            return Ok(());
        };
        let (lost, track) = (matches!(stopped.frame, Frame::Lost(_)), stopped.track);
        if std::mem::take(&mut stopped.slice) {
            let end = self.packets.end();
            self.packets.put(step.at, track, end)?;
        }
        if step.prelude && !lost {
            // A task that was there before gets its state; it does not really run.
            return Ok(());
        }
        let mut end = self.packets.end();
        self.packets.detail(&mut end, "then", Detail::Word(why));
        self.packets.put(step.at, self.threads[step.thread], end)
    }

    fn finishes(&mut self, step: &Step<'_>, task: u64) -> io::Result<()> {
        self.stops(step, task, "is finished")?;
        let open = self
            .tasks
            .get_mut(&task)
            .map(|task| std::mem::take(&mut task.regions));
        for track in open.into_iter().flatten().rev() {
            let end = self.packets.end();
            self.packets.put(step.at, track, end)?;
        }
        self.alive -= 1;
        self.packets.value(step.at, self.groups.alive, self.alive)
    }

    /// The task could run from here on.
    fn schedules(&mut self, at: u64, task: u64, arrow: Option<u64>) -> io::Result<()> {
        let Some(woken) = self.tasks.get_mut(&task) else {
            return Ok(());
        };
        woken.scheduled = Some((at, arrow));
        if std::mem::take(&mut woken.slice) {
            let (track, end) = (woken.track, self.packets.end());
            self.packets.put(at, track, end)?;
        }
        self.scheduled += 1;
        self.packets.value(at, self.groups.scheduled, self.scheduled)?;
        self.task_slice(at, task, "is scheduled")
    }

    /// Begins a slice on the track of a task.
    fn task_slice(&mut self, at: u64, task: u64, what: &'static str) -> io::Result<()> {
        let Some(task) = self.tasks.get_mut(&task) else {
            return Ok(());
        };
        task.slice = true;
        let track = task.track;
        let begin = self.packets.begin(what.into(), "state");
        self.packets.put(at, track, begin)
    }

    /// An arrow from what runs on this thread to the next poll of a task.
    fn arrow(&mut self, step: &Step<'_>, task: u64, verb: &str) -> io::Result<u64> {
        let name = self.tasks.get(&task).map(|task| task.frame.name());
        let name = format!("{verb}{}", name.unwrap_or_default());
        self.arrows += 1;
        let mut instant = self.packets.instant(name.into(), "wake");
        self.packets.detail(&mut instant, "task", Detail::Number(task));
        instant.begins_arrow(self.arrows);
        self.packets.put(step.at, self.threads[step.thread], instant)?;
        Ok(self.arrows)
    }

    /// A track with one slice: phases that overlap with others come here as well.
    fn request_opens(
        &mut self,
        step: &Step<'_>,
        id: u32,
        parent: u32,
        called: &'static str,
    ) -> io::Result<()> {
        let parent = self
            .requests
            .get(&parent)
            .copied()
            .unwrap_or(self.groups.requests);
        let track = self.packets.named(parent, format!("{} {id}", name(called)))?;
        self.requests.insert(id, track);
        let begin = self.packets.begin(name(called), "request");
        self.packets.put(step.at, track, begin)
    }

    fn region_opens(&mut self, step: &Step<'_>, task: u32, called: &'static str) -> io::Result<()> {
        let Some(inside) = self.tasks.get_mut(&step.running) else {
            return Ok(());
        };
        let key = (task, step.running);
        let track = match self.regions.get(&key) {
            Some(track) => *track,
            None => {
                let parent = self.requests.get(&task).copied().unwrap_or(inside.track);
                let name = format!("phases in {} {}", inside.frame.name(), step.running);
                let track = self.packets.named(parent, name)?;
                self.regions.insert(key, track);
                track
            }
        };
        inside.regions.push(track);
        let begin = self.packets.begin(name(called), "phase");
        self.packets.put(step.at, track, begin)
    }

    fn says(&mut self, step: &Step<'_>, task: u32, key: &'static str, text: &str) -> io::Result<()> {
        let mut instant = self.packets.instant(stacks::name(key), "log");
        self.packets
            .detail(&mut instant, "text", Detail::Text(text.to_owned()));
        let track = self.requests.get(&task).copied();
        self.packets
            .put(step.at, track.unwrap_or(self.threads[step.thread]), instant)
    }
}

fn waits(on: Waits) -> &'static str {
    match on {
        Waits::Network => "waits for the network",
        Waits::Sync => "waits for another task",
        Waits::Sleep => "waits for a timer",
        Waits::Unknown => "waits",
    }
}

fn process(pid: Option<i32>) -> TrackDescriptor {
    let program = std::env::current_exe().ok();
    let name = program.and_then(|program| Some(program.file_name()?.to_string_lossy().into_owned()));
    TrackDescriptor {
        process: Some(ProcessDescriptor {
            pid,
            process_name: name,
        }),
        ..TrackDescriptor::default()
    }
}

fn group(name: &str) -> TrackDescriptor {
    TrackDescriptor {
        name: Some(name.to_owned()),
        child_ordering: Some(ChildOrdering::Chronological.into()),
        ..TrackDescriptor::default()
    }
}
