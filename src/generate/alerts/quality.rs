//! Whether answers are good.

use super::{JOB, PROVIDER, above, alert};
use crate::generate::alert::{AlertDef, Group, LimitUnit, limit, minutes};
use crate::generate::signal::{Signal, all};
use crate::generate::values::Severity::Warning;
use crate::telemetry::catalogue as metrics;

/// Below this an answer counts as weak.
pub const WEAK: f64 = 0.7;

pub fn alerts() -> Vec<AlertDef> {
    use Group::Answers;
    vec![
        alert(
            "LowConfidenceQueries",
            Answers,
            Warning,
            above(
                Signal::UpTo {
                    of: all(&metrics::CONFIDENCE),
                    bound: WEAK,
                    window: minutes(15),
                    by: PROVIDER,
                },
                limit(0.5, LimitUnit::Ratio, 0.01, 0.99),
            )
            .with_at_least(20, all(&metrics::CONFIDENCE), minutes(15), PROVIDER),
        )
        .holds(minutes(15))
        .says(
            "Many answers are weak.",
            "{{ $value | humanizePercentage }} of the answers of {{ $labels.provider }} have a confidence of 0.7 or less (more than LIMIT).",
        )
        .drawn("quality-cost", "Weak answers")
        .advises(
            "The plugin itself doubts most of what it answers: the questions do not fit the schemas that they are asked about, or the model is too small.",
            "histogram_quantile(0.5, sum by (le, provider, model) (rate(atest_ai_confidence_score_bucket{SCOPE}[15m])))",
            &[
                "Compare providers and models: is it one of them?",
                "See whether questions come with a schema: without one, tables and columns are guesses. Configure `databases`.",
                "Ask one of the questions by hand and read the warnings: `atest-ext-ai ask 'show all users' --json`.",
            ],
        ),
        alert(
            "AtestAiInvalidAnswers",
            Answers,
            Warning,
            above(
                Signal::Part {
                    of: all(&metrics::VALIDATED).is("result", "invalid"),
                    whole: vec![all(&metrics::VALIDATED)],
                    window: minutes(15),
                    by: JOB,
                },
                limit(0.1, LimitUnit::Ratio, 0.001, 0.99),
            )
            .with_at_least(20, all(&metrics::VALIDATED), minutes(15), JOB),
        )
        .holds(minutes(15))
        .says(
            "A model writes SQL that does not fit.",
            "{{ $value | humanizePercentage }} of the statements that {{ $labels.job }} got from providers did not pass the checks (more than LIMIT).",
        )
        .drawn("quality-cost", "Checked statements")
        .advises(
            "Statements that do not parse, write data or name what the schema does not have are thrown away, and the question goes to the next provider.",
            "sum by (result) (rate(atest_ai_answers_validated_total{SCOPE}[15m]))",
            &[
                "The log names the reasons: `journalctl -u atest-ai-plugin --since -15min | grep invalid`.",
                "A larger model writes better SQL; check that `ai.default_dialect` is the databases'.",
            ],
        ),
        alert(
            "AtestAiDatabaseFailing",
            Answers,
            Warning,
            above(
                Signal::Part {
                    of: all(&metrics::DATABASE_OPERATIONS).any("result", &["denied", "slow", "unreachable"]),
                    whole: vec![all(&metrics::DATABASE_OPERATIONS)],
                    window: minutes(10),
                    by: JOB,
                },
                limit(0.2, LimitUnit::Ratio, 0.001, 0.99),
            )
            .with_at_least(5, all(&metrics::DATABASE_OPERATIONS), minutes(10), JOB),
        )
        .holds(minutes(5))
        .says(
            "A database does not answer.",
            "{{ $value | humanizePercentage }} of what {{ $labels.job }} asked of databases was refused, too slow, or did not reach them (more than LIMIT).",
        )
        .drawn("quality-cost", "Failing databases")
        .advises(
            "Questions about that database get no answer: its tables cannot be read, or an answer cannot be tried on it.",
            "sum by (operation, result) (increase(atest_ai_database_operations_total{SCOPE}[15m]))",
            &[
                "Ask it one question and read the reason: `atest-ext-ai ask 'how many users are there' --database NAME`.",
                "`denied`: the user, the password or the rights in `databases.*.dsn`. `unreachable`: the address, the network, or the server's limit of connections. `slow`: locks, or a larger `databases.*.timeout`.",
                "While it lasts, `databases.*.explain: tried` gives answers with a warning instead of none, as long as the schema is still known.",
            ],
        ),
    ]
}
