//! How Grafana finds dashboards and data sources by itself.

use serde::Serialize;

use crate::generate::artefact::{Artefact, Set};
use crate::generate::plan::Plan;
use crate::generate::signal::span;

/// The `uid` of the Prometheus that is provisioned.
pub const PROMETHEUS_UID: &str = "atest-ai-prometheus";
/// The `uid` of the Alertmanager that is provisioned.
pub const ALERTMANAGER_UID: &str = "atest-ai-alertmanager";
/// The `uid` of the Loki that is provisioned.
pub const LOKI_UID: &str = "atest-ai-loki";
/// The `uid` of the Tempo that is provisioned.
pub const TEMPO_UID: &str = "atest-ai-tempo";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Providers {
    api_version: u32,
    providers: Vec<Provider>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    name: &'static str,
    org_id: u32,
    folder: String,
    #[serde(rename = "type")]
    kind: &'static str,
    disable_deletion: bool,
    allow_ui_updates: bool,
    update_interval_seconds: u32,
    options: ProviderOptions,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProviderOptions {
    path: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sources {
    api_version: u32,
    datasources: Vec<Source>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    name: &'static str,
    uid: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    access: &'static str,
    url: String,
    editable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_data: Option<JsonData>,
}

/// What each kind of source needs; none has all.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonData {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alertmanager_uid: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exemplar_trace_id_destinations: Vec<TraceOf>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    derived_fields: Vec<DerivedField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    implementation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traces_to_logs_v2: Option<TracesToLogs>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TraceOf {
    name: &'static str,
    datasource_uid: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DerivedField {
    name: &'static str,
    matcher_regex: &'static str,
    url: &'static str,
    datasource_uid: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TracesToLogs {
    datasource_uid: &'static str,
    filter_by_trace_id: bool,
}

/// Where Grafana looks for the dashboards.
pub fn dashboards(plan: &Plan) -> Artefact {
    let values = &plan.values.dashboards;
    let providers = Providers {
        api_version: 1,
        providers: vec![Provider {
            name: "atest-ext-ai",
            org_id: 1,
            folder: values.folder.clone(),
            kind: "file",
            // A file that goes takes its dashboard with it, and what people change by hand would be lost anyway.
            disable_deletion: false,
            allow_ui_updates: false,
            update_interval_seconds: 30,
            options: ProviderOptions {
                path: values.path.clone(),
            },
        }],
    };
    let notes = [
        "Goes into /etc/grafana/provisioning/dashboards; the JSON files go into the folder that `path` names.",
    ];
    Artefact::yaml(
        plan,
        Set::Grafana,
        "monitoring/grafana/provisioning/dashboards/atest-ai.yaml",
        &notes,
        &providers,
    )
}

/// Whom Grafana asks.
pub fn datasources(plan: &Plan) -> Artefact {
    let (logs, prometheus) = (&plan.values.logs, &plan.values.prometheus);
    let (with_loki, with_tempo) = (!logs.loki.is_empty(), !logs.tempo.is_empty());
    let source = |name, uid, kind, url: String, data| Source {
        name,
        uid,
        kind,
        access: "proxy",
        url,
        editable: false,
        json_data: data,
    };
    let to_tempo = TraceOf {
        name: "trace_id",
        datasource_uid: TEMPO_UID,
    };
    let trace_of_line = DerivedField {
        name: "trace",
        matcher_regex: "\"trace_id\":\"(\\w+)\"",
        url: "$${__value.raw}",
        datasource_uid: TEMPO_UID,
    };
    let mut datasources = vec![source(
        "atest-ai Prometheus",
        PROMETHEUS_UID,
        "prometheus",
        format!("http://{}", prometheus.address),
        Some(JsonData {
            http_method: Some("POST"),
            time_interval: Some(span(prometheus.scrape_interval.0.as_secs())),
            alertmanager_uid: Some(ALERTMANAGER_UID),
            exemplar_trace_id_destinations: if with_tempo { vec![to_tempo] } else { Vec::new() },
            ..JsonData::default()
        }),
    )];
    if let Some(alertmanager) = prometheus.alertmanagers.first() {
        let data = JsonData {
            implementation: Some("prometheus"),
            ..JsonData::default()
        };
        datasources.push(source(
            "atest-ai Alertmanager",
            ALERTMANAGER_UID,
            "alertmanager",
            format!("http://{alertmanager}"),
            Some(data),
        ));
    } else {
        datasources[0]
            .json_data
            .as_mut()
            .expect("just made")
            .alertmanager_uid = None;
    }
    if with_loki {
        let data = JsonData {
            derived_fields: if with_tempo {
                vec![trace_of_line]
            } else {
                Vec::new()
            },
            ..JsonData::default()
        };
        datasources.push(source(
            "atest-ai Loki",
            LOKI_UID,
            "loki",
            logs.loki.clone(),
            Some(data),
        ));
    }
    if with_tempo {
        let to_logs = TracesToLogs {
            datasource_uid: LOKI_UID,
            filter_by_trace_id: true,
        };
        let data = JsonData {
            traces_to_logs_v2: with_loki.then_some(to_logs),
            ..JsonData::default()
        };
        datasources.push(source(
            "atest-ai Tempo",
            TEMPO_UID,
            "tempo",
            logs.tempo.clone(),
            Some(data),
        ));
    }
    let sources = Sources {
        api_version: 1,
        datasources,
    };
    let notes = ["Goes into /etc/grafana/provisioning/datasources."];
    Artefact::yaml(
        plan,
        Set::Datasources,
        "monitoring/grafana/provisioning/datasources/atest-ai.yaml",
        &notes,
        &sources,
    )
}
