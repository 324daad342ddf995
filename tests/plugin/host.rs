//! The plugin ends with the host that started it, and not with anything else.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use rustix::process::{Signal, kill_process};

use crate::contract::verify;
use crate::process::{Place, eventually, pid};

/// The process that listens on a socket.
fn server_of(socket: &Path) -> u32 {
    let stream = UnixStream::connect(socket).expect("it listens");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let id = runtime.block_on(async {
        stream.set_nonblocking(true).expect("a socket");
        let stream = tokio::net::UnixStream::from_std(stream).expect("a socket");
        stream.peer_cred().expect("a peer").pid()
    });
    u32::try_from(id.expect("the peer has a number")).expect("a process id")
}

/// A shell in the part of the host: it starts the plugin and stays for a minute, or goes at once.
fn host(place: &Place, config: &Path, socket: &Path, then: &str) -> Command {
    let plugin = place.command(config);
    let mut shell = place.bare("setsid");
    shell
        .args(["sh", "-c", &format!("\"$@\" & {then}"), "sh"])
        .arg(plugin.get_program())
        .args(plugin.get_args())
        .arg("--socket")
        .arg(socket);
    shell
}

#[test]
fn a_host_that_crashes_leaves_no_orphan() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let config = place.plain("hosted", &socket);
    let mut shell = place.start("hosted", &mut host(&place, &config, &socket, "sleep 60"));
    shell.wait_until_ready(&socket);
    assert_ne!(server_of(&socket), shell.id());
    shell.signal(Signal::KILL);
    eventually("the plugin ends and takes its socket along", || !socket.exists());
    shell.wait_for_log("is gone");
}

#[test]
fn a_host_that_ends_before_the_plugin_looks_leaves_no_orphan() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let config = place.plain("hosted", &socket);
    let mut shell = place.start("hosted", &mut host(&place, &config, &socket, "exit 0"));
    shell.wait();
    shell.wait_for_log("is gone");
    eventually("and takes its socket along", || !socket.exists());
}

#[test]
fn a_plugin_that_is_told_to_outlives_its_host() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let config = place.config(
        "alone",
        &socket,
        "  default_socket: false\n  exit_with_parent: never\n",
    );
    let mut shell = place.start("alone", &mut host(&place, &config, &socket, "sleep 60"));
    shell.wait_until_ready(&socket);
    let plugin = server_of(&socket);
    shell.signal(Signal::KILL);
    shell.wait();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(verify(&socket).unwrap().ready);
    kill_process(pid(plugin), Signal::TERM).unwrap();
    eventually("it stops when told", || !socket.exists());
}
