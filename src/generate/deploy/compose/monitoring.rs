//! What watches the plugin: Prometheus, Alertmanager, Grafana, with the files that are generated beside.
//!
//! They use the network of the machine, so that the addresses in those files are right as they stand.

use std::collections::BTreeMap;

use super::file::{File, Mount, Service, Volume, confined};
use crate::generate::plan::Plan;

/// Where Prometheus has the folder `monitoring`.
const PROMETHEUS: &str = "/etc/prometheus/monitoring";

/// The days that Prometheus keeps: the longest objective is over 30, and a little more.
const RETENTION: &str = "35d";

/// `docker-compose.monitoring.yml`.
pub fn file(plan: &Plan) -> File {
    let mut services = BTreeMap::from([("prometheus", prometheus(plan)), ("grafana", grafana(plan))]);
    let mut volumes = BTreeMap::from([("prometheus", Volume::default()), ("grafana", Volume::default())]);
    if let Some(address) = plan.values.prometheus.alertmanagers.first() {
        services.insert("alertmanager", alertmanager(plan, address));
        volumes.insert("alertmanager", Volume::default());
    }
    File {
        name: format!("{}-monitoring", plan.values.compose.project),
        services,
        volumes,
        secrets: BTreeMap::new(),
    }
}

fn on_this_machine(image: &str) -> Service {
    Service {
        network_mode: Some("host"),
        ..confined(image)
    }
}

fn prometheus(plan: &Plan) -> Service {
    let values = &plan.values.prometheus;
    let rules = beside(PROMETHEUS, &values.rules_folder);
    let mut volumes = vec![
        Mount::folder("../monitoring", PROMETHEUS),
        Mount::folder("../alerts", &rules),
        Mount::volume("prometheus", "/prometheus"),
    ];
    let files = [
        &values.token_file,
        &values.ca_file,
        &values.cert_file,
        &values.key_file,
    ];
    let given = files.into_iter().filter(|path| path.starts_with('/'));
    volumes.extend(given.map(|path| Mount::folder(path, path)));
    Service {
        command: vec![
            format!("--config.file={PROMETHEUS}/prometheus.yml"),
            "--storage.tsdb.path=/prometheus".to_owned(),
            format!("--storage.tsdb.retention.time={RETENTION}"),
            "--enable-feature=exemplar-storage".to_owned(),
            format!("--web.listen-address={}", listened(&values.address)),
        ],
        volumes,
        ..on_this_machine(&plan.values.compose.prometheus_image)
    }
}

fn alertmanager(plan: &Plan, address: &str) -> Service {
    Service {
        command: vec![
            "--config.file=/etc/alertmanager/alertmanager.yml".to_owned(),
            "--storage.path=/alertmanager".to_owned(),
            format!("--web.listen-address={}", listened(address)),
            // One alone has nobody to talk to.
            "--cluster.listen-address=".to_owned(),
        ],
        volumes: vec![
            Mount::folder("../monitoring", "/etc/alertmanager"),
            Mount::volume("alertmanager", "/alertmanager"),
        ],
        ..on_this_machine(&plan.values.compose.alertmanager_image)
    }
}

fn grafana(plan: &Plan) -> Service {
    let password = "${GRAFANA_PASSWORD:?set it in .env}";
    let variables = [
        ("GF_SECURITY_ADMIN_PASSWORD", password),
        ("GF_SERVER_HTTP_ADDR", "127.0.0.1"),
        ("GF_SERVER_HTTP_PORT", "3000"),
        ("GF_ANALYTICS_REPORTING_ENABLED", "false"),
        ("GF_ANALYTICS_CHECK_FOR_UPDATES", "false"),
    ];
    Service {
        environment: variables.map(|(name, value)| (name, value.to_owned())).into(),
        volumes: vec![
            Mount::folder("../monitoring/grafana/provisioning", "/etc/grafana/provisioning"),
            Mount::folder("../dashboards", &plan.values.dashboards.path),
            Mount::volume("grafana", "/var/lib/grafana"),
        ],
        ..on_this_machine(&plan.values.compose.grafana_image)
    }
}

/// What to listen on so that others find it at `address`: its port, on this machine alone where that is what it names.
fn listened(address: &str) -> String {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "80"));
    let is_local = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    let host = if is_local { "127.0.0.1" } else { "" };
    format!("{host}:{port}")
}

/// A path as it is meant in a folder.
fn beside(folder: &str, path: &str) -> String {
    let whole = match path.starts_with('/') {
        true => path.to_owned(),
        false => format!("{folder}/{path}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{beside, listened};

    #[test]
    fn addresses_are_listened_on() {
        assert_eq!(listened("localhost:9091"), "127.0.0.1:9091");
        assert_eq!(listened("prometheus.lan:9091"), ":9091");
    }

    #[test]
    fn paths_are_meant_from_a_folder() {
        assert_eq!(
            beside("/etc/prometheus/monitoring", "../alerts"),
            "/etc/prometheus/alerts"
        );
        assert_eq!(beside("/etc/prometheus", "rules/"), "/etc/prometheus/rules");
        assert_eq!(beside("/etc/prometheus", "/srv/rules"), "/srv/rules");
    }
}
