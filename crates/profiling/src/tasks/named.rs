//! The future that a named task runs: the given one, and the notes about it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use super::entry::Entry;
use super::list::Kind;
use super::registry::{self, Place};
use crate::Site;

pin_project! {
    /// A future whose polls and wakes are noted.
    pub(super) struct Named<F> {
        #[pin]
        future: F,
        // After the future: what its drop does belongs to the task.
        life: Life,
    }
}

/// From spawn to end. Dropped when the task has finished, panicked or was aborted, and when the runtime ends.
pub(super) struct Life {
    entry: Arc<Entry>,
    waker: Waker,
    place: Place,
}

impl Life {
    pub(super) fn begin(kind: Kind, site: &'static Site) -> Life {
        let entry = Arc::new(Entry::new(kind, site));
        Life {
            place: registry::insert(Arc::clone(&entry)),
            waker: Waker::from(Arc::clone(&entry)),
            entry,
        }
    }

    pub(super) fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        registry::remove(self.place);
        self.entry.end();
    }
}

impl<F> Named<F> {
    pub(super) fn new(site: &'static Site, future: F) -> Named<F> {
        Named {
            future,
            life: Life::begin(Kind::Task, site),
        }
    }

    pub(super) fn entry(&self) -> &Arc<Entry> {
        self.life.entry()
    }
}

impl<F: Future> Future for Named<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let entry = &this.life.entry;
        let running = entry.begin();
        let outcome = if entry.wakes(context.waker()) {
            this.future.poll(&mut Context::from_waker(&this.life.waker))
        } else {
            this.future.poll(context)
        };
        if outcome.is_pending() {
            running.pending();
        }
        outcome
    }
}
