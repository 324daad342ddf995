//! curl and openssl speak to the HTTP door.

use std::process::{Command, Output, Stdio};

use crate::files::{Files, series};
use crate::support::http;
use crate::support::peer::wanted;
use crate::support::plugin::Plugin;

const QUERY: &str = r#"{"type":"ai","natural_language":"show all users","database_type":"mysql"}"#;

/// curl against `https://localhost:PORT/path`, trusting the authority.
pub fn curl(files: &Files, plugin: &Plugin, path: &str, more: &[&str]) -> Output {
    Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "30", "--cacert"])
        .arg(files.path("ca.crt"))
        .args(more)
        .arg(format!("https://localhost:{}{path}", plugin.http.port()))
        .output()
        .unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn metrics(files: &Files, plugin: &Plugin, more: &[&str]) -> String {
    out(&curl(files, plugin, "/metrics", more))
}

/// Whether openssl comes to an end of its handshake, and all that it said.
fn openssl(plugin: &Plugin, more: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args(["s_client", "-connect", &plugin.http.to_string()])
        .args(more)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = out(&output) + &String::from_utf8_lossy(&output.stderr);
    let has_cipher = said.contains("Cipher is TLS") || said.contains("Cipher is ECDHE");
    (output.status.success() && has_cipher, said)
}

#[test]
fn curl_asks_over_https_and_a_plain_request_is_told_so() {
    if !wanted(&["curl"], "apt-get install curl") {
        return;
    }
    let files = Files::new();
    let plugin = Plugin::start(&files.config(""));
    let ready = curl(&files, &plugin, "/health/ready", &["--fail"]);
    assert!(ready.status.success(), "{ready:?}");
    // A page's own origin is https here, and every other is foreign.
    let origin = |scheme: &str| format!("Origin: {scheme}://localhost:{}", plugin.http.port());
    let json = "Content-Type: application/json";
    let ask = |origin: &str| {
        let more = [
            "-H",
            json,
            "-d",
            QUERY,
            "-H",
            origin,
            "-w",
            "%{http_code} %{http_version}",
        ];
        out(&curl(&files, &plugin, "/api/v1/data/query", &more))
    };
    let own = ask(&origin("https"));
    assert!(own.contains("SELECT") && own.ends_with("200 1.1"), "{own}");
    assert!(ask(&origin("http")).ends_with("403 1.1"));
    let plain = http::get(plugin.http, "/health");
    assert_eq!(plain.status, 400);
    assert!(plain.json()["message"].as_str().unwrap().contains("speaks https"));
    let text = metrics(&files, &plugin, &[]);
    assert_eq!(
        series(
            &text,
            "atest_ai_tls_cert_expiry_timestamp_seconds{name=\"server\"}"
        ),
        4_102_444_800.0,
        "2100-01-01"
    );
    assert!(
        series(
            &text,
            "atest_ai_tls_handshake_failures_total{reason=\"plain_text\"}"
        ) >= 1.0
    );
    // Without the authority curl does not like it, and that is counted too.
    let untrusting = Command::new("curl")
        .args(["--silent", "--max-time", "30"])
        .arg(format!("https://localhost:{}/health", plugin.http.port()))
        .output()
        .unwrap();
    assert_eq!(untrusting.status.code(), Some(60), "{untrusting:?}");
    let text = metrics(&files, &plugin, &[]);
    assert_eq!(
        series(
            &text,
            "atest_ai_tls_handshake_failures_total{reason=\"refused_by_client\"}"
        ),
        1.0
    );
}

#[test]
fn openssl_gets_the_versions_that_the_config_allows() {
    if !wanted(&["openssl"], "apt-get install openssl") {
        return;
    }
    let files = Files::new();
    let both = Plugin::start(&files.config(""));
    let new = Plugin::start(&files.config("    min_version: 1.3\n"));
    let old = ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"];
    for (plugin, arguments, works) in [
        (&both, &old[..], false),
        (&both, &["-tls1_2"], true),
        (&both, &["-tls1_3"], true),
        (&new, &["-tls1_2"], false),
        (&new, &["-tls1_3"], true),
        // Without forward secrecy there is nothing.
        (&both, &["-tls1_2", "-cipher", "AES128-SHA256"], false),
        (&both, &["-alpn", "http/1.1"], true),
        (&both, &["-alpn", "h2"], false),
    ] {
        let (done, said) = openssl(plugin, arguments);
        assert_eq!(done, works, "{arguments:?}: {said}");
    }
    let text = metrics(&files, &both, &[]);
    let name = "atest_ai_tls_handshake_failures_total{reason=\"nothing_shared\"}";
    assert!(series(&text, name) >= 2.0, "{text}");
}

#[test]
fn client_certificates_are_asked_for_as_the_config_says() {
    if !wanted(&["curl"], "apt-get install curl") {
        return;
    }
    let files = Files::new();
    files.sign("client", 2100);
    files.sign("ended", 2001);
    let strangers = Files::new();
    strangers.sign("client", 2100);
    let (cert, key) = (files.text("client.crt"), files.text("client.key"));
    let good = ["--cert", cert.as_str(), "--key", key.as_str()];
    let (cert, key) = (files.text("ended.crt"), files.text("ended.key"));
    let ended = ["--cert", cert.as_str(), "--key", key.as_str()];
    let (cert, key) = (strangers.text("client.crt"), strangers.text("client.key"));
    let strange = ["--cert", cert.as_str(), "--key", key.as_str()];
    let required = files.guarded("required", "");
    let optional = files.guarded("optional", "");
    for version in [["--tls-max", "1.2"], ["--tls-max", "1.3"]] {
        for (plugin, certificate, works) in [
            (&required, &good[..], true),
            (&required, &[], false),
            (&required, &strange, false),
            (&required, &ended, false),
            (&optional, &good, true),
            (&optional, &[], true),
            (&optional, &strange, false),
        ] {
            let reply = curl(&files, plugin, "/health", &[&version[..], certificate].concat());
            let is_answered = out(&reply).contains("ok") || out(&reply).contains("healthy");
            assert_eq!(is_answered, works, "{certificate:?}: {reply:?}");
        }
    }
    let text = metrics(&files, &required, &good);
    let name = "atest_ai_tls_handshake_failures_total{reason=\"client_certificate\"}";
    assert_eq!(series(&text, name), 6.0, "{text}");
    let audit = std::fs::read_to_string(required.folder().join("audit.log")).unwrap();
    let refusals = audit.lines().filter(|line| {
        line.contains("authentication_failure")
            && line.contains("client certificate")
            && line.contains("127.0.0.1:")
    });
    assert_eq!(refusals.count(), 6, "{audit}");
}

#[test]
fn an_ended_certificate_is_said_loudly_and_shown_all_the_same() {
    if !wanted(&["curl"], "apt-get install curl") {
        return;
    }
    let files = Files::new();
    files.sign("server", 2001);
    let plugin = Plugin::start(&files.config(""));
    plugin.wait_for_log("a certificate has ended", 1);
    assert_eq!(curl(&files, &plugin, "/health", &[]).status.code(), Some(60));
    let text = metrics(&files, &plugin, &["--insecure"]);
    assert_eq!(
        series(
            &text,
            "atest_ai_tls_cert_expiry_timestamp_seconds{name=\"server\"}"
        ),
        978_307_200.0
    );
    let said = out(&plugin.run(&["--validate"]));
    assert!(
        said.contains("server.tls.cert_file") && said.contains("has ended"),
        "{said}"
    );
}
