//! The generated service in the hands of a real systemd: started, watched, reloaded, stopped, and open to its group alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::machine::Machine;

/// It is not valid without the credential.
const CONFIG: &str = "ai: {services: {openai: {api_key: \"${OPENAI_API_KEY}\"}}}\n";
const VALUES: &str = "systemd: {credentials: [openai-api-key]}\n";
const SECRET: &str = "sk-planted-0123456789";

const INSTALL: &str = "set -e
from=/opt/share/out/deploy/systemd
ln -s /opt/share/atest-ext-ai /usr/local/bin/atest-ext-ai
mkdir -p /etc/sysusers.d /etc/tmpfiles.d /etc/systemd/system/atest-ai-plugin.service.d
cp $from/atest-ai-plugin.service $from/atest-ai-plugin.socket /etc/systemd/system/
cp $from/sysusers.d/atest-ai-plugin.conf /etc/sysusers.d/
cp $from/tmpfiles.d/atest-ai-plugin.conf /etc/tmpfiles.d/
cp $from/default/atest-ai-plugin /etc/default/
printf '[Service]\\nWatchdogSec=2s\\nRestartSec=100ms\\n' >/etc/systemd/system/atest-ai-plugin.service.d/quick.conf
systemd-sysusers
systemd-tmpfiles --create /etc/tmpfiles.d/atest-ai-plugin.conf
useradd --groups atest friend
useradd stranger
systemctl daemon-reload";

