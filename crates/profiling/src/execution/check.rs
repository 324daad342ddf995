//! Reads an execution trace back and checks each rule that a tool would refuse it for. It shares nothing with the writer.
//!
//! Source of the rules: `internal/trace/parser.go` and `order.go` of Go 1.19, and what its viewer crashes on.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// An event as it was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub p: u64,
    pub at: u64,
    pub kind: u8,
    pub args: Vec<u64>,
    pub text: String,
    /// The goroutine that runs on the processor.
    pub g: u64,
}

/// All of a file, its events in order.
#[derive(Debug, Default)]
pub(super) struct File {
    pub events: Vec<Read>,
    pub strings: HashMap<u64, String>,
    /// Each a list of (address, function, file, line).
    pub stacks: HashMap<u64, Vec<[u64; 4]>>,
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().expect("an event goes on");
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
        }
        panic!("a number has at most ten bytes");
    }

    fn text(&mut self) -> String {
        let len = self.number() as usize;
        let (text, rest) = self.0.split_at(len);
        self.0 = rest;
        String::from_utf8(text.to_vec()).expect("texts are UTF-8")
    }
}

/// How many arguments an event has, with its time.
fn arguments(kind: u8) -> usize {
    match kind {
        2 | 6 | 15 => 1,
        1 | 5 | 17..=20 | 25 | 27 | 33 => 2,
        4 | 14 | 46 => 3,
        13 | 21 | 48 => 4,
        45 | 47 => 5,
        other => panic!("event {other} is not written"),
    }
}

/// Reads a file and checks it. Panics with what is wrong.
pub(super) fn check(file: &[u8]) -> File {
    assert_eq!(&file[..16], b"go 1.19 trace\0\0\0");
    let mut read = File::default();
    let queues = parse(&file[16..], &mut read);
    read.events = merge(queues);
    check_tables(&read);
    check_states(&mut read);
    read
}

fn parse(file: &[u8], read: &mut File) -> BTreeMap<u64, VecDeque<Read>> {
    let mut bytes = Bytes(file);
    let mut queues: BTreeMap<u64, VecDeque<Read>> = BTreeMap::new();
    let (mut p, mut now, mut batches, mut frequency) = (0, 0, 0, 0);
    while !bytes.0.is_empty() {
        let head = bytes.byte();
        let (kind, count) = (head & 0x3f, head >> 6);
        if kind == 37 {
            assert!(batches > 0, "a string before the first batch");
            let (id, text) = (bytes.number(), bytes.text());
            assert!(
                id > 0 && !text.is_empty() && text.len() <= 1_000_000,
                "string {id} {text:?}"
            );
            assert!(read.strings.insert(id, text).is_none(), "string {id} twice");
            continue;
        }
        let mut args = Vec::new();
        if count < 3 {
            args.extend((0..=count).map(|_| bytes.number()));
        } else {
            let len = bytes.number() as usize;
            assert!(len <= 2048, "an event of {len} bytes");
            let (body, rest) = bytes.0.split_at(len);
            bytes.0 = rest;
            let mut body = Bytes(body);
            while !body.0.is_empty() {
                args.push(body.number());
            }
        }
        if kind == 3 {
            assert!(batches > 0, "a stack before the first batch");
            assert!(
                args[0] > 0 && args.len() as u64 == 2 + 4 * args[1],
                "stack {args:?}"
            );
            let frames = args[2..].as_chunks::<4>().0.to_vec();
            assert!(!frames.is_empty(), "stack {} is empty", args[0]);
            assert!(
                read.stacks.insert(args[0], frames).is_none(),
                "stack {} twice",
                args[0]
            );
            continue;
        }
        assert_eq!(args.len(), arguments(kind), "event {kind}");
        match kind {
            1 => {
                batches += 1;
                [p, now] = [args[0], args[1]];
            }
            2 => frequency = args[0],
            _ => {
                now += args.remove(0);
                let text = if kind == 48 { bytes.text() } else { String::new() };
                assert!(p < 1_000_000, "processor {p} is reserved");
                queues.entry(p).or_default().push_back(Read {
                    p,
                    at: now,
                    kind,
                    args,
                    text,
                    g: 0,
                });
            }
        }
    }
    assert_eq!(frequency, 1_000_000_000);
    queues
}

/// Puts the events of all processors in the order of cause, as the tools do, and checks that it is one of time.
fn merge(mut queues: BTreeMap<u64, VecDeque<Read>>) -> Vec<Read> {
    let mut merged: Vec<Read> = Vec::new();
    // Of each goroutine the number of its next event, and whether it can be started or woken now.
    let mut goroutines: HashMap<u64, (u64, State)> = HashMap::new();
    let mut running: HashMap<u64, u64> = HashMap::new();
    loop {
        let ready = |read: &Read| match read.kind {
            14 => goroutines.get(&read.args[0]) == Some(&(read.args[1], State::Runnable)),
            21 => goroutines.get(&read.args[0]) == Some(&(read.args[1], State::Waiting)),
            _ => true,
        };
        let heads = queues.values().filter_map(|queue| queue.front());
        let next = heads.filter(|head| ready(head)).min_by_key(|head| head.at);
        let Some(next) = next.map(|head| head.p) else {
            break;
        };
        let queue = queues.get_mut(&next).expect("it was just seen");
        let event = queue.pop_front().expect("it was just seen");
        let current = running.entry(event.p).or_default();
        match event.kind {
            13 => {
                let before = goroutines.insert(event.args[0], (1, State::Runnable));
                assert!(before.is_none(), "{event:?}: created twice");
            }
            14 => {
                *current = event.args[0];
                goroutines.insert(event.args[0], (event.args[1] + 1, State::Running));
            }
            21 => {
                goroutines.insert(event.args[0], (event.args[1] + 1, State::Runnable));
            }
            15 | 17..=20 | 25 | 27 => {
                let goroutine = goroutines.get_mut(current).expect("something runs");
                goroutine.1 = match event.kind {
                    15 => State::Dead,
                    17 | 18 => State::Runnable,
                    _ => State::Waiting,
                };
                *current = 0;
            }
            _ => {}
        }
        if let Some(last) = merged.last() {
            assert!(last.at <= event.at, "time goes back: {last:?} {event:?}");
        }
        merged.push(event);
    }
    let all = queues.values().all(VecDeque::is_empty);
    assert!(all, "no consistent order of events");
    assert!(!merged.is_empty(), "no event");
    merged
}

