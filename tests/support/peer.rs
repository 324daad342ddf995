//! Programs that nobody here wrote: found, started, and ended by their own process id.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Whether to go on with a test that needs these programs. Panics with the install command when one is missing.
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
pub fn wanted(programs: &[&str], install: &str) -> bool {
    if std::env::var("ATEST_PEERS").is_ok_and(|word| word == "skip") {
        eprintln!(
            "SKIPPED, because ATEST_PEERS=skip: nothing was tried against {}",
            programs.join(", ")
        );
        return false;
    }
    for program in programs {
        assert!(
            on_path(program),
            "{program} is not installed; install it with: {install}"
        );
    }
    true
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The Python venv that `make peers` makes.
pub fn venv() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::env::var_os("ATEST_VENV").map_or_else(|| root.join("target/venv"), PathBuf::from)
}

/// A program of the venv.
pub fn in_venv(program: &str) -> PathBuf {
    let path = venv().join("bin").join(program);
    assert!(
        path.is_file(),
        "{program} is not in {}; install it with: make peers (or set ATEST_PEERS=skip)",
        venv().display()
    );
    path
}

/// A folder that `make peers` makes beside the venv.
pub fn beside_venv(folder: &str) -> PathBuf {
    let venv = venv();
    venv.parent().expect("a venv lies in a folder").join(folder)
}

/// A running program; it is killed when dropped.
pub struct Peer(Child);

impl Peer {
    /// Starts it with its output in a file.
    pub fn start(command: &mut Command, log: &Path) -> Peer {
        let log = File::create(log).expect("a file for the log");
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn();
        Peer(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
