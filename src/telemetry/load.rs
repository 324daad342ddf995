//! How much CPU and memory this process uses, and how much it may use.

use std::path::Path;
use std::time::{Duration, Instant};

use super::cgroup::Groups;
use super::process::{self, Figures};

/// Two looks closer together than this get the same share of CPU: the system counts CPU time in steps of 10 ms, so a
/// shorter span would tell mostly about rounding.
const SHORTEST_SPAN: Duration = Duration::from_secs(1);

/// How much this process may use.
#[derive(Debug)]
pub(super) struct Limits {
    groups: Groups,
    host_memory: Option<u64>,
    allowed_cores: Option<f64>,
}

/// Turns time spent into time spent by the second, since the previous sample.
#[derive(Debug, Default)]
pub(super) struct Meter {
    last: Option<Sample>,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    spent: f64,
    rate: f64,
}

/// What is used of what may be used, in percent; `None` where the system does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Load {
    pub cpu_percent: Option<f64>,
    pub memory_percent: Option<f64>,
}

/// Tells the load again and again.
#[derive(Debug)]
pub(super) struct LoadMeter {
    limits: Limits,
    cpu: Meter,
}

impl Limits {
    /// Those of this process.
    pub(super) fn find() -> Limits {
        Limits {
            groups: Groups::find(Path::new("/")),
            host_memory: process::host_memory(),
            allowed_cores: process::allowed_cores(Path::new("/")).map(f64::from),
        }
    }

    /// Memory, bytes. A control group cannot promise more than the host has.
    pub(super) fn memory(&self) -> Option<u64> {
        let limits = [self.groups.memory_limit(), self.host_memory];
        limits.into_iter().flatten().min()
    }

    /// CPU, cores.
    pub(super) fn cpu(&self) -> Option<f64> {
        let limits = [self.groups.cpu_quota(), self.allowed_cores];
        limits.into_iter().flatten().reduce(f64::min)
    }

    /// See [`Groups::throttled_seconds`].
    pub(super) fn throttled_seconds(&self) -> Option<f64> {
        self.groups.throttled_seconds()
    }
}

impl Meter {
    /// 1 is one core. The first sample covers `age`, the time since the process started.
    pub(super) fn rate(&mut self, at: Instant, spent: f64, age: Duration) -> f64 {
        let (span, since) = match self.last {
            Some(last) if at.duration_since(last.at) < SHORTEST_SPAN => return last.rate,
            Some(last) => (at.duration_since(last.at), spent - last.spent),
            None => (age, spent),
        };
        let rate = if span.is_zero() {
            0.0
        } else {
            (since / span.as_secs_f64()).max(0.0)
        };
        self.last = Some(Sample { at, spent, rate });
        rate
    }
}

impl LoadMeter {
    /// Its first look covers the time since the process started, each further one the time since the one before.
    pub(super) fn new() -> LoadMeter {
        LoadMeter {
            limits: Limits::find(),
            cpu: Meter::default(),
        }
    }

    /// The load of now. Reads a few small files of the system.
    pub(super) fn look(&mut self) -> Load {
        let figures = Figures::read_use(Path::new("/"));
        let cores = figures
            .cpu_seconds
            .zip(figures.age())
            .map(|(spent, age)| self.cpu.rate(Instant::now(), spent, age));
        let percent = |used: f64, limit: f64| (limit > 0.0).then(|| 100.0 * used / limit);
        Load {
            cpu_percent: cores
                .zip(self.limits.cpu())
                .and_then(|(used, limit)| percent(used, limit)),
            memory_percent: figures
                .resident_bytes
                .zip(self.limits.memory())
                .and_then(|(used, limit)| percent(used as f64, limit as f64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_since_the_previous_sample_and_at_first_since_the_start() {
        let mut meter = Meter::default();
        let start = Instant::now();
        let seconds = Duration::from_secs;
        assert_eq!(meter.rate(start, 2.0, seconds(4)), 0.5);
        assert_eq!(meter.rate(start + seconds(10), 2.0, seconds(14)), 0.0);
        assert_eq!(meter.rate(start + seconds(20), 22.0, seconds(24)), 2.0);
        // A scrape right after another sees what that one saw, and does not shorten the next span.
        assert_eq!(
            meter.rate(start + Duration::from_millis(20_500), 22.5, seconds(25)),
            2.0
        );
        assert_eq!(meter.rate(start + seconds(30), 23.0, seconds(34)), 0.1);
    }

    #[test]
    fn a_process_without_age_has_used_nothing() {
        assert_eq!(Meter::default().rate(Instant::now(), 0.01, Duration::ZERO), 0.0);
    }

    #[test]
    fn the_limit_is_never_above_the_memory_of_the_host() {
        let mut limits = Limits::find();
        assert!(limits.memory() <= limits.host_memory);
        limits.host_memory = Some(1);
        assert_eq!(limits.memory(), Some(1));
        assert!(limits.cpu() <= limits.allowed_cores);
        limits.allowed_cores = Some(0.001);
        assert_eq!(limits.cpu(), Some(0.001));
    }

    #[test]
    fn the_load_is_what_is_used_in_percent_of_what_may_be_used() {
        let mut meter = LoadMeter::new();
        let figures = Figures::read(Path::new("/"));
        meter.limits.allowed_cores = Some(1e-9);
        meter.limits.host_memory = Some(1_000);
        let load = meter.look();
        assert!(load.memory_percent.unwrap() > 100.0, "{load:?}, {figures:?}");
        // Any CPU time is too much for a billionth of a core.
        let is_old_enough = figures.cpu_seconds.unwrap() > 0.0;
        assert_eq!(
            load.cpu_percent.unwrap() > 100.0,
            is_old_enough,
            "{load:?}, {figures:?}"
        );
    }
}
