//! The plugin as a service of a real systemd, which is booted in a container: `config apply` reloads it through
//! `ExecReload`, and `shutdown` stops it although the unit says `Restart=always`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::peer::{beside_venv, wanted};
use crate::support::plugin::PATIENCE;

const PROGRAMS: &[&str] = &["systemd-nspawn", "nsenter", "unshare"];
const INSTALL: &str = "packaging/peers.sh VENV (as root; systemd-container and mmdebstrap)";

const UNIT: &str = "[Unit]
Description=atest-ext-ai Plugin
[Service]
Type=notify
ExecStart=/opt/share/atest-ext-ai --config /etc/atest-ai/config.yaml
ExecReload=/opt/share/atest-ext-ai --config /etc/atest-ai/config.yaml config reload
Restart=always
[Install]
WantedBy=multi-user.target
";

/// The files of the system are those of one machine at a time.
static ONE: Mutex<()> = Mutex::new(());

/// A booted machine; it is powered off when dropped.
pub struct Machine {
    child: Child,
    /// `share` is its /opt/share, with the program, and `etc` its /etc/atest-ai.
    pub folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// The files of a small system, as `packaging/peers.sh` makes them beside the venv.
fn system_root() -> PathBuf {
    beside_venv("systemd-root")
}

impl Machine {
    /// Boots one; `None`, loudly, where that cannot be tried.
    #[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
    pub fn wanted(config: &str) -> Option<Machine> {
        if !wanted(PROGRAMS, INSTALL) {
            return None;
        }
        if !rustix::process::geteuid().is_root() {
            eprintln!("SKIPPED, because only root may boot a machine: nothing was tried against systemd");
            return None;
        }
        Some(Machine::boot(config))
    }

    fn boot(config: &str) -> Machine {
        let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let root = system_root();
        assert!(
            root.join("etc/os-release").exists() || root.join("usr/lib/os-release").exists(),
            "there is no system to boot at {}; make it with: {INSTALL}",
            root.display()
        );
        let folder = tempfile::tempdir().expect("a folder for the machine");
        let at = |name: &str| folder.path().join(name);
        for name in ["share", "etc"] {
            fs::create_dir(at(name)).expect("its folders");
        }
        fs::copy(env!("CARGO_BIN_EXE_atest-ext-ai"), at("share/atest-ext-ai")).expect("the program");
        fs::write(at("share/atest-ai-plugin.service"), UNIT).expect("the unit");
        fs::write(at("etc/config.yaml"), config).expect("the config");
        // A mount namespace of its own, in which control groups are only those of version 2: systemd wants no mixture.
        let script = format!(
            "umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec systemd-nspawn --quiet \
             --register=no --keep-unit --volatile=overlay --private-network --directory={} --machine={} \
             --bind-ro={}:/opt/share --bind={}:/etc/atest-ai --boot",
            root.display(),
            format_args!("atest-{}", std::process::id()),
            at("share").display(),
            at("etc").display(),
        );
        let log = File::create(at("log")).expect("a file for the log");
        let child = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "bash", "-c", &script])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("unshare runs");
        let machine = Machine {
            child,
            folder,
            _alone: alone,
        };
        machine.wait_for("the end of its start", |machine| {
            let state = machine.try_run(&["systemctl", "is-system-running"])?;
            let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
            ["running", "degraded"].contains(&state.as_str()).then_some(())
        });
        machine
    }

    /// Runs a command in it.
    pub fn run(&self, command: &[&str]) -> Output {
        self.try_run(command).expect("nsenter runs")
    }

    /// Its first process, as seen from outside. While it begins, that is one which prepares the other and still has this
    /// machine's files: nothing may be run there.
    fn leader(&self) -> Option<String> {
        let children = format!("/proc/{0}/task/{0}/children", self.child.id());
        let children = fs::read_to_string(children).ok()?;
        let leader = children.split_whitespace().next()?.to_owned();
        let inside = format!("/proc/{leader}/root/opt/share/atest-ext-ai");
        Path::new(&inside).exists().then_some(leader)
    }

    fn try_run(&self, command: &[&str]) -> Option<Output> {
        Command::new("nsenter")
            .args(["--target", &self.leader()?, "--all"])
            .args(command)
            .stdin(Stdio::null())
            .output()
            .ok()
    }

    /// The plugin's own command, which has to succeed.
    pub fn plugin(&self, arguments: &[&str]) -> String {
        let command = [&["/opt/share/atest-ext-ai"], arguments].concat();
        let output = self.run(&command);
        let said = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}{}", self.journal());
        said
    }

    /// What systemd and the plugin said of it.
    pub fn journal(&self) -> String {
        let output = self.run(&[
            "journalctl",
            "--no-pager",
            "--output=cat",
            "--unit=atest-ai-plugin",
        ]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn state(&self) -> String {
        let output = self.run(&["systemctl", "is-active", "atest-ai-plugin"]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Looks until there is something.
    pub fn wait_for<T>(&self, what: &str, look: impl Fn(&Machine) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{what} did not come:\n{}",
                fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The end of its first process takes everything in it along; nspawn's own end may leave that one behind.
        let leader = self.leader().and_then(|leader| leader.parse().ok());
        if let Some(leader) = leader.and_then(Pid::from_raw) {
            let _ = kill_process(leader, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn systemd_reloads_and_stops_the_plugin_for_its_commands() {
    let Some(machine) = Machine::wanted("ai: {timeout: 10s}\n") else {
        return;
    };
    let unit = "/etc/systemd/system/atest-ai-plugin.service";
    machine.run(&["cp", "/opt/share/atest-ai-plugin.service", unit]);
    machine.run(&["systemctl", "daemon-reload"]);
    let started = machine.run(&["systemctl", "start", "atest-ai-plugin"]);
    assert!(started.status.success(), "{started:?}\n{}", machine.journal());

    fs::write(
        machine.folder.path().join("share/new.yaml"),
        "ai: {timeout: 20s}\n",
    )
    .unwrap();
    let said = machine.plugin(&["config", "apply", "--watch", "1s", "/opt/share/new.yaml"]);
    assert!(
        said.contains("ai.timeout: 10s -> 20s") && said.contains("kept"),
        "{said}"
    );
    let journal = machine.journal();
    assert!(journal.contains("Reloaded atest-ai-plugin.service"), "{journal}");
    assert!(journal.contains("the config was loaded again"), "{journal}");

    // A file that is wrong makes `systemctl reload` fail, and the service goes on.
    fs::write(
        machine.folder.path().join("etc/config.yaml"),
        "ai: {timeout: soon}\n",
    )
    .unwrap();
    assert!(
        !machine
            .run(&["systemctl", "reload", "atest-ai-plugin"])
            .status
            .success()
    );
    assert_eq!(machine.state(), "active");
    fs::write(
        machine.folder.path().join("etc/config.yaml"),
        "ai: {timeout: 20s}\n",
    )
    .unwrap();

    let said = machine.plugin(&["shutdown", "--drain", "5s"]);
    assert!(
        said.contains("through systemd (atest-ai-plugin.service)"),
        "{said}"
    );
    assert_eq!(machine.state(), "inactive", "{}", machine.journal());
}
