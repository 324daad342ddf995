//! What a trace promises, each shown by a small recording.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::check::check;
use super::check_perfetto;
use super::event::{Event, What};
use super::recorder::Chunk;
use super::thread::Thread;
use super::trace::{Gathered, Trace};
use super::{Waits, Waits::Network, Waits::Sync};
use crate::Site;

static ANSWER: Site = Site {
    name: "answer",
    file: "src/answer.rs",
    line: 1,
};

/// Microseconds, thread, what.
type Recorded = (u64, usize, What);

fn trace(recorded: &[Recorded]) -> Trace {
    let threads = recorded
        .iter()
        .map(|(_, thread, _)| thread + 1)
        .max()
        .unwrap_or(0);
    let chunk = |index| Chunk {
        thread: Arc::new(Thread {
            name: "worker".to_owned(),
            id: 100 + index as u64,
        }),
        events: recorded
            .iter()
            .filter(|(_, thread, _)| *thread == index)
            .map(|(at, _, what)| Event {
                at: at * 1000,
                what: *what,
            })
            .collect(),
        text: String::new(),
    };
    let gathered = Gathered {
        chunks: (0..threads).map(chunk).collect(),
        ..Gathered::default()
    };
    let last = recorded.last().map_or(0, |(at, ..)| *at);
    Trace::new(
        gathered,
        Vec::new(),
        None,
        SystemTime::UNIX_EPOCH,
        Duration::from_micros(last),
    )
}

/// What the file says after its beginning: `microseconds processor goroutine: event`.
fn shown(recorded: &[Recorded]) -> Vec<String> {
    let mut bytes = Vec::new();
    trace(recorded).write_go(&mut bytes).unwrap();
    let file = check(&bytes);
    let name = |id: u64| file.strings[&id].as_str();
    let lines = file.events.iter().filter(|event| event.at >= 1000);
    lines
        .map(|event| {
            let args = &event.args;
            let what = match event.kind {
                5 => "opens".to_owned(),
                6 => "closes".to_owned(),
                13 => format!("creates {}", args[0]),
                14 => format!("starts {}", args[0]),
                15 => "finishes".to_owned(),
                17 => "yields".to_owned(),
                18 => "pauses".to_owned(),
                20 => "waits".to_owned(),
                25 => "waits sync".to_owned(),
                27 => "waits network".to_owned(),
                21 => format!("wakes {}", args[0]),
                45 => format!("task {} of {} {}", args[0], args[1], name(args[2])),
                46 => format!("end of task {}", args[0]),
                47 if args[1] == 0 => format!("region {} of {}", name(args[2]), args[0]),
                47 => format!("end of region {} of {}", name(args[2]), args[0]),
                other => format!("event {other}"),
            };
            format!("{} P{} G{}: {what}", event.at / 1000, event.p, event.g)
        })
        .collect()
}

fn spawned(task: u64) -> What {
    What::Spawned { task, site: &ANSWER }
}

fn started(task: u64) -> What {
    What::PollStarted {
        task,
        site: Some(&ANSWER),
    }
}

fn ended(task: u64, done: bool) -> What {
    What::PollEnded { task, done }
}

fn woken(task: u64) -> What {
    What::Woken { task }
}

fn phase(id: u32, task: u32, name: &'static str, waits: Waits) -> What {
    What::PhaseBegun {
        id,
        task,
        waits,
        name,
    }
}

fn over(id: u32) -> What {
    What::PhaseEnded { id }
}

#[test]
fn a_task_that_is_woken_during_its_poll_stays_runnable() {
    let recorded = [
        (1, 0, spawned(5)),
        (2, 0, started(5)),
        (3, 1, woken(5)),
        (3, 1, woken(5)),
        (4, 0, ended(5, false)),
        (5, 0, started(5)),
        (6, 0, ended(5, true)),
    ];
    let expected = [
        "1 P1 G0: creates 5",
        "2 P1 G0: starts 5",
        "4 P1 G5: yields",
        "5 P1 G0: starts 5",
        "6 P1 G5: finishes",
        "6 P1 G0: closes",
    ];
    assert_eq!(shown(&recorded), expected);
}

#[test]
fn the_waker_is_who_runs_on_the_thread() {
    let recorded = [
        (1, 0, spawned(5)),
        (2, 0, started(5)),
        (3, 0, ended(5, false)),
        (4, 1, started(6)),
        (5, 1, woken(5)),
        (6, 1, ended(6, false)),
        (7, 0, started(5)),
        (8, 0, ended(5, false)),
        (9, 2, woken(5)),
    ];
    let lines = shown(&recorded);
    assert!(lines.contains(&"5 P2 G6: wakes 5".to_owned()), "{lines:?}");
    // A thread that polls nothing.
    assert!(lines.contains(&"9 P0 G0: wakes 5".to_owned()), "{lines:?}");
}

