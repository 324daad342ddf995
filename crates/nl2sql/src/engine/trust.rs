//! What the engine must not answer, because a word that decides the answer has no place in the schema.

use super::tests::{ask, check, clinic, desk, library};
use super::{Refusal, RefusalKind};
use crate::dialect::Dialect;
use crate::schema::Schema;

fn refused(schema: &Schema, question: &str) -> Refusal {
    match ask(schema, Dialect::MySql, question) {
        Err(refusal) => refusal,
        Ok(draft) => panic!("{question}: {}", draft.sql),
    }
}

/// Each question is refused, and its reason says the word.
fn all_refused(schema: &Schema, kind: RefusalKind, cases: &[(&str, &str)]) {
    for (question, word) in cases {
        let refusal = refused(schema, question);
        assert_eq!(refusal.kind, kind, "{question}: {}", refusal.reason);
        assert!(refusal.reason.contains(word), "{question}: {}", refusal.reason);
        for name in &refusal.suggestions {
            assert!(
                !refusal.reason.contains(name.as_str()) || name == word,
                "{question}: {name} twice"
            );
        }
    }
}

#[test]
fn a_figure_of_nothing_in_the_schema_is_refused() {
    all_refused(
        &clinic(),
        RefusalKind::NotInSchema,
        &[
            ("average temperature of visits", "temperature"),
            ("sum of discounts of visits", "discounts"),
            ("visits with the highest discount", "discount"),
            ("visits sorted by discount", "discount"),
            ("number of visits per ward", "ward"),
            ("visits with discount greater than 5", "discount"),
            ("minimum temperature of visits", "temperature"),
        ],
    );
    let refusal = refused(&clinic(), "average temperature of visits");
    assert!(refusal.reason.contains("numbers: fee"), "{}", refusal.reason);
}

#[test]
fn a_ranking_without_a_column_is_refused() {
    all_refused(
        &desk(),
        RefusalKind::NotUnderstood,
        &[
            ("cheapest agent", "cheapest"),
            ("heaviest tickets", "heaviest"),
            ("top agents", "top"),
        ],
    );
    all_refused(
        &library(),
        RefusalKind::NotInSchema,
        &[("top members by charm", "charm")],
    );
}

#[test]
fn a_ranking_that_the_schema_knows_is_answered() {
    check(
        &library(),
        &[
            (
                "longest serving member",
                "SELECT * FROM Members ORDER BY JoinedOn LIMIT 1",
            ),
            (
                "loans per headcount",
                "refused: the schema has nothing called \"headcount\" to group by; columns of Loans: LoanId, BookId, MemberId, LoanedAt, ReturnedAt",
            ),
        ],
    );
    check(
        &desk(),
        &[(
            "headcount by team",
            "SELECT team, COUNT(*) FROM agents GROUP BY team",
        )],
    );
}

#[test]
fn who_is_ranked_is_shown_with_what_ranks() {
    let staff = super::tests::schema(&[
        "wards: id int, title text",
        "nurses: id int, first_name text, last_name text, salary decimal(8,2), ward_id int > wards",
    ]);
    check(
        &staff,
        &[
            (
                "who earns the most",
                "SELECT first_name, last_name, salary FROM nurses ORDER BY salary DESC LIMIT 1",
            ),
            (
                "who has the lowest salary",
                "SELECT first_name, last_name, salary FROM nurses ORDER BY salary LIMIT 1",
            ),
            (
                "which nurse earns the least",
                "SELECT first_name, last_name FROM nurses ORDER BY salary LIMIT 1",
            ),
            (
                "wards by headcount",
                "SELECT wards.title, COUNT(nurses.id) FROM wards LEFT JOIN nurses ON nurses.ward_id = wards.id GROUP BY wards.id, wards.title ORDER BY COUNT(nurses.id) DESC",
            ),
        ],
    );
}

#[test]
fn calculations_that_do_not_exist_are_refused() {
    all_refused(
        &desk(),
        RefusalKind::NotUnderstood,
        &[
            ("percentage of tickets", "percentages"),
            ("ratio of tickets to tickets", "ratios"),
            ("running total of tickets", "running totals"),
        ],
    );
    all_refused(
        &clinic(),
        RefusalKind::NotUnderstood,
        &[
            ("median fee", "medians"),
            ("patients in both Boston and Chicago", "both"),
        ],
    );
}

#[test]
fn a_condition_that_cannot_be_placed_is_refused() {
    all_refused(
        &clinic(),
        RefusalKind::NotInSchema,
        &[
            ("patients with purple hair", "purple hair"),
            ("patients whose favourite colour is blue", "favourite colour"),
            ("nervous patients", "nervous"),
            ("how many nervous patients are there", "nervous"),
        ],
    );
    all_refused(
        &desk(),
        RefusalKind::NotInSchema,
        &[
            ("tickets about printers", "printers"),
            ("agents for weekends", "weekends"),
        ],
    );
}

#[test]
fn a_persons_name_is_placed_and_the_supposition_told() {
    check(
        &library(),
        &[
            (
                "email of Ann Weber",
                "SELECT Email FROM Members WHERE FirstName = 'Ann' AND LastName = 'Weber'",
            ),
            (
                "member Ann Weber",
                "SELECT * FROM Members WHERE FirstName = 'Ann' AND LastName = 'Weber'",
            ),
            (
                "loans for Ann",
                "SELECT Loans.* FROM Loans JOIN Members ON Loans.MemberId = Members.MemberId WHERE Members.FirstName = 'Ann'",
            ),
        ],
    );
    let draft = ask(&library(), Dialect::MySql, "email of Ann Weber").unwrap();
    assert!(
        draft.assumptions[0].contains("Ann Weber"),
        "{:?}",
        draft.assumptions
    );
    // Two kinds of people may have visits, so a bare name is neither.
    assert!(refused(&clinic(), "visits for Ann").reason.contains("Ann"));
}

#[test]
fn the_database_as_a_whole_is_answered_with_its_tables() {
    for question in [
        "list all tables",
        "what tables are there",
        "give me everything",
        "show me all data",
        "what is in the database",
    ] {
        let refusal = refused(&library(), question);
        assert_eq!(refusal.kind, RefusalKind::NotUnderstood, "{question}");
        assert!(refusal.suggestions.is_empty(), "{question}");
        for part in ["Authors, Books, Members, Loans", "list all Authors"] {
            assert!(refusal.reason.contains(part), "{question}: {}", refusal.reason);
        }
    }
}

#[test]
fn near_names_are_suggested_once() {
    let refusal = refused(&desk(), "number of tickits per teem");
    assert_eq!(refusal.suggestions, ["team"], "{refusal}");
    assert!(!refusal.reason.contains("Did you mean"));
    assert!(refused(&desk(), "list invoices").suggestions.is_empty());
}

#[test]
fn rows_keep_their_names_beside_what_they_come_with() {
    check(
        &desk(),
        &[
            (
                "tickets with their agent name",
                "SELECT tickets.subject, agents.name FROM tickets JOIN agents ON tickets.assignee_id = agents.agent_id",
            ),
            ("agents with their team", "SELECT name, team FROM agents"),
        ],
    );
}

#[test]
fn words_that_change_nothing_do_not_turn_a_question_away() {
    check(
        &library(),
        &[
            ("I would like to see all the members", "SELECT * FROM Members"),
            (
                "how many members are there in the library",
                "SELECT COUNT(*) FROM Members",
            ),
            ("please could you kindly list the books", "SELECT * FROM Books"),
            ("count the number of loans", "SELECT COUNT(*) FROM Loans"),
        ],
    );
}
