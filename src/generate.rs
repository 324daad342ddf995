//! `generate-monitoring`: the files that watching the plugin needs, from the catalogue of metrics and the config.
//!
//! A [`Plan`] is everything that they are made from; each kind of file has a module with a function that makes its
//! [`Artefact`]s from the plan and looks at nothing else: the same plan gives the same files. What deals with the world stands
//! apart: `place` writes and compares, `validate` runs programs, `live` and `preview` ask a Prometheus.

mod alert;
mod alertmanager;
mod alerts;
mod artefact;
mod changelog;
mod check;
mod course;
mod dashboards;
mod deploy;
mod environments;
pub mod live;
mod place;
mod plan;
mod preview;
mod prometheus;
mod promql_check;
mod recording;
mod rule_tests;
mod rules;
mod runbooks;
mod shippers;
mod signal;
mod slo;
#[cfg(test)]
mod testing;
pub mod validate;
mod values;

pub use artefact::{Artefact, Set};
use deploy::kubernetes;
pub use environments::Environment;
pub use place::{differences, write};
pub use plan::Plan;
pub use preview::write as write_preview;

use serde_json::Value;

use crate::config::{Loaded, Problems, Sheet};

/// Makes a plan from a config with its file's text, an environment, and values laid over each other.
///
/// # Errors
/// Everything that is wrong with the values, or that does not go together with the config.
pub fn plan(
    loaded: &Loaded,
    config_text: Option<String>,
    environment: Environment,
    values: Sheet,
) -> Result<Plan, Problems> {
    let catalogue = alerts::catalogue();
    let read = values::read(values, &catalogue)?;
    let plan = Plan::make(loaded, config_text, environment, read, catalogue);
    let mut problems = Problems::default();
    check::check(&plan, &mut problems);
    problems.sort();
    match problems.0.is_empty() {
        true => Ok(plan),
        false => Err(problems),
    }
}

/// The form of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Files that the programs read.
    #[default]
    Raw,
    /// The same, and rules, monitors and dashboards besides as objects for the Prometheus operator and Grafana's sidecar.
    Operator,
    /// The same as raw, the operators' objects, and a base and overlays for kustomize.
    Kustomize,
    /// The same as raw, and a chart for Helm.
    Helm,
}

/// Every file, in the order of their paths.
pub fn artefacts(plan: &Plan, formats: &[Format]) -> Vec<Artefact> {
    let wants = |format| formats.contains(&format);
    let mut all = Vec::new();
    if wants(Format::Operator) || wants(Format::Kustomize) {
        all.extend(kubernetes::operator_artefacts(plan));
    }
    if wants(Format::Kustomize) {
        all.extend(kubernetes::kustomize::artefacts(plan, &all));
    }
    if wants(Format::Helm) {
        all.extend(kubernetes::chart::artefacts(plan));
    }
    all.extend(rules::artefacts(plan));
    all.extend(rule_tests::artefacts(plan));
    all.extend(runbooks::artefacts(plan));
    all.extend(changelog::artefacts(plan));
    all.extend(dashboards::artefacts(plan));
    all.extend(alertmanager::artefacts(plan));
    all.extend(prometheus::artefacts(plan));
    all.extend(shippers::artefacts(plan));
    all.extend(deploy::artefacts(plan));
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// The JSON schema of a values file.
pub fn schema() -> Value {
    values::schema(&alerts::catalogue())
}

/// Everything about one alert.
///
/// # Errors
/// There is none of that name; says which was meant.
pub fn explain(plan: &Plan, name: &str) -> Result<String, String> {
    let on = plan.alerts.iter().map(|alert| (alert, true));
    let mut all = on.chain(plan.off.iter().map(|alert| (alert, false)));
    if let Some((alert, is_on)) = all.find(|(alert, _)| alert.name.eq_ignore_ascii_case(name)) {
        return Ok(runbooks::explain(plan, alert, is_on));
    }
    if let Some(text) = runbooks::explain_burn(plan, name) {
        return Ok(text);
    }
    if let Some(extra) = plan.values.extra_alerts.iter().find(|extra| extra.alert == name) {
        return Ok(runbooks::explain_extra(plan, extra));
    }
    let names = alert_names(plan);
    let hint = crate::config::closest(name, names.iter().map(String::as_str));
    let hint = hint
        .map(|meant| format!("; did you mean {meant}?"))
        .unwrap_or_default();
    Err(format!(
        "no alert is called {name:?}{hint} (`generate-monitoring --explain all` shows each)"
    ))
}

/// The names of all alerts, on or off.
pub fn alert_names(plan: &Plan) -> Vec<String> {
    let own = plan
        .alerts
        .iter()
        .chain(&plan.off)
        .map(|alert| alert.name.to_owned());
    let burns = rules::burn_severities(plan)
        .into_iter()
        .map(|severity| slo::alert_name(severity).to_owned());
    let extra = plan.values.extra_alerts.iter().map(|extra| extra.alert.clone());
    let mut names: Vec<String> = own.chain(burns).chain(extra).collect();
    names.dedup();
    names
}
