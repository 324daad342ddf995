//! Whether questions are taken: starting, open, maintenance, draining.

use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::telemetry::RejectReason;

/// Where the process is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Being built.
    Starting,
    /// Taking questions.
    Open,
    /// Taking questions for a moment more, and telling balancers not to send any.
    Leaving,
    /// Finishing what is under way.
    Draining,
}

/// Whether questions are taken.
#[derive(Debug, Default)]
pub struct Admission {
    stage: AtomicU8,
    /// When maintenance was switched on, in milliseconds since 1970; 0 while it is off.
    maintenance: AtomicI64,
    /// Tells what goes on for long that the process stops.
    draining: CancellationToken,
}

impl Admission {
    /// Where the process is in its life.
    pub fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Acquire) {
            0 => Stage::Starting,
            1 => Stage::Open,
            2 => Stage::Leaving,
            _ => Stage::Draining,
        }
    }
    /// Why a question is not taken now, for the metrics and for the asker; `None` when it is.
    pub fn refusal(&self) -> Option<(RejectReason, &'static str)> {
        match self.stage() {
            Stage::Starting => Some((
                RejectReason::Starting,
                "the plugin is starting; ask again in a moment",
            )),
            Stage::Draining => Some((
                RejectReason::Draining,
                "the plugin is stopping and takes no new questions",
            )),
            Stage::Open | Stage::Leaving if self.in_maintenance() => Some((
                RejectReason::Maintenance,
                "the plugin is in maintenance and takes no new questions; \
                 an operator ends it with `atest-ext-ai maintenance off`",
            )),
            Stage::Open | Stage::Leaving => None,
        }
    }

    /// Everything is built: questions are taken.
    pub fn open(&self) {
        let _ = self
            .stage
            .compare_exchange(0, 1, Ordering::AcqRel, Ordering::Acquire);
    }
    /// Questions are taken, and balancers are told to send them elsewhere.
    pub fn leave(&self) {
        let _ = self
            .stage
            .compare_exchange(1, 2, Ordering::AcqRel, Ordering::Acquire);
    }
    /// No new questions; what is under way goes on.
    pub fn drain(&self) {
        self.stage.store(3, Ordering::Release);
        self.draining.cancel();
    }
    /// Ends when the process begins to stop.
    pub async fn drains(&self) {
        self.draining.cancelled().await;
    }
    /// Whether an operator has switched questions off.
    pub fn in_maintenance(&self) -> bool {
        self.maintenance.load(Ordering::Acquire) != 0
    }
    /// Since when questions are switched off; `None` while they are not.
    pub fn maintenance_since(&self) -> Option<Timestamp> {
        match self.maintenance.load(Ordering::Acquire) {
            0 => None,
            milliseconds => Timestamp::from_millisecond(milliseconds).ok(),
        }
    }
    /// Goes on with a maintenance that was switched on before the plugin started.
    pub fn resume_maintenance(&self, since: Timestamp) {
        self.maintenance
            .store(since.as_millisecond().max(1), Ordering::Release);
    }
    /// Switches maintenance on or off; gives what it was before.
    pub fn set_maintenance(&self, on: bool) -> bool {
        if !on {
            return self.maintenance.swap(0, Ordering::AcqRel) != 0;
        }
        let now = Timestamp::now().as_millisecond().max(1);
        self.maintenance
            .compare_exchange(0, now, Ordering::AcqRel, Ordering::Acquire)
            .is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_leaving_still_takes_questions() {
        let admission = Admission::default();
        admission.leave();
        assert_eq!(admission.stage(), Stage::Starting);
        admission.open();
        admission.leave();
        assert_eq!(admission.stage(), Stage::Leaving);
        assert!(admission.refusal().is_none());
        admission.open();
        assert_eq!(admission.stage(), Stage::Leaving);
        admission.drain();
        admission.leave();
        assert_eq!(admission.stage(), Stage::Draining);
        assert!(admission.refusal().is_some());
    }

    #[test]
    fn maintenance_keeps_the_time_of_the_first_switch() {
        let admission = Admission::default();
        assert_eq!(admission.maintenance_since(), None);
        assert!(!admission.set_maintenance(true));
        let since = admission.maintenance_since();
        assert!(since.is_some());
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(admission.set_maintenance(true));
        assert_eq!(admission.maintenance_since(), since);
        assert!(admission.set_maintenance(false));
        assert!(!admission.set_maintenance(false));
        assert_eq!(admission.maintenance_since(), None);
        assert!(!admission.in_maintenance());
    }
}
