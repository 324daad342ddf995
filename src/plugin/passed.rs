//! Sockets that systemd opened and passed on (sd_listen_fds(3)).

use std::io;
use std::net::TcpListener;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::net::{AddressFamily, SocketType, sockopt};

/// A socket that is listened on already.
#[derive(Debug)]
pub(super) enum Passed {
    Unix(UnixListener),
    Tcp(TcpListener),
}

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Takes the sockets over, once in the life of the process; none when nothing was passed to it.
pub(super) fn take() -> io::Result<Vec<Passed>> {
    if TAKEN.swap(true, Ordering::SeqCst) {
        return Ok(Vec::new());
    }
    sd_notify::listen_fds()?
        .map(|number| passed(own(number)))
        .collect()
}

/// Owns a descriptor that the environment named.
#[allow(unsafe_code)]
fn own(number: i32) -> OwnedFd {
    // SAFETY: `LISTEN_PID` is this process, so the service manager opened descriptors 3 to 3 + `LISTEN_FDS` for us
    // before the program began, and `sd_notify::listen_fds` has just found each of them open. `TAKEN` lets this
    // happen once, so nothing else in the process owns them.
    unsafe { OwnedFd::from_raw_fd(number) }
}

fn passed(socket: OwnedFd) -> io::Result<Passed> {
    let unfit = |what: &str| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a passed descriptor is {what}"),
        )
    };
    let kind = sockopt::socket_type(&socket).map_err(|_| unfit("no socket"))?;
    if kind != SocketType::STREAM {
        return Err(unfit("not a stream socket: use ListenStream="));
    }
    if !sockopt::socket_acceptconn(&socket)? {
        return Err(unfit("a connection, not a listening socket: use Accept=no"));
    }
    match sockopt::socket_domain(&socket)? {
        AddressFamily::UNIX => Ok(Passed::Unix(socket.into())),
        AddressFamily::INET | AddressFamily::INET6 => Ok(Passed::Tcp(socket.into())),
        _ => Err(unfit("neither a Unix nor a TCP socket")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_sockets_are_taken_and_all_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let unix = UnixListener::bind(folder.path().join("a")).unwrap();
        assert!(matches!(passed(unix.into()), Ok(Passed::Unix(_))));
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(matches!(passed(tcp.into()), Ok(Passed::Tcp(_))));

        let (one, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        assert!(passed(one.into()).unwrap_err().to_string().contains("Accept=no"));
        let datagram = std::os::unix::net::UnixDatagram::unbound().unwrap();
        assert!(
            passed(datagram.into())
                .unwrap_err()
                .to_string()
                .contains("ListenStream")
        );
        let file = std::fs::File::open("/dev/null").unwrap();
        assert!(passed(file.into()).unwrap_err().to_string().contains("no socket"));
    }
}
