//! The files of systemd and of compose, in the hands of both.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::generated::{Generated, said};
use crate::support::peer::{beside_venv, wanted};

const SERVICE: &str = "deploy/systemd/atest-ai-plugin.service";
const SOCKET: &str = "deploy/systemd/atest-ai-plugin.socket";

/// Runs `systemd-analyze`; it must be content and say nothing of the units.
fn analyzed(arguments: &[&str], files: &[PathBuf]) -> Output {
    let output = Command::new("systemd-analyze")
        .args(arguments)
        .args(files)
        .output()
        .expect("systemd-analyze runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(errors, "", "{arguments:?}");
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    output
}

/// Copies of the units that start a program which is there.
fn units(files: &Generated) -> Vec<PathBuf> {
    let folder = files.folder().join("units");
    fs::create_dir(&folder).expect("a folder");
    let copied = [SERVICE, SOCKET].map(|name| {
        let text = files
            .text(name)
            .replace("/usr/local/bin/atest-ext-ai", env!("CARGO_BIN_EXE_atest-ext-ai"));
        let copy = folder.join(Path::new(name).file_name().expect("a name"));
        fs::write(&copy, text).expect("a copy");
        copy
    });
    copied.to_vec()
}

#[test]
fn systemd_accepts_the_units_and_finds_them_confined() {
    if !wanted(&["systemd-analyze"], "apt-get install systemd") {
        return;
    }
    for values in [
        "systemd: {version: 239}",
        "systemd: {version: 247, credentials: [openai-api-key, vault-token]}",
        "systemd: {version: 252, user: plugin, group: askers, memoryMax: 512MiB, cpuQuota: 50, credentials: [key], credentialsFolder: '/srv/my 100% keys'}",
    ] {
        let files = Generated::with(
            "profiling: {continuous: {folder: '/srv/100% \"mine\"'}}\n",
            values,
        );
        let units = units(&files);
        analyzed(&["verify", "--man=no"], &units);
        analyzed(
            &["security", "--offline=true", "--threshold=20", "--no-pager"],
            &units[..1],
        );
    }
}

fn service(arguments: &[&str]) -> String {
    let options = [&["--only", "systemd"], arguments].concat();
    Generated::with_options("", "{}", &options).text(SERVICE)
}

#[test]
fn a_version_gets_the_settings_that_it_knows() {
    let has = |unit: &str, name: &str| unit.lines().any(|line| line.starts_with(&format!("{name}=")));
    let newer = [
        ("ProtectHostname", 242),
        ("RestrictSUIDSGID", 242),
        ("OOMPolicy", 243),
        ("ProtectKernelLogs", 244),
        ("ProtectClock", 245),
        ("ProtectProc", 247),
        ("PrivateIPC", 248),
        ("RestartSteps", 254),
    ];
    for version in [239, 244, 247, 252, 254, 257] {
        let option = version.to_string();
        // The option wins over the values.
        let unit = service(&["--set", "systemd.version=241", "--systemd-version", &option]);
        for (name, since) in newer {
            assert_eq!(has(&unit, name), since <= version, "{name} for {version}");
        }
    }
}

#[test]
fn the_unit_follows_the_config_and_the_values() {
    let files = Generated::with(
        "server: {shutdown_timeout: 50s, state_dir: /srv/state}\n\
         logging: {output: file, file: {path: /var/log/atest-ai/a.log}}\n\
         audit: {path: /srv/audit/audit.log}\n\
         profiling: {continuous: {folder: '/srv/my 100%'}}\n",
        "systemd: {user: plugin, group: askers, memoryMax: 512MiB, cpuQuota: 50, credentials: [openai-api-key]}",
    );
    let unit = files.text(SERVICE);
    for line in [
        "TimeoutStopSec=55s",
        "User=plugin",
        "Group=askers",
        "MemoryMax=512M",
        "CPUQuota=50%",
        "ReadWritePaths=-/srv/audit",
        "ReadWritePaths=\"-/srv/my 100%%\"",
        "ReadWritePaths=-/srv/state",
        "Environment=ATEST_EXT_AI_SERVER_SOCKET_GROUP=askers",
        "LoadCredential=openai-api-key:/etc/atest-ai/credentials/openai-api-key",
    ] {
        assert!(
            unit.lines().any(|found| found == line),
            "{line:?} is missing:\n{unit}"
        );
    }
    assert!(!unit.contains("ReadWritePaths=-/var/log"), "{unit}");
    assert!(files.text(SOCKET).contains("SocketGroup=askers"));
    let users = files.text("deploy/systemd/sysusers.d/atest-ai-plugin.conf");
    assert!(
        users.contains("\ng askers -\n") && users.contains("\nm plugin askers\n"),
        "{users}"
    );
    let folders = files.text("deploy/systemd/tmpfiles.d/atest-ai-plugin.conf");
    assert!(
        folders.contains("d /run/atest-ext-ai 0750 plugin askers -"),
        "{folders}"
    );
}

/// Debian's compose, as `packaging/peers.sh` unpacks it.
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
fn compose() -> Option<PathBuf> {
    if !wanted(&[], "") {
        return None;
    }
    let program = beside_venv("newer").join("usr/libexec/docker/cli-plugins/docker-compose");
    if !program.is_file() {
        eprintln!(
            "SKIPPED for compose: there is no {}; packaging/peers.sh gets it",
            program.display()
        );
        return None;
    }
    Some(program)
}

/// What compose makes of a file.
fn composed(program: &Path, file: &Path, variables: &[(&str, &str)]) -> Value {
    let output = Command::new(program)
        .arg("--file")
        .arg(file)
        .args(["config", "--format", "json"])
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .expect("compose runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn mount<'a>(service: &'a Value, source: &str) -> &'a Value {
    let mounts = service["volumes"].as_array().expect("mounts");
    mounts
        .iter()
        .find(|mount| {
            mount["source"]
                .as_str()
                .is_some_and(|found| found.ends_with(source))
        })
        .unwrap_or_else(|| panic!("nothing mounts {source}: {mounts:?}"))
}

#[test]
fn compose_accepts_the_plugin_beside_atest() {
    let Some(program) = compose() else { return };
    let files = Generated::with(
        "server: {shutdown_timeout: 50s}\n",
        "compose: {secrets: [openai-api-key], user: 1000, group: 2000}",
    );
    let path = files.path("deploy/docker-compose.prod.yml");
    let file = composed(&program, &path, &[]);
    let plugin = &file["services"]["atest-ai-plugin"];
    let atest = &file["services"]["atest"];
    assert_eq!(file["name"], "atest-ai");
    assert_eq!(plugin["environment"]["AI_PROVIDER"], "builtin");
    assert_eq!(plugin["environment"]["CREDENTIALS_DIRECTORY"], "/run/secrets");
    assert_eq!(plugin["stop_grace_period"], "55s");
    assert_eq!(plugin["user"], "1000:2000");
    assert_eq!(plugin["read_only"], true);
    assert_eq!(plugin["cap_drop"][0], "ALL");
    assert_eq!(
        plugin["healthcheck"]["test"],
        serde_json::json!(["CMD", "/usr/local/bin/atest-ext-ai", "healthcheck"])
    );
    assert_eq!(plugin["secrets"][0]["source"], "openai-api-key");
    assert_eq!(mount(plugin, "/config")["read_only"], true);
    for service in [plugin, atest] {
        assert_eq!(mount(service, "socket")["target"], "/run/atest-ext-ai");
        assert_eq!(service["logging"]["driver"], "json-file");
    }
    assert_eq!(atest["group_add"][0], "2000");
    let other = composed(&program, &path, &[("AI_PROVIDER", "ollama")]);
    let other = &other["services"]["atest-ai-plugin"];
    assert_eq!(other["environment"]["AI_PROVIDER"], "ollama");
}

#[test]
fn compose_accepts_what_watches_the_plugin() {
    let Some(program) = compose() else { return };
    let files = Generated::with("", "dashboards: {path: '/srv/$dashboards'}");
    let path = files.path("deploy/docker-compose.monitoring.yml");
    let file = composed(&program, &path, &[("GRAFANA_PASSWORD", "given")]);
    let prometheus = &file["services"]["prometheus"];
    // Where prometheus.yml, from its own folder, looks for `../alerts`.
    assert_eq!(
        mount(prometheus, "/monitoring")["target"],
        "/etc/prometheus/monitoring"
    );
    assert_eq!(mount(prometheus, "/alerts")["target"], "/etc/prometheus/alerts");
    let grafana = &file["services"]["grafana"];
    assert_eq!(grafana["environment"]["GF_SECURITY_ADMIN_PASSWORD"], "given");
    // It writes a dollar as it is read.
    assert_eq!(mount(grafana, "/dashboards")["target"], "/srv/$$dashboards");
    let services = file["services"].as_object().expect("services");
    for (name, service) in services {
        let image = service["image"].as_str().expect("an image");
        assert!(
            image.contains(':') && !image.ends_with(":latest"),
            "{name}: {image}"
        );
        for mount in service["volumes"].as_array().expect("mounts") {
            if mount["type"] == "bind" {
                let source = Path::new(mount["source"].as_str().expect("a path"));
                assert!(source.exists(), "{name}: {} is not generated", source.display());
                assert_eq!(mount["read_only"], true, "{name}: {mount}");
            }
        }
    }
    let unset = Command::new(&program)
        .arg("--file")
        .arg(&path)
        .args(["config", "--quiet"])
        .env_clear()
        .output()
        .expect("compose runs");
    assert!(said(&unset).contains("GRAFANA_PASSWORD"), "{}", said(&unset));
}

/// What `--validate` says with only these programs on the PATH.
fn validated(programs: &[(&str, &str)]) -> String {
    let folder = TempDir::new().expect("a folder");
    for (name, script) in programs {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode is set");
    }
    let config = folder.path().join("config.yaml");
    fs::write(&config, "{}\n").expect("a config");
    let output = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .arg("--config")
        .arg(&config)
        .args([
            "generate-monitoring",
            "--env",
            "production",
            "--only",
            "systemd,compose",
            "--validate",
        ])
        .env_clear()
        .env("PATH", folder.path())
        .output()
        .expect("the program runs");
    said(&output)
}

#[test]
fn validation_hears_warnings_and_finds_each_kind_of_compose() {
    let warning = "echo '/a/atest-ai-plugin.service:9: Unknown key, ignoring.' >&2";
    let of_another = "echo '/a/other.service:9: Unknown key, ignoring.' >&2";
    let no_compose = "test \"$1\" != compose";
    let compose = "compose --file deploy/docker-compose.prod.yml";
    for (programs, words) in [
        (&[("systemd-analyze", warning)][..], "REFUSED   systemd-analyze"),
        (&[("systemd-analyze", of_another)], "accepted  systemd-analyze"),
        (&[], "skipped   systemd-analyze"),
        (&[("docker", "exit 0")], "accepted  docker compose"),
        (&[("docker", no_compose)], "skipped   docker compose"),
        (
            &[("docker", no_compose), ("docker-compose", "exit 0")],
            "accepted  docker compose",
        ),
        (&[("docker-compose", "exit 1")], "REFUSED   docker compose"),
    ] {
        let said = validated(programs);
        assert!(said.contains(words), "{programs:?}: {said}");
        assert!(said.contains(compose), "{said}");
    }
}

#[test]
fn wrong_values_for_hosts_are_named_with_their_place() {
    for (values, words) in [
        ("systemd: {version: 229}", ["systemd.version", "at least 239"]),
        ("systemd: {user: 'A b'}", ["systemd.user", "not a name of a user"]),
        ("systemd: {user: root}", ["systemd.user", "none of root's rights"]),
        (
            "systemd: {group: 'a:b'}",
            ["systemd.group", "not a name of a user"],
        ),
        (
            "systemd: {version: 239, credentials: [openai-api-key]}",
            ["systemd 239 has no credentials", "they came with 247"],
        ),
        (
            "systemd: {credentials: [a/b]}",
            ["systemd.credentials[0]", "not a name for a secret"],
        ),
        (
            "systemd: {credentials: [a, a]}",
            ["systemd.credentials[1]", "twice"],
        ),
        (
            "systemd: {credentialsFolder: keys}",
            ["systemd.credentialsFolder", "not a whole path"],
        ),
        ("systemd: {memoryMax: 2G}", ["systemd.memoryMax", "ambiguous"]),
        ("systemd: {memoryMax: 1MiB}", ["systemd.memoryMax", "64MiB"]),
        (
            "compose: {project: Atest}",
            ["compose.project", "not a name that compose takes"],
        ),
        (
            "compose: {grafanaImage: grafana/grafana}",
            ["compose.grafanaImage", "name its version"],
        ),
        (
            "compose: {atestImage: 'a/b:latest'}",
            ["compose.atestImage", "not one certain image"],
        ),
        (
            "compose: {configFile: a/b.yaml}",
            ["compose.configFile", "the name alone"],
        ),
        (
            "compose: {configFolder: config}",
            ["compose.configFolder", "not a path"],
        ),
        (
            "compose: {memoryReservation: 3GiB}",
            ["compose.memoryReservation", "more than compose.memoryLimit"],
        ),
        (
            "compose: {cpuReservation: 3}",
            ["compose.cpuReservation", "more than compose.cpuLimit"],
        ),
        ("compose: {user: 0}", ["compose.user", "at least 1"]),
        (
            "compose: {secrets: [a b]}",
            ["compose.secrets[0]", "not a name for a secret"],
        ),
    ] {
        let said = Generated::refused("", values);
        assert!(said.contains("values.yaml"), "{values}: {said}");
        for word in words {
            assert!(said.contains(word), "{values}: {word:?} is not said: {said}");
        }
    }
}
