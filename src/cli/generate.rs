//! `generate-monitoring`: writes, checks and explains the files that watching the plugin needs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use super::{FAILED, INVALID, print, validate};
use crate::config::units::Time;
use crate::config::{Loaded, Sheet, Sources};
use crate::generate::{self, Artefact, Environment, Plan, Set};

/// Exit code when files differ.
const DIFFERENT: u8 = 3;

/// Largest values file.
const LARGEST: u64 = 1 << 20;

/// What to generate, and what to do with it.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Folder to write into, to check or to compare with.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Environment: development, staging or production; else the config's `plugin.environment`.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,

    /// Values file, which changes thresholds, receivers and more (see --schema).
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,

    /// Set one value over those of the file: alerts.HighErrorRate.threshold=0.1. Can be given again.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,

    /// Only these kinds of files.
    #[arg(long, value_name = "SET", value_delimiter = ',', value_enum)]
    only: Vec<Set>,

    /// Write nothing: exit 3 and show the difference when the files in --out are not as they would be written.
    #[arg(long, requires = "out", conflicts_with_all = ["diff", "list", "schema", "explain"])]
    check: bool,

    /// Write nothing: show what writing would change.
    #[arg(long, requires = "out", conflicts_with_all = ["list", "schema", "explain"])]
    diff: bool,

    /// Write nothing: list the files with what they belong to.
    #[arg(long, conflicts_with_all = ["schema", "explain"])]
    list: bool,

    /// Print the JSON schema of a values file, for editors and CI.
    #[arg(long, conflicts_with = "explain")]
    schema: bool,

    /// Explain one alert, or `all`: what it watches, its threshold and where that comes from, and what to do.
    #[arg(long, value_name = "ALERT")]
    explain: Option<String>,

    /// Draw each dashboard as a page in this folder, from what the Prometheus of --via knows. It is a preview, not Grafana.
    #[arg(long, value_name = "DIR", requires = "via", conflicts_with_all = ["check", "diff", "list", "schema", "explain"])]
    preview: Option<PathBuf>,

    /// Address of the Prometheus to ask, such as http://localhost:9091.
    #[arg(long, value_name = "URL")]
    via: Option<String>,

    /// Span of time that a preview shows; else `dashboards.range`.
    #[arg(long, value_name = "TIME", requires = "preview")]
    last: Option<String>,

    /// Overwrite files that this program did not write.
    #[arg(long)]
    force: bool,
}

/// Does it. Exit code 2 for values that are wrong, 3 when --check finds a difference.
pub fn run(sources: &Sources, args: &GenerateArgs) -> ExitCode {
    if args.schema {
        print::out(&format!("{:#}", generate::schema()));
        return ExitCode::SUCCESS;
    }
    let is_writing =
        !(args.check || args.diff || args.list || args.explain.is_some() || args.preview.is_some());
    if is_writing && args.out.is_none() {
        return print::failure(
            INVALID,
            "where to? Give a folder with --out DIR; or --list, --explain ALERT or --schema, which write nothing",
        );
    }
    super::with_config(sources, |loaded| match plan(&loaded, args) {
        Ok(plan) => with_plan(&plan, args),
        Err(code) => code,
    })
}

fn plan(loaded: &Loaded, args: &GenerateArgs) -> Result<Plan, ExitCode> {
    let named = args.env.as_deref();
    let name = named.unwrap_or(&loaded.config.plugin.environment);
    let environment = Environment::parse(name).map_err(|error| {
        let key = if named.is_some() {
            "--env"
        } else {
            "plugin.environment"
        };
        print::failure(INVALID, format!("{key}: {error}"))
    })?;
    let mut sheet = Sheet::default();
    sheet.lay_built_in(environment.built_in());
    if let Some(path) = &args.values {
        let text = read(path).map_err(|reason| print::failure(INVALID, reason))?;
        sheet.lay_file(&text, path);
    }
    for set in &args.sets {
        sheet
            .set("--set", set)
            .map_err(|reason| print::failure(INVALID, reason))?;
    }
    generate::plan(loaded, environment, sheet).map_err(|problems| validate::refuse(&problems))
}

