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
    tried(&completion, &checked, Some(&schema), question, &Trial::default())
}

fn tried(
    completion: &Completion,
    checked: &CheckedSql,
    schema: Option<&Schema>,
    question: &str,
    trial: &Trial,
) -> (f64, ConfidenceSource) {
    let scored = of(
        completion,
        checked,
        schema,
        question,
        trial,
        &Weights::heuristic(),
    );
    (scored.confidence.get(), scored.source)
}

fn heuristic(sql: &str, question: &str) -> f64 {
    let (score, source) = scored(sql, question, |_| {});
    assert_eq!(source, ConfidenceSource::Heuristic);
    assert!(score > 0.0 && score < 0.8, "{score}");
    score
}

fn without_schema(sql: &str, question: &str) -> f64 {
    let checked = check(sql, Dialect::Sqlite, None).expect("the SQL passes");
    tried(
        &Completion::default(),
        &checked,
        None,
        question,
        &Trial::default(),
    )
    .0
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
    assert!(full > 0.65 && none < 0.3, "{full} {none}");
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
    let (score, source) = tried(&sure, &checked, Some(&schema), QUESTION, &Trial::default());
    assert!(score <= 0.5 && source == ConfidenceSource::Logprob);
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
        sure > fair && fair > unsure && sure < 0.8,
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
    assert!(grouped > 0.6, "{grouped}");
}

#[test]
fn a_question_in_another_script_is_measured_by_comments_or_not_at_all() {
    let ddl = "CREATE TABLE t_user (id INTEGER, xm TEXT) COMMENT '用户';";
    let mut schema = nl2sql::read_ddl(ddl, Dialect::MySql).schema;
    let sql = "SELECT xm FROM t_user";
    let checked = check(sql, Dialect::MySql, Some(&schema)).expect("the SQL passes");
    let score = |schema: &Schema, question: &str| {
        tried(
            &Completion::default(),
            &checked,
            Some(schema),
            question,
            &Trial::default(),
        )
        .0
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
        assert!(score > 0.0 && score < 0.8, "{question}");
    }
}

fn with_trial(trial: Trial) -> (f64, ConfidenceSource) {
    let schema = schema();
    let checked = check(SQL, Dialect::Sqlite, Some(&schema)).expect("the SQL passes");
    tried(&Completion::default(), &checked, Some(&schema), QUESTION, &trial)
}

fn agreeing(engine: Option<f64>, samples: Option<f64>) -> (f64, ConfidenceSource) {
    with_trial(Trial {
        agreement: Some(Agreement { engine, samples }),
        ..Trial::default()
    })
}

#[test]
fn others_who_come_to_the_same_make_an_answer_surer_and_no_opinion_changes_nothing() {
    let (alone, source) = with_trial(Trial::default());
    assert_eq!(source, ConfidenceSource::Heuristic);
    for side in [|degree| (Some(degree), None), |degree| (None, Some(degree))] {
        let of = |degree: f64| {
            let (engine, samples) = side(degree);
            agreeing(engine, samples)
        };
        let ((same, source), (other, _)) = (of(1.0), of(0.0));
        assert!(same > alone && alone > other, "{same} {alone} {other}");
        assert_eq!(source, ConfidenceSource::Agreement);
    }
    assert_eq!(agreeing(None, None), (alone, ConfidenceSource::Heuristic));
}

#[test]
fn what_the_database_plans_is_trusted_more_and_what_was_repaired_less() {
    let (plain, _) = with_trial(Trial::default());
    let (planned, _) = with_trial(Trial {
        explained: Some(true),
        ..Trial::default()
    });
    let (repaired, _) = with_trial(Trial {
        repaired: true,
        ..Trial::default()
    });
    assert!(
        planned > plain && plain > repaired,
        "{planned} {plain} {repaired}"
    );
}

#[test]
fn fitted_weights_lift_the_ceiling_but_not_that_of_unknown_names() {
    let schema = schema();
    let mut weights = Weights::heuristic();
    weights.bias = 30.0;
    let checked = check(SQL, Dialect::Sqlite, Some(&schema)).expect("the SQL passes");
    let score = |schema: Option<&Schema>, weights: &Weights| {
        let completion = Completion::default();
        of(
            &completion,
            &checked,
            schema,
            QUESTION,
            &Trial::default(),
            weights,
        )
        .confidence
        .get()
    };
    assert_eq!(score(Some(&schema), &weights), 0.8);
    weights.source = WeightsSource::Fitted;
    assert_eq!(score(Some(&schema), &weights), 1.0);
    assert_eq!(score(None, &weights), 0.5);
}
