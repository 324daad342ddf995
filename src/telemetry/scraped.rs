//! The metrics whose values are read when somebody looks: process, memory limit, tasks, log lines.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use prometheus::Opts;
use prometheus::core::{Collector, Desc, Describer};
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};

use super::catalogue::{self, Kind, MetricDef};
use super::cgroup::MemoryLimit;
use super::label::Signal;
use super::logs::LogCounts;
use super::process::{self, Figures};
use super::trace::TraceCounts;

/// Two scrapes closer together than this get the same CPU percentage: the system counts CPU time in steps of
/// 10 ms, so a shorter span would tell mostly about rounding.
const SHORTEST_CPU_SPAN: Duration = Duration::from_secs(1);

/// Everything that is read when somebody looks.
pub(super) struct Scraped {
    descs: Vec<Desc>,
    limit: MemoryLimit,
    host_memory: Option<u64>,
    logs: LogCounts,
    traces: TraceCounts,
    cpu: Mutex<CpuMeter>,
    workers: Mutex<CpuMeter>,
    started: Instant,
}

/// Turns CPU time into a percentage since the previous sample.
#[derive(Debug, Default)]
struct CpuMeter {
    last: Option<Sample>,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    cpu_seconds: f64,
    percent: f64,
}

/// The families that are always read together.
static DEFS: [&MetricDef; 20] = [
    &catalogue::MEMORY_USAGE,
    &catalogue::MEMORY_LIMIT,
    &catalogue::CPU_USAGE,
    &catalogue::START_TIME,
    &catalogue::LOG_MESSAGES,
    &catalogue::TELEMETRY_DROPPED,
    &catalogue::TELEMETRY_SENT,
    &catalogue::EXPORT_FAILURES,
    &catalogue::TOKIO_LIVE_TASKS,
    &catalogue::TOKIO_WORKERS,
    &catalogue::TOKIO_BUSY,
    &catalogue::TOKIO_BUSY_RATIO,
    &catalogue::TOKIO_QUEUE,
    &catalogue::PROCESS_CPU,
    &catalogue::PROCESS_RESIDENT,
    &catalogue::PROCESS_VIRTUAL,
    &catalogue::PROCESS_OPEN_FDS,
    &catalogue::PROCESS_MAX_FDS,
    &catalogue::PROCESS_THREADS,
    &catalogue::PROCESS_START_TIME,
];

impl Scraped {
    pub(super) fn new(logs: LogCounts, traces: TraceCounts) -> Scraped {
        let describe = |def: &&MetricDef| {
            let options = Opts::new(def.name, def.help);
            let labels = def.label_names().into_iter().map(str::to_owned).collect();
            options
                .variable_labels(labels)
                .describe()
                .expect("names in the catalogue are valid")
        };
        Scraped {
            descs: DEFS.iter().map(describe).collect(),
            limit: MemoryLimit::find(Path::new("/")),
            host_memory: process::host_memory(),
            logs,
            traces,
            cpu: Mutex::default(),
            workers: Mutex::default(),
            started: Instant::now(),
        }
    }

    /// What the runtime that is scraped on tells; nothing outside of one.
    fn runtime(&self) -> Vec<MetricFamily> {
        let Ok(handle) = tokio::runtime::Handle::try_current() else {
            return Vec::new();
        };
        let runtime = handle.metrics();
        let workers = runtime.num_workers();
        let busy: Duration = (0..workers)
            .map(|worker| runtime.worker_total_busy_duration(worker))
            .sum();
        let mut meter = self
            .workers
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let percent = meter.percent(Instant::now(), busy.as_secs_f64(), self.started.elapsed());
        let ratio = (percent / 100.0 / workers.max(1) as f64).min(1.0);
        [
            (&catalogue::TOKIO_LIVE_TASKS, runtime.num_alive_tasks() as f64),
            (&catalogue::TOKIO_WORKERS, workers as f64),
            (&catalogue::TOKIO_BUSY, busy.as_secs_f64()),
            (&catalogue::TOKIO_BUSY_RATIO, ratio),
            (&catalogue::TOKIO_QUEUE, runtime.global_queue_depth() as f64),
        ]
        .into_iter()
        .map(|(def, figure)| family(def, vec![metric(def, &[], figure)]))
        .collect()
    }

    fn cpu_percent(&self, figures: &Figures) -> Option<f64> {
        let mut meter = self.cpu.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Some(meter.percent(Instant::now(), figures.cpu_seconds?, figures.age()?))
    }

    /// A control group cannot promise more than the host has.
    fn memory_limit(&self) -> Option<u64> {
        [self.limit.read(), self.host_memory].into_iter().flatten().min()
    }
}

