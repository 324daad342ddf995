//! What the engine answers, over schemas of a clinic, a library, a help desk and a shop.

use proptest::prelude::*;
use sqlparser::ast::{GroupByExpr, SetExpr, Statement};
use sqlparser::dialect::{Dialect as SqlDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::*;
use crate::schema::{Column, ColumnKind, ForeignKey, Table};

const TODAY: Date = jiff::civil::date(2025, 8, 20);

/// A table written as `name: column type, key type > table, …`; the first column is the primary key.
fn table(text: &str) -> Table {
    let (name, columns) = text.split_once(':').unwrap();
    let mut table = Table {
        name: name.trim().into(),
        ..Table::default()
    };
    for column in columns.split(", ") {
        let (declared, target) = column
            .split_once('>')
            .map_or((column, None), |(left, right)| (left, Some(right.trim())));
        let (column, type_name) = declared.trim().split_once(' ').unwrap();
        if let Some(target) = target {
            table.foreign_keys.push(ForeignKey {
                columns: vec![column.into()],
                table: target.into(),
                references: Vec::new(),
            });
        }
        table.columns.push(Column::new(
            column,
            type_name.trim(),
            ColumnKind::from_type_name(type_name.trim()),
        ));
    }
    table.primary_key = vec![table.columns[0].name.clone()];
    table
}

pub(super) fn schema(tables: &[&str]) -> Schema {
    Schema {
        tables: tables.iter().map(|text| table(text)).collect(),
    }
}

/// The same schema with sample values, told as `table.column: one|other`.
pub(super) fn sampled(mut schema: Schema, samples: &[&str]) -> Schema {
    for told in samples {
        let (place, values) = told.split_once(": ").unwrap();
        let (table, column) = place.split_once('.').unwrap();
        let mut columns = schema
            .tables
            .iter_mut()
            .filter(|known| known.name == table)
            .flat_map(|known| &mut known.columns);
        columns.find(|known| known.name == column).unwrap().samples =
            values.split('|').map(str::to_owned).collect();
    }
    schema
}

pub(super) fn clinic() -> Schema {
    schema(&[
        "doctors: id int, full_name text, specialty text, on_call boolean",
        "patients: id int, name text, gender char(1), birth_date date, city text, phone text, insured boolean",
        "visits: id int, patient_id int > patients, doctor_id int > doctors, visit_date date, status text, fee decimal(8,2), paid_at timestamp",
        "prescriptions: id int, visit_id int > visits, drug text, dosage int",
    ])
}

pub(super) fn library() -> Schema {
    schema(&[
        "Authors: AuthorId int, Name text, Country text",
        "Books: BookId int, Title text, AuthorId int > Authors, Genre text, PageCount int, PublishedYear int",
        "Members: MemberId int, FirstName text, LastName text, Email text, JoinedOn date, Active boolean",
        "Loans: LoanId int, BookId int > Books, MemberId int > Members, LoanedAt timestamp, ReturnedAt timestamp",
    ])
}

pub(super) fn desk() -> Schema {
    schema(&[
        "agents: agent_id int, name text, team text, is_active tinyint(1)",
        "tickets: ticket_id int, assignee_id int > agents, subject text, priority text, status text, created_at timestamp, resolved_at timestamp",
    ])
}

fn shop(orders: &str, customers: &str) -> Schema {
    schema(&[
        "users: id int, name text, email text",
        "products: id int, name text, price decimal(10,2)",
        customers,
        orders,
    ])
}

pub(super) fn ask(schema: &Schema, dialect: Dialect, question: &str) -> Result<Draft, Refusal> {
    answer(&Request {
        question,
        schema: Some(schema),
        dialect,
        today: TODAY,
        aliases: None,
    })
}

pub(super) fn sql(schema: &Schema, dialect: Dialect, question: &str) -> String {
    ask(schema, dialect, question).map_or_else(|refusal| format!("refused: {refusal}"), |draft| draft.sql)
}

pub(super) fn check(schema: &Schema, cases: &[(&str, &str)]) {
    let found: Vec<(&str, String)> = cases
        .iter()
        .map(|(question, _)| (*question, sql(schema, Dialect::MySql, question)))
        .collect();
    let wanted: Vec<(&str, String)> = cases
        .iter()
        .map(|(question, sql)| (*question, (*sql).to_owned()))
        .collect();
    let wrong: Vec<_> = found
        .iter()
        .zip(&wanted)
        .filter(|(found, wanted)| found != wanted)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn lists_and_projections_show_what_is_named() {
    check(
        &clinic(),
        &[
            ("list all patients", "SELECT * FROM patients"),
            (
                "names and phones of all patients",
                "SELECT name, phone FROM patients",
            ),
            (
                "distinct cities of patients",
                "SELECT DISTINCT city FROM patients",
            ),
            ("show pateints", "SELECT * FROM patients"),
            (
                "select id and fee from visits where status = 'done'",
                "SELECT id, fee FROM visits WHERE status = 'done'",
            ),
        ],
    );
}

#[test]
fn values_find_their_columns() {
    check(
        &clinic(),
        &[
            (
                "patients from Boston",
                "SELECT * FROM patients WHERE city = 'Boston'",
            ),
            (
                "patients not from Boston",
                "SELECT * FROM patients WHERE city <> 'Boston'",
            ),
            (
                "patients in Boston or Denver",
                "SELECT * FROM patients WHERE city IN ('Boston', 'Denver')",
            ),
            ("female patients", "SELECT * FROM patients WHERE gender = 'F'"),
            (
                "cancelled visits",
                "SELECT * FROM visits WHERE status = 'cancelled'",
            ),
            (
                "doctors specialized in cardiology",
                "SELECT * FROM doctors WHERE specialty = 'cardiology'",
            ),
            ("insured patients", "SELECT * FROM patients WHERE insured = 1"),
            ("uninsured patients", "SELECT * FROM patients WHERE insured = 0"),
            (
                "visits of patients from Denver",
                "SELECT visits.* FROM visits JOIN patients ON visits.patient_id = patients.id WHERE patients.city = 'Denver'",
            ),
            (
                "patients whose name starts with A",
                "SELECT * FROM patients WHERE name LIKE 'A%'",
            ),
            (
                "tickets",
                "refused: the schema has nothing called \"tickets\"; the tables are doctors, patients, visits, prescriptions; ask for one of them, for example \"list all doctors\" or \"how many doctors are there\"",
            ),
        ],
    );
}

#[test]
fn a_sample_value_is_spelled_as_the_database_spells_it() {
    let mut schema = clinic();
    schema.tables[2].columns[4].samples = vec!["No Show".into(), "Done".into()];
    schema.tables[0].columns[2].samples = vec!["Cardiology".into()];
    check(
        &schema,
        &[
            (
                "how many no show visits",
                "SELECT COUNT(*) FROM visits WHERE status = 'No Show'",
            ),
            ("done visits", "SELECT * FROM visits WHERE status = 'Done'"),
            (
                "cardiology doctors",
                "SELECT * FROM doctors WHERE specialty = 'Cardiology'",
            ),
        ],
    );
}

#[test]
fn numbers_and_moments_are_compared() {
    check(
        &clinic(),
        &[
            (
                "visits with a fee over 100",
                "SELECT * FROM visits WHERE fee > 100",
            ),
            (
                "visits with fee between 50 and 80",
                "SELECT * FROM visits WHERE fee BETWEEN 50 AND 80",
            ),
            (
                "visits in 2024",
                "SELECT * FROM visits WHERE visit_date >= '2024-01-01' AND visit_date < '2025-01-01'",
            ),
            (
                "visits after 2025-06-01",
                "SELECT * FROM visits WHERE visit_date > '2025-06-01'",
            ),
            (
                "visits in March",
                "SELECT * FROM visits WHERE visit_date >= '2025-03-01' AND visit_date < '2025-04-01'",
            ),
            (
                "patients born before 1980",
                "SELECT * FROM patients WHERE birth_date < '1980-01-01'",
            ),
            (
                "visits that cost more than the average fee",
                "SELECT * FROM visits WHERE fee > (SELECT AVG(fee) FROM visits)",
            ),
            ("cost of visit 7", "SELECT fee FROM visits WHERE id = 7"),
        ],
    );
}

#[test]
fn aggregates_and_groups_show_the_key_and_the_figure() {
    check(
        &clinic(),
        &[
            ("how many visits are there", "SELECT COUNT(*) FROM visits"),
            ("average fee", "SELECT AVG(fee) FROM visits"),
            ("minimum and maximum fee", "SELECT MIN(fee), MAX(fee) FROM visits"),
            (
                "visits by status",
                "SELECT status, COUNT(*) FROM visits GROUP BY status",
            ),
            (
                "how many different cities do patients come from",
                "SELECT COUNT(DISTINCT city) FROM patients",
            ),
            (
                "number of visits per doctor",
                "SELECT doctors.full_name, COUNT(*) FROM visits JOIN doctors ON visits.doctor_id = doctors.id GROUP BY doctors.id, doctors.full_name",
            ),
            (
                "total fee per doctor",
                "SELECT doctors.full_name, SUM(visits.fee) FROM doctors JOIN visits ON visits.doctor_id = doctors.id GROUP BY doctors.id, doctors.full_name",
            ),
            (
                "cities with more than 5 patients",
                "SELECT city FROM patients GROUP BY city HAVING COUNT(*) > 5",
            ),
            (
                "which city has the most patients",
                "SELECT city FROM patients GROUP BY city ORDER BY COUNT(*) DESC LIMIT 1",
            ),
            (
                "monthly number of visits in 2025",
                "SELECT DATE_FORMAT(visit_date, '%Y-%m'), COUNT(*) FROM visits WHERE visit_date >= '2025-01-01' AND visit_date < '2026-01-01' GROUP BY DATE_FORMAT(visit_date, '%Y-%m')",
            ),
        ],
    );
}

#[test]
fn what_is_missing_is_found() {
    check(
        &clinic(),
        &[
            (
                "patients without a phone",
                "SELECT * FROM patients WHERE phone IS NULL",
            ),
            (
                "visits that have not been paid yet",
                "SELECT * FROM visits WHERE paid_at IS NULL",
            ),
            ("unpaid visits", "SELECT * FROM visits WHERE paid_at IS NULL"),
            (
                "doctors who have no visits",
                "SELECT * FROM doctors WHERE NOT EXISTS (SELECT 1 FROM visits WHERE visits.doctor_id = doctors.id)",
            ),
            (
                "patients with no cancelled visits",
                "SELECT * FROM patients WHERE NOT EXISTS (SELECT 1 FROM visits WHERE visits.patient_id = patients.id AND visits.status = 'cancelled')",
            ),
        ],
    );
    check(
        &desk(),
        &[
            (
                "tickets without an assignee",
                "SELECT * FROM tickets WHERE assignee_id IS NULL",
            ),
            (
                "unresolved tickets",
                "SELECT * FROM tickets WHERE resolved_at IS NULL",
            ),
        ],
    );
}

#[test]
fn rankings_sort_and_limit() {
    check(
        &clinic(),
        &[
            (
                "top 5 most expensive visits",
                "SELECT * FROM visits ORDER BY fee DESC LIMIT 5",
            ),
            (
                "latest 10 visits",
                "SELECT * FROM visits ORDER BY visit_date DESC LIMIT 10",
            ),
            (
                "oldest patient",
                "SELECT * FROM patients ORDER BY birth_date LIMIT 1",
            ),
            ("what is the highest fee", "SELECT MAX(fee) FROM visits"),
            (
                "patients sorted by name descending",
                "SELECT * FROM patients ORDER BY name DESC",
            ),
            (
                "doctor with the most visits",
                "SELECT doctors.full_name FROM doctors JOIN visits ON visits.doctor_id = doctors.id GROUP BY doctors.id, doctors.full_name ORDER BY COUNT(*) DESC LIMIT 1",
            ),
            (
                "doctor with the fewest visits",
                "SELECT doctors.full_name FROM doctors LEFT JOIN visits ON visits.doctor_id = doctors.id GROUP BY doctors.id, doctors.full_name ORDER BY COUNT(visits.id) LIMIT 1",
            ),
            (
                "top 3 doctors by total fee",
                "SELECT doctors.full_name, SUM(visits.fee) FROM doctors JOIN visits ON visits.doctor_id = doctors.id GROUP BY doctors.id, doctors.full_name ORDER BY SUM(visits.fee) DESC LIMIT 3",
            ),
        ],
    );
    check(
        &desk(),
        &[(
            "tickets assigned to Alice",
            "SELECT tickets.* FROM tickets JOIN agents ON tickets.assignee_id = agents.agent_id WHERE agents.name = 'Alice'",
        )],
    );
}

#[test]
fn each_dialect_is_written_its_own_way() {
    let (clinic, library, desk) = (clinic(), library(), desk());
    for (schema, question, mysql, postgres, sqlite) in [
        (
            &clinic,
            "insured patients",
            "SELECT * FROM patients WHERE insured = 1",
            "SELECT * FROM patients WHERE insured = TRUE",
            "SELECT * FROM patients WHERE insured = 1",
        ),
        (
            &clinic,
            "visits from the last 30 days",
            "SELECT * FROM visits WHERE visit_date >= CURRENT_DATE - INTERVAL 30 DAY",
            "SELECT * FROM visits WHERE visit_date >= CURRENT_DATE - INTERVAL '30 days'",
            "SELECT * FROM visits WHERE visit_date >= DATE('now', '-30 days')",
        ),
        (
            &library,
            "books whose title contains Sea",
            "SELECT * FROM Books WHERE Title LIKE '%Sea%'",
            "SELECT * FROM \"Books\" WHERE \"Title\" ILIKE '%Sea%'",
            "SELECT * FROM Books WHERE Title LIKE '%Sea%'",
        ),
        (
            &desk,
            "active agents",
            "SELECT * FROM agents WHERE is_active = 1",
            "SELECT * FROM agents WHERE is_active = TRUE",
            "SELECT * FROM agents WHERE is_active = 1",
        ),
    ] {
        assert_eq!(sql(schema, Dialect::MySql, question), mysql);
        assert_eq!(sql(schema, Dialect::PostgreSql, question), postgres);
        assert_eq!(sql(schema, Dialect::Sqlite, question), sqlite);
    }
}

#[test]
fn the_first_requests_of_a_new_user_are_right_over_any_shop() {
    let revenue = shop(
        "orders: id int, customer_id int > customers, revenue decimal(10,2), created_at date",
        "customers: id int, name text, status varchar(16)",
    );
    let total = shop(
        "orders: id int, customer_id int > customers, total_amount decimal(10,2)",
        "customers: id int, name text, is_active boolean",
    );
    let items = shop(
        "order_items: id int, product_id int > products, quantity int, unit_price decimal(10,2)",
        "customers: id int, name text, active boolean",
    );
    let short = shop(
        "orders: id int, customer_id int > customers, total decimal(10,2)",
        "customers: id int, name text, active boolean",
    );
    for (schema, sum, active) in [
        (
            &revenue,
            "SELECT SUM(revenue) FROM orders",
            "SELECT * FROM customers WHERE status = 'active'",
        ),
        (
            &total,
            "SELECT SUM(total_amount) FROM orders",
            "SELECT * FROM customers WHERE is_active = 1",
        ),
        (
            &short,
            "SELECT SUM(total) FROM orders",
            "SELECT * FROM customers WHERE active = 1",
        ),
        (
            &items,
            "SELECT SUM(quantity * unit_price) FROM order_items",
            "SELECT * FROM customers WHERE active = 1",
        ),
    ] {
        check(
            schema,
            &[
                ("Show all users", "SELECT * FROM users"),
                ("Get product count", "SELECT COUNT(*) FROM products"),
                ("Calculate total revenue", sum),
                ("Find active customers", active),
            ],
        );
    }
}

#[test]
fn without_a_schema_the_nouns_are_the_names_and_the_answer_says_so() {
    for (question, wanted) in [
        ("Show all users", "SELECT * FROM users"),
        ("Get product count", "SELECT COUNT(*) FROM products"),
        ("Calculate total revenue", "SELECT SUM(revenue) FROM orders"),
        (
            "Find active customers",
            "SELECT * FROM customers WHERE status = 'active'",
        ),
        (
            "top 5 products by price",
            "SELECT * FROM products ORDER BY price DESC LIMIT 5",
        ),
    ] {
        for schema in [None, Some(&Schema::default())] {
            let draft = answer(&Request {
                question,
                schema,
                dialect: Dialect::MySql,
                today: TODAY,
                aliases: None,
            })
            .unwrap();
            assert_eq!(draft.sql, wanted, "{question}");
            assert!(draft.confidence <= 0.5, "{question}");
            assert!(
                draft.warnings.iter().any(|warning| warning.contains("no schema")),
                "{question}"
            );
            assert!(!draft.assumptions.is_empty());
        }
    }
}

#[test]
fn what_is_no_question_is_refused_with_its_reason() {
    let clinic = clinic();
    for (question, kind) in [
        ("", RefusalKind::Empty),
        (" \n\t ?!", RefusalKind::Empty),
        ("delete all patients", RefusalKind::Write),
        ("please drop table visits", RefusalKind::Write),
        ("set the fee of visit 5 to 10", RefusalKind::Write),
        ("show patients; drop table patients", RefusalKind::Write),
        ("hello", RefusalKind::ChitChat),
        ("will the weather be fine on Sunday", RefusalKind::ChitChat),
        ("thank you so much", RefusalKind::ChitChat),
        ("show all unicorns", RefusalKind::NotInSchema),
    ] {
        let refusal = ask(&clinic, Dialect::Sqlite, question).unwrap_err();
        assert_eq!(refusal.kind, kind, "{question}");
        assert!(!refusal.reason.is_empty());
    }
    let long = "patients ".repeat(200_000);
    assert_eq!(
        ask(&clinic, Dialect::Sqlite, &long).unwrap_err().kind,
        RefusalKind::TooLong
    );
    let misspelled = ask(&clinic, Dialect::Sqlite, "show all vists please").map(|draft| draft.sql);
    assert_eq!(misspelled.as_deref(), Ok("SELECT * FROM visits"));
    let unicorns = ask(&clinic, Dialect::Sqlite, "show all vists please, the unicorns").unwrap_err();
    assert!(unicorns.reason.contains("unicorns"), "{unicorns}");
}

#[test]
fn a_value_cannot_leave_its_literal() {
    let hostile = r#"patients named "x' OR '1'='1; drop table patients; --""#;
    for dialect in Dialect::ALL {
        let draft = ask(&clinic(), dialect, hostile).unwrap();
        assert_single_select(&draft.sql, dialect);
        assert!(draft.sql.contains("'x'' OR ''1''=''1"), "{}", draft.sql);
    }
}

#[test]
fn confidence_falls_with_what_is_left_unexplained() {
    let clinic = clinic();
    let of = |question: &str| ask(&clinic, Dialect::Sqlite, question).unwrap().confidence;
    let plain = of("list all patients");
    let misspelled = of("list all pateints");
    let strange = of("name, phone and city of all patients frobnicated 77");
    assert!(
        plain > 0.7 && plain > misspelled && misspelled > strange && strange < 0.4,
        "{plain} {misspelled} {strange}"
    );
}

#[test]
fn an_explanation_tells_what_was_supposed() {
    let draft = ask(&clinic(), Dialect::Sqlite, "patients older than 60").unwrap();
    assert!(
        draft
            .assumptions
            .iter()
            .any(|text| text.contains("patients.birth_date")),
        "{draft:?}"
    );
    assert!(draft.explanation.contains("Assumed:") && !draft.explanation.contains('\n'));
}

#[test]
fn a_prepared_vocabulary_gives_the_same_answers() {
    let schema = library();
    let lexicon = Lexicon::new(&schema);
    for question in [
        "members who never borrowed",
        "books per genre",
        "titles of books by authors from Peru",
        "loans not returned",
    ] {
        let request = Request {
            question,
            schema: Some(&schema),
            dialect: Dialect::PostgreSql,
            today: TODAY,
            aliases: None,
        };
        assert_eq!(answer(&request), answer_with(&lexicon, &request));
    }
}

fn assert_single_select(sql: &str, dialect: Dialect) {
    let parser: &dyn SqlDialect = match dialect {
        Dialect::MySql => &MySqlDialect {},
        Dialect::PostgreSql => &PostgreSqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    };
    let statements = Parser::parse_sql(parser, sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let [Statement::Query(query)] = &statements[..] else {
        panic!("not one query: {sql}");
    };
    let selects = match &*query.body {
        SetExpr::Select(select) => vec![select],
        // "… but not …" is one query of two.
        SetExpr::SetOperation { left, right, .. } => match (&**left, &**right) {
            (SetExpr::Select(one), SetExpr::Select(other)) => vec![one, other],
            _ => panic!("more than two SELECTs: {sql}"),
        },
        _ => panic!("no plain SELECT: {sql}"),
    };
    for select in selects {
        let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
        assert!(!select.projection.is_empty(), "{sql}");
        assert!(
            grouped || select.having.is_none(),
            "groups are kept that nothing made: {sql}"
        );
    }
    assert!(!sql.contains('\n') && !sql.trim_end().ends_with(';'), "{sql}");
}

/// Words that the recognisers know, names of the schema, and things that none knows.
fn pieces() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "show",
        "all",
        "patients",
        "visits",
        "doctors",
        "prescriptions",
        "fee",
        "name",
        "city",
        "status",
        "average",
        "total",
        "number of",
        "how many",
        "per",
        "by",
        "for each",
        "top 5",
        "most",
        "fewest",
        "oldest",
        "cheapest",
        "latest",
        "more than",
        "at least",
        "between 3 and 9",
        "older than 40",
        "not",
        "no",
        "without",
        "never",
        "Boston",
        "cancelled",
        "\"O'Hara\"",
        "12",
        "2024",
        "in 2024",
        "last 30 days",
        "this quarter",
        "sorted by",
        "descending",
        "distinct",
        "and",
        "or",
        ",",
        "with",
        "of",
        "from",
        "in",
        "whose",
        "starts with",
        "contains",
        "%",
        "is",
        "above average",
        "insured",
        "monthly",
        "each",
        "paid",
        "orders",
        "(",
        ";",
        "highest",
        "or more",
        "birth date",
        "drug",
        "dosage",
        "times",
        "named",
    ]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => "\\PC{0,12}", 1 => "[a-zA-Z']{1,9}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_words_give_one_select_or_a_reason(words in prop::collection::vec(pieces(), 0..14), bare in any::<bool>()) {
        let schema = clinic();
        let question = words.join(" ");
        for dialect in Dialect::ALL {
            let request = Request { question: &question, schema: (!bare).then_some(&schema), dialect, today: TODAY, aliases: None };
            let first = answer(&request);
            prop_assert_eq!(&first, &answer(&request));
            match first {
                Ok(draft) => {
                    assert_single_select(&draft.sql, dialect);
                    prop_assert!((0.0..=1.0).contains(&draft.confidence));
                    prop_assert!(!draft.explanation.contains('\n'));
                }
                Err(refusal) => prop_assert!(!refusal.reason.is_empty()),
            }
        }
    }

    #[test]
    fn any_text_gives_one_select_or_a_reason(question in "\\PC{0,200}") {
        let schema = library();
        for schema in [Some(&schema), None] {
            if let Ok(draft) = answer(&Request { question: &question, schema, dialect: Dialect::PostgreSql, today: TODAY, aliases: None }) {
                assert_single_select(&draft.sql, Dialect::PostgreSql);
            }
        }
    }
}
