//! CPU profiles: where this process spends its time, sampled while it does.
//!
//! The kernel's profiling timer (`ITIMER_PROF`) counts the CPU time of all threads together and interrupts one that is running.
//! The handler of its signal walks that thread's stack into a slot of memory that was made ready before; it allocates
//! nothing, takes no lock and looks up no name. A thread of its own empties the slots, and looks the names up when the
//! time is over. An idle process has an empty profile.

mod arch;
mod memory;
mod ring;
mod signal;
mod stacks;
mod walk;

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::oneshot;

use crate::places::{Places, called_from};
use crate::pprof::{Builder, Profile, Tag};
use crate::slot::Slot;
use stacks::Stacks;

/// How long a profile may last.
pub const SECONDS: std::ops::RangeInclusive<u64> = 1..=300;
/// How often it may sample a second of CPU time. The timer ticks with the kernel: beyond, samples would be missing.
pub const HERTZ: std::ops::RangeInclusive<u32> = 1..=250;
/// How often it samples unless told otherwise.
pub const DEFAULT_HERTZ: u32 = 100;

/// How often the slots are emptied.
const EMPTYING: Duration = Duration::from_millis(100);

/// What a profile is to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// For how long.
    pub duration: Duration,
    /// Samples in a second of CPU time.
    pub hertz: u32,
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Only one at a time: the timer is the process's only one.
    #[error("a CPU profile is being taken already, for {} s more", left.as_secs() + 1)]
    Busy {
        /// How long the other one still takes, if it is not ended before.
        left: Duration,
    },
    /// Outside [`SECONDS`].
    #[error("a CPU profile lasts {} to {} seconds", SECONDS.start(), SECONDS.end())]
    Duration,
    /// Outside [`HERTZ`].
    #[error("a CPU profile takes {} to {} samples a second", HERTZ.start(), HERTZ.end())]
    Hertz,
    /// The system refused what is needed.
    #[error("this system does not let a process profile itself: {0}")]
    System(#[from] std::io::Error),
}

/// A CPU profile, and how good it is.
#[derive(Debug, Clone)]
pub struct CpuProfile {
    /// Its values are `samples` and `cpu` (nanoseconds); each sample is marked with the name of its `thread`.
    pub profile: Profile,
    /// Samples in it.
    pub samples: u64,
    /// Samples that were not taken, because the slots were full.
    pub lost: u64,
    /// Samples whose stack does not reach the start of its thread.
    pub cut: u64,
}

/// Takes a profile. Dropping the future ends it at once, and the next can begin.
///
/// # Errors
/// Another one is being taken, the options are out of bounds, or the system does not let it.
pub async fn profile(options: Options) -> Result<CpuProfile, Error> {
    check(&options)?;
    let slot = SLOT.take(options.duration).map_err(|left| Error::Busy { left })?;
    let ending = Arc::new(Ending::default());
    let _end_with_this = EndOnDrop(Arc::clone(&ending));
    let (send, receive) = oneshot::channel();
    std::thread::Builder::new()
        .name("cpu-profiler".to_owned())
        .spawn(move || {
            let outcome = take(&options, &ending);
            drop(slot);
            // Nobody may be waiting any more.
            let _ = send.send(outcome);
        })?;
    receive
        .await
        .unwrap_or_else(|_| Err(std::io::Error::other("the profiler's thread ended early").into()))
}

/// Whether a profile is being taken.
pub fn is_busy() -> bool {
    SLOT.is_taken()
}

fn check(options: &Options) -> Result<(), Error> {
    let (least, most) = (
        Duration::from_secs(*SECONDS.start()),
        Duration::from_secs(*SECONDS.end()),
    );
    if !(least..=most).contains(&options.duration) {
        return Err(Error::Duration);
    }
    if !HERTZ.contains(&options.hertz) {
        return Err(Error::Hertz);
    }
    Ok(())
}

static SLOT: Slot = Slot::new();

/// Ends a profile before its time.
#[derive(Debug, Default)]
struct Ending {
    is_over: Mutex<bool>,
    told: Condvar,
}

impl Ending {
    /// Waits, for `limit` at most. Whether it is over.
    fn wait(&self, limit: Duration) -> bool {
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let (is_over, _) = self
            .told
            .wait_timeout_while(is_over, limit, |is_over| !*is_over)
            .unwrap_or_else(PoisonError::into_inner);
        *is_over
    }
}

struct EndOnDrop(Arc<Ending>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        *self.0.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.told.notify_all();
    }
}

fn take(options: &Options, ending: &Ending) -> Result<CpuProfile, Error> {
    let (began, start) = (SystemTime::now(), Instant::now());
    let mut stacks = Stacks::default();
    let sampling = signal::Sampling::begin(options.hertz)?;
    loop {
        let left = options.duration.saturating_sub(start.elapsed());
        let is_over = ending.wait(left.min(EMPTYING));
        sampling.empty(&mut |sample| stacks.add(sample));
        if is_over || start.elapsed() >= options.duration {
            break;
        }
    }
    let lasted = start.elapsed();
    let lost = sampling.end(&mut |sample| stacks.add(sample));
    Ok(CpuProfile {
        profile: encode(options, &stacks, began, lasted, lost)?,
        samples: stacks.samples,
        lost,
        cut: stacks.cut,
    })
}

fn encode(
    options: &Options,
    stacks: &Stacks,
    began: SystemTime,
    lasted: Duration,
    lost: u64,
) -> std::io::Result<Profile> {
    let period = 1_000_000_000 / i64::from(options.hertz);
    let mut builder = Builder::new(&[("samples", "count"), ("cpu", "nanoseconds")]);
    builder.period("cpu", "nanoseconds", period);
    builder.time(began, lasted);
    let mut addresses = Vec::new();
    stacks.each(&mut |_, stack, _| {
        let looked_up = stack.iter().enumerate();
        addresses.extend(looked_up.map(|(depth, address)| called_from(depth, *address)));
    });
    addresses.sort_unstable();
    addresses.dedup();
    let places = Places::look_up(addresses)?;
    let placing = places.begin(&mut builder);
    stacks.each(&mut |thread, stack, count| {
        let stack = placing.stack(&mut builder, stack);
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let values = [count, count.saturating_mul(period)];
        builder.sample(&stack, &values, &[Tag::Text("thread", thread)]);
    });
    if lost > 0 {
        builder.comment(&format!("{lost} samples were lost: this machine did not keep up"));
    }
    if stacks.cut > 0 {
        let (cut, samples) = (stacks.cut, stacks.samples);
        builder.comment(&format!(
            "the stacks of {cut} of {samples} samples do not reach the start of their thread"
        ));
    }
    Ok(builder.finish())
}

#[cfg(test)]
mod tests;
