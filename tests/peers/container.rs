//! The plugin in a container of podman, read-only and without rights, whose ConfigMap changes from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::podman::{INSTALL, PROGRAMS, Podman};
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
    for folder in ["bin", "tmp", "proc", "dev", "sys", "etc/atest-ai"] {
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
    let limits = ["--memory", "64m", "--memory-swap", "64m"];
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
