//! For other programs: a sign of life, what mutes others, and what is off unless somebody wants it.

use super::{above, alert, below};
use crate::generate::alert::{AlertDef, Group, LimitUnit, fixed, hours, limit};
use crate::generate::signal::{Signal, all};
use crate::generate::values::Severity::{Info, None};
use crate::telemetry::catalogue as metrics;

pub fn alerts() -> Vec<AlertDef> {
    vec![
        alert(
            "AtestAiMaintenance",
            Group::Info,
            None,
            super::is(Signal::Value(all(&metrics::MAINTENANCE)), 1.0),
        )
        .says(
            "The AI plugin is in maintenance.",
            "{{ $labels.instance }} is in maintenance; its other alerts are muted.",
        )
        .drawn("overview", "Ready")
        .advises(
            "It tells nobody anything: Alertmanager mutes the plugin's other alerts while it fires.",
            "atest_ai_maintenance_mode{SCOPE}",
            &["Nothing to do. `atest-ext-ai maintenance off` ends it."],
        ),
        alert(
            "AtestAiAllInMaintenance",
            Group::Info,
            None,
            super::is(
                Signal::Least {
                    of: all(&metrics::MAINTENANCE),
                    by: super::JOB,
                },
                1.0,
            ),
        )
        .says(
            "Every AI plugin is in maintenance.",
            "All plugins of {{ $labels.job }} are in maintenance; their alerts are muted.",
        )
        .drawn("overview", "Ready")
        .advises(
            "It tells nobody anything: Alertmanager mutes the alerts of the whole job while it fires.",
            "atest_ai_maintenance_mode{SCOPE}",
            &["Nothing to do. `atest-ext-ai maintenance off` ends it."],
        ),
        alert(
            "AtestAiNoTraffic",
            Group::Info,
            Info,
            below(
                Signal::AgainstLastWeek {
                    of: all(&metrics::REQUESTS),
                    window: hours(1),
                },
                limit(0.05, LimitUnit::Ratio, 0.0001, 1.0),
            ),
        )
        .holds(hours(1))
        .off()
        .says(
            "Nobody asks any more.",
            "{{ $labels.job }} gets {{ $value | humanizePercentage }} of the questions of a week ago (less than LIMIT).",
        )
        .drawn("overview", "Request Rate")
        .advises(
            "The plugin is well, and no question reaches it: look before it.",
            "sum(rate(atest_ai_requests_total{SCOPE}[1h])) / sum(rate(atest_ai_requests_total{SCOPE}[1h] offset 1w))",
            &["Does atest reach its socket? `atest-ext-ai healthcheck` on the same machine, and atest's page of extensions."],
        ),
        alert("Watchdog", Group::Info, None, above(Signal::Always, fixed(0.0)))
            .says(
                "A sign of life of the alerting itself.",
                "This alert always fires. Whoever gets it should tell somebody when it stops coming.",
            )
            .drawn("overview", "Firing alerts")
            .advises(
                "Prometheus evaluates rules and Alertmanager delivers. When it stops, nothing else would be told.",
                "vector(1)",
                &["Nothing to do while it fires. When it stops, look at Prometheus and Alertmanager first."],
            ),
    ]
}
