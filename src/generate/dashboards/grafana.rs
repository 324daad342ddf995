//! Dashboards as Grafana's classic model, which versions 11 to 13 take as it is: from a folder, by hand, or from a ConfigMap.

mod drawing;

use serde::Serialize;
use serde_json::{Value, json};

#[cfg(test)]
pub use drawing::column_unit;

use self::drawing::{defaults, options, overrides, table};
use super::links;
use super::panel::{Dashboard, Draw, Panel, Query, Row};
use crate::generate::plan::Plan;
use crate::generate::signal::span;
use crate::telemetry::catalogue::{BUILD_INFO, CONFIG_RELOAD_SUCCESS_TIME, MAINTENANCE, REQUESTS};

/// The version of the classic model that Grafana 11 writes. Later ones bring it forward as they load it.
const SCHEMA_VERSION: u32 = 39;

/// What every dashboard is found by, and linked to others by.
pub const TAG: &str = "atest-ext-ai";

/// What the values of a variable are narrowed down by: nothing.
const NO_FILTER: &str = "";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    annotations: Value,
    description: String,
    editable: bool,
    fiscal_year_start_month: u32,
    /// One cross-hair for all panels.
    graph_tooltip: u32,
    /// Grafana gives it.
    id: Option<u64>,
    links: Vec<links::Link>,
    panels: Vec<Value>,
    refresh: String,
    schema_version: u32,
    tags: Vec<String>,
    templating: Value,
    time: Value,
    timepicker: Value,
    timezone: &'static str,
    title: &'static str,
    uid: String,
}

/// The `uid` of a dashboard, which stays the same for ever: links are made of it.
pub fn uid(key: &str) -> String {
    format!("atest-ai-{key}")
}

/// The variable that names the Prometheus to ask. Grafana's linter wants the longer name as soon as there is another
/// source.
pub fn source_variable(plan: &Plan) -> &'static str {
    let logs = &plan.values.logs;
    match logs.loki.is_empty() && logs.tempo.is_empty() {
        true => "datasource",
        false => "prometheus_datasource",
    }
}

/// The whole model.
pub fn model(plan: &Plan, dashboard: &Dashboard) -> Value {
    let values = &plan.values.dashboards;
    let version = format!("v{}", plan.version);
    let own = [TAG, "generated", &version].map(str::to_owned);
    let model = Model {
        annotations: json!({ "list": annotations(plan) }),
        description: format!(
            "{} {} Runbooks: {}",
            dashboard.about,
            plan.header(),
            plan.values.alert_defaults.runbook_base
        ),
        editable: false,
        fiscal_year_start_month: 0,
        graph_tooltip: 1,
        id: None,
        links: links::of_dashboard(plan),
        panels: panels(plan, dashboard),
        refresh: span(values.refresh.0.as_secs()),
        schema_version: SCHEMA_VERSION,
        tags: own.into_iter().chain(values.tags.iter().cloned()).collect(),
        templating: json!({ "list": variables(plan, dashboard) }),
        time: json!({ "from": format!("now-{}", span(values.range.0.as_secs())), "to": "now" }),
        timepicker: json!({}),
        timezone: "browser",
        title: dashboard.title,
        uid: uid(dashboard.key),
    };
    serde_json::to_value(model).expect("a dashboard has no keys but texts")
}

fn prometheus(plan: &Plan) -> Value {
    json!({ "type": "prometheus", "uid": format!("${{{}}}", source_variable(plan)) })
}

fn loki() -> Value {
    json!({ "type": "loki", "uid": "${loki_datasource}" })
}

fn annotations(plan: &Plan) -> Vec<Value> {
    let extra = plan.values.selectors.extra.trim();
    let scope = match extra {
        "" => "job=~\"$job\"".to_owned(),
        extra => format!("job=~\"$job\",{extra}"),
    };
    let build = format!("{}{{{scope}}}", BUILD_INFO.name);
    let loaded = format!("{}{{{scope}}}", CONFIG_RELOAD_SUCCESS_TIME.name);
    let query = |name: &str, colour: &str, expr: String, title: &str, text: &str| {
        json!({
            "datasource": prometheus(plan),
            "enable": true,
            "expr": expr,
            "hide": false,
            "iconColor": colour,
            "name": name,
            "step": "1m",
            "tagKeys": "instance,version",
            "textFormat": text,
            // Where newer versions look; `expr` is where older ones do.
            "target": { "expr": expr, "refId": "Anno" },
            "titleFormat": title,
        })
    };
    vec![
        json!({
            "builtIn": 1,
            "datasource": { "type": "grafana", "uid": "-- Grafana --" },
            "enable": true,
            "hide": true,
            "iconColor": "rgba(0, 211, 255, 1)",
            "name": "Annotations & Alerts",
            "type": "dashboard",
        }),
        query(
            "Deploys",
            "blue",
            format!(
                "count by (version, git_sha) ({build} unless on (job, version, git_sha) {build} offset 2m)"
            ),
            "Another build",
            "{{version}} {{git_sha}}",
        ),
        query(
            "Config loads",
            "purple",
            format!("sum by (instance) (changes({loaded}[2m])) > 0"),
            "Another config",
            "{{instance}}",
        ),
        query(
            "Maintenance",
            "orange",
            format!("max by (instance) ({}{{{scope}}}) == 1", MAINTENANCE.name),
            "Maintenance",
            "{{instance}}",
        ),
    ]
}

