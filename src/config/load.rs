//! Loading: find the file, read it, lay environment and command line over it, check everything, tell everything.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::Environment;
use super::model::{Config, ProviderKind};
use super::problem::{Notice, Origin, Problems, Topic};
use super::schema::Shape;
use super::tree::{Node, Value};
use super::{check, databases, differences, effect, rules, services, spellings, substitute, variables, yaml};

/// Largest config file. A complete one has about 10 kB.
const LARGEST_FILE: u64 = 1 << 20;

/// What a config is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: Environment,
    /// `--socket`: the Unix socket to listen on.
    pub socket: Option<PathBuf>,
    /// `--port`: the TCP port for gRPC, on 127.0.0.1.
    pub port: Option<u16>,
}

/// A config that was found right, and how it came about.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Where each setting that somebody gave comes from, by dotted key. What is missing is a default.
    pub origins: BTreeMap<String, Origin>,
    /// What is worth knowing.
    pub notices: Vec<Notice>,
    /// The file that was read; `None` when there was none.
    pub file: Option<PathBuf>,
}

impl Loaded {
    /// Where a setting comes from.
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or_default()
    }
}

/// Loads a config.
///
/// # Errors
/// Every problem of the file, the environment and the command line at once. Nothing is half-done: there is no config then.
pub fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let mut problems = Problems::default();
    let mut notices = Vec::new();
    let file = locate(sources)?;
    let mut tree = match &file {
        Some(path) => read(path, &mut problems)?,
        None => Node::empty_map(Origin::Default),
    };
    let mut environment = sources.environment.clone();
    supply(&mut environment, &tree);
    substitute::substitute(&mut tree, "", &environment, &mut problems);
    check::check(&mut tree, Shape::root(), "", &mut problems);

    variables::overlay(&mut tree, &environment, &mut problems, &mut notices);
    lay_command_line(&mut tree, sources, &mut problems);
    spellings::unify(&mut tree, &mut problems, &mut notices);
    databases::complete(&mut tree, &mut problems);
    services::complete(&mut tree, &mut problems);

    let json = check::check(&mut tree, Shape::root(), "", &mut problems).unwrap_or_default();
    let mut config: Config = match serde_json::from_value(json) {
        Ok(config) => config,
        Err(error) if problems.0.is_empty() => {
            problems.add(&whole(file.as_deref()), "", format!("cannot be read: {error}"));
            return Err(problems);
        }
        Err(_) => {
            problems.sort();
            return Err(problems);
        }
    };

    let origin_of = |key: &str| nearest_origin(&tree, key);
    rules::check(&config, origin_of, &mut problems, &mut notices);
    databases::check(&mut config, origin_of, &mut problems, &mut notices);
    if !problems.0.is_empty() {
        problems.sort();
        return Err(problems);
    }
    tell_without_effect(&tree, &config, &mut notices);
    differences::tell(&tree, &config, &mut notices);
    tell_overlooked_file(sources, file.as_deref(), &mut notices);
    notices.sort_by_key(|notice| notice.topic);
    Ok(Loaded {
        config,
        origins: origins(&tree),
        notices,
        file,
    })
}

/// Places where a config is looked for when none is named, in order. Never the working folder: atest starts the plugin
/// in its own, where a stray `config.yaml` may belong to anything.
pub fn places(environment: &Environment) -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(home) = environment.home() {
        places.push(home.join(".config/atest/atest-ext-ai.yaml"));
    }
    places.push(environment.system_file("/etc/atest-ai/config.yaml"));
    places
}

fn locate(sources: &Sources) -> Result<Option<PathBuf>, Problems> {
    let by_variable = sources
        .environment
        .given(variables::CONFIG_FILE)
        .map(PathBuf::from);
    let named = match (&sources.file, by_variable) {
        (Some(path), _) => Some((path.clone(), Origin::CommandLine("--config"))),
        (None, Some(path)) => Some((path, Origin::Environment(variables::CONFIG_FILE.into()))),
        (None, None) => None,
    };
    let places = places(&sources.environment);
    let Some((path, origin)) = named else {
        // One that exists but cannot be read is an error later on, not a reason to take the next.
        return Ok(places.into_iter().find(|place| place.symlink_metadata().is_ok()));
    };
    if let Err(error) = std::fs::metadata(&path)
        && error.kind() == ErrorKind::NotFound
    {
        let mut problems = Problems::default();
        let list: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        problems
            .add(&origin, "", format!("there is no file {}", path.display()))
            .suggest(format!(
                "when no file is named, these are looked for: {}",
                list.join(", ")
            ));
        return Err(problems);
    }
    Ok(Some(path))
}

fn whole(file: Option<&Path>) -> Origin {
    match file {
        Some(path) => Origin::File {
            file: Arc::new(path.to_owned()),
            line: 0,
            column: 0,
        },
        None => Origin::Default,
    }
}

