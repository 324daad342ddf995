//! `eval`: scores a provider on a benchmark folder, and fits the weights of confidence.

mod fitting;
mod judge;
mod questions;
mod report;
mod states;

use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::StreamExt;
use nl2sql::Dialect;
use serde_json::{Value, json};

use super::ask::{self, from_database};
use super::{FAILED, INVALID, print};
use crate::answer::confidence::Features;
use crate::answer::{AnswerService, AskError, ConfidenceSource, ProviderWish, Question, SchemaHints};
use crate::config::{Config, Loaded, MOST_SAMPLES, ProviderKind, Service};
use judge::{Verdict, judge};
use questions::Line;
use report::Report;
use states::Databases;

/// The name that the embedded engine has in a config.
const BUILTIN: &str = "builtin";

/// What to score, and of whom.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Folder with questions.jsonl or dev.jsonl, a line {"id", "question", "db_path", "gold_sql" (null: must be refused),
    /// "alt_gold_sql"?, "schema_ddl"?, "source"?, "shape"?, "hardness"?}, and the SQLite databases that they name.
    #[arg(required_unless_present = "fit")]
    dir: Option<PathBuf>,

    /// File with the questions, in the folder or anywhere.
    #[arg(long, value_name = "FILE", requires = "dir")]
    questions: Option<PathBuf>,

    /// Provider to ask; else the configured default.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,

    /// Model to ask for.
    #[arg(long, value_name = "NAME")]
    model: Option<String>,

    /// How often a model is asked, so that its answers can vote; each costs a call.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SAMPLES)))]
    samples: Option<u32>,

    /// Longest time for an answer, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: Option<u64>,

    /// Ask the first N questions only.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// On how many states of its database an answer must give the right rows, so that none is right by accident: 1 is the
    /// database as it is, 2 also a copy without two fifths of its rows, 3 also another such copy.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=3))]
    suite: u32,

    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,

    /// Where the answers go, a line each, with what became of them.
    #[arg(long, value_name = "OUT.jsonl", requires = "dir")]
    out: Option<PathBuf>,

    /// Fit the weights of confidence on the models' answers of this run and on the feedback that was kept (500 at least),
    /// and write confidence.json into the state folder. Without a folder of questions: on the feedback alone.
    #[arg(long)]
    fit: bool,
}

/// How a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Right,
    Wrong,
    /// The SQL does not run.
    Fails,
    Refused,
    RefusedRightly,
    /// Nobody answered.
    Failed,
    /// It could not be asked, or the expected SQL does not run.
    Unusable,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Ended::Right => "right",
            Ended::Wrong => "wrong",
            Ended::Fails => "does_not_run",
            Ended::Refused => "refused",
            Ended::RefusedRightly => "refused_rightly",
            Ended::Failed => "failed",
            Ended::Unusable => "unusable",
        }
    }
}

/// What became of one question.
#[derive(Debug, Clone)]
struct Outcome {
    id: Value,
    ended: Ended,
    /// `source=…`, `shape=…`, `hardness=…`.
    groups: Vec<String>,
    sql: Option<String>,
    confidence: Option<(f64, ConfidenceSource)>,
    features: Option<Features>,
    provider: String,
    took: Duration,
    /// Why it is not right, where that is known.
    reason: Option<String>,
}

/// Scores what the command line asks for.
pub fn run(loaded: Loaded, args: EvalArgs) -> ExitCode {
    let state_dir = loaded.state_dir.clone();
    let outcomes = match &args.dir {
        Some(dir) => match asked(loaded, &args, dir) {
            Ok(outcomes) => outcomes,
            Err(code) => return code,
        },
        None => Vec::new(),
    };
    let report = args.dir.as_ref().map(|_| Report::of(&outcomes));
    let fitted = args.fit.then(|| fitting::fit(state_dir.as_deref(), &outcomes));
    if args.json {
        let mut document = report.as_ref().map_or_else(|| json!({}), Report::json);
        match &fitted {
            Some(Ok(done)) => document["fit"] = done.json(),
            Some(Err(reason)) => document["fit"] = json!({"error": reason}),
            None => {}
        }
        print::out(&document.to_string());
    } else {
        if let Some(report) = &report {
            print::out(&report.text());
        }
        if let Some(Ok(done)) = &fitted {
            let gap = if report.is_some() { "\n" } else { "" };
            print::out(&format!("{gap}{}", done.text()));
        }
    }
    match fitted {
        Some(Err(reason)) => print::failure(FAILED, reason),
        _ => match report.as_ref().and_then(Report::nobody_answered) {
            Some(reason) => print::failure(FAILED, format!("nobody answered any question: {reason}")),
            None => ExitCode::SUCCESS,
        },
    }
}

