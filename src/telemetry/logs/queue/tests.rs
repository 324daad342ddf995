//! Every line is written or counted as lost, whatever the sink does.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);

/// Hands on what it is given, after it was let.
struct Gate {
    enter: Sender<Vec<u8>>,
    leave: Receiver<usize>,
}

impl Sink for Gate {
    fn write_lines(&mut self, lines: &[u8]) -> usize {
        let _ = self.enter.send(lines.to_vec());
        // How many lines the gate lets through; all of them once nobody watches it.
        self.leave.recv_timeout(PATIENCE).unwrap_or(usize::MAX)
    }
}

/// A queue, what its sink was given, and what lets the sink go on.
fn gated(room: usize) -> (Queue, LogCounts, Receiver<Vec<u8>>, Sender<usize>) {
    let (enter, entered) = channel();
    let (let_go, leave) = channel();
    let counts = LogCounts::default();
    let queue = Queue::start(Box::new(Gate { enter, leave }), room, counts.clone()).unwrap();
    (queue, counts, entered, let_go)
}

fn written(counts: &LogCounts) -> u64 {
    counts.by_level().iter().map(|(_, lines)| lines).sum()
}

#[test]
fn a_writer_that_hangs_costs_what_has_no_room_and_not_one_line_is_uncounted() {
    let (queue, counts, entered, let_go) = gated(1_000);
    queue.push(Level::INFO, b"the first\n");
    let first = entered.recv_timeout(PATIENCE).unwrap();
    // The sink hangs. 10 of 1000 bytes are under way, so 99 lines of 10 bytes have room.
    for _ in 0..500 {
        queue.push(Level::DEBUG, b"123456789\n");
    }
    assert!(!queue.flush(Duration::from_millis(1)), "nothing can be written");
    assert_eq!((written(&counts), counts.dropped()), (0, 401));
    let_go.send(usize::MAX).unwrap();
    let second = entered.recv_timeout(PATIENCE).unwrap();
    let_go.send(usize::MAX).unwrap();
    assert!(queue.flush(PATIENCE));
    assert_eq!((count_lines(&first), count_lines(&second)), (1, 99));
    assert_eq!((written(&counts), counts.dropped()), (100, 401));
    assert_eq!(counts.by_level()[3], ("debug", 99));

    queue.push(Level::WARN, b"and it works again\n");
    let third = entered.recv_timeout(PATIENCE).unwrap();
    assert_eq!(third, b"and it works again\n");
    let_go.send(usize::MAX).unwrap();
    assert!(queue.flush(PATIENCE));
    assert_eq!((written(&counts), counts.dropped()), (101, 401));
}

#[test]
fn lines_gather_behind_one_write_and_what_it_leaves_out_is_lost() {
    let (queue, counts, entered, let_go) = gated(ROOM);
    queue.push(Level::ERROR, b"first\n");
    entered.recv_timeout(PATIENCE).unwrap();
    for number in 0..100 {
        queue.push(Level::INFO, format!("line {number}\n").as_bytes());
    }
    let_go.send(1).unwrap();
    let gathered = entered.recv_timeout(PATIENCE).unwrap();
    assert_eq!(count_lines(&gathered), 100, "one write for all that waited");
    let_go.send(60).unwrap();
    assert!(queue.flush(PATIENCE));
    assert_eq!((written(&counts), counts.dropped()), (61, 40));
}

#[test]
fn an_error_is_written_without_waiting_for_more() {
    let (queue, _, entered, let_go) = gated(ROOM);
    queue.push(Level::INFO, b"calm\n");
    queue.push(Level::ERROR, b"alarm\n");
    let mut seen = entered.recv_timeout(PATIENCE).unwrap();
    let_go.send(usize::MAX).unwrap();
    if seen == b"calm\n" {
        seen.extend(entered.recv_timeout(PATIENCE).unwrap());
        let_go.send(usize::MAX).unwrap();
    }
    assert_eq!(seen, b"calm\nalarm\n");
}

#[test]
fn closing_writes_what_waits_and_counts_what_comes_after() {
    let (queue, counts, entered, let_go) = gated(ROOM);
    let_go.send(usize::MAX).unwrap();
    queue.push(Level::INFO, b"last words\n");
    queue.close(PATIENCE);
    assert_eq!(entered.try_recv().unwrap(), b"last words\n");
    queue.push(Level::INFO, b"too late\n");
    assert_eq!((written(&counts), counts.dropped()), (1, 1));
}

#[test]
fn a_sink_that_never_returns_does_not_hold_the_end() {
    let (queue, counts, entered, _let_go) = gated(ROOM);
    queue.push(Level::INFO, b"stuck\n");
    entered.recv_timeout(PATIENCE).unwrap();
    queue.close(Duration::from_millis(5));
    assert_eq!((written(&counts), counts.dropped()), (0, 0), "still unknown");
}
