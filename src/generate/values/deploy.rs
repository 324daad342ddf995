//! `image`, `kubernetes`, `systemd`, `compose`, `balancer`: how the plugin is put where it runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// Names in Kubernetes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Kubernetes {
    /// The namespace.
    pub namespace: String,
}

impl Default for Kubernetes {
    fn default() -> Kubernetes {
        Kubernetes {
            namespace: "atest-system".to_owned(),
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
