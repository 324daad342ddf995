//! The plugin in a container of podman, read-only and without rights, whose ConfigMap changes from outside.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::podman::{INSTALL, PROGRAMS, Podman};
use crate::support::generated::Generated;
use crate::support::http::{get, try_get};
use crate::support::kubelet;
use crate::support::peer::wanted;
use crate::support::plugin::{PATIENCE, free_address};

static LAST: AtomicU32 = AtomicU32::new(0);

/// A container; it is removed when dropped, with all that podman keeps of it.
struct Container {
    podman: Podman,
    name: String,
}

impl Container {
    /// Starts the plugin on the network of this machine, with `volume` as /etc/atest-ai, and with further options of podman.
    fn start(volume: &Path, options: &[&str]) -> Container {
        let podman = Podman::new();
        root_of(&podman.folder().join("rootfs")).expect("the files of the container");
        let container = Container {
            // Tests of one process may run at the same time.
            name: format!(
                "atest-{}-{}",
                std::process::id(),
                LAST.fetch_add(1, Ordering::Relaxed)
            ),
            podman,
        };
        let mount = format!("{}:/etc/atest-ai:ro", volume.display());
        let root = container.podman.folder().join("rootfs");
        let mut arguments = vec![
            "run",
            "--detach",
            "--no-healthcheck",
            "--name",
            &container.name,
            "--network",
            "host",
            "--read-only",
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--tmpfs",
            "/tmp",
            "--volume",
            &mount,
        ];
        arguments.extend(options);
        arguments.extend(["--rootfs", root.to_str().expect("a name"), "/bin/atest-ext-ai"]);
        let started = container.podman.run(&arguments);
        assert!(started.status.success(), "{started:?}");
        container
    }

    fn log(&self) -> String {
        let output = self.podman.run(&["logs", &self.name]);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    fn wait_for<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{what} did not come:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // It may have ended already, which is as well.
        self.podman.run(&["rm", "--force", "--time", "1", &self.name]);
    }
}

/// The program with the libraries that it is linked to, and the folders that a container needs.
fn root_of(root: &Path) -> std::io::Result<()> {
    let program = env!("CARGO_BIN_EXE_atest-ext-ai");
    for folder in ["bin", "tmp", "proc", "dev", "sys", "etc/atest-ai", "run"] {
        fs::create_dir_all(root.join(folder))?;
    }
    fs::copy(program, root.join("bin/atest-ext-ai"))?;
    let linked = Command::new("ldd").arg(program).output()?;
    let linked = String::from_utf8_lossy(&linked.stdout).into_owned();
    for library in linked.split_whitespace().filter(|word| word.starts_with('/')) {
        let inside = root.join(library.trim_start_matches('/'));
        let folder: PathBuf = inside.parent().map(Path::to_owned).unwrap_or_default();
        fs::create_dir_all(folder)?;
        fs::copy(library, inside)?;
    }
    Ok(())
}

#[test]
fn a_config_map_that_changes_reaches_the_plugin_in_its_container() {
    if !wanted(PROGRAMS, INSTALL) {
        return;
    }
    let address = free_address();
    let config = |timeout: &str| {
        format!(
            "server:\n  host: 127.0.0.1\n  port: {}\n  default_socket: false\n  socket_path: /tmp/plugin.sock\n\
             ai:\n  timeout: {timeout}\n",
            address.port()
        )
    };
    let outside = tempfile::tempdir().unwrap();
    let volume = outside.path().join("volume");
    kubelet::write(&volume, "1", &[("config.yaml", &config("10s"))]);
    let container = Container::start(&volume, &[]);
    let setting = || {
        let reply = try_get(address, "/admin/config")?.json();
        let settings = reply["settings"].as_array()?.iter();
        let mut found = settings.filter(|setting| setting["key"] == "ai.timeout");
        found.next()?["value"].as_str().map(str::to_owned)
    };
    container.wait_for("the start", || (setting()? == "10s").then_some(()));
    for (stamp, timeout) in [("2", "11s"), ("3", "12s")] {
        kubelet::write(&volume, stamp, &[("config.yaml", &config(timeout))]);
        container.wait_for(timeout, || (setting()? == timeout).then_some(()));
    }
    kubelet::write(&volume, "4", &[("config.yaml", "ai: {timeout: soon}")]);
    container.wait_for("the refusal", || {
        let metrics = get(address, "/metrics").text();
        metrics
            .contains("\natest_ai_config_last_reload_successful 0\n")
            .then_some(())
    });
    assert_eq!(setting().as_deref(), Some("12s"));
    let by_events = "atest_ai_config_reloads_total{result=\"applied\",trigger=\"file\"} 2";
    assert!(
        get(address, "/metrics").text().contains(by_events),
        "{}",
        container.log()
    );
}

