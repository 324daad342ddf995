//! What is wrong with a config, what is worth knowing about it, and where in it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::names::shown_path;
use super::secrets::Place;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Origin {
    /// Nobody set it.
    #[default]
    Default,
    /// A line of the config file (line and column from 1).
    File {
        /// The file.
        file: Arc<PathBuf>,
        /// Line, from 1; 0 means the file as a whole.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// A secret from outside of the file and the environment.
    Secret {
        /// Where it is.
        place: Arc<Place>,
        /// The line of the config file that takes it from there; `None` when it came as a variable.
        line: Option<Box<Origin>>,
    },
    /// What the page saved in the state folder.
    Saved,
    /// An option of the command line.
    CommandLine(&'static str),
}

impl Origin {
    /// Which origin wins over which: default, file, environment, what the page saved, command line.
    pub fn rank(&self) -> u8 {
        match self {
            Origin::Default => 0,
            Origin::File { .. } => 1,
            Origin::Environment(_) => 2,
            Origin::Secret { line, .. } => line.as_ref().map_or(2, |line| line.rank()),
            Origin::Saved => 3,
            Origin::CommandLine(_) => 4,
        }
    }

    /// The line of the config file, from 1.
    pub fn line(&self) -> Option<usize> {
        match self {
            Origin::File { line, .. } => Some(*line),
            Origin::Secret { line, .. } => line.as_ref().and_then(|line| line.line()),
            _ => None,
        }
    }

    /// Whether the value itself is not known, because nobody asked for it.
    pub fn is_unread(&self) -> bool {
        matches!(self, Origin::Secret { place, .. } if matches!(**place, Place::NotAsked(_)))
    }

    fn order(&self) -> (u8, usize, usize) {
        match self {
            Origin::File { line, column, .. } => (1, *line, *column),
            Origin::Default => (0, 0, 0),
            Origin::Secret { line: Some(line), .. } => line.order(),
            other => (other.rank(), 0, 0),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { file, line: 0, .. } => write!(f, "{}", file.display()),
            Origin::File { file, line, column } => write!(f, "{}:{line}:{column}", file.display()),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::Secret { place, line: None } => place.fmt(f),
            Origin::Secret {
                place,
                line: Some(line),
            } => write!(f, "{place} ({line})"),
            Origin::Saved => f.write_str("saved by the page"),
            Origin::CommandLine(option) => write!(f, "command line {option}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub origin: Origin,
    /// The setting, as written (`server.port`); empty for the file as a whole.
    pub key: String,
    /// What is wrong. Never shows a secret.
    pub message: String,
    /// What to do.
    pub suggestion: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong, in the order of the file; then the environment's problems.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

/// Problems told in full; whoever has more than this has given the wrong file.
const TOLD: usize = 100;

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(TOLD).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        if self.0.len() > TOLD {
            write!(f, "\nand {} more problems", self.0.len() - TOLD)?;
        }
        Ok(())
    }
}

impl Problems {
    /// Adds one. A key's names are shown as far as they may be.
    pub fn add(
        &mut self,
        origin: &Origin,
        key: impl Into<String>,
        message: impl Into<String>,
    ) -> &mut Problem {
        let problem = Problem {
            origin: origin.clone(),
            key: shown_path(&key.into()).into_owned(),
            message: message.into(),
            suggestion: None,
        };
        self.0.push(problem);
        self.0.last_mut().expect("one was pushed just now")
    }

    /// Whether one concerns the setting, a part of it, or what it is a part of.
    pub fn concern(&self, key: &str) -> bool {
        let key = &*shown_path(key);
        let within = |inner: &str, outer: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.0
            .iter()
            .any(|problem| within(&problem.key, key) || within(key, &problem.key))
    }

    /// File order, then environment, what the page saved, and the command line.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|problem| problem.origin.order());
        self.0.dedup();
    }
}

impl Problem {
    /// Says what to do.
    pub fn suggest(&mut self, suggestion: impl Into<String>) {
        self.suggestion = Some(suggestion.into());
    }
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Something that works, but perhaps not as meant.
    Advice,
    /// A setting means something else than it does to the Go plugin, or has another default.
    Difference,
    /// A setting or variable that does nothing in this version.
    NotInEffect,
}

/// Something worth knowing about a valid config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub topic: Topic,
    /// Where; [`Origin::Default`] when nothing was set.
    pub origin: Origin,
    /// The setting or variable.
    pub key: String,
    /// The text.
    pub text: String,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.text)
    }
}
