//! podman with a storage of its own, as it runs on a machine of CI: no systemd, no right to raise limits.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What is needed.
pub const PROGRAMS: &[&str] = &["podman", "runc"];
/// The command that installs it.
pub const INSTALL: &str =
    "apt-get install -y --no-install-recommends podman runc catatonit containernetworking-plugins buildah";

/// podman, and all that it keeps.
pub struct Podman {
    folder: tempfile::TempDir,
}

impl Podman {
    /// One that keeps nothing yet.
    pub fn new() -> Podman {
        let folder = tempfile::tempdir().expect("a folder for containers");
        // Machines of CI may lower limits and not raise them, and podman would raise these.
        let limits = "[containers]\ndefault_ulimits=[\"nofile=4096:4096\",\"nproc=4096:4096\"]\n";
        fs::write(folder.path().join("containers.conf"), limits).expect("podman's settings");
        Podman { folder }
    }

    /// The folder of its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it keeps images and containers, as options that buildah takes too.
    pub fn storage(&self) -> [String; 4] {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        [
            "--root".to_owned(),
            at("storage"),
            "--runroot".to_owned(),
            at("run"),
        ]
    }

    /// Runs a command of it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new("podman")
            .args(self.storage())
            .args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"])
            .args(["--events-backend", "file", "--runtime", "runc"])
            .args(arguments)
            .env("CONTAINERS_CONF", self.folder.path().join("containers.conf"))
            .stdin(Stdio::null())
            .output()
            .expect("podman runs")
    }

    /// What a command of it says that has to succeed.
    pub fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{arguments:?}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        said
    }
}
