//! What is waited for: locks that block a thread, and the queues and permits that tasks wait for.
//!
//! [`Mutex`] stands in for `std::sync::Mutex`, and [`wait`] goes around a future that waits for a turn. What is free at
//! once costs nothing more; a wait is measured, and counted under the stack that waited, always.
//!
//! Covered is what goes through these two. Not covered: other locks (`std`, `parking_lot`, tokio's, those of libraries and
//! of the allocator), `Condvar` waits, channels, sockets, timers, and the time that a task is ready but no worker is free
//! (that is [`Work::waited`](crate::tasks::Work::waited)). A wait is counted when it ends, so one that lasts for ever is
//! found among the tasks instead. A lock that spins briefly counts with the time it spun.

mod mutex;
mod report;
mod table;
mod waiting;

pub use mutex::Mutex;
pub use report::{block, mutex};
pub use std::sync::MutexGuard;
pub use waiting::{Wait, wait};

#[cfg(test)]
mod tests;