/// Has nobody stand in for the provider that is scored: neither another one nor the embedded engine.
fn alone(config: &mut Config, wanted: Option<&str>) {
    let wanted = wanted.unwrap_or(&config.ai.default_service);
    let kind = match config.ai.services.get(wanted) {
        Some(service) => Some(service.provider),
        None => ProviderKind::parse(wanted),
    };
    config.ai.fallback_order.clear();
    if kind != Some(ProviderKind::Builtin) {
        let off = Service {
            provider: ProviderKind::Builtin,
            enabled: false,
            ..Service::default()
        };
        config.ai.services.insert(BUILTIN.into(), off);
    }
}

/// Asks every question and judges what comes.
fn asked(mut loaded: Loaded, args: &EvalArgs, dir: &Path) -> Result<Vec<Outcome>, ExitCode> {
    alone(&mut loaded.config, args.provider.as_deref());
    let (lines, folder) = questions::read(dir, args.questions.as_deref(), args.limit)
        .map_err(|reason| print::failure(INVALID, reason))?;
    let mut out = match &args.out {
        Some(path) => match std::fs::File::create(path) {
            Ok(file) => Some(BufWriter::new(file)),
            Err(error) => {
                let reason = format!("{} cannot be written: {error}", path.display());
                return Err(print::failure(INVALID, reason));
            }
        },
        None => None,
    };
    let databases = Databases::new(args.suite).map_err(|error| {
        let reason = format!(
            "there is no room for copies of the databases: {error}; set TMPDIR, or ask for --suite 1"
        );
        print::failure(FAILED, reason)
    })?;
    let set_up = ask::set_up(loaded)?;
    let run = Run {
        service: &set_up.service,
        folder,
        databases,
        wish: ProviderWish {
            provider: args.provider.clone(),
            model: args.model.clone(),
            timeout: args.timeout.map(Duration::from_secs),
            samples: args.samples,
            ..ProviderWish::default()
        },
    };
    let outcomes = set_up.runtime.block_on(run.all(lines));
    if let Some(out) = &mut out {
        for outcome in &outcomes {
            if let Err(error) = writeln!(out, "{}", record(outcome)) {
                return Err(print::failure(
                    FAILED,
                    format!("the answers cannot be written: {error}"),
                ));
            }
        }
        if let Err(error) = out.flush() {
            return Err(print::failure(
                FAILED,
                format!("the answers cannot be written: {error}"),
            ));
        }
    }
    set_up.keep_spending();
    Ok(outcomes)
}

fn record(outcome: &Outcome) -> Value {
    json!({
        "id": outcome.id,
        "sql": outcome.sql,
        "outcome": outcome.ended.word(),
        "confidence": outcome.confidence.map(|(score, _)| score),
        "confidence_source": outcome.confidence.map(|(_, source)| source.as_str()),
        "features": outcome.features,
        "provider": outcome.provider,
        "processing_time_ms": (outcome.took.as_secs_f64() * 1e6).round() / 1e3,
        "reason": outcome.reason,
    })
}

/// The questions of one folder on their way.
struct Run<'a> {
    service: &'a AnswerService,
    folder: PathBuf,
    databases: Databases,
    wish: ProviderWish,
}

