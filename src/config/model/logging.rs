//! `logging`: what is logged, in which shape, and where to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::kinds;
use crate::config::units::{Days, Size, Time};

/// Logs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "WrittenLogging", into = "WrittenLogging")]
pub struct Logging {
    /// Least level that is written.
    pub level: LogLevel,
    /// Lines for programs or for people.
    pub format: LogFormat,
    /// Where lines go.
    pub output: LogOutput,
    /// The log file as configured, also while lines go elsewhere.
    pub file: LogFile,
    /// Fields added to each line.
    pub fields: BTreeMap<String, String>,
    /// Level by component (`ai_provider`, `sql_generator`, `database`, `metrics`, or a room's name).
    pub components: BTreeMap<String, LogLevel>,
    /// How long a level holds that was changed while the plugin runs; 0 is for ever.
    pub debug_duration: Duration,
    /// Keys without effect in this version.
    pub later: LoggingLater,
}

/// Logs, as files write them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct WrittenLogging {
    /// Least level that is written.
    level: LogLevel,
    /// `json`: one object a line, for programs. `text`: for people.
    format: LogFormat,
    /// `stdout`, `stderr` or `file`.
    output: OutputWord,
    /// The log file; used when `output` is `file`.
    file: LogFile,
    /// Fields added to each line.
    fields: BTreeMap<String, String>,
    /// Level by component: `ai_provider`, `sql_generator`, `database`, `metrics`, or the name of a part of the program.
    components: BTreeMap<String, LogLevel>,
    /// How long a level holds that was changed while the plugin runs (`log-level`, SIGUSR1); then this config's are in
    /// effect again. 0 leaves it until somebody changes it back.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time")]
    debug_duration: Duration,
    #[serde(flatten)]
    later: LoggingLater,
}

/// The log file and its rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LogFile {
    /// The file. Its folder is made if there is none.
    pub path: PathBuf,
    /// Size at which it is rotated.
    #[schemars(extend("x-min" = "4KiB"))]
    pub max_size: Size,
    /// Most rotated files kept; 0 keeps all.
    #[schemars(range(max = 10_000))]
    pub max_backups: usize,
    /// Age at which rotated files are removed; 0 keeps them.
    pub max_age: Days,
    /// Whether rotated files are gzipped.
    pub compress: bool,
}

/// Keys of `logging` without effect.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LoggingLater {
    /// The Go plugin's second way to say how the log file is rotated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// The Go plugin's filters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<LogFilter>,
}

/// The Go plugin's second way to say how the log file is rotated.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rotation {
    /// Whether to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Size at which the file is rotated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Rotated files kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Age at which rotated files are removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Days>,
    /// Whether rotated files are gzipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<bool>,
}

/// One of the Go plugin's filters.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LogFilter {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<LogLevel>,
    /// Pattern.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Fields.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// Level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Errors.
    Error,
    /// And warnings.
    Warn,
    /// And what an operator wants to know.
    Info,
    /// And what helps to find a fault; may show question texts.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// The level that a word means, in any case.
    pub fn parse(word: &str) -> Option<LogLevel> {
        match word.trim().to_ascii_lowercase().as_str() {
            "error" => Some(LogLevel::Error),
            "warn" | "warning" => Some(LogLevel::Warn),
            "info" => Some(LogLevel::Info),
            "debug" => Some(LogLevel::Debug),
            "trace" => Some(LogLevel::Trace),
            _ => None,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
            LogLevel::Trace => "trace",
        }
    }
}

/// Shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Where log lines go, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OutputWord {
    Stdout,
    Stderr,
    File,
}

/// Where log lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogOutput {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A file with rotation by size and age.
    File {
        /// The file.
        path: PathBuf,
        /// Size at which it is rotated, bytes; 0 never rotates it.
        max_size: u64,
        /// Most rotated files kept; 0 keeps all.
        max_backups: usize,
        /// Age at which rotated files are removed, days; 0 keeps them.
        max_age_days: u32,
        /// Whether rotated files are gzipped.
        compress: bool,
    },
}

impl JsonSchema for Logging {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        WrittenLogging::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenLogging::json_schema(generator)
    }
}

impl From<WrittenLogging> for Logging {
    fn from(written: WrittenLogging) -> Logging {
        let output = match written.output {
            OutputWord::Stdout => LogOutput::Stdout,
            OutputWord::Stderr => LogOutput::Stderr,
            OutputWord::File => LogOutput::File {
                path: written.file.path.clone(),
                max_size: written.file.max_size.0,
                max_backups: written.file.max_backups,
                max_age_days: written.file.max_age.0,
                compress: written.file.compress,
            },
        };
        Logging {
            level: written.level,
            format: written.format,
            output,
            file: written.file,
            fields: written.fields,
            components: written.components,
            debug_duration: written.debug_duration,
            later: written.later,
        }
    }
}

impl From<Logging> for WrittenLogging {
    fn from(logging: Logging) -> WrittenLogging {
        let output = match logging.output {
            LogOutput::Stdout => OutputWord::Stdout,
            LogOutput::Stderr => OutputWord::Stderr,
            LogOutput::File { .. } => OutputWord::File,
        };
        WrittenLogging {
            level: logging.level,
            format: logging.format,
            output,
            file: logging.file,
            fields: logging.fields,
            components: logging.components,
            debug_duration: logging.debug_duration,
            later: logging.later,
        }
    }
}

impl Default for LogFile {
    fn default() -> LogFile {
        LogFile {
            path: "/var/log/atest-ai/plugin.log".into(),
            max_size: Size(100_000_000),
            max_backups: 3,
            max_age: Days(28),
            compress: true,
        }
    }
}

impl Default for Logging {
    fn default() -> Logging {
        Logging {
            level: LogLevel::Info,
            format: LogFormat::Json,
            output: LogOutput::Stdout,
            file: LogFile::default(),
            fields: BTreeMap::new(),
            components: BTreeMap::new(),
            debug_duration: Duration::from_secs(15 * 60),
            later: LoggingLater::default(),
        }
    }
}

impl Default for WrittenLogging {
    fn default() -> WrittenLogging {
        Logging::default().into()
    }
}
