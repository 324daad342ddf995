//! DDL, and SQL that is to be checked.

use std::collections::BTreeSet;

use nl2sql::{Dialect, check, read_ddl};

/// Most problems that are told.
const MOST_PROBLEMS: usize = 100;

/// The first line is a dialect, what follows is read as DDL, and checked as SQL of that schema.
pub fn sql_ddl(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (dialect, text) = text.split_once('\n').unwrap_or(("", &text));
    let dialect = Dialect::parse(dialect).unwrap_or(Dialect::Sqlite);
    let reading = read_ddl(text, dialect);
    let problems = &reading.problems;
    assert!(problems.len() <= MOST_PROBLEMS, "{} problems", problems.len());
    let places: Vec<_> = problems
        .iter()
        .map(|problem| (problem.line, problem.column))
        .collect();
    assert!(places.is_sorted(), "problems out of order: {places:?}");
    let lines = text.split('\n').count() as u32;
    for problem in problems {
        assert!(
            (1..=lines).contains(&problem.line) && problem.column >= 1,
            "{problem}"
        );
        assert!(
            !problem.message.is_empty() && !problem.excerpt.contains('\n'),
            "{problem:?}"
        );
    }
    let mut names = BTreeSet::new();
    for table in &reading.schema.tables {
        let namespace = table.namespace.as_deref().map(str::to_lowercase);
        let is_new = names.insert((namespace, table.name.to_lowercase()));
        assert!(is_new, "the table {:?} twice", table.name);
    }
    let Ok(checked) = check(text, dialect, Some(&reading.schema)) else {
        return;
    };
    // What passed is written anew; that passes too, and is not written in a third way.
    match check(checked.sql(), dialect, Some(&reading.schema)) {
        Ok(again) => assert_eq!(again.sql(), checked.sql()),
        Err(error) => panic!("{:?} passed, and its own form does not: {error}", checked.sql()),
    }
}
