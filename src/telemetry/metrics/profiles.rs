//! Profiles that were asked for, and those that nobody had to ask for.

use prometheus::{IntCounter, IntCounterVec, IntGauge};

use super::Metrics;
use super::register::Register;
use crate::telemetry::catalogue;
use crate::telemetry::label::{ProfileCause, ProfileName, ProfileOutcome, ProfilePlace};

pub(super) struct Profiles {
    asked: IntCounterVec,
    kept: IntCounterVec,
    push_failures: IntCounter,
    folder: IntGauge,
}

impl Profiles {
    pub(super) fn new(register: &Register<'_>) -> Profiles {
        let asked = register.counters(&catalogue::PROFILES);
        for name in ProfileName::WORDS {
            for outcome in ProfileOutcome::WORDS {
                asked.with_label_values(&[name, outcome]);
            }
        }
        let kept = register.counters(&catalogue::PROFILES_KEPT);
        for cause in ProfileCause::WORDS {
            for place in ProfilePlace::WORDS {
                kept.with_label_values(&[cause, place]);
            }
        }
        Profiles {
            asked,
            kept,
            push_failures: register.counter(&catalogue::PROFILE_PUSH_FAILURES),
            folder: register.gauge(&catalogue::PROFILES_FOLDER),
        }
    }
}

impl Metrics {
    /// A profile that was asked for, and what became of it.
    pub fn profiled(&self, name: ProfileName, outcome: ProfileOutcome) {
        let words = [
            ProfileName::WORDS[name as usize],
            ProfileOutcome::WORDS[outcome as usize],
        ];
        self.profiles.asked.with_label_values(&words).inc();
    }

    /// A profile that nobody had to ask for, and where it is.
    pub fn profile_kept(&self, cause: ProfileCause, place: ProfilePlace) {
        let words = [
            ProfileCause::WORDS[cause as usize],
            ProfilePlace::WORDS[place as usize],
        ];
        self.profiles.kept.with_label_values(&words).inc();
    }

    /// A profile that the server did not take.
    pub fn profile_push_failed(&self) {
        self.profiles.push_failures.inc();
    }

    /// How large the folder of profiles is.
    pub fn profiles_folder(&self, bytes: u64) {
        self.profiles.folder.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}