/// Boots a machine and installs there what is generated.
fn machine() -> Option<Machine> {
    let machine = Machine::wanted(CONFIG)?;
    let at = |name: &str| machine.folder.path().join(name);
    fs::write(at("share/plain.yaml"), "{}\n").expect("a config");
    fs::write(at("share/values.yaml"), VALUES).expect("values");
    let made = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .arg("--config")
        .arg(at("share/plain.yaml"))
        .args([
            "generate-monitoring",
            "--env",
            "production",
            "--only",
            "systemd",
            "--values",
        ])
        .arg(at("share/values.yaml"))
        .arg("--out")
        .arg(at("share/out"))
        .env_clear()
        .output()
        .expect("the program runs");
    assert!(made.status.success(), "{made:?}");
    let folder = at("etc/credentials");
    fs::create_dir(&folder).expect("a folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("a mode is set");
    fs::write(folder.join("openai-api-key"), SECRET).expect("a secret");
    done(&machine, &["bash", "-c", INSTALL]);
    Some(machine)
}

/// Runs what has to succeed, and gives what it said.
fn done(machine: &Machine, command: &[&str]) -> String {
    let output = machine.run(command);
    assert!(
        output.status.success(),
        "{command:?}: {output:?}\n{}",
        machine.journal()
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn property(machine: &Machine, name: &str) -> String {
    let command = [
        "systemctl",
        "show",
        "--value",
        "--property",
        name,
        "atest-ai-plugin",
    ];
    done(machine, &command)
}

/// What atest's question gets when that user asks it.
fn asked_by(machine: &Machine, user: &str) -> String {
    let socket = "AI_PLUGIN_SOCKET_PATH=/run/atest-ext-ai/atest-ext-ai.sock";
    let program = [
        "/usr/local/bin/atest-ext-ai",
        "--config",
        "/opt/share/plain.yaml",
        "healthcheck",
    ];
    let command = [&["runuser", "--user", user, "--", "env", socket], &program[..]].concat();
    let output = machine.run(&command);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_generated_service_is_started_watched_reloaded_and_stopped() {
    let Some(machine) = machine() else { return };
    // `start` comes back when the plugin has said that it is ready, which it is not without the credential.
    done(&machine, &["systemctl", "start", "atest-ai-plugin"]);
    assert_eq!(property(&machine, "StatusText"), "taking questions");
    let secret = "/etc/atest-ai/credentials/openai-api-key";
    let looked = machine.run(&["runuser", "--user", "atest", "--", "cat", secret]);
    assert!(!looked.status.success(), "the plugin's user opens root's file");

    let before = property(&machine, "MainPID");
    let frozen = [
        "systemctl",
        "kill",
        "--kill-who=main",
        "--signal=STOP",
        "atest-ai-plugin",
    ];
    done(&machine, &frozen);
    machine.wait_for("the watchdog", |machine| {
        (property(machine, "NRestarts") == "1" && property(machine, "ActiveState") == "active").then_some(())
    });
    assert_ne!(property(&machine, "MainPID"), before);
    let journal = machine.journal();
    assert!(journal.contains("Watchdog timeout"), "{journal}");

    let config = machine.folder.path().join("etc/config.yaml");
    fs::write(&config, CONFIG.replace("ai: {", "ai: {timeout: 20s, ")).unwrap();
    done(&machine, &["systemctl", "reload", "atest-ai-plugin"]);
    let journal = machine.journal();
    assert!(journal.contains("the config was loaded again"), "{journal}");
    fs::write(&config, "ai: {timeout: soon}\n").unwrap();
    let reload = machine.run(&["systemctl", "reload", "atest-ai-plugin"]);
    assert!(!reload.status.success(), "a wrong config was taken");
    assert_eq!(property(&machine, "ActiveState"), "active");

    let limit = Duration::from_secs(35);
    assert_eq!(property(&machine, "TimeoutStopUSec"), "35s");
    let since = Instant::now();
    done(&machine, &["systemctl", "stop", "atest-ai-plugin"]);
    assert!(since.elapsed() < limit, "{:?}", since.elapsed());
    assert_eq!(property(&machine, "Result"), "success");

    // The wrong config is still there: it is told before anything is started.
    let start = machine.run(&["systemctl", "start", "atest-ai-plugin"]);
    assert!(!start.status.success(), "it was started with a wrong config");
    let journal = machine.journal();
    assert!(journal.contains("config.yaml:1:"), "{journal}");
    assert!(!journal.contains(SECRET), "a secret is in the journal");
}

#[test]
fn the_generated_socket_is_open_to_its_group_alone() {
    let Some(machine) = machine() else { return };
    let refused = "Permission denied";
    let modes = |paths: &[&str]| done(&machine, &[&["stat", "--format", "%A %U %G"], paths].concat());
    let folder = "/run/atest-ext-ai";
    let socket = "/run/atest-ext-ai/atest-ext-ai.sock";
    assert_eq!(modes(&[folder]), "drwxr-x--- atest atest");
    done(&machine, &["systemctl", "start", "atest-ai-plugin"]);
    assert_eq!(
        modes(&[folder, socket]),
        "drwxr-x--- atest atest\nsrw-rw---- atest atest"
    );
    assert!(asked_by(&machine, "friend").starts_with("verify  ok"));
    assert!(asked_by(&machine, "stranger").contains(refused));
    done(&machine, &["systemctl", "stop", "atest-ai-plugin"]);

    // systemd holds the socket, and the first question starts the plugin.
    done(&machine, &["systemctl", "start", "atest-ai-plugin.socket"]);
    assert_eq!(
        modes(&[folder, socket]),
        "drwxr-x--- atest atest\nsrw-rw---- atest atest"
    );
    assert!(asked_by(&machine, "stranger").contains(refused));
    assert_eq!(property(&machine, "ActiveState"), "inactive");
    let said = asked_by(&machine, "friend");
    assert!(said.starts_with("verify  ok"), "{said}\n{}", machine.journal());
    assert_eq!(property(&machine, "ActiveState"), "active");
    // Where the plugin ends, the socket stays, and what is asked meanwhile waits for the next.
    done(&machine, &["systemctl", "restart", "atest-ai-plugin"]);
    assert!(asked_by(&machine, "friend").starts_with("verify  ok"));
}
