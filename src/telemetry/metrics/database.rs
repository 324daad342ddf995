//! What databases were asked, and whether a second try mended an answer.

use std::time::Duration;

use prometheus::{Histogram, IntCounter, IntGauge};

use super::register::Register;
use super::{GaugeGuard, Metrics};
use crate::telemetry::catalogue;
use crate::telemetry::label::{DatabaseOperation, DatabaseResult, Repair};

/// The series.
pub(super) struct Databases {
    /// By operation, then result.
    operations: Vec<Vec<IntCounter>>,
    durations: Vec<Histogram>,
    in_use: IntGauge,
    repairs: Vec<IntCounter>,
}

impl Databases {
    pub(super) fn new(register: &Register<'_>) -> Databases {
        let operations = register.counters(&catalogue::DATABASE_OPERATIONS);
        let durations = register.histograms(&catalogue::DATABASE_DURATION);
        let each = DatabaseOperation::WORDS.iter();
        Databases {
            operations: each
                .clone()
                .map(|operation| {
                    let results = DatabaseResult::WORDS.iter();
                    results
                        .map(|result| operations.with_label_values(&[*operation, *result]))
                        .collect()
                })
                .collect(),
            durations: each
                .map(|operation| durations.with_label_values(&[*operation]))
                .collect(),
            in_use: register.gauge(&catalogue::DATABASE_CONNECTIONS),
            repairs: register.each(&catalogue::REPAIRS, Repair::WORDS),
        }
    }
}

impl Metrics {
    /// A database was asked something.
    pub fn database_asked(&self, operation: DatabaseOperation, result: DatabaseResult, took: Duration) {
        self.databases.operations[operation as usize][result as usize].inc();
        self.databases.durations[operation as usize].observe(took.as_secs_f64());
    }

    /// A connection to a database server is in use until the guard is dropped.
    pub fn database_connection(&self) -> GaugeGuard {
        GaugeGuard::raise(&self.databases.in_use)
    }

    /// A model was given its SQL back.
    pub fn repaired(&self, outcome: Repair) {
        self.databases.repairs[outcome as usize].inc();
    }
}
