//! That the dashboards show what they should, ask for what there is, and lead where they say.

use std::collections::BTreeSet;

use promql_parser::parser::{Expr, parse};
use promql_parser::util::{ExprVisitor, walk_expr};
use serde_json::{Value, json};

use super::coverage::DEBUG_ONLY;
use super::*;
use crate::generate::alerts;
use crate::generate::artefact::MARK;
use crate::generate::rules::{self, Rule};
use crate::generate::testing::plan;
use crate::telemetry::catalogue;

fn with_everything() -> Plan {
    plan(
        "alertDefaults: {dashboardBase: 'https://grafana.example/'}\n\
         slos: {quality: {enabled: true}, firstToken: {enabled: true}}\n\
         logs: {loki: 'http://loki:3100', tempo: 'http://tempo:3200'}\n",
    )
}

fn faults(plan: &Plan) -> Vec<lint::Fault> {
    models(plan)
        .iter()
        .flat_map(|(_, model)| lint::faults(model))
        .collect()
}

#[test]
fn every_dashboard_follows_every_rule() {
    assert_eq!(faults(&plan("")), []);
}

#[test]
fn a_dashboard_that_breaks_a_rule_is_told() {
    let whole = models(&plan(""))[0].1.clone();
    let broken = |pointer: &str, value: Value| {
        let mut model = whole.clone();
        *model.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        let rules = lint::faults(&model).into_iter().map(|fault| fault.rule);
        rules.collect::<BTreeSet<_>>()
    };
    let expr = "/panels/1/targets/0/expr";
    let cases = [
        (
            "template-datasource-rule",
            "/templating/list/0/name",
            json!("prom"),
        ),
        ("template-job-rule", "/templating/list/1/multi", json!(false)),
        (
            "template-instance-rule",
            "/templating/list/2/allValue",
            json!(".*"),
        ),
        (
            "template-label-promql-rule",
            "/templating/list/1/query/query",
            json!("label_values(nothing, job)"),
        ),
        (
            "template-on-time-change-reload-rule",
            "/templating/list/1/refresh",
            json!(1),
        ),
        ("uneditable-dashboard-rule", "/editable", json!(true)),
        (
            "panel-datasource-rule",
            "/panels/1/datasource/uid",
            json!("prometheus"),
        ),
        ("panel-title-description-rule", "/panels/1/description", json!("")),
        (
            "panel-units-rule",
            "/panels/1/fieldConfig/defaults/unit",
            json!("requests"),
        ),
        ("panel-no-targets-rule", "/panels/1/targets", json!([])),
        ("panel-type", "/panels/1/type", json!("graph")),
        (
            "target-promql-rule",
            expr,
            json!("sum (up{job=~\"$job\",instance=~\"$instance\"}"),
        ),
        (
            "target-promql-rule",
            expr,
            json!("sum (atest_ai_requests{job=~\"$job\",instance=~\"$instance\"})"),
        ),
        (
            "target-promql-rule",
            expr,
            json!("sum (atest_ai_ready{job=~\"$job\",instance=~\"$instance\",provider=\"x\"})"),
        ),
        (
            "target-rate-interval-rule",
            expr,
            json!("sum (rate(atest_ai_requests_total{job=~\"$job\",instance=~\"$instance\"}[5m]))"),
        ),
        (
            "target-counter-agg-rule",
            expr,
            json!("sum (atest_ai_requests_total{job=~\"$job\",instance=~\"$instance\"})"),
        ),
        (
            "target-job-rule",
            expr,
            json!("sum (up{instance=~\"$instance\"})"),
        ),
        ("target-instance-rule", expr, json!("sum (up{job=~\"$job\"})")),
        ("legend", "/panels/1/targets/0/legendFormat", json!("{{status}}")),
        ("legend", expr, json!("up{job=~\"$job\",instance=~\"$instance\"}")),
        ("ref-id", "/panels/1/targets/0/refId", json!("")),
        ("grid", "/panels/1/gridPos/x", json!(23)),
        ("grid", "/panels/1/gridPos/w", json!(4)),
        ("ids", "/panels/1/id", json!(1)),
        ("titles", "/panels/1/title", json!("Latency")),
        (
            "frame",
            "/uid",
            json!("a-uid-that-is-longer-than-the-forty-letters"),
        ),
        ("frame", "/id", json!(7)),
    ];
    for (rule, pointer, value) in cases {
        let value = if value == "Latency" {
            whole["panels"][2]["title"].clone()
        } else {
            value
        };
        let found = broken(pointer, value.clone());
        assert!(
            found.contains(rule),
            "{rule}: {pointer} = {value} gives {found:?}"
        );
    }
}

