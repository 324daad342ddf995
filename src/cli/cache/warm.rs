//! `cache warm`: asks a running plugin the questions of a file.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::StreamExt;
use http::Method;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::questions::{self, Question};
use crate::cli::running::{Reply, RunningPlugin};
use crate::cli::{FAILED, INVALID, print};
use crate::config::Config;

const PATH: &str = "/api/v1/data/query";
/// What a question may take beside the time that the plugin gives it.
const GRACE: Duration = Duration::from_secs(10);
/// Lines of progress where nobody watches.
const LINES: usize = 10;

/// Which questions, and how many at once.
#[derive(Debug, Args)]
pub(super) struct WarmArgs {
    /// One question a line, in words or as {"question", "dialect"?, "database"?, "schema_ddl"?, "provider"?, "model"?};
    /// blank lines and those that begin with # are skipped; "-" reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Questions asked at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: u16,
}

/// How a question ended.
enum Outcome {
    Answered,
    Cached,
    Failed(String),
}

/// Asks all questions and tells how they ended.
pub(super) async fn run(plugin: &RunningPlugin, config: &Config, args: WarmArgs, as_json: bool) -> ExitCode {
    let place = args.file.display();
    let bytes = match read(&args.file) {
        Ok(bytes) => bytes,
        Err(error) => return print::failure(INVALID, format!("{place} cannot be read: {error}")),
    };
    let questions = match questions::read(&bytes) {
        Ok(questions) if questions.is_empty() => {
            return print::failure(INVALID, format!("{place} holds no question"));
        }
        Ok(questions) => questions,
        Err(problems) => {
            for problem in &problems {
                print::note(problem);
            }
            let count = problems.len();
            return print::failure(INVALID, format!("{place}: {count} bad lines; nothing was asked"));
        }
    };
    let patience = config.ai.timeout + GRACE;
    let mut progress = Progress::new(questions.len());
    let mut outcomes = futures_util::stream::iter(questions)
        .map(|question| ask(plugin, question, patience))
        .buffer_unordered(args.concurrency.into());
    while let Some((line, outcome)) = outcomes.next().await {
        progress.count(line, outcome);
    }
    progress.end(as_json)
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file != Path::new("-") {
        return std::fs::read(file);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

async fn ask(plugin: &RunningPlugin, question: Question, patience: Duration) -> (usize, Outcome) {
    let asked = plugin.send(Method::POST, PATH, Some(&question.body));
    let outcome = match tokio::time::timeout(patience, asked).await {
        Ok(Ok(reply)) => outcome_of(&reply),
        Ok(Err(reason)) => Outcome::Failed(reason),
        Err(_) => Outcome::Failed(format!("no answer within {} s", patience.as_secs())),
    };
    (question.line, outcome)
}

fn outcome_of(reply: &Reply) -> Outcome {
    let document = reply.json();
    let pair = |key: &str| {
        let pairs = document["data"].as_array()?;
        let pair = pairs.iter().find(|pair| pair["key"] == key)?;
        pair["value"].as_str()
    };
    match pair("success") {
        Some("true") if pair("cached") == Some("true") => Outcome::Cached,
        Some("true") => Outcome::Answered,
        Some(_) => Outcome::Failed(pair("error").unwrap_or("no reason was given").to_owned()),
        None => Outcome::Failed(reply.refusal()),
    }
}

/// Counts the questions, with a bar on a terminal and a few lines elsewhere.
struct Progress {
    bar: ProgressBar,
    all: usize,
    answered: usize,
    cached: usize,
    failed: Vec<(usize, String)>,
    started: Instant,
}

impl Progress {
    fn new(all: usize) -> Progress {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(all as u64).with_style(
                ProgressStyle::with_template("{bar:30} {pos}/{len} asked, {eta} left")
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            )
        } else {
            ProgressBar::hidden()
        };
        Progress {
            bar,
            all,
            answered: 0,
            cached: 0,
            failed: Vec::new(),
            started: Instant::now(),
        }
    }

    fn count(&mut self, line: usize, outcome: Outcome) {
        match outcome {
            Outcome::Answered => self.answered += 1,
            Outcome::Cached => self.cached += 1,
            Outcome::Failed(reason) => {
                self.bar
                    .suspend(|| print::note(&format!("line {line} failed: {reason}")));
                self.failed.push((line, reason));
            }
        }
        self.bar.inc(1);
        let asked = self.answered + self.cached + self.failed.len();
        let tenth = |asked: usize| asked * LINES / self.all;
        if self.bar.is_hidden() && tenth(asked) > tenth(asked - 1) {
            print::note(&format!("{asked} of {} asked", self.all));
        }
    }

    fn end(mut self, as_json: bool) -> ExitCode {
        self.bar.finish_and_clear();
        self.failed.sort_by_key(|(line, _)| *line);
        if as_json {
            let failed: Vec<Value> = self
                .failed
                .iter()
                .map(|(line, reason)| json!({"line": line, "reason": reason}))
                .collect();
            print::out(
                &json!({"answered": self.answered, "cached": self.cached, "failed": failed}).to_string(),
            );
        } else {
            print::out(&format!(
                "{} answered, {} already cached, {} failed, in {:.1} s",
                self.answered,
                self.cached,
                self.failed.len(),
                self.started.elapsed().as_secs_f64()
            ));
        }
        if self.failed.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(FAILED)
        }
    }
}
