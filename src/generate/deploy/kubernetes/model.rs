//! Small parts of Kubernetes' objects that are needed often.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Capabilities, EnvVar, HTTPGetAction, Probe, ResourceRequirements, SeccompProfile, SecurityContext,
    VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// An amount in Kubernetes' notation.
pub fn quantity(text: &str) -> Quantity {
    Quantity(text.to_owned())
}

/// Amounts by name.
pub fn quantities<const N: usize>(amounts: [(&str, &str); N]) -> BTreeMap<String, Quantity> {
    amounts
        .map(|(name, amount)| (name.to_owned(), quantity(amount)))
        .into()
}

/// What a container asks for, and what it may use: CPU, memory, room on the node's disk.
pub fn resources(requests: [&str; 3], limits: [&str; 3]) -> ResourceRequirements {
    let named = |[cpu, memory, disk]: [&str; 3]| {
        quantities([("cpu", cpu), ("memory", memory), ("ephemeral-storage", disk)])
    };
    ResourceRequirements {
        requests: Some(named(requests)),
        limits: Some(named(limits)),
        ..ResourceRequirements::default()
    }
}

/// A variable.
pub fn variable(name: &str, value: impl Into<String>) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.into()),
        ..EnvVar::default()
    }
}

/// A mount that can be written.
pub fn mount(volume: &str, path: &str) -> VolumeMount {
    VolumeMount {
        name: volume.to_owned(),
        mount_path: path.to_owned(),
        ..VolumeMount::default()
    }
}

/// A mount that can be read only.
pub fn read_only(volume: &str, path: &str) -> VolumeMount {
    VolumeMount {
        read_only: Some(true),
        ..mount(volume, path)
    }
}

/// A container without rights.
pub fn confined(user: i64, group: i64, is_root_read_only: bool) -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            ..Capabilities::default()
        }),
        privileged: Some(false),
        read_only_root_filesystem: Some(is_root_read_only),
        run_as_group: Some(group),
        run_as_non_root: Some(true),
        run_as_user: Some(user),
        seccomp_profile: Some(runtime_default()),
        ..SecurityContext::default()
    }
}

/// The container runtime's own choice of system calls.
pub fn runtime_default() -> SeccompProfile {
    SeccompProfile {
        type_: "RuntimeDefault".to_owned(),
        ..SeccompProfile::default()
    }
}

/// How often a probe asks, how long it waits, after how many failures it tells.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Seconds between two questions.
    pub period: i32,
    /// Seconds until an answer counts as none.
    pub timeout: i32,
    /// Failures in a row.
    pub failures: i32,
}

impl Pace {
    /// A probe over HTTP at that port.
    pub fn http(self, path: &str, port: &str, scheme: &str) -> Probe {
        let action = HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(port.to_owned()),
            scheme: Some(scheme.to_owned()),
            ..HTTPGetAction::default()
        };
        Probe {
            http_get: Some(action),
            ..self.probe()
        }
    }

    /// A probe without anything to ask yet.
    pub fn probe(self) -> Probe {
        Probe {
            period_seconds: Some(self.period),
            timeout_seconds: Some(self.timeout),
            failure_threshold: Some(self.failures),
            ..Probe::default()
        }
    }
}