impl Collector for Scraped {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let figures = Figures::read(Path::new("/"));
        let count = |figure: Option<u64>| figure.map(|value| value as f64);
        let mut families: Vec<MetricFamily> = [
            (&catalogue::MEMORY_USAGE, count(figures.resident_bytes)),
            (&catalogue::MEMORY_LIMIT, count(self.memory_limit())),
            (&catalogue::CPU_USAGE, self.cpu_percent(&figures)),
            (&catalogue::START_TIME, figures.start_seconds),
            (&catalogue::PROCESS_CPU, figures.cpu_seconds),
            (&catalogue::PROCESS_RESIDENT, count(figures.resident_bytes)),
            (&catalogue::PROCESS_VIRTUAL, count(figures.virtual_bytes)),
            (&catalogue::PROCESS_OPEN_FDS, count(figures.open_fds)),
            (&catalogue::PROCESS_MAX_FDS, count(figures.max_fds)),
            (&catalogue::PROCESS_THREADS, count(figures.threads)),
            (&catalogue::PROCESS_START_TIME, figures.start_seconds),
        ]
        .into_iter()
        .filter_map(|(def, figure)| Some(family(def, vec![metric(def, &[], figure?)])))
        .collect();
        let levels = self
            .logs
            .by_level()
            .map(|(level, lines)| metric(&catalogue::LOG_MESSAGES, &[level], lines as f64));
        families.push(family(&catalogue::LOG_MESSAGES, levels.to_vec()));
        let lost = |signal: Signal, count: u64| {
            let values = [Signal::WORDS[signal as usize]];
            metric(&catalogue::TELEMETRY_DROPPED, &values, count as f64)
        };
        let lost = vec![
            lost(Signal::Traces, self.traces.dropped()),
            lost(Signal::Logs, self.logs.dropped()),
        ];
        families.push(family(&catalogue::TELEMETRY_DROPPED, lost));
        for (def, count) in [
            (&catalogue::TELEMETRY_SENT, self.traces.sent()),
            (&catalogue::EXPORT_FAILURES, self.traces.export_failures()),
        ] {
            families.push(family(def, vec![metric(def, &["traces"], count as f64)]));
        }
        families.extend(self.runtime());
        families
    }
}

impl CpuMeter {
    /// 100 is one core. The first sample covers `age`, the time since the process started.
    fn percent(&mut self, at: Instant, cpu_seconds: f64, age: Duration) -> f64 {
        let (span, spent) = match self.last {
            Some(last) if at.duration_since(last.at) < SHORTEST_CPU_SPAN => return last.percent,
            Some(last) => (at.duration_since(last.at), cpu_seconds - last.cpu_seconds),
            None => (age, cpu_seconds),
        };
        let percent = if span.is_zero() {
            0.0
        } else {
            (100.0 * spent / span.as_secs_f64()).max(0.0)
        };
        self.last = Some(Sample {
            at,
            cpu_seconds,
            percent,
        });
        percent
    }
}

fn family(def: &MetricDef, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(def.name.to_owned());
    family.set_help(def.help.to_owned());
    family.set_field_type(match def.kind {
        Kind::Counter => MetricType::COUNTER,
        Kind::Gauge => MetricType::GAUGE,
        Kind::Histogram(_) => MetricType::HISTOGRAM,
    });
    family.set_metric(metrics);
    family
}

fn metric(def: &MetricDef, values: &[&str], value: f64) -> Metric {
    let labels = def.label_names().into_iter().zip(values).map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name(name.to_owned());
        pair.set_value((*value).to_owned());
        pair
    });
    let mut metric = Metric::from_label(labels.collect());
    if matches!(def.kind, Kind::Counter) {
        let mut counter = Counter::default();
        counter.set_value(value);
        metric.set_counter(counter);
    } else {
        let mut gauge = Gauge::default();
        gauge.set_value(value);
        metric.set_gauge(gauge);
    }
    metric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_since_the_previous_sample_and_at_first_since_the_start() {
        let mut meter = CpuMeter::default();
        let start = Instant::now();
        let seconds = Duration::from_secs;
        assert_eq!(meter.percent(start, 2.0, seconds(4)), 50.0);
        assert_eq!(meter.percent(start + seconds(10), 2.0, seconds(14)), 0.0);
        assert_eq!(meter.percent(start + seconds(20), 22.0, seconds(24)), 200.0);
        // A scrape right after another sees what that one saw, and does not shorten the next span.
        assert_eq!(
            meter.percent(start + Duration::from_millis(20_500), 22.5, seconds(25)),
            200.0
        );
        assert_eq!(meter.percent(start + seconds(30), 23.0, seconds(34)), 10.0);
    }

    #[test]
    fn a_process_without_age_has_used_nothing() {
        assert_eq!(
            CpuMeter::default().percent(Instant::now(), 0.01, Duration::ZERO),
            0.0
        );
    }

    #[test]
    fn the_limit_is_never_above_the_memory_of_the_host() {
        let mut scraped = Scraped::new(LogCounts::default(), TraceCounts::default());
        assert!(scraped.memory_limit() <= scraped.host_memory);
        scraped.host_memory = Some(1);
        assert_eq!(scraped.memory_limit(), Some(1));
    }
}
