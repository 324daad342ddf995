//! Ways from one thing to another: from an alert to its panel and its log lines, from a panel to runbooks, logs and traces.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::json;

use super::grafana::{TAG, uid};
use super::panel::{Dashboard, Panel};
use crate::generate::alert::{AlertDef, Panel as Place};
use crate::generate::plan::Plan;

/// Log lines that tell of trouble.
pub const SERIOUS: &str = "level=~`(?i)error|warn`";

/// What needs no escape in a query, and what must not have one because Grafana or Prometheus puts values there.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A link of Grafana's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    as_dropdown: bool,
    icon: &'static str,
    include_vars: bool,
    keep_time: bool,
    tags: Vec<String>,
    target_blank: bool,
    /// What is read.
    pub title: String,
    tooltip: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Where it leads.
    pub url: String,
}

impl Link {
    fn to(title: impl Into<String>, url: String) -> Link {
        Link {
            as_dropdown: false,
            icon: "external link",
            include_vars: false,
            keep_time: false,
            tags: Vec::new(),
            target_blank: true,
            title: title.into(),
            tooltip: String::new(),
            kind: "link",
            url,
        }
    }
}

/// To the other dashboards, by their tag, and to the runbooks.
pub fn of_dashboard(plan: &Plan) -> Vec<Link> {
    let others = Link {
        as_dropdown: true,
        icon: "external link",
        include_vars: true,
        keep_time: true,
        tags: vec![TAG.to_owned()],
        target_blank: false,
        title: "Dashboards of the plugin".to_owned(),
        tooltip: String::new(),
        kind: "dashboards",
        url: String::new(),
    };
    let mut links = vec![
        others,
        Link::to("Runbooks", plan.values.alert_defaults.runbook_base.clone()),
    ];
    if !plan.values.logs.loki.is_empty() {
        links.push(Link::to(
            "Logs",
            explore_logs(&log_query("$job", ""), GRAFANA_TIME),
        ));
    }
    if !plan.values.logs.tempo.is_empty() {
        links.push(Link::to("Traces", explore_traces(plan)));
    }
    links
}

/// To the runbooks of the alerts that this panel is about, to log lines and to traces.
pub fn of_panel(plan: &Plan, dashboard: &Dashboard, panel: &Panel) -> Vec<Link> {
    let about = plan.alerts.iter().filter(|alert| {
        panel.thresholds.contains(&alert.name)
            || (alert.panel.dashboard == dashboard.key && alert.panel.title == panel.title)
    });
    let mut links: Vec<Link> = about
        .map(|alert| Link::to(format!("Runbook of {}", alert.name), plan.runbook_url(alert.name)))
        .collect();
    if !plan.values.logs.loki.is_empty() {
        let query = log_query("$job", SERIOUS);
        links.push(Link::to(
            "Warnings and errors of this time",
            explore_logs(&query, GRAFANA_TIME),
        ));
    }
    let traced = panel.queries.iter().any(|query| query.exemplars);
    if traced && !plan.values.logs.tempo.is_empty() {
        links.push(Link::to("Traces of this time", explore_traces(plan)));
    }
    links
}

/// A span of time as a link gives it.
type Span = (&'static str, &'static str);

/// The time that the dashboard shows.
const GRAFANA_TIME: Span = ("${__from}", "${__to}");
/// What is of interest when an alert comes.
const ALERT_TIME: Span = ("now-3h", "now");

/// LogQL for the plugin's log lines.
pub fn log_query(job: &str, filter: &str) -> String {
    let lines = format!("{{job=~\"{job}\"}} | json");
    match filter {
        "" => lines,
        filter => format!("{lines} | {filter}"),
    }
}

fn explore_logs(query: &str, (from, to): Span) -> String {
    explore(
        "${loki_datasource}",
        &json!({ "refId": "A", "expr": query, "queryType": "range" }),
        from,
        to,
    )
}

