//! Profiles of this process, by the names that Go programs give them: taken, and counted; and [`Steady`] ones, which nobody
//! has to ask for.

mod guard;
mod kept;
mod name;
mod push;
mod steady;

use std::time::Duration;

use profiling::execution::{self, Trace};
use profiling::heap::View;
use profiling::pprof::Profile;
use profiling::{contention, cpu, heap, tasks, threads};

pub use super::label::{ProfileName, ProfileOutcome};
use super::metrics::Metrics;
pub use steady::Steady;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Which one.
    pub name: ProfileName,
    /// For how long, where that means something.
    pub duration: Duration,
    /// Samples in a second of CPU time, where that means something.
    pub hertz: u32,
}

/// What was taken.
#[derive(Debug)]
pub enum Taken {
    /// For `go tool pprof`.
    Profile(Profile),
    /// For `go tool trace`.
    Trace(Trace),
}

/// How the events of an execution trace are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceFormat {
    /// For `go tool trace`.
    Go,
    /// For <https://ui.perfetto.dev>.
    Perfetto,
}

/// Why there is none. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Only one of its kind at a time.
    #[error("{0}; ask again then")]
    Busy(String, Duration),
    /// A value out of bounds.
    #[error("{0}")]
    Bounds(String),
    /// Not in this build, or not on this system.
    #[error("{0}")]
    Unsupported(String),
    /// It went wrong.
    #[error("{0}")]
    Failed(String),
}

impl ProfileName {
    /// The profile of that name.
    pub fn find(name: &str) -> Option<ProfileName> {
        ALL.into_iter().find(|known| known.word() == name)
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        ProfileName::WORDS[self as usize]
    }

    /// How long it lasts unless told otherwise, as in Go.
    pub fn usual_duration(self) -> Duration {
        match self {
            ProfileName::Execution => Duration::from_secs(1),
            _ => Duration::from_secs(30),
        }
    }

    /// What it tells, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            ProfileName::Cpu => "where CPU time goes, sampled for some seconds",
            ProfileName::Heap => "who holds memory now",
            ProfileName::Allocs => "who asked for memory since the start, also what was freed",
            ProfileName::Tasks => "every task that is alive: its name, where it was spawned, what it does",
            ProfileName::Threads => "the threads of the process",
            ProfileName::Mutex => "who waited for locks, and how long",
            ProfileName::Block => "who waited for locks, in queues and for permits, and how long",
            ProfileName::Execution => {
                "what workers and tasks do, one event after the other, for some seconds"
            }
            ProfileName::Other => "there is none",
        }
    }

    /// The value that a flame graph shows; `None` where there is none to show.
    pub fn drawn(self) -> Option<&'static str> {
        match self {
            ProfileName::Cpu => Some("cpu"),
            ProfileName::Heap => Some("inuse_space"),
            ProfileName::Allocs => Some("alloc_space"),
            ProfileName::Mutex | ProfileName::Block => Some("delay"),
            ProfileName::Tasks => Some("goroutine"),
            ProfileName::Threads => Some("threadcreate"),
            ProfileName::Execution | ProfileName::Other => None,
        }
    }
}

/// Every profile that there is, in the order of their words.
pub const ALL: [ProfileName; 8] = [
    ProfileName::Cpu,
    ProfileName::Heap,
    ProfileName::Allocs,
    ProfileName::Tasks,
    ProfileName::Threads,
    ProfileName::Mutex,
    ProfileName::Block,
    ProfileName::Execution,
];

impl ProfileError {
    fn outcome(&self) -> ProfileOutcome {
        match self {
            ProfileError::Busy(..) => ProfileOutcome::Busy,
            ProfileError::Bounds(_) => ProfileOutcome::Refused,
            ProfileError::Unsupported(_) => ProfileOutcome::Unsupported,
            ProfileError::Failed(_) => ProfileOutcome::Failed,
        }
    }
}

impl From<cpu::Error> for ProfileError {
    fn from(error: cpu::Error) -> ProfileError {
        let message = error.to_string();
        match error {
            cpu::Error::Busy { left } => ProfileError::Busy(message, left),
            cpu::Error::Duration | cpu::Error::Hertz => ProfileError::Bounds(message),
            cpu::Error::System(_) => ProfileError::Unsupported(message),
        }
    }
}

