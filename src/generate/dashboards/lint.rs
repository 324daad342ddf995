//! The rules of Grafana's dashboard-linter, and a few of our own, over the JSON as it is written.

use std::collections::BTreeSet;

use serde_json::Value;

mod promql;

use super::coverage::EXCLUSIONS;
use super::grafana::column_unit;
use super::panel::Measure;

/// A rule that is not followed.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub rule: &'static str,
    pub text: String,
}

/// Everything that is wrong with a dashboard.
pub fn faults(dashboard: &Value) -> Vec<Fault> {
    let mut lint = Lint {
        dashboard,
        faults: Vec::new(),
    };
    lint.template_datasource();
    lint.template_variable("template-job-rule", "job");
    lint.template_variable("template-instance-rule", "instance");
    lint.template_label_promql();
    lint.template_on_time_change_reload();
    lint.uneditable();
    for panel in all_panels(dashboard) {
        lint.panel(panel);
        for target in list(&panel["targets"]) {
            lint.target(panel, target);
        }
    }
    lint.grid();
    lint.numbers();
    lint.frame();
    lint.faults
}

struct Lint<'a> {
    dashboard: &'a Value,
    faults: Vec<Fault>,
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Panels, those in closed rows among them; rows themselves are not.
pub fn all_panels(dashboard: &Value) -> Vec<&Value> {
    let panels = list(&dashboard["panels"]).iter();
    let all = panels.flat_map(|panel| std::iter::once(panel).chain(list(&panel["panels"])));
    all.filter(|panel| panel["type"] != "row").collect()
}

