//! The metrics whose values are read when somebody looks: process, limits, runtime, log lines, spans.

use std::path::Path;
use std::time::{Duration, Instant};

use profiling::contention::Mutex;
use prometheus::Opts;
use prometheus::core::{Collector, Desc, Describer};
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};

use super::catalogue::{self, Kind, MetricDef};
use super::label::{AllocatorState, Signal, SpanState};
use super::load::{Limits, Meter};
use super::logs::LogCounts;
use super::process::Figures;
use super::trace::TraceCounts;

/// Everything that is read when somebody looks.
pub(super) struct Scraped {
    descs: Vec<Desc>,
    limits: Limits,
    logs: LogCounts,
    traces: TraceCounts,
    cpu: Mutex<Meter>,
    busy: Mutex<Meter>,
}

/// What the runtime tells of itself.
#[derive(Debug, Default)]
struct Runtime {
    workers: Option<f64>,
    live_tasks: Option<f64>,
    queue_depth: Option<f64>,
    /// Seconds, of all workers together.
    busy: Option<f64>,
    parks: Option<f64>,
}

/// The families that are always read together.
static DEFS: [&MetricDef; 24] = [
    &catalogue::MEMORY_USAGE,
    &catalogue::MEMORY_LIMIT,
    &catalogue::CPU_USAGE,
    &catalogue::CPU_LIMIT,
    &catalogue::CPU_THROTTLED,
    &catalogue::START_TIME,
    &catalogue::LOG_MESSAGES,
    &catalogue::TELEMETRY_DROPPED,
    &catalogue::TELEMETRY_EXPORT_FAILURES,
    &catalogue::TRACE_SPANS,
    &catalogue::TOKIO_LIVE_TASKS,
    &catalogue::TOKIO_WORKERS,
    &catalogue::TOKIO_QUEUE_DEPTH,
    &catalogue::TOKIO_BUSY_RATIO,
    &catalogue::TOKIO_BUSY,
    &catalogue::TOKIO_PARKS,
    &catalogue::ALLOCATOR,
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
            limits: Limits::find(),
            logs,
            traces,
            cpu: Mutex::default(),
            busy: Mutex::default(),
        }
    }

    fn cpu_percent(&self, figures: &Figures) -> Option<f64> {
        Some(100.0 * rate(&self.cpu, figures.cpu_seconds?, figures.age()?))
    }

    fn busy_ratio(&self, runtime: &Runtime, figures: &Figures) -> Option<f64> {
        let workers = runtime.workers.filter(|workers| *workers > 0.0)?;
        let ratio = rate(&self.busy, runtime.busy?, figures.age()?) / workers;
        // The runtime notes what a worker was busy with only when that is over.
        Some(ratio.clamp(0.0, 1.0))
    }
}

fn rate(meter: &Mutex<Meter>, spent: f64, age: Duration) -> f64 {
    let mut meter = meter.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    meter.rate(Instant::now(), spent, age)
}

impl Runtime {
    /// The runtime that is scraped on; nothing outside of one.
    fn read() -> Runtime {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return Runtime::default();
        };
        let metrics = runtime.metrics();
        let workers = metrics.num_workers();
        let busy: Duration = (0..workers)
            .map(|worker| metrics.worker_total_busy_duration(worker))
            .sum();
        let parks: u64 = (0..workers).map(|worker| metrics.worker_park_count(worker)).sum();
        Runtime {
            workers: Some(workers as f64),
            live_tasks: Some(metrics.num_alive_tasks() as f64),
            queue_depth: Some(metrics.global_queue_depth() as f64),
            busy: Some(busy.as_secs_f64()),
            parks: Some(parks as f64),
        }
    }
}

impl Collector for Scraped {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let figures = Figures::read(Path::new("/"));
        let runtime = Runtime::read();
        let count = |figure: Option<u64>| figure.map(|value| value as f64);
        let mut families: Vec<MetricFamily> = [
            (&catalogue::MEMORY_USAGE, count(figures.resident_bytes)),
            (&catalogue::MEMORY_LIMIT, count(self.limits.memory())),
            (&catalogue::CPU_USAGE, self.cpu_percent(&figures)),
            (&catalogue::START_TIME, figures.start_seconds),
            (&catalogue::CPU_LIMIT, self.limits.cpu()),
            (&catalogue::CPU_THROTTLED, self.limits.throttled_seconds()),
            (&catalogue::TOKIO_LIVE_TASKS, runtime.live_tasks),
            (&catalogue::TOKIO_WORKERS, runtime.workers),
            (&catalogue::TOKIO_QUEUE_DEPTH, runtime.queue_depth),
            (&catalogue::TOKIO_BUSY_RATIO, self.busy_ratio(&runtime, &figures)),
            (&catalogue::TOKIO_BUSY, runtime.busy),
            (&catalogue::TOKIO_PARKS, runtime.parks),
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
        let words = |def: &MetricDef, pairs: &[(&str, u64)]| {
            let metrics = pairs
                .iter()
                .map(|(word, count)| metric(def, &[word], *count as f64));
            family(def, metrics.collect())
        };
        families.push(words(&catalogue::LOG_MESSAGES, &self.logs.by_level()));
        let signal = |signal: Signal| Signal::WORDS[signal as usize];
        families.push(words(
            &catalogue::TELEMETRY_DROPPED,
            &[
                (signal(Signal::Traces), self.traces.dropped()),
                (signal(Signal::Logs), self.logs.dropped()),
            ],
        ));
        families.push(words(
            &catalogue::TELEMETRY_EXPORT_FAILURES,
            &[(signal(Signal::Traces), self.traces.export_failures())],
        ));
        // Another allocator tells nothing of itself.
        if let Some(figures) = profiling::heap::figures() {
            let state = |state: AllocatorState| AllocatorState::WORDS[state as usize];
            families.push(words(
                &catalogue::ALLOCATOR,
                &[
                    (state(AllocatorState::Allocated), figures.allocated),
                    (state(AllocatorState::Active), figures.active),
                    (state(AllocatorState::Resident), figures.resident),
                    (state(AllocatorState::Mapped), figures.mapped),
                    (state(AllocatorState::Retained), figures.retained),
                    (state(AllocatorState::Metadata), figures.metadata),
                ],
            ));
        }
        let state = |state: SpanState| SpanState::WORDS[state as usize];
        families.push(words(
            &catalogue::TRACE_SPANS,
            &[
                (state(SpanState::Produced), self.traces.produced()),
                (state(SpanState::Sent), self.traces.sent()),
            ],
        ));
        families
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