fn explore_traces(plan: &Plan) -> String {
    let query = format!("{{resource.service.name={:?}}}", plan.config.tracing.service_name);
    let (from, to) = GRAFANA_TIME;
    let query = json!({ "refId": "A", "query": query, "queryType": "traceql" });
    explore("${tempo_datasource}", &query, from, to)
}

fn explore(source: &str, query: &serde_json::Value, from: &str, to: &str) -> String {
    let mut query = query.clone();
    query["datasource"] = json!({ "uid": source });
    let panes = json!({
        "a": { "datasource": source, "queries": [query], "range": { "from": from, "to": to } }
    });
    format!(
        "/explore?schemaVersion=1&orgId=1&panes={}",
        encoded(&panes.to_string())
    )
}

/// A text inside an address. What Grafana puts values for, `${…}` and `$job`, stays readable for it, and so does what
/// Prometheus puts values for, `{{ … }}`.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (kept, after) = placeholder(rest);
        out.push_str(kept);
        rest = after;
        let next = rest
            .char_indices()
            .map(|(at, _)| at)
            .find(|&at| !placeholder(&rest[at..]).0.is_empty());
        let (plain, after) = rest.split_at(next.unwrap_or(rest.len()));
        out.push_str(&utf8_percent_encode(plain, PLAIN).to_string());
        rest = after;
    }
    out
}

/// The placeholder that a text begins with, and what follows.
fn placeholder(text: &str) -> (&str, &str) {
    let length = if text.starts_with("${") {
        text.find('}').map(|end| end + 1)
    } else if text.starts_with("{{ ") {
        text.find(" }}").map(|end| end + 3)
    } else if text.starts_with("$job") {
        Some("$job".len())
    } else {
        None
    };
    text.split_at(length.unwrap_or(0))
}

/// The address of the panel that shows an alert, narrowed down to what the alert is about; `None` where nobody has said
/// where Grafana is.
pub fn link(plan: &Plan, alert: &AlertDef) -> Option<String> {
    link_with(plan, alert.panel, &alert.condition.signal.labels())
}

/// The address of a panel, narrowed down to an alert's job.
pub fn panel_link(plan: &Plan, place: Place) -> Option<String> {
    link_with(plan, place, &["job"])
}

fn link_with(plan: &Plan, place: Place, labels: &[&str]) -> Option<String> {
    let base = base(plan)?;
    let dashboard = plan
        .dashboards()
        .iter()
        .find(|dashboard| dashboard.key == place.dashboard)?;
    let panel = super::panels(dashboard).find(|panel| panel.title == place.title)?;
    let (from, to) = ALERT_TIME;
    let uid = uid(dashboard.key);
    let mut url = format!("{base}/d/{uid}?viewPanel={}&from={from}&to={to}", panel.id);
    let known = ["job", "instance"]
        .into_iter()
        .chain(dashboard.variables.iter().map(|variable| variable.word()));
    for label in known.filter(|label| labels.contains(label)) {
        url.push_str(&format!("&var-{label}={{{{ $labels.{label} }}}}"));
    }
    Some(url)
}

/// The address of the log lines of an alert; `None` where nobody has said where Grafana is, or where there is no Loki.
pub fn logs_link(plan: &Plan) -> Option<String> {
    let base = base(plan)?;
    if plan.values.logs.loki.is_empty() {
        return None;
    }
    let query = log_query(&plan.values.selectors.job, SERIOUS);
    let (from, to) = ALERT_TIME;
    let query = json!({ "refId": "A", "expr": query, "queryType": "range" });
    Some(format!(
        "{base}{}",
        explore(super::provisioning::LOKI_UID, &query, from, to)
    ))
}

fn base(plan: &Plan) -> Option<&str> {
    let base = plan.values.alert_defaults.dashboard_base.trim_end_matches('/');
    (!base.is_empty()).then_some(base)
}
