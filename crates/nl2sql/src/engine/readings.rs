//! What longer questions are read as: lists of columns, two questions in one, comparisons with other questions, and questions
//! without capitals over tables without keys.

use super::tests::{ask, check, schema};
use crate::dialect::Dialect;
use crate::schema::Schema;

/// A theatre: plays are put on in houses, and actors have parts in plays.
fn theatre() -> Schema {
    let mut theatre = schema(&[
        "houses: house_id int, name text, town text, seats int, opened_year int",
        "plays: play_id int, title text, genre text, minutes int, house_id int > houses",
        "actors: actor_id int, first_name text, last_name text, age int, home_town text",
        "parts: part_id int, play_id int > plays, actor_id int > actors, lines int",
    ]);
    theatre.tables[1].columns[2].samples = vec!["comedy".into(), "tragedy".into(), "farce".into()];
    theatre.tables[0].columns[2].samples = vec!["Bergen".into(), "Oslo".into()];
    theatre
}

/// An atlas without a single key, as files of tables often are.
fn atlas() -> Schema {
    let mut atlas = schema(&[
        "province: province_name text, area real, population int, capital text",
        "town: town_name text, population int, province_name text",
        "peak: peak_name text, height int, province_name text",
        "stream: stream_name text, length int, crosses text",
    ]);
    for table in &mut atlas.tables {
        table.primary_key.clear();
    }
    let provinces = || vec!["kent".to_owned(), "nord".to_owned(), "sor".to_owned()];
    atlas.tables[0].columns[0].samples = provinces();
    atlas.tables[1].columns[2].samples = provinces();
    atlas.tables[1].columns[0].samples = vec!["molde".into(), "voss".into()];
    atlas.tables[2].columns[2].samples = provinces();
    atlas.tables[3].columns[2].samples = provinces();
    atlas
}

#[test]
fn only_what_is_asked_for_is_shown() {
    check(
        &theatre(),
        &[
            (
                "What are the titles of plays whose genre is comedy?",
                "SELECT title FROM plays WHERE genre = 'comedy'",
            ),
            (
                "Which houses have more than 300 seats? Give me their names.",
                "SELECT name FROM houses WHERE seats > 300",
            ),
            (
                "Show the first name, last name and age of actors older than 30",
                "SELECT first_name, last_name, age FROM actors WHERE age > 30",
            ),
            (
                "Which house has the most seats?",
                "SELECT name FROM houses ORDER BY seats DESC LIMIT 1",
            ),
            (
                "List the first and last names of all actors in alphabetical order by last name",
                "SELECT first_name, last_name FROM actors ORDER BY last_name",
            ),
        ],
    );
}

#[test]
fn a_table_is_joined_only_where_something_is_read_from_it() {
    check(
        &theatre(),
        &[
            (
                "Show the house id and the number of plays of each house",
                "SELECT house_id, COUNT(*) FROM plays GROUP BY house_id",
            ),
            (
                "Count the number of different genres",
                "SELECT COUNT(DISTINCT genre) FROM plays",
            ),
            (
                "What are the average, minimum, and maximum age of actors?",
                "SELECT AVG(age), MIN(age), MAX(age) FROM actors",
            ),
            (
                "What is the genre that is most common?",
                "SELECT genre FROM plays GROUP BY genre ORDER BY COUNT(*) DESC LIMIT 1",
            ),
        ],
    );
}

#[test]
fn conditions_joined_by_or_may_be_of_different_columns() {
    check(
        &theatre(),
        &[
            (
                "names of houses with more than 500 seats or opened before 1900",
                "SELECT name FROM houses WHERE (seats > 500 OR opened_year < 1900)",
            ),
            (
                "actors who are older than 60 or younger than 20",
                "SELECT * FROM actors WHERE (age > 60 OR age < 20)",
            ),
        ],
    );
}

#[test]
fn rows_of_both_and_rows_of_one_but_not_the_other_are_set_operations_in_every_dialect() {
    let both = "Which towns have both houses with more than 500 seats and houses with less than 100 seats?";
    let without = "Which home towns have actors older than 60 but no actors younger than 20?";
    for dialect in [Dialect::MySql, Dialect::PostgreSql, Dialect::Sqlite] {
        for (question, word) in [(both, " INTERSECT "), (without, " EXCEPT ")] {
            let draft = ask(&theatre(), dialect, question).unwrap();
            assert!(draft.sql.contains(word), "{}", draft.sql);
            let checked = crate::check(&draft.sql, dialect, Some(&theatre()));
            assert!(checked.is_ok(), "{}: {checked:?}", draft.sql);
        }
    }
}

#[test]
fn a_row_cannot_have_two_values_in_one_column() {
    let refused = ask(
        &theatre(),
        Dialect::MySql,
        "plays of both genre comedy and genre farce",
    );
    assert!(refused.is_err(), "{refused:?}");
}

#[test]
fn a_measure_is_compared_with_what_another_question_finds() {
    check(
        &theatre(),
        &[
            (
                "titles of plays with minutes greater than the average minutes of comedy plays",
                "SELECT title FROM plays WHERE minutes > (SELECT AVG(minutes) FROM plays WHERE genre = 'comedy')",
            ),
            (
                "names of houses whose seats are more than the seats of all houses in Oslo",
                "SELECT name FROM houses WHERE seats > (SELECT MAX(seats) FROM houses WHERE town = 'Oslo')",
            ),
        ],
    );
}

#[test]
fn questions_without_capitals_are_read_by_their_values() {
    check(
        &atlas(),
        &[
            (
                "how big is kent",
                "SELECT area FROM province WHERE province_name = 'kent'",
            ),
            (
                "how many people live in nord",
                "SELECT population FROM province WHERE province_name = 'nord'",
            ),
            (
                "what streams are in kent",
                "SELECT stream_name FROM stream WHERE crosses = 'kent'",
            ),
            (
                "what is the highest peak in sor",
                "SELECT peak_name FROM peak WHERE province_name = 'sor' ORDER BY height DESC LIMIT 1",
            ),
            (
                "where is voss",
                "SELECT province_name FROM town WHERE town_name = 'voss'",
            ),
            (
                "how high is galdhopiggen",
                "SELECT height FROM peak WHERE peak_name = 'galdhopiggen'",
            ),
        ],
    );
}

#[test]
fn tables_without_keys_are_joined_by_the_names_they_share() {
    let draft = ask(
        &atlas(),
        Dialect::Sqlite,
        "capitals of provinces with towns named molde",
    )
    .unwrap();
    assert!(
        draft.sql.contains("town.province_name = province.province_name"),
        "{}",
        draft.sql
    );
}

#[test]
fn a_second_reading_never_says_the_same_as_the_first() {
    for question in [
        "names of actors and houses",
        "number of parts per play",
        "towns",
        "actors in plays of the genre comedy",
        "houses with the most plays",
    ] {
        if let Ok(draft) = ask(&theatre(), Dialect::PostgreSql, question) {
            assert_ne!(draft.alternative.as_ref(), Some(&draft.sql), "{question}");
        }
    }
}
