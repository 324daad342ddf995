//! Namespace, config, secrets, account, volume: what the pods need before they start.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    ConfigMap, Namespace, PersistentVolumeClaim, PersistentVolumeClaimSpec, Secret, ServiceAccount,
    VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::model::quantities;
use super::{BACKUPS, CONFIG_MAP, NAME, SECRET, STORE_MAP, labels, metadata};
use crate::config::yaml;
use crate::generate::deploy::store;
use crate::generate::plan::Plan;

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

/// The files of [`store`] in the map, and where they belong in atest's folder.
pub const STORE_FILES: [(&str, &str); 2] = [("stores.yaml", store::STORES), ("extension.yaml", store::KINDS)];

/// atest's store for the plugin.
pub fn store(plan: &Plan) -> ConfigMap {
    let texts = [yaml::to_text(&store::stores()), yaml::to_text(&store::kinds())];
    let names = STORE_FILES.map(|(name, _)| name.to_owned());
    ConfigMap {
        metadata: metadata(plan, STORE_MAP),
        data: Some(names.into_iter().zip(texts).collect()),
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
