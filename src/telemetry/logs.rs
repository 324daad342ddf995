//! Log lines: JSON or text, to standard output, standard error or a file.
//!
//! Whoever logs never waits: lines go through a bounded queue to one thread that writes them. When the queue is
//! full, lines are dropped and counted ([`LogCounts::dropped`]).

mod archive;
mod component;
mod counts;
mod file;
mod layer;
mod line;
mod notice;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use tracing::Subscriber;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::{Layer, SubscriberExt};

use self::archive::{Archive, BackupNames, Keep};
use self::file::LogFile;
use self::layer::Lines;
use self::line::Style;
use crate::config::{LogFormat, LogOutput, Logging};

pub use counts::LogCounts;

/// Lines that may wait to be written: about 4 MB of usual lines.
const QUEUE: usize = 8 * 1024;

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
    /// `logging.components` names something that is not part of the program.
    #[error("logging.components: there is no component \"{name}\"; there are {known}")]
    UnknownComponent {
        /// The name.
        name: String,
        /// All known ones.
        known: String,
    },
    /// `logging.components` names one component in two ways that disagree.
    #[error(
        "logging.components: \"{one}\" and \"{other}\" are the same component, but have different levels"
    )]
    TwoLevels {
        /// One name.
        one: String,
        /// The other.
        other: String,
    },
    /// `logging.fields` has a name that each line uses itself.
    #[error("logging.fields: \"{name}\" is a name that each line uses itself; choose another")]
    ReservedField {
        /// The name.
        name: String,
    },
    /// The threads that write lines could not be started.
    #[error("cannot start the threads that write the log: {0}")]
    Threads(io::Error),
    /// The log was started before.
    #[error("the log is already started")]
    AlreadyStarted,
}

/// Keeps the log running; dropped, it writes what is still queued, for up to a second.
#[must_use = "the log ends when this is dropped"]
pub struct LogHandle {
    counts: LogCounts,
    file: Option<(PathBuf, LogFile)>,
    /// Dropped before the archive, so that the last lines are written while rotated files are still looked after.
    _worker: WorkerGuard,
    _archive: Option<Archive>,
}

/// Starts the log as configured, for the whole process.
///
/// # Errors
///
/// The file cannot be opened, or the config contradicts itself.
pub fn init(logging: &Logging) -> Result<LogHandle, LogError> {
    let (subscriber, handle) = build(logging)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| LogError::AlreadyStarted)?;
    Ok(handle)
}

/// Checks what the types of the config cannot say, without opening anything.
///
/// # Errors
///
/// `logging.components` or `logging.fields` contradicts itself.
pub fn check(logging: &Logging) -> Result<(), LogError> {
    component::filter(logging)?;
    Style::new(logging.format, &logging.fields, false)?;
    Ok(())
}

fn build(logging: &Logging) -> Result<(impl Subscriber + Send + Sync, LogHandle), LogError> {
    let filter = component::filter(logging)?;
    let style = Style::new(logging.format, &logging.fields, wants_colour(logging))?;
    let counts = LogCounts::default();
    let (file, archive) = open_file(&logging.output, &style, &counts)?.unzip();
    let writer: Box<dyn Write + Send> = match (&file, &logging.output) {
        (Some((_, file)), _) => Box::new(file.clone()),
        (None, LogOutput::Stdout) => Box::new(Console {
            to: io::stdout(),
            counts: counts.clone(),
        }),
        (None, _) => Box::new(Console {
            to: io::stderr(),
            counts: counts.clone(),
        }),
    };
    let (queue, worker) = NonBlockingBuilder::default()
        .buffered_lines_limit(QUEUE)
        .thread_name("log-writer")
        .finish(writer);
    let counts = counts.with_queue(queue.error_counter());
    let lines = Lines {
        style,
        queue,
        counts: counts.clone(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    Ok((
        subscriber,
        LogHandle {
            counts,
            file,
            _worker: worker,
            _archive: archive,
        },
    ))
}

/// A log file with its path, and the thread that looks after its rotated ones.
type OpenFile = ((PathBuf, LogFile), Archive);

fn open_file(output: &LogOutput, style: &Style, counts: &LogCounts) -> Result<Option<OpenFile>, LogError> {
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
        LogFile::open(path, *max_size, archive.wake(), style.clone(), counts.clone()).map_err(|reason| {
            LogError::Open {
                path: path.clone(),
                reason,
            }
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

/// Standard output or error; a line that it does not take is counted.
struct Console<W> {
    to: W,
    counts: LogCounts,
}

impl<W: Write> Write for Console<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.to.write_all(line).is_err() {
            self.counts.count_unwritable();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests;
