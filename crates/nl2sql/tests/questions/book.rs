//! Reads the questions of one schema: a script that makes its database, and a text file of questions with their references.
//!
//! A line that begins with `groups:` says what the questions after it are about; a line without indentation is a question; the
//! indented lines after it are queries that are right answers, or `REFUSE`.

use std::fs;
use std::path::Path;

/// One schema and what is asked of it.
pub(crate) struct Book {
    pub name: String,
    /// Declarations and rows.
    pub script: String,
    pub questions: Vec<Question>,
}

/// One question.
pub(crate) struct Question {
    pub text: String,
    pub groups: Vec<String>,
    /// Queries that answer it, any of them; none when it must be refused.
    pub references: Vec<String>,
}

impl Book {
    /// Every book of the folder, by name.
    pub(crate) fn all() -> Vec<Book> {
        // Where this file is: tests of the whole workspace ask them too.
        let folder = match Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/questions") {
            own if own.exists() => own,
            _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/nl2sql/tests/questions"),
        };
        let mut names: Vec<String> = fs::read_dir(&folder)
            .expect("the folder of questions is part of the source")
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                Some(name.strip_suffix(".txt")?.to_owned())
            })
            .collect();
        names.sort();
        names.into_iter().map(|name| Book::read(&folder, name)).collect()
    }

    fn read(folder: &Path, name: String) -> Book {
        let read = |ending: &str| {
            let path = folder.join(format!("{name}.{ending}"));
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let mut questions: Vec<Question> = Vec::new();
        let mut groups: Vec<String> = Vec::new();
        for line in read("txt").lines() {
            if let Some(list) = line.strip_prefix("groups:") {
                groups = list.split_whitespace().map(str::to_owned).collect();
            } else if let Some(reference) = line.strip_prefix("    ") {
                let question = questions.last_mut().expect("a reference follows its question");
                if reference != "REFUSE" {
                    question.references.push(reference.to_owned());
                }
            } else if !line.trim().is_empty() {
                questions.push(Question {
                    text: line.to_owned(),
                    groups: groups.clone(),
                    references: Vec::new(),
                });
            }
        }
        Book {
            script: read("sql"),
            name,
            questions,
        }
    }

    /// The declarations alone, comments included.
    pub(crate) fn ddl(&self) -> &str {
        let end = self.script.find("INSERT INTO").unwrap_or(self.script.len());
        &self.script[..end]
    }
}
