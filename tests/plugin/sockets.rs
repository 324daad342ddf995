//! Sockets: several at once, never stolen, never left behind.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use rustix::process::Signal;

use crate::contract::{verify, verify_at};
use crate::process::{Place, Process, eventually};
use crate::support::plugin::free_address;

const DEFAULT: &str = "/tmp/atest-ext-ai.sock";

fn started(place: &Place, name: &str, socket: &Path) -> Process {
    let mut plugin = place.start(name, &mut place.command(&place.plain(name, socket)));
    plugin.wait_until_ready(socket);
    plugin
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_stop_removes_the_socket_and_ends_with_0() {
    for signal in [Signal::TERM, Signal::INT, Signal::QUIT] {
        let place = Place::new();
        let socket = place.path("a.sock");
        let mut plugin = started(&place, "one", &socket);
        plugin.signal(signal);
        let status = plugin.wait();
        assert_eq!(status.code(), Some(0), "{signal:?}");
        assert!(!socket.exists(), "{signal:?}");
    }
}

#[test]
fn a_second_plugin_leaves_the_first_ones_socket_alone_and_says_whose_it_is() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let first = started(&place, "first", &socket);
    let inode = fs::metadata(&socket).unwrap().ino();
    let mut second = place.start("second", &mut place.command(&place.plain("second", &socket)));
    assert_eq!(second.wait().code(), Some(1));
    let says = format!("in use by process {} (atest-ext-ai)", first.id());
    assert!(second.log().contains(&says), "{}", second.log());
    assert_eq!(fs::metadata(&socket).unwrap().ino(), inode);
    assert!(verify(&socket).unwrap().ready);
}

#[test]
fn of_two_that_start_at_once_exactly_one_serves() {
    let place = Place::new();
    let socket = place.path("a.sock");
    for round in 0..5 {
        // Also over a stale socket, where looking and taking are two steps.
        let mut both = ["x", "y"].map(|name| {
            let name = format!("{name}{round}");
            place.start(&name, &mut place.command(&place.plain(&name, &socket)))
        });
        eventually("one of the two gives way", || {
            both.iter_mut().any(|one| !one.runs())
        });
        eventually("the other serves", || {
            verify(&socket).is_ok_and(|status| status.ready)
        });
        let [x, y] = &mut both;
        let (winner, loser) = if x.runs() { (x, y) } else { (y, x) };
        assert_eq!(loser.wait().code(), Some(1));
        winner.signal(Signal::KILL);
        winner.wait();
        assert!(
            socket.exists(),
            "a killed plugin leaves a stale socket for the next round"
        );
    }
}

#[test]
fn a_socket_left_by_a_killed_plugin_is_replaced() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let mut first = started(&place, "first", &socket);
    first.signal(Signal::KILL);
    first.wait();
    assert!(fs::metadata(&socket).unwrap().file_type().is_socket());
    let mut second = started(&place, "second", &socket);
    assert_eq!(second.stop().code(), Some(0));
    assert!(!socket.exists());
}

#[test]
fn a_removed_socket_is_survived_and_a_successors_is_left_alone() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let mut first = started(&place, "first", &socket);
    fs::remove_file(&socket).unwrap();
    let mut second = started(&place, "second", &socket);
    assert!(first.runs());
    assert_eq!(first.stop().code(), Some(0));
    assert!(
        verify(&socket).unwrap().ready,
        "the successor's socket is not the first one's to remove"
    );
    fs::remove_file(&socket).unwrap();
    assert_eq!(second.stop().code(), Some(0));
}

#[test]
fn the_mode_is_0660_or_what_is_configured() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let mut plugin = started(&place, "plain", &socket);
    assert_eq!(mode(&socket), 0o660);
    plugin.stop();
    let mut command = place.command(&place.plain("strict", &socket));
    let mut strict = place.start("strict", command.env("SOCKET_PERMISSIONS", "0600"));
    strict.wait_until_ready(&socket);
    assert_eq!(mode(&socket), 0o600);
}

