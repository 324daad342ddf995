//! Whether the plugin is full.

use super::{INSTANCE, JOB, above, alert};
use crate::generate::alert::{AlertDef, Group, LimitUnit, fixed, hours, limit, minutes};
use crate::generate::signal::{Signal, all};
use crate::generate::values::Severity::{Info, Warning};
use crate::telemetry::catalogue as metrics;

/// Reasons to turn a question away that are about load. Those of operators (maintenance, starting, draining) and of askers
/// (auth, too large, budget) are told elsewhere.
const LOAD: &[&str] = &["queue_full", "queue_timeout", "rate_limit"];

pub fn alerts() -> Vec<AlertDef> {
    use Group::Saturation;
    let ratio = |value| limit(value, LimitUnit::Ratio, 0.01, 0.99);
    vec![
        alert(
            "MemoryUsageHigh",
            Saturation,
            Warning,
            above(
                Signal::Share {
                    of: all(&metrics::MEMORY_USAGE),
                    whole: all(&metrics::MEMORY_LIMIT),
                    on: &[],
                },
                ratio(0.8),
            ),
        )
        .holds(minutes(5))
        .says(
            "The AI plugin is close to its memory limit.",
            "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of the memory that it may use (more than LIMIT).",
        )
        .drawn("resources", "Memory")
        .advises(
            "At its limit the kernel ends the plugin, and the questions under way with it.",
            "atest_ai_allocator_bytes{SCOPE}",
            &[
                "See who holds it: `go tool pprof -top http://localhost:9090/debug/pprof/heap`.",
                "If `allocated` of atest_ai_allocator_bytes is far below `resident`, memory was not given back yet; it will be.",
                "The largest part that can be chosen is the cache: lower `performance.cache.size`, or `atest-ext-ai cache clear`.",
                "Otherwise raise the limit (`MemoryMax` of the unit, `resources.limits.memory` of the container).",
            ],
        ),
        alert(
            "AtestAiMemoryLeak",
            Saturation,
            Warning,
            above(
                Signal::Predicted {
                    of: all(&metrics::PROCESS_RESIDENT),
                    window: hours(6),
                    ahead: hours(4),
                    whole: all(&metrics::MEMORY_LIMIT),
                },
                limit(1.0, LimitUnit::Ratio, 0.1, 1.0),
            ),
        )
        .holds(hours(1))
        .says(
            "The AI plugin's memory grows towards its limit.",
            "If {{ $labels.instance }} goes on as in the last hours, it will use {{ $value | humanizePercentage }} of its memory limit in four hours.",
        )
        .drawn("resources", "Memory")
        .advises(
            "Memory has grown for hours without coming back. It is not urgent yet; it is once MemoryUsageHigh fires.",
            "deriv(process_resident_memory_bytes{SCOPE}[1h])",
            &[
                "Take two heap profiles an hour apart and compare them: `go tool pprof -base first.pb.gz second.pb.gz`.",
                "Look at `atest_ai_tokio_live_tasks` and `atest_ai_active_connections`: one that grows along is where it comes from.",
                "A restart in a quiet hour buys time: `systemctl restart atest-ai-plugin`.",
            ],
        ),
        alert(
            "AtestAiCpuSaturated",
            Saturation,
            Warning,
            above(
                Signal::Load {
                    of: all(&metrics::PROCESS_CPU),
                    whole: Some(all(&metrics::CPU_LIMIT)),
                    window: minutes(5),
                },
                ratio(0.9),
            ),
        )
        .holds(minutes(15))
        .says(
            "The AI plugin uses nearly all CPU that it may use.",
            "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its CPU (more than LIMIT).",
        )
        .drawn("resources", "CPU")
        .advises(
            "The plugin mostly waits for others; when it computes all the time, answers of all askers are late.",
            "rate(process_cpu_seconds_total{SCOPE}[5m])",
            &[
                "See what it computes: `go tool pprof -top 'http://localhost:9090/debug/pprof/profile?seconds=30'`.",
                "Compare with the questions a second: more load wants another replica or a higher quota.",
            ],
        ),
        alert(
            "AtestAiCpuThrottled",
            Saturation,
            Info,
            above(
                Signal::Load {
                    of: all(&metrics::CPU_THROTTLED),
                    whole: None,
                    window: minutes(5),
                },
                limit(0.25, LimitUnit::Seconds, 0.001, 1_000.0),
            ),
        )
        .holds(minutes(15))
        .says(
            "The AI plugin is held back by its CPU quota.",
            "{{ $labels.instance }} stood still for {{ $value | humanize }} seconds of each second (more than LIMIT), all threads together.",
        )
        .drawn("resources", "CPU throttling")
        .advises(
            "The control group's quota is used up in bursts: latency without load.",
            "rate(atest_ai_cpu_throttled_seconds_total{SCOPE}[5m])",
            &["Raise `CPUQuota` of the unit or `resources.limits.cpu` of the container, or leave the limit out."],
        ),
        alert(
            "AtestAiRuntimeStarved",
            Saturation,
            Warning,
            above(
                Signal::Load {
                    of: all(&metrics::TOKIO_BUSY),
                    whole: Some(all(&metrics::TOKIO_WORKERS)),
                    window: minutes(5),
                },
                ratio(0.95),
            ),
        )
        .holds(minutes(10))
        .says(
            "The AI plugin's threads never rest.",
            "The threads of {{ $labels.instance }} are at work {{ $value | humanizePercentage }} of their time (more than LIMIT).",
        )
        .drawn("resources", "Runtime threads busy")
        .advises(
            "All threads that run tasks are busy: something computes for long without letting others go on, or there is more work than CPU.",
            "atest_ai_tokio_global_queue_depth{SCOPE}",
            &[
                "See what the tasks do: `curl -s 'http://localhost:9090/debug/pprof/goroutine?debug=2'`.",
                "Record a trace of what runs: `curl -so trace.out 'http://localhost:9090/debug/pprof/trace?seconds=5'`, then `go tool trace trace.out`.",
            ],
        ),
        alert(
            "AtestAiQueueSaturated",
            Saturation,
            Warning,
            above(
                Signal::Share {
                    of: all(&metrics::QUEUE_DEPTH),
                    whole: all(&metrics::QUEUE_CAPACITY),
                    on: &["queue"],
                },
                ratio(0.8),
            ),
        )
        .holds(minutes(5))
        .says(
            "Questions wait in a long queue.",
            "The queue {{ $labels.queue }} of {{ $labels.instance }} is {{ $value | humanizePercentage }} full (more than LIMIT); when it is full, questions are refused.",
        )
        .drawn("resources", "Queue")
        .advises(
            "More questions come than are answered. Either the providers are slow, or the pool is too small for them.",
            "atest_ai_requests_in_flight{SCOPE} / atest_ai_worker_pool_size{SCOPE}",
            &[
                "Look at the providers' times first: a slow one fills the queue.",
                "Raise `ai.max_concurrent_requests` if the provider can take more, or add a replica.",
            ],
        ),
        alert(
            "AtestAiShedding",
            Saturation,
            Warning,
            above(
                Signal::Part {
                    of: all(&metrics::REJECTED).any("reason", LOAD),
                    whole: vec![all(&metrics::REJECTED).any("reason", LOAD), all(&metrics::REQUESTS)],
                    window: minutes(5),
                    by: JOB,
                },
                limit(0.01, LimitUnit::Ratio, 0.0001, 0.99),
            )
            .with_at_least(10, all(&metrics::REJECTED).any("reason", LOAD), minutes(15), JOB),
        )
        .holds(minutes(5))
        .says(
            "Questions are turned away for lack of room.",
            "{{ $value | humanizePercentage }} of the questions to {{ $labels.job }} were refused before anybody worked on them (more than LIMIT).",
        )
        .drawn("resources", "Turned away")
        .advises(
            "Testers see `queue full` or `too many requests` in place of an answer.",
            "sum by (reason) (rate(atest_ai_requests_rejected_total{SCOPE}[5m]))",
            &[
                "`queue_full` and `queue_timeout`: see AtestAiQueueSaturated.",
                "`rate_limit`: somebody asks faster than `server.max_requests_per_second` or `ai.rate_limit` allow; the audit log names the caller.",
            ],
        ),
        alert(
            "AtestAiConnectionsSaturated",
            Saturation,
            Warning,
            above(
                Signal::Share {
                    of: all(&metrics::ACTIVE_CONNECTIONS),
                    whole: all(&metrics::MAX_CONNECTIONS),
                    on: &[],
                },
                ratio(0.9),
            ),
        )
        .holds(minutes(5))
        .says(
            "The AI plugin has nearly no connection left.",
            "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its connections open (more than LIMIT).",
        )
        .drawn("resources", "Connections")
        .advises(
            "Beyond `server.max_connections` new clients are shut out.",
            "sum by (reason) (rate(atest_ai_connections_closed_total{SCOPE}[5m]))",
            &[
                "See who is connected: `ss -tnp state established '( sport = :9090 )'`, `ss -xp | grep atest-ext-ai`.",
                "A client that opens a connection for each question should keep one; else raise `server.max_connections`.",
            ],
        ),
        alert(
            "AtestAiConnectionsTurnedAway",
            Saturation,
            Warning,
            above(
                Signal::Increase {
                    of: all(&metrics::CONNECTIONS_CLOSED).is("reason", "limit"),
                    window: minutes(10),
                    by: INSTANCE,
                },
                fixed(0.0),
            ),
        )
        .keeps(minutes(10))
        .says(
            "Clients were shut out.",
            "{{ $labels.instance }} turned away {{ $value | humanize }} connections in ten minutes, because there were too many.",
        )
        .drawn("resources", "Connections closed")
        .advises(
            "The bound on connections was reached at least once.",
            "sum by (door, reason) (increase(atest_ai_connections_closed_total{SCOPE}[10m]))",
            &["As for AtestAiConnectionsSaturated."],
        ),
        alert(
            "AtestAiFdsNearLimit",
            Saturation,
            Warning,
            above(
                Signal::Share {
                    of: all(&metrics::PROCESS_OPEN_FDS),
                    whole: all(&metrics::PROCESS_MAX_FDS),
                    on: &[],
                },
                ratio(0.8),
            ),
        )
        .holds(minutes(10))
        .says(
            "The AI plugin has many files and sockets open.",
            "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its file descriptors in use (more than LIMIT).",
        )
        .drawn("resources", "File descriptors")
        .advises(
            "Without descriptors it can accept no connection and open no file.",
            "process_open_fds{SCOPE}",
            &[
                "See what they are: `ls -l /proc/$(pidof atest-ext-ai)/fd | awk '{print $NF}' | sort | uniq -c | sort -rn | head`.",
                "Raise `LimitNOFILE` of the unit.",
            ],
        ),
    ]
}