#[test]
fn a_task_wakes_who_waits_for_it_even_after_its_last_poll() {
    let recorded = [
        (1, 0, spawned(5)),
        (1, 0, spawned(6)),
        (2, 1, started(5)),
        (3, 1, ended(5, false)),
        (4, 0, started(6)),
        (5, 0, ended(6, true)),
        (6, 0, woken(5)),
        (7, 0, What::Ended { task: 6 }),
        (8, 0, started(5)),
        (9, 0, ended(5, true)),
    ];
    let lines = shown(&recorded);
    assert!(lines.contains(&"6 P1 G6: wakes 5".to_owned()), "{lines:?}");
    assert!(lines.contains(&"7 P1 G6: finishes".to_owned()), "{lines:?}");
}

#[test]
fn a_poll_inside_a_poll_puts_the_outer_aside() {
    let recorded = [
        (1, 0, spawned(5)),
        (1, 0, spawned(6)),
        (2, 0, started(5)),
        (3, 0, started(6)),
        (4, 0, ended(6, false)),
        (5, 0, ended(5, false)),
    ];
    let expected = [
        "1 P1 G0: creates 5",
        "1 P1 G0: creates 6",
        "2 P1 G0: starts 5",
        "3 P1 G5: pauses",
        "3 P1 G0: starts 6",
        "4 P1 G6: waits",
        "4 P1 G0: starts 5",
        "5 P1 G5: waits",
        "5 P1 G0: closes",
    ];
    assert_eq!(shown(&recorded), expected);
}

#[test]
fn a_task_that_was_polled_before_its_spawn_is_told_is_created_by_its_spawner() {
    let recorded = [
        (1, 0, started(5)),
        (2, 1, started(6)),
        (3, 0, spawned(6)),
        (4, 1, ended(6, true)),
        (5, 0, ended(5, true)),
    ];
    let lines = shown(&recorded);
    assert!(lines.contains(&"2 P1 G5: creates 6".to_owned()), "{lines:?}");
    assert!(lines.contains(&"2 P2 G0: starts 6".to_owned()), "{lines:?}");
}

#[test]
fn phases_that_nest_are_regions_and_say_what_is_waited_for() {
    let name = "query";
    let recorded = [
        (1, 0, spawned(5)),
        (2, 0, started(5)),
        (
            3,
            0,
            What::TaskBegun {
                id: 1,
                parent: 0,
                name,
            },
        ),
        (4, 0, phase(2, 1, "plan", Sync)),
        (5, 0, phase(3, 1, "provider", Network)),
        (6, 0, ended(5, false)),
        (7, 1, started(5)),
        (8, 1, over(3)),
        (9, 1, over(2)),
        (10, 1, What::TaskEnded { id: 1 }),
        (11, 1, ended(5, false)),
    ];
    let expected = [
        "1 P1 G0: creates 5",
        "2 P1 G0: starts 5",
        "3 P1 G5: task 1 of 0 query",
        "4 P1 G5: region plan of 1",
        "5 P1 G5: region provider of 1",
        "6 P1 G5: waits network",
        // Nothing told of a wake: it is there all the same, or the poll could not be.
        "7 P2 G0: wakes 5",
        "7 P2 G0: starts 5",
        "8 P2 G5: end of region provider of 1",
        "9 P2 G5: end of region plan of 1",
        "10 P2 G5: end of task 1",
        "11 P2 G5: waits",
        "11 P1 G0: closes",
        "11 P2 G0: closes",
    ];
    assert_eq!(shown(&recorded), expected);
}

#[test]
fn phases_that_overlap_or_end_elsewhere_are_sub_tasks() {
    let name = "query";
    let recorded = [
        (1, 0, spawned(5)),
        (2, 0, started(5)),
        (
            3,
            0,
            What::TaskBegun {
                id: 1,
                parent: 0,
                name,
            },
        ),
        (4, 0, phase(2, 1, "a", Sync)),
        (5, 0, phase(3, 1, "b", Sync)),
        (6, 0, over(2)),
        (7, 0, over(3)),
        (8, 0, phase(4, 1, "elsewhere", Sync)),
        (9, 0, ended(5, false)),
        (10, 1, over(4)),
    ];
    let lines = shown(&recorded);
    let about = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    assert_eq!(about("region a of 1"), 2, "{lines:?}");
    assert_eq!(about("task 3 of 1 b"), 1, "{lines:?}");
    assert_eq!(about("end of task 3"), 1, "{lines:?}");
    assert_eq!(about("task 4 of 1 elsewhere"), 1, "{lines:?}");
    assert_eq!(about("10 P0 G0: end of task 4"), 1, "{lines:?}");
}

