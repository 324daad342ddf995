//! Which users may use a Unix socket.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::https::out;
use crate::support::http;
use crate::support::peer::wanted;
use crate::support::plugin::Plugin;

/// Connects as another user, says the HTTP/2 preface, and prints what comes back.
const STRANGER: &str = "
import os, socket, sys
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
s = socket.socket(socket.AF_UNIX)
s.settimeout(30)
s.connect(sys.argv[1])
s.sendall(b'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n' + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
said = b''
while b'socket_uids' not in said and len(said) < 9 + 9:
    more = s.recv(4096)
    if not more:
        break
    said += more
print('refused' if b'socket_uids' in said else 'served' if said else 'closed')
";

#[test]
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
fn only_the_named_users_may_use_the_socket() {
    if !wanted(&["python3"], "apt-get install python3") {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root can become the users that are tried here");
        return;
    }
    let plugin =
        Plugin::start("server:\n  socket_permissions: \"0666\"\n  socket_uids: [\"4711\", nobody]\n");
    fs::set_permissions(plugin.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    let connect = |user: &str| {
        let output = Command::new("python3")
            .args(["-c", STRANGER])
            .arg(&plugin.socket)
            .arg(user)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        out(&output).trim().to_owned()
    };
    assert_eq!(connect("4711"), "served");
    assert_eq!(connect("65534"), "served", "nobody");
    assert_eq!(connect("4712"), "refused");
    // Root, and the plugin's own user, always may.
    assert_eq!(connect("0"), "served");
    assert!(plugin.run(&["healthcheck"]).status.success());
    let text = http::get(plugin.http, "/metrics").text();
    assert!(
        text.contains("atest_ai_connections_closed_total{door=\"grpc\",reason=\"user\"} 1"),
        "{text}"
    );
    let audit = fs::read_to_string(plugin.folder().join("audit.log")).unwrap();
    let line = audit.lines().find(|line| line.contains("socket_uids")).unwrap();
    assert!(
        line.contains("authentication_failure") && line.contains("user 4712 process"),
        "{line}"
    );
}
