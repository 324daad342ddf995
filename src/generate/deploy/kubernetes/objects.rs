//! Namespace, config, secrets, account, volume: what the pods need before they start.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    ConfigMap, Namespace, PersistentVolumeClaim, PersistentVolumeClaimSpec, Secret, ServiceAccount,
    VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

use super::model::quantities;
use super::{BACKUPS, CONFIG_MAP, NAME, SECRET, STORE_MAP, labels, metadata};
use crate::config::yaml;
use crate::generate::deploy::SOCKET;
use crate::generate::plan::{COMPONENT, Plan};

/// The keys of the Secret, as the guide names them. The files of these names give OPENAI_API_KEY, CLAUDE_API_KEY and JWT_SECRET.
pub const SECRET_KEYS: [&str; 3] = ["claude-api-key", "jwt-secret", "openai-api-key"];

/// The namespace. Pods in it have to be without rights.
pub fn namespace(plan: &Plan) -> Namespace {
    let mut labels = labels(plan);
    for word in ["enforce", "warn"] {
        labels.insert(
            format!("pod-security.kubernetes.io/{word}"),
            "restricted".to_owned(),
        );
    }
    Namespace {
        metadata: ObjectMeta {
            name: Some(plan.values.kubernetes.namespace.clone()),
            labels: Some(labels),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    }
}

/// The plugin's config, as it was read.
pub fn config_map(plan: &Plan) -> ConfigMap {
    let text = match plan.config_text.as_deref() {
        Some(text) => text.to_owned(),
        None => format!(
            "# Built-in defaults; `atest-ext-ai config reference` tells what can be set.\nplugin:\n  environment: {}\n",
            plan.environment
        ),
    };
    ConfigMap {
        metadata: metadata(plan, CONFIG_MAP),
        data: Some(BTreeMap::from([("config.yaml".to_owned(), text)])),
        ..ConfigMap::default()
    }
}

#[derive(Serialize)]
struct Stores {
    stores: [Store; 1],
}

#[derive(Serialize)]
struct Store {
    name: &'static str,
    kind: StoreKind,
    url: &'static str,
    readonly: bool,
    disabled: bool,
    properties: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct StoreKind {
    name: &'static str,
    url: String,
    enabled: bool,
    categories: [&'static str; 1],
}

#[derive(Serialize)]
struct Extensions {
    items: [Extension; 1],
}

#[derive(Serialize)]
struct Extension {
    name: &'static str,
    dependencies: [Dependency; 1],
    link: &'static str,
    categories: [&'static str; 1],
}

#[derive(Serialize)]
struct Dependency {
    name: &'static str,
}

/// Where atest keeps its list of stores, and its list of kinds of them, below its folder.
pub const STORE_FILES: [(&str, &str); 2] = [
    ("stores.yaml", "stores.yaml"),
    ("extension.yaml", "data/core/extension.yaml"),
];

/// atest's store for the plugin. Its page asks for the store `ai` by that name, and atest shows no store at all without a list
/// of kinds.
pub fn store(plan: &Plan) -> ConfigMap {
    let stores = Stores {
        stores: [Store {
            name: "ai",
            kind: StoreKind {
                name: COMPONENT,
                url: format!("unix://{SOCKET}"),
                enabled: true,
                categories: ["ai"],
            },
            url: "",
            readonly: false,
            disabled: false,
            properties: BTreeMap::new(),
        }],
    };
    let extensions = Extensions {
        items: [Extension {
            name: COMPONENT,
            dependencies: [Dependency { name: COMPONENT }],
            link: "https://github.com/linuxsuren/atest-ext-ai",
            categories: ["ai"],
        }],
    };
    let files = [
        ("stores.yaml".to_owned(), yaml::to_text(&stores)),
        ("extension.yaml".to_owned(), yaml::to_text(&extensions)),
    ];
    ConfigMap {
        metadata: metadata(plan, STORE_MAP),
        data: Some(files.into()),
        ..ConfigMap::default()
    }
}

/// A Secret with empty keys.
pub fn secret(plan: &Plan) -> Secret {
    let keys = SECRET_KEYS.map(|key| (key.to_owned(), String::new()));
    Secret {
        metadata: metadata(plan, SECRET),
        type_: Some("Opaque".to_owned()),
        string_data: Some(keys.into()),
        ..Secret::default()
    }
}

/// An account without rights, whose token is mounted nowhere.
pub fn account(plan: &Plan) -> ServiceAccount {
    ServiceAccount {
        metadata: metadata(plan, NAME),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    }
}

/// Room for backups.
pub fn backups(plan: &Plan) -> PersistentVolumeClaim {
    let size = plan.values.kubernetes.backup_storage.as_str();
    PersistentVolumeClaim {
        metadata: metadata(plan, BACKUPS),
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            resources: Some(VolumeResourceRequirements {
                requests: Some(quantities([("storage", size)])),
                ..VolumeResourceRequirements::default()
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        ..PersistentVolumeClaim::default()
    }
}
