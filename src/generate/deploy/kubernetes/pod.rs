//! The pod: atest and the plugin with a folder between them, or the plugin alone.

use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, Container, ContainerPort, EmptyDirVolumeSource, EnvVar, EnvVarSource, ExecAction,
    ObjectFieldSelector, PodSecurityContext, PodSpec, Probe, ProjectedVolumeSource, ResourceRequirements,
    SecretVolumeSource, ServiceAccountTokenProjection, Volume, VolumeMount, VolumeProjection,
};

use super::model::{Pace, confined, mount, quantity, read_only, resources, runtime_default, variable};
use super::objects::STORE_FILES;
use super::{ATEST_PORT, CONFIG_MAP, GRPC_PORT, METRICS_PORT, NAME, SECRET, STORE_MAP, TLS_SECRET};
use crate::config::ClientAuth;
use crate::config::model::AuthMethod;
use crate::generate::deploy::{
    CONFIG, CONFIG_FOLDER, PROGRAM, SOCKET, SOCKET_FOLDER, STATE_FOLDER, stop_seconds,
};
use crate::generate::plan::Plan;
use crate::generate::values::{PodForm, Size};

/// The user of the plugin in its image, and the group that it shares the socket with.
const PLUGIN_USER: i64 = 65_532;
/// atest's user, another one: only the group is common.
const ATEST_USER: i64 = 65_533;
/// The group of both.
const GROUP: i64 = 65_532;
/// Where the secret's keys are, a file each.
const SECRETS_FOLDER: &str = "/run/secrets/atest-ai";
/// Where the certificate is.
const TLS_FOLDER: &str = "/run/tls/atest-ai";
/// Where the service account's token is, for Vault.
const VAULT_FOLDER: &str = "/run/secrets/vault";
/// atest's home.
const HOME: &str = "/home/atest";
/// Where atest's store comes from.
const STORE_FOLDER: &str = "/etc/atest-store";
/// The port of gRPC of a plugin that stands alone.
pub const GRPC: i32 = 38_081;

/// The spec of the pods.
pub fn spec(plan: &Plan, form: PodForm) -> PodSpec {
    let plugin = plugin(plan, form);
    let (init, containers) = match form {
        PodForm::Native => (vec![store_writer(plan), plugin], vec![atest(plan)]),
        PodForm::Container => (vec![store_writer(plan)], vec![atest(plan), plugin]),
        PodForm::Standalone => (Vec::new(), vec![plugin]),
    };
    PodSpec {
        init_containers: (!init.is_empty()).then_some(init),
        containers,
        volumes: Some(volumes(plan, form)),
        service_account_name: Some(NAME.to_owned()),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        termination_grace_period_seconds: i64::try_from(stop_seconds(plan) + own_delay(plan)).ok(),
        security_context: Some(PodSecurityContext {
            fs_group: Some(GROUP),
            fs_group_change_policy: Some("OnRootMismatch".to_owned()),
            run_as_group: Some(GROUP),
            run_as_non_root: Some(true),
            run_as_user: Some(PLUGIN_USER),
            seccomp_profile: Some(runtime_default()),
            ..PodSecurityContext::default()
        }),
        ..PodSpec::default()
    }
}

/// What the plugin asks for and may use. Limits are the guide's; requests are what was measured to be needed: 30 MB idle, the
/// cache, and some for what is under way.
fn plugin_resources(plan: &Plan) -> ResourceRequirements {
    let values = &plan.values.kubernetes;
    let (requests, limits) = match values.size {
        Size::Minimum => (["100m", "128Mi"], ["2", "2Gi"]),
        Size::Recommended => (["250m", "256Mi"], ["4", "4Gi"]),
        Size::HighLoad => (["1", "512Mi"], ["8", "8Gi"]),
    };
    let own = &values.resources;
    let pick = |own: &str, usual: &str| -> String {
        match own {
            "" => usual.to_owned(),
            own => own.to_owned(),
        }
    };
    let requests = [
        pick(&own.cpu_request, requests[0]),
        pick(&own.memory_request, requests[1]),
    ];
    let limits = [
        pick(&own.cpu_limit, limits[0]),
        pick(&own.memory_limit, limits[1]),
    ];
    resources(
        [&requests[0], &requests[1], "64Mi"],
        [&limits[0], &limits[1], "2Gi"],
    )
}

