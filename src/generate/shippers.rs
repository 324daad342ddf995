//! Log shippers: how the lines of the plugin reach Elasticsearch or Loki, from where the config really writes them.

use super::artefact::{Artefact, Set};
use super::plan::Plan;
use crate::config::{LogFormat, LogOutput, Problems};

mod alloy;
mod elasticsearch;
mod endpoint;
mod filebeat;
mod fluent_bit;
mod fluentd;
mod otel;
mod rsyslog;
pub(super) mod tree;
mod vector;

use super::values::Keeper;
use endpoint::Endpoint;

/// The unit that runs the plugin, as the guide names it.
const UNIT: &str = "atest-ai-plugin.service";
/// The container that does.
const CONTAINER: &str = "atest-ai-plugin";
/// The variable that holds the password. Written into no file.
const PASSWORD: &str = "ES_PASSWORD";
/// What `logs.user` says where nobody signs in.
const NO_USER: &str = "none";

/// Where the lines of the log are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// In a file that the plugin rotates by renaming it. The names of rotated ones do not end in `.log`.
    File(String),
    /// In systemd's journal.
    Journal,
    /// In files of the container runtime, which adds a time and a stream to each line.
    Containers,
}

/// What all shippers need to know.
struct Shipping<'a> {
    plan: &'a Plan,
    source: Source,
    /// The audit log, where it is written.
    audit: Option<String>,
    to: Endpoint,
}

/// Everything for shipping logs.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let shipping = Shipping::of(plan);
    let mut all = fluentd::artefacts(&shipping);
    all.push(filebeat::artefact(&shipping));
    all.push(rsyslog::artefact(&shipping));
    all.push(fluent_bit::artefact(&shipping));
    all.push(vector::artefact(&shipping));
    all.push(otel::artefact(&shipping));
    if !plan.values.logs.loki.is_empty() {
        all.push(alloy::artefact(&shipping));
    }
    all.extend(elasticsearch::artefacts(&shipping));
    all
}

/// What is wrong with the values, as far as these files are concerned.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    let logs = &plan.values.logs;
    let mut add = |key: &str, what: String, to_do: &str| {
        problems.add(&plan.place(key), key, what).suggest(to_do);
    };
    // Not shown: what is wrong with it may be a password in it.
    if let Err(what) = Endpoint::parse(&logs.elasticsearch) {
        let to_do =
            "write it like https://elasticsearch:9200; the password comes from the variable ES_PASSWORD";
        add("logs.elasticsearch", what, to_do);
    }
    for (key, url) in [("logs.loki", &logs.loki), ("logs.tempo", &logs.tempo)] {
        if let (false, Err(what)) = (url.is_empty(), Endpoint::parse(url)) {
            add(key, what, "write it like http://loki:3100");
        }
    }
    // Elasticsearch's rules for names of indices, and a sign that templates of dates would read.
    let is_name =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_.".contains(letter);
    if logs.index.is_empty()
        || !logs.index.starts_with(|c: char| c.is_ascii_lowercase())
        || !logs.index.chars().all(is_name)
    {
        let what = format!("{:?} cannot begin the name of an index", logs.index);
        add(
            "logs.index",
            what,
            "use small letters, digits, `-`, `_` and `.`, with a letter at first",
        );
    }
    let is_plain = |text: &str| {
        !text.contains(|c: char| c.is_control() || c.is_whitespace() || "\"'`$\\#{}".contains(c))
    };
    for (key, text) in [("logs.user", &logs.user), ("logs.caFile", &logs.ca_file)] {
        if !is_plain(text) {
            let what = format!("{text:?} has signs that not every shipper's file can hold");
            add(
                key,
                what,
                "use letters, digits and plain signs, without spaces and quotes",
            );
        }
    }
    let paths = [
        ("logging.file.path", file_of(plan)),
        ("audit.path", audit_of(plan)),
    ];
    for (key, path) in paths {
        if let Some(path) = path.filter(|path| !is_plain(path) || path.contains(['*', '?', '[', ','])) {
            let what =
                format!("the config's {key}, {path:?}, has signs that not every shipper's file can hold");
            add(
                "logs",
                what,
                "use a path of letters, digits and plain signs, without spaces and quotes",
            );
        }
    }
}

/// The log file, where lines go to one.
fn file_of(plan: &Plan) -> Option<String> {
    match &plan.config.logging.output {
        LogOutput::File { path, .. } => Some(path.display().to_string()),
        LogOutput::Stdout | LogOutput::Stderr => None,
    }
}

