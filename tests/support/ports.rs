//! Ports for peers and plugins, each given out once for a long time.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpListener};

/// Below the ports that Linux gives to outgoing connections and to whoever asks for any port, so that nobody else takes one
/// between here and the start of the program that it is for.
const PORTS: std::ops::Range<u16> = 15_000..30_000;

/// Some peers take the port after theirs, too: OpenBao for its cluster.
const APART: u16 = 4;

/// A port on loopback that nobody listens on. Tests run as many processes at once: they share a file with the last port that
/// was given out, so that no two of them get the same one.
pub fn free_address() -> SocketAddr {
    let user = rustix::process::getuid().as_raw();
    let path = std::env::temp_dir().join(format!("atest-ports-{user}"));
    let mut last_given = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .expect("the file of ports opens");
    last_given.lock().expect("the file of ports is locked");
    let mut text = String::new();
    last_given
        .read_to_string(&mut text)
        .expect("the file of ports is read");
    let mut port = text.parse().unwrap_or(PORTS.start);
    let address = PORTS.into_iter().find_map(|_| {
        port = if PORTS.contains(&(port + APART)) {
            port + APART
        } else {
            PORTS.start
        };
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        TcpListener::bind(address).ok().map(|_| address)
    });
    last_given
        .set_len(0)
        .and_then(|()| last_given.seek(SeekFrom::Start(0)))
        .and_then(|_| write!(last_given, "{port}"))
        .expect("the file of ports is written");
    address.expect("a free port")
}