fn read(path: &Path) -> Result<String, String> {
    let about = |reason: String| format!("--values {}: {reason}", path.display());
    let found = path.metadata().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => about("there is no such file".to_owned()),
        _ => about(error.to_string()),
    })?;
    if found.is_dir() {
        return Err(about("is a folder, not a file".to_owned()));
    }
    if found.len() > LARGEST {
        return Err(about("larger than 1 MiB: is it the right file?".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|error| about(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| about("not a text in UTF-8".to_owned()))
}

fn with_plan(plan: &Plan, args: &GenerateArgs) -> ExitCode {
    if let Some(name) = &args.explain {
        return explain(plan, name);
    }
    if let (Some(folder), Some(via)) = (&args.preview, &args.via) {
        return preview(plan, folder, via, args.last.as_deref());
    }
    let only = (!args.only.is_empty()).then_some(args.only.as_slice());
    let mut artefacts = generate::artefacts(plan);
    artefacts.retain(|artefact| only.is_none_or(|only| only.contains(&artefact.set)));
    if args.list {
        for artefact in &artefacts {
            print::out(&format!("{:<14} {}", artefact.set.word(), artefact.path));
        }
        return ExitCode::SUCCESS;
    }
    let Some(folder) = &args.out else {
        return print::failure(INVALID, "give a folder with --out DIR");
    };
    match args.check || args.diff {
        true => compare(plan, folder, &artefacts, only, args.check),
        false => write(plan, folder, &artefacts, only, args.force),
    }
}

fn preview(plan: &Plan, folder: &Path, via: &str, last: Option<&str>) -> ExitCode {
    let range = match last.map(Time::parse) {
        None => plan.values.dashboards.range,
        Some(Ok(range)) if range.0.as_secs() >= 60 => range,
        Some(Ok(_)) => return print::failure(INVALID, "--last: a minute is the least"),
        Some(Err(reason)) => return print::failure(INVALID, format!("--last: {reason}")),
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    super::block_on(async {
        match generate::write_preview(plan, folder, via, range.0, now).await {
            Ok(pages) => {
                print::note(&format!(
                    "{} pages written; open {}",
                    pages.len(),
                    folder.join("index.html").display()
                ));
                ExitCode::SUCCESS
            }
            Err(error) => print::failure(FAILED, error),
        }
    })
}

fn explain(plan: &Plan, name: &str) -> ExitCode {
    let names = match name {
        "all" => generate::alert_names(plan),
        one => vec![one.to_owned()],
    };
    for (index, name) in names.iter().enumerate() {
        match generate::explain(plan, name) {
            Ok(text) if index == 0 => print::out(text.trim_end()),
            Ok(text) => print::out(&format!("\n\n{}", text.trim_end())),
            Err(reason) => return print::failure(INVALID, format!("--explain: {reason}")),
        }
    }
    ExitCode::SUCCESS
}

fn compare(
    plan: &Plan,
    folder: &Path,
    artefacts: &[Artefact],
    only: Option<&[Set]>,
    is_check: bool,
) -> ExitCode {
    let found = match generate::differences(folder, artefacts, only, plan.version) {
        Ok(found) => found,
        Err(error) => return print::failure(FAILED, error),
    };
    for difference in &found {
        print::out(difference.diff.trim_end());
    }
    if !is_check {
        return ExitCode::SUCCESS;
    }
    match found.as_slice() {
        [] => {
            print::note(&format!("{} files are as they would be written", artefacts.len()));
            ExitCode::SUCCESS
        }
        some => {
            let names: Vec<String> = some
                .iter()
                .map(|difference| format!("  {} ({})", difference.path, difference.kind.word()))
                .collect();
            print::failure(
                DIFFERENT,
                format!(
                    "{} of {} files in {} are not as they would be written:\n{}\nwrite them with the same command without --check",
                    some.len(),
                    artefacts.len() + 1,
                    folder.display(),
                    names.join("\n")
                ),
            )
        }
    }
}

fn write(plan: &Plan, folder: &Path, artefacts: &[Artefact], only: Option<&[Set]>, force: bool) -> ExitCode {
    match generate::write(folder, artefacts, only, plan.version, force) {
        Ok(outcome) => {
            for path in &outcome.removed {
                print::note(&format!("removed {path}, which is not made any more"));
            }
            for path in &outcome.left {
                print::note(&format!(
                    "{path} is not made any more; somebody changed it, so it was left"
                ));
            }
            print::note(&format!(
                "{} files written, {} unchanged, in {} for {}",
                outcome.written.len(),
                outcome.unchanged,
                folder.display(),
                plan.environment
            ));
            ExitCode::SUCCESS
        }
        Err(error) => print::failure(FAILED, error),
    }
}
