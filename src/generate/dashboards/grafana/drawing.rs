//! How a panel is drawn, in the words of Grafana's panels.

use serde_json::{Value, json};

use super::ref_id;
use crate::generate::dashboards::panel::{Draw, Panel, Step};
use crate::generate::plan::COMPONENT;

fn steps(steps: &[Step]) -> Value {
    let steps = steps
        .iter()
        .map(|step| json!({ "color": step.colour.id(), "value": step.from }));
    json!({ "mode": "absolute", "steps": steps.collect::<Vec<_>>() })
}

/// How the values of a panel are told: unit, colours, axis.
pub fn defaults(panel: &Panel) -> Value {
    let fixed = matches!(
        panel.draw,
        Draw::Stat | Draw::Name | Draw::Gauge | Draw::Bars | Draw::Timeline
    );
    let colour = if fixed {
        "thresholds"
    } else {
        "palette-classic-by-name"
    };
    let mut value = json!({
        "color": { "mode": colour },
        "mappings": mappings(panel),
        "thresholds": steps(&panel.steps),
        "unit": panel.measure.id(),
    });
    if let Some(min) = panel.min {
        value["min"] = json!(min);
    }
    if let Some(max) = panel.max {
        value["max"] = json!(max);
    }
    match panel.draw {
        Draw::Lines => value["custom"] = lines(panel),
        Draw::Timeline => value["custom"] = json!({ "fillOpacity": 70, "lineWidth": 0 }),
        Draw::Table => value["custom"] = json!({ "align": "auto", "filterable": true }),
        _ => {}
    }
    value
}

fn lines(panel: &Panel) -> Value {
    let stacking = if panel.stacked { "normal" } else { "none" };
    let style = if panel.thresholds.is_empty() {
        "off"
    } else {
        "dashed"
    };
    json!({
        "drawStyle": "line",
        "fillOpacity": if panel.stacked { 30 } else { 10 },
        "lineWidth": 1,
        "pointSize": 4,
        "showPoints": "never",
        "spanNulls": false,
        "stacking": { "group": "A", "mode": stacking },
        "thresholdsStyle": { "mode": style },
    })
}

fn mappings(panel: &Panel) -> Value {
    if panel.words.is_empty() {
        return json!([]);
    }
    let mut options = serde_json::Map::new();
    for (index, word) in panel.words.iter().enumerate() {
        let shown = json!({ "color": word.colour.id(), "index": index, "text": word.text });
        options.insert(word.value.to_string(), shown);
    }
    json!([{ "options": options, "type": "value" }])
}

/// A table's columns are queries, each in a unit of its own.
pub fn overrides(panel: &Panel) -> Value {
    if panel.draw != Draw::Table {
        return json!([]);
    }
    let columns = panel.queries.iter().enumerate().filter_map(|(index, query)| {
        let unit = column_unit(&query.legend)?;
        Some(json!({
            "matcher": { "id": "byName", "options": format!("Value #{}", ref_id(index)) },
            "properties": [{ "id": "unit", "value": unit }],
        }))
    });
    Value::Array(columns.collect())
}

/// The unit that a column's title ends in.
pub fn column_unit(title: &str) -> Option<&'static str> {
    let words = [("(s)", "s"), ("(USD)", "currencyUSD"), ("(share)", "percentunit")];
    words
        .iter()
        .find(|(end, _)| title.ends_with(end))
        .map(|&(_, unit)| unit)
}

/// The columns of a table under their titles.
pub fn table(panel: &Panel) -> Value {
    let names = panel.queries.iter().enumerate();
    let names: serde_json::Map<String, Value> = names
        .map(|(index, query)| (format!("Value #{}", ref_id(index)), json!(query.legend)))
        .collect();
    json!([
        { "id": "merge", "options": {} },
        { "id": "organize", "options": { "excludeByName": { "Time": true }, "renameByName": names } },
    ])
}

/// What belongs to the kind of panel.
pub fn options(panel: &Panel) -> Value {
    let last = json!({ "calcs": ["lastNotNull"], "fields": "", "values": false });
    match panel.draw {
        Draw::Lines => json!({
            "legend": {
                "calcs": ["mean", "max", "lastNotNull"],
                "displayMode": "table",
                "placement": "bottom",
                "showLegend": true,
                // What never happens sinks to the end.
                "sortBy": "Max",
                "sortDesc": true,
            },
            "tooltip": { "mode": "multi", "sort": "desc" },
        }),
        Draw::Stat | Draw::Name => json!({
            "colorMode": "value",
            "graphMode": if panel.draw == Draw::Stat { "area" } else { "none" },
            "justifyMode": "auto",
            "orientation": "auto",
            "reduceOptions": last,
            "textMode": if panel.draw == Draw::Stat { "value" } else { "name" },
            "wideLayout": true,
        }),
        Draw::Gauge => json!({
            "orientation": "auto",
            "reduceOptions": last,
            "showThresholdLabels": false,
            "showThresholdMarkers": true,
        }),
        Draw::Bars => json!({
            "displayMode": "basic",
            "orientation": "horizontal",
            "reduceOptions": last,
            "showUnfilled": true,
            "valueMode": "color",
        }),
        Draw::Heatmap => json!({
            "calculate": false,
            "cellGap": 1,
            "color": {
                "exponent": 0.5,
                "fill": "dark-orange",
                "mode": "scheme",
                "reverse": false,
                "scale": "exponential",
                "scheme": "Oranges",
                "steps": 64,
            },
            "exemplars": { "color": "rgba(255,0,255,0.7)" },
            "filterValues": { "le": 1e-9 },
            "legend": { "show": true },
            "rowsFrame": { "layout": "auto" },
            "tooltip": { "mode": "single", "showColorScale": false, "yHistogram": true },
            "yAxis": { "axisPlacement": "left", "reverse": false, "unit": panel.measure.id() },
        }),
        Draw::Table => json!({ "cellHeight": "sm", "showHeader": true }),
        Draw::Timeline => json!({
            "alignValue": "left",
            "legend": { "calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": false },
            "mergeValues": true,
            "rowHeight": 0.8,
            "showValue": "auto",
            "tooltip": { "mode": "single", "sort": "none" },
        }),
        Draw::Alerts => json!({
            "alertInstanceLabelFilter": format!("{{component=\"{COMPONENT}\"}}"),
            "alertName": "",
            "dashboardAlerts": false,
            "groupBy": [],
            "groupMode": "default",
            "maxItems": 30,
            "sortOrder": 3,
            "stateFilter": { "error": true, "firing": true, "noData": false, "normal": false, "pending": true },
            "viewMode": "list",
        }),
        Draw::Logs => json!({
            "dedupStrategy": "none",
            "enableLogDetails": true,
            "prettifyLogMessage": false,
            "showCommonLabels": false,
            "showLabels": false,
            "showTime": true,
            "sortOrder": "Descending",
            "wrapLogMessage": true,
        }),
    }
}
