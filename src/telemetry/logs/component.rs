//! The parts of the program that log lines name and that have levels of their own.

use std::collections::BTreeMap;

use tracing_subscriber::filter::{LevelFilter, Targets};

use super::LogError;
use crate::config::{LOG_COMPONENTS, LogLevel, Logging};

/// The crate whose modules are the rooms.
const CRATE: &str = env!("CARGO_CRATE_NAME");
/// The component of lines that come from other crates.
const DEPENDENCIES: &str = "dependencies";

/// A part of the program.
struct Component {
    /// What lines call it.
    name: &'static str,
    /// The room that it is; may be named in the config as well.
    room: &'static str,
    /// A crate that belongs to it; may be named in the config for itself.
    own_crate: Option<&'static str>,
}

const fn room(name: &'static str, room: &'static str, own_crate: Option<&'static str>) -> Component {
    Component {
        name,
        room,
        own_crate,
    }
}

/// The operations guide has its own words for four rooms.
const COMPONENTS: &[Component] = &[
    room("ai_provider", "provider", None),
    room("sql_generator", "answer", Some("nl2sql")),
    room("database", "database", None),
    room("metrics", "telemetry", None),
    room("app", "app", None),
    room("cli", "cli", None),
    room("config", "config", None),
    room("generate", "generate", None),
    room("http", "http", None),
    room("plugin", "plugin", None),
    room("profiling", "profiling", Some("profiling")),
    room("upkeep", "upkeep", None),
];

/// The component of a line from that module path: `atest_ext_ai::answer::service` is `sql_generator`; a line of
/// another crate has the crate's name.
pub(super) fn of_target(target: &str) -> &str {
    let mut parts = target.split("::");
    let first = parts.next().unwrap_or_default();
    let known = |component: &&Component| match parts.clone().next() {
        Some(room) if first == CRATE => component.room == room,
        _ => component.own_crate == Some(first),
    };
    match COMPONENTS.iter().find(known) {
        Some(component) => component.name,
        None if first == CRATE => "app",
        None => first,
    }
}

/// Which lines are written.
///
/// Other crates are held to warnings whatever the level, as their debug lines may show what goes over the wire.
/// sqlx writes slow statements out in full as warnings, and a statement is a user's text. Naming
/// `dependencies` lifts both.
pub(super) fn filter(logging: &Logging) -> Result<Targets, LogError> {
    let level = level_filter(logging.level);
    let mut targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("sqlx::query", LevelFilter::OFF)
        .with_target(CRATE, level);
    for own in COMPONENTS.iter().filter_map(|component| component.own_crate) {
        targets = targets.with_target(own, level);
    }
    let mut seen: BTreeMap<&str, (&str, LogLevel)> = BTreeMap::new();
    let mut own_crates = Vec::new();
    for (name, wanted) in &logging.components {
        let wanted_filter = level_filter(*wanted);
        let component = COMPONENTS
            .iter()
            .find(|component| component.name == name || component.room == name);
        if name == DEPENDENCIES {
            targets = targets
                .with_default(wanted_filter)
                .with_target("sqlx::query", wanted_filter);
        } else if let Some(component) = component {
            if let Some((one, level)) = seen.insert(component.name, (name, *wanted))
                && level != *wanted
            {
                return Err(LogError::TwoLevels {
                    one: one.to_owned(),
                    other: name.clone(),
                });
            }
            targets = targets.with_target(format!("{CRATE}::{}", component.room), wanted_filter);
            if let Some(own) = component.own_crate {
                targets = targets.with_target(own, wanted_filter);
            }
        } else if COMPONENTS
            .iter()
            .any(|component| component.own_crate == Some(name))
        {
            own_crates.push((name.as_str(), wanted_filter));
        } else {
            return Err(LogError::UnknownComponent {
                name: name.clone(),
                known: LOG_COMPONENTS.join(", "),
            });
        }
    }
    // A crate's own level is narrower than that of the component which it belongs to.
    own_crates
        .into_iter()
        .for_each(|(name, wanted)| targets = std::mem::take(&mut targets).with_target(name, wanted));
    Ok(targets)
}

