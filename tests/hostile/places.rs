//! Links and odd files where the config, the socket and the certificate should be.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_socket_path_that_is_a_link_is_left_alone_and_what_it_points_to_too() {
    let folder = TempDir::new().unwrap();
    let precious = folder.path().join("precious");
    fs::write(&precious, "mine").unwrap();
    let link = folder.path().join("a.sock");
    symlink(&precious, &link).unwrap();
    let config = folder.path().join("config.yaml");
    fs::write(
        &config,
        format!(
            "server:\n  port: 1\n  socket_path: {}\n  socket_permissions: \"0666\"\n  default_socket: false\n  state_dir: {}\naudit:\n  enabled: false\n",
            link.display(),
            folder.path().join("state").display()
        ),
    )
    .unwrap();
    let output = run(folder.path(), &["--config", config.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("symbolic link"), "{}", said(&output));
    assert_eq!(fs::read_to_string(&precious).unwrap(), "mine");
    assert_ne!(
        fs::metadata(&precious).unwrap().permissions().mode() & 0o777,
        0o666
    );
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn odd_files_are_told_and_never_waited_for() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert!(
        Command::new("mkfifo")
            .arg(path("fifo"))
            .status()
            .unwrap()
            .success()
    );
    symlink(path("loop"), path("loop")).unwrap();
    fs::create_dir(path("folder")).unwrap();
    for name in ["fifo", "loop", "folder", "nowhere", "/dev/zero"] {
        let file = path(name);
        // As a certificate.
        let config = path("config.yaml");
        fs::write(
            &config,
            format!(
                "server:\n  tls: {{cert_file: {0}, key_file: {0}}}\n",
                file.display()
            ),
        )
        .unwrap();
        let output = run(
            folder.path(),
            &["--validate", "--config", config.to_str().unwrap()],
        );
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert!(
            said(&output).contains("server.tls.cert_file"),
            "{name}: {}",
            said(&output)
        );
        // As the config itself, which may be a pipe: `--config <(sops -d config.yaml)`.
        if name == "fifo" {
            continue;
        }
        let output = run(folder.path(), &["--validate", "--config", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
    }
}
