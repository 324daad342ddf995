//! How sure an answer is: the provider's own score, its token probabilities, or what the SQL shows beside the question.
//!
//! Asking a model how sure it is tells little; the probability of the whole sequence tells more
//! (<https://arxiv.org/abs/2411.16742>), and so does how much of the question the SQL accounts for, which was the
//! strongest signal of all for the embedded engine (area under the curve 0.80 over 17 features). The score is a logistic
//! over the [`Features`]:
//!
//! ```text
//! z = -1.6 + 3.6 coverage + 0.3 [a number or quotation is used] - 1.2 unused - 0.9 unasked numbers
//!     - 0.4 unasked texts - 0.35 assumptions - 0.5 star - 0.8 unconnected - 0.02 (words over 12) + 0.6 schema
//!     + 1.2 certainty
//! score = ceiling / (1 + exp(-z))
//! ```
//!
//! `certainty` is `(exp(mean logprob) - 0.85) / 0.15`, within -3 and 1, and 0 where a provider tells no probabilities.
//! The ceiling is 0.95 with probabilities, 0.9 without, and 0.5 when no schema is known, because nothing then says that
//! the names exist. The weights are set by hand, in the order and sign of the strengths measured for the embedded engine.

mod features;

use nl2sql::{CheckedSql, Schema};

use super::{Confidence, ConfidenceSource};
use crate::provider::Completion;
use features::Features;

/// Ceiling with token probabilities.
const WITH_PROBABILITIES: f64 = 0.95;

/// Ceiling without them.
const WITHOUT_PROBABILITIES: f64 = 0.9;

/// Ceiling without a schema.
const WITHOUT_SCHEMA: f64 = 0.5;

/// How sure an answer is, and where that comes from.
pub fn of(
    completion: &Completion,
    checked: &CheckedSql,
    schema: Option<&Schema>,
    question: &str,
) -> (Confidence, ConfidenceSource) {
    if let Some(score) = completion.confidence {
        return (Confidence::new(score), ConfidenceSource::Builtin);
    }
    let schema = schema.filter(|schema| !schema.is_empty());
    let features = features::read(completion, checked, schema, question);
    let logprob = completion.mean_logprob.filter(|logprob| logprob.is_finite());
    let (ceiling, source) = match logprob {
        Some(_) => (WITH_PROBABILITIES, ConfidenceSource::Logprob),
        None => (WITHOUT_PROBABILITIES, ConfidenceSource::Heuristic),
    };
    let ceiling = if features.has_schema {
        ceiling
    } else {
        WITHOUT_SCHEMA
    };
    let certainty = logprob.map_or(0.0, |logprob| ((logprob.min(0.0).exp() - 0.85) / 0.15).max(-3.0));
    let score = ceiling * logistic(sum(&features) + 1.2 * certainty);
    // Four digits are more than the weights are worth, and keep printed answers alike.
    (Confidence::new((score * 10_000.0).round() / 10_000.0), source)
}

