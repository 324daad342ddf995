//! Alertmanager's config as an object of the Prometheus operator (`monitoring.coreos.com/v1alpha1`): the routes, receivers and
//! inhibitions of `monitoring/alertmanager.yml` in the operator's spelling.

use serde_json::{Map, Value, json};

use super::{NAME, metadata};
use crate::generate::alertmanager;
use crate::generate::plan::Plan;

/// The Secret whose keys are the names of the files that receivers read on a host.
const SECRET: &str = "atest-ai-alerting";

/// What people have to know.
pub const NOTES: [&str; 3] = [
    "Its messages use the templates of monitoring/templates/atest-ai.tmpl: give them to Alertmanager as a ConfigMap that its",
    "object names under configMaps and its global config under templates. The Secret atest-ai-alerting holds what receivers",
    "read from files elsewhere, under the files' names.",
];

/// The object.
pub fn config(plan: &Plan) -> Value {
    let file = serde_json::to_value(alertmanager::file(plan)).expect("a config is JSON");
    let mut metadata = metadata(plan, NAME);
    let labels = metadata.labels.get_or_insert_default();
    labels.extend(plan.values.kubernetes.monitor_labels.clone());
    let list = |key: &str| file[key].as_array().cloned().unwrap_or_default();
    let mut spec = json!({
        "route": route(&file["route"]),
        "receivers": list("receivers").iter().map(spelt).collect::<Vec<_>>(),
        "inhibitRules": list("inhibit_rules").iter().map(inhibition).collect::<Vec<_>>(),
    });
    let intervals: Vec<Value> = list("time_intervals").iter().map(interval).collect();
    if !intervals.is_empty() {
        spec["muteTimeIntervals"] = intervals.into();
    }
    json!({
        "apiVersion": "monitoring.coreos.com/v1alpha1",
        "kind": "AlertmanagerConfig",
        "metadata": metadata,
        "spec": spec,
    })
}

/// `name = "value"` as an object.
fn matcher(text: &Value) -> Value {
    let text = text.as_str().unwrap_or_default();
    let parts: Vec<&str> = text.splitn(3, ' ').collect();
    let [name, sign, value] = parts[..] else {
        return json!({});
    };
    let value: String = serde_json::from_str(value).unwrap_or_default();
    json!({ "name": name, "matchType": sign, "value": value })
}

fn matchers(list: &Value) -> Vec<Value> {
    list.as_array().into_iter().flatten().map(matcher).collect()
}

fn route(route: &Value) -> Value {
    let mut out = Map::new();
    for (key, value) in route.as_object().into_iter().flatten() {
        let value = match key.as_str() {
            "matchers" => matchers(value).into(),
            "routes" => value.as_array().into_iter().flatten().map(self::route).collect(),
            _ => value.clone(),
        };
        out.insert(camel(key), value);
    }
    out.into()
}

fn inhibition(rule: &Value) -> Value {
    json!({
        "sourceMatch": matchers(&rule["source_matchers"]),
        "targetMatch": matchers(&rule["target_matchers"]),
        "equal": rule["equal"],
    })
}

/// Times of a day are spelt alike; days of the month are `start` and `end`, and there are no time zones but UTC.
fn interval(interval: &Value) -> Value {
    let times = interval["time_intervals"].as_array().into_iter().flatten();
    let times = times.map(|one| {
        let mut out = Map::new();
        for (key, value) in one.as_object().into_iter().flatten() {
            let value = match key.as_str() {
                "location" => continue,
                "times" => value.as_array().into_iter().flatten().map(spelt).collect(),
                "days_of_month" => value.as_array().into_iter().flatten().filter_map(days).collect(),
                _ => value.clone(),
            };
            out.insert(camel(key), value);
        }
        Value::Object(out)
    });
    json!({ "name": interval["name"], "timeIntervals": times.collect::<Vec<_>>() })
}

fn days(text: &Value) -> Option<Value> {
    let text = text.as_str()?;
    let (start, end) = text.split_once(':').unwrap_or((text, text));
    let (start, end): (i32, i32) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
    Some(json!({ "start": start, "end": end }))
}

/// A receiver, and what is in it: keys in the operator's spelling, files as keys of the Secret.
fn spelt(value: &Value) -> Value {
    match value {
        Value::Object(keys) => {
            let mut out = Map::new();
            for (key, value) in keys {
                let (key, value) = match (key.as_str(), value) {
                    ("headers", Value::Object(headers)) => {
                        let list = headers
                            .iter()
                            .map(|(key, value)| json!({ "key": key, "value": value }));
                        ("headers".to_owned(), list.collect())
                    }
                    ("auth_password_file", path) => ("authPassword".to_owned(), key_of(path)),
                    ("api_url_file", path) => ("apiURL".to_owned(), key_of(path)),
                    ("url_file", path) => ("urlSecret".to_owned(), key_of(path)),
                    ("routing_key_file", path) => ("routingKey".to_owned(), key_of(path)),
                    ("credentials_file", path) => ("credentials".to_owned(), key_of(path)),
                    ("require_tls", value) => ("requireTLS".to_owned(), value.clone()),
                    ("client_url", value) => ("clientURL".to_owned(), value.clone()),
                    ("links", list) => ("pagerDutyLinkConfigs".to_owned(), list.clone()),
                    (key, value) => (camel(key), spelt(value)),
                };
                out.insert(key, value);
            }
            out.into()
        }
        Value::Array(list) => list.iter().map(spelt).collect(),
        other => other.clone(),
    }
}

fn key_of(path: &Value) -> Value {
    let path = path.as_str().unwrap_or_default();
    let key = path.rsplit('/').next().unwrap_or(path);
    json!({ "name": SECRET, "key": key })
}

fn camel(text: &str) -> String {
    // `pagerduty_configs` is `pagerdutyConfigs` there.
    let mut parts = text.split('_');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (first, rest) = part.split_at(part.len().min(1));
        out.push_str(&first.to_ascii_uppercase());
        out.push_str(rest);
    }
    out
}
