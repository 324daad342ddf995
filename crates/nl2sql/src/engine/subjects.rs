//! Puts a noun of the schema where a question has none: "who wrote the most reviews".

use super::lexicon::{Lexicon, Sort, TableId};
use super::link::Namer;
use super::listings::table_of;
use super::rates;
use super::roles;
use super::text::{self, Token};

/// The question with its nouns, when it leaves one out.
pub(crate) fn spelled_out(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    who(lexicon, tokens)
        .or_else(|| who_measured(lexicon, tokens))
        .or_else(|| rates::spelled_out(lexicon, tokens))
}

/// `who wrote the most reviews` asks for the people that reviews refer to.
fn who(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    let first = tokens.first().filter(|token| token.lower == "who")?;
    debug_assert_eq!(first.lower, "who");
    let counted = (1..tokens.len().saturating_sub(1))
        .find(|at| matches!(tokens[*at].lower.as_str(), "most" | "fewest" | "least" | "than"))?;
    let namer = Namer::new(lexicon);
    let thing = (counted + 1..tokens.len())
        .take(3)
        .find_map(|at| table_of(&namer, &tokens[at..=at]))?;
    let spoken = (1..tokens.len()).filter_map(|at| table_of(&namer, &tokens[at..=at]));
    let people: Vec<TableId> = spoken
        .filter(|table| roles::names_people(lexicon, *table))
        .collect();
    if !people.is_empty() {
        return None;
    }
    let mut doers: Vec<TableId> = lexicon
        .graph
        .links
        .iter()
        .filter(|link| link.from == thing && link.to != thing && roles::names_people(lexicon, link.to))
        .map(|link| link.to)
        .collect();
    doers.sort_unstable();
    doers.dedup();
    let [doer] = doers[..] else { return None };
    let mut question = text::tokens("which");
    question.extend(text::tokens(&lexicon.title(doer)));
    question.extend_from_slice(&tokens[1..]);
    Some(question)
}

/// `who worked the most hours` asks for the people whose rows hold the hours.
fn who_measured(lexicon: &Lexicon<'_>, tokens: &[Token]) -> Option<Vec<Token>> {
    tokens.first().filter(|token| token.lower == "who")?;
    let counted = (1..tokens.len().min(4))
        .find(|at| matches!(tokens[*at].lower.as_str(), "most" | "fewest" | "least"))?;
    let measured = tokens
        .get(counted + 1..)
        .filter(|rest| (1..=3).contains(&rest.len()))?;
    let (thing, described) = measured.split_last()?;
    let namer = Namer::new(lexicon);
    let mention = namer.mention(&thing.text);
    if mention.table_score() >= 0.6 {
        return None;
    }
    let mut doers: Vec<TableId> = Vec::new();
    for hit in mention.columns.iter().filter(|hit| hit.score >= 0.8) {
        let entry = lexicon.column(hit.id);
        if roles::names_people(lexicon, entry.table) || entry.sort != Sort::Number || lexicon.is_key(hit.id) {
            return None;
        }
        let links = lexicon.graph.links.iter();
        doers.extend(
            links
                .filter(|link| link.from == entry.table && roles::names_people(lexicon, link.to))
                .map(|link| link.to),
        );
    }
    doers.sort_unstable();
    doers.dedup();
    let [doer] = doers[..] else { return None };
    let own =
        |token: &Token| table_of(&namer, std::slice::from_ref(token)).is_some_and(|table| table == doer);
    if !described.iter().all(own) {
        return None;
    }
    let mut question = text::tokens(&lexicon.title(doer));
    question.extend(text::tokens("with the"));
    question.push(tokens[counted].clone());
    question.push(thing.clone());
    Some(question)
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{check, schema};

    #[test]
    fn who_has_the_most_of_a_figure_are_the_people_of_its_rows() {
        let gym = schema(&[
            "trainers: id int, name text",
            "rooms: id int, label text",
            "sessions: id int, trainer_id int > trainers, room_id int > rooms, minutes int",
        ]);
        check(
            &gym,
            &[(
                "who gave the most minutes",
                "SELECT trainers.name FROM trainers JOIN sessions ON sessions.trainer_id = trainers.id \
                 GROUP BY trainers.id, trainers.name ORDER BY SUM(sessions.minutes) DESC LIMIT 1",
            )],
        );
    }

    #[test]
    fn a_noun_that_is_left_out_is_that_of_the_schema() {
        let school = schema(&[
            "students: id int, name text, city text",
            "courses: id int, title text",
            "enrolments: id int, student_id int > students, course_id int > courses, completed boolean, grade int",
        ]);
        check(
            &school,
            &[
                (
                    "completion rate by course",
                    "SELECT courses.title, AVG(CASE WHEN enrolments.completed = 1 THEN 100.0 ELSE 0 END) FROM enrolments \
                     JOIN courses ON enrolments.course_id = courses.id GROUP BY courses.id, courses.title",
                ),
                (
                    "who has the most enrolments",
                    "SELECT students.name FROM students JOIN enrolments ON enrolments.student_id = students.id \
                     GROUP BY students.id, students.name ORDER BY COUNT(*) DESC LIMIT 1",
                ),
            ],
        );
    }
}
