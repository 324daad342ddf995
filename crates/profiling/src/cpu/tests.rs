use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;

#[allow(dead_code, reason = "without unwind tables less can be asked for")]
#[path = "../../tests/support/work.rs"]
mod work;

use work::{known_allocating_function, known_busy_function};

/// The profiler is the process's only one, and tests share the process.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const SHORT: Options = Options {
    duration: Duration::from_secs(2),
    hertz: DEFAULT_HERTZ,
};

/// A profile of a thread that does `work`.
fn profile_of(work: fn(&AtomicBool) -> u64, options: Options) -> CpuProfile {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("at-work".to_owned())
            .spawn_scoped(scope, || work(&stop))
            .unwrap();
        let profile = block_on(profile(options));
        stop.store(true, Ordering::Relaxed);
        profile.unwrap()
    })
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

/// Samples of the thread at work whose stack, innermost first, matches, and all of that thread: other tests have theirs.
fn count(profile: &CpuProfile, matches: impl Fn(&str) -> bool) -> (u64, u64) {
    let mut counts = (0, 0);
    let text = profile.profile.to_text("cpu");
    for stack in text
        .split("\n\n")
        .filter(|stack| stack.contains("thread=at-work"))
    {
        let count: u64 = stack.split_whitespace().next().unwrap().parse().unwrap();
        counts.1 += count;
        if matches(stack) {
            counts.0 += count;
        }
    }
    counts
}

#[test]
fn a_busy_function_is_the_innermost_and_its_caller_is_known() {
    let _alone = ONE_AT_A_TIME.blocking_lock();
    let profile = profile_of(known_busy_function, SHORT);
    let (found, all) = count(&profile, |stack| {
        let mut frames = stack.lines().skip(1);
        let mut next_is = |name: &str| frames.next().is_some_and(|frame| frame.ends_with(name));
        next_is("work::known_busy_function") && next_is("profile_of::{{closure}}::{{closure}}")
    });
    assert!(
        found * 100 >= all * 90 && all >= 10,
        "{found} of {all}: {:?}",
        profile.profile.folded("samples")
    );
    assert!(profile.samples >= all);
    assert_eq!(profile.lost, 0);
}

#[test]
#[cfg(feature = "unwind")]
fn code_of_the_c_library_is_booked_under_its_caller() {
    let _alone = ONE_AT_A_TIME.blocking_lock();
    for work in [
        work::known_copying_function as fn(&AtomicBool) -> u64,
        known_allocating_function,
    ] {
        let profile = profile_of(work, SHORT);
        let (found, all) = count(&profile, |stack| stack.contains("work::known_"));
        assert!(
            found * 100 >= all * 97 && all >= 10,
            "{found} of {all}: {:?}",
            profile.profile.folded("samples")
        );
        assert!(
            profile.cut * 100 <= profile.samples,
            "{} of {}",
            profile.cut,
            profile.samples
        );
    }
}

#[test]
fn options_out_of_bounds_are_refused_by_name() {
    let of = |seconds: u64, hertz: u32| Options {
        duration: Duration::from_secs(seconds),
        hertz,
    };
    for (options, message) in [
        (of(0, 100), "a CPU profile lasts 1 to 300 seconds"),
        (of(301, 100), "a CPU profile lasts 1 to 300 seconds"),
        (of(u64::MAX, 100), "a CPU profile lasts 1 to 300 seconds"),
        (of(1, 0), "a CPU profile takes 1 to 250 samples a second"),
        (of(1, 251), "a CPU profile takes 1 to 250 samples a second"),
    ] {
        let error = block_on(profile(options)).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_second_one_is_refused_and_one_that_nobody_waits_for_makes_room() {
    let _alone = ONE_AT_A_TIME.blocking_lock();
    let long = Options {
        duration: Duration::from_secs(300),
        ..SHORT
    };
    block_on(async {
        let mut first = Box::pin(profile(long));
        // Polled once: it goes on.
        assert!(
            std::future::poll_fn(|context| std::task::Poll::Ready(first.as_mut().poll(context)))
                .await
                .is_pending()
        );
        let Err(Error::Busy { left }) = profile(SHORT).await else {
            panic!("two at once");
        };
        assert!(left <= long.duration && left >= long.duration / 2, "{left:?}");
        drop(first);
        let made_room = async {
            while is_busy() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), made_room)
            .await
            .unwrap();
        assert!(profile(SHORT).await.is_ok());
    });
}

#[test]
fn a_hundred_profiles_under_allocation_neither_hang_nor_crash() {
    let _alone = ONE_AT_A_TIME.blocking_lock();
    // The watchdog: a process that hangs is ended, and says so.
    let rounds = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&rounds);
    let (finished, watched) = std::sync::mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        let limit = Duration::from_secs(120);
        if watched.recv_timeout(limit) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            eprintln!(
                "the profiler hangs after {} profiles",
                seen.load(Ordering::Relaxed)
            );
            std::process::abort();
        }
    });
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| known_allocating_function(&stop));
        }
        let options = Options {
            duration: Duration::from_millis(20),
            hertz: 250,
        };
        for _ in 0..100 {
            let profile = take(&options, &Ending::default()).unwrap();
            assert!(profile.samples < 1000);
            rounds.fetch_add(1, Ordering::Relaxed);
        }
        stop.store(true, Ordering::Relaxed);
    });
    drop(finished);
    watchdog.join().unwrap();
    assert_eq!(rounds.load(Ordering::Relaxed), 100);
}

#[test]
fn threads_have_their_names() {
    let _alone = ONE_AT_A_TIME.blocking_lock();
    let profile = profile_of(known_busy_function, SHORT);
    let text = format!("{:?}", profile.profile);
    assert!(text.contains("at-work"));
}
