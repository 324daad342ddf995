//! Where the audit log goes, and what it says of the plugin's start and end.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::Access;
use serde_json::json;

use crate::config::{Loaded, LogOutput, Origin};
use crate::telemetry::audit::{Actor, Audit, AuditError, Event, Outcome, Record};
use crate::telemetry::{Metrics, build_info};

const NAME: &str = "audit.log";

/// Opens it as configured.
pub(super) fn open(loaded: &Loaded, metrics: &Arc<Metrics>) -> Result<Audit, AuditError> {
    let config = &loaded.config;
    if !config.audit.enabled {
        return Ok(Audit::default());
    }
    let Some(path) = path(loaded) else {
        tracing::warn!("there is no folder for the audit log; name a file with audit.path");
        return Ok(Audit::default());
    };
    Audit::open(&config.audit, &path, &config.logging, Arc::clone(metrics))
}

/// The file that the config names, else one beside the log file, else one in the state folder.
fn path(loaded: &Loaded) -> Option<PathBuf> {
    if let Some(path) = &loaded.config.audit.path {
        return Some(path.clone());
    }
    let logging = &loaded.config.logging;
    let is_in_use = matches!(logging.output, LogOutput::File { .. });
    let beside = logging.file.path.parent();
    let beside = beside.filter(|folder| is_in_use || may_write(folder));
    let folder = beside.or(loaded.state_dir.as_deref())?;
    Some(folder.join(NAME))
}

fn may_write(folder: &Path) -> bool {
    folder.is_dir() && rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The plugin takes questions. Says which secrets are in use, and where each comes from.
pub(super) fn started(audit: &Audit, secrets: &[(String, String)]) {
    audit.record(&Record {
        event: Event::PluginStart,
        outcome: Outcome::Success,
        actor: &Actor::PLUGIN,
        target: "plugin",
        details: json!({ "version": build_info().version, "pid": std::process::id() }),
    });
    for (key, from) in secrets {
        audit.record(&Record {
            event: Event::SecretRead,
            outcome: Outcome::Success,
            actor: &Actor::PLUGIN,
            target: key,
            details: json!({ "from": from }),
        });
    }
}

/// The plugin has stopped, or is about to.
pub(super) fn stopped(audit: &Audit, reason: &str, outcome: Outcome) {
    audit.settle();
    audit.record(&Record {
        event: Event::PluginStop,
        outcome,
        actor: &Actor::PLUGIN,
        target: "plugin",
        details: json!({ "reason": reason }),
    });
}

/// The keys of all secrets that are set, and where each comes from.
pub(super) fn secrets(loaded: &Loaded) -> Vec<(String, String)> {
    use crate::config::{kinds::MASK, show};
    let settings = show::effective(loaded).into_iter();
    settings
        .filter(|setting| setting.value == MASK)
        .map(|setting| (setting.key(), word_of(&setting.origin)))
        .collect()
}

/// Where a value comes from, without the paths of this machine.
fn word_of(origin: &Origin) -> String {
    match origin {
        Origin::File { .. } => "file".into(),
        Origin::Secret { place, .. } => place.word().into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::{Environment, Sources, load};

    fn loaded(folder: &Path, text: &str) -> Loaded {
        let file = folder.join("config.yaml");
        fs::write(&file, text).unwrap();
        let home = folder.display().to_string();
        let variables = [
            ("HOME", home.as_str()),
            ("OPENAI_API_KEY", "sk-planted-in-environment"),
        ];
        load(&Sources {
            file: Some(file),
            environment: Environment::from_pairs(variables).rooted_at(folder),
            ..Sources::default()
        })
        .unwrap()
    }

    #[test]
    fn it_goes_beside_the_log_file_where_that_may_be_written_and_else_to_the_state() {
        let folder = tempfile::tempdir().unwrap();
        let at = |text: &str| path(&loaded(folder.path(), text)).unwrap();
        let inner = |name: &str| folder.path().join(name);
        let log = format!("file: {{path: {}}}", inner("logs/plugin.log").display());
        assert_eq!(at("audit: {path: /named/a.log}"), Path::new("/named/a.log"));
        assert_eq!(
            at(&format!("logging: {{output: file, {log}}}")),
            inner("logs/audit.log")
        );
        let elsewhere = format!("logging: {{output: stdout, {log}}}");
        assert_eq!(at(&elsewhere), inner(".local/state/atest-ext-ai/audit.log"));
        fs::create_dir(inner("logs")).unwrap();
        assert_eq!(at(&elsewhere), inner("logs/audit.log"));
    }

    #[test]
    fn secrets_are_named_with_their_origin_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let text = "ai: {services: {deepseek: {api_key: sk-planted-in-file, headers: {X-Team: planted-header}}, \
                    openai: {}}}";
        let secrets = secrets(&loaded(folder.path(), text));
        let of = |key: &str| {
            let found = secrets.iter().find(|(name, _)| name == key);
            found.map(|(_, from)| from.as_str())
        };
        assert_eq!(of("ai.services.deepseek.api_key"), Some("file"));
        assert_eq!(of("ai.services.deepseek.headers.X-Team"), Some("file"));
        assert_eq!(
            of("ai.services.openai.api_key"),
            Some("environment OPENAI_API_KEY")
        );
        assert!(!format!("{secrets:?}").contains("planted"), "{secrets:?}");
    }
}
