//! A gRPC client in another language, with and without certificates.

use std::path::Path;
use std::process::Command;

use crate::files::Files;
use crate::https::out;
use crate::support::peer::{in_venv, wanted};
use crate::support::plugin::free_address;

#[test]
fn a_python_client_comes_in_with_a_certificate_and_not_without() {
    if !wanted(&[], "") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = Files::new();
    files.sign("client", 2100);
    let strangers = Files::new();
    strangers.sign("client", 2100);
    let address = free_address();
    let plugin = files.guarded("required", &format!("  listen_address: {address}\n"));
    let call = |certificate: Option<&Files>, scheme: &str| {
        let mut command = Command::new(in_venv("python"));
        command
            .arg("-B")
            .arg(root.join("tests/tls/verify.py"))
            .args([scheme, &address.to_string()])
            .arg(root.join("proto"))
            .arg(files.path("ca.crt"));
        if let Some(client) = certificate {
            command
                .arg(client.path("client.crt"))
                .arg(client.path("client.key"));
        }
        let output = command.output().unwrap();
        out(&output) + &String::from_utf8_lossy(&output.stderr)
    };
    let good = call(Some(&files), "tls");
    assert!(good.contains("ready True"), "{good}");
    for certificate in [None, Some(&strangers)] {
        let refused = call(certificate, "tls");
        assert!(refused.contains("UNAVAILABLE"), "{refused}");
    }
    let plain = call(None, "plain");
    assert!(plain.contains("UNAVAILABLE"), "{plain}");
    let audit = std::fs::read_to_string(plugin.folder().join("audit.log")).unwrap();
    let refusals = audit
        .lines()
        .filter(|line| line.contains("authentication_failure") && line.contains("\"grpc\""));
    assert!(refusals.count() >= 2, "{audit}");
    // The socket beside it stays as it was.
    assert!(plugin.run(&["healthcheck"]).status.success());
}
