use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, oneshot};
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

use super::*;

const UNNAMED: &str = "tasks without a name;this program;crates/profiling/src/tasks/tests.rs:";

/// For what has to happen at once on an idle machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    install(builder.worker_threads(2).enable_all());
    builder.build().unwrap()
}

fn block_on<T>(runtime: &Runtime, work: impl Future<Output = T>) -> T {
    runtime.block_on(async { timeout(PATIENCE, work).await.expect("it does not end") })
}

/// The tasks of that name. Other tests have theirs.
fn called(name: &str) -> Vec<Task> {
    list().into_iter().filter(|task| task.site.name == name).collect()
}

async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn a_task_is_listed_from_spawn_to_end_with_its_name_place_and_number() {
    let runtime = runtime();
    block_on(&runtime, async {
        let (finish, finished) = oneshot::channel::<()>();
        let line = line!() + 1;
        let task = spawn("wait for the end", async { finished.await.unwrap() });
        let id = number::of(task.id());
        until(|| {
            called("wait for the end")
                .iter()
                .any(|task| task.state == State::Idle)
        })
        .await;
        let [listed] = called("wait for the end").try_into().unwrap();
        assert_eq!((listed.id, listed.kind, listed.parent), (id, Kind::Task, None));
        assert_eq!(listed.site.file, "crates/profiling/src/tasks/tests.rs");
        assert_eq!(listed.site.line, line);
        assert_eq!(listed.work.unwrap().polls, 1);
        finish.send(()).unwrap();
        task.await.unwrap();
        assert_eq!(called("wait for the end"), []);
    });
}

#[test]
fn aborted_panicked_and_shut_down_tasks_are_no_longer_listed() {
    let runtime = runtime();
    block_on(&runtime, async {
        let aborted = spawn("to be aborted", pending::<()>());
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_cancelled());
        let panics = spawn("to panic", async { panic!("on purpose") });
        assert!(panics.await.unwrap_err().is_panic());
        let mut set = JoinSet::new();
        spawn_in(&mut set, "to be dropped with its set", pending::<()>());
        set.shutdown().await;
        spawn("to be shut down", pending::<()>());
    });
    assert_eq!(called("to be shut down").len(), 1);
    let handle = runtime.handle().clone();
    drop(runtime);
    drop(spawn_on(&handle, "to be refused", pending::<()>()));
    for name in [
        "to be aborted",
        "to panic",
        "to be dropped with its set",
        "to be shut down",
        "to be refused",
    ] {
        assert_eq!(called(name), []);
    }
}

#[test]
fn polls_wakes_and_parents_are_noted_and_nothing_is_lost_between_threads() {
    let runtime = runtime();
    block_on(&runtime, async {
        let bell = Arc::new(Notify::new());
        let heard = Arc::clone(&bell);
        let outer = spawn("parent", async move {
            let inner = spawn("child", async move {
                for _ in 0..1000 {
                    heard.notified().await;
                    yield_now().await;
                }
                number::current()
            });
            let child = number::of(inner.id());
            let listed = called("child");
            let parent = number::current();
            assert!(
                listed
                    .iter()
                    .all(|task| task.parent == Some(parent) && task.id == child)
            );
            inner.await.unwrap()
        });
        while !outer.is_finished() {
            bell.notify_one();
            yield_now().await;
        }
        let child = outer.await.unwrap();
        let told = record::told(child);
        let count = |what: &str| told.iter().filter(|text| *text == what).count();
        let polls = count("poll of child");
        assert_eq!(told[0], "spawned child");
        assert_eq!(told.last().unwrap(), "ended");
        assert_eq!((count("spawned child"), count("done"), count("ended")), (1, 1, 1));
        assert_eq!(polls, count("pending") + 1);
        assert!(polls > 1000, "{polls}");
        assert_eq!(count("woken") + 1, polls, "each poll but the first was woken");
    });
}

#[test]
fn a_task_that_does_not_yield_is_first_and_said_to_be_stuck() {
    let runtime = runtime();
    let (began, begun) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let stuck = spawn_on(runtime.handle(), "never yields", async move {
        began.send(()).unwrap();
        released.recv().unwrap();
    });
    let _idle = spawn_on(runtime.handle(), "yields", pending::<()>());
    begun.recv_timeout(PATIENCE).unwrap();
    while !called("never yields")[0].is_stuck(Duration::from_millis(100)) {
        std::thread::yield_now();
    }
    let all = list();
    let place = |name: &str| all.iter().position(|task| task.site.name == name).unwrap();
    assert!(place("never yields") < place("yields"));
    let text = text(Detail::Each);
    let (_, told) = text.split_once("[running]:\nnever yields\n").unwrap();
    assert!(told.starts_with("\tstuck? this poll began "), "{told}");
    release.send(()).unwrap();
    block_on(&runtime, stuck).unwrap();
}

