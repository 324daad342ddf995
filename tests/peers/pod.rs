//! The generated pod, really run: the image of `packaging/`, the Deployment in its form for older clusters, and a stand-in for
//! atest that finds the plugin as atest does. podman runs what it knows of a Deployment; [`for_podman`] lists what it does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::podman::{INSTALL, PROGRAMS, Podman};
use crate::support::generated::Generated;
use crate::support::http::{Reply, get, try_get};
use crate::support::kubelet;
use crate::support::peer::{beside_venv, in_venv, venv, wanted};
use crate::support::plugin::{PATIENCE, free_address};

const IMAGE: &str = "localhost/atest-ext-ai:test";
const STAND_IN: &str = "localhost/atest-stand-in:test";

/// Builds the image of `packaging/` with the program of these tests.
fn build_image(podman: &Podman) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = podman.folder().join("atest-ext-ai");
    // Names of functions make most of a program that is compiled for tests.
    let stripped = Command::new("strip")
        .arg("-o")
        .arg(&program)
        .arg(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .status();
    assert!(stripped.expect("strip runs").success());
    let output = Command::new(root.join("packaging/image-local.sh"))
        .arg(&program)
        .arg(beside_venv("image-base.tar"))
        .arg(IMAGE)
        .args(podman.storage())
        .output()
        .expect("the script runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Builds the stand-in's: the same small Debian with Python, a gRPC client, and stubs of the contract.
fn build_stand_in(podman: &Podman) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let context = podman.folder().join("stand-in");
    let site = context.join("site");
    fs::create_dir_all(&site).expect("a folder");
    let packages = glob_one(&venv().join("lib")).join("site-packages");
    for package in ["grpc", "google", "typing_extensions.py"] {
        let copied = Command::new("cp")
            .arg("-r")
            .arg(packages.join(package))
            .arg(&site)
            .status();
        assert!(copied.expect("cp runs").success(), "{package}");
    }
    let proto = root.join("proto");
    let compiled = Command::new(in_venv("python"))
        .args(["-m", "grpc_tools.protoc"])
        .arg(format!("-I{}", proto.display()))
        .arg(format!("-I{}", packages.join("grpc_tools/_proto").display()))
        .arg(format!("--python_out={}", site.display()))
        .arg(format!("--grpc_python_out={}", site.display()))
        .args(["loader.proto", "server.proto"])
        .status();
    assert!(compiled.expect("Python runs").success());
    fs::copy(root.join("tests/peers/pod/atest.py"), context.join("atest.py")).expect("the stand-in");
    let dockerfile = "FROM localhost/atest-program:local\nCOPY site /usr/lib/python3/dist-packages\nCOPY atest.py /opt/atest.py\n";
    fs::write(context.join("Dockerfile"), dockerfile).expect("its Dockerfile");
    let output = Command::new("buildah")
        .args(podman.storage())
        .args([
            "--storage-driver",
            "vfs",
            "build",
            "--quiet",
            "--isolation",
            "chroot",
        ])
        .args(["--format", "docker", "--tag", STAND_IN])
        .arg(&context)
        .output()
        .expect("buildah runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn glob_one(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
    entries.next().expect("an entry").path()
}

/// The objects for `podman play kube`. It runs containers, volumes, security contexts and limits as they stand. Of what it does not
/// know it ignores affinity, spreading, account and grace period by itself; these have to be changed for it:
/// ports (there is no network of its own here), names of ports in probes, fields of the pod in variables, Secrets as folders, and
/// empty volumes, which a kubelet gives the pod's group and podman the owner of whichever container comes first; and
/// atest's command, whose image is the stand-in's.
fn for_podman(files: &Generated, config: &str, ports: [u16; 2], folder: &Path) -> String {
    let mut all = Vec::new();
    for name in ["configmap", "store", "secret", "deployment"] {
        let mut object: Value =
            serde_saphyr::from_str(&files.text(&format!("k8s/{name}.yaml"))).expect("YAML");
        match name {
            "configmap" => object["data"]["config.yaml"] = config.into(),
            "secret" => {
                object = json!({
                    "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "atest-ai-secrets"},
                    "data": {"openai-api-key": "sk-planted-0123456789", "claude-api-key": "", "jwt-secret": ""},
                });
            }
            "deployment" => {
                change_pod(&mut object["spec"]["template"]["spec"], ports, folder);
            }
            _ => {}
        }
        all.push(object.to_string());
    }
    all.join("\n---\n")
}

fn change_pod(spec: &mut Value, [plugin, atest]: [u16; 2], folder: &Path) {
    let group = u32::try_from(spec["securityContext"]["fsGroup"].as_u64().expect("a group")).expect("an id");
    for volume in spec["volumes"].as_array_mut().expect("volumes") {
        if volume.get("emptyDir").is_some() {
            let place = folder
                .join("volumes")
                .join(volume["name"].as_str().expect("a name"));
            fs::create_dir_all(&place).expect("a folder");
            std::os::unix::fs::chown(&place, None, Some(group)).expect("it is ours");
            fs::set_permissions(&place, fs::Permissions::from_mode(0o2775)).expect("it is ours");
            *volume = json!({"name": volume["name"], "hostPath": {"path": place, "type": "Directory"}});
        }
        if volume["name"] == "secrets" {
            *volume = json!({"name": "secrets", "configMap": {"name": "atest-ai-secrets"}});
        }
    }
    for list in ["initContainers", "containers"] {
        for container in spec[list].as_array_mut().expect("containers") {
            let container = container.as_object_mut().expect("a container");
            container.remove("ports");
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                let port = container
                    .get_mut(probe)
                    .and_then(|probe| probe.pointer_mut("/httpGet/port"));
                if let Some(port) = port {
                    *port = if port == "metrics" {
                        plugin.into()
                    } else {
                        atest.into()
                    };
                }
            }
            if container["name"] == "atest" {
                container.insert(
                    "command".to_owned(),
                    json!(["python3", "/opt/atest.py", atest.to_string()]),
                );
            }
            for variable in container
                .get_mut("env")
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                if let Some(from) = variable.get("valueFrom")
                    && from["fieldRef"]["fieldPath"] != "metadata.name"
                {
                    *variable = json!({"name": variable["name"], "value": "here"});
                }
            }
        }
    }
}

