//! The providers and models as lists show them.

use crate::config::{ProviderKind, Service};

use super::builtin;

/// A provider as lists show it.
#[derive(Debug, Clone)]
pub struct ProviderInfo {
    /// Configured name.
    pub name: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// Whether it can answer now.
    pub available: bool,
    /// Why it cannot, for people; `None` when it can.
    pub reason: Option<String>,
    /// Base URL, when it has one.
    pub endpoint: Option<String>,
    /// Models that it offers.
    pub models: Vec<ModelInfo>,
}

/// A model as lists show it.
#[derive(Debug, Clone)]
pub struct ModelInfo {
    /// What requests name it by.
    pub id: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// Most tokens in an answer; 0 when that has no meaning.
    pub max_tokens: u32,
}

/// The embedded engine.
pub(super) fn builtin() -> ProviderInfo {
    ProviderInfo {
        name: builtin::NAME.into(),
        kind: ProviderKind::Builtin,
        available: true,
        reason: None,
        endpoint: None,
        models: vec![ModelInfo {
            id: builtin::MODEL.into(),
            name: "Embedded engine".into(),
            description: "Rules over the schema; needs no key, no model server and no network".into(),
            max_tokens: 0,
        }],
    }
}

/// A service from the config.
pub(super) fn configured(name: &str, service: &Service) -> ProviderInfo {
    if service.provider == ProviderKind::Builtin {
        let disabled = (!service.enabled).then(|| {
            format!("the provider {name:?} is switched off; set ai.services.{name}.enabled: true, or name another one")
        });
        return ProviderInfo {
            name: name.into(),
            available: disabled.is_none(),
            reason: disabled,
            ..builtin()
        };
    }
    ProviderInfo {
        name: name.into(),
        kind: service.provider,
        available: false,
        reason: Some(cannot_answer(name)),
        endpoint: service.endpoint.clone(),
        models: Vec::new(),
    }
}

/// A kind that is known and not in the config.
pub(super) fn not_configured(kind: ProviderKind) -> ProviderInfo {
    ProviderInfo {
        name: kind.as_str().into(),
        kind,
        available: false,
        reason: Some(cannot_answer(kind.as_str())),
        endpoint: None,
        models: Vec::new(),
    }
}

fn cannot_answer(name: &str) -> String {
    format!(
        "the provider {name:?} cannot answer: this version has no client for it; \
         use the provider \"builtin\" (the embedded engine), or leave the provider out"
    )
}
