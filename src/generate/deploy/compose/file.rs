//! The compose specification, as far as it is used.

use std::collections::BTreeMap;

use serde::Serialize;

/// A compose file. It has no `version`, which compose ignores with a warning.
#[derive(Serialize)]
pub struct File {
    pub name: String,
    pub services: BTreeMap<&'static str, Service>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<&'static str, Volume>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, SecretFile>,
}

#[derive(Serialize, Default)]
pub struct Service {
    pub image: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    pub restart: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_add: Vec<String>,
    pub init: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_drop: Vec<&'static str>,
    pub security_opt: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tmpfs: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    pub volumes: Vec<Mount>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub depends_on: BTreeMap<&'static str, Dependency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_grace_period: Option<String>,
    pub logging: Logging,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy: Option<Deploy>,
}

#[derive(Serialize)]
pub struct Port {
    pub target: u16,
    pub published: String,
    pub host_ip: &'static str,
}

#[derive(Serialize)]
pub struct Mount {
    r#type: &'static str,
    source: String,
    target: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    bind: Option<Bind>,
}

#[derive(Serialize)]
struct Bind {
    create_host_path: bool,
}

impl Mount {
    /// A folder or a file of this machine, which is not changed. It must be there: an engine would make an empty folder of root's.
    pub fn folder(source: &str, target: &str) -> Mount {
        Mount {
            r#type: "bind",
            source: literal(source),
            target: literal(target),
            read_only: true,
            bind: Some(Bind {
                create_host_path: false,
            }),
        }
    }

    /// The same, for a program that changes it.
    pub fn own_folder(source: &str, target: &str) -> Mount {
        Mount {
            read_only: false,
            ..Mount::folder(source, target)
        }
    }

    /// A volume that the engine keeps.
    pub fn volume(source: &str, target: &str) -> Mount {
        Mount {
            r#type: "volume",
            source: source.to_owned(),
            target: target.to_owned(),
            read_only: false,
            bind: None,
        }
    }

    /// The same, for a program that only looks.
    pub fn volume_to_read(source: &str, target: &str) -> Mount {
        Mount {
            read_only: true,
            ..Mount::volume(source, target)
        }
    }
}

#[derive(Serialize)]
pub struct Dependency {
    pub condition: &'static str,
}

#[derive(Serialize)]
pub struct HealthCheck {
    pub test: Vec<&'static str>,
    pub interval: &'static str,
    pub timeout: &'static str,
    pub retries: u32,
    pub start_period: &'static str,
}

#[derive(Serialize)]
pub struct Logging {
    driver: &'static str,
    options: BTreeMap<&'static str, &'static str>,
}

impl Default for Logging {
    /// As the guide has it: 50 MB in all.
    fn default() -> Logging {
        Logging {
            driver: "json-file",
            options: BTreeMap::from([("max-size", "10m"), ("max-file", "5")]),
        }
    }
}

#[derive(Serialize)]
pub struct Deploy {
    pub resources: Resources,
}

#[derive(Serialize)]
pub struct Resources {
    pub limits: Amounts,
    pub reservations: Amounts,
}

#[derive(Serialize)]
pub struct Amounts {
    pub memory: String,
    pub cpus: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids: Option<u32>,
}

#[derive(Serialize, Default)]
pub struct Volume {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_opts: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
pub struct SecretFile {
    pub file: String,
}

/// What every service has: no more rights than it starts with, and none of root's.
pub fn confined(image: &str) -> Service {
    Service {
        image: literal(image),
        restart: "unless-stopped",
        init: true,
        read_only: true,
        cap_drop: vec!["ALL"],
        security_opt: vec!["no-new-privileges:true"],
        tmpfs: vec!["/tmp:size=64m,mode=1777,noexec,nosuid,nodev"],
        ..Service::default()
    }
}

/// A text in which compose fills in nothing.
pub fn literal(text: &str) -> String {
    text.replace('$', "$$")
}
