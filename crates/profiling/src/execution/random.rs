//! Random recordings, most of them nonsense, and what must hold for every one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::check::check;
use super::check_perfetto;
use super::event::{Event, What};
use super::recorder::Chunk;
use super::thread::Thread;
use super::trace::{Gathered, Trace};
use crate::Site;
use crate::execution::Waits;

static SITES: [Site; 4] = [
    Site {
        name: "answer questions",
        file: "src/answer.rs",
        line: 42,
    },
    Site {
        name: "runtime.imitation",
        file: "",
        line: 0,
    },
    Site {
        name: "",
        file: "src/ä.rs",
        line: u32::MAX,
    },
    Site {
        name: "ein sehr langer Name: 名前",
        file: "src/answer.rs",
        line: 42,
    },
];
static NAMES: [&str; 4] = ["query", "", "runtime.plan", "schema"];

/// A made-up recording: threads, events with the thread and the time since the one before, what was lost.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    threads: usize,
    events: Vec<(usize, u64, What)>,
    alive: Vec<u64>,
    lost: Option<u64>,
}

impl Recipe {
    /// The trace that such a recording gives.
    pub fn trace(&self) -> Trace {
        let mut chunks: Vec<Chunk> = (0..self.threads)
            .map(|index| Chunk {
                thread: Arc::new(Thread {
                    name: format!("thread {index}"),
                    id: 1000 + index as u64,
                }),
                events: Vec::new(),
                text: String::new(),
            })
            .collect();
        let mut now = 0;
        for (thread, since, what) in &self.events {
            now += since;
            let chunk = &mut chunks[thread % self.threads];
            let mut what = *what;
            if let What::Logged { start, len, .. } = &mut what {
                *start = chunk.text.len() as u32;
                chunk.text.push_str(&"ü".repeat(usize::from(*len / 2)));
                *len = (chunk.text.len() as u32 - *start) as u16;
            }
            chunk.events.push(Event { at: now, what });
        }
        let gathered = Gathered {
            chunks,
            lost: self.lost.map_or(0, |_| 77),
            lost_until: self.lost.map(|share| now * share / 100),
            texts_cut: 0,
        };
        let alive: Vec<_> = self
            .alive
            .iter()
            .map(|task| (*task, &SITES[*task as usize % 4]))
            .collect();
        let now_alive = self.lost.map(|_| alive.clone());
        Trace::new(
            gathered,
            alive,
            now_alive,
            SystemTime::UNIX_EPOCH,
            Duration::from_nanos(now),
        )
    }
}

/// Recordings of up to `events` events.
pub(super) fn recipes(events: usize) -> impl Strategy<Value = Recipe> {
    let event = (
        0..6usize,
        prop_oneof![Just(0u64), Just(0), 1..3u64, Just(2500)],
        whats(),
    );
    (
        1..6usize,
        prop::collection::vec(event, 0..events),
        prop::collection::vec(task(), 0..4),
        prop::option::weighted(0.2, 0..120u64),
    )
        .prop_map(|(threads, events, alive, lost)| Recipe {
            threads,
            events,
            alive,
            lost,
        })
}

fn task() -> impl Strategy<Value = u64> {
    prop_oneof![
        20 => 1..8u64,
        1 => prop_oneof![Just(0), Just(u64::MAX), Just(i64::MAX as u64)],
    ]
}

fn site() -> impl Strategy<Value = &'static Site> {
    (0..4usize).prop_map(|index| &SITES[index])
}

fn name() -> impl Strategy<Value = &'static str> {
    (0..4usize).prop_map(|index| NAMES[index])
}

fn waits() -> impl Strategy<Value = Waits> {
    prop_oneof![
        Just(Waits::Network),
        Just(Waits::Sync),
        Just(Waits::Sleep),
        Just(Waits::Unknown)
    ]
}

fn whats() -> impl Strategy<Value = What> {
    let id = || 0..10u32;
    prop_oneof![
        2 => (task(), site()).prop_map(|(task, site)| What::Spawned { task, site }),
        6 => (task(), prop::option::of(site())).prop_map(|(task, site)| What::PollStarted { task, site }),
        6 => (task(), prop::bool::weighted(0.1)).prop_map(|(task, done)| What::PollEnded { task, done }),
        4 => task().prop_map(|task| What::Woken { task }),
        1 => task().prop_map(|task| What::Ended { task }),
        1 => (task(), site()).prop_map(|(task, site)| What::BlockingStarted { task, site }),
        1 => task().prop_map(|task| What::BlockingEnded { task }),
        2 => (id(), id(), name()).prop_map(|(id, parent, name)| What::TaskBegun { id, parent, name }),
        1 => id().prop_map(|id| What::TaskEnded { id }),
        4 => (10..20u32, id(), waits(), name())
            .prop_map(|(id, task, waits, name)| What::PhaseBegun { id, task, waits, name }),
        4 => (10..20u32).prop_map(|id| What::PhaseEnded { id }),
        1 => (id(), name(), 0..40u16).prop_map(|(task, key, len)| What::Logged { task, start: 0, len, key }),
        1 => any::<u64>().prop_map(|bytes| What::Heap { bytes }),
    ]
}

/// Many, since they are small; PROPTEST_CASES asks for more.
fn config() -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig {
        cases: asked.cases.max(500),
        failure_persistence: None,
        ..asked
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_recording_breaks_a_rule_of_the_tools(recipe in recipes(150)) {
        let mut file = Vec::new();
        recipe.trace().write_go(&mut file).unwrap();
        check(&file);
    }

    #[test]
    fn no_recording_confuses_perfetto(recipe in recipes(150)) {
        let mut file = Vec::new();
        recipe.trace().write_perfetto(&mut file).unwrap();
        check_perfetto::check(&file);
    }

    /// Nothing is invented and nothing forgotten: each poll of a task on a thread of its own is in the file with its times.
    #[test]
    fn every_proper_poll_is_in_the_file(polls in prop::collection::vec((1..5u64, 2..50u64, 1..50u64), 1..40)) {
        let mut events = Vec::new();
        let mut expected: Vec<(u64, u64, u64)> = Vec::new();
        // The tasks that were there before take a nanosecond for each of their events.
        let mut now = 1000;
        events.push((0, now, What::Heap { bytes: 0 }));
        for (task, idle, busy) in &polls {
            events.push((0, idle - 1, What::Woken { task: *task }));
            events.push((0, 1, What::PollStarted { task: *task, site: Some(&SITES[0]) }));
            events.push((0, *busy, What::PollEnded { task: *task, done: false }));
            expected.push((*task, now + idle, now + idle + busy));
            now += idle + busy;
        }
        let recipe = Recipe { threads: 1, events, alive: Vec::new(), lost: None };
        let mut file = Vec::new();
        recipe.trace().write_go(&mut file).unwrap();
        let mut began = HashMap::new();
        let mut found = Vec::new();
        for event in check(&file).events {
            match event.kind {
                14 => { began.insert(event.args[0], event.at); }
                17 | 20 if event.at > 1000 => found.push((event.g, began[&event.g], event.at)),
                _ => {}
            }
        }
        prop_assert_eq!(found, expected);
    }
}
