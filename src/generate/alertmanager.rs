//! Alertmanager: who is told of which alert, what they read, and which alerts are not worth telling beside another.

use std::collections::BTreeMap;

use serde::Serialize;

use super::artefact::{Artefact, Set};
use super::plan::Plan;
use super::values::Webhook;
use crate::config::Problems;

mod check;
mod inhibition;
mod intervals;
mod receivers;
mod routes;
mod table;
mod templates;

use inhibition::Inhibition;
use intervals::Interval;
use receivers::Told;
use routes::Route;

pub use table::{Case, cases};

/// The config.
#[derive(Serialize)]
pub struct File {
    global: Global,
    templates: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    time_intervals: Vec<Interval>,
    route: Route,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inhibit_rules: Vec<Inhibition>,
    receivers: Vec<Told>,
}

#[derive(Serialize)]
struct Global {
    resolve_timeout: &'static str,
}

#[derive(Serialize)]
struct Table {
    tests: Vec<Case>,
}

/// The config: who is told, and what is not worth telling.
pub fn file(plan: &Plan) -> File {
    File {
        global: Global {
            resolve_timeout: "5m",
        },
        templates: vec!["templates/*.tmpl"],
        time_intervals: intervals::all(plan),
        route: routes::root(plan),
        inhibit_rules: inhibition::rules(plan),
        receivers: receivers::all(plan),
    }
}

/// `monitoring/alertmanager.yml`, its templates, and the table of who gets what.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let file = file(plan);
    let notes = notes(plan);
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    let about_table = [
        "Who gets which alert. Each is tried with:",
        "amtool config routes test --config.file=alertmanager.yml --verify.receivers=RECEIVER LABEL=VALUE…",
    ];
    vec![
        Artefact::yaml(
            plan,
            Set::Alertmanager,
            "monitoring/alertmanager.yml",
            &notes,
            &file,
        ),
        templates::artefact(plan),
        Artefact::yaml(
            plan,
            Set::Alertmanager,
            "monitoring/alertmanager_routes_test.yml",
            &about_table,
            &Table { tests: cases(plan) },
        ),
    ]
}

/// What is wrong with the values, as far as these files are concerned.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    check::problems(plan, problems);
}

fn notes(plan: &Plan) -> Vec<String> {
    let receivers = &plan.values.receivers;
    let mut notes = Vec::new();
    let mut say = |text: &str| notes.push(text.to_owned());
    let is_silent = [&receivers.default, &receivers.critical, &receivers.warning]
        .iter()
        .all(|receiver| receiver.is_empty());
    if is_silent {
        say(
            "NOBODY IS TOLD of any alert: no receiver is configured (values: receivers.default, receivers.critical).",
        );
    } else if receivers.default.is_empty() {
        say("Alerts that are no receiver's own are told to nobody: receivers.default is not configured.");
    }
    if plan.alert(DEAD_MAN).is_some() && receivers.dead_man.is_empty() {
        say(
            "Nobody notices when Prometheus or Alertmanager itself is gone: receivers.deadMan is not configured. It wants a",
        );
        say("service that calls somebody when the sign of life, sent all the time, ends.");
    }
    if plan.alert(MAINTENANCE).is_some() {
        say(
            "Maintenance: while the plugin is in maintenance mode (`atest-ext-ai maintenance on`), the alert",
        );
        say(
            "AtestAiMaintenance fires, is told to nobody, and keeps the other alerts of that instance from being told. It ends",
        );
        say("by itself with the mode. One that is down is in no mode: PluginDown is told.");
    }
    if plan.alert(ALL_IN_MAINTENANCE).is_some() {
        say(
            "While all instances are, AtestAiAllInMaintenance does the same for alerts that are about all of them together.",
        );
    }
    if !receivers.maintenance.is_empty() {
        say(
            "In the times of `maintenance`, warnings and what is less urgent are not told; what is critical is.",
        );
    }
    let all = [
        &receivers.default,
        &receivers.critical,
        &receivers.warning,
        &receivers.dead_man,
    ];
    let has_address_file = |webhook: &Webhook| !webhook.url_file.is_empty();
    if all
        .iter()
        .any(|receiver| receiver.webhook.as_ref().is_some_and(has_address_file))
    {
        say("Needs Alertmanager 0.26 or later, which reads a webhook's address from a file.");
    }
    say("Secrets are read from files, which must be readable for Alertmanager's user alone.");
    notes
}

/// The alert that always fires.
const DEAD_MAN: &str = "Watchdog";

/// The alert that fires while the plugin is in maintenance mode.
const MAINTENANCE: &str = "AtestAiMaintenance";

/// The alert that fires while all instances are.
const ALL_IN_MAINTENANCE: &str = "AtestAiAllInMaintenance";

/// Labels of a test or a matcher.
type Labels = BTreeMap<String, String>;
