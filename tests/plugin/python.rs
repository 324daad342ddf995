//! A real gRPC client in another language calls the plugin as atest does.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::peer::{venv, wanted};
use crate::support::plugin::Plugin;

const CONFIG: &str = "
databases:
  shop:
    driver: mysql
    schema_ddl: |
      CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(80), status VARCHAR(16));
      CREATE TABLE orders (id INT PRIMARY KEY, user_id INT REFERENCES users(id), total DECIMAL(8,2));
";

#[test]
fn a_python_client_gets_what_the_contract_says() {
    if !wanted(&[], "") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = python();
    let plugin = Plugin::start(CONFIG);
    let run = Command::new(python)
        .arg("-B")
        .arg(root.join("tests/plugin/client.py"))
        .arg(&plugin.socket)
        .arg(root.join("proto"))
        .output()
        .expect("python starts");
    assert!(
        run.status.success(),
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
    // What was called by name above must not be in the log, which is at level info.
    for secret in ["not-to-be-seen", "show all users"] {
        assert!(!plugin.log().contains(secret), "{secret:?} is in the log");
    }
}

/// The Python of the venv that `make peers` makes.
fn python() -> PathBuf {
    let venv = venv();
    let python = venv.join("bin/python");
    let works = Command::new(&python)
        .args(["-c", "import grpc, grpc_tools"])
        .output();
    assert!(
        works.is_ok_and(|output| output.status.success()),
        "{} has no gRPC client; install it with: make peers   (or: python3 -m venv {1} && {1}/bin/pip install grpcio \
         grpcio-tools), or set ATEST_PEERS=skip",
        python.display(),
        venv.display()
    );
    python
}