#[test]
fn log_queries_follow_the_rules_too() {
    let plan = with_everything();
    assert_eq!(faults(&plan), []);
    let mut model = models(&plan)[0].1.clone();
    let row = model["panels"].as_array().unwrap().len() - 1;
    for (expr, rule) in [
        ("job=~\"$job\"", "target-logql-rule"),
        ("{job=~} | json", "target-logql-rule"),
        ("{job=~\"$job\"} |= `x` [5m]", "target-logql-auto-rule"),
    ] {
        model["panels"][row]["panels"][0]["targets"][0]["expr"] = json!(expr);
        let found: Vec<&str> = lint::faults(&model).iter().map(|fault| fault.rule).collect();
        assert!(found.contains(&rule), "{expr}: {found:?}");
    }
}

#[test]
fn the_guides_own_dashboard_does_not_pass() {
    let guide = json!({"dashboard": {"title": "atest-ext-ai Plugin Monitoring", "panels": [{
        "title": "Request Rate", "type": "graph",
        "targets": [{"expr": "rate(atest_ai_requests_total[5m])", "legendFormat": "{{status}}"}],
    }]}});
    let rules = |model: &Value| {
        lint::faults(model)
            .into_iter()
            .map(|fault| fault.rule)
            .collect::<BTreeSet<_>>()
    };
    assert!(rules(&guide).contains("frame"));
    let found = rules(&guide["dashboard"]);
    for rule in [
        "panel-type",
        "target-rate-interval-rule",
        "target-job-rule",
        "legend",
        "template-datasource-rule",
    ] {
        assert!(found.contains(rule), "{rule}: {found:?}");
    }
}

#[test]
fn every_alert_names_a_panel_that_there_is() {
    let plan = plan("");
    let dashboards = plan.dashboards();
    let there = |place: crate::generate::alert::Panel| {
        let dashboard = dashboards
            .iter()
            .find(|dashboard| dashboard.key == place.dashboard);
        dashboard.is_some_and(|dashboard| panels(dashboard).any(|panel| panel.title == place.title))
    };
    let lost: Vec<String> = alerts::catalogue()
        .iter()
        .filter(|alert| !there(alert.panel))
        .map(|alert| format!("{}: {:?}", alert.name, alert.panel))
        .collect();
    assert!(lost.is_empty(), "{lost:#?}");
    for slo in &plan.slos {
        assert!(there(slo.panel()), "{}", slo.name);
    }
}

#[test]
fn every_threshold_that_is_drawn_belongs_to_an_alert() {
    let known: BTreeSet<&str> = alerts::catalogue().iter().map(|alert| alert.name).collect();
    let plan = plan("");
    for dashboard in plan.dashboards() {
        for panel in panels(dashboard) {
            for alert in &panel.thresholds {
                let burns = alert.starts_with("AtestAiErrorBudgetBurn");
                assert!(known.contains(alert) || burns, "{}: {alert}", panel.title);
            }
        }
    }
}

