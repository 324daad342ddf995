//! `image`, `kubernetes`, `systemd`, `compose`, `balancer`: how the plugin is put where it runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::units::Size;

/// atest's image, in compose files and in pods.
pub const ATEST_IMAGE: &str = "ghcr.io/linuxsuren/api-testing:v0.0.19";

/// The container image.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Image {
    /// Registry and name.
    pub repository: String,
    /// The tag. Empty: `v` and the version that writes the files.
    pub tag: String,
    /// `sha256:…` of the image, which then is taken whatever the tag says.
    pub digest: String,
}

impl Default for Image {
    fn default() -> Image {
        Image {
            repository: "ghcr.io/linuxsuren/atest-ext-ai".to_owned(),
            tag: String::new(),
            digest: String::new(),
        }
    }
}

impl Image {
    /// The tag in effect.
    pub fn tag(&self) -> String {
        match self.tag.as_str() {
            "" => format!("v{}", crate::telemetry::build_info().version),
            tag => tag.to_owned(),
        }
    }

    /// As containers name it: `repository:tag`, with the digest where there is one.
    pub fn reference(&self) -> String {
        let tagged = format!("{}:{}", self.repository, self.tag());
        match self.digest.as_str() {
            "" => tagged,
            digest => format!("{tagged}@{digest}"),
        }
    }
}

/// The service of systemd.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Systemd {
    /// systemd's version, as `systemctl --version` says it: 239 on RHEL 8, 247 on Debian 11, 252 on Debian 12 and RHEL 9. Settings
    /// that are newer are left out.
    #[schemars(range(min = 239, max = 999))]
    pub version: u16,
    /// The user that the plugin runs as.
    pub user: String,
    /// The group that may open the socket: atest's user belongs in it.
    pub group: String,
    /// Memory at which the kernel ends the plugin.
    #[schemars(extend("x-min" = "64MiB"))]
    pub memory_max: Size,
    /// CPU time in percent of one core.
    #[schemars(range(min = 10, max = 100_000))]
    pub cpu_quota: u32,
    /// Files and connections that may be open.
    #[schemars(range(min = 256, max = 1_048_576))]
    pub open_files: u32,
    /// Silence after which systemd takes the plugin for hung and starts it anew, in seconds.
    #[schemars(range(min = 2, max = 3_600))]
    pub watchdog: u32,
    /// Secrets: the file of each name in `credentialsFolder` becomes the variable of the same name, as `openai-api-key` becomes
    /// `OPENAI_API_KEY`. Each file must be there when the service starts. From systemd 247 on.
    pub credentials: Vec<String>,
    /// The folder that holds them, readable for root alone.
    pub credentials_folder: String,
}

impl Default for Systemd {
    fn default() -> Systemd {
        Systemd {
            version: 252,
            user: "atest".to_owned(),
            group: "atest".to_owned(),
            memory_max: Size(2 << 30),
            cpu_quota: 200,
            open_files: 65_536,
            watchdog: 30,
            credentials: Vec::new(),
            credentials_folder: "/etc/atest-ai/credentials".to_owned(),
        }
    }
}

/// The compose files.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Compose {
    /// The project's name.
    pub project: String,
    /// The folder of the config, seen from the folder of the compose file.
    pub config_folder: String,
    /// The config's name in that folder.
    pub config_file: String,
    /// The user number that the plugin runs as.
    #[schemars(range(min = 1, max = 4_294_967_294_u64))]
    pub user: u32,
    /// The group number that may open the socket; atest gets it besides its own.
    #[schemars(range(min = 1, max = 4_294_967_294_u64))]
    pub group: u32,
    /// Memory at which the kernel ends the plugin.
    #[schemars(extend("x-min" = "64MiB"))]
    pub memory_limit: Size,
    /// Memory that is kept for it.
    pub memory_reservation: Size,
    /// Cores that it may use.
    #[schemars(range(min = 0.1, max = 1_000.0))]
    pub cpu_limit: f64,
    /// Cores that are kept for it.
    #[schemars(range(min = 0.0, max = 1_000.0))]
    pub cpu_reservation: f64,
    /// Secrets: the file of each name in `secretsFolder` becomes the variable of the same name, as `openai-api-key` becomes
    /// `OPENAI_API_KEY`.
    pub secrets: Vec<String>,
    /// The folder that holds them, seen from the folder of the compose file.
    pub secrets_folder: String,
    /// The image of atest.
    pub atest_image: String,
    /// The port of this machine where atest's page is.
    #[schemars(range(min = 1, max = 65_535))]
    pub atest_port: u16,
    /// The image of Prometheus.
    pub prometheus_image: String,
    /// The image of Alertmanager.
    pub alertmanager_image: String,
    /// The image of Grafana.
    pub grafana_image: String,
}

impl Default for Compose {
    fn default() -> Compose {
        Compose {
            project: "atest-ai".to_owned(),
            config_folder: "../config".to_owned(),
            config_file: "production.yaml".to_owned(),
            user: 65_532,
            group: 65_532,
            memory_limit: Size(2 << 30),
            memory_reservation: Size(1 << 30),
            cpu_limit: 2.0,
            cpu_reservation: 1.0,
            secrets: Vec::new(),
            secrets_folder: "./secrets".to_owned(),
            atest_image: ATEST_IMAGE.to_owned(),
            atest_port: 8080,
            prometheus_image: "prom/prometheus:v3.5.0".to_owned(),
            alertmanager_image: "prom/alertmanager:v0.28.1".to_owned(),
            grafana_image: "grafana/grafana:12.1.1".to_owned(),
        }
    }
}

/// A balancer before several plugins.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Balancer {
    /// `host:port` of each plugin's HTTP listener.
    pub http: Vec<String>,
    /// Each plugin's gRPC, in the same order: `host:port` as in its `server.listen_address`, or the path of its Unix socket.
    /// Empty: questions over HTTP alone.
    pub grpc: Vec<String>,
    /// Where questions over HTTP are taken: `*:port`, or an IP address and a port.
    pub bind: String,
    /// Where gRPC is taken.
    pub grpc_bind: String,
    /// Where Prometheus reads the balancer's own metrics, at `/metrics`.
    pub stats_bind: String,
    /// Where Envoy is administered. Whoever reaches it can end Envoy.
    pub envoy_admin: String,
    /// The file with the certificate (and its key) that the balancer shows to those who ask. Empty: they ask without TLS.
    pub bind_cert_file: String,
    /// The file of the authority that has signed the plugins' certificates, where `server.tls` is on.
    pub ca_file: String,
    /// The file with the certificate and its key that the balancer shows to the plugins, where
    /// `server.tls.client_auth` is `required`.
    pub cert_file: String,
}

impl Default for Balancer {
    fn default() -> Balancer {
        let three = |first: u16| {
            (first..first + 3)
                .map(|port| format!("127.0.0.1:{port}"))
                .collect()
        };
        Balancer {
            http: three(9091),
            grpc: three(9191),
            bind: "*:9090".to_owned(),
            grpc_bind: "*:9190".to_owned(),
            stats_bind: "*:8405".to_owned(),
            envoy_admin: "127.0.0.1:9901".to_owned(),
            bind_cert_file: String::new(),
            ca_file: "/etc/atest-ai/tls/ca.crt".to_owned(),
            cert_file: "/etc/atest-ai/tls/balancer.pem".to_owned(),
        }
    }
}
