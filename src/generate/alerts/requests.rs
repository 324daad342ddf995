//! Whether questions are answered, and in time.

use super::{JOB, PROVIDER, above, alert, failed, taken_on};
use crate::generate::alert::{AlertDef, Group, LimitUnit, limit, minutes};
use crate::generate::signal::{Signal, all};
use crate::generate::values::Severity::{Info, Warning};
use crate::telemetry::catalogue as metrics;

pub fn alerts() -> Vec<AlertDef> {
    use Group::Requests;
    vec![
        alert(
            "HighErrorRate",
            Requests,
            Warning,
            above(
                Signal::Part {
                    of: failed(),
                    whole: vec![taken_on()],
                    window: minutes(5),
                    by: JOB,
                },
                limit(0.05, LimitUnit::Ratio, 0.001, 0.99),
            )
            .with_at_least(20, taken_on(), minutes(15), JOB),
        )
        .holds(minutes(5))
        .says(
            "Many questions fail.",
            "{{ $value | humanizePercentage }} of the questions to {{ $labels.job }} failed or took too long (more than LIMIT).",
        )
        .drawn("overview", "Error ratio")
        .advises(
            "Testers get errors in place of SQL. With fewer than twenty questions in a quarter of an hour it stays quiet: a single failure says nothing.",
            "sum by (type, provider) (rate(atest_ai_errors_total{SCOPE}[5m]))",
            &[
                "The kinds of errors say where to look: `auth` and `quota` at the provider's account, `network` and `timeout` on the way there, `invalid_response` at the model.",
                "Ask all providers for a tiny answer: `atest-ext-ai --test-providers`.",
                "Read what was logged: `journalctl -u atest-ai-plugin -p warning --since -15min`.",
                "Meanwhile, let the embedded engine answer: `ai.default_service: builtin`, then `atest-ext-ai config reload`.",
            ],
        ),
        alert(
            "AtestAiLatencyHigh",
            Requests,
            Warning,
            above(
                Signal::Quantile {
                    of: all(&metrics::REQUEST_DURATION),
                    q: 0.95,
                    window: minutes(5),
                    by: JOB,
                },
                limit(10.0, LimitUnit::Seconds, 0.001, 119.0),
            )
            .with_at_least(20, all(&metrics::REQUEST_DURATION), minutes(15), JOB),
        )
        .holds(minutes(10))
        .says(
            "Answers take long.",
            "One question in twenty to {{ $labels.job }} takes {{ $value | humanizeDuration }} or more (more than LIMIT).",
        )
        .drawn("overview", "Response Time")
        .advises(
            "Testers wait. The time is the provider's, the queue's or the plugin's own.",
            "histogram_quantile(0.95, sum by (le, provider) (rate(atest_ai_provider_request_duration_seconds_bucket{SCOPE}[5m])))",
            &[
                "Compare the provider's time, the time in the queue and the plugin's own time on the dashboard of providers.",
                "Follow an exemplar of the latency panel to its trace.",
                "A local model that does not fit its machine is slow: look at the tokens a second.",
            ],
        ),
        alert(
            "AtestAiOverheadHigh",
            Requests,
            Info,
            above(
                Signal::Quantile {
                    of: all(&metrics::OVERHEAD),
                    q: 0.95,
                    window: minutes(5),
                    by: JOB,
                },
                limit(0.05, LimitUnit::Seconds, 0.0001, 0.99),
            )
            .with_at_least(20, all(&metrics::OVERHEAD), minutes(15), JOB),
        )
        .holds(minutes(15))
        .says(
            "The plugin itself is slow.",
            "Of one question in twenty to {{ $labels.job }}, {{ $value | humanizeDuration }} or more are the plugin's own (more than LIMIT).",
        )
        .drawn("providers", "Own time")
        .advises(
            "Neither a provider nor a database was at work in that time: the plugin computes, or waits for CPU.",
            "rate(process_cpu_seconds_total{SCOPE}[5m])",
            &[
                "See what it computes: `go tool pprof -top 'http://localhost:9090/debug/pprof/profile?seconds=30'`.",
                "See whether it is held back: `rate(atest_ai_cpu_throttled_seconds_total[5m])`.",
            ],
        ),
        alert(
            "AtestAiQueueWaitLong",
            Requests,
            Warning,
            above(
                Signal::Quantile {
                    of: all(&metrics::QUEUE_WAIT),
                    q: 0.95,
                    window: minutes(5),
                    by: JOB,
                },
                limit(5.0, LimitUnit::Seconds, 0.001, 59.0),
            )
            .with_at_least(20, all(&metrics::QUEUE_WAIT), minutes(15), JOB),
        )
        .holds(minutes(10))
        .says(
            "Questions wait long for their turn.",
            "One question in twenty to {{ $labels.job }} waits {{ $value | humanizeDuration }} or more (more than LIMIT) before anybody works on it.",
        )
        .drawn("resources", "Wait in the queue")
        .advises(
            "The pool of questions under way is full for most of the time.",
            "atest_ai_requests_in_flight{SCOPE} / atest_ai_worker_pool_size{SCOPE}",
            &["As for AtestAiQueueSaturated: look at the providers' times, then raise `ai.max_concurrent_requests` or add a replica."],
        ),
        alert(
            "AtestAiProviderSlow",
            Requests,
            Warning,
            above(
                Signal::Quantile {
                    of: all(&metrics::PROVIDER_DURATION).is("operation", "generate"),
                    q: 0.95,
                    window: minutes(5),
                    by: PROVIDER,
                },
                limit(30.0, LimitUnit::Seconds, 0.01, 119.0),
            )
            .with_at_least(10, all(&metrics::PROVIDER_DURATION).is("operation", "generate"), minutes(15), PROVIDER),
        )
        .holds(minutes(10))
        .says(
            "A provider is slow.",
            "One call in twenty to {{ $labels.provider }} takes {{ $value | humanizeDuration }} or more (more than LIMIT).",
        )
        .drawn("providers", "Duration of calls")
        .advises(
            "The provider itself needs that long, whatever the plugin does.",
            "histogram_quantile(0.5, sum by (le, provider) (rate(atest_ai_time_to_first_token_seconds_bucket{SCOPE}[5m])))",
            &[
                "Look at the provider's own status page, or at its machine: `ollama ps` shows whether the model is in memory.",
                "A smaller model, or `ai.fallback_order` with another provider, helps at once.",
            ],
        ),
        alert(
            "AtestAiTimeToFirstTokenHigh",
            Requests,
            Warning,
            above(
                Signal::Quantile {
                    of: all(&metrics::FIRST_TOKEN),
                    q: 0.95,
                    window: minutes(5),
                    by: PROVIDER,
                },
                limit(3.0, LimitUnit::Seconds, 0.05, 29.0),
            )
            .with_at_least(10, all(&metrics::FIRST_TOKEN), minutes(15), PROVIDER),
        )
        .holds(minutes(10))
        .says(
            "Replies begin late.",
            "One reply in twenty of {{ $labels.provider }} begins after {{ $value | humanizeDuration }} or more (more than LIMIT).",
        )
        .drawn("providers", "Time to first token")
        .advises(
            "The model is loaded anew for each question, its queue is long, or the prompts are large.",
            "sum by (provider) (rate(atest_ai_request_tokens_sum{SCOPE,direction=\"input\"}[15m])) / sum by (provider) (rate(atest_ai_request_tokens_count{SCOPE,direction=\"input\"}[15m]))",
            &[
                "With Ollama, keep the model in memory: `OLLAMA_KEEP_ALIVE`.",
                "Large prompts come from large schemas: give the databases' schemas by name, so that only the tables that matter are sent.",
            ],
        ),
    ]
}
