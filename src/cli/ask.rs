//! `ask`: one answer on the command line, or many from a file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use nl2sql::Dialect;
use serde_json::json;

use super::{FAILED, INVALID, batch, print, table};
use crate::answer::{
    Answer, AnswerService, AskError, PreviewStage, ProviderWish, Question, SchemaHints, Snapshot,
};
use crate::config::{Loaded, MOST_SAMPLES};
use crate::database::{Preview, SchemaError};
use crate::provider::Spending;
use crate::telemetry::logs::LogCounts;
use crate::telemetry::trace::TraceCounts;

/// What to ask, and of whom.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The question, like "show all users".
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    question: Option<String>,

    /// Dialect of the SQL; else the database's, then the configured one.
    #[arg(long, value_enum)]
    dialect: Option<DialectArg>,

    /// Database to read tables and sample values from: a configured name, an SQLite file or its URL. Never written.
    #[arg(long, value_name = "NAME|PATH|URL", conflicts_with = "schema")]
    database: Option<String>,

    /// File with CREATE TABLE statements to answer from.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,

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

    /// Run the answer on the database, read-only, and show its first rows (needs preview.enabled).
    #[arg(long, conflicts_with_all = ["batch", "schema"])]
    run: bool,

    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,

    /// Answer each line of a JSONL file: {"id", "question", "dialect"?, "schema_ddl"?, "schema_values"?, "database"?};
    /// "-" reads standard input.
    #[arg(long, value_name = "IN.jsonl", conflicts_with_all = ["database", "schema", "json"])]
    batch: Option<PathBuf>,

    /// Where the answers of --batch go, a line each; else standard output.
    #[arg(long, value_name = "OUT.jsonl", requires = "batch")]
    out: Option<PathBuf>,
}

/// The dialects as the command line spells them.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DialectArg {
    /// MySQL and MariaDB.
    #[value(name = "mysql", alias = "mariadb")]
    MySql,
    /// PostgreSQL.
    #[value(name = "postgresql", aliases = ["postgres", "pg"])]
    PostgreSql,
    /// SQLite.
    #[value(name = "sqlite", alias = "sqlite3")]
    Sqlite,
}

impl From<DialectArg> for Dialect {
    fn from(arg: DialectArg) -> Dialect {
        match arg {
            DialectArg::MySql => Dialect::MySql,
            DialectArg::PostgreSql => Dialect::PostgreSql,
            DialectArg::Sqlite => Dialect::Sqlite,
        }
    }
}

/// A service for the length of one command, and what it runs on.
pub(super) struct SetUp {
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) service: AnswerService,
    spending: Arc<Spending>,
}

impl SetUp {
    /// Adds what the command cost to the budget.
    pub(super) fn keep_spending(&self) {
        if let Err(error) = self.spending.save() {
            print::note(&format!(
                "atest-ext-ai: what this cost could not be added to the budget: {error}"
            ));
        }
    }
}

/// Builds a service that takes questions.
///
/// # Errors
/// The runtime cannot start; that is told.
pub(super) fn set_up(mut loaded: Loaded) -> Result<SetUp, ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| print::failure(FAILED, format!("the runtime cannot start: {error}")))?;
    // Who asks here wants to see what the provider says, and not what it said.
    loaded.config.performance.cache.enabled = false;
    let ground = crate::app::ground(&loaded, LogCounts::default(), TraceCounts::default());
    let spending = Arc::clone(&ground.spending);
    let snapshot = {
        let _inside = runtime.enter();
        Snapshot::new(Arc::new(loaded.config), &ground, None)
    };
    let service = AnswerService::new(snapshot, ground);
    service.admission.open();
    Ok(SetUp {
        runtime,
        service,
        spending,
    })
}

/// Answers what the command line asks.
pub fn run(loaded: Loaded, args: AskArgs) -> ExitCode {
    let set_up = match set_up(loaded) {
        Ok(set_up) => set_up,
        Err(code) => return code,
    };
    let (runtime, service) = (&set_up.runtime, &set_up.service);
    let wish = ProviderWish {
        provider: args.provider.clone(),
        model: args.model.clone(),
        timeout: args.timeout.map(Duration::from_secs),
        samples: args.samples,
        ..ProviderWish::default()
    };
    let dialect = args.dialect.map(Dialect::from);
    let code = match &args.batch {
        Some(input) => runtime.block_on(batch::run(service, input, args.out.as_deref(), &wish, dialect)),
        None => runtime.block_on(one(service, args, wish, dialect)),
    };
    set_up.keep_spending();
    code
}

async fn one(
    service: &AnswerService,
    args: AskArgs,
    wish: ProviderWish,
    dialect: Option<Dialect>,
) -> ExitCode {
    let schema = match hints(service, &args).await {
        Ok(schema) => schema,
        Err(reason) => return print::failure(INVALID, reason),
    };
    // Before anything is asked: a question may cost money.
    let stage = match args.run {
        true => match service.stage(&schema).await {
            Ok(stage) => Some(stage),
            Err(error) => {
                return print::failure(INVALID, format!("nothing was asked ({}): {error}", error.word()));
            }
        },
        false => None,
    };
    let question = Question {
        text: args.question.unwrap_or_default(),
        dialect: dialect.or(stage.as_ref().map(PreviewStage::dialect)),
        schema,
        wish,
        ..Question::default()
    };
    match service.ask(question).await {
        Ok(answer) => shown(service, &answer, stage.as_ref(), args.json).await,
        Err(error) if args.json => {
            print::out(
                &json!({"sql": null, "refusal": error.to_string(), "reason": error.word()}).to_string(),
            );
            ExitCode::from(FAILED)
        }
        Err(error) => print::failure(FAILED, no_answer(&error)),
    }
}