#[test]
fn a_changed_threshold_moves_its_line_and_an_alert_that_is_off_has_none() {
    let steps = |values: &str| {
        let plan = plan(values);
        let overview = &plan.dashboards()[0];
        let panel = panels(overview)
            .find(|panel| panel.title == "Error ratio")
            .cloned();
        panel.expect("a panel of errors").steps
    };
    assert_eq!(
        steps("alerts: {HighErrorRate: {threshold: 0.2}}")[1].from,
        Some(0.2)
    );
    assert_eq!(
        steps("alerts: {HighErrorRate: {severity: critical}}")[1].colour,
        panel::Colour::Red
    );
    assert_eq!(steps("alerts: {HighErrorRate: {enabled: false}}").len(), 1);
}

/// The series that a query names.
fn series(expr: &str) -> Vec<String> {
    struct Names(Vec<String>);
    impl ExprVisitor for Names {
        type Error = String;
        fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
            let selector = match expr {
                Expr::VectorSelector(selector) => selector,
                Expr::MatrixSelector(matrix) => &matrix.vs,
                _ => return Ok(true),
            };
            self.0.extend(selector.name.clone());
            Ok(true)
        }
    }
    let mut names = Names(Vec::new());
    let parsed = parse(expr).unwrap_or_else(|error| panic!("{expr}: {error}"));
    walk_expr(&mut names, &parsed).expect("it never stops");
    names.0
}

#[test]
fn every_metric_is_shown_or_watched_or_has_a_reason_not_to_be() {
    let plan = with_everything();
    let mut named: BTreeSet<String> = BTreeSet::new();
    for query in queries(&plan, "5m") {
        named.extend(series(&query.expr));
    }
    for alert in alerts::catalogue() {
        named.extend(alert.picks().iter().map(|pick| pick.def.name.to_owned()));
    }
    let known = |def: &catalogue::MetricDef| {
        let suffixes = ["", "_bucket", "_sum", "_count"];
        suffixes
            .iter()
            .any(|suffix| named.contains(&format!("{}{suffix}", def.name)))
    };
    let debug: BTreeSet<&str> = DEBUG_ONLY.iter().map(|(def, _)| def.name).collect();
    for def in catalogue::ALL {
        let excused = debug.contains(def.name);
        assert!(known(def) || excused, "{} is nowhere", def.name);
    }
    for (def, _) in DEBUG_ONLY {
        let in_panels = queries(&plan, "5m")
            .iter()
            .any(|query| series(&query.expr).contains(&def.name.to_owned()));
        assert!(!in_panels, "{} is in a panel after all", def.name);
    }
}

#[test]
fn every_recorded_series_that_a_panel_asks_for_is_recorded() {
    let plan = with_everything();
    let files = [rules::slos(&plan)];
    let recorded: BTreeSet<String> = files
        .iter()
        .flat_map(|file| &file.groups)
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match rule {
            Rule::Record(rule) => Some(rule.record.clone()),
            Rule::Alert(_) => None,
        })
        .collect();
    for query in queries(&plan, "5m") {
        for name in series(&query.expr).iter().filter(|name| name.contains(':')) {
            assert!(recorded.contains(name), "{}: {name}", query.title);
        }
    }
}

#[test]
fn queries_have_no_variables_left_and_few_may_be_empty() {
    let plan = plan("");
    let queries = queries(&plan, "1m");
    for query in &queries {
        assert!(!query.expr.contains('$'), "{}", query.expr);
    }
    let excused = queries.iter().filter(|query| query.empty_when.is_some()).count();
    assert!(excused * 10 <= queries.len(), "{excused} of {}", queries.len());
}

#[test]
fn an_alert_leads_to_its_panel_and_its_log_lines() {
    let plan = with_everything();
    let alert = plan.alert("LowConfidenceQueries").expect("it is on");
    let url = link(&plan, alert).expect("there is a Grafana");
    assert!(
        url.starts_with("https://grafana.example/d/atest-ai-quality-cost?viewPanel="),
        "{url}"
    );
    assert!(
        url.ends_with("&var-job={{ $labels.job }}&var-provider={{ $labels.provider }}"),
        "{url}"
    );
    let logs = logs_link(&plan).expect("there is a Loki");
    assert!(
        logs.contains("atest%2Dai%2Dloki") || logs.contains("atest-ai-loki"),
        "{logs}"
    );
    assert!(!logs.contains('"') && !logs.contains(' '), "{logs}");
    let nowhere = self::plan("");
    assert_eq!(link(&nowhere, alert), None);
    assert_eq!(logs_link(&nowhere), None);
}