fn sum(features: &Features) -> f64 {
    let flag = |on: bool| if on { 1.0 } else { 0.0 };
    -1.6 + 3.6 * features.coverage + 0.3 * flag(features.uses_constant)
        - 1.2 * f64::from(features.unused.min(3))
        - 0.9 * f64::from(features.unasked_numbers.min(3))
        - 0.4 * f64::from(features.unasked_texts.min(3))
        - 0.35 * f64::from(features.assumptions.min(4))
        - 0.5 * flag(features.star)
        - 0.8 * f64::from(features.unconnected.min(2))
        - 0.02 * f64::from(features.words.saturating_sub(12).min(30))
        + 0.6 * flag(features.has_schema)
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

#[cfg(test)]
mod tests {
    use nl2sql::Dialect;
    use nl2sql::check::check;

    use super::*;

    const DDL: &str = "
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, email TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), total REAL, placed_on DATE);
        CREATE TABLE weather (day DATE, rain REAL);";

    fn schema() -> Schema {
        nl2sql::read_ddl(DDL, Dialect::Sqlite).schema
    }

    fn scored(sql: &str, question: &str, change: impl FnOnce(&mut Completion)) -> (f64, ConfidenceSource) {
        let schema = schema();
        let checked = check(sql, Dialect::Sqlite, Some(&schema)).expect("the SQL passes");
        let mut completion = Completion::default();
        change(&mut completion);
        let (confidence, source) = of(&completion, &checked, Some(&schema), question);
        (confidence.get(), source)
    }

    fn heuristic(sql: &str, question: &str) -> f64 {
        let (score, source) = scored(sql, question, |_| {});
        assert_eq!(source, ConfidenceSource::Heuristic);
        assert!(score > 0.0 && score < 0.9, "{score}");
        score
    }

    fn without_schema(sql: &str, question: &str) -> f64 {
        let checked = check(sql, Dialect::Sqlite, None).expect("the SQL passes");
        let (confidence, _) = of(&Completion::default(), &checked, None, question);
        confidence.get()
    }

    const SQL: &str = "SELECT name FROM customers WHERE city = 'Oslo'";
    const QUESTION: &str = "names of customers in the city 'Oslo'";

    #[test]
    fn the_engines_own_score_passes_through() {
        let (score, source) = scored(SQL, QUESTION, |completion| {
            completion.confidence = Some(0.321);
            completion.mean_logprob = Some(-0.01);
        });
        assert_eq!((score, source), (0.321, ConfidenceSource::Builtin));
    }

    #[test]
    fn a_question_that_the_sql_accounts_for_is_trusted_more() {
        let full = heuristic(SQL, QUESTION);
        let half = heuristic(SQL, "names of customers with overdue invoices in the city 'Oslo'");
        let none = heuristic(SQL, "how do dragons sleep");
        assert!(full > half && half > none, "{full} {half} {none}");
        assert!(full > 0.75 && none < 0.35, "{full} {none}");
    }

    #[test]
    fn numbers_and_quotations_that_the_sql_does_not_use_count_against_it() {
        let used = heuristic(
            "SELECT id FROM orders WHERE total > 1500",
            "orders with a total over 1,500",
        );
        let unused = heuristic(
            "SELECT id FROM orders WHERE total > 15",
            "orders with a total over 1,500",
        );
        assert!(used > unused + 0.1, "{used} {unused}");
        let scaled = heuristic(
            "SELECT id FROM orders WHERE total > 10000",
            "orders with a total over 10k",
        );
        assert!(scaled > unused + 0.1, "{scaled} {unused}");
        let quoted = heuristic("SELECT name FROM customers WHERE city = 'Rome'", QUESTION);
        assert!(heuristic(SQL, QUESTION) > quoted + 0.1, "{quoted}");
    }

    #[test]
    fn conditions_that_nobody_asked_for_count_against_the_sql() {
        let plain = heuristic("SELECT name FROM customers", "names of customers");
        let text = heuristic(
            "SELECT name FROM customers WHERE city = 'Rome'",
            "names of customers",
        );
        let numbers = heuristic(
            "SELECT name FROM customers WHERE id = 2017 - 3 - 4",
            "names of customers",
        );
        assert!(
            plain > text && text > numbers && numbers < 0.5,
            "{plain} {text} {numbers}"
        );
    }

    #[test]
    fn assumptions_stars_and_unconnected_tables_count_against_it() {
        let plain = heuristic(SQL, QUESTION);
        let (assumed, _) = scored(SQL, QUESTION, |completion| {
            completion.assumptions = vec!["x".into()]
        });
        let (more, _) = scored(SQL, QUESTION, |completion| {
            completion.assumptions = vec!["x".into(); 3]
        });
        assert!(plain > assumed && assumed > more, "{plain} {assumed} {more}");
        let star = heuristic("SELECT * FROM customers WHERE city = 'Oslo'", QUESTION);
        assert!(plain > star, "{plain} {star}");
        let question = "customers with the total of their orders";
        let keyed = heuristic(
            "SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id",
            question,
        );
        let loose = heuristic(
            "SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id JOIN weather w ON w.rain > o.total",
            question,
        );
        assert!(keyed > loose, "{keyed} {loose}");
    }

    #[test]
    fn long_questions_are_trusted_less() {
        let long = format!(
            "{QUESTION}{}",
            ", please, and show me what there is of them".repeat(2)
        );
        assert!(heuristic(SQL, QUESTION) > heuristic(SQL, &long));
    }

    #[test]
    fn without_a_schema_nothing_is_surer_than_half() {
        let good = without_schema(SQL, QUESTION);
        let poor = without_schema(SQL, "how do dragons sleep");
        assert!(good <= 0.5 && good > poor && poor > 0.0, "{good} {poor}");
        let schema = Schema::default();
        let checked = check(SQL, Dialect::Sqlite, None).expect("the SQL passes");
        let sure = Completion {
            mean_logprob: Some(0.0),
            ..Completion::default()
        };
        let (confidence, source) = of(&sure, &checked, Some(&schema), QUESTION);
        assert!(confidence.get() <= 0.5 && source == ConfidenceSource::Logprob);
    }

    #[test]
    fn token_probabilities_move_the_score_both_ways() {
        let with = |logprob: f64| {
            scored(SQL, QUESTION, |completion| {
                completion.mean_logprob = Some(logprob)
            })
        };
        let (sure, source) = with(-0.005);
        let (fair, _) = with(-0.16);
        let (unsure, _) = with(-1.5);
        assert_eq!(source, ConfidenceSource::Logprob);
        assert!(
            sure > fair && fair > unsure && sure < 0.95,
            "{sure} {fair} {unsure}"
        );
        assert!(unsure < 0.4, "{unsure}");
        let (_, source) = with(f64::NAN);
        assert_eq!(source, ConfidenceSource::Heuristic);
    }

    #[test]
    fn words_for_what_sql_does_are_accounted_for_by_it() {
        let counted = heuristic("SELECT COUNT(*) FROM customers", "how many customers are there");
        let listed = heuristic("SELECT id FROM customers", "how many customers are there");
        assert!(counted > listed, "{counted} {listed}");
        let grouped = heuristic(
            "SELECT city, AVG(total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY city",
            "average total per city",
        );
        assert!(grouped > 0.7, "{grouped}");
    }

    #[test]
    fn a_question_in_another_script_is_measured_by_comments_or_not_at_all() {
        let ddl = "CREATE TABLE t_user (id INTEGER, xm TEXT) COMMENT '用户';";
        let mut schema = nl2sql::read_ddl(ddl, Dialect::MySql).schema;
        let sql = "SELECT xm FROM t_user";
        let checked = check(sql, Dialect::MySql, Some(&schema)).expect("the SQL passes");
        let score = |schema: &Schema, question: &str| {
            of(&Completion::default(), &checked, Some(schema), question)
                .0
                .get()
        };
        schema.tables[0].comment = Some("用户".into());
        let known = score(&schema, "用户");
        let other = score(&schema, "天气");
        schema.tables[0].comment = None;
        let unknown = score(&schema, "用户");
        assert!(known > unknown && unknown > other, "{known} {unknown} {other}");
    }

    #[test]
    fn any_question_gives_a_score() {
        for question in ["", "?", "'", "\"\"", "1,", "10k 5M 1.5", "日", "ÄÖÜ'", "a'b'c"] {
            let score = heuristic(SQL, question);
            assert!(score > 0.0 && score < 0.9, "{question}");
        }
    }
}
