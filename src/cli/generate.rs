//! `generate-monitoring`: writes, checks and explains the files that watching the plugin needs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use super::{FAILED, INVALID, print, validate};
use crate::config::units::Time;
use crate::config::{Loaded, Sheet, Sources};
use crate::generate::live::{Empty, Findings};
use crate::generate::validate::{Outcome, Verdict};
use crate::generate::{self, Artefact, Environment, Format, Plan, Set};

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

    /// systemd's version, as `systemctl --version` says it; over `systemd.version` of the values.
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u16).range(239..1000))]
    systemd_version: Option<u16>,

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

    /// Ask the Prometheus of --via, which scrapes the plugin at this address, every query of every panel and rule: exit 1 when
    /// one that should have data has none.
    #[arg(long, value_name = "URL", requires = "via", conflicts_with_all = ["check", "diff", "list", "schema", "explain", "preview"])]
    live: Option<String>,

    /// Have the programs that the files are for look at them, as far as they are on the PATH: exit 1 when one does not accept
    /// them. `strict`: also when one is missing.
    #[arg(
        id = "validate-files", long = "validate", value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "found", value_enum,
        conflicts_with_all = ["check", "diff", "list", "schema", "explain", "preview", "live"]
    )]
    validate_files: Option<Strictness>,

    /// Forms of the files: raw, and besides objects for Kubernetes' operators, kustomize's overlays, Helm's chart. Several with
    /// commas between them.
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        value_delimiter = ',',
        default_value = "raw"
    )]
    format: Vec<Format>,

    /// Oldest version of Kubernetes that must take the objects, like 1.30: `kubernetes.version` of the values.
    #[arg(long, value_name = "VERSION")]
    k8s_version: Option<String>,

    /// Overwrite files that this program did not write.
    #[arg(long)]
    force: bool,
}

/// What --validate makes of a program that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Strictness {
    /// It is said.
    Found,
    /// It is a failure.
    Strict,
}

/// Does it. Exit code 2 for values that are wrong, 3 when --check finds a difference.
pub fn run(sources: &Sources, args: &GenerateArgs) -> ExitCode {
    if args.schema {
        print::out(&format!("{:#}", generate::schema()));
        return ExitCode::SUCCESS;
    }
    let writes_elsewhere = args.preview.is_some() || args.live.is_some() || args.validate_files.is_some();
    let is_writing = !(args.check || args.diff || args.list || args.explain.is_some() || writes_elsewhere);
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
    let systemd = args.systemd_version.map(|version| version.to_string());
    for (option, key, version) in [
        ("--k8s-version", "kubernetes.version", &args.k8s_version),
        ("--systemd-version", "systemd.version", &systemd),
    ] {
        if let Some(version) = version {
            sheet
                .set(option, &format!("{key}={version}"))
                .map_err(|reason| print::failure(INVALID, reason))?;
        }
    }
    let text = loaded.file.as_deref().map(std::fs::read_to_string);
    // It was read a moment ago, so that it can be read.
    let text = text.and_then(Result::ok);
    generate::plan(loaded, text, environment, sheet).map_err(|problems| validate::refuse(&problems))
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
    if let (Some(plugin), Some(via)) = (&args.live, &args.via) {
        return live(plan, plugin, via);
    }
    let mut artefacts = generate::artefacts(plan, &args.format);
    artefacts.retain(|artefact| only.is_none_or(|only| only.contains(&artefact.set)));
    let is_asked_for = only.is_some() || args.format.iter().any(|format| *format != Format::Raw);
    if let Err(code) = leave_secrets_out(plan, &mut artefacts, is_asked_for) {
        return code;
    }
    if args.list {
        for artefact in &artefacts {
            print::out(&format!("{:<14} {}", artefact.set.word(), artefact.path));
        }
        return ExitCode::SUCCESS;
    }
    if let Some(strictness) = args.validate_files {
        return validate_files(plan, &artefacts, strictness);
    }
    let Some(folder) = &args.out else {
        return print::failure(INVALID, "give a folder with --out DIR");
    };
    match args.check || args.diff {
        true => compare(plan, folder, &artefacts, only, args.check),
        false => write(plan, folder, &artefacts, only, args.force),
    }
}

