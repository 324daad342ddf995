//! The program's own commands speak to a door with TLS.

use std::fs;

use crate::files::Files;
use crate::https::out;
use crate::support::plugin::Plugin;

#[test]
fn commands_trust_the_certificate_of_the_config_and_show_it_where_one_is_required() {
    let files = Files::new();
    for plugin in [
        Plugin::start(&files.config("")),
        files.guarded("optional", ""),
        files.guarded("required", ""),
    ] {
        let health = plugin.run(&["healthcheck"]);
        assert!(health.status.success(), "{}", out(&health));
        assert!(
            out(&health).contains("ready   ok      https://127.0.0.1:"),
            "{}",
            out(&health)
        );
        let level = plugin.run(&["log-level"]);
        assert!(level.status.success(), "{level:?}");
        let stats = plugin.run(&["cache", "stats"]);
        assert!(stats.status.success(), "{stats:?}");
    }
}

#[test]
fn another_certificate_than_the_configs_is_not_trusted_and_the_reason_said() {
    let files = Files::new();
    // Where files are watched, the plugin soon shows the new one.
    let plugin = Plugin::start(&(files.config("") + "reload:\n  watch: false\n"));
    files.sign("server", 2099);
    let health = plugin.run(&["healthcheck"]);
    assert_eq!(health.status.code(), Some(1));
    assert!(
        out(&health).contains("another certificate than `server.tls.cert_file`"),
        "{}",
        out(&health)
    );
}

#[test]
fn a_command_that_may_not_read_the_key_says_what_it_needs() {
    let files = Files::new();
    let plugin = files.guarded("required", "");
    fs::rename(files.path("server.key"), files.path("elsewhere")).unwrap();
    // The same config as the running one, but for a key that is not there: commands load it all the same.
    let health = plugin.run(&["healthcheck"]);
    let said = out(&health) + &String::from_utf8_lossy(&health.stderr);
    assert!(!health.status.success());
    assert!(said.contains("server.tls.key_file"), "{said}");
}

#[test]
fn a_config_that_opens_grpc_to_other_machines_without_certificates_is_refused() {
    let files = Files::new();
    let plugin = Plugin::start("");
    let check = |config: &str| {
        let path = files.path("config.yaml");
        fs::write(&path, config).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
            .args(["--validate", "--config"])
            .arg(&path)
            .env_clear()
            .env("HOME", files.folder())
            .output()
            .unwrap();
        (
            output.status.code(),
            out(&output) + &String::from_utf8_lossy(&output.stderr),
        )
    };
    drop(plugin);
    let open = "server:\n  listen_address: 0.0.0.0:38081\n";
    let (code, said) = check(open);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("config.yaml:2:") && said.contains("client_auth: required"),
        "{said}"
    );
    assert_eq!(check(&format!("{open}  allow_insecure_grpc: true\n")).0, Some(0));
    let tls = files.config(&format!(
        "    client_ca_file: {}\n    client_auth: required\n  listen_address: 0.0.0.0:38081\n",
        files.text("ca.crt")
    ));
    assert_eq!(check(&tls).0, Some(0));
    let (code, said) = check(&tls.replace("required", "optional"));
    assert_eq!(code, Some(2), "{said}");
    // Half a pair, an unknown user, and a file that is not there are told together with their lines.
    let (code, said) = check(
        "server:\n  tls: {cert_file: /nowhere/tls.crt, key_file: /nowhere/tls.key}\n  socket_uids: [no-such-user]\n",
    );
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("server.tls.cert_file: cannot be read"), "{said}");
    let (code, said) = check("server:\n  tls: {key_file: /nowhere/tls.key}\n");
    assert_eq!(code, Some(2), "{said}");
    let (code, said) = check("server:\n  socket_uids: [no-such-user]\n");
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("server.socket_uids[0]") && said.contains("no user named"),
        "{said}"
    );
}
