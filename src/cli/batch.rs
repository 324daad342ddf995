//! `ask --batch`: a line of JSON in, a line of JSON out, in the same order.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use futures_util::StreamExt;
use nl2sql::Dialect;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ask::from_database;
use super::{FAILED, INVALID, print};
use crate::answer::query::schema_values;
use crate::answer::{AnswerService, ProviderWish, Question, SchemaHints};

/// One line of the input. Unknown keys are ignored.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    question: String,
    dialect: Option<String>,
    schema_ddl: Option<String>,
    #[serde(default)]
    schema_values: Value,
    database: Option<String>,
}

/// Questions in an input file, and what all of them share.
struct Batch<'a> {
    service: &'a AnswerService,
    wish: &'a ProviderWish,
    dialect: Option<Dialect>,
    /// Folder of the input: relative database paths are also looked for there.
    folder: PathBuf,
}

/// Answers every line of `input`.
pub async fn run(
    service: &AnswerService,
    input: &Path,
    output: Option<&Path>,
    wish: &ProviderWish,
    dialect: Option<Dialect>,
) -> ExitCode {
    let lines = match open_input(input) {
        Ok(lines) => lines,
        Err(error) => return print::failure(INVALID, format!("{} cannot be read: {error}", input.display())),
    };
    let mut sink = match open_output(output) {
        Ok(sink) => sink,
        Err((path, error)) => return print::failure(INVALID, format!("{path} cannot be written: {error}")),
    };
    let folder = input.parent().map(Path::to_path_buf).unwrap_or_default();
    let batch = Batch {
        service,
        wish,
        dialect,
        folder,
    };
    let mut progress = Progress::new(output.is_some());
    let at_once = service.snapshot().config.ai.max_concurrent_requests.clamp(1, 64);
    let mut answers = futures_util::stream::iter(lines.enumerate())
        .filter(|(_, line)| futures_util::future::ready(!matches!(line, Ok(text) if text.trim().is_empty())))
        .map(|(number, line)| batch.answer(number + 1, line))
        .buffered(at_once);
    while let Some((outcome, record)) = answers.next().await {
        if let Err(error) = writeln!(sink, "{record}") {
            return print::failure(FAILED, format!("the answers cannot be written: {error}"));
        }
        progress.count(outcome);
    }
    if let Err(error) = sink.flush() {
        return print::failure(FAILED, format!("the answers cannot be written: {error}"));
    }
    progress.end()
}

type Lines = Box<dyn Iterator<Item = std::io::Result<String>>>;

fn open_input(path: &Path) -> std::io::Result<Lines> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(std::io::stdin()).lines()));
    }
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::Error::other("it is a folder"));
    }
    Ok(Box::new(BufReader::new(file).lines()))
}

fn open_output(path: Option<&Path>) -> Result<Box<dyn Write>, (String, std::io::Error)> {
    match path {
        Some(path) if path != Path::new("-") => {
            let file = File::create(path).map_err(|error| (path.display().to_string(), error))?;
            Ok(Box::new(BufWriter::new(file)))
        }
        _ => Ok(Box::new(BufWriter::new(std::io::stdout()))),
    }
}

/// How a line ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Answered,
    Refused,
    Broken,
}

impl Batch<'_> {
    async fn answer(&self, number: usize, line: std::io::Result<String>) -> (Outcome, Value) {
        let parsed = line
            .map_err(|error| format!("line {number} cannot be read: {error}"))
            .and_then(|text| parse(number, &text));
        let line = match parsed {
            Ok(line) => line,
            Err(reason) => return (Outcome::Broken, refusal(Value::Null, &reason, "bad_request")),
        };
        let id = line.id.clone();
        let question = match self.question(number, line).await {
            Ok(question) => question,
            Err(reason) => return (Outcome::Broken, refusal(id, &reason, "bad_request")),
        };
        match self.service.ask(question).await {
            Ok(answer) => {
                let record = json!({
                    "id": id,
                    "sql": answer.sql,
                    "confidence": answer.confidence.get(),
                    "confidence_source": answer.confidence_source.as_str(),
                    "explanation": answer.explanation,
                    "warnings": answer.warnings,
                });
                (Outcome::Answered, record)
            }
            Err(error) => (Outcome::Refused, refusal(id, &error.to_string(), error.word())),
        }
    }

    async fn question(&self, number: usize, line: Line) -> Result<Question, String> {
        let dialect = match line.dialect.as_deref().filter(|word| !word.trim().is_empty()) {
            Some(word) => Some(Dialect::parse(word).ok_or_else(|| {
                format!("line {number}: {word:?} is no dialect; there are mysql, postgresql and sqlite")
            })?),
            None => self.dialect,
        };
        let values = schema_values(&line.schema_values).map_err(|why| format!("line {number}: {why}"))?;
        let known = match line.database.filter(|database| !database.is_empty()) {
            // A database knows more than statements that came beside it.
            Some(database) => from_database(self.service, &self.located(database))
                .await
                .map_err(|error| format!("line {number}: {error}"))?,
            None => SchemaHints {
                ddl: line.schema_ddl,
                ..SchemaHints::default()
            },
        };
        let schema = SchemaHints { values, ..known };
        Ok(Question {
            text: line.question,
            dialect,
            schema,
            wish: self.wish.clone(),
            ..Question::default()
        })
    }

    /// A relative path that is not under the working directory is looked for beside the input; a configured name stays.
    fn located(&self, database: String) -> String {
        let beside = self.folder.join(&database);
        let is_configured = self.service.snapshot().config.databases.contains_key(&database);
        if !is_configured && !Path::new(&database).exists() && beside.exists() {
            beside.display().to_string()
        } else {
            database
        }
    }
}

fn parse(number: usize, text: &str) -> Result<Line, String> {
    serde_json::from_str(text).map_err(|error| {
        format!("line {number} is no question: {error}; a line looks like {{\"id\": 1, \"question\": \"show all users\"}}")
    })
}

fn refusal(id: Value, reason: &str, word: &str) -> Value {
    json!({
        "id": id, "sql": null, "confidence": null, "confidence_source": null,
        "explanation": "", "warnings": [], "refusal": reason, "reason": word,
    })
}

/// Counts lines, and shows the count while somebody watches.
struct Progress {
    shown: bool,
    started: Instant,
    told: Instant,
    answered: usize,
    refused: usize,
    broken: usize,
}

impl Progress {
    /// `free`: standard output is not taken by the answers.
    fn new(free: bool) -> Progress {
        let now = Instant::now();
        Progress {
            shown: free && std::io::stderr().is_terminal(),
            started: now,
            told: now,
            answered: 0,
            refused: 0,
            broken: 0,
        }
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Answered => self.answered += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Broken => self.broken += 1,
        }
        if self.shown && self.told.elapsed().as_millis() > 200 {
            self.told = Instant::now();
            let _ = write!(
                std::io::stderr(),
                "\r{} asked",
                self.answered + self.refused + self.broken
            );
        }
    }

    /// A refusal is an answer; a line that could not be asked is a failure.
    fn end(self) -> ExitCode {
        let start = if self.shown { "\r" } else { "" };
        print::note(&format!(
            "{start}{} answered, {} refused, {} lines that could not be asked, in {:.1} s",
            self.answered,
            self.refused,
            self.broken,
            self.started.elapsed().as_secs_f64()
        ));
        if self.broken > 0 {
            ExitCode::from(FAILED)
        } else {
            ExitCode::SUCCESS
        }
    }
}