impl From<heap::Error> for ProfileError {
    fn from(error: heap::Error) -> ProfileError {
        let message = error.to_string();
        match error {
            heap::Error::Off | heap::Error::OnlyInUse => ProfileError::Unsupported(message),
            heap::Error::System(_) => ProfileError::Failed(message),
        }
    }
}

impl From<std::io::Error> for ProfileError {
    fn from(error: std::io::Error) -> ProfileError {
        ProfileError::Failed(error.to_string())
    }
}

impl From<execution::Busy> for ProfileError {
    fn from(busy: execution::Busy) -> ProfileError {
        ProfileError::Busy(busy.to_string(), busy.left)
    }
}

impl Taken {
    /// As a file for the Go tool that reads it. Computes for a while: see [`aside`].
    pub fn to_file(&self) -> Vec<u8> {
        match self {
            Taken::Profile(profile) => profile.to_gzip(),
            Taken::Trace(trace) => trace_file(trace, TraceFormat::Go),
        }
    }
}

/// An execution trace as a file. Computes for a while: see [`aside`].
pub fn trace_file(trace: &Trace, format: TraceFormat) -> Vec<u8> {
    let mut file = Vec::new();
    let written = match format {
        TraceFormat::Go => trace.write_go(&mut file),
        TraceFormat::Perfetto => trace.write_perfetto(&mut file),
    };
    written.expect("writing into memory does not fail");
    file
}

/// Takes a profile. Dropping the future ends it.
///
/// # Errors
/// Another one is being taken, a value is out of bounds, or it cannot be taken here.
pub async fn take(metrics: &Metrics, ask: Ask) -> Result<Taken, ProfileError> {
    let mut counted = Counted {
        metrics,
        name: ask.name,
        outcome: ProfileOutcome::Abandoned,
    };
    let taken = taken(ask).await;
    counted.outcome = taken
        .as_ref()
        .map_or_else(ProfileError::outcome, |_| ProfileOutcome::Taken);
    taken
}

async fn taken(ask: Ask) -> Result<Taken, ProfileError> {
    match ask.name {
        ProfileName::Cpu => {
            let options = cpu::Options {
                duration: ask.duration,
                hertz: ask.hertz,
            };
            Ok(Taken::Profile(cpu::profile(options).await?.profile))
        }
        ProfileName::Execution => {
            let options = execution::Options {
                heap: Some(heap::allocated),
                alive: Some(tasks::alive),
                ..execution::Options::default()
            };
            Ok(Taken::Trace(execution::record(ask.duration, options).await?))
        }
        ProfileName::Heap => taken_aside(|| heap::profile(View::InUse)).await,
        ProfileName::Allocs => taken_aside(|| heap::profile(View::Allocated)).await,
        ProfileName::Tasks => Ok(Taken::Profile(tasks::profile())),
        ProfileName::Threads => taken_aside(threads::profile).await,
        ProfileName::Mutex => taken_aside(contention::mutex).await,
        ProfileName::Block => taken_aside(contention::block).await,
        ProfileName::Other => Err(ProfileError::Unsupported("there is no such profile".to_owned())),
    }
}

async fn taken_aside<E>(
    take: impl FnOnce() -> Result<Profile, E> + Send + 'static,
) -> Result<Taken, ProfileError>
where
    E: Into<ProfileError> + Send + 'static,
{
    aside("take a profile", take)
        .await?
        .map(Taken::Profile)
        .map_err(Into::into)
}

/// Does what takes milliseconds where no task waits for it.
///
/// # Errors
/// It panicked.
pub async fn aside<T: Send + 'static>(
    name: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProfileError> {
    tasks::spawn_blocking(name, work).await.map_err(|_| {
        ProfileError::Failed("a fault of the plugin ended the profile; please report it".to_owned())
    })
}

/// Counts what became of a profile, also when nobody waits for it any more.
struct Counted<'a> {
    metrics: &'a Metrics,
    name: ProfileName,
    outcome: ProfileOutcome,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.metrics.profiled(self.name, self.outcome);
    }
}
