//! What an execution trace is told about tasks. Unit tests see what would be told.

#[cfg(test)]
pub(super) use collected::*;

#[cfg(not(test))]
#[cfg_attr(not(tokio_unstable), allow(unused_imports))]
pub(super) use crate::execution::{
    blocking_ended, blocking_started, ended, is_recording, poll_ended, poll_started, spawned, woken,
};

#[cfg(test)]
mod collected {
    use std::sync::Mutex;

    use crate::Site;

    /// What was told, by task.
    static TOLD: Mutex<Vec<(u64, String)>> = Mutex::new(Vec::new());

    fn tell(task: u64, text: impl Into<String>) {
        TOLD.lock().unwrap().push((task, text.into()));
    }

    /// What was told about one task so far.
    pub(in crate::tasks) fn told(task: u64) -> Vec<String> {
        let told = TOLD.lock().unwrap();
        let of_task = told.iter().filter(|(about, _)| *about == task);
        of_task.map(|(_, text)| text.clone()).collect()
    }

    #[cfg_attr(not(tokio_unstable), allow(dead_code))]
    pub(in crate::tasks) fn is_recording() -> bool {
        true
    }
    pub(in crate::tasks) fn spawned(task: u64, site: &'static Site) {
        tell(task, format!("spawned {}", site.name));
    }
    pub(in crate::tasks) fn poll_started(task: u64, site: Option<&'static Site>) {
        tell(task, format!("poll of {}", site.unwrap().name));
    }
    pub(in crate::tasks) fn poll_ended(task: u64, done: bool) {
        tell(task, if done { "done" } else { "pending" });
    }
    pub(in crate::tasks) fn woken(task: u64) {
        tell(task, "woken");
    }
    pub(in crate::tasks) fn ended(task: u64) {
        tell(task, "ended");
    }
    pub(in crate::tasks) fn blocking_started(task: u64, site: &'static Site) {
        tell(task, format!("blocking {}", site.name));
    }
    pub(in crate::tasks) fn blocking_ended(task: u64) {
        tell(task, "no longer blocking");
    }
}
