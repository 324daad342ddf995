//! What a change of the config would do, for people.

use std::path::Path;

use serde_json::Value;

use crate::config::{Loaded, differences_between};

/// Each setting that changes, from what to what. Secrets are masked.
pub(super) fn words(file: &Path, before: Option<&Loaded>, after: &Loaded) -> String {
    let Some(before) = before else {
        return format!(
            "{}: the config that is there is not valid; all of it is exchanged",
            file.display()
        );
    };
    let differences = differences_between(before, after);
    if differences.is_empty() {
        return format!("{}: no setting changes", file.display());
    }
    let mut text = format!("{}:", file.display());
    for difference in differences {
        let restart = if difference.needs_restart {
            " (takes effect at the next start)"
        } else {
            ""
        };
        text.push_str(&format!(
            "\n  {}: {} -> {}{restart}",
            difference.key,
            shown(difference.before.as_ref()),
            shown(difference.after.as_ref())
        ));
    }
    text
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "not set".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
