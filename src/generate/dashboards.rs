//! Grafana's dashboards: one description of each, from which come Grafana's files, the links of alerts, the queries of a
//! live check, and a preview.

mod coverage;
mod fleet;
mod grafana;
mod links;
#[cfg(test)]
mod lint;
mod overview;
pub mod panel;
mod promql;
mod providers;
mod provisioning;
mod quality;
mod resources;
mod slo;
#[cfg(test)]
mod tests;

use k8s_openapi::api::core::v1::ConfigMap;
#[cfg(test)]
use serde_json::Value;

pub use grafana::uid;
pub use links::{link, logs_link, panel_link};

use self::panel::{Dashboard, Draw, Panel};
use super::artefact::{Artefact, Set};
use super::deploy::kubernetes;
use super::plan::Plan;

/// Makes every dashboard, the overview first; [`Plan::dashboards`] keeps them.
pub fn build(plan: &Plan) -> Vec<Dashboard> {
    let mut dashboards = vec![
        overview::dashboard(plan),
        providers::dashboard(plan),
        quality::dashboard(plan),
        resources::dashboard(plan),
        slo::dashboard(plan),
        fleet::dashboard(plan),
    ];
    dashboards.iter_mut().for_each(panel::arrange);
    dashboards
}

/// The panels of a dashboard, in order.
pub fn panels(dashboard: &Dashboard) -> impl Iterator<Item = &Panel> {
    dashboard.rows.iter().flat_map(|row| &row.panels)
}

/// Where the overview is too, because the guide has it there.
const GUIDES_PATH: &str = "monitoring/grafana/dashboard.json";

/// The dashboards, and how Grafana finds them.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let mut artefacts = Vec::new();
    for dashboard in plan.dashboards() {
        let model = grafana::model(plan, dashboard);
        artefacts.push(Artefact::json(Set::Grafana, &path(dashboard), &model));
        if dashboard.key == "overview" {
            artefacts.push(Artefact::json(Set::Grafana, GUIDES_PATH, &model));
        }
    }
    artefacts.push(coverage::exclusions(plan));
    artefacts.push(provisioning::dashboards(plan));
    artefacts.push(provisioning::datasources(plan));
    artefacts
}

fn path(dashboard: &Dashboard) -> String {
    format!("dashboards/{}.json", uid(dashboard.key))
}

/// The dashboards as ConfigMaps by their words, which the sidecar of Grafana's chart and of kube-prometheus looks for by their
/// label.
pub fn config_maps(plan: &Plan) -> Vec<(&'static str, ConfigMap)> {
    let maps = plan.dashboards().iter().map(|dashboard| {
        let (uid, model) = (uid(dashboard.key), grafana::model(plan, dashboard));
        let mut metadata = kubernetes::metadata(plan, &format!("{uid}-dashboard"));
        let labels = metadata.labels.get_or_insert_default();
        labels.insert("grafana_dashboard".to_owned(), "1".to_owned());
        let folder = ("grafana_folder".to_owned(), plan.values.dashboards.folder.clone());
        metadata.annotations = Some([folder].into());
        let map = ConfigMap {
            metadata,
            data: Some([(format!("{uid}.json"), format!("{model:#}\n"))].into()),
            ..ConfigMap::default()
        };
        (dashboard.key, map)
    });
    maps.collect()
}

/// A panel's query, as Prometheus takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The dashboard's word: `overview`, `providers`, …
    pub dashboard: &'static str,
    /// The panel's number.
    pub panel: u32,
    /// The panel's title.
    pub title: String,
    /// PromQL without variables.
    pub expr: String,
    /// Why it may rightly give nothing.
    pub empty_when: Option<&'static str>,
}

/// Every query of every panel that asks Prometheus, with the variables put in: `window` is what rates look back, such as
/// `1m`; the job is the plan's, and everything else is shown.
pub fn queries(plan: &Plan, window: &str) -> Vec<Query> {
    let with = Filled {
        job: &plan.values.selectors.job,
        window,
        range: window,
    };
    let mut queries = Vec::new();
    for dashboard in plan.dashboards() {
        for panel in panels(dashboard).filter(|panel| panel.draw != Draw::Logs) {
            queries.extend(panel.queries.iter().map(|query| Query {
                dashboard: dashboard.key,
                panel: panel.id,
                title: panel.title.clone(),
                expr: with.fill(&query.expr),
                empty_when: panel.empty_when,
            }));
        }
    }
    queries
}

/// What stands in place of Grafana's variables.
#[derive(Debug, Clone, Copy)]
pub struct Filled<'a> {
    /// The job.
    pub job: &'a str,
    /// What rates look back.
    pub window: &'a str,
    /// The span of time that is shown.
    pub range: &'a str,
}

impl Filled<'_> {
    /// The query with everything in place: all instances, providers and models.
    pub fn fill(&self, expr: &str) -> String {
        expr.replace(promql::WINDOW, self.window)
            .replace(promql::RANGE, self.range)
            .replace("$job", self.job)
            .replace("$instance", ".+")
            .replace("$provider", ".+")
            .replace("$model", ".+")
    }
}

/// The models of all dashboards, by file name.
#[cfg(test)]
pub fn models(plan: &Plan) -> Vec<(String, Value)> {
    let dashboards = plan.dashboards().iter();
    let models = dashboards.map(|dashboard| (uid(dashboard.key), grafana::model(plan, dashboard)));
    models.collect()
}