fn level_filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    fn logging(level: LogLevel, components: &[(&str, LogLevel)]) -> Logging {
        let components = components
            .iter()
            .map(|(name, level)| ((*name).to_owned(), *level));
        Logging {
            level,
            components: components.collect(),
            ..Logging::default()
        }
    }

    #[test]
    fn every_room_and_every_name_that_the_config_accepts_is_a_component() {
        let rooms = include_str!("../../main.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("mod "));
        let rooms: Vec<&str> = rooms.map(|rest| rest.trim_end_matches(';')).collect();
        assert!(rooms.len() > 5, "{rooms:?}");
        for name in rooms.iter().chain(LOG_COMPONENTS) {
            assert!(LOG_COMPONENTS.contains(name), "the config does not know {name}");
            filter(&logging(LogLevel::Info, &[(name, LogLevel::Debug)])).unwrap();
        }
    }

    #[test]
    fn a_target_belongs_to_the_component_that_the_guide_names() {
        for (target, component) in [
            ("atest_ext_ai::provider::ollama", "ai_provider"),
            ("atest_ext_ai::answer::service", "sql_generator"),
            ("atest_ext_ai::answer", "sql_generator"),
            ("nl2sql::plan", "sql_generator"),
            ("atest_ext_ai::telemetry::logs", "metrics"),
            ("atest_ext_ai::plugin", "plugin"),
            ("atest_ext_ai", "app"),
            ("hyper::proto::h1", "hyper"),
            ("answer", "answer"),
        ] {
            assert_eq!(of_target(target), component, "{target}");
        }
    }

    #[test]
    fn a_component_has_its_own_level_under_either_name() {
        for (quiet, loud) in [("database", "sql_generator"), ("database", "answer")] {
            let filter = filter(&logging(
                LogLevel::Info,
                &[(quiet, LogLevel::Warn), (loud, LogLevel::Debug)],
            ))
            .unwrap();
            assert!(!filter.would_enable("atest_ext_ai::database::mysql", &Level::INFO));
            assert!(filter.would_enable("atest_ext_ai::database::mysql", &Level::WARN));
            assert!(filter.would_enable("atest_ext_ai::answer::service", &Level::DEBUG));
            assert!(filter.would_enable("nl2sql::plan", &Level::DEBUG));
            assert!(!filter.would_enable("atest_ext_ai::plugin", &Level::DEBUG));
            assert!(filter.would_enable("atest_ext_ai::plugin", &Level::INFO));
        }
    }

    #[test]
    fn a_crate_can_be_louder_than_its_component() {
        let both = [("nl2sql", LogLevel::Trace), ("sql_generator", LogLevel::Warn)];
        let filter = filter(&logging(LogLevel::Info, &both)).unwrap();
        assert!(filter.would_enable("nl2sql::plan", &Level::TRACE));
        assert!(!filter.would_enable("atest_ext_ai::answer", &Level::INFO));
    }

    #[test]
    fn other_crates_stay_quiet_and_statements_stay_secret_until_asked_for() {
        let trace = filter(&logging(LogLevel::Trace, &[])).unwrap();
        assert!(trace.would_enable("hyper::proto", &Level::WARN));
        assert!(!trace.would_enable("hyper::proto", &Level::INFO));
        assert!(!trace.would_enable("sqlx::query", &Level::ERROR));
        let error = filter(&logging(LogLevel::Error, &[])).unwrap();
        assert!(!error.would_enable("hyper::proto", &Level::WARN));
        let asked = filter(&logging(LogLevel::Info, &[("dependencies", LogLevel::Debug)])).unwrap();
        assert!(asked.would_enable("hyper::proto", &Level::DEBUG));
        assert!(asked.would_enable("sqlx::query", &Level::DEBUG));
        assert!(!asked.would_enable("atest_ext_ai::plugin", &Level::DEBUG));
    }

    #[test]
    fn an_unknown_name_or_a_contradiction_is_an_error() {
        let unknown = filter(&logging(LogLevel::Info, &[("databse", LogLevel::Warn)])).unwrap_err();
        assert!(
            unknown.to_string().contains("databse") && unknown.to_string().contains("sql_generator"),
            "{unknown}"
        );
        let both = [("answer", LogLevel::Warn), ("sql_generator", LogLevel::Debug)];
        assert!(matches!(
            filter(&logging(LogLevel::Info, &both)),
            Err(LogError::TwoLevels { .. })
        ));
        let same = [("answer", LogLevel::Warn), ("sql_generator", LogLevel::Warn)];
        assert!(filter(&logging(LogLevel::Info, &same)).is_ok());
    }
}