fn variables(plan: &Plan, dashboard: &Dashboard) -> Vec<Value> {
    let source = |name: &str, label: &str, kind: &str| {
        json!({
            "current": { "selected": false, "text": "default", "value": "default" },
            "hide": 0,
            "includeAll": false,
            "label": label,
            "multi": false,
            "name": name,
            "options": [],
            "query": kind,
            "refresh": 1,
            "regex": NO_FILTER,
            "skipUrlSync": false,
            "type": "datasource",
        })
    };
    let name = source_variable(plan);
    let label = match name {
        "datasource" => "Data source",
        _ => "Prometheus data source",
    };
    let mut list = vec![source(name, label, "prometheus")];
    if !plan.values.logs.loki.is_empty() {
        list.push(source("loki_datasource", "Loki data source", "loki"));
    }
    if !plan.values.logs.tempo.is_empty() {
        list.push(source("tempo_datasource", "Tempo data source", "tempo"));
    }
    let labels = |name: &str, label: &str, series: &str| {
        let query = format!("label_values({series}, {name})");
        json!({
            "allValue": ".+",
            "allowCustomValue": true,
            "current": { "selected": true, "text": ["All"], "value": ["$__all"] },
            "datasource": prometheus(plan),
            "hide": 0,
            "includeAll": true,
            "label": label,
            "multi": true,
            "name": name,
            "options": [],
            "query": { "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery" },
            // With each change of the time that is shown.
            "refresh": 2,
            "regex": NO_FILTER,
            "skipUrlSync": false,
            "sort": 1,
            "type": "query",
        })
    };
    let extra = plan.values.selectors.extra.trim();
    let all = if extra.is_empty() {
        BUILD_INFO.name.to_owned()
    } else {
        format!("{}{{{extra}}}", BUILD_INFO.name)
    };
    list.push(labels("job", "Job", &all));
    let comma = if extra.is_empty() { "" } else { "," };
    let of_job = format!("{}{{job=~\"$job\"{comma}{extra}}}", BUILD_INFO.name);
    list.push(labels("instance", "Instance", &of_job));
    for variable in dashboard.variables {
        let of_instance = format!(
            "{}{{job=~\"$job\",instance=~\"$instance\"{comma}{extra}}}",
            REQUESTS.name
        );
        list.push(labels(variable.word(), variable.title(), &of_instance));
    }
    list
}

fn panels(plan: &Plan, dashboard: &Dashboard) -> Vec<Value> {
    let mut list = Vec::new();
    for row in &dashboard.rows {
        let inside = row.panels.iter().map(|panel| self::panel(plan, dashboard, panel));
        // A closed row holds its panels; after an open one they follow.
        let (within, after): (Vec<Value>, Vec<Value>) = match row.collapsed {
            true => (inside.collect(), Vec::new()),
            false => (Vec::new(), inside.collect()),
        };
        list.push(self::row(row, within));
        list.extend(after);
    }
    list
}

fn row(row: &Row, within: Vec<Value>) -> Value {
    let mut value = json!({
        "collapsed": row.collapsed,
        "gridPos": { "h": 1, "w": 24, "x": 0, "y": row.y },
        "id": row.id,
        "panels": within,
        "title": row.title,
        "type": "row",
    });
    if let Some(variable) = row.repeat {
        value["repeat"] = json!(variable.word());
    }
    value
}

fn panel(plan: &Plan, dashboard: &Dashboard, panel: &Panel) -> Value {
    let source = if panel.draw == Draw::Logs {
        loki()
    } else {
        prometheus(plan)
    };
    let place = panel.place;
    let mut value = json!({
        "datasource": source,
        "description": panel.about,
        "gridPos": { "h": place.h, "w": place.w, "x": place.x, "y": place.y },
        "id": panel.id,
        "links": links::of_panel(plan, dashboard, panel),
        "options": options(panel),
        "targets": targets(&source, panel),
        "title": panel.title,
        "type": kind(panel.draw),
    });
    if !matches!(panel.draw, Draw::Alerts | Draw::Logs) {
        value["fieldConfig"] = json!({ "defaults": defaults(panel), "overrides": overrides(panel) });
    }
    if panel.draw == Draw::Table {
        value["transformations"] = table(panel);
    }
    value
}

fn kind(draw: Draw) -> &'static str {
    match draw {
        Draw::Lines => "timeseries",
        Draw::Stat | Draw::Name => "stat",
        Draw::Gauge => "gauge",
        Draw::Bars => "bargauge",
        Draw::Heatmap => "heatmap",
        Draw::Table => "table",
        Draw::Timeline => "state-timeline",
        Draw::Alerts => "alertlist",
        Draw::Logs => "logs",
    }
}

/// `A`, `B`, …: what a query is called inside its panel.
pub fn ref_id(index: usize) -> String {
    char::from(b'A' + u8::try_from(index.min(25)).unwrap_or(25)).to_string()
}

fn targets(source: &Value, panel: &Panel) -> Vec<Value> {
    let queries = panel.queries.iter().enumerate();
    queries
        .map(|(index, query)| target(source, panel.draw, query, ref_id(index)))
        .collect()
}

fn target(source: &Value, draw: Draw, query: &Query, ref_id: String) -> Value {
    if draw == Draw::Logs {
        return json!({
            "datasource": source,
            "expr": query.expr,
            "maxLines": 200,
            "queryType": "range",
            "refId": ref_id,
        });
    }
    let format = match draw {
        Draw::Heatmap => "heatmap",
        Draw::Table => "table",
        _ => "time_series",
    };
    json!({
        "datasource": source,
        "editorMode": "code",
        "exemplar": query.exemplars,
        "expr": query.expr,
        "format": format,
        "instant": query.instant,
        "legendFormat": query.legend,
        "range": !query.instant,
        "refId": ref_id,
    })
}