impl Lint<'_> {
    fn fault(&mut self, rule: &'static str, text: impl Into<String>) {
        let text = format!("{}: {}", self.dashboard["title"], text.into());
        self.faults.push(Fault { rule, text });
    }

    fn variables(&self, kind: &str) -> Vec<Value> {
        let list = list(&self.dashboard["templating"]["list"]).iter();
        list.filter(|variable| variable["type"] == kind)
            .cloned()
            .collect()
    }

    fn template_datasource(&mut self) {
        const RULE: &str = "template-datasource-rule";
        let sources = self.variables("datasource");
        if sources.is_empty() {
            self.fault(RULE, "no data source can be chosen");
        }
        for source in &sources {
            let kind = text(&source["query"]);
            let mut title = kind.to_owned();
            title[..1].make_ascii_uppercase();
            let mut names = vec![(format!("{kind}_datasource"), format!("{title} data source"))];
            if sources.len() == 1 {
                names.push(("datasource".to_owned(), "Data source".to_owned()));
            }
            let found = names
                .iter()
                .any(|(name, label)| source["name"] == **name && source["label"] == **label);
            if !found {
                self.fault(RULE, format!("{} should be called {names:?}", source["name"]));
            }
        }
    }

    fn source_names(&self) -> BTreeSet<String> {
        let names = self.variables("datasource");
        names
            .iter()
            .map(|source| format!("${{{}}}", text(&source["name"])))
            .collect()
    }

    fn template_variable(&mut self, rule: &'static str, name: &str) {
        let variables = self.variables("query");
        let Some(variable) = variables.iter().find(|variable| variable["name"] == name) else {
            self.fault(rule, format!("there is no variable {name}"));
            return;
        };
        let mut label = name.to_owned();
        label[..1].make_ascii_uppercase();
        let right = variable["label"] == label
            && variable["multi"] == true
            && variable["allValue"] == ".+"
            && self.source_names().contains(text(&variable["datasource"]["uid"]));
        if !right {
            self.fault(
                rule,
                format!("the variable {name} is not as it should be: {variable}"),
            );
        }
    }

    fn template_label_promql(&mut self) {
        for variable in self.variables("query") {
            let query = text(&variable["query"]["query"]);
            let series = query
                .strip_prefix("label_values(")
                .and_then(|rest| rest.strip_suffix(')'));
            let parts = series.and_then(|rest| rest.rsplit_once(", "));
            let Some((series, label)) = parts else {
                self.fault(
                    "template-label-promql-rule",
                    format!("not label_values(): {query}"),
                );
                continue;
            };
            match promql::check(series) {
                Ok(found) if found.labels.contains(label) => {}
                Ok(_) => self.fault(
                    "template-label-promql-rule",
                    format!("{series} has no label {label}"),
                ),
                Err(error) => self.fault("template-label-promql-rule", format!("{query}: {error}")),
            }
        }
    }

    fn template_on_time_change_reload(&mut self) {
        for variable in self.variables("query") {
            if variable["refresh"] != 2 {
                self.fault(
                    "template-on-time-change-reload-rule",
                    variable["name"].to_string(),
                );
            }
        }
    }

    fn uneditable(&mut self) {
        if self.dashboard["editable"] != false {
            self.fault(
                "uneditable-dashboard-rule",
                "people could change what is generated",
            );
        }
    }

    fn panel(&mut self, panel: &Value) {
        let title = text(&panel["title"]).to_owned();
        if !self.source_names().contains(text(&panel["datasource"]["uid"])) {
            self.fault("panel-datasource-rule", title.clone());
        }
        if title.is_empty() || text(&panel["description"]).is_empty() {
            self.fault("panel-title-description-rule", title.clone());
        }
        let kind = text(&panel["type"]);
        if !matches!(kind, "alertlist" | "logs") {
            let unit = text(&panel["fieldConfig"]["defaults"]["unit"]);
            if !UNITS.contains(&unit) {
                self.fault("panel-units-rule", format!("{title}: {unit:?}"));
            }
        }
        if kind != "alertlist" && list(&panel["targets"]).is_empty() {
            self.fault("panel-no-targets-rule", title.clone());
        }
        if !KINDS.contains(&kind) {
            self.fault(
                "panel-type",
                format!("{title}: {kind} is gone from Grafana, or not known here"),
            );
        }
    }

    fn target(&mut self, panel: &Value, target: &Value) {
        let (title, expr) = (text(&panel["title"]), text(&target["expr"]));
        let place = format!("{title}: {expr}");
        if target["datasource"] != panel["datasource"] || target["datasource"]["uid"].is_null() {
            self.fault("panel-datasource-rule", place.clone());
        }
        if target["datasource"]["type"] == "loki" {
            self.log_target(&place, expr);
            return;
        }
        let found = match promql::check(expr) {
            Ok(found) => found,
            Err(error) => {
                self.fault("target-promql-rule", format!("{place}: {error}"));
                return;
            }
        };
        for range in found
            .rates
            .iter()
            .filter(|range| **range != promql::RATE_INTERVAL)
        {
            self.fault("target-rate-interval-rule", format!("{place}: {range:?}"));
        }
        for counter in &found.bare_counters {
            self.fault("target-counter-agg-rule", format!("{place}: {counter}"));
        }
        for (rule, label) in [("target-job-rule", "job"), ("target-instance-rule", "instance")] {
            let matcher = format!("{label}=~\"${label}\"");
            let missing = found
                .selectors
                .iter()
                .any(|selector| !selector.contains(&matcher));
            if missing && !self.excluded(rule, title) {
                self.fault(rule, place.clone());
            }
        }
        self.legend(panel, target, &found.labels, &place);
    }

    fn excluded(&self, rule: &str, panel: &str) -> bool {
        let key = text(&self.dashboard["uid"])
            .strip_prefix("atest-ai-")
            .unwrap_or("");
        let mut exclusions = EXCLUSIONS.iter().filter(|exclusion| exclusion.rule == rule);
        exclusions.any(|exclusion| {
            let mut places = exclusion.places.iter();
            places.any(|&(dashboard, title)| dashboard == key && title.is_none_or(|title| title == panel))
        })
    }

    /// `target-logql-rule` and `target-logql-auto-rule`. There is no parser of LogQL for Rust; ours is one selector with
    /// filters after it, and no span of time, which would have to be `$__auto`.
    fn log_target(&mut self, place: &str, expr: &str) {
        let selector = expr.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((matchers, filters)) = selector else {
            self.fault("target-logql-rule", place);
            return;
        };
        if promql::check_selector(&format!("x{{{matchers}}}")).is_err()
            || !filters.trim_start().starts_with('|')
        {
            self.fault("target-logql-rule", place);
        }
        if filters.contains('[') && !filters.contains("[$__auto]") {
            self.fault("target-logql-auto-rule", place);
        }
    }

    /// Ours: whatever a legend names is a label of the result, and series can be told apart.
    fn legend(&mut self, panel: &Value, target: &Value, labels: &BTreeSet<String>, place: &str) {
        let legend = text(&target["legendFormat"]);
        let named: BTreeSet<String> = legend
            .split("{{")
            .skip(1)
            .filter_map(|rest| rest.split_once("}}"))
            .map(|(label, _)| label.trim().to_owned())
            .collect();
        for label in named.difference(labels) {
            self.fault("legend", format!("{place}: the result has no label {label}"));
        }
        if legend.is_empty() {
            self.fault("legend", format!("{place}: no legend"));
        }
        let table = panel["type"] == "table";
        if !table && named != *labels {
            self.fault(
                "legend",
                format!("{place}: series have the labels {labels:?}, the legend {named:?}"),
            );
        }
        if table && legend.ends_with(')') && column_unit(legend).is_none() {
            self.fault("legend", format!("{place}: no unit is known for {legend}"));
        }
        if text(&target["refId"]).is_empty() {
            self.fault("ref-id", place);
        }
    }

    /// Ours: no panel lies on another or outside of the 24 columns.
    fn grid(&mut self) {
        let number = |value: &Value| value.as_u64().unwrap_or(u64::MAX >> 8);
        let mut places: Vec<(String, [u64; 4])> = Vec::new();
        let panels = list(&self.dashboard["panels"]).iter();
        let all: Vec<&Value> = panels
            .flat_map(|panel| std::iter::once(panel).chain(list(&panel["panels"])))
            .collect();
        for panel in all {
            let place = &panel["gridPos"];
            let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| number(&place[key]));
            let title = text(&panel["title"]).to_owned();
            if x + w > 24 || w == 0 || h == 0 {
                self.fault("grid", format!("{title} is outside: {place}"));
            }
            for (other, [ox, oy, ow, oh]) in places.clone() {
                if x < ox + ow && ox < x + w && y < oy + oh && oy < y + h {
                    self.fault("grid", format!("{title} lies on {other}"));
                }
            }
            places.push((title, [x, y, w, h]));
        }
    }

    /// Ours: numbers, titles and letters of queries are unique.
    fn numbers(&mut self) {
        let panels = list(&self.dashboard["panels"]).iter();
        let all: Vec<&Value> = panels
            .flat_map(|panel| std::iter::once(panel).chain(list(&panel["panels"])))
            .collect();
        let (mut ids, mut titles) = (BTreeSet::new(), BTreeSet::new());
        for panel in all {
            let id = panel["id"].as_u64().unwrap_or(0);
            if id == 0 || !ids.insert(id) {
                self.fault("ids", format!("{}: {id}", panel["title"]));
            }
            if panel["type"] != "row" && !titles.insert(text(&panel["title"])) {
                self.fault("titles", format!("{} twice", panel["title"]));
            }
            let targets = list(&panel["targets"]);
            let letters: BTreeSet<&str> = targets.iter().map(|target| text(&target["refId"])).collect();
            if letters.len() != targets.len() {
                self.fault("ref-id", format!("{}: two with one name", panel["title"]));
            }
        }
    }

    /// Ours: what Grafana needs to import it, and nothing that hinders it.
    fn frame(&mut self) {
        let dashboard = self.dashboard;
        let uid = text(&dashboard["uid"]);
        if uid.is_empty() || uid.len() > 40 {
            self.fault("frame", format!("uid {uid:?}"));
        }
        let hinders = ["dashboard", "__inputs", "__requires", "version"];
        for key in hinders.into_iter().filter(|key| dashboard.get(key).is_some()) {
            self.fault("frame", format!("has {key}"));
        }
        for key in ["title", "schemaVersion", "tags", "time", "panels", "annotations"] {
            if dashboard[key].is_null() {
                self.fault("frame", format!("lacks {key}"));
            }
        }
        if dashboard.get("id") != Some(&Value::Null) {
            self.fault("frame", "id belongs to Grafana");
        }
        let sources = self.source_names();
        for annotation in list(&dashboard["annotations"]["list"]) {
            let source = text(&annotation["datasource"]["uid"]);
            if annotation["builtIn"] != 1 && !sources.contains(source) {
                self.fault(
                    "frame",
                    format!("annotation {} asks {source:?}", annotation["name"]),
                );
            }
            if annotation["builtIn"] != 1
                && let Err(error) = promql::check(text(&annotation["expr"]))
            {
                self.fault(
                    "target-promql-rule",
                    format!("annotation {}: {error}", annotation["name"]),
                );
            }
        }
        if dashboard.to_string().len() >= 1 << 20 {
            self.fault("frame", "a ConfigMap holds at most 1 MiB");
        }
    }
}

/// The units that panels use, all of which are on the linter's list.
const UNITS: &[&str] = &[
    Measure::Count.id(),
    Measure::PerSecond.id(),
    Measure::Requests.id(),
    Measure::Seconds.id(),
    Measure::Moment.id(),
    Measure::Bytes.id(),
    Measure::Percent.id(),
    Measure::Share.id(),
    Measure::Dollars.id(),
    Measure::Text.id(),
];

/// Panels that Grafana 11, 12 and 13 have built in.
const KINDS: &[&str] = &[
    "timeseries",
    "stat",
    "gauge",
    "bargauge",
    "heatmap",
    "table",
    "state-timeline",
    "alertlist",
    "logs",
];
