//! What the engine answers where a word alone does not say enough: halves of names, people's names, places, words cut short.

use super::tests::{check, desk, library, schema};
use crate::schema::Schema;

/// A schema with the samples of one column.
fn sampled(mut schema: Schema, column: &str, values: &[&str]) -> Schema {
    for table in &mut schema.tables {
        for known in table.columns.iter_mut().filter(|known| known.name == column) {
            known.samples = values.iter().map(|value| (*value).to_owned()).collect();
        }
    }
    schema
}

#[test]
fn a_place_is_found_under_its_other_names() {
    let authors = sampled(library(), "Country", &["USA", "France", "UK"]);
    check(
        &authors,
        &[
            (
                "names of authors from the United States",
                "SELECT Name FROM Authors WHERE Country = 'USA'",
            ),
            (
                "names of French authors",
                "SELECT Name FROM Authors WHERE Country = 'France'",
            ),
        ],
    );
}

#[test]
fn a_name_in_capitals_is_somebodys_where_no_sample_holds_it() {
    check(
        &library(),
        &[
            (
                "what is Ann Weber's email",
                "SELECT Email FROM Members WHERE FirstName = 'Ann' AND LastName = 'Weber'",
            ),
            (
                "how many loans has Ann Weber taken",
                "SELECT COUNT(*) FROM Loans JOIN Members ON Loans.MemberId = Members.MemberId WHERE Members.FirstName = 'Ann' AND Members.LastName = 'Weber'",
            ),
        ],
    );
}

#[test]
fn rows_that_are_counted_meet_what_is_said_of_them() {
    check(
        &desk(),
        &[(
            "how many agents have a ticket",
            "SELECT COUNT(*) FROM agents WHERE EXISTS (SELECT 1 FROM tickets WHERE tickets.assignee_id = agents.agent_id)",
        )],
    );
}

#[test]
fn words_cut_short_and_numbers_that_are_years_are_known() {
    let clubs = schema(&[
        "club: id int, club_title text, enr int, founded decimal(6,1), town text",
        "film: id int, title text",
    ]);
    check(
        &clubs,
        &[
            ("average enrolment of clubs", "SELECT AVG(enr) FROM club"),
            (
                "titles of clubs with an enrolment of 20 to 40",
                "SELECT club_title FROM club WHERE enr BETWEEN 20 AND 40",
            ),
            (
                "titles of clubs founded after 1990",
                "SELECT club_title FROM club WHERE founded > 1990",
            ),
            (
                "titles of clubs with a larger enrolment than 30",
                "SELECT club_title FROM club WHERE enr > 30",
            ),
            (
                "the maximum and minimum enrolment of clubs",
                "SELECT MAX(enr), MIN(enr) FROM club",
            ),
        ],
    );
}