#[test]
fn a_task_of_people_that_began_before_is_left_out_and_its_phases_belong_to_none() {
    let recorded = [
        (1, 0, started(5)),
        (2, 0, phase(9, 8, "provider", Network)),
        (3, 0, over(9)),
        (4, 0, What::TaskEnded { id: 8 }),
        (5, 0, ended(5, true)),
    ];
    let lines = shown(&recorded);
    assert!(
        lines.contains(&"2 P1 G5: region provider of 0".to_owned()),
        "{lines:?}"
    );
    assert!(!lines.iter().any(|line| line.contains("task 8")), "{lines:?}");
}

#[test]
fn a_poll_that_was_under_way_is_shown_from_the_beginning() {
    let recorded = [(3, 0, woken(6)), (4, 0, ended(5, false)), (5, 0, started(6))];
    let mut bytes = Vec::new();
    trace(&recorded).write_go(&mut bytes).unwrap();
    let events = check(&bytes).events;
    let ends = events.iter().find(|event| event.kind == 20 && event.at == 4000);
    assert_eq!(ends.map(|event| event.g), Some(5));
    let wake = events.iter().find(|event| event.kind == 21 && event.at == 3000);
    assert_eq!(wake.map(|event| event.g), Some(5));
}

#[test]
fn blocking_calls_take_turns_on_rows_of_their_own() {
    let begins = |task| What::BlockingStarted { task, site: &ANSWER };
    let ends = |task| What::BlockingEnded { task };
    let recorded = [
        (1, 0, started(5)),
        (2, 0, spawned(6)),
        (3, 1, begins(6)),
        (4, 1, ends(6)),
        (5, 2, begins(7)),
        (6, 2, ends(7)),
        (7, 0, ended(5, true)),
    ];
    let lines = shown(&recorded);
    for line in [
        "3 P2 G0: starts 6",
        "4 P2 G6: finishes",
        "5 P0 G0: creates 7",
        "6 P2 G7: finishes",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line}: {lines:?}");
    }
}

#[test]
fn an_aborted_task_ends() {
    let recorded = [
        (1, 0, spawned(5)),
        (2, 0, started(5)),
        (3, 0, ended(5, false)),
        (4, 0, What::Ended { task: 5 }),
        (5, 1, woken(5)),
    ];
    let expected = [
        "1 P1 G0: creates 5",
        "2 P1 G0: starts 5",
        "3 P1 G5: waits",
        "4 P1 G0: wakes 5",
        "4 P1 G0: starts 5",
        "4 P1 G5: finishes",
        "5 P1 G0: closes",
    ];
    assert_eq!(shown(&recorded), expected);
}

#[test]
fn perfetto_shows_polls_on_threads_phases_below_requests_and_states_below_tasks() {
    let name = "query";
    let recorded = [
        (1, 0, spawned(5)),
        (2, 0, started(5)),
        (
            3,
            0,
            What::TaskBegun {
                id: 1,
                parent: 0,
                name,
            },
        ),
        (4, 0, phase(2, 1, "provider", Network)),
        (6, 0, ended(5, false)),
        (7, 1, woken(5)),
        (8, 0, started(5)),
        (9, 0, over(2)),
        (10, 0, What::TaskEnded { id: 1 }),
        (11, 0, ended(5, true)),
    ];
    let mut bytes = Vec::new();
    trace(&recorded).write_perfetto(&mut bytes).unwrap();
    let read = check_perfetto::check(&bytes);
    let mut slices: Vec<(u64, u64, &str, &str)> = read
        .slices
        .iter()
        .map(|(track, name, began, ended)| {
            (
                began / 1000,
                ended / 1000,
                read.tracks[track].as_str(),
                name.as_str(),
            )
        })
        .collect();
    slices.sort_unstable();
    let expected = [
        (1, 2, "answer 5", "is scheduled"),
        // Threads have their names in a descriptor of their own.
        (2, 6, "", "answer"),
        (2, 6, "answer 5", "runs"),
        (3, 10, "query 1", "query"),
        (4, 9, "phases in answer 5", "provider"),
        (6, 7, "answer 5", "waits for the network"),
        (7, 8, "answer 5", "is scheduled"),
        (8, 11, "", "answer"),
        (8, 11, "answer 5", "runs"),
    ];
    assert_eq!(slices, expected);
    assert_eq!(read.arrows, 2, "one from the spawn, one from the wake");
}
