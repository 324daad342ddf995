//! The service itself.

use std::path::{Path, PathBuf};

use super::unit::{Unit, knows, word};
use crate::config::{Config, LogOutput};
use crate::generate::deploy::{self, CONFIG, CONFIG_FOLDER, NAME, PROGRAM};
use crate::generate::plan::Plan;

/// What the plugin can do without. `PrivateUsers` is not among them: callers of the socket would have no user in it, and
/// `server.socket_uids` would turn everybody away. Nor is `ProcSubset`: when the process began, and how much memory there is, stands
/// in files of `/proc` that are no process's.
const HARDENING: [(&str, &str); 32] = [
    ("NoNewPrivileges", "yes"),
    ("CapabilityBoundingSet", ""),
    ("AmbientCapabilities", ""),
    ("ProtectSystem", "strict"),
    ("ProtectHome", "yes"),
    ("PrivateTmp", "yes"),
    ("PrivateMounts", "yes"),
    ("PrivateDevices", "yes"),
    ("DevicePolicy", "closed"),
    ("PrivateIPC", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectProc", "invisible"),
    ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("LockPersonality", "yes"),
    ("MemoryDenyWriteExecute", "yes"),
    ("RemoveIPC", "yes"),
    ("KeyringMode", "private"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@privileged @resources"),
    // The socket is given to its group.
    ("SystemCallFilter", "@chown"),
    ("SystemCallErrorNumber", "EPERM"),
    ("UMask", "0027"),
    ("LimitCORE", "0"),
];

/// The credentials, as the running process sees them.
const SEEN_BY_SERVICE: &str = "/proc/${MAINPID}/root/run/credentials/%n";

/// The text of the unit.
pub fn text(plan: &Plan) -> String {
    let mut unit = Unit::new(plan.values.systemd.version);
    head(&mut unit);
    life(plan, &mut unit);
    place(plan, &mut unit);
    credentials(plan, &mut unit);
    limits(plan, &mut unit);
    unit.note("What it can do without.").all(&HARDENING);
    unit.section("Install").set("WantedBy", "multi-user.target");
    unit.into_text()
}

fn head(unit: &mut Unit) {
    unit.section("Unit").all(&[
        ("Description", "AI plugin of atest (atest-ext-ai)"),
        ("Documentation", "https://github.com/linuxsuren/atest-ext-ai"),
        ("Wants", "network-online.target"),
        ("After", "network-online.target"),
    ]);
    unit.note("After ten starts in ten minutes it stays down, so that somebody looks.")
        .all(&[("StartLimitIntervalSec", "10min"), ("StartLimitBurst", "10")]);
}

/// Start, reload, stop, and starting anew.
fn life(plan: &Plan, unit: &mut Unit) {
    let values = &plan.values.systemd;
    let call = |command: &str| {
        format!("{PROGRAM} --config {CONFIG} {command}")
            .trim_end()
            .to_owned()
    };
    let reload = match values.credentials.as_slice() {
        [] => call("config reload"),
        // systemd (seen with 252) keeps credentials from what it runs for a reload; the service's own view of them is not kept.
        _ => format!(
            "/usr/bin/env CREDENTIALS_DIRECTORY={SEEN_BY_SERVICE} {}",
            call("config reload")
        ),
    };
    unit.section("Service")
        .set("Type", "notify")
        .set("NotifyAccess", "main")
        .note("A config that is wrong is told here, with its line, and nothing is started.")
        .set("ExecStartPre", &call("--validate"))
        .set("ExecStart", &call(""))
        .note("Fails when the new config is wrong; the old one stays in effect.")
        .set("ExecReload", &reload)
        .set("Restart", "always")
        .set("RestartSec", "5s")
        .all(&[("RestartSteps", "5"), ("RestartMaxDelaySec", "1min")])
        .set("TimeoutStartSec", "1min")
        .note("What is under way is finished first: server.shutdown_delay and server.shutdown_timeout of the config, and 5 s.")
        .set("TimeoutStopSec", &format!("{}s", deploy::stop_seconds(plan)))
        .note("Started anew when it says nothing for so long.")
        .set("WatchdogSec", &format!("{}s", values.watchdog))
        .set("StandardOutput", "journal")
        .set("StandardError", "journal")
        .set("SyslogIdentifier", NAME);
}

/// User, folders and variables.
fn place(plan: &Plan, unit: &mut Unit) {
    let values = &plan.values.systemd;
    unit.note("Users of this group may open the socket, and nobody else.")
        .set("User", &values.user)
        .set("Group", &values.group);
    for (name, folder) in [
        ("RuntimeDirectory", deploy::SOCKET_FOLDER),
        ("StateDirectory", deploy::STATE_FOLDER),
        ("LogsDirectory", deploy::LOG_FOLDER),
        ("ConfigurationDirectory", CONFIG_FOLDER),
    ] {
        let name_of_folder = Path::new(folder).file_name().unwrap_or_default();
        unit.set(name, &name_of_folder.to_string_lossy());
        if name != "ConfigurationDirectory" {
            unit.set(&format!("{name}Mode"), "0750");
        }
    }
    unit.note("The folder stays when the service stops: a socket that systemd holds is in it.")
        .set("RuntimeDirectoryPreserve", "yes");
    let elsewhere = written_elsewhere(&plan.config);
    if !elsewhere.is_empty() {
        unit.note("Folders that the config names.");
        for folder in elsewhere {
            unit.set("ReadWritePaths", &word(&format!("-{}", folder.display())));
        }
    }
    unit.note("Not in /tmp, which is the service's own (PrivateTmp): atest would not find the socket there.")
        .set(
            "Environment",
            &format!("AI_PLUGIN_SOCKET_PATH={}", deploy::SOCKET),
        )
        .set("Environment", "ATEST_EXT_AI_SERVER_DEFAULT_SOCKET=false")
        .set(
            "Environment",
            &format!("ATEST_EXT_AI_SERVER_SOCKET_GROUP={}", values.group),
        )
        .note("Variables of one's own; they win over those above.")
        .set("EnvironmentFile", &format!("-/etc/default/{NAME}"));
}

/// Folders outside of the service's own that the config has the plugin write to.
fn written_elsewhere(config: &Config) -> Vec<PathBuf> {
    let log = match &config.logging.output {
        LogOutput::File { path, .. } => Some(path.as_path()),
        LogOutput::Stdout | LogOutput::Stderr => None,
    };
    let files = [log, config.audit.path.as_deref()];
    let folders = files.into_iter().filter_map(|path| path?.parent());
    let folders = folders.chain(config.server.state_dir.as_deref());
    let mut all: Vec<PathBuf> = folders
        .chain(config.profiling.continuous.folder.as_deref())
        .filter(|folder| folder.is_absolute())
        .filter(|folder| {
            ![deploy::STATE_FOLDER, deploy::LOG_FOLDER]
                .iter()
                .any(|own| folder.starts_with(own))
        })
        .map(Path::to_owned)
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Secrets, which are in no variable and in no file that the plugin's user can open.
fn credentials(plan: &Plan, unit: &mut Unit) {
    let values = &plan.values.systemd;
    if !knows(values.version, "LoadCredential") {
        return;
    }
    // All that is behind the colon is the path: spaces and quotes are its own.
    let folder = values.credentials_folder.trim_end_matches('/').replace('%', "%%");
    let loaded = |name: &str| format!("{name}:{folder}/{name}");
    unit.note(
        "Secrets: root's files, which the service alone sees. openai-api-key is the variable OPENAI_API_KEY.",
    );
    if values.credentials.is_empty() {
        unit.note("systemd.credentials of the values sets this, and what ExecReload needs for it.")
            .example("LoadCredential", &loaded("openai-api-key"));
    }
    for name in &values.credentials {
        unit.set("LoadCredential", &loaded(name));
    }
}

fn limits(plan: &Plan, unit: &mut Unit) {
    let values = &plan.values.systemd;
    unit.set("MemoryMax", &deploy::bytes(values.memory_max))
        .set("CPUQuota", &format!("{}%", values.cpu_quota))
        .set("LimitNOFILE", &values.open_files.to_string())
        .set("TasksMax", "512")
        .set("OOMPolicy", "stop");
}
