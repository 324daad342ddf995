//! Profiles that were asked for.

use prometheus::IntCounterVec;

use super::Metrics;
use super::register::Register;
use crate::telemetry::catalogue;
use crate::telemetry::label::{ProfileName, ProfileOutcome};

pub(super) struct Profiles(IntCounterVec);

impl Profiles {
    pub(super) fn new(register: &Register<'_>) -> Profiles {
        let asked = register.counters(&catalogue::PROFILES);
        for name in ProfileName::WORDS {
            for outcome in ProfileOutcome::WORDS {
                asked.with_label_values(&[name, outcome]);
            }
        }
        Profiles(asked)
    }
}

impl Metrics {
    /// A profile that was asked for, and what became of it.
    pub fn profiled(&self, name: ProfileName, outcome: ProfileOutcome) {
        let words = [
            ProfileName::WORDS[name as usize],
            ProfileOutcome::WORDS[outcome as usize],
        ];
        self.profiles.0.with_label_values(&words).inc();
    }
}