impl Run<'_> {
    async fn all(&self, lines: Vec<Line>) -> Vec<Outcome> {
        let at_once = self
            .service
            .snapshot()
            .config
            .ai
            .max_concurrent_requests
            .clamp(1, 64);
        let (count, shown) = (lines.len(), std::io::stderr().is_terminal());
        let mut told = Instant::now();
        let mut outcomes = Vec::with_capacity(count);
        let mut answers = futures_util::stream::iter(lines)
            .map(|line| self.one(line))
            .buffered(at_once);
        while let Some(outcome) = answers.next().await {
            outcomes.push(outcome);
            if shown && told.elapsed() > Duration::from_millis(200) {
                told = Instant::now();
                // Whoever watches sees it move; nothing depends on it.
                let _ = write!(std::io::stderr(), "\r{} of {count}", outcomes.len());
            }
        }
        if shown {
            let _ = write!(std::io::stderr(), "\r");
        }
        outcomes
    }

    async fn one(&self, line: Line) -> Outcome {
        let group =
            |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}={value}"));
        let mut outcome = Outcome {
            id: line.id.clone(),
            ended: Ended::Unusable,
            groups: [
                group("source", &line.source),
                group("shape", &line.shape),
                group("hardness", &line.hardness),
            ]
            .into_iter()
            .flatten()
            .collect(),
            sql: None,
            confidence: None,
            features: None,
            provider: String::new(),
            took: Duration::ZERO,
            reason: None,
        };
        let question = match self.question(&line).await {
            Ok(question) => question,
            Err(reason) => {
                outcome.reason = Some(reason);
                return outcome;
            }
        };
        let started = Instant::now();
        let answer = self.service.ask(question).await;
        outcome.took = started.elapsed();
        match answer {
            Ok(answer) => {
                outcome.confidence = Some((answer.confidence.get(), answer.confidence_source));
                outcome.features = answer.features;
                outcome.provider = answer.provider;
                outcome.sql = Some(answer.sql);
                self.judge(&line, &mut outcome).await;
            }
            Err(error) => {
                outcome.ended = match (&error, &line.gold_sql) {
                    (AskError::Refused { .. }, None) => Ended::RefusedRightly,
                    (AskError::Refused { .. }, Some(_)) => Ended::Refused,
                    _ => Ended::Failed,
                };
                outcome.reason = Some(error.to_string());
            }
        }
        outcome
    }

    async fn judge(&self, line: &Line, outcome: &mut Outcome) {
        let golds = line.golds();
        let (Some(sql), false) = (&outcome.sql, line.gold_sql.is_none()) else {
            outcome.ended = Ended::Wrong;
            outcome.reason = Some("it had to be refused".into());
            return;
        };
        let Some(database) = self.database(line) else {
            return;
        };
        let states = match self.databases.states_of(&database).await {
            Ok(states) => states,
            Err(reason) => {
                outcome.reason = Some(reason);
                return;
            }
        };
        (outcome.ended, outcome.reason) = match judge(&states, &golds, sql).await {
            Verdict::Right => (Ended::Right, None),
            Verdict::Wrong => (Ended::Wrong, None),
            Verdict::Fails(reason) => (Ended::Fails, Some(reason)),
            Verdict::NoGold(reason) => (
                Ended::Unusable,
                Some(format!("the expected SQL does not run: {reason}")),
            ),
        };
    }

    fn database(&self, line: &Line) -> Option<PathBuf> {
        line.db_path.as_ref().map(|path| self.folder.join(path))
    }

    async fn question(&self, line: &Line) -> Result<Question, String> {
        let word = line.dialect.as_deref().unwrap_or("sqlite");
        if Dialect::parse(word) != Some(Dialect::Sqlite) {
            return Err(format!(
                "SQL is run on SQLite here, and the question asks for {word:?}"
            ));
        }
        let schema = match (self.database(line), &line.schema_ddl) {
            (Some(database), _) => from_database(self.service, &database.display().to_string())
                .await
                .map_err(|error| error.to_string())?,
            (None, _) if line.gold_sql.is_some() => {
                return Err("the question names no database (db_path) to run SQL on".into());
            }
            (None, ddl) => SchemaHints {
                ddl: ddl.clone(),
                ..SchemaHints::default()
            },
        };
        Ok(Question {
            text: line.question.clone(),
            dialect: Some(Dialect::Sqlite),
            schema,
            wish: self.wish.clone(),
            ..Question::default()
        })
    }
}