#[test]
fn the_default_socket_is_served_beside_the_one_asked_for_while_it_is_free() {
    let place = Place::new();
    let asked = place.path("asked.sock");
    let config = place.config("both", &place.path("unused.sock"), "  default_socket: true\n");
    let mut plugin = place.start("both", place.command(&config).arg("--socket").arg(&asked));
    plugin.wait_until_ready(&asked);
    plugin.wait_for_log("gRPC door is open");
    let told = plugin.log();
    // Another plugin of this machine may have it; then ours goes without, and says so.
    if told.contains("the default socket is in use") {
        assert!(UnixStream::connect(DEFAULT).is_ok() || !Path::new(DEFAULT).exists());
        assert_eq!(plugin.stop().code(), Some(0));
    } else {
        assert!(told.contains(&format!("unix:{DEFAULT}")), "{told}");
        assert!(verify(Path::new(DEFAULT)).unwrap().ready);
        assert_eq!(plugin.stop().code(), Some(0));
        assert!(!told.contains("going without"), "{told}");
    }
    assert!(!asked.exists());
}

#[test]
fn files_in_the_way_are_never_replaced() {
    let place = Place::new();
    let path = place.path("precious");
    fs::write(&path, "precious").unwrap();
    let mut plugin = place.start("file", &mut place.command(&place.plain("file", &path)));
    assert_eq!(plugin.wait().code(), Some(1));
    assert!(plugin.log().contains("regular file"), "{}", plugin.log());
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn a_port_is_served_on_loopback() {
    let place = Place::new();
    let address = free_address();
    let socket = place.path("a.sock");
    let config = place.plain("port", &socket);
    let port = address.port().to_string();
    let mut plugin = place.start("port", place.command(&config).args(["--port", &port]));
    eventually("gRPC answers on the port", || {
        verify_at(&format!("http://{address}")).is_ok_and(|status| status.ready)
    });
    plugin.wait_for_log(&format!("tcp:127.0.0.1:{port}"));
    assert_eq!(plugin.stop().code(), Some(0));
}

#[test]
fn clients_that_say_nothing_do_not_hold_a_stop() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let mut plugin = started(&place, "silent", &socket);
    let _silent: Vec<_> = (0..8).map(|_| UnixStream::connect(&socket).unwrap()).collect();
    let asked = Instant::now();
    assert_eq!(plugin.stop().code(), Some(0));
    // Without the care for silent clients the whole of server.shutdown_timeout, 30 s, would pass.
    assert!(asked.elapsed().as_secs() < 20, "{:?}", asked.elapsed());
}

#[test]
fn a_taken_http_port_keeps_only_those_from_starting_who_can_choose_another() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let socket = place.path("a.sock");
    let config = place.path("taken.yaml");
    let text = format!(
        "server:\n  host: 127.0.0.1\n  port: {}\n  socket_path: {}\n  default_socket: false\n",
        taken.local_addr().unwrap().port(),
        socket.display()
    );
    fs::write(&config, text).unwrap();
    let mut by_hand = place.start("hand", &mut place.command(&config));
    assert_eq!(by_hand.wait().code(), Some(1), "{}", by_hand.log());
    assert!(!socket.exists());
    let mut by_host = place.start("host", place.command(&config).arg("--socket").arg(&socket));
    by_host.wait_until_ready(&socket);
    assert!(
        verify(&socket).unwrap().message.contains("HTTP"),
        "{:?}",
        verify(&socket)
    );
}

#[test]
fn a_user_who_calls_too_often_is_refused() {
    let place = Place::new();
    let socket = place.path("a.sock");
    let settings = "  default_socket: false\n  max_requests_per_second: 3\n";
    let mut command = place.command(&place.config("rated", &socket, settings));
    let mut plugin = place.start("rated", &mut command);
    plugin.wait_until_ready(&socket);
    let outcomes: Vec<_> = (0..12).map(|_| verify(&socket)).collect();
    let refused: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().err())
        .collect();
    assert!(refused.len() >= 4, "{outcomes:?}");
    assert!(
        refused[0].contains("server.max_requests_per_second"),
        "{refused:?}"
    );
}
