//! The private key of a certificate: no line of its file and none of its bytes show.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::forms::Hunt;
use crate::support::http;
use crate::support::peer::wanted;
use crate::support::plugin::Plugin;

/// What openssl says of a handshake and a request after it.
fn openssl(plugin: &Plugin, request: &str) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(["s_client", "-quiet", "-connect", &plugin.http.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = format!("GET {request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    child.stdin.as_mut().unwrap().write_all(asked.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        !output.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    [output.stdout, output.stderr].concat()
}

#[test]
fn no_line_of_a_private_key_shows() {
    if !wanted(&["openssl"], "apt-get install -y --no-install-recommends openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("tls.crt"), folder.path().join("tls.key"));
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&certificate, made.cert.pem()).unwrap();
    let pem = made.signing_key.serialize_pem();
    fs::write(&key, &pem).unwrap();

    let config = format!(
        "logging:\n  level: trace\n  components: {{dependencies: trace}}\nserver:\n  tls:\n    cert_file: {}\n    key_file: {}\n",
        certificate.display(),
        key.display()
    );
    let plugin = Plugin::start(&config);
    let mut came_out: Vec<(String, Vec<u8>)> = Vec::new();
    for path in [
        "/metrics",
        "/admin/config",
        "/health/ready?verbose",
        "/debug/",
        "/admin/reload",
    ] {
        came_out.push((path.into(), openssl(&plugin, path)));
    }
    came_out.push(("plain HTTP".into(), http::get(plugin.http, "/").body));
    // Everything that may be wrong with the file: each is refused, by the running plugin too.
    let lines: Vec<&str> = pem.lines().collect();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let broken = [
        lines[1..].join("\n"),
        pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        pem.replace("PRIVATE KEY", "CERTIFICATE"),
        pem.replacen(&lines[1][..1], "!", 1),
        lines[..2].join("\n"),
        format!("{}\n{pem}", lines[1]),
        STANDARD.encode(made.signing_key.serialize_der()),
    ];
    for text in broken {
        fs::write(&key, &text).unwrap();
        for arguments in [
            &["--validate"][..],
            &["--validate", "--json"],
            &["config", "show"],
            &["config", "reload"],
        ] {
            let output = plugin.run(arguments);
            came_out.push((format!("{arguments:?}"), [output.stdout, output.stderr].concat()));
        }
        came_out.push((
            "/health/ready?verbose".into(),
            openssl(&plugin, "/health/ready?verbose"),
        ));
    }
    // The key in the certificate's place, and a certificate that another key belongs to.
    for (file, text) in [(&certificate, &pem), (&certificate, &other.cert.pem())] {
        fs::write(&key, &pem).unwrap();
        fs::write(file, text).unwrap();
        let output = plugin.run(&["--validate"]);
        assert_eq!(output.status.code(), Some(2));
        came_out.push(("--validate".into(), [output.stdout, output.stderr].concat()));
    }
    plugin.wait_for_log("server.tls", 1);
    came_out.push(("the log".into(), plugin.log().into_bytes()));
    came_out.push((
        "the audit log".into(),
        fs::read(plugin.folder().join("audit.log")).unwrap(),
    ));

    // The number that is secret in it, and every line of the file.
    let der = made.signing_key.serialize_der();
    let mut secrets: Vec<(String, String)> = Vec::new();
    for line in lines
        .iter()
        .filter(|line| !line.starts_with("-----") && line.len() >= 12)
    {
        secrets.push(("a line of the key".into(), (*line).to_owned()));
    }
    let number: String = der[36..60].iter().map(|byte| format!("{byte:02x}")).collect();
    secrets.push(("the number of the key".into(), number));
    let hunt = Hunt::new(&secrets);
    let found: Vec<String> = came_out
        .iter()
        .flat_map(|(output, bytes)| hunt.find(output, bytes))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    // As bytes, and as Rust's Debug writes bytes.
    let debug = format!("{:?}", &der[36..44]);
    for (output, bytes) in &came_out {
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!has(&der[36..48]), "{output}");
        assert!(!has(debug.trim_matches(['[', ']']).as_bytes()), "{output}");
    }
}
