//! Waits of tasks: for a permit, a place in a queue, the result of somebody else.

use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::table::{Awaited, Slot, TABLE};
use crate::Site;
use crate::tasks::{clock, sites};

/// Measures how long a task waits for `future`, when that is not ready at once. The wait stands in the block profile under
/// its name, above the stack of the first poll. A wait that is dropped before it ends, as by a deadline around it, is
/// counted too, with the label `outcome` = `given up`.
#[track_caller]
pub fn wait<F: Future>(name: &'static str, future: F) -> Wait<F> {
    Wait {
        future,
        place: Location::caller(),
        name,
        began: None,
    }
}

pin_project! {
    /// What [`wait`] makes.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Wait<F> {
        #[pin]
        future: F,
        place: &'static Location<'static>,
        name: &'static str,
        began: Option<Began>,
    }
}

struct Began {
    slot: &'static Slot,
    at: u64,
    is_given_up: bool,
}

impl std::fmt::Debug for Began {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Began")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Began {
    #[cold]
    fn now(site: &'static Site) -> Began {
        Began {
            slot: TABLE.slot(Awaited::Named(site)),
            at: clock::now(),
            is_given_up: true,
        }
    }
}

impl Drop for Began {
    fn drop(&mut self) {
        let waited = clock::now().saturating_sub(self.at);
        self.slot.add(waited, self.is_given_up);
    }
}

impl<F: Future> Future for Wait<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let outcome = this.future.poll(context);
        if outcome.is_pending() {
            this.began
                .get_or_insert_with(|| Began::now(sites::named(this.name, this.place)));
        } else if let Some(mut began) = this.began.take() {
            began.is_given_up = false;
        }
        outcome
    }
}
