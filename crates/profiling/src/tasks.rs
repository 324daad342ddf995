//! The tasks of the service: each has a name, and is listed from its spawn to its end with what it does.
//!
//! Spawn with the functions here instead of tokio's:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let answer = profiling::tasks::spawn("think it over", async { 42 });
//! assert_eq!(answer.await.unwrap(), 42);
//! # }
//! ```
//!
//! That puts a thin layer around the future, which counts polls and their time and notes wakes, so that a task that never
//! yields is found. It costs two readings of the clock and some 10 ns a poll.
//!
//! Libraries spawn tasks too. [`install`] hooks them, in a build with `--cfg tokio_unstable`; of them, the place they were
//! spawned at, the age and whether they are being polled are known.
//!
//! Not seen: the root future of `block_on`, tasks of a `LocalSet`, and blocking calls that libraries start. A task that is
//! inside `block_in_place` counts as running.

pub(crate) mod clock;
mod entry;
mod group;
mod hooks;
mod library;
mod list;
mod named;
mod number;
#[cfg(tokio_unstable)]
mod polled;
mod record;
mod registry;
mod report;
pub(crate) mod sites;
mod text;

use std::panic::Location;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use named::{Life, Named};

pub use hooks::install;
pub use list::{Kind, State, Task, Work, alive, list};
pub use report::profile;
pub use text::{Detail, text};

/// Spawns a task with a name, as `tokio::spawn` does.
///
/// # Panics
/// Outside of a runtime.
#[track_caller]
pub fn spawn<F>(name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let named = Named::new(sites::named(name, Location::caller()), future);
    let entry = named.entry().clone();
    let task = hooks::as_own(&entry, || tokio::spawn(named));
    entry.is_number(number::of(task.id()));
    task
}

/// Spawns a task with a name on the runtime of a handle, as `Handle::spawn` does.
#[track_caller]
pub fn spawn_on<F>(runtime: &Handle, name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let named = Named::new(sites::named(name, Location::caller()), future);
    let entry = named.entry().clone();
    let task = hooks::as_own(&entry, || runtime.spawn(named));
    entry.is_number(number::of(task.id()));
    task
}

/// Spawns a task with a name into a set, as `JoinSet::spawn` does.
///
/// # Panics
/// Outside of a runtime.
#[track_caller]
pub fn spawn_in<F>(set: &mut JoinSet<F::Output>, name: &'static str, future: F) -> AbortHandle
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let named = Named::new(sites::named(name, Location::caller()), future);
    let entry = named.entry().clone();
    let task = hooks::as_own(&entry, || set.spawn(named));
    entry.is_number(number::of(task.id()));
    task
}

/// Runs a function that blocks on a thread kept for such, as `tokio::task::spawn_blocking` does.
///
/// # Panics
/// Outside of a runtime.
#[track_caller]
pub fn spawn_blocking<F, R>(name: &'static str, function: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let life = Life::begin(Kind::Blocking, sites::named(name, Location::caller()));
    let entry = life.entry().clone();
    let task = tokio::task::spawn_blocking(move || {
        let _running = life.entry().begin();
        function()
    });
    entry.is_number(number::of(task.id()));
    task
}

#[cfg(test)]
mod tests;
