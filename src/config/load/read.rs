//! Finding the file and reading it into a tree, before anything in it is looked at.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Sources;
use crate::config::environment::Environment;
use crate::config::problem::{Origin, Problems};
use crate::config::tree::{Node, Value};
use crate::config::{variables, yaml};

/// Largest config file. A complete one has about 10 kB.
const LARGEST_FILE: u64 = 1 << 20;

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

/// The places at which a config is looked for; none when one is named.
pub(super) fn looked_for(sources: &Sources) -> Vec<PathBuf> {
    match sources.file.is_some() || sources.environment.given(variables::CONFIG_FILE).is_some() {
        true => Vec::new(),
        false => places(&sources.environment),
    }
}

/// The file to read; `None` when there is none.
pub(super) fn locate(sources: &Sources) -> Result<Option<PathBuf>, Problems> {
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

/// The origin of a file as a whole.
pub(super) fn whole(file: Option<&Path>) -> Origin {
    match file {
        Some(path) => Origin::File {
            file: Arc::new(path.to_owned()),
            line: 0,
            column: 0,
        },
        None => Origin::Default,
    }
}

/// What a pipe held, as a shell makes one of `<(command)`: it can be read only once. `None` for a regular file, and for one
/// that cannot be read, of which `read` tells more.
pub(super) fn piped(path: &Path) -> Option<Vec<u8>> {
    let found = std::fs::metadata(path).ok()?;
    if found.is_file() || found.is_dir() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        .ok()?;
    Some(bytes)
}

/// Reads a file into a tree whose top is a mapping; `piped` is what it held where it can be read no more.
pub(super) fn read(path: &Path, piped: Option<&[u8]>, problems: &mut Problems) -> Result<Node, Problems> {
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
    let result = match piped {
        Some(piped) => {
            bytes.extend_from_slice(piped);
            Ok(bytes.len())
        }
        None => {
            std::fs::File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        }
    };
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
