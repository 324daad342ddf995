//! The example is a whole service, whose profiles open in the real tools.

#[allow(dead_code)]
#[path = "support/go.rs"]
mod go;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The example, until it is dropped.
struct Service {
    child: Child,
    base: String,
}

impl Service {
    fn start() -> Service {
        // Beside this test's own folder, where cargo puts what it builds for tests.
        let test = std::env::current_exe().expect("a test has a file");
        let folder: PathBuf = test
            .ancestors()
            .nth(2)
            .expect("a folder of what was built")
            .into();
        let mut child = Command::new(folder.join("examples/service"))
            .arg("0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example was built: `cargo build -p profiling --example service`");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out)
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line.trim().rsplit(' ').next().expect("an address").to_owned();
        Service {
            child,
            base: format!("{address}/debug/pprof"),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn its_profiles_open_by_url() {
    let Some(tools) = go::both() else { return };
    let service = Service::start();
    for tool in &tools {
        let top = tool.pprof(&[
            "-top",
            "-timeout=60",
            &format!("{}/profile?seconds=3", service.base),
        ]);
        assert!(top.contains("service::primes"), "{top}");
        let top = tool.pprof(&["-top", &format!("{}/goroutine", service.base)]);
        assert!(top.contains("count by itself"), "{top}");
        let top = tool.pprof(&["-top", &format!("{}/heap", service.base)]);
        assert!(top.contains("Type: inuse_space"), "{top}");
    }
}
