//! When the guard has a profile taken. It knows neither clock nor system: both are told to it.

use std::time::{Duration, Instant};

use crate::config::ProfilingGuard;
use crate::telemetry::label::ProfileCause;
use crate::telemetry::load::Load;

/// What the guard remembers.
#[derive(Debug, Default)]
pub(super) struct Guard {
    cpu: Line,
    memory: Line,
}

/// One threshold.
#[derive(Debug, Default)]
struct Line {
    /// Since when it has been passed without a break.
    passed_since: Option<Instant>,
    /// Until when nothing is done about it.
    rests_until: Option<Instant>,
}

impl Guard {
    /// Takes a look into account. Why a profile is due now, if one is: it is again at the next look, until the guard is told
    /// to [rest](Guard::rest). Memory comes first: who runs out of it is ended by the system.
    pub(super) fn look(&mut self, rules: &ProfilingGuard, load: Load, now: Instant) -> Option<ProfileCause> {
        let memory = self
            .memory
            .look(load.memory_percent, rules.memory_percent, rules.lasting, now);
        let cpu = self
            .cpu
            .look(load.cpu_percent, rules.cpu_percent, rules.lasting, now);
        match (memory, cpu) {
            (true, _) => Some(ProfileCause::MemoryGuard),
            (false, true) => Some(ProfileCause::CpuGuard),
            (false, false) => None,
        }
    }

    /// Does nothing about that cause until then.
    pub(super) fn rest(&mut self, cause: ProfileCause, until: Instant) {
        match cause {
            ProfileCause::MemoryGuard => self.memory.rests_until = Some(until),
            ProfileCause::CpuGuard => self.cpu.rests_until = Some(until),
            ProfileCause::Interval => {}
        }
    }
}

impl Line {
    fn look(&mut self, percent: Option<f64>, threshold: f64, lasting: Duration, now: Instant) -> bool {
        if percent.is_none_or(|percent| percent < threshold) {
            self.passed_since = None;
            return false;
        }
        let since = *self.passed_since.get_or_insert(now);
        let has_lasted = now.duration_since(since) >= lasting;
        has_lasted && self.rests_until.is_none_or(|until| now >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPU: Option<ProfileCause> = Some(ProfileCause::CpuGuard);
    const MEMORY: Option<ProfileCause> = Some(ProfileCause::MemoryGuard);

    /// A guard on a clock that the test moves.
    struct Watched {
        guard: Guard,
        rules: ProfilingGuard,
        began: Instant,
    }

    impl Watched {
        fn new() -> Watched {
            Watched {
                guard: Guard::default(),
                rules: ProfilingGuard::default(),
                began: Instant::now(),
            }
        }

        fn at(&self, second: u64) -> Instant {
            self.began + Duration::from_secs(second)
        }

        fn look(&mut self, second: u64, cpu: f64, memory: f64) -> Option<ProfileCause> {
            let load = Load {
                cpu_percent: Some(cpu),
                memory_percent: Some(memory),
            };
            let now = self.at(second);
            self.guard.look(&self.rules, load, now)
        }
    }

    #[test]
    fn a_threshold_has_to_be_passed_for_a_while_without_a_break() {
        let mut watched = Watched::new();
        for second in 0..15 {
            assert_eq!(watched.look(second, 99.0, 10.0), None, "{second}");
        }
        assert_eq!(watched.look(15, 89.9, 10.0), None);
        for second in 16..31 {
            assert_eq!(watched.look(second, 90.0, 10.0), None, "{second}");
        }
        assert_eq!(watched.look(31, 90.0, 10.0), CPU);
    }

    #[test]
    fn after_a_profile_there_is_a_rest_and_another_where_it_goes_on() {
        let mut watched = Watched::new();
        watched.look(0, 100.0, 0.0);
        assert_eq!(watched.look(15, 100.0, 0.0), CPU);
        // Nobody could take it: it is still due.
        assert_eq!(watched.look(16, 100.0, 0.0), CPU);
        let until = watched.at(616);
        watched.guard.rest(ProfileCause::CpuGuard, until);
        for second in 17..616 {
            assert_eq!(watched.look(second, 100.0, 0.0), None, "{second}");
        }
        assert_eq!(watched.look(616, 100.0, 0.0), CPU);
    }

    #[test]
    fn a_new_incident_within_the_rest_waits_for_its_end() {
        let mut watched = Watched::new();
        let until = watched.at(600);
        watched.guard.rest(ProfileCause::CpuGuard, until);
        watched.look(100, 100.0, 0.0);
        assert_eq!(watched.look(115, 100.0, 0.0), None);
        assert_eq!(watched.look(116, 0.0, 0.0), None);
        assert_eq!(watched.look(590, 100.0, 0.0), None);
        assert_eq!(watched.look(600, 100.0, 0.0), None);
        assert_eq!(watched.look(605, 100.0, 0.0), CPU);
    }

    #[test]
    fn memory_comes_first_and_each_has_a_rest_of_its_own() {
        let mut watched = Watched::new();
        watched.look(0, 100.0, 100.0);
        assert_eq!(watched.look(15, 100.0, 100.0), MEMORY);
        let until = watched.at(615);
        watched.guard.rest(ProfileCause::MemoryGuard, until);
        assert_eq!(watched.look(16, 100.0, 100.0), CPU);
        watched.guard.rest(ProfileCause::CpuGuard, until);
        assert_eq!(watched.look(17, 100.0, 100.0), None);
    }

    #[test]
    fn a_figure_that_nobody_tells_passes_no_threshold() {
        let mut watched = Watched::new();
        watched.rules.lasting = Duration::ZERO;
        let now = watched.at(0);
        assert_eq!(watched.guard.look(&watched.rules, Load::default(), now), None);
        assert_eq!(watched.look(1, 95.0, 0.0), CPU);
    }
}