/// Reads a file into a tree whose top is a mapping.
fn read(path: &Path, problems: &mut Problems) -> Result<Node, Problems> {
    let file = whole(Some(path));
    let fail = |message: String, suggestion: &str| {
        let mut problems = Problems::default();
        problems.add(&file, "", message).suggest(suggestion);
        Err(problems)
    };
    if path.is_dir() {
        return fail(
            "this is a folder".into(),
            "name the file in it, for example config.yaml",
        );
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path);
    let result = opened.and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes));
    if let Err(error) = result {
        return fail(
            format!("cannot be read: {error}"),
            "check that it exists and that this user may read it",
        );
    }
    if bytes.len() as u64 > LARGEST_FILE {
        return fail(
            "larger than 1 MiB, the most that a config may have".into(),
            "is this the right file?",
        );
    }
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            return fail(
                format!("not UTF-8 text: line {line} has bytes of another encoding"),
                "save it as UTF-8",
            );
        }
    };
    let shared = Arc::new(path.to_owned());
    let Some(tree) = yaml::parse(text, &shared, problems) else {
        if problems.0.is_empty() {
            return empty(&file);
        }
        return Err(std::mem::take(problems));
    };
    match tree.value {
        Value::Map(_) => Ok(tree),
        Value::Null => empty(&file),
        _ => fail(
            "the top of a config is a mapping of sections".into(),
            "begin with a section, for example `server:`, and indent its settings beneath it",
        ),
    }
}

fn empty(file: &Origin) -> Result<Node, Problems> {
    let mut problems = Problems::default();
    problems
        .add(file, "", "the file holds no settings")
        .suggest("for the built-in defaults name no file, or write `{}` into it");
    Err(problems)
}

/// `${VERSION}`, `${HOSTNAME}` and `${ENVIRONMENT}` have values also where nobody sets them.
fn supply(environment: &mut Environment, tree: &Node) {
    environment.supply("VERSION", || env!("CARGO_PKG_VERSION").to_owned());
    environment.supply("HOSTNAME", || {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    });
    let named = [
        "ATEST_EXT_AI_PLUGIN_ENVIRONMENT",
        "ATEST_EXT_AI_ENVIRONMENT",
        "APP_ENV",
    ]
    .into_iter()
    .find_map(|name| environment.given(name).map(str::to_owned));
    let written = tree
        .text_at(&["plugin", "environment"])
        .filter(|text| !text.contains('$'));
    let written = written.map(str::to_owned);
    environment.supply("ENVIRONMENT", || {
        named
            .or(written)
            .unwrap_or_else(|| Config::default().plugin.environment)
    });
}

fn lay_command_line(tree: &mut Node, sources: &Sources, problems: &mut Problems) {
    if let Some(socket) = &sources.socket {
        let path = socket.to_string_lossy();
        variables::put(
            tree,
            &["server", "socket_path"],
            &path,
            Origin::CommandLine("--socket"),
            problems,
        );
    }
    if let Some(port) = sources.port {
        let address = format!("127.0.0.1:{port}");
        variables::put(
            tree,
            &["server", "listen_address"],
            &address,
            Origin::CommandLine("--port"),
            problems,
        );
    }
}

/// The origin of a setting, or of the closest section around it.
fn nearest_origin(tree: &Node, key: &str) -> Origin {
    let mut path: Vec<&str> = key.split('.').collect();
    while !path.is_empty() {
        if let Some(node) = tree.get(&path) {
            return node.origin.clone();
        }
        path.pop();
    }
    match &tree.origin {
        Origin::File { file, .. } => Origin::File {
            file: file.clone(),
            line: 0,
            column: 0,
        },
        other => other.clone(),
    }
}

fn origins(tree: &Node) -> BTreeMap<String, Origin> {
    let mut origins = BTreeMap::new();
    tree.leaves("", &mut |key, node| {
        origins.insert(key.to_owned(), node.origin.clone());
    });
    origins
}

fn tell_without_effect(tree: &Node, config: &Config, notices: &mut Vec<Notice>) {
    tree.leaves("", &mut |key, node| {
        if let Some(reason) = effect::why_not(key) {
            notices.push(Notice {
                topic: Topic::NotInEffect,
                origin: node.origin.clone(),
                key: key.to_owned(),
                text: reason.to_owned(),
            });
        }
    });
    let ai = &config.ai;
    let speaks = ai
        .services
        .get(&ai.default_service)
        .map(|service| service.provider);
    if let Some(kind) = speaks.filter(|kind| *kind != ProviderKind::Builtin) {
        let text = format!(
            "this version cannot ask {} yet, so questions that name no provider are refused; \
             set it to `builtin` to have them answered by the embedded engine",
            kind.as_str()
        );
        notices.push(Notice {
            topic: Topic::Advice,
            origin: nearest_origin(tree, "ai.default_service"),
            key: "ai.default_service".into(),
            text,
        });
    }
}

/// A Go plugin's file that lies where that plugin looked for it, and is not read here.
fn tell_overlooked_file(sources: &Sources, file: Option<&Path>, notices: &mut Vec<Notice>) {
    if file.is_some() {
        return;
    }
    let at_home = sources
        .environment
        .home()
        .map(|home| home.join(".config/atest/config.yaml"));
    let candidates = at_home
        .into_iter()
        .chain([sources.environment.system_file("/etc/atest/config.yaml")]);
    for place in candidates.filter(|place| place.is_file()) {
        notices.push(Notice {
            topic: Topic::Difference,
            origin: Origin::Default,
            key: place.display().to_string(),
            text: "the Go plugin read this file, this one does not; name it with --config or ATEST_EXT_AI_CONFIG".into(),
        });
    }
}

#[cfg(test)]
mod tests;
