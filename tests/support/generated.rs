//! Files that the real binary generated, in a folder of the test's own, and the programs that read them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::peer::{beside_venv, wanted};

/// A folder with generated files.
pub struct Generated {
    folder: TempDir,
}

impl Generated {
    /// All files, for production, with this config (the built-in defaults when it is empty) and these values. `FOLDER` in either stands for the folder, which has a
    /// certificate and its key in `both.pem` where one of them names that.
    pub fn with(config: &str, values: &str) -> Generated {
        Generated::with_options(config, values, &[])
    }

    /// The same with these options.
    pub fn with_options(config: &str, values: &str, options: &[&str]) -> Generated {
        Generated::attempt("production", config, values, options)
            .unwrap_or_else(|output| panic!("nothing was generated:\n{}", said(&output)))
    }

    /// The same for another environment.
    pub fn of(environment: &str, config: &str, values: &str) -> Generated {
        Generated::attempt(environment, config, values, &[])
            .unwrap_or_else(|output| panic!("nothing was generated:\n{}", said(&output)))
    }

    /// The same, or what the command said in place of it.
    pub fn attempt(
        environment: &str,
        config: &str,
        values: &str,
        options: &[&str],
    ) -> Result<Generated, Output> {
        let folder = TempDir::with_prefix("atest-generated-").expect("a folder for the test");
        let output = run(folder.path(), environment, config, values, options);
        match output.status.success() {
            true => Ok(Generated { folder }),
            false => Err(output),
        }
    }

    /// What the command says about values that it refuses.
    pub fn refused(config: &str, values: &str) -> String {
        Generated::refused_with(config, values, &[])
    }

    /// The same with these options.
    pub fn refused_with(config: &str, values: &str, options: &[&str]) -> String {
        let folder = TempDir::with_prefix("atest-generated-").expect("a folder for the test");
        let output = run(folder.path(), "production", config, values, options);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            !folder.path().join("out").exists(),
            "something was written all the same"
        );
        said
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A generated file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    /// Its text.
    pub fn text(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Every generated file by its path below the folder, with its text.
    pub fn files(&self) -> Vec<(String, String)> {
        let root = self.folder.path().join("out");
        let mut files = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder that was written") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path
                        .strip_prefix(&root)
                        .expect("below the folder")
                        .display()
                        .to_string();
                    files.push((name, fs::read_to_string(path).expect("a text")));
                }
            }
        }
        files.sort();
        files
    }

    /// Whether it was generated.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).is_file()
    }
}

fn run(folder: &Path, environment: &str, config: &str, values: &str, options: &[&str]) -> Output {
    let config = if config.is_empty() { "{}\n" } else { config };
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        let text = text.replace("FOLDER", &folder.display().to_string());
        fs::write(&path, text).expect("a file is written");
        path
    };
    if config.contains("both.pem") || values.contains("both.pem") {
        let made = rcgen::generate_simple_self_signed(vec!["plugin".to_owned()]).expect("a certificate");
        let path = put(
            "both.pem",
            &format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem()),
        );
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a mode is set");
    }
    Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .arg("--config")
        .arg(put("config.yaml", config))
        .args(["generate-monitoring", "--env", environment, "--values"])
        .arg(put("values.yaml", values))
        .arg("--out")
        .arg(folder.join("out"))
        .args(options)
        .env_clear()
        .env("HOME", folder)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

/// What a program said, both ways.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// A program as the system has it, and as a newer Debian does where that could be had; none when tests against real
/// programs are switched off.
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
pub fn versions(program: &str, install: &str) -> Vec<PathBuf> {
    if !wanted(&[program], install) {
        return Vec::new();
    }
    let mut found = vec![PathBuf::from(program)];
    let newer = beside_venv("newer").join("usr/bin").join(program);
    if newer.is_file() {
        found.push(newer);
    } else {
        eprintln!(
            "SKIPPED for a newer {program}: there is no {}; packaging/peers.sh gets it",
            newer.display()
        );
    }
    found
}

/// Runs a program that must be content.
pub fn content(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let said = said(&output);
    assert!(
        output.status.success(),
        "{} {arguments:?}:\n{said}",
        program.display()
    );
    said
}
