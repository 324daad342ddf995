//! The parts of the program that log lines name and that have levels of their own.

use std::collections::BTreeMap;

use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::config::{LOG_COMPONENTS, LogLevel};

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
    room("page", "page", None),
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

/// A name that is no component, or two names of one that disagree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComponentError {
    /// It is not part of the program.
    #[error("there is no component \"{name}\"; there are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// All known ones.
        known: String,
    },
    /// One component in two ways that disagree.
    #[error("\"{one}\" and \"{other}\" are the same component, but have different levels")]
    TwoLevels {
        /// One name.
        one: String,
        /// The other.
        other: String,
    },
}

/// The level of each component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Levels {
    /// Of everything that has none of its own.
    pub(super) general: LogLevel,
    own: BTreeMap<&'static str, LogLevel>,
}

/// The one name of a component, however it is called.
fn name_of(name: &str) -> Option<&'static str> {
    let named = |component: &&Component| component.name == name || component.room == name;
    if name == DEPENDENCIES {
        return Some(DEPENDENCIES);
    }
    if let Some(component) = COMPONENTS.iter().find(named) {
        return Some(component.name);
    }
    let mut crates = COMPONENTS.iter().filter_map(|component| component.own_crate);
    crates.find(|own| *own == name)
}

/// Levels by the one name of each component.
fn by_name(
    components: &BTreeMap<String, LogLevel>,
) -> Result<BTreeMap<&'static str, LogLevel>, ComponentError> {
    let mut seen: BTreeMap<&'static str, (&str, LogLevel)> = BTreeMap::new();
    for (given, level) in components {
        let Some(name) = name_of(given) else {
            return Err(ComponentError::Unknown {
                name: given.clone(),
                known: LOG_COMPONENTS.join(", "),
            });
        };
        if let Some((one, other)) = seen.insert(name, (given, *level))
            && other != *level
        {
            return Err(ComponentError::TwoLevels {
                one: one.to_owned(),
                other: given.clone(),
            });
        }
    }
    Ok(seen.into_iter().map(|(name, (_, level))| (name, level)).collect())
}

impl Levels {
    /// As the config has them.
    pub(super) fn new(
        general: LogLevel,
        components: &BTreeMap<String, LogLevel>,
    ) -> Result<Levels, ComponentError> {
        Ok(Levels {
            general,
            own: by_name(components)?,
        })
    }

    /// These with others laid over them. A general level is for everything of the program's own, also for what has a
    /// level of its own here; what comes from dependencies is changed by their name alone.
    pub(super) fn with(
        &self,
        general: Option<LogLevel>,
        components: &BTreeMap<String, LogLevel>,
    ) -> Result<Levels, ComponentError> {
        let mut levels = self.clone();
        if let Some(general) = general {
            levels.general = general;
            levels.own.retain(|name, _| *name == DEPENDENCIES);
        }
        levels.own.extend(by_name(components)?);
        Ok(levels)
    }

    /// These, but nothing of the program's own quieter than that.
    pub(super) fn at_least(&self, level: LogLevel) -> Levels {
        let mut levels = self.clone();
        levels.general = levels.general.max(level);
        (levels.own).retain(|name, own| *name == DEPENDENCIES || *own > level);
        levels
    }

    /// The level of a component, by its one name.
    pub(super) fn of(&self, name: &str) -> LogLevel {
        if let Some(own) = self.own.get(name) {
            return *own;
        }
        if name == DEPENDENCIES {
            return self.general.min(LogLevel::Warn);
        }
        // A crate goes with the component that it belongs to.
        let owner = (COMPONENTS.iter()).find(|component| component.own_crate == Some(name));
        let inherited = owner.and_then(|component| self.own.get(component.name));
        inherited.copied().unwrap_or(self.general)
    }

