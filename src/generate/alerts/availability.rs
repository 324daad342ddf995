//! Whether the plugin is there.

use super::{above, alert, is};
use crate::generate::alert::{AlertDef, Group, LimitUnit, hours, limit, minutes};
use crate::generate::signal::{Signal, UP, all};
use crate::generate::values::Severity::{Critical, Info, Warning};
use crate::telemetry::catalogue as metrics;

pub fn alerts() -> Vec<AlertDef> {
    use Group::Availability;
    vec![
        alert("PluginDown", Availability, Critical, is(Signal::Value(all(&UP)), 0.0))
            .holds(minutes(1))
            .says(
                "The AI plugin cannot be scraped.",
                "{{ $labels.job }} on {{ $labels.instance }} has not answered Prometheus for a minute or more.",
            )
            .drawn("overview", "Up")
            .advises(
                "Prometheus knows of the plugin and gets no metrics from it: the process is gone, it hangs, or the way to its HTTP listener is shut. While it is gone, atest shows no answers.",
                "up{SCOPE}",
                &[
                    "See whether it runs: `systemctl status atest-ai-plugin`, or `kubectl -n atest-system get pods -l app.kubernetes.io/name=atest-ext-ai`.",
                    "Read its last words: `journalctl -u atest-ai-plugin -n 50`, or `kubectl -n atest-system logs deploy/atest-ai-plugin --previous`.",
                    "Ask it on its own machine: `atest-ext-ai healthcheck` and `curl -s http://localhost:9090/health/live`.",
                    "If it runs and answers there, Prometheus' way to it is shut: compare `server.host` and `server.port` (`atest-ext-ai config show`) with the target in Prometheus.",
                    "If its config is at fault, `atest-ext-ai --config FILE --validate` says where; `atest-ext-ai config rollback` goes back to the one before.",
                ],
            ),
        alert(
            "AtestAiAbsent",
            Availability,
            Critical,
            above(Signal::Absent(all(&UP)), crate::generate::alert::fixed(0.0)),
        )
        .holds(minutes(5))
        .says(
            "Prometheus has no AI plugin to scrape.",
            "There is no target of the job {{ $labels.job }}: it went out of discovery, or out of Prometheus' configuration.",
        )
        .drawn("overview", "Up")
        .advises(
            "PluginDown needs a target that fails. When the target itself is gone (a Deployment scaled to nothing, a renamed job, a label that discovery looks for), nothing fails and nothing is watched.",
            "count by (job) (up)",
            &[
                "Open Prometheus' page of targets and look for the job.",
                "In Kubernetes: `kubectl -n atest-system get deploy,pods -l app.kubernetes.io/name=atest-ext-ai`.",
                "Compare the job's name with `selectors.job` of the monitoring values.",
            ],
        ),
        alert(
            "AtestAiNotReady",
            Availability,
            Warning,
            is(Signal::Value(all(&metrics::READY)), 0.0).unless(all(&metrics::MAINTENANCE)),
        )
        .holds(minutes(5))
        .says(
            "The AI plugin runs and takes no questions.",
            "{{ $labels.instance }} is up but not ready, and nobody has switched it to maintenance.",
        )
        .drawn("overview", "Ready")
        .advises(
            "The process lives and its own readiness check fails, so balancers and probes keep questions away from it.",
            "atest_ai_ready{SCOPE}",
            &[
                "Ask which check fails: `curl -s 'http://localhost:9090/health/ready?verbose'`.",
                "A config that could not be read is named there; `atest-ext-ai --config FILE --validate` shows the line.",
                "If it is stopping, it is waiting for questions under way: at most `server.shutdown_timeout`.",
            ],
        ),
        alert(
            "AtestAiCrashLooping",
            Availability,
            Critical,
            above(
                Signal::Changes {
                    of: all(&metrics::PROCESS_START_TIME),
                    window: minutes(15),
                },
                limit(2.0, LimitUnit::Count, 1.0, 50.0),
            ),
        )
        .keeps(minutes(10))
        .says(
            "The AI plugin starts again and again.",
            "{{ $labels.instance }} has started {{ $value }} times in a quarter of an hour (more than LIMIT).",
        )
        .drawn("fleet", "Restarts")
        .advises(
            "One restart is a deployment; several in a row are a crash, a kill for memory, or a probe that is too strict.",
            "changes(process_start_time_seconds{SCOPE}[15m])",
            &[
                "Read why it ended: `journalctl -u atest-ai-plugin | grep -E 'exited|signal|panic'`, or `kubectl -n atest-system describe pod` (look for `OOMKilled` and failed probes).",
                "Killed for memory: compare `atest_ai_memory_usage_bytes` with `atest_ai_memory_limit_bytes` before it ended.",
                "If it followed a change of the config: `atest-ext-ai config rollback`.",
            ],
        ),
        alert(
            "AtestAiMaintenanceForgotten",
            Availability,
            Info,
            is(Signal::Value(all(&metrics::MAINTENANCE)), 1.0),
        )
        .holds(hours(4))
        .says(
            "The AI plugin has been in maintenance for hours.",
            "{{ $labels.instance }} answers no questions because somebody switched maintenance on, and its alerts are muted.",
        )
        .drawn("overview", "Ready")
        .advises(
            "Maintenance refuses questions and mutes the other alerts of the plugin. Left on, it hides an outage.",
            "atest_ai_maintenance_mode{SCOPE} == 1",
            &[
                "See since when and by whom: `atest-ext-ai maintenance status`, and the lines of the audit log.",
                "If the work is done: `atest-ext-ai maintenance off`.",
            ],
        ),
    ]
}
