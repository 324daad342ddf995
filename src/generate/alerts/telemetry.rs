//! What the plugin tells of itself: traces, logs, audit, profiles, metrics.

use super::{INSTANCE, above, alert};
use crate::generate::alert::{AlertDef, Group, LimitUnit, fixed, limit, minutes};
use crate::generate::signal::{Pick, Signal, all};
use crate::generate::values::Severity::{Critical, Info, Warning};
use crate::telemetry::catalogue as metrics;

const SIGNAL: &[&str] = &["job", "instance", "signal"];

pub fn alerts() -> Vec<AlertDef> {
    use Group::Fleet;
    let grown = |of: Pick, window: u64, by| Signal::Increase { of, window, by };
    vec![
        alert(
            "AtestAiTelemetryExportFailing",
            Fleet,
            Warning,
            above(
                grown(all(&metrics::TELEMETRY_EXPORT_FAILURES), minutes(10), SIGNAL),
                fixed(0.0),
            ),
        )
        .holds(minutes(15))
        .says(
            "Traces do not arrive.",
            "{{ $labels.instance }} could not send {{ $value | humanize }} batches of {{ $labels.signal }} in ten minutes.",
        )
        .drawn("fleet", "Spans")
        .advises(
            "The collector of traces is gone or refuses them. Questions are answered all the same.",
            "sum by (state) (rate(atest_ai_trace_spans_total{SCOPE}[10m]))",
            &[
                "The log says why: `journalctl -u atest-ai-plugin | grep -i otlp | tail`.",
                "Compare `tracing.endpoint` and `tracing.protocol` (`atest-ext-ai config show`) with the collector's receivers.",
            ],
        ),
        alert(
            "AtestAiTelemetryDropped",
            Fleet,
            Warning,
            above(
                grown(all(&metrics::TELEMETRY_DROPPED), minutes(10), SIGNAL),
                fixed(0.0),
            ),
        )
        .holds(minutes(5))
        .keeps(minutes(10))
        .says(
            "Traces or log lines are lost.",
            "{{ $labels.instance }} lost {{ $value | humanize }} {{ $labels.signal }} in ten minutes.",
        )
        .drawn("fleet", "Telemetry lost")
        .advises(
            "A queue is full or its sink does not take any more: what is missing there did happen.",
            "sum by (signal) (increase(atest_ai_telemetry_dropped_total{SCOPE}[10m]))",
            &[
                "`traces`: lower `tracing.sample_ratio`, or raise `tracing.queue_size`.",
                "`logs`: is the disk full (`df -h /var/log`), or is whoever reads the plugin's output stuck?",
            ],
        ),
        alert(
            "AtestAiAuditFailing",
            Fleet,
            Critical,
            above(
                grown(all(&metrics::AUDIT_WRITE_FAILURES), minutes(10), INSTANCE),
                fixed(0.0),
            ),
        )
        .keeps(minutes(10))
        .says(
            "Lines of the audit log are lost.",
            "{{ $labels.instance }} could not write {{ $value | humanize }} lines of its audit log in ten minutes.",
        )
        .drawn("fleet", "Telemetry lost")
        .advises(
            "Who did what to the plugin cannot be looked up later.",
            "increase(atest_ai_audit_write_failures_total{SCOPE}[10m])",
            &[
                "Is the disk full? `df -h /var/log/atest-ai`.",
                "May the plugin's user write there? `ls -ld /var/log/atest-ai`; the unit wants `LogsDirectory=atest-ai`.",
            ],
        ),
        alert(
            "AtestAiErrorsLogged",
            Fleet,
            Info,
            above(
                grown(all(&metrics::LOG_MESSAGES).is("level", "error"), minutes(15), INSTANCE),
                limit(50.0, LimitUnit::Count, 0.0, 1_000_000.0),
            ),
        )
        .keeps(minutes(15))
        .says(
            "The plugin logs many errors.",
            "{{ $labels.instance }} logged {{ $value | humanize }} errors in a quarter of an hour (more than LIMIT).",
        )
        .drawn("fleet", "Log lines")
        .advises(
            "Something goes wrong that no other alert is about.",
            "sum by (level) (rate(atest_ai_log_messages_total{SCOPE}[15m]))",
            &["`journalctl -u atest-ai-plugin -p err --since -15min`."],
        ),
        alert(
            "AtestAiCardinalityLimit",
            Fleet,
            Info,
            above(
                grown(
                    all(&metrics::SERIES_DROPPED),
                    minutes(60),
                    &["job", "instance", "metric"],
                ),
                fixed(0.0),
            ),
        )
        .says(
            "Providers or models are counted as `other`.",
            "{{ $value | humanize }} values of {{ $labels.metric }} have no series of their own on {{ $labels.instance }}.",
        )
        .drawn("fleet", "Series dropped")
        .advises(
            "Askers name models that the config does not know, or there are more than metrics may have.",
            "sum by (metric) (increase(atest_ai_metric_series_dropped_total{SCOPE}[1h]))",
            &["Name the models that matter under `ai.services.NAME.models`."],
        ),
        alert(
            "AtestAiProfilesLost",
            Fleet,
            Info,
            above(
                grown(
                    all(&metrics::PROFILES_KEPT).is("place", "nowhere"),
                    minutes(60),
                    INSTANCE,
                ),
                fixed(0.0),
            ),
        )
        .says(
            "Profiles could not be kept.",
            "{{ $labels.instance }} lost {{ $value | humanize }} profiles in an hour: neither the server nor the folder took them.",
        )
        .drawn("fleet", "Profiles")
        .advises(
            "The next incident will leave no profile behind.",
            "sum by (cause, place) (increase(atest_ai_profiles_kept_total{SCOPE}[1h]))",
            &["Is `profiling.continuous.folder` there, and may it be written? Does `push_url` answer?"],
        ),
        alert(
            "AtestAiProfileGuardTripped",
            Fleet,
            Info,
            above(
                grown(
                    all(&metrics::PROFILES_KEPT).any("cause", &["cpu_guard", "memory_guard"]),
                    minutes(15),
                    INSTANCE,
                ),
                fixed(0.0),
            ),
        )
        .says(
            "CPU or memory ran short, and profiles of it were kept.",
            "{{ $labels.instance }} kept {{ $value | humanize }} profiles because CPU or memory ran short.",
        )
        .drawn("fleet", "Profiles")
        .advises(
            "An incident that leaves its evidence: look at it before it is removed.",
            "sum by (cause, place) (increase(atest_ai_profiles_kept_total{SCOPE}[1h]))",
            &["Open them: `go tool pprof -http=: /var/lib/atest-ai/profiles/FILE`."],
        ),
        alert(
            "AtestAiProfilePushFailing",
            Fleet,
            Info,
            above(
                grown(all(&metrics::PROFILE_PUSH_FAILURES), minutes(60), INSTANCE),
                fixed(0.0),
            ),
        )
        .holds(minutes(15))
        .says(
            "The server of profiles does not take them.",
            "The server of profiles did not take {{ $value | humanize }} of {{ $labels.instance }} in an hour; they are in its folder.",
        )
        .drawn("fleet", "Profiles")
        .advises(
            "The server is away, or does not accept what it gets.",
            "increase(atest_ai_profile_push_failures_total{SCOPE}[1h])",
            &["`curl -sI PUSH_URL`; the log has its words: `journalctl -u atest-ai-plugin | grep -i profile | tail`."],
        ),
    ]
}