#[test]
fn a_blocking_call_is_listed_while_it_runs_and_holds_nobody_up() {
    let runtime = runtime();
    let (release, released) = std::sync::mpsc::channel::<()>();
    block_on(&runtime, async {
        let call = spawn_blocking("block", move || released.recv().unwrap());
        let id = number::of(call.id());
        until(|| called("block")[0].state == State::Running).await;
        let listed = &called("block")[0];
        assert_eq!((listed.id, listed.kind), (id, Kind::Blocking));
        assert!(!listed.is_stuck(Duration::ZERO));
        release.send(()).unwrap();
        call.await.unwrap();
        assert_eq!(called("block"), []);
        assert_eq!(record::told(id), ["blocking block", "no longer blocking"]);
    });
}

#[test]
fn a_waker_that_outlives_its_task_is_harmless() {
    let runtime = runtime();
    block_on(&runtime, async {
        let task = spawn(
            "leaves its waker",
            poll_fn(|context| Poll::Ready(context.waker().clone())),
        );
        let waker = task.await.unwrap();
        waker.wake_by_ref();
        waker.wake();
    });
}

#[test]
fn without_a_runtime_it_panics_as_tokio_does_and_leaves_nothing() {
    let outcome = std::panic::catch_unwind(|| spawn("nowhere", pending::<()>()));
    assert!(outcome.is_err());
    assert_eq!(called("nowhere"), []);
}

#[test]
fn the_texts_are_those_that_people_know_from_go() {
    let runtime = runtime();
    block_on(&runtime, async {
        let mut set = JoinSet::new();
        for _ in 0..3 {
            spawn_in(&mut set, "answer the telephone", pending::<()>());
        }
        until(|| {
            called("answer the telephone")
                .iter()
                .all(|task| task.state == State::Idle)
        })
        .await;
        let groups = text(Detail::Groups);
        assert!(groups.starts_with("goroutine profile: total "), "{groups}");
        let group = groups
            .split("\n\n")
            .find(|group| group.contains("answer the telephone"))
            .unwrap();
        let lines: Vec<&str> = group.lines().skip_while(|line| !line.contains(" @ ")).collect();
        assert!(lines[0].starts_with("3 @ 0x"), "{group}");
        assert_eq!(lines[1], r#"# labels: {"state":"idle"}"#);
        assert!(lines[2].contains("\tanswer the telephone\tcrates/profiling/src/tasks/tests.rs:"));

        let each = text(Detail::Each);
        let blocks = each.split("\n\n");
        let of_task: Vec<&str> = blocks
            .filter(|block| block.contains("answer the telephone"))
            .collect();
        assert_eq!(of_task.len(), 3);
        let lines: Vec<&str> = of_task[0].lines().collect();
        assert!(
            lines[0].starts_with("goroutine ") && lines[0].ends_with(" [idle]:"),
            "{each}"
        );
        assert_eq!(lines[1], "answer the telephone");
        assert_eq!(lines[3], "created by profiling::tasks::spawn");
        assert!(lines[4].starts_with("\tcrates/profiling/src/tasks/tests.rs:"));
        set.shutdown().await;
    });
}

#[test]
fn the_profile_counts_tasks_by_name_and_state() {
    let runtime = runtime();
    block_on(&runtime, async {
        let mut set = JoinSet::new();
        for _ in 0..3 {
            spawn_in(&mut set, "stand in the profile", pending::<()>());
        }
        set.spawn(pending());
        until(|| {
            called("stand in the profile")
                .iter()
                .all(|task| task.state == State::Idle)
        })
        .await;
        let folded = profile().folded("goroutine").unwrap();
        assert!(
            folded.contains(&"tasks;stand in the profile 3".to_owned()),
            "{folded:?}"
        );
        let is_seen = folded.iter().any(|line| line.starts_with(UNNAMED));
        assert_eq!(is_seen, cfg!(tokio_unstable), "{folded:?}");
        let busy = profile().folded("busy").unwrap();
        assert!(
            busy.iter()
                .any(|line| line.starts_with("tasks;stand in the profile ")),
            "{busy:?}"
        );
        set.shutdown().await;
    });
}