#[test]
fn panels_lead_to_runbooks_logs_and_traces() {
    let plan = with_everything();
    let overview = &models(&plan)[0].1;
    let panel = |title: &str| {
        let panels = lint::all_panels(overview);
        panels
            .into_iter()
            .find(|panel| panel["title"] == title)
            .cloned()
            .unwrap_or_else(|| panic!("{title}"))
    };
    let links = |title: &str| panel(title)["links"].to_string();
    assert!(
        links("Error ratio").contains("#higherrorrate"),
        "{}",
        links("Error ratio")
    );
    assert!(links("Error ratio").contains("${loki_datasource}"));
    assert!(links("Response Time").contains("${tempo_datasource}"));
    assert!(links("Response Time").contains("${__from}"));
    assert_eq!(panel("Response Time")["targets"][1]["exemplar"], true);
    assert_eq!(overview["links"][0]["type"], "dashboards");
}

#[test]
fn files_are_where_people_look_for_them() {
    let plan = with_everything();
    let artefacts = artefacts(&plan);
    let text = |path: &str| {
        let found = artefacts.iter().find(|artefact| artefact.path == path);
        found.unwrap_or_else(|| panic!("{path}")).text.clone()
    };
    let guides: Value = serde_json::from_str(&text("monitoring/grafana/dashboard.json")).expect("JSON");
    assert_eq!(guides["title"], "atest-ext-ai Plugin Monitoring");
    assert_eq!(
        text("dashboards/atest-ai-overview.json"),
        text("monitoring/grafana/dashboard.json")
    );
    for key in ["providers", "quality-cost", "resources", "slo", "fleet"] {
        let model: Value =
            serde_json::from_str(&text(&format!("dashboards/atest-ai-{key}.json"))).expect("JSON");
        assert_eq!(model["schemaVersion"], 39);
        assert!(model["description"].as_str().unwrap().contains(MARK));
    }
    let sources = text("monitoring/grafana/provisioning/datasources/atest-ai.yaml");
    for part in [
        "exemplarTraceIdDestinations",
        "alertmanagerUid",
        "type: loki",
        "type: tempo",
    ] {
        assert!(sources.contains(part), "{part} in {sources}");
    }
    assert!(text("monitoring/grafana/provisioning/dashboards/atest-ai.yaml").contains("folder: AI"));
    assert!(text("dashboards/.lint").contains("target-instance-rule"));
}

#[test]
fn config_maps_hold_the_same_dashboards() {
    let plan = plan("");
    let maps = config_maps(&plan);
    assert_eq!(maps.len(), 6);
    for (_, map) in maps {
        assert!(
            map.metadata
                .labels
                .as_ref()
                .is_some_and(|labels| labels["grafana_dashboard"] == "1")
        );
        assert!(
            map.metadata
                .annotations
                .as_ref()
                .is_some_and(|notes| notes["grafana_folder"] == "AI")
        );
        assert!(map.data.iter().flatten().all(|(_, text)| text.len() < 1 << 20));
    }
}

#[test]
fn a_matcher_of_your_own_is_in_every_query() {
    let plan = plan("selectors: {extra: 'cluster=\"eu1\"'}");
    let variables = models(&plan)[0].1["templating"].to_string();
    assert_eq!(variables.matches("cluster").count(), 4, "{variables}");
    for query in queries(&plan, "1m") {
        let about_instances = series(&query.expr)
            .iter()
            .all(|name| !name.contains(':') && name != "ALERTS");
        let missing =
            about_instances && !series(&query.expr).is_empty() && !query.expr.contains("cluster=\"eu1\"");
        assert!(!missing, "{}", query.expr);
    }
}