/// A ConfigMap is read by many: files that hold the config are not made while it holds a secret itself.
fn leave_secrets_out(plan: &Plan, artefacts: &mut Vec<Artefact>, is_asked_for: bool) -> Result<(), ExitCode> {
    let Some((key, line)) = plan.inline_secrets.first() else {
        return Ok(());
    };
    let holds_config = |artefact: &Artefact| [Set::K8s, Set::Kustomize, Set::Helm].contains(&artefact.set);
    if !artefacts.iter().any(holds_config) {
        return Ok(());
    }
    let reason = format!(
        "line {line} of the config holds a secret ({key}), which does not belong into a ConfigMap: write ${{A_VARIABLE}} there, and put \
         the value into the Secret or the environment"
    );
    if is_asked_for {
        return Err(print::failure(INVALID, reason));
    }
    artefacts.retain(|artefact| !holds_config(artefact));
    print::note(&format!("the files for Kubernetes are left out: {reason}"));
    Ok(())
}

fn preview(plan: &Plan, folder: &Path, via: &str, last: Option<&str>) -> ExitCode {
    let range = match last.map(Time::parse) {
        None => plan.values.dashboards.range,
        Some(Ok(range)) if range.0.as_secs() >= 60 => range,
        Some(Ok(_)) => return print::failure(INVALID, "--last: a minute is the least"),
        Some(Err(reason)) => return print::failure(INVALID, format!("--last: {reason}")),
    };
    let now = now();
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

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

fn live(plan: &Plan, plugin: &str, via: &str) -> ExitCode {
    super::block_on(async {
        match generate::live::look(plan, plugin, via, now()).await {
            Ok(findings) => tell_findings(&findings),
            Err(error) => print::failure(FAILED, error),
        }
    })
}

fn tell_findings(findings: &Findings) -> ExitCode {
    for empty in &findings.excused {
        let why = empty.why.unwrap_or_default();
        print::out(&format!("empty, rightly when {why}: {}", empty.place));
    }
    if !findings.not_served.is_empty() {
        print::out(&format!(
            "not served at the moment: {}",
            findings.not_served.join(", ")
        ));
    }
    for name in &findings.unknown {
        print::out(&format!(
            "the plugin serves {name}, which this version does not know"
        ));
    }
    let Findings {
        filled,
        excused,
        empty,
        ..
    } = findings;
    let all = filled + excused.len() + empty.len();
    let line = |empty: &Empty| format!("  {}\n    {}", empty.place, empty.expr.replace('\n', "\n    "));
    match empty.as_slice() {
        [] => {
            print::note(&format!(
                "{filled} of {all} queries have data, {} are rightly empty",
                excused.len()
            ));
            ExitCode::SUCCESS
        }
        some => {
            let lines: Vec<String> = some.iter().map(line).collect();
            print::failure(
                FAILED,
                format!(
                    "{} of {all} queries have no data; is there traffic, and does Prometheus scrape the plugin under the job of the values?\n{}",
                    some.len(),
                    lines.join("\n")
                ),
            )
        }
    }
}

fn validate_files(plan: &Plan, artefacts: &[Artefact], strictness: Strictness) -> ExitCode {
    let folder = std::env::temp_dir().join(format!(
        "atest-ext-ai-{}-{}",
        std::process::id(),
        plan.fingerprint
    ));
    let written = generate::write(&folder, artefacts, None, plan.version, false);
    let outcome = match written {
        Ok(_) => generate::validate::validate(&folder, artefacts).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    // What cannot be removed is in the way of nobody.
    let _ = std::fs::remove_dir_all(&folder);
    match outcome {
        Ok(verdicts) => tell_verdicts(&verdicts, strictness),
        Err(reason) => print::failure(FAILED, reason),
    }
}

fn tell_verdicts(verdicts: &[Verdict], strictness: Strictness) -> ExitCode {
    let mut is_bad = false;
    for Verdict { what, outcome } in verdicts {
        match outcome {
            Outcome::Accepted => print::out(&format!("accepted  {what}")),
            Outcome::Refused(words) => {
                is_bad = true;
                print::out(&format!("REFUSED   {what}\n{words}"));
            }
            Outcome::Skipped(install) => {
                is_bad |= strictness == Strictness::Strict;
                print::out(&format!("skipped   {what}: not on this machine; {install}"));
            }
        }
    }
    match is_bad {
        true => print::failure(FAILED, "not everything was accepted"),
        false => ExitCode::SUCCESS,
    }
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
