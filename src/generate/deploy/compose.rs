//! Compose files: the plugin beside atest, and what watches it.

mod check;
mod file;
mod monitoring;
mod production;

use crate::config::Problems;
use crate::generate::artefact::{Artefact, Set};
use crate::generate::deploy::store;
use crate::generate::plan::Plan;

/// The plugin and atest.
pub const PRODUCTION: &str = "deploy/docker-compose.prod.yml";
/// What watches the plugin.
pub const MONITORING: &str = "deploy/docker-compose.monitoring.yml";

/// The files.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let values = &plan.values.compose;
    let owner = format!("{}:{}", values.user, values.group);
    let state =
        format!("The volume `state` and the files of secrets belong to {owner}, whom the plugin runs as.");
    let config = format!(
        "The config is {}/{}, seen from this folder. AI_PROVIDER, AI_MODEL and LOG_LEVEL are set in `.env` beside this file.",
        values.config_folder.trim_end_matches('/'),
        values.config_file
    );
    let mut production = vec!["docker compose -f docker-compose.prod.yml up -d", &config, &state];
    if values.secrets.is_empty() {
        production.push("Keys: compose.secrets of the values, as in [openai-api-key], makes files of ./secrets known to the plugin alone.");
    }
    let monitoring = [
        "GRAFANA_PASSWORD=… docker compose -f docker-compose.monitoring.yml up -d",
        "The services use the network of this machine: the addresses are those of the values.",
        "Files of secrets that receivers of Alertmanager name have to be mounted as well.",
    ];
    vec![
        Artefact::yaml(
            plan,
            Set::Compose,
            PRODUCTION,
            &production,
            &production::file(plan),
        ),
        Artefact::yaml(
            plan,
            Set::Compose,
            MONITORING,
            &monitoring,
            &monitoring::file(plan),
        ),
        Artefact::yaml(
            plan,
            Set::Compose,
            "deploy/atest/stores.yaml",
            &["By this atest finds the plugin; it is $HOME/.config/atest/stores.yaml in its container."],
            &store::stores(),
        ),
        Artefact::yaml(
            plan,
            Set::Compose,
            "deploy/atest/data/core/extension.yaml",
            &["Without a list of kinds atest shows no store."],
            &store::kinds(),
        ),
    ]
}

/// What is wrong with the values, as far as these files are concerned.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    check::problems(plan, problems);
}