/// The plugin's container.
pub fn plugin(plan: &Plan, form: PodForm) -> Container {
    let image = &plan.values.image;
    let port = |name: &str, number: i32| ContainerPort {
        name: Some(name.to_owned()),
        container_port: number,
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    };
    let mut ports = vec![port(METRICS_PORT, i32::from(plan.config.server.port))];
    if form == PodForm::Standalone {
        ports.push(port(GRPC_PORT, GRPC));
    }
    Container {
        name: NAME.to_owned(),
        image: Some(image.reference()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        args: Some(vec!["--config".to_owned(), CONFIG.to_owned()]),
        env: Some(environment(plan, form)),
        ports: Some(ports),
        resources: Some(plugin_resources(plan)),
        restart_policy: (form == PodForm::Native).then(|| "Always".to_owned()),
        security_context: Some(confined(PLUGIN_USER, GROUP, true)),
        startup_probe: Some(probe(
            plan,
            form,
            "startup",
            Pace {
                period: 1,
                timeout: 3,
                failures: 150,
            },
        )),
        liveness_probe: Some(probe(
            plan,
            form,
            "live",
            Pace {
                period: 10,
                timeout: 3,
                failures: 3,
            },
        )),
        readiness_probe: Some(probe(
            plan,
            form,
            "ready",
            Pace {
                period: 5,
                timeout: 3,
                failures: 2,
            },
        )),
        volume_mounts: Some(plugin_mounts(plan, form)),
        ..Container::default()
    }
}

/// What the plugin is asked over HTTP; where it wants certificates of its clients, which the kubelet has none of, its own command
/// asks from inside, but whether it lives is then told by the port alone.
fn probe(plan: &Plan, form: PodForm, what: &str, pace: Pace) -> Probe {
    let scheme = if plan.config.server.tls.is_on() {
        "HTTPS"
    } else {
        "HTTP"
    };
    let wants_certificates = plan.config.server.tls.client_auth == ClientAuth::Required;
    if form != PodForm::Standalone && !wants_certificates {
        return pace.http(&format!("/health/{what}"), METRICS_PORT, scheme);
    }
    let command = [PROGRAM, "--config", CONFIG, "healthcheck"]
        .map(str::to_owned)
        .to_vec();
    match what {
        "live" => Probe {
            tcp_socket: Some(k8s_openapi::api::core::v1::TCPSocketAction {
                port: k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::String(
                    METRICS_PORT.to_owned(),
                ),
                ..Default::default()
            }),
            ..pace.probe()
        },
        _ => Probe {
            exec: Some(ExecAction {
                command: Some(command),
            }),
            ..pace.probe()
        },
    }
}

/// Settings that the pod decides, whatever the config says.
fn environment(plan: &Plan, form: PodForm) -> Vec<EnvVar> {
    let field = |name: &str, path: &str| EnvVar {
        name: name.to_owned(),
        value_from: Some(EnvVarSource {
            field_ref: Some(ObjectFieldSelector {
                field_path: path.to_owned(),
                ..ObjectFieldSelector::default()
            }),
            ..EnvVarSource::default()
        }),
        ..EnvVar::default()
    };
    let mut all = vec![
        field("POD_NAME", "metadata.name"),
        field("POD_NAMESPACE", "metadata.namespace"),
        field("NODE_NAME", "spec.nodeName"),
        variable("ATEST_EXT_AI_ENVIRONMENT", plan.environment.word()),
        variable("ATEST_EXT_AI_LOG_OUTPUT", "stdout"),
        // Probes and Prometheus come from outside of the pod.
        variable("ATEST_EXT_AI_SERVER_HOST", "0.0.0.0"),
        variable("ATEST_EXT_AI_SERVER_SOCKET_PATH", SOCKET),
        variable("ATEST_EXT_AI_SERVER_DEFAULT_SOCKET", "false"),
        variable("ATEST_EXT_AI_SERVER_SOCKET_PERMISSIONS", "0660"),
        variable("ATEST_EXT_AI_SERVER_SOCKET_GROUP", GROUP.to_string()),
        variable("ATEST_EXT_AI_SERVER_STATE_DIR", STATE_FOLDER),
        variable("CREDENTIALS_DIRECTORY", SECRETS_FOLDER),
        variable(
            "OTEL_RESOURCE_ATTRIBUTES",
            "k8s.namespace.name=$(POD_NAMESPACE),k8s.pod.name=$(POD_NAME),k8s.node.name=$(NODE_NAME),k8s.container.name=atest-ai-plugin",
        ),
    ];
    let delay = own_delay(plan);
    if delay > 0 {
        all.push(variable(
            "ATEST_EXT_AI_SERVER_SHUTDOWN_DELAY",
            format!("{delay}s"),
        ));
    }
    if form == PodForm::Standalone {
        all.extend([
            variable("ATEST_EXT_AI_SERVER_LISTEN_ADDRESS", format!("0.0.0.0:{GRPC}")),
            variable(
                "ATEST_EXT_AI_SERVER_TLS_CERT_FILE",
                format!("{TLS_FOLDER}/tls.crt"),
            ),
            variable(
                "ATEST_EXT_AI_SERVER_TLS_KEY_FILE",
                format!("{TLS_FOLDER}/tls.key"),
            ),
            variable(
                "ATEST_EXT_AI_SERVER_TLS_CLIENT_CA_FILE",
                format!("{TLS_FOLDER}/ca.crt"),
            ),
            variable("ATEST_EXT_AI_SERVER_TLS_CLIENT_AUTH", "required"),
        ]);
    }
    if vault_token(plan) {
        all.push(variable(
            "ATEST_EXT_AI_SECRETS_VAULT_JWT_FILE",
            format!("{VAULT_FOLDER}/token"),
        ));
    }
    for (name, value) in &plan.values.kubernetes.environment {
        all.retain(|known| known.name != *name);
        all.push(variable(name, value.clone()));
    }
    all
}

/// Seconds for which a stopping plugin still answers, where the config names none: so long it takes until no Service and no balancer
/// sends anybody any more.
fn own_delay(plan: &Plan) -> u64 {
    match plan.config.server.shutdown_delay.is_zero() {
        true => 5,
        false => 0,
    }
}

/// Whether the config signs in to Vault with the token of the pod's account.
fn vault_token(plan: &Plan) -> bool {
    let vault = plan.config.secrets.vault.as_ref();
    vault.is_some_and(|vault| vault.enabled && vault.auth_method == AuthMethod::Kubernetes)
}

fn plugin_mounts(plan: &Plan, form: PodForm) -> Vec<VolumeMount> {
    let mut mounts = vec![
        // The whole folder: a single file by `subPath` would never change.
        read_only("config", CONFIG_FOLDER),
        read_only("secrets", SECRETS_FOLDER),
        mount("socket", SOCKET_FOLDER),
        mount("state", STATE_FOLDER),
        mount("plugin-tmp", "/tmp"),
    ];
    if form == PodForm::Standalone {
        mounts.push(read_only("tls", TLS_FOLDER));
    }
    if vault_token(plan) {
        mounts.push(read_only("vault-token", VAULT_FOLDER));
    }
    mounts
}

fn volumes(plan: &Plan, form: PodForm) -> Vec<Volume> {
    let named = |name: &str| Volume {
        name: name.to_owned(),
        ..Volume::default()
    };
    let empty = |name: &str, limit: &str, medium: Option<&str>| Volume {
        empty_dir: Some(EmptyDirVolumeSource {
            medium: medium.map(str::to_owned),
            size_limit: Some(quantity(limit)),
        }),
        ..named(name)
    };
    let map = |name: &str, map: &str| Volume {
        config_map: Some(ConfigMapVolumeSource {
            name: map.to_owned(),
            ..ConfigMapVolumeSource::default()
        }),
        ..named(name)
    };
    let secret = |name: &str, secret: &str, optional: bool| Volume {
        secret: Some(SecretVolumeSource {
            secret_name: Some(secret.to_owned()),
            default_mode: Some(0o440),
            optional: optional.then_some(true),
            ..SecretVolumeSource::default()
        }),
        ..named(name)
    };
    let mut volumes = vec![
        map("config", CONFIG_MAP),
        secret("secrets", SECRET, true),
        empty("socket", "1Mi", Some("Memory")),
        empty("state", "1Gi", None),
        empty("plugin-tmp", "64Mi", None),
    ];
    match form {
        PodForm::Standalone => volumes.push(secret("tls", TLS_SECRET, false)),
        PodForm::Native | PodForm::Container => volumes.extend([
            map("store", STORE_MAP),
            empty("home", "1Gi", None),
            empty("atest-tmp", "256Mi", None),
        ]),
    }
    if vault_token(plan) {
        let audience = plan.values.kubernetes.vault_audience.as_str();
        let token = ServiceAccountTokenProjection {
            audience: (!audience.is_empty()).then(|| audience.to_owned()),
            expiration_seconds: Some(3_600),
            path: "token".to_owned(),
        };
        volumes.push(Volume {
            projected: Some(ProjectedVolumeSource {
                default_mode: Some(0o440),
                sources: Some(vec![VolumeProjection {
                    service_account_token: Some(token),
                    ..VolumeProjection::default()
                }]),
            }),
            ..named("vault-token")
        });
    }
    volumes
}

/// Puts atest's store where atest looks for it, unless somebody has put one there: atest changes these files, so they cannot be
/// mounted.
fn store_writer(plan: &Plan) -> Container {
    let folder = format!("{HOME}/.config/atest");
    let mut script = format!("set -e\nmkdir -p {folder}/data/core\n");
    for (from, to) in STORE_FILES {
        script.push_str(&format!(
            "[ -e {folder}/{to} ] || cp {STORE_FOLDER}/{from} {folder}/{to}\n"
        ));
    }
    Container {
        name: "atest-store".to_owned(),
        image: Some(plan.values.kubernetes.atest.image.clone()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        command: Some(vec!["sh".to_owned(), "-c".to_owned(), script]),
        resources: Some(resources(["10m", "16Mi", "16Mi"], ["500m", "64Mi", "64Mi"])),
        security_context: Some(confined(ATEST_USER, GROUP, true)),
        volume_mounts: Some(vec![read_only("store", STORE_FOLDER), mount("home", HOME)]),
        ..Container::default()
    }
}

fn atest(plan: &Plan) -> Container {
    let values = &plan.values.kubernetes.atest;
    Container {
        name: "atest".to_owned(),
        image: Some(values.image.clone()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        env: Some(vec![variable("HOME", HOME)]),
        ports: Some(vec![ContainerPort {
            name: Some(ATEST_PORT.to_owned()),
            container_port: i32::from(values.port),
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        resources: Some(resources(["100m", "128Mi", "64Mi"], ["2", "1Gi", "2Gi"])),
        // It keeps its samples inside of its image's files.
        security_context: Some(confined(ATEST_USER, GROUP, false)),
        liveness_probe: Some(
            Pace {
                period: 10,
                timeout: 3,
                failures: 6,
            }
            .http("/", ATEST_PORT, "HTTP"),
        ),
        readiness_probe: Some(
            Pace {
                period: 5,
                timeout: 3,
                failures: 3,
            }
            .http("/", ATEST_PORT, "HTTP"),
        ),
        volume_mounts: Some(vec![
            read_only("socket", SOCKET_FOLDER),
            mount("home", HOME),
            mount("atest-tmp", "/tmp"),
        ]),
        ..Container::default()
    }
}
