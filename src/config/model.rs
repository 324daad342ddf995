//! The settings as the rest of the program reads them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use nl2sql::Dialect;
use secrecy::SecretString;

/// Everything that can be set.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Listeners and how the process ends.
    pub server: Server,
    /// What the plugin calls itself.
    pub plugin: Plugin,
    /// Providers of answers.
    pub ai: Ai,
    /// Databases whose schemas may be read, by name. `default` is used when a question names none.
    pub databases: BTreeMap<String, Database>,
    /// Logs.
    pub logging: Logging,
}

/// Listeners and how the process ends.
#[derive(Debug, Clone)]
pub struct Server {
    /// Address of the HTTP listener.
    pub host: String,
    /// Port of the HTTP listener.
    pub port: u16,
    /// Unix socket for atest.
    pub socket_path: PathBuf,
    /// Also listen on the default socket path while it is free.
    pub default_socket: bool,
    /// Extra TCP address for gRPC (`host:port`).
    pub listen_address: Option<String>,
    /// Mode of Unix sockets.
    pub socket_permissions: u32,
    /// Owner of Unix sockets (name or uid).
    pub socket_owner: Option<String>,
    /// Group of Unix sockets (name or gid).
    pub socket_group: Option<String>,
    /// Whether a proxy stands before the HTTP listener: then nobody is local.
    pub behind_proxy: bool,
    /// Longest time to answer one HTTP request.
    pub timeout: Duration,
    /// Most connections open at once, all listeners together.
    pub max_connections: usize,
    /// Longest time to finish what is under way at a stop.
    pub shutdown_timeout: Duration,
    /// Whether the plugin ends when the host that started it ends.
    pub exit_with_parent: ExitWithParent,
    /// Where state is kept.
    pub state_dir: PathBuf,
}

/// Whether the plugin ends when the host that started it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitWithParent {
    /// When started with `--socket` or `--port` by a parent that is not init.
    Auto,
    /// Never.
    Never,
}

/// What the plugin calls itself.
#[derive(Debug, Clone)]
pub struct Plugin {
    /// Name shown to atest.
    pub name: String,
    /// `development`, `staging`, `production` or another word.
    pub environment: String,
}

/// Providers of answers.
#[derive(Debug, Clone)]
pub struct Ai {
    /// The service that answers when a question names none.
    pub default_service: String,
    /// Longest time for one answer.
    pub timeout: Duration,
    /// Longest question, in bytes.
    pub max_question_bytes: usize,
    /// Dialect when a question names none.
    pub default_dialect: Dialect,
    /// Configured services by name. `builtin` is always there.
    pub services: BTreeMap<String, Service>,
    /// Questions answered at once.
    pub max_concurrent_requests: usize,
}

/// One configured provider.
#[derive(Debug, Clone)]
pub struct Service {
    /// Whether it may be used.
    pub enabled: bool,
    /// What it speaks.
    pub provider: ProviderKind,
    /// Base URL.
    pub endpoint: Option<String>,
    /// API key.
    pub api_key: Option<SecretString>,
    /// Model asked for by default.
    pub model: Option<String>,
    /// Most tokens in an answer.
    pub max_tokens: Option<u32>,
    /// Longest time for one call.
    pub timeout: Option<Duration>,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProviderKind {
    /// The embedded engine.
    Builtin,
    /// Ollama.
    Ollama,
    /// OpenAI.
    OpenAi,
    /// DeepSeek.
    DeepSeek,
    /// Anthropic.
    Anthropic,
    /// Anything OpenAI-compatible.
    Custom,
}

/// One database whose schema may be read.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its dialect.
    pub driver: Dialect,
    /// Connection string or file path; may hold a password.
    pub dsn: Option<SecretString>,
    /// DDL text given instead of, or beside, a connection.
    pub schema_ddl: Option<String>,
    /// File with DDL.
    pub schema_file: Option<PathBuf>,
}

/// Logs.
#[derive(Debug, Clone)]
pub struct Logging {
    /// Least level that is written.
    pub level: LogLevel,
    /// Lines for programs or for people.
    pub format: LogFormat,
    /// Where lines go.
    pub output: LogOutput,
    /// Fields added to each line.
    pub fields: BTreeMap<String, String>,
    /// Level by component (`ai_provider`, `sql_generator`, `database`, `metrics`, or a room's name).
    pub components: BTreeMap<String, LogLevel>,
}

/// Level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

/// Shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
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

impl Default for Server {
    fn default() -> Server {
        Server {
            host: "127.0.0.1".into(),
            port: 9090,
            socket_path: "/tmp/atest-ext-ai.sock".into(),
            default_socket: true,
            listen_address: None,
            socket_permissions: 0o660,
            socket_owner: None,
            socket_group: None,
            behind_proxy: false,
            timeout: Duration::from_secs(30),
            max_connections: 1024,
            shutdown_timeout: Duration::from_secs(30),
            exit_with_parent: ExitWithParent::Auto,
            state_dir: "/var/lib/atest-ai".into(),
        }
    }
}

impl Default for Plugin {
    fn default() -> Plugin {
        Plugin {
            name: "atest-ext-ai".into(),
            environment: "production".into(),
        }
    }
}

impl Default for Ai {
    fn default() -> Ai {
        Ai {
            default_service: "builtin".into(),
            timeout: Duration::from_secs(60),
            max_question_bytes: 16 * 1024,
            default_dialect: Dialect::MySql,
            services: BTreeMap::new(),
            max_concurrent_requests: 10,
        }
    }
}

impl Default for Logging {
    fn default() -> Logging {
        Logging {
            level: LogLevel::Info,
            format: LogFormat::Json,
            output: LogOutput::Stdout,
            fields: BTreeMap::new(),
            components: BTreeMap::new(),
        }
    }
}

impl ProviderKind {
    /// The name used in config, replies and metric labels.
    pub fn as_str(self) -> &'static str {
        match self {
            ProviderKind::Builtin => "builtin",
            ProviderKind::Ollama => "ollama",
            ProviderKind::OpenAi => "openai",
            ProviderKind::DeepSeek => "deepseek",
            ProviderKind::Anthropic => "anthropic",
            ProviderKind::Custom => "custom",
        }
    }

    /// The kind that a name or one of its aliases means, in any case.
    pub fn parse(word: &str) -> Option<ProviderKind> {
        match word.trim().to_ascii_lowercase().as_str() {
            "builtin" | "embedded" | "offline" => Some(ProviderKind::Builtin),
            "ollama" | "local" => Some(ProviderKind::Ollama),
            "openai" => Some(ProviderKind::OpenAi),
            "deepseek" | "online" => Some(ProviderKind::DeepSeek),
            "anthropic" | "claude" => Some(ProviderKind::Anthropic),
            "custom" | "openai_compatible" => Some(ProviderKind::Custom),
            _ => None,
        }
    }
}