    /// The level of every component.
    pub(super) fn all(&self) -> BTreeMap<&'static str, LogLevel> {
        let names = COMPONENTS.iter().map(|component| component.name);
        let crates = COMPONENTS.iter().filter_map(|component| component.own_crate);
        (names.chain(crates).chain([DEPENDENCIES]))
            .map(|name| (name, self.of(name)))
            .collect()
    }

    /// Which lines are written.
    ///
    /// Other crates are held to warnings whatever the level, as their debug lines may show what goes over the wire.
    /// sqlx writes slow statements out in full as warnings, and a statement is a user's text. Naming
    /// `dependencies` lifts both.
    pub(super) fn targets(&self) -> Targets {
        let statements = match self.own.get(DEPENDENCIES) {
            Some(level) => level_filter(*level),
            None => LevelFilter::OFF,
        };
        let mut targets = Targets::new()
            .with_default(level_filter(self.of(DEPENDENCIES)))
            .with_target("sqlx::query", statements)
            .with_target(CRATE, level_filter(self.general));
        for component in COMPONENTS {
            if let Some(own) = self.own.get(component.name) {
                targets = targets.with_target(format!("{CRATE}::{}", component.room), level_filter(*own));
            }
            if let Some(own_crate) = component.own_crate {
                targets = targets.with_target(own_crate, level_filter(self.of(own_crate)));
            }
        }
        targets
    }
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

    fn levels(level: LogLevel, components: &[(&str, LogLevel)]) -> Result<Levels, ComponentError> {
        Levels::new(level, &map(components))
    }

    fn map(components: &[(&str, LogLevel)]) -> BTreeMap<String, LogLevel> {
        let owned = |(name, level): &(&str, LogLevel)| ((*name).to_owned(), *level);
        components.iter().map(owned).collect()
    }

    fn filter(level: LogLevel, components: &[(&str, LogLevel)]) -> Targets {
        levels(level, components).unwrap().targets()
    }

    #[test]
    fn every_room_and_every_name_that_the_config_accepts_is_a_component() {
        let rooms = include_str!("../../lib.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("mod "));
        let rooms: Vec<&str> = rooms.map(|rest| rest.trim_end_matches(';')).collect();
        assert!(rooms.len() > 5, "{rooms:?}");
        for name in rooms.iter().chain(LOG_COMPONENTS) {
            assert!(LOG_COMPONENTS.contains(name), "the config does not know {name}");
            levels(LogLevel::Info, &[(name, LogLevel::Debug)]).unwrap();
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
            let filter = filter(
                LogLevel::Info,
                &[(quiet, LogLevel::Warn), (loud, LogLevel::Debug)],
            );
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
        let filter = filter(LogLevel::Info, &both);
        assert!(filter.would_enable("nl2sql::plan", &Level::TRACE));
        assert!(!filter.would_enable("atest_ext_ai::answer", &Level::INFO));
    }

    #[test]
    fn other_crates_stay_quiet_and_statements_stay_secret_until_asked_for() {
        let trace = filter(LogLevel::Trace, &[]);
        assert!(trace.would_enable("hyper::proto", &Level::WARN));
        assert!(!trace.would_enable("hyper::proto", &Level::INFO));
        assert!(!trace.would_enable("sqlx::query", &Level::ERROR));
        let error = filter(LogLevel::Error, &[]);
        assert!(!error.would_enable("hyper::proto", &Level::WARN));
        let asked = filter(LogLevel::Info, &[("dependencies", LogLevel::Debug)]);
        assert!(asked.would_enable("hyper::proto", &Level::DEBUG));
        assert!(asked.would_enable("sqlx::query", &Level::DEBUG));
        assert!(!asked.would_enable("atest_ext_ai::plugin", &Level::DEBUG));
    }

    #[test]
    fn an_unknown_name_or_a_contradiction_is_an_error() {
        let unknown = levels(LogLevel::Info, &[("databse", LogLevel::Warn)]).unwrap_err();
        assert!(
            unknown.to_string().contains("databse") && unknown.to_string().contains("sql_generator"),
            "{unknown}"
        );
        let both = [("answer", LogLevel::Warn), ("sql_generator", LogLevel::Debug)];
        assert!(matches!(
            levels(LogLevel::Info, &both),
            Err(ComponentError::TwoLevels { .. })
        ));
        let same = [("answer", LogLevel::Warn), ("sql_generator", LogLevel::Warn)];
        assert!(levels(LogLevel::Info, &same).is_ok());
    }

    #[test]
    fn a_change_lies_over_the_config_under_either_name() {
        let config = levels(
            LogLevel::Info,
            &[("sql_generator", LogLevel::Warn), ("metrics", LogLevel::Error)],
        );
        let config = config.unwrap();
        let change = [("answer", LogLevel::Trace), ("dependencies", LogLevel::Info)];
        let changed = config.with(None, &map(&change)).unwrap();
        assert_eq!(changed.of("sql_generator"), LogLevel::Trace);
        assert_eq!(changed.of("nl2sql"), LogLevel::Trace);
        assert_eq!(changed.of("metrics"), LogLevel::Error);
        assert_eq!(changed.of("dependencies"), LogLevel::Info);
        let debug = changed.with(Some(LogLevel::Debug), &map(&[])).unwrap();
        assert_eq!(
            (debug.of("metrics"), debug.of("plugin")),
            (LogLevel::Debug, LogLevel::Debug)
        );
        assert_eq!(debug.of("dependencies"), LogLevel::Info);
        assert!(config.with(None, &map(&[("nope", LogLevel::Info)])).is_err());
    }

    #[test]
    fn at_least_debug_is_debug_for_all_of_our_own_and_quietens_nothing() {
        let config = levels(
            LogLevel::Info,
            &[("metrics", LogLevel::Error), ("http", LogLevel::Trace)],
        );
        let debug = config.unwrap().at_least(LogLevel::Debug);
        for (name, level) in debug.all() {
            let wanted = match name {
                "http" => LogLevel::Trace,
                "dependencies" => LogLevel::Warn,
                _ => LogLevel::Debug,
            };
            assert_eq!(level, wanted, "{name}");
        }
        assert!(!debug.targets().would_enable("hyper::proto", &Level::INFO));
        assert!(!debug.targets().would_enable("sqlx::query", &Level::ERROR));
    }
}