fn until<T>(podman: &Podman, what: &str, look: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        if started.elapsed() > 2 * PATIENCE {
            let logs = podman.run(&["logs", PLUGIN]);
            panic!(
                "{what} did not come:\n{}",
                String::from_utf8_lossy(&[logs.stdout, logs.stderr].concat())
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

const POD: &str = "atest-ai-plugin-pod-0";
const PLUGIN: &str = "atest-ai-plugin-pod-0-atest-ai-plugin";

/// Starts the pod. podman sometimes stumbles over the container that has just put atest's store in place; starting the pod again
/// goes on from there.
fn play(podman: &Podman, file: &Path) {
    let output = podman.run(&[
        "play",
        "kube",
        "--network",
        "host",
        file.to_str().expect("a path"),
    ]);
    let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut is_up = output.status.success();
    assert!(is_up || said.contains("once init container"), "{said}");
    let started = Instant::now();
    while !is_up {
        assert!(started.elapsed() < 2 * PATIENCE, "the pod does not start: {said}");
        // It has ended, which podman notes late, or never.
        let init = said.split_once("once init container ");
        if let Some(id) = init.and_then(|(_, rest)| rest.split([':', ' ']).next()) {
            podman.run(&["rm", "--force", id]);
        }
        let output = podman.run(&["pod", "start", POD]);
        is_up = output.status.success();
        said = String::from_utf8_lossy(&output.stderr).into_owned();
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
fn the_generated_pod_runs_with_atest_beside_it() {
    if !wanted(&[PROGRAMS, &["buildah", "mmdebstrap", "strip"]].concat(), INSTALL) {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED, because only root may build and run this pod: nothing was tried in it");
        return;
    }
    let podman = Podman::new();
    build_image(&podman);
    build_stand_in(&podman);
    let (plugin, atest) = (free_address(), free_address());
    let config = |timeout: &str| {
        format!(
            "server: {{port: {}}}\nai:\n  timeout: {timeout}\n  services:\n    openai: {{endpoint: 'http://127.0.0.1:9/v1', model: m, api_key: \"${{OPENAI_API_KEY}}\"}}\n",
            plugin.port()
        )
    };
    let files = Generated::with(
        &config("10s").replace("${OPENAI_API_KEY}", "${OPENAI_API_KEY:-}"),
        &format!(
            "image: {{repository: localhost/atest-ext-ai, tag: test}}\n\
             kubernetes: {{version: '1.25', form: container, autoscaling: {{enabled: false, minReplicas: 1}}, atest: {{image: '{STAND_IN}', port: {}}}}}\n",
            atest.port()
        ),
    );
    let file = podman.folder().join("pod.yaml");
    fs::write(
        &file,
        for_podman(
            &files,
            &config("10s"),
            [plugin.port(), atest.port()],
            podman.folder(),
        ),
    )
    .expect("a file");
    play(&podman, &file);

    // What atest sees: the store is ready, and a question is answered, by another user over the socket between them.
    let page = |reply: &Reply| -> Option<Value> { (reply.status == 200).then(|| reply.json()) };
    let seen = until(&podman, "an answer for atest", || page(&try_get(atest, "/")?));
    assert_eq!(
        (&seen["ready"], &seen["uid"]),
        (&json!(true), &json!(65_533)),
        "{seen}"
    );
    assert_eq!(
        seen["pairs"]["generated_sql"]
            .as_str()
            .map(|sql| sql.starts_with("sql:SELECT")),
        Some(true),
        "{seen}"
    );
    assert_eq!(get(plugin, "/health/ready").status, 200);
    // Its control group is seen: the limit of memory, and what was held back of CPU time.
    let metrics = get(plugin, "/metrics").text();
    for name in [
        "atest_ai_memory_limit_bytes 4294967296",
        "atest_ai_cpu_throttled_seconds_total ",
    ] {
        assert!(
            metrics.lines().any(|line| line.starts_with(name)),
            "{name}: {metrics}"
        );
    }
    confined(&podman);

    // The key came from the Secret's folder, and is shown nowhere.
    let setting = |key: &str| -> Option<Value> {
        let settings = try_get(plugin, "/admin/config")?.json();
        let found = settings["settings"]
            .as_array()?
            .iter()
            .find(|setting| setting["key"] == key);
        found.cloned()
    };
    let key = setting("ai.services.openai.api_key").expect("a key");
    assert_eq!(key["value"], "********", "{key}");
    assert!(key["origin"].to_string().contains("openai-api-key"), "{key}");

    // A changed ConfigMap, as the kubelet brings it.
    let volume = podman.said(&[
        "volume",
        "inspect",
        "--format",
        "{{.Mountpoint}}",
        "atest-ai-config",
    ]);
    let volume = PathBuf::from(volume.trim());
    fs::remove_file(volume.join("config.yaml")).expect("podman has put a plain file there");
    kubelet::write(&volume, "1", &[("config.yaml", &config("11s"))]);
    until(&podman, "the changed config", || {
        (setting("ai.timeout")?["value"] == "11s").then_some(())
    });
    kubelet::write(&volume, "2", &[("config.yaml", &config("12s"))]);
    until(&podman, "the config that changed again", || {
        (setting("ai.timeout")?["value"] == "12s").then_some(())
    });
    let own_check = podman.run(&[
        "exec",
        PLUGIN,
        "/usr/local/bin/atest-ext-ai",
        "--config",
        "/etc/atest-ai/config.yaml",
        "healthcheck",
    ]);
    assert!(own_check.status.success(), "{own_check:?}");

    let started = Instant::now();
    podman.said(&["pod", "stop", "--time", "35", POD]);
    let code = podman.said(&["inspect", "--format", "{{.State.ExitCode}}", PLUGIN]);
    assert_eq!(code.trim(), "0", "after {:?}", started.elapsed());
    podman.said(&["pod", "rm", "--force", POD]);
}

/// The plugin's container has no rights, no files to write but its volumes, and its limits.
fn confined(podman: &Podman) {
    let about: Value = serde_json::from_str(&podman.said(&["inspect", PLUGIN])).expect("JSON");
    let host = &about[0]["HostConfig"];
    assert_eq!(host["ReadonlyRootfs"], true, "{host}");
    assert_eq!(host["Memory"], 4_i64 << 30, "{host}");
    assert_eq!(host["CpuQuota"], 400_000, "{host}");
    let id = about[0]["State"]["Pid"].to_string();
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("a process");
    let line = |name: &str| {
        let found = status
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}:")));
        found
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(line("Uid")[0], "65532");
    assert_eq!(line("Gid")[0], "65532");
    assert_eq!(line("NoNewPrivs"), ["1"]);
    for set in ["CapEff", "CapPrm", "CapBnd"] {
        assert_eq!(line(set), ["0000000000000000"], "{set}");
    }
    let no_shell = podman.run(&["exec", PLUGIN, "/bin/sh", "-c", "true"]);
    assert!(!no_shell.status.success(), "there is a shell in the image");
}
