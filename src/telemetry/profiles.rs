//! Profiles of this process, by the names that Go programs give them: taken, and counted.

use std::time::Duration;

use profiling::heap::View;
use profiling::pprof::Profile;
use profiling::{cpu, heap};

pub use super::label::{ProfileName, ProfileOutcome};
use super::metrics::Metrics;

/// How long a CPU profile lasts unless told otherwise, as in Go.
pub const DEFAULT_CPU: Duration = Duration::from_secs(30);

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

    /// What it tells, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            ProfileName::Cpu => "where CPU time goes, sampled for `seconds`",
            ProfileName::Heap => "who holds memory now",
            ProfileName::Allocs => "who asked for memory since the start, also what was freed",
            ProfileName::Tasks => "every task that is alive: its name, where it was spawned, what it does",
            ProfileName::Threads => "the threads of the process",
            ProfileName::Mutex => "who waited for locks, and how long",
            ProfileName::Block => "who waited for locks, in queues and for permits, and how long",
            ProfileName::Execution => "what workers and tasks do, one event after the other, for `seconds`",
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
            ProfileName::Threads => Some("threads"),
            ProfileName::Execution => None,
        }
    }
}

/// Every profile, in the order of their words.
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

/// Takes a profile. Dropping the future ends it.
///
/// # Errors
/// Another one is being taken, a value is out of bounds, or it cannot be taken here.
pub async fn take(metrics: &Metrics, ask: Ask) -> Result<Profile, ProfileError> {
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

async fn taken(ask: Ask) -> Result<Profile, ProfileError> {
    match ask.name {
        ProfileName::Cpu => {
            let options = cpu::Options {
                duration: ask.duration,
                hertz: ask.hertz,
            };
            Ok(cpu::profile(options).await?.profile)
        }
        ProfileName::Heap => aside(|| heap::profile(View::InUse)).await,
        ProfileName::Allocs => aside(|| heap::profile(View::Allocated)).await,
        _ => Err(ProfileError::Unsupported("it cannot be taken".to_owned())),
    }
}

/// Does what takes milliseconds where no task waits for it.
async fn aside<E>(take: impl FnOnce() -> Result<Profile, E> + Send + 'static) -> Result<Profile, ProfileError>
where
    E: Into<ProfileError> + Send + 'static,
{
    match profiling::tasks::spawn_blocking("take a profile", take).await {
        Ok(taken) => taken.map_err(Into::into),
        Err(_) => Err(ProfileError::Failed(
            "taking the profile panicked; please report it".to_owned(),
        )),
    }
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
