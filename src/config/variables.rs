//! The variables of the environment that set something, and what they set.
//!
//! Every single-valued setting has one of its own (`server.port`: `ATEST_EXT_AI_SERVER_PORT`). The table adds the names
//! that the Go plugin and the operations guide use; further down wins over further up.

use percent_encoding::percent_decode_str;

use super::check::check;
use super::environment::Environment;
use super::model::{ProviderKind, Scope};
use super::problem::{Notice, Origin, Problems, Topic};
use super::schema::{Kind, Shape};
use super::tree::{Node, Value};
use super::{services, suggest};

/// Prefix of the plugin's own variables.
pub const PREFIX: &str = "ATEST_EXT_AI_";

/// The variable that names the config file.
pub const CONFIG_FILE: &str = "ATEST_EXT_AI_CONFIG";

/// What a variable does.
#[derive(Debug, Clone, Copy)]
pub enum Sets {
    /// Sets a key.
    Key(&'static str),
    /// Sets a key of the service that speaks this; makes the service when there is none.
    Service(ProviderKind, &'static str),
    /// Sets the model of the default service.
    DefaultModel,
    /// Sets Ollama's model where it has none.
    MissingOllamaModel,
    /// `unix:///p` or `/p` sets `server.socket_path`; `tcp://h:p` or `h:p` sets `server.listen_address`.
    Listener,
    /// Sets a token of that name; where the file gives it no scopes, it gets these.
    Token(&'static str, &'static [Scope]),
    /// Sets `plugin.environment`; `development` also makes logs `text`.
    AppEnvironment,
    /// Sets `performance.worker_threads`; a value that Go would ignore is ignored.
    Threads,
    /// One of OpenTelemetry's sets a key. These are often set for all programs of a cluster, so a value that means
    /// nothing here is told and ignored, as its specification asks.
    Otel(&'static str, Form),
    /// One of Vault's own sets a key of `secrets.vault`, where there is such a section and it does not say it.
    Vault(&'static str),
    /// Is read elsewhere; the text says what for.
    Elsewhere(&'static str),
    /// Does nothing; the text says why.
    Nothing(&'static str),
}

/// How OpenTelemetry writes a value (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// As the key is written.
    Text,
    /// A number of milliseconds.
    Milliseconds,
    /// `name=value,name=value`, values percent-encoded.
    Pairs,
    /// Switches off when it is that word; any other word does nothing.
    OffWhen(&'static str),
}

/// Every variable with a name of its own.
pub const VARIABLES: &[(&str, Sets)] = &[
    (
        CONFIG_FILE,
        Sets::Elsewhere("names the config file, when `--config` does not"),
    ),
    (
        "VERSION",
        Sets::Elsewhere("`${VERSION}` in the file; the program's version when unset"),
    ),
    (
        "HOSTNAME",
        Sets::Elsewhere("`${HOSTNAME}` in the file; the machine's name when unset"),
    ),
    (
        "ENVIRONMENT",
        Sets::Elsewhere("`${ENVIRONMENT}` in the file; `plugin.environment` when unset"),
    ),
    (
        "STATE_DIRECTORY",
        Sets::Elsewhere("the state folder, when `server.state_dir` does not name one; systemd sets it"),
    ),
    (
        "XDG_STATE_HOME",
        Sets::Elsewhere("where the user's own state folder is, when there is no other"),
    ),
    ("GOMAXPROCS", Sets::Threads),
    (
        "GOMEMLIMIT",
        Sets::Nothing("a memory limit comes with a later version"),
    ),
    ("GOGC", Sets::Nothing("there is no garbage collector")),
    (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        Sets::Otel("tracing.endpoint", Form::Text),
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        Sets::Otel("tracing.traces_endpoint", Form::Text),
    ),
    (
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        Sets::Otel("tracing.protocol", Form::Text),
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        Sets::Otel("tracing.protocol", Form::Text),
    ),
    (
        "OTEL_EXPORTER_OTLP_COMPRESSION",
        Sets::Otel("tracing.compression", Form::Text),
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
        Sets::Otel("tracing.compression", Form::Text),
    ),
    (
        "OTEL_EXPORTER_OTLP_CERTIFICATE",
        Sets::Otel("tracing.ca_file", Form::Text),
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
        Sets::Otel("tracing.ca_file", Form::Text),
    ),
    ("OTEL_TRACES_SAMPLER", Sets::Otel("tracing.sampler", Form::Text)),
    (
        "OTEL_TRACES_SAMPLER_ARG",
        Sets::Otel("tracing.sample_ratio", Form::Text),
    ),
    (
        "OTEL_BSP_MAX_QUEUE_SIZE",
        Sets::Otel("tracing.queue_size", Form::Text),
    ),
    (
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
        Sets::Otel("tracing.batch_size", Form::Text),
    ),
    (
        "OTEL_SERVICE_NAME",
        Sets::Otel("tracing.service_name", Form::Text),
    ),
    (
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        Sets::Otel("tracing.capture_content", Form::Text),
    ),
    (
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        Sets::Otel("tracing.timeout", Form::Milliseconds),
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
        Sets::Otel("tracing.timeout", Form::Milliseconds),
    ),
    (
        "OTEL_BSP_SCHEDULE_DELAY",
        Sets::Otel("tracing.batch_delay", Form::Milliseconds),
    ),
    (
        "OTEL_EXPORTER_OTLP_HEADERS",
        Sets::Otel("tracing.headers", Form::Pairs),
    ),
    (
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        Sets::Otel("tracing.headers", Form::Pairs),
    ),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        Sets::Otel("tracing.attributes", Form::Pairs),
    ),
    (
        "OTEL_SDK_DISABLED",
        Sets::Otel("tracing.enabled", Form::OffWhen("true")),
    ),
    (
        "OTEL_TRACES_EXPORTER",
        Sets::Otel("tracing.enabled", Form::OffWhen("none")),
    ),
    (
        "ATEST_EXT_AI_TOKEN",
        Sets::Elsewhere("the token that commands show to a running plugin (`cache`, `log-level`)"),
    ),
    ("ATEST_EXT_AI_API_TOKEN", Sets::Token("api", &[Scope::Api])),
    ("ATEST_EXT_AI_ADMIN_TOKEN", Sets::Token("admin", &Scope::ALL)),
    (
        "ATEST_EXT_AI_METRICS_TOKEN",
        Sets::Token("metrics", &[Scope::Metrics]),
    ),
    ("JWT_SECRET", Sets::Key("access.jwt.secret")),
    ("ATEST_EXT_AI_JWT_SECRET", Sets::Key("access.jwt.secret")),
    ("APP_ENV", Sets::AppEnvironment),
    ("ATEST_EXT_AI_ENVIRONMENT", Sets::Key("plugin.environment")),
    ("ATEST_EXT_AI_DEBUG", Sets::Key("plugin.debug")),
    ("ATEST_EXT_AI_LOG_FORMAT", Sets::Key("logging.format")),
    ("ATEST_EXT_AI_LOG_OUTPUT", Sets::Key("logging.output")),
    ("ATEST_EXT_AI_LOG_LEVEL", Sets::Key("logging.level")),
    ("LOG_LEVEL", Sets::Key("logging.level")),
    (
        "ATEST_EXT_AI_SERVER_LISTEN_ADDR",
        Sets::Key("server.listen_address"),
    ),
    ("SOCKET_PERMISSIONS", Sets::Key("server.socket_permissions")),
    ("AI_PLUGIN_SOCKET_PATH", Sets::Key("server.socket_path")),
    ("AI_PLUGIN_TCP_ADDR", Sets::Key("server.listen_address")),
    ("AI_PLUGIN_LISTEN_ADDR", Sets::Listener),
    ("AI_PROVIDER", Sets::Key("ai.default_service")),
    ("ATEST_EXT_AI_DEFAULT_SERVICE", Sets::Key("ai.default_service")),
    ("ATEST_EXT_AI_AI_PROVIDER", Sets::Key("ai.default_service")),
    ("OLLAMA_ENDPOINT", Sets::Service(ProviderKind::Ollama, "endpoint")),
    (
        "ATEST_EXT_AI_OLLAMA_ENDPOINT",
        Sets::Service(ProviderKind::Ollama, "endpoint"),
    ),
    ("OPENAI_API_KEY", Sets::Service(ProviderKind::OpenAi, "api_key")),
    (
        "ATEST_EXT_AI_OPENAI_API_KEY",
        Sets::Service(ProviderKind::OpenAi, "api_key"),
    ),
    (
        "DEEPSEEK_API_KEY",
        Sets::Service(ProviderKind::DeepSeek, "api_key"),
    ),
    (
        "CLAUDE_API_KEY",
        Sets::Service(ProviderKind::Anthropic, "api_key"),
    ),
    (
        "ANTHROPIC_API_KEY",
        Sets::Service(ProviderKind::Anthropic, "api_key"),
    ),
    (
        "ATEST_EXT_AI_CLAUDE_API_KEY",
        Sets::Service(ProviderKind::Anthropic, "api_key"),
    ),
    ("AI_MODEL", Sets::DefaultModel),
    (
        "ATEST_EXT_AI_OLLAMA_MODEL",
        Sets::Service(ProviderKind::Ollama, "model"),
    ),
    (
        "ATEST_EXT_AI_OPENAI_MODEL",
        Sets::Service(ProviderKind::OpenAi, "model"),
    ),
    (
        "ATEST_EXT_AI_CLAUDE_MODEL",
        Sets::Service(ProviderKind::Anthropic, "model"),
    ),
    ("ATEST_EXT_AI_AI_MODEL", Sets::MissingOllamaModel),
    ("VAULT_ADDR", Sets::Vault("address")),
    ("VAULT_NAMESPACE", Sets::Vault("namespace")),
    ("VAULT_CACERT", Sets::Vault("ca_file")),
    ("VAULT_TOKEN", Sets::Vault("token")),
    (
        "OPENAI_ORG_ID",
        Sets::Nothing("the Go plugin read it in a client that nothing used"),
    ),
    (
        "ATEST_EXT_AI_MODEL_CATALOG",
        Sets::Nothing("a model catalogue of one's own comes with a later version"),
    ),
];

/// The variables that each set one key, made from the schema: name and key.
pub fn of_settings() -> Vec<(String, String)> {
    let mut found = Vec::new();
    Shape::root().walk("", &mut |key, shape| {
        if !key.contains('*') && !matches!(shape.kind(), Kind::Map | Kind::List) {
            let name = format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase());
            found.push((name, key.to_owned()));
        }
    });
    found
}

/// Whether a variable sets something, so that a secret of its name is meant for it.
pub fn is_meant(name: &str) -> bool {
    let own = VARIABLES.iter().find(|(known, _)| *known == name);
    match own {
        Some((_, sets)) => !matches!(sets, Sets::Elsewhere(_) | Sets::Nothing(_)),
        None => name.starts_with(PREFIX) && of_settings().iter().any(|(known, _)| known == name),
    }
}

/// Whether a variable has another meaning already, so that a secret of its name is hardly meant for it.
pub fn is_taken(name: &str) -> bool {
    let own = VARIABLES.iter().find(|(known, _)| *known == name);
    own.is_some_and(|(_, sets)| matches!(sets, Sets::Elsewhere(_) | Sets::Nothing(_)))
}

/// Lays what the environment sets over `tree`.
pub fn overlay(
    tree: &mut Node,
    environment: &Environment,
    problems: &mut Problems,
    notices: &mut Vec<Notice>,
) {
    let of_settings = of_settings();
    for (name, key) in &of_settings {
        if let Some(value) = environment.given(name) {
            set(tree, key, value, name, problems);
        }
    }
    for (name, sets) in VARIABLES {
        if let Some(value) = environment.given(name) {
            apply(tree, name, value, *sets, problems, notices);
        }
    }
    tell_unknown(environment, &of_settings, notices);
}

fn apply(
    tree: &mut Node,
    name: &str,
    value: &str,
    sets: Sets,
    problems: &mut Problems,
    notices: &mut Vec<Notice>,
) {
    let mut not_used = |text: &str| notices.push(notice(Topic::NotInEffect, name, text));
    match sets {
        Sets::Key(key) => set(tree, key, value, name, problems),
        Sets::Service(kind, key) => {
            let service = services::for_kind(tree, kind);
            set_service(tree, &service, kind, key, value, name, problems);
        }
        Sets::DefaultModel => match services::default_name(tree) {
            Some(service) => {
                let kind = ProviderKind::parse(&service).unwrap_or(ProviderKind::Custom);
                set_service(tree, &service, kind, "model", value, name, problems);
            }
            None => not_used("the default service is the embedded engine, which has one model"),
        },
        Sets::MissingOllamaModel => {
            let service = services::for_kind(tree, ProviderKind::Ollama);
            if tree.get(&["ai", "services", &service, "model"]).is_none() {
                set_service(
                    tree,
                    &service,
                    ProviderKind::Ollama,
                    "model",
                    value,
                    name,
                    problems,
                );
            }
        }
        Sets::Listener => {
            let (key, address) = listener(value);
            set(tree, key, address, name, problems);
        }
        Sets::Token(token, scopes) => set_token(tree, token, scopes, value, name, problems),
        Sets::AppEnvironment => set_app_environment(tree, value, name, problems),
        Sets::Threads => match value.trim().parse::<u32>() {
            Ok(threads @ 1..=1024) => {
                set(
                    tree,
                    "performance.worker_threads",
                    &threads.to_string(),
                    name,
                    problems,
                );
            }
            _ => not_used("not a number from 1 to 1024, so the number of CPUs counts, as in Go"),
        },
        Sets::Otel(key, form) => {
            if let Err(reason) = set_otel(tree, key, form, value, name) {
                not_used(&reason);
            }
        }
        Sets::Vault(key) => set_vault(tree, key, value, name, problems),
        Sets::Elsewhere(_) => {}
        Sets::Nothing(reason) => not_used(reason),
    }
}

fn set_otel(tree: &mut Node, key: &str, form: Form, value: &str, name: &str) -> Result<(), String> {
    let value = value.trim();
    // An empty value means the same as none.
    if value.is_empty() {
        return Ok(());
    }
    let path: Vec<&str> = key.split('.').collect();
    let mut put_one = |path: &[&str], value: &str| {
        let mut problems = Problems::default();
        put(
            tree,
            path,
            value,
            Origin::Environment(name.to_owned()),
            &mut problems,
        );
        match problems.0.is_empty() {
            true => Ok(()),
            // The value may be a secret.
            false => Err(format!(
                "its value means nothing for `{}` and is ignored",
                path.join(".")
            )),
        }
    };
    match form {
        Form::Text => put_one(&path, value),
        Form::Milliseconds => match value.parse::<u64>() {
            Ok(milliseconds) => put_one(&path, &format!("{milliseconds}ms")),
            Err(_) => Err("its value is no number of milliseconds and is ignored".into()),
        },
        Form::Pairs => {
            for pair in value.split(',').filter(|pair| !pair.trim().is_empty()) {
                let (name, value) = pair
                    .split_once('=')
                    .ok_or("an entry of it is not written name=value and is ignored")?;
                let value = percent_decode_str(value.trim()).decode_utf8_lossy();
                let path = [path.as_slice(), &[name.trim()]].concat();
                put_one(&path, &value)?;
            }
            Ok(())
        }
        Form::OffWhen(word) if value.eq_ignore_ascii_case(word) => put_one(&path, "false"),
        Form::OffWhen(_) => Ok(()),
    }
}

/// Vault's own variables are often set for other programs too, so they say only what the config leaves open.
fn set_vault(tree: &mut Node, key: &str, value: &str, name: &str, problems: &mut Problems) {
    let is_given = |key: &str| tree.get(&["secrets", "vault", key]).is_some();
    if tree.get(&["secrets", "vault"]).is_none() || is_given(key) {
        return;
    }
    let method = tree.text_at(&["secrets", "vault", "auth_method"]);
    let is_by_token = method.is_none_or(|method| method.trim().eq_ignore_ascii_case("token"));
    if key != "token" || (is_by_token && !is_given("token_file")) {
        set(tree, &format!("secrets.vault.{key}"), value, name, problems);
    }
}

fn set_app_environment(tree: &mut Node, value: &str, name: &str, problems: &mut Problems) {
    set(tree, "plugin.environment", value, name, problems);
    // A variable of its own says more about the format than this one.
    let format = tree.get(&["logging", "format"]);
    let by_own_name = format.is_some_and(|node| matches!(node.origin, Origin::Environment(_)));
    if value.trim().eq_ignore_ascii_case("development") && !by_own_name {
        set(tree, "logging.format", "text", name, problems);
    }
}

fn listener(value: &str) -> (&'static str, &str) {
    let value = value.trim();
    if let Some(path) = value.strip_prefix("unix://") {
        ("server.socket_path", path)
    } else if value.starts_with('/') {
        ("server.socket_path", value)
    } else {
        (
            "server.listen_address",
            value.strip_prefix("tcp://").unwrap_or(value),
        )
    }
}

fn set_token(
    tree: &mut Node,
    token: &str,
    scopes: &[Scope],
    value: &str,
    variable: &str,
    problems: &mut Problems,
) {
    let origin = || Origin::Environment(variable.to_owned());
    let section = ["access", "tokens", token];
    let inner = |key| [&section[..], &[key]].concat();
    if tree.get(&inner("scopes")).is_none() {
        let words = scopes.iter().map(|scope| Node::text(scope.word(), origin()));
        let list = Node {
            origin: origin(),
            value: Value::List(words.collect()),
        };
        tree.put(&inner("scopes"), list);
    }
    put(tree, &inner("token"), value, origin(), problems);
}

fn set_service(
    tree: &mut Node,
    service: &str,
    kind: ProviderKind,
    key: &str,
    value: &str,
    variable: &str,
    problems: &mut Problems,
) {
    let provider = ["ai", "services", service, "provider"];
    if tree.get(&provider).is_none() && ProviderKind::parse(service).is_none() {
        let origin = Origin::Environment(variable.to_owned());
        tree.put(&provider, Node::text(kind.as_str(), origin));
    }
    let path = ["ai", "services", service, key];
    put(
        tree,
        &path,
        value,
        Origin::Environment(variable.to_owned()),
        problems,
    );
}

fn set(tree: &mut Node, key: &str, value: &str, variable: &str, problems: &mut Problems) {
    let path: Vec<&str> = key.split('.').collect();
    put(
        tree,
        &path,
        value,
        Origin::Environment(variable.to_owned()),
        problems,
    );
}

/// Checks a value from outside the file and puts it into the tree.
pub fn put(tree: &mut Node, path: &[&str], value: &str, origin: Origin, problems: &mut Problems) {
    let shape = Shape::root().at(path).expect("variables name keys of the schema");
    let mut node = Node::text(value, origin);
    if check(&mut node, shape, &path.join("."), problems).is_some() {
        tree.put(path, node);
    }
}

fn tell_unknown(environment: &Environment, of_settings: &[(String, String)], notices: &mut Vec<Notice>) {
    let own = || VARIABLES.iter().map(|(name, _)| *name);
    let made = || of_settings.iter().map(|(name, _)| name.as_str());
    for name in environment.names().filter(|name| name.starts_with(PREFIX)) {
        if own().chain(made()).any(|known| known == name) {
            continue;
        }
        // The prefix is common to all: likeness is that of the rest.
        let rest = &name[PREFIX.len()..];
        let rests = own().chain(made()).filter_map(|known| known.strip_prefix(PREFIX));
        let text = match suggest::closest(rest, rests) {
            Some(close) => format!("there is no such variable; did you mean {PREFIX}{close}?"),
            None => "there is no such variable".to_owned(),
        };
        notices.push(notice(Topic::Advice, name, &text));
    }
}

fn notice(topic: Topic, variable: &str, text: &str) -> Notice {
    Notice {
        topic,
        origin: Origin::Environment(variable.to_owned()),
        key: variable.to_owned(),
        text: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_sets_a_setting_that_exists() {
        for (name, sets) in VARIABLES {
            let key = match sets {
                Sets::Key(key) => (*key).to_owned(),
                Sets::Service(_, key) => format!("ai.services.x.{key}"),
                _ => continue,
            };
            let path: Vec<&str> = key.split('.').collect();
            assert!(Shape::root().at(&path).is_some(), "{name} sets {key}");
        }
    }

    #[test]
    fn no_two_settings_share_a_variable() {
        let mut names: Vec<String> = of_settings().into_iter().map(|(name, _)| name).collect();
        let before = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), before);
        assert!(names.contains(&"ATEST_EXT_AI_SERVER_PORT".to_owned()));
    }
}
