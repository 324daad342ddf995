use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use super::super::Summary;
use super::super::{self as execution, Lost, UserTask, Waits, check, check_perfetto};
use super::*;

static SITE: Site = Site {
    name: "count",
    file: "src/count.rs",
    line: 1,
};

/// Recordings are one at a time in a process.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    lock(&ALONE)
}

fn start(max_bytes: usize) -> Recording {
    let options = Options {
        max_bytes,
        ..Options::default()
    };
    Recording::start(options).unwrap()
}

fn poll(task: u64, times: usize) {
    for _ in 0..times {
        execution::poll_started(task, Some(&SITE));
        execution::poll_ended(task, false);
    }
}

#[test]
fn nothing_is_kept_of_what_happens_while_off() {
    let _alone = alone();
    let before = execution::begin_task("before", None);
    assert_eq!(before, UserTask(0));
    poll(1, 10);
    let recording = start(1 << 20);
    let phase = execution::begin_phase(before, "phase", Waits::Unknown);
    execution::end_task(before);
    let trace = recording.finish();
    execution::end_phase(phase);
    poll(1, 10);
    assert_eq!(trace.summary().events, 1, "the phase alone");
}

#[test]
fn a_second_recording_is_refused_until_the_first_is_dropped() {
    let _alone = alone();
    let first = start(1 << 20);
    assert!(execution::is_recording());
    assert!(Recording::start(Options::default()).is_err());
    drop(first);
    assert!(!execution::is_recording());
    drop(start(1 << 20));
}

#[test]
fn a_recording_that_nobody_waits_for_any_more_stops() {
    let _alone = alone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let _inside = runtime.enter();
    {
        let mut recording = pin!(execution::record(Duration::from_secs(3600), Options::default()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(recording.as_mut().poll(&mut context).is_pending());
        assert!(execution::is_recording());
    }
    assert!(!execution::is_recording());
}

#[test]
fn threads_that_ended_keep_their_events_and_memory_is_given_back() {
    let _alone = alone();
    let recording = start(1 << 20);
    let threads: Vec<_> = (1..4u64)
        .map(|task| std::thread::spawn(move || poll(task, 500)))
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    poll(9, 1);
    let trace = recording.finish();
    let summary = trace.summary();
    assert_eq!((summary.events, summary.threads), (3002, 4));
    assert_eq!(summary.lost, Lost::default());
    assert!(lock(&STORE).is_none());
    MINE.with(|mine| assert!(lock(&mine.0).chunk.is_none()));
}

#[test]
fn what_does_not_fit_is_counted_and_leaves_a_window_without_holes() {
    let _alone = alone();
    let recording = start(0);
    // One that says something at the beginning only: what others lost later takes it along.
    poll(77, 1);
    let threads: Vec<_> = (1..4u64)
        .map(|task| std::thread::spawn(move || poll(task, 10_000)))
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let trace = recording.finish();
    let Summary { events, lost, .. } = trace.summary();
    assert_eq!(events + lost.events, 60_002);
    assert!(events * size_of::<Event>() as u64 <= LEAST_BYTES as u64 + 4 * 2560);
    assert!(events > 1000, "{events}");
    let mut bytes = Vec::new();
    trace.write_go(&mut bytes).unwrap();
    let file = check::check(&bytes);
    let said = format!("{} events lost", lost.events);
    assert!(
        file.strings.values().any(|string| string.starts_with(&said)),
        "the file says so"
    );
    let from = u64::try_from(lost.time.as_nanos()).unwrap();
    let bar = file.events.iter().filter(|event| event.at < from);
    let kinds: Vec<u8> = bar.map(|event| event.kind).collect();
    // Gomaxprocs, the first worker, the bar.
    assert_eq!(kinds, [4, 5, 13, 14]);

    bytes.clear();
    trace.write_perfetto(&mut bytes).unwrap();
    let read = check_perfetto::check(&bytes);
    let mut slices = read.slices.iter();
    let bar = slices.find(|(_, name, ..)| name.starts_with(&said));
    assert_eq!(bar.map(|(_, _, began, ended)| (*began, *ended)), Some((0, from)));
}

#[test]
fn a_long_text_is_cut_between_letters_and_counted() {
    let _alone = alone();
    let recording = start(1 << 20);
    execution::log(None, "text", &format!("x{}", "ü".repeat(1000)));
    for _ in 0..100 {
        execution::log(None, "text", &"y".repeat(LONGEST_TEXT));
    }
    let trace = recording.finish();
    assert_eq!(trace.lost().texts, 1);
    let mut bytes = Vec::new();
    trace.write_go(&mut bytes).unwrap();
    let file = check::check(&bytes);
    let texts: Vec<&str> = file
        .events
        .iter()
        .filter(|event| event.kind == 48)
        .map(|event| event.text.as_str())
        .collect();
    assert_eq!(texts.len(), 101);
    assert_eq!(texts[0], format!("x{}", "ü".repeat(499)));
}

#[test]
fn a_tick_asks_for_the_heap() {
    let _alone = alone();
    let options = Options {
        heap: Some(|| 4711),
        ..Options::default()
    };
    let recording = Recording::start(options).unwrap();
    recording.tick();
    let mut bytes = Vec::new();
    recording.finish().write_go(&mut bytes).unwrap();
    let events = check::check(&bytes).events;
    assert!(
        events
            .iter()
            .any(|event| event.kind == 33 && event.args == [4711])
    );
}
