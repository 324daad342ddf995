//! What atest reads to find the plugin: its list of stores, and its list of kinds of stores, without which it shows none.

use std::collections::BTreeMap;

use serde::Serialize;

use super::SOCKET;
use crate::generate::plan::COMPONENT;

/// Where the list of stores is in atest's folder.
pub const STORES: &str = "stores.yaml";
/// Where the list of kinds is there.
pub const KINDS: &str = "data/core/extension.yaml";

/// `stores.yaml`.
#[derive(Serialize)]
pub struct Stores {
    stores: [Store; 1],
}

#[derive(Serialize)]
struct Store {
    name: &'static str,
    kind: StoreKind,
    url: &'static str,
    readonly: bool,
    disabled: bool,
    password: &'static str,
    properties: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct StoreKind {
    name: &'static str,
    url: String,
    enabled: bool,
    categories: [&'static str; 1],
}

/// `extension.yaml`.
#[derive(Serialize)]
pub struct Kinds {
    items: [Kind; 1],
}

#[derive(Serialize)]
struct Kind {
    name: &'static str,
    dependencies: [Dependency; 1],
    link: &'static str,
    categories: [&'static str; 1],
}

#[derive(Serialize)]
struct Dependency {
    name: &'static str,
}

/// The plugin's store. atest's page asks for it by this name.
pub fn stores() -> Stores {
    Stores {
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
            password: "",
            properties: BTreeMap::new(),
        }],
    }
}

/// The plugin's kind.
pub fn kinds() -> Kinds {
    Kinds {
        items: [Kind {
            name: COMPONENT,
            dependencies: [Dependency { name: COMPONENT }],
            link: "https://github.com/linuxsuren/atest-ext-ai",
            categories: ["ai"],
        }],
    }
}
