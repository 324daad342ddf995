//! Those who answer.

use super::{JOB, PROVIDER, above, alert, below, is};
use crate::generate::alert::{AlertDef, Group, LimitUnit, fixed, limit, minutes};
use crate::generate::signal::{Signal, all};
use crate::generate::values::Severity::{Critical, Info, Warning};
use crate::telemetry::catalogue as metrics;

const FROM: &[&str] = &["job", "from", "to"];

pub fn alerts() -> Vec<AlertDef> {
    use Group::Providers;
    let errors = |kind: &'static str| all(&metrics::ERRORS).is("type", kind);
    let calls = || all(&metrics::PROVIDER_DURATION).is("operation", "generate");
    vec![
        alert(
            "AtestAiAllProvidersDown",
            Providers,
            Critical,
            is(
                Signal::Greatest {
                    of: all(&metrics::PROVIDER_UP),
                    by: JOB,
                },
                0.0,
            ),
        )
        .holds(minutes(2))
        .says(
            "No provider answers.",
            "None of the providers of {{ $labels.job }} can be reached; only the embedded engine answers.",
        )
        .drawn("providers", "Up")
        .advises(
            "Every provider over the network is down as the plugin sees it: more likely the way out than all of them at once.",
            "atest_ai_provider_up{SCOPE}",
            &[
                "Ask each for a tiny answer and read the reasons: `atest-ext-ai --test-providers`.",
                "Check name resolution and the proxy on the plugin's machine: `curl -sv https://api.openai.com/v1/models -o /dev/null`.",
                "The embedded engine goes on answering unless `ai.services.builtin.enabled` is false.",
            ],
        ),
        alert(
            "AtestAiProviderDown",
            Providers,
            Warning,
            is(Signal::Value(all(&metrics::PROVIDER_UP)), 0.0),
        )
        .holds(minutes(5))
        .says(
            "A provider does not answer.",
            "{{ $labels.instance }} cannot reach {{ $labels.provider }}.",
        )
        .drawn("providers", "Up")
        .advises(
            "Questions that name it go to the next in `ai.fallback_order`, at last to the embedded engine.",
            "sum by (type) (increase(atest_ai_errors_total{SCOPE}[15m]))",
            &[
                "`atest-ext-ai --test-providers` shows what it says.",
                "Ollama: `curl -s http://localhost:11434/api/version`; is it running, and does it listen where `endpoint` says?",
            ],
        ),
        alert(
            "AtestAiCircuitOpen",
            Providers,
            Warning,
            is(
                Signal::Value(all(&metrics::CIRCUIT_STATE).is("state", "open")),
                1.0,
            ),
        )
        .holds(minutes(5))
        .says(
            "A provider is left alone.",
            "{{ $labels.instance }} does not ask {{ $labels.provider }}, because it failed too often in a row.",
        )
        .drawn("providers", "Circuit breakers")
        .advises(
            "The breaker opens after `ai.circuit_breaker.failure_threshold` failures and tries again every `reset_timeout`; five minutes mean that each try failed.",
            "sum by (provider, type) (increase(atest_ai_errors_total{SCOPE}[15m]))",
            &["As for AtestAiProviderDown. Once one try succeeds, it closes by itself."],
        ),
        alert(
            "AtestAiCircuitFlapping",
            Providers,
            Info,
            above(
                Signal::Increase {
                    of: all(&metrics::CIRCUIT_TRANSITIONS).is("to", "open"),
                    window: minutes(30),
                    by: PROVIDER,
                },
                limit(4.0, LimitUnit::Count, 1.0, 1_000.0),
            ),
        )
        .keeps(minutes(10))
        .says(
            "A provider comes and goes.",
            "The breaker of {{ $labels.provider }} opened {{ $value | humanize }} times in half an hour (more than LIMIT).",
        )
        .drawn("providers", "Circuit breakers")
        .advises(
            "The provider answers just often enough to be asked again.",
            "sum by (provider, to) (increase(atest_ai_circuit_transitions_total{SCOPE}[30m]))",
            &["Look at its kinds of errors. If it is overloaded, lower `ai.max_concurrent_requests` or raise `ai.circuit_breaker.reset_timeout`."],
        ),
        alert(
            "AtestAiProviderAuthFailing",
            Providers,
            Critical,
            above(
                Signal::Increase {
                    of: errors("auth"),
                    window: minutes(10),
                    by: PROVIDER,
                },
                limit(3.0, LimitUnit::Count, 0.0, 10_000.0),
            ),
        )
        .keeps(minutes(10))
        .says(
            "A provider refuses the key.",
            "{{ $labels.provider }} refused {{ $value | humanize }} calls in ten minutes because of their key (more than LIMIT).",
        )
        .drawn("providers", "Errors by kind")
        .advises(
            "The key was revoked, has ended, or is another account's. It does not get better by itself.",
            "sum by (provider) (increase(atest_ai_errors_total{SCOPE,type=\"auth\"}[10m]))",
            &[
                "`atest-ext-ai --test-providers` shows the provider's words.",
                "Put the new key where the old one is (`atest-ext-ai config show` names the place, never the key); a mounted secret is taken without a restart.",
                "A key in the environment needs a restart: `systemctl restart atest-ai-plugin`.",
            ],
        ),
        alert(
            "AtestAiQuotaExhausted",
            Providers,
            Warning,
            above(
                Signal::Increase {
                    of: errors("quota"),
                    window: minutes(10),
                    by: PROVIDER,
                },
                fixed(0.0),
            ),
        )
        .holds(minutes(5))
        .says(
            "A provider's quota is used up.",
            "{{ $labels.provider }} refused {{ $value | humanize }} calls in ten minutes: the account has no credit left.",
        )
        .drawn("providers", "Errors by kind")
        .advises(
            "The account's credit or monthly limit is used up.",
            "sum by (provider, model) (increase(atest_ai_cost_usd_total{SCOPE}[1d]))",
            &[
                "Look at the account's page of usage; add credit or wait for the month to end.",
                "Let another provider answer meanwhile: `ai.fallback_order`.",
            ],
        ),
        alert(
            "AtestAiRateLimitNear",
            Providers,
            Info,
            below(
                Signal::Value(all(&metrics::RATE_LIMIT_REMAINING)),
                limit(0.1, LimitUnit::Ratio, 0.001, 0.99),
            ),
        )
        .holds(minutes(5))
        .says(
            "A provider's rate limit is nearly used up.",
            "{{ $labels.provider }} has {{ $value | humanizePercentage }} of its limit on {{ $labels.kind }} left (less than LIMIT).",
        )
        .drawn("providers", "Rate limit left")
        .advises(
            "When nothing is left, calls are refused until the provider's minute is over.",
            "min by (provider, kind) (atest_ai_rate_limit_remaining_ratio{SCOPE})",
            &["Slow down with `ai.rate_limit`, raise the cache's `ttl`, or ask the provider for more."],
        ),
        alert(
            "AtestAiRateLimited",
            Providers,
            Warning,
            above(
                Signal::Part {
                    of: errors("rate_limit"),
                    whole: vec![calls()],
                    window: minutes(10),
                    by: PROVIDER,
                },
                limit(0.05, LimitUnit::Ratio, 0.001, 0.99),
            )
            .with_at_least(10, calls(), minutes(15), PROVIDER),
        )
        .holds(minutes(5))
        .says(
            "A provider refuses calls because there are too many.",
            "{{ $labels.provider }} refused {{ $value | humanizePercentage }} of the calls because of its rate limit (more than LIMIT).",
        )
        .drawn("providers", "Errors by kind")
        .advises(
            "Questions are repeated after a wait, or go to the next provider; they take longer.",
            "sum by (provider) (rate(atest_ai_errors_total{SCOPE,type=\"rate_limit\"}[10m]))",
            &["Set `ai.rate_limit.requests_per_minute` below the provider's limit, or ask the provider for more."],
        ),
        alert(
            "AtestAiRetryStorm",
            Providers,
            Warning,
            above(
                Signal::Part {
                    of: all(&metrics::RETRIES),
                    whole: vec![calls()],
                    window: minutes(10),
                    by: PROVIDER,
                },
                limit(0.5, LimitUnit::Ratio, 0.01, 0.99),
            )
            .with_at_least(10, calls(), minutes(15), PROVIDER),
        )
        .holds(minutes(10))
        .says(
            "Most calls to a provider are repetitions.",
            "{{ $value | humanizePercentage }} of the calls to {{ $labels.provider }} are made again after a failure (more than LIMIT).",
        )
        .drawn("providers", "Retries")
        .advises(
            "Repeating adds load to a provider that is failing already.",
            "sum by (provider, reason) (rate(atest_ai_provider_retries_total{SCOPE}[10m]))",
            &[
                "The reason says what fails. Lower `ai.retry.max_attempts` while it lasts.",
                "`overload` and `rate_limit`: raise `ai.retry.initial_delay`.",
            ],
        ),
        alert(
            "AtestAiFallbackActive",
            Providers,
            Info,
            above(
                Signal::Increase {
                    of: all(&metrics::FALLBACKS),
                    window: minutes(15),
                    by: FROM,
                },
                fixed(0.0),
            ),
        )
        .holds(minutes(15))
        .says(
            "Another answers in a provider's place.",
            "{{ $value | humanize }} questions to {{ $labels.from }} were passed on ({{ $labels.to }}) in a quarter of an hour.",
        )
        .drawn("providers", "Fallbacks")
        .advises(
            "Testers get answers, but not from whom they wanted; the answer says so.",
            "sum by (from, to) (increase(atest_ai_provider_fallbacks_total{SCOPE}[15m]))",
            &["Look at what fails with the provider: `sum by (type) (increase(atest_ai_errors_total{provider=\"…\"}[15m]))`."],
        ),
    ]
}