fn check_tables(read: &File) {
    let mut by_address: HashMap<u64, [u64; 4]> = HashMap::new();
    for frame in read.stacks.values().flatten() {
        assert!(frame[0] != 0, "a frame without an address");
        assert!(read.strings.contains_key(&frame[1]) && read.strings.contains_key(&frame[2]));
        let known = *by_address.entry(frame[0]).or_insert(*frame);
        assert_eq!(known, *frame, "two frames of one address");
        assert!(!read.strings[&frame[1]].starts_with("runtime."));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Runnable,
    Running,
    Waiting,
    Dead,
}

#[derive(Default)]
struct World {
    states: HashMap<u64, State>,
    /// What each processor runs; there while it has a thread.
    running: HashMap<u64, u64>,
    started: HashSet<u64>,
    tasks: HashSet<u64>,
    regions: HashMap<u64, Vec<(u64, u64)>>,
    gomaxprocs: bool,
}

fn check_states(read: &mut File) {
    let mut world = World::default();
    let mut events = std::mem::take(&mut read.events);
    for event in &mut events {
        event.g = world.running.get(&event.p).copied().unwrap_or(0);
        world.event(event, read);
    }
    assert!(
        world.running.values().all(|g| *g == 0),
        "something runs at the end"
    );
    assert!(world.started.is_empty(), "a processor is not stopped at the end");
    assert!(world.gomaxprocs);
    read.events = events;
}

impl World {
    fn event(&mut self, event: &Read, read: &File) {
        let (p, g, args) = (event.p, event.g, &event.args);
        match event.kind {
            4 => assert!(
                !std::mem::replace(&mut self.gomaxprocs, true) && self.states.is_empty(),
                "Gomaxprocs is late"
            ),
            5 => assert!(self.started.insert(p), "{event:?}: started already"),
            6 => assert!(self.started.remove(&p) && g == 0, "{event:?}: stopped or busy"),
            13 => {
                assert!(args[0] > 0 && args[0] <= i64::MAX as u64);
                assert!(read.stacks.contains_key(&args[1]), "{event:?}: no stack");
                assert!(read.stacks.contains_key(&args[2]), "{event:?}: no place");
                self.turn(event, args[0], None, State::Runnable);
            }
            14 => {
                assert!(
                    self.started.contains(&p) && g == 0,
                    "{event:?}: not started or busy"
                );
                self.turn(event, args[0], Some(State::Runnable), State::Running);
                self.running.insert(p, args[0]);
            }
            15 => self.leave(event, State::Dead),
            17 | 18 => self.leave(event, State::Runnable),
            19 | 20 | 25 | 27 => self.leave(event, State::Waiting),
            21 => self.turn(event, args[0], Some(State::Waiting), State::Runnable),
            33 => {}
            45 => {
                assert!(
                    args[0] != 0 && self.tasks.insert(args[0]),
                    "{event:?}: open already"
                );
                assert!(
                    args[1] == 0 || self.tasks.contains(&args[1]),
                    "{event:?}: unknown parent"
                );
                assert!(read.strings.contains_key(&args[2]));
            }
            46 => assert!(self.tasks.remove(&args[0]), "{event:?}: not open"),
            47 => self.region(event, read),
            48 => {
                assert!(
                    self.tasks.contains(&args[0]),
                    "{event:?}: the log of an unknown task"
                );
                assert!(read.strings.contains_key(&args[1]));
            }
            other => panic!("event {other}"),
        }
        let stack = match event.kind {
            17..=21 | 25 | 27 | 45..=48 => *args.last().expect("a stack comes last"),
            _ => 0,
        };
        assert!(
            stack == 0 || read.stacks.contains_key(&stack),
            "{event:?}: unknown stack"
        );
    }

    fn turn(&mut self, event: &Read, g: u64, from: Option<State>, to: State) {
        assert_eq!(self.states.insert(g, to), from, "{event:?}");
    }

    fn leave(&mut self, event: &Read, to: State) {
        assert!(event.g != 0, "{event:?}: nothing runs");
        self.turn(event, event.g, Some(State::Running), to);
        self.running.insert(event.p, 0);
        if to == State::Dead {
            self.regions.remove(&event.g);
        }
    }

    fn region(&mut self, event: &Read, read: &File) {
        let args = &event.args;
        assert!(event.g != 0, "{event:?}: outside of all tasks");
        assert!(read.strings.contains_key(&args[2]));
        let open = self.regions.entry(event.g).or_default();
        if args[1] == 0 {
            assert!(read.stacks.contains_key(&args[3]), "{event:?}: no stack");
            assert!(
                args[0] == 0 || self.tasks.contains(&args[0]),
                "{event:?}: unknown task"
            );
            open.push((args[0], args[2]));
        } else {
            assert_eq!(open.pop(), Some((args[0], args[2])), "{event:?}: does not nest");
        }
    }
}
