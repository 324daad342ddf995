//! Log lines: JSON or text, to standard output, standard error or a file.
//!
//! Whoever logs never waits: lines go through a bounded queue to one thread that writes them. When the queue is
//! full, lines are dropped and counted ([`LogCounts::dropped`]). Which lines are written can be changed while the plugin
//! runs ([`LogLevels`]).

pub(super) mod archive;
mod component;
mod console;
mod counts;
mod file;
mod layer;
mod levels;
pub(super) mod line;
mod notice;
mod panic;
mod queue;
pub(super) mod rotated;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

use self::archive::{Archive, BackupNames, Keep};
use self::console::Console;
use self::file::LogFile;
use self::layer::Lines;
use self::line::Style;
use self::queue::{Queue, ROOM, Sink};
use crate::config::{LogFormat, LogOutput, Logging};

pub use component::ComponentError;
pub use counts::LogCounts;
pub use levels::{LevelChange, LogLevels};

/// Longest time that the end of the log takes.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Why there can be no log as configured.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be written.
    #[error(
        "cannot write the log file {}: {reason}; make it writable for the user that runs the plugin, or set \
         logging.output to stdout", path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// `logging.components` names something that is not part of the program, or contradicts itself.
    #[error("logging.components: {0}")]
    Component(#[from] ComponentError),
    /// `logging.fields` has a name that each line uses itself.
    #[error("logging.fields: \"{name}\" is a name that each line uses itself; choose another")]
    ReservedField {
        /// The name.
        name: String,
    },
    /// The threads that write lines could not be started.
    #[error("cannot start the threads that write the log: {0}")]
    Threads(io::Error),
    /// Standard output or error cannot be used.
    #[error("cannot write to standard output or standard error: {0}")]
    Console(io::Error),
    /// The log was started before.
    #[error("the log is already started")]
    AlreadyStarted,
}

/// Keeps the log running; dropped, it writes what is still queued, for up to a second.
#[must_use = "the log ends when this is dropped"]
pub struct LogHandle {
    counts: LogCounts,
    levels: LogLevels,
    file: Option<(PathBuf, LogFile)>,
    queue: Queue,
    /// Dropped after the last lines were written, so that rotated files are looked after until then.
    _archive: Option<Archive>,
}

impl Drop for LogHandle {
    fn drop(&mut self) {
        self.queue.close(LAST_LINES);
    }
}

/// Starts the log as configured, for the whole process.
///
/// # Errors
///
/// The file cannot be opened, or the config contradicts itself.
pub fn init(logging: &Logging) -> Result<LogHandle, LogError> {
    let (subscriber, handle) = build(logging)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| LogError::AlreadyStarted)?;
    panic::log_panics();
    Ok(handle)
}

/// Checks what the types of the config cannot say, without opening anything.
///
/// # Errors
///
/// `logging.components` or `logging.fields` contradicts itself.
pub fn check(logging: &Logging) -> Result<(), LogError> {
    LogLevels::new(logging)?;
    Style::new(logging.format, &logging.fields, false)?;
    Ok(())
}

fn build(logging: &Logging) -> Result<(impl Subscriber + Send + Sync, LogHandle), LogError> {
    let levels = LogLevels::new(logging)?;
    let style = Style::new(logging.format, &logging.fields, wants_colour(logging))?;
    let (file, archive) = open_file(&logging.output, &style)?.unzip();
    let sink: Box<dyn Sink> = match (&file, &logging.output) {
        (Some((_, file)), _) => Box::new(file.clone()),
        (None, LogOutput::Stdout) => Box::new(Console::open(io::stdout()).map_err(LogError::Console)?),
        (None, _) => Box::new(Console::open(io::stderr()).map_err(LogError::Console)?),
    };
    let counts = LogCounts::default();
    let queue = Queue::start(sink, ROOM, counts.clone()).map_err(LogError::Threads)?;
    let lines = Lines {
        style,
        queue: queue.clone(),
    };
    // One filter for everything: with filters of their own, layers can lose each other's spans (tokio-rs/tracing#2519).
    let subscriber = tracing_subscriber::registry().with(lines).with(levels.filter());
    Ok((
        subscriber,
        LogHandle {
            counts,
            levels,
            file,
            queue,
            _archive: archive,
        },
    ))
}

/// A log file with its path, and the thread that looks after its rotated ones.
type OpenFile = ((PathBuf, LogFile), Archive);

fn open_file(output: &LogOutput, style: &Style) -> Result<Option<OpenFile>, LogError> {
    let LogOutput::File {
        path,
        max_size,
        max_backups,
        max_age_days,
        compress,
    } = output
    else {
        return Ok(None);
    };
    let keep = Keep {
        max_backups: *max_backups,
        max_age_days: *max_age_days,
        compress: *compress,
    };
    let archive = Archive::start(BackupNames::of(path), keep, style.clone()).map_err(LogError::Threads)?;
    let file =
        LogFile::open(path, *max_size, archive.wake(), style.clone()).map_err(|reason| LogError::Open {
            path: path.clone(),
            reason,
        })?;
    Ok(Some(((path.clone(), file), archive)))
}

/// Colours are for people at a terminal (<https://no-color.org>).
fn wants_colour(logging: &Logging) -> bool {
    let terminal = match logging.output {
        LogOutput::Stdout => io::stdout().is_terminal(),
        LogOutput::Stderr => io::stderr().is_terminal(),
        LogOutput::File { .. } => false,
    };
    logging.format == LogFormat::Text
        && terminal
        && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}

impl LogHandle {
    /// How many lines were written and lost, for the metrics.
    pub fn counts(&self) -> LogCounts {
        self.counts.clone()
    }

    /// Which lines are written, to be changed.
    pub fn levels(&self) -> LogLevels {
        self.levels.clone()
    }

    /// Waits until every line so far is written, for up to a second: for an end that drops nothing.
    pub fn flush(&self) {
        self.queue.flush(LAST_LINES);
    }

    /// Opens the log file anew, after a tool like logrotate has moved it away. Without a log file, nothing is
    /// done.
    ///
    /// # Errors
    ///
    /// The file cannot be opened; lines still go to the old one.
    pub fn reopen(&self) -> Result<(), LogError> {
        let Some((path, file)) = &self.file else {
            return Ok(());
        };
        file.reopen().map_err(|reason| LogError::Open {
            path: path.clone(),
            reason,
        })
    }
}

#[cfg(test)]
mod tests;
