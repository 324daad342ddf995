//! What systemd passes and is told, with a test in its part.

use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;
use std::process::Stdio;

use rustix::process::Signal;

use crate::contract::verify;
use crate::process::{Place, Process};
use crate::support::plugin::PATIENCE;

/// Reads messages until one holds the text.
fn told(socket: &UnixDatagram, text: &str) -> String {
    let mut buffer = [0; 4096];
    loop {
        let length = socket
            .recv(&mut buffer)
            .unwrap_or_else(|error| panic!("systemd was not told {text}: {error}"));
        let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if message.lines().any(|line| line == text) {
            return message;
        }
    }
}

#[test]
fn systemd_is_told_of_the_start_the_heartbeat_a_reload_and_the_stop() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let notify = UnixDatagram::bind(place.path("notify")).unwrap();
    notify.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut command = place.command(&place.plain("unit", &socket));
    command
        .env("NOTIFY_SOCKET", place.path("notify"))
        .env("WATCHDOG_USEC", "100000");
    let mut plugin = place.start("unit", &mut command);
    let message = told(&notify, "READY=1");
    assert!(message.contains("STATUS="), "{message}");
    assert!(
        verify(&socket).unwrap().ready,
        "it must answer once it says ready"
    );
    for _ in 0..3 {
        told(&notify, "WATCHDOG=1");
    }
    plugin.signal(Signal::HUP);
    let message = told(&notify, "RELOADING=1");
    assert!(message.contains("\nMONOTONIC_USEC="), "{message}");
    told(&notify, "READY=1");
    plugin.signal(Signal::TERM);
    told(&notify, "STOPPING=1");
    assert_eq!(plugin.wait().code(), Some(0));
}

/// Starts the plugin with a socket as descriptor 3, as systemd does.
fn with_socket(place: &Place, name: &str, passed: OwnedFd, config: &Path) -> Process {
    let plugin = place.command(config);
    let mut shell = place.bare("sh");
    shell
        .args([
            "-c",
            "exec 3<&0 0</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"",
            "sh",
        ])
        .arg(plugin.get_program())
        .args(plugin.get_args())
        .stdin(Stdio::from(passed));
    place.start(name, &mut shell)
}

#[test]
fn a_passed_socket_is_served_and_left_in_place() {
    let place = Place::new();
    let passed = place.path("passed.sock");
    let listener = UnixListener::bind(&passed).unwrap();
    // The config names the same path, as a unit's does; its holder is systemd, so it must not be fought over.
    let config = place.plain("unit", &passed);
    let mut plugin = with_socket(&place, "unit", listener.into(), &config);
    plugin.wait_until_ready(&passed);
    plugin.wait_for_log("(systemd)");
    assert_eq!(plugin.stop().code(), Some(0));
    assert!(passed.exists(), "systemd's socket is not the plugin's to remove");
}

#[test]
fn a_passed_descriptor_that_is_no_listening_socket_is_an_error() {
    let place = Place::new();
    let config = place.plain("unit", &place.path("a.sock"));
    let file = std::fs::File::open("/dev/null").unwrap();
    let mut plugin = with_socket(&place, "unit", file.into(), &config);
    assert_eq!(plugin.wait().code(), Some(1));
    assert!(plugin.log().contains("no socket"), "{}", plugin.log());
}
