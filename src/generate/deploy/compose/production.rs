//! The plugin and atest.

use std::collections::BTreeMap;

use super::file::{
    Amounts, Dependency, Deploy, File, HealthCheck, Mount, Port, Resources, SecretFile, Service, Volume,
    confined, literal,
};
use crate::generate::deploy::{self, CONFIG_FOLDER, NAME, PROGRAM, SOCKET, SOCKET_FOLDER, STATE_FOLDER};
use crate::generate::plan::Plan;

/// Where an engine puts secrets.
const SECRETS: &str = "/run/secrets";
/// The port of atest's page, in its container.
const ATEST_PORT: u16 = 8080;

/// `docker-compose.prod.yml`.
pub fn file(plan: &Plan) -> File {
    let values = &plan.values.compose;
    let folder = values.secrets_folder.trim_end_matches('/');
    let secrets = values.secrets.iter().map(|name| {
        let file = literal(&format!("{folder}/{name}"));
        (name.clone(), SecretFile { file })
    });
    // A volume of its own is root's; this one is in memory, and the plugin's from the start.
    let memory = BTreeMap::from([
        ("type", "tmpfs".to_owned()),
        ("device", "tmpfs".to_owned()),
        (
            "o",
            format!("size=1m,mode=0750,uid={},gid={}", values.user, values.group),
        ),
    ]);
    let socket = Volume {
        driver: Some("local"),
        driver_opts: memory,
    };
    File {
        name: values.project.clone(),
        services: BTreeMap::from([("atest", atest(plan)), (NAME, plugin(plan))]),
        volumes: BTreeMap::from([
            ("socket", socket),
            ("state", Volume::default()),
            ("atest-data", Volume::default()),
        ]),
        secrets: secrets.collect(),
    }
}

fn plugin(plan: &Plan) -> Service {
    let values = &plan.values.compose;
    let port = plan.config.server.port;
    Service {
        entrypoint: vec![PROGRAM.to_owned()],
        user: Some(format!("{}:{}", values.user, values.group)),
        environment: variables(plan),
        secrets: values.secrets.clone(),
        ports: vec![Port {
            target: port,
            published: port.to_string(),
            host_ip: "127.0.0.1",
        }],
        volumes: vec![
            // The folder and not the file: an editor puts a new file in its place, which the container would not see.
            Mount::folder(&values.config_folder, CONFIG_FOLDER),
            Mount::volume("socket", SOCKET_FOLDER),
            Mount::volume("state", STATE_FOLDER),
        ],
        healthcheck: Some(HealthCheck {
            test: vec!["CMD", PROGRAM, "healthcheck"],
            interval: "30s",
            timeout: "10s",
            retries: 3,
            start_period: "20s",
        }),
        stop_grace_period: Some(format!("{}s", deploy::stop_seconds(plan))),
        deploy: Some(Deploy {
            resources: Resources {
                limits: Amounts {
                    memory: deploy::bytes(values.memory_limit),
                    cpus: values.cpu_limit.to_string(),
                    pids: Some(512),
                },
                reservations: Amounts {
                    memory: deploy::bytes(values.memory_reservation),
                    cpus: values.cpu_reservation.to_string(),
                    pids: None,
                },
            },
        }),
        ..confined(&plan.values.image.reference())
    }
}

/// What is different in a container from what the config says; and what people set in `.env`.
fn variables(plan: &Plan) -> BTreeMap<&'static str, String> {
    let values = &plan.values.compose;
    let config = format!("{CONFIG_FOLDER}/{}", values.config_file);
    let mut variables = BTreeMap::from([
        ("AI_PROVIDER", "${AI_PROVIDER:-builtin}".to_owned()),
        ("AI_MODEL", "${AI_MODEL:-}".to_owned()),
        ("LOG_LEVEL", "${LOG_LEVEL:-info}".to_owned()),
        // For the health check too, which is a process of its own.
        ("ATEST_EXT_AI_CONFIG", literal(&config)),
        ("AI_PLUGIN_SOCKET_PATH", SOCKET.to_owned()),
        ("ATEST_EXT_AI_SERVER_DEFAULT_SOCKET", "false".to_owned()),
        ("ATEST_EXT_AI_SERVER_SOCKET_GROUP", values.group.to_string()),
        // The port is published on this machine's loopback alone.
        ("ATEST_EXT_AI_SERVER_HOST", "0.0.0.0".to_owned()),
        ("ATEST_EXT_AI_SERVER_STATE_DIR", STATE_FOLDER.to_owned()),
        ("ATEST_EXT_AI_LOG_OUTPUT", "stdout".to_owned()),
    ]);
    if !values.secrets.is_empty() {
        // Its files are secrets, as systemd's are.
        variables.insert("CREDENTIALS_DIRECTORY", SECRETS.to_owned());
    }
    variables
}

fn atest(plan: &Plan) -> Service {
    let values = &plan.values.compose;
    let started = Dependency {
        condition: "service_started",
    };
    Service {
        image: literal(&values.atest_image),
        restart: "unless-stopped",
        init: true,
        security_opt: vec!["no-new-privileges:true"],
        group_add: vec![values.group.to_string()],
        ports: vec![Port {
            target: ATEST_PORT,
            published: values.atest_port.to_string(),
            host_ip: "127.0.0.1",
        }],
        volumes: vec![
            Mount::volume_to_read("socket", SOCKET_FOLDER),
            Mount::own_folder("./atest", "/root/.config/atest"),
            Mount::volume("atest-data", "/var/data/api-testing"),
        ],
        depends_on: BTreeMap::from([(NAME, started)]),
        ..Service::default()
    }
}
