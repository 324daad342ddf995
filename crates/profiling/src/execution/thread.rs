//! A thread, as the system knows it.
#![allow(unsafe_code)]

/// Its name and number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thread {
    pub name: String,
    pub id: u64,
}

impl Thread {
    /// The thread that asks.
    pub fn current() -> Thread {
        // SAFETY: it takes nothing, touches no memory and cannot fail.
        let id = unsafe { libc::gettid() };
        let thread = std::thread::current();
        Thread {
            name: thread.name().unwrap_or("unnamed").to_owned(),
            id: u64::try_from(id).unwrap_or_default(),
        }
    }
}