/// The audit log's file: the one named, else where the plugin puts it when it may.
fn audit_of(plan: &Plan) -> Option<String> {
    let config = &plan.config;
    if !config.audit.enabled {
        return None;
    }
    let path = match &config.audit.path {
        Some(path) => path.clone(),
        None => config.logging.file.path.with_file_name("audit.log"),
    };
    Some(path.display().to_string())
}

impl<'a> Shipping<'a> {
    fn of(plan: &'a Plan) -> Shipping<'a> {
        let keeper = plan
            .values
            .logs
            .keeper
            .unwrap_or(if plan.values.prometheus.in_kubernetes {
                Keeper::Containers
            } else {
                Keeper::Journal
            });
        let source = match (file_of(plan), keeper) {
            (Some(path), _) => Source::File(path),
            (None, Keeper::Journal) => Source::Journal,
            (None, Keeper::Containers) => Source::Containers,
        };
        Shipping {
            plan,
            source,
            audit: audit_of(plan),
            to: Endpoint::parse(&plan.values.logs.elasticsearch).unwrap_or_default(),
        }
    }

    /// The same for pods: what the journal keeps elsewhere, the container runtime keeps there.
    fn in_pods(&self) -> Shipping<'a> {
        let source = match &self.source {
            Source::Journal => Source::Containers,
            other => other.clone(),
        };
        Shipping {
            plan: self.plan,
            source,
            audit: self.audit.clone(),
            to: self.to.clone(),
        }
    }

    /// The beginning of the names of indices for log lines.
    fn index(&self) -> &str {
        &self.plan.values.logs.index
    }

    /// The same for the audit log. Whoever may read `atest-ai-*` does not read it with that.
    fn audit_index(&self) -> String {
        format!("audit-{}", self.index())
    }

    /// The tag of log lines in shippers, and that of the audit log's.
    fn tags(&self) -> (&'static str, &'static str) {
        ("atest-ai", "atest-ai-audit")
    }

    /// Who signs in.
    fn user(&self) -> Option<&str> {
        let user = self.plan.values.logs.user.as_str();
        Some(user).filter(|user| !user.is_empty() && *user != NO_USER)
    }

    /// The file with the authority of Elasticsearch's certificate.
    fn ca_file(&self) -> Option<&str> {
        Some(self.plan.values.logs.ca_file.as_str()).filter(|path| !path.is_empty())
    }

    /// Files of the container runtime.
    fn container_files(&self) -> String {
        let namespace = &self.plan.values.kubernetes.namespace;
        format!("/var/log/containers/*_{namespace}_{CONTAINER}-*.log")
    }

    /// What every shipper's file says first: how far it can be trusted, and what it ships.
    fn notes(&self, verified: &[&str]) -> Vec<String> {
        let mut notes: Vec<String> = verified.iter().map(|line| (*line).to_owned()).collect();
        let from = match &self.source {
            Source::File(path) => format!("Ships {path} (logging.output: file)."),
            Source::Journal => format!("Ships the journal of {UNIT} (logging.output: stdout or stderr)."),
            Source::Containers => {
                "Ships what the container runtime keeps (logging.output: stdout or stderr).".to_owned()
            }
        };
        notes.push(from);
        match &self.audit {
            Some(path) => notes.push(format!(
                "The audit log is a file, {path}, and has a tag and an index of its own."
            )),
            None => notes.push("There is no audit log (audit.enabled: false).".to_owned()),
        }
        if self.audit.is_some() && self.source == Source::Containers {
            notes.push("In a pod it is shipped where a volume brings that file here: a sidecar, or a path of the node.".to_owned());
        }
        if self.plan.config.logging.format == LogFormat::Text {
            notes.push("The config writes lines for people (logging.format: text): they arrive whole, without fields.".to_owned());
        }
        if self.user().is_some() {
            notes.push(format!(
                "The password is taken from the variable {PASSWORD} of the shipper's environment."
            ));
        }
        notes
    }

    /// A file with `#` comments.
    fn commented(&self, set: Set, path: &str, notes: &[String], body: &str) -> Artefact {
        let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
        Artefact::commented(self.plan, set, path, "#", &notes, body)
    }

    /// A YAML file.
    fn yaml(&self, set: Set, path: &str, notes: &[String], tree: &tree::Tree) -> Artefact {
        let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
        Artefact::yaml(self.plan, set, path, &notes, tree)
    }
}