/// Prints an answer, with its first rows where they are wanted.
async fn shown(
    service: &AnswerService,
    answer: &Answer,
    stage: Option<&PreviewStage>,
    as_json: bool,
) -> ExitCode {
    let rows = match stage {
        Some(stage) => Some(service.rows(stage, &answer.sql).await),
        None => None,
    };
    let code = match &rows {
        Some(Err(_)) => ExitCode::from(FAILED),
        _ => ExitCode::SUCCESS,
    };
    if as_json {
        let mut document = answer_json(answer);
        match &rows {
            Some(Ok(preview)) => {
                document["columns"] = preview.columns_json();
                document["rows"] = preview.rows_json();
                document["truncated"] = json!(preview.is_cut);
            }
            Some(Err(error)) => document["preview_error"] = json!(error.to_string()),
            None => {}
        }
        print::out(&document.to_string());
        return code;
    }
    print::out(&format!("{};", answer.pretty_sql));
    if let Some(Ok(preview)) = &rows {
        print::out(&format!("\n{}", rows_table(preview)));
    }
    print::note(&remarks(answer));
    if let Some(Err(error)) = &rows {
        return print::failure(
            FAILED,
            format!("the answer was not run ({}): {error}", error.word()),
        );
    }
    code
}

/// Rows for people. Control characters of a value could confuse the terminal.
fn rows_table(preview: &Preview) -> String {
    let names: Vec<&str> = preview
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let rows = preview.rows.iter().map(|row| {
        let cells = row.iter().map(|cell| cell.text.as_deref().unwrap_or("NULL"));
        cells
            .map(|text| {
                text.chars()
                    .map(|c| if c.is_control() { ' ' } else { c })
                    .collect()
            })
            .collect()
    });
    let lines = table::lines(&names, rows);
    let count = match (preview.rows.len(), preview.is_cut) {
        (1, false) => "1 row".to_owned(),
        (count, false) => format!("{count} rows"),
        (count, true) => format!("the first {count} rows (preview.max_rows, preview.max_bytes)"),
    };
    format!("{lines}\n({count})")
}

fn no_answer(error: &AskError) -> String {
    format!("no answer ({}): {error}", error.word())
}

/// What the command line says about the schema.
async fn hints(service: &AnswerService, args: &AskArgs) -> Result<SchemaHints, String> {
    if let Some(file) = &args.schema {
        return Ok(SchemaHints {
            ddl: Some(read_text(file)?),
            ..SchemaHints::default()
        });
    }
    match &args.database {
        Some(database) => from_database(service, database)
            .await
            .map_err(|error| error.to_string()),
        None => Ok(SchemaHints::default()),
    }
}

/// The schema of a configured database, else of what the path or URL leads to.
pub(super) async fn from_database(
    service: &AnswerService,
    name_or_place: &str,
) -> Result<SchemaHints, SchemaError> {
    let snapshot = service.snapshot();
    if snapshot.config.databases.contains_key(name_or_place) {
        return Ok(SchemaHints {
            database: Some(name_or_place.to_owned()),
            ..SchemaHints::default()
        });
    }
    Ok(SchemaHints {
        read: Some(snapshot.databases.open(name_or_place).await?),
        ..SchemaHints::default()
    })
}

fn read_text(file: &Path) -> Result<String, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8 text", file.display()))
}

/// The lines under an answer, for people.
fn remarks(answer: &Answer) -> String {
    let mut lines = vec![String::new(), answer.explanation.clone(), facts(answer)];
    lines.extend(
        answer
            .warnings
            .iter()
            .map(|warning| format!("warning: {warning}")),
    );
    lines.join("\n")
}

fn facts(answer: &Answer) -> String {
    let mut facts = vec![
        format!(
            "confidence {:.2} ({})",
            answer.confidence.get(),
            answer.confidence_source.as_str()
        ),
        answer.provider.clone(),
    ];
    if answer.model != answer.provider && !answer.model.is_empty() {
        facts.push(answer.model.clone());
    }
    facts.push(answer.dialect.to_string());
    facts.push(format!("{:.1} ms", answer.took.as_secs_f64() * 1e3));
    if let Some(usage) = answer.usage {
        facts.push(format!("{} + {} tokens", usage.input, usage.output));
    }
    if let Some(cost) = answer.cost {
        facts.push(format!("${cost:.6}"));
    }
    facts.join(" · ")
}

fn answer_json(answer: &Answer) -> serde_json::Value {
    json!({
        "sql": answer.sql,
        "pretty_sql": answer.pretty_sql,
        "explanation": answer.explanation,
        "alternative": answer.alternative,
        "confidence": answer.confidence.get(),
        "confidence_source": answer.confidence_source.as_str(),
        "warnings": answer.warnings,
        "provider": answer.provider,
        "model": answer.model,
        "dialect": answer.dialect.as_str(),
        "degraded": answer.degraded,
        "explained": answer.explained,
        "instead_of": answer.instead_of,
        "usage": answer.usage,
        "cost_usd": answer.cost,
        "processing_time_ms": answer.took.as_secs_f64() * 1e3,
        "request_id": answer.request_id,
    })
}