#[test]
fn profiles_are_taken_read_only_without_rights_and_within_64_mib() {
    if !wanted(PROGRAMS, INSTALL) {
        return;
    }
    let Some(tools) = crate::go::both() else { return };
    let address = free_address();
    let config = format!(
        "server:\n  host: 127.0.0.1\n  port: {}\n  default_socket: false\n  socket_path: /tmp/plugin.sock\n",
        address.port()
    );
    let outside = tempfile::tempdir().unwrap();
    let volume = outside.path().join("volume");
    kubelet::write(&volume, "1", &[("config.yaml", &config)]);
    // Samples dense enough that an idle plugin, which holds some 3 MB, never has none by chance.
    let samples = "MALLOC_CONF=lg_prof_sample:14";
    let limits = ["--memory", "64m", "--memory-swap", "64m", "--env", samples];
    let container = Container::start(&volume, &limits);
    container.wait_for("the start", || {
        (try_get(address, "/health/ready")?.status == 200).then_some(())
    });
    let paths = [
        "profile?seconds=2",
        "heap",
        "allocs",
        "goroutine",
        "threadcreate",
        "mutex",
        "block",
    ];
    for path in paths {
        let reply = get(address, &format!("/debug/pprof/{path}"));
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let file = outside.path().join("profile");
        fs::write(&file, &reply.body).unwrap();
        for tool in &tools {
            let raw = tool.pprof(&["-raw".as_ref(), file.as_os_str()]);
            assert!(raw.contains("Samples:"), "{path}: {raw}");
        }
        if path == "heap" {
            // Names need no file but the program's own.
            let top = tools[0].pprof(&["-top".as_ref(), file.as_os_str()]);
            assert!(top.contains("atest_ext_ai::"), "{top}");
        }
    }
    let trace = get(address, "/debug/pprof/trace?seconds=1");
    assert_eq!(trace.status, 200, "{}", trace.text());
    let file = outside.path().join("trace");
    fs::write(&file, &trace.body).unwrap();
    for tool in &tools {
        assert!(!tool.print(&file).is_empty());
    }
    assert_eq!(get(address, "/health/ready").status, 200);
}

/// The plugin's service of the compose file that is generated, its variables as they are when nobody sets any.
fn generated_service() -> Value {
    let values = "compose: {secrets: [openai-api-key]}";
    let files = Generated::with_options("", values, &["--only", "compose"]);
    let mut file: Value =
        serde_saphyr::from_str(&files.text("deploy/docker-compose.prod.yml")).expect("YAML");
    file["services"]["atest-ai-plugin"].take()
}

#[test]
fn the_generated_compose_service_serves_as_it_says() {
    if !wanted(PROGRAMS, INSTALL) {
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    let service = generated_service();
    let user = service["user"].as_str().expect("a user").to_owned();
    let number: u32 = user.split(':').next().unwrap().parse().unwrap();
    let at = |name: &str| outside.path().join(name);
    for name in ["config", "socket", "state", "secrets"] {
        fs::create_dir(at(name)).unwrap();
    }
    fs::write(at("secrets/openai-api-key"), "sk-planted-0123456789").unwrap();
    for name in ["socket", "state", "secrets", "secrets/openai-api-key"] {
        std::os::unix::fs::chown(at(name), Some(number), Some(number)).unwrap();
    }
    // The whole config for production, which names a group that the container does not know.
    let config = fs::read_to_string("config/production.yaml").unwrap();
    let services = "services: {openai: {api_key: \"${OPENAI_API_KEY}\"}}";
    let config = config.replace("services: {}", services);
    assert!(config.contains(services) && config.contains("socket_group: atest"));
    fs::write(at("config/production.yaml"), config).unwrap();

    let address = free_address();
    let variables = service["environment"].as_object().expect("variables").iter();
    let variables = variables.map(|(name, value)| {
        let value = value.as_str().expect("a text");
        let default = value.strip_prefix("${").and_then(|inner| inner.split_once(":-"));
        let value = default.map_or(value, |(_, default)| default.trim_end_matches('}'));
        format!("--env={name}={value}")
    });
    let mut options: Vec<String> = variables.collect();
    // Other programs of this machine may have the usual port.
    options.push(format!("--env=ATEST_EXT_AI_SERVER_PORT={}", address.port()));
    options.push(format!("--user={user}"));
    for (name, inside) in [
        ("socket", "/run/atest-ext-ai"),
        ("state", "/var/lib/atest-ai"),
        ("secrets", "/run/secrets:ro"),
    ] {
        options.push(format!("--volume={}:{inside}", at(name).display()));
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let container = Container::start(&at("config"), &options);
    container.wait_for("the start", || {
        (try_get(address, "/health/ready")?.status == 200).then_some(())
    });
    let socket = fs::metadata(at("socket/atest-ext-ai.sock")).unwrap();
    assert_eq!((socket.mode() & 0o777, socket.gid()), (0o660, number));
    let health = container
        .podman
        .run(&["exec", &container.name, "/bin/atest-ext-ai", "healthcheck"]);
    assert!(health.status.success(), "{health:?}\n{}", container.log());
    let grace = service["stop_grace_period"]
        .as_str()
        .expect("a time")
        .trim_end_matches('s');
    let since = Instant::now();
    let stopped = container.podman.run(&["stop", "--time", grace, &container.name]);
    assert!(stopped.status.success(), "{stopped:?}");
    assert!(since.elapsed() < Duration::from_secs(grace.parse().unwrap()));
    let code = container
        .podman
        .run(&["inspect", "--format", "{{.State.ExitCode}}", &container.name]);
    assert_eq!(
        String::from_utf8_lossy(&code.stdout).trim(),
        "0",
        "{}",
        container.log()
    );
    assert!(!container.log().contains("sk-planted"), "a secret is in the log");
}
