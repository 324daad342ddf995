use std::future::{pending, ready};
use std::sync::{Arc, Condvar, PoisonError, TryLockError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::table::{Awaited, TABLE};
use super::*;
use crate::pprof::Profile;

/// For what has to happen at once on an idle machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sum of a value over the stacks that end like this, or pass through a function.
fn sum(profile: &Profile, kind: &str, is_wanted: impl Fn(&str) -> bool) -> i64 {
    let folded = profile.folded(kind).unwrap();
    let parts = folded.iter().map(|line| line.rsplit_once(' ').unwrap());
    let wanted = parts.filter(|(stack, _)| is_wanted(stack));
    wanted.map(|(_, value)| value.parse::<i64>().unwrap()).sum()
}

#[inline(never)]
fn take(lock: &Mutex<u32>) -> u32 {
    let mut value = lock.lock().unwrap();
    *value += 1;
    std::hint::black_box(*value)
}

/// Whether the stack is that of [`take`], waiting: outermost first.
fn is_take(stack: &str) -> bool {
    let (_, inner) = stack
        .split_once(";profiling::contention::tests::take;")
        .unwrap_or_default();
    inner.starts_with("profiling::contention::mutex::Mutex")
}

#[test]
fn a_wait_for_a_lock_is_counted_under_the_stack_that_waited() {
    let start = take as *const () as usize as u64;
    let range = start..start + 512;
    let lock = Mutex::new(0);
    assert_eq!(take(&lock), 1);
    let count = || sum(&mutex().unwrap(), "contentions", is_take);
    assert_eq!(count(), 0, "a lock that was free is no wait");
    let held = lock.lock().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| take(&lock));
        // Its stack has a place in the table from just before it waits.
        while !TABLE.has(|address| range.contains(&address)) {
            std::thread::yield_now();
        }
        drop(held);
        assert_eq!(waiting.join().unwrap(), 2);
    });
    assert_eq!(count(), 1);
    assert!(sum(&mutex().unwrap(), "delay", is_take) > 0);
    assert_eq!(sum(&block().unwrap(), "contentions", is_take), 1);
}

#[test]
fn it_behaves_as_the_lock_of_the_standard_library() {
    static SHARED: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    SHARED.lock().unwrap().push(1);
    let held = SHARED.lock().unwrap();
    assert!(matches!(SHARED.try_lock(), Err(TryLockError::WouldBlock)));
    drop(held);
    assert_eq!(*SHARED.try_lock().unwrap(), [1]);

    let mut lock = Mutex::from(7);
    *lock.get_mut().unwrap() += 1;
    let lock = Arc::new(lock);
    let other = Arc::clone(&lock);
    std::thread::spawn(move || {
        let _held = other.lock().unwrap();
        panic!("on purpose");
    })
    .join()
    .unwrap_err();
    assert!(lock.is_poisoned());
    assert_eq!(*lock.lock().unwrap_or_else(PoisonError::into_inner), 8);
    assert!(matches!(lock.try_lock(), Err(TryLockError::Poisoned(_))));
    let lock = Arc::into_inner(lock).unwrap();
    assert_eq!(lock.into_inner().unwrap_or_else(PoisonError::into_inner), 8);
}

#[test]
fn a_condvar_works_with_it() {
    let pair = (Mutex::new(false), Condvar::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            *pair.0.lock().unwrap() = true;
            pair.1.notify_one();
        });
        let waited = pair
            .1
            .wait_timeout_while(pair.0.lock().unwrap(), PATIENCE, |is_set| !*is_set);
        assert!(*waited.unwrap().0);
    });
}

#[tokio::test]
async fn a_wait_of_a_task_stands_in_the_block_profile_under_its_name() {
    let count = |name: &str| {
        let profile = block().unwrap();
        (
            sum(&profile, "contentions", |stack| stack.ends_with(name)),
            sum(&mutex().unwrap(), "contentions", |stack| stack.ends_with(name)),
        )
    };
    wait("wait for what is there", ready(())).await;
    assert_eq!(count("wait for what is there"), (0, 0));

    let permits = Arc::new(Semaphore::new(0));
    let free = Arc::clone(&permits);
    let waiting = tokio::spawn(async move {
        let _permit = wait("wait for a permit", free.acquire()).await.unwrap();
    });
    tokio::task::yield_now().await;
    permits.add_permits(1);
    timeout(PATIENCE, waiting).await.unwrap().unwrap();
    assert_eq!(count("wait for a permit"), (1, 0));
}

#[tokio::test]
async fn a_wait_that_is_given_up_is_counted_and_marked() {
    let mut waiting = Box::pin(wait("wait for nothing", pending::<()>()));
    assert!(poll_once(waiting.as_mut()).is_none());
    assert!(poll_once(waiting.as_mut()).is_none());
    drop(waiting);
    drop(wait("never begun", pending::<()>()));
    let is_it = |awaited| matches!(awaited, Awaited::Named(site) if site.name == "wait for nothing");
    let given_up: Vec<_> = TABLE
        .read(is_it)
        .into_iter()
        .map(|waited| (waited.done.count, waited.given_up.count))
        .collect();
    assert_eq!(given_up, [(0, 1)]);
    let folded = block().unwrap().folded("contentions").unwrap();
    assert!(!folded.iter().any(|line| line.contains("never begun")));
}

/// One poll.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}
