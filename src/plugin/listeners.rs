//! All places that gRPC is listened for.

use std::collections::BTreeSet;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use super::access::{self, Access, UnknownName};
use super::address::{Address, AddressError};
use super::passed::{self, Passed};
use super::socket::{self, OwnSocket, SocketError};
use crate::config::{Loaded, Problems};

/// Where to listen.
#[derive(Debug, Clone, Default)]
pub struct ListenOptions {
    /// Unix sockets that were asked for: each must work.
    pub sockets: Vec<PathBuf>,
    /// A Unix socket that is taken while it is free, and done without otherwise.
    pub default_socket: Option<PathBuf>,
    /// TCP addresses that were asked for (`host:port`, or any other form that [`Address`] reads): each must work.
    pub tcp: Vec<String>,
    /// Mode of Unix sockets.
    pub permissions: u32,
    /// Owner of Unix sockets, by name or number.
    pub owner: Option<String>,
    /// Group of Unix sockets, by name or number.
    pub group: Option<String>,
    /// Users that may use Unix sockets, by name or number, besides root and the plugin's own; empty for everybody whom
    /// the mode lets in.
    pub users: Vec<String>,
    /// Whether TCP may be open to other machines: everybody has to show a certificate, or the config says that nobody has to.
    pub open_tcp: bool,
    /// Whether sockets that systemd passes are taken over.
    pub systemd: bool,
}

/// Why a place cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// A Unix socket.
    #[error("cannot listen on the socket {}: {why}", path.display())]
    Socket {
        /// Its path.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// A TCP address.
    #[error("cannot listen on {address}: {source}{}", hint(source))]
    Tcp {
        /// The address.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// Not an address at all.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The configured owner or group.
    #[error("cannot set who may connect: {0}")]
    Access(#[from] UnknownName),
    /// A TCP address that other machines can reach, where nobody shows who he is.
    #[error(
        "gRPC on {0} would be open to other machines without showing who they are: listen on 127.0.0.1 or a Unix socket, \
         or set `server.tls` with `client_auth: required`, or `server.allow_insecure_grpc: true`"
    )]
    Insecure(SocketAddr),
    /// Sockets from systemd.
    #[error("cannot take over systemd's sockets: {0}")]
    Systemd(io::Error),
    /// Nothing to listen on.
    #[error("there is nothing to listen on: give --socket, --port or server.socket_path")]
    Nowhere,
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => " (another process has it: stop that one, or choose another port)",
        io::ErrorKind::PermissionDenied => " (ports below 1024 need a privilege: choose a higher one)",
        _ => "",
    }
}

/// Places that are listened on. Dropping it closes them and removes the socket files that are its own.
#[derive(Debug, Default)]
pub struct Listeners {
    pub(super) unix: Vec<UnixListener>,
    pub(super) tcp: Vec<TcpListener>,
    pub(super) own: Vec<OwnSocket>,
    pub(super) users: BTreeSet<u32>,
    places: Vec<String>,
    paths: Vec<PathBuf>,
}

/// Listens everywhere that the options name. Connections wait until they are served.
pub fn listen(options: &ListenOptions) -> Result<Listeners, ListenError> {
    let access = Access::new(
        options.permissions,
        options.owner.as_deref(),
        options.group.as_deref(),
    )?;
    let users = options.users.iter().map(|name| access::user(name));
    let mut listeners = Listeners {
        users: users.collect::<Result<_, _>>()?,
        ..Listeners::default()
    };
    if options.systemd {
        for passed in passed::take().map_err(ListenError::Systemd)? {
            listeners.take_over(passed).map_err(ListenError::Systemd)?;
        }
    }
    let sockets = options.sockets.iter().cloned().map(Address::Unix).map(Ok);
    for address in sockets.chain(options.tcp.iter().map(|text| text.parse())) {
        listeners.open(address?, access)?;
    }
    if let Some(path) = &options.default_socket {
        match listeners.open_socket(path, access) {
            Ok(()) => {}
            Err(SocketError::InUse(holder)) => {
                tracing::info!(path = %path.display(), %holder, "the default socket is in use; going without it");
            }
            Err(why) => {
                tracing::warn!(path = %path.display(), %why, "the default socket cannot be used; going without it");
            }
        }
    }
    if listeners.places.is_empty() {
        return Err(ListenError::Nowhere);
    }
    if !options.open_tcp {
        listeners.keep_to_this_machine()?;
    }
    Ok(listeners)
}

/// What is wrong with the users that the config names.
///
/// # Errors
/// Every name that there is no user of.
pub fn check(loaded: &Loaded) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for (index, name) in loaded.config.server.socket_uids.iter().enumerate() {
        if let Err(unknown) = access::user(name) {
            let key = format!("server.socket_uids[{index}]");
            problems.add(&loaded.origin(&key), key, unknown.to_string());
        }
    }
    if problems.0.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

impl Listeners {
    /// The places, for logs.
    pub fn describe(&self) -> String {
        self.places.join(", ")
    }

    /// A name may have been resolved to another address than it promised, and systemd opens what its unit says: so what
    /// counts is where it listens in the end. Nobody was served yet.
    fn keep_to_this_machine(&self) -> Result<(), ListenError> {
        for listener in &self.tcp {
            let bound = listener.local_addr().map_err(ListenError::Systemd)?;
            if !bound.ip().to_canonical().is_loopback() {
                return Err(ListenError::Insecure(bound));
            }
        }
        Ok(())
    }

    fn open(&mut self, address: Address, access: Access) -> Result<(), ListenError> {
        match address {
            Address::Unix(path) => match self.open_socket(&path, access) {
                Ok(()) => Ok(()),
                Err(why) => Err(ListenError::Socket {
                    path,
                    why: why.to_string(),
                }),
            },
            Address::Tcp(address) => self
                .open_tcp(&address)
                .map_err(|source| ListenError::Tcp { address, source }),
        }
    }

    fn open_socket(&mut self, path: &Path, access: Access) -> Result<(), SocketError> {
        let path = std::path::absolute(path).map_err(|source| SocketError::Io {
            action: "cannot use the path",
            source,
        })?;
        // The same path may be asked for by several settings, and systemd may hold it for us.
        if self.paths.contains(&path) {
            return Ok(());
        }
        let (listener, own) = socket::bind(&path, access)?;
        self.unix.push(listener);
        self.own.push(own);
        self.places.push(format!("unix:{}", path.display()));
        self.paths.push(path);
        Ok(())
    }

    fn open_tcp(&mut self, address: &str) -> io::Result<()> {
        let listener = TcpListener::bind(address)?;
        let bound = listener.local_addr()?;
        self.places.push(format!("tcp:{bound}"));
        self.tcp.push(listener);
        Ok(())
    }

    fn take_over(&mut self, passed: Passed) -> io::Result<()> {
        match passed {
            Passed::Unix(listener) => {
                let address = listener.local_addr()?;
                match address.as_pathname() {
                    Some(path) => {
                        self.places.push(format!("unix:{} (systemd)", path.display()));
                        self.paths.push(path.to_owned());
                    }
                    None => self.places.push("unix:abstract (systemd)".into()),
                }
                self.unix.push(listener);
            }
            Passed::Tcp(listener) => {
                self.places
                    .push(format!("tcp:{} (systemd)", listener.local_addr()?));
                self.tcp.push(listener);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(sockets: &[PathBuf], default_socket: Option<PathBuf>) -> ListenOptions {
        ListenOptions {
            sockets: sockets.to_vec(),
            default_socket,
            permissions: 0o660,
            ..ListenOptions::default()
        }
    }

    #[test]
    fn a_path_that_two_settings_name_is_opened_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let listeners = listen(&options(&[path.clone(), path.clone()], Some(path.clone()))).unwrap();
        assert_eq!(listeners.describe(), format!("unix:{}", path.display()));
    }

    #[test]
    fn the_default_socket_is_an_extra_and_never_a_reason_to_fail() {
        let folder = tempfile::tempdir().unwrap();
        let [asked, taken, file] = ["a.sock", "taken.sock", "file"].map(|name| folder.path().join(name));
        let _live = UnixListener::bind(&taken).unwrap();
        std::fs::write(&file, "").unwrap();
        for extra in [taken, file] {
            let listeners = listen(&options(std::slice::from_ref(&asked), Some(extra))).unwrap();
            assert_eq!(listeners.describe(), format!("unix:{}", asked.display()));
        }
    }

    #[test]
    fn a_failure_leaves_no_socket_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        let [good, bad] = ["a.sock", "file"].map(|name| folder.path().join(name));
        std::fs::write(&bad, "").unwrap();
        let error = listen(&options(&[good.clone(), bad], None)).unwrap_err();
        assert!(error.to_string().contains("regular file"), "{error}");
        assert!(!good.exists());
    }

    #[test]
    fn a_taken_port_says_so() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = listen(&ListenOptions {
            tcp: vec![taken.local_addr().unwrap().to_string()],
            ..ListenOptions::default()
        })
        .unwrap_err();
        assert!(error.to_string().contains("another process has it"), "{error}");
    }

    #[test]
    fn addresses_may_be_written_in_any_form() {
        let folder = tempfile::tempdir().unwrap();
        let unix = format!("unix://{}", folder.path().join("a.sock").display());
        let listeners = listen(&ListenOptions {
            tcp: vec![":0".into(), unix],
            permissions: 0o600,
            ..ListenOptions::default()
        })
        .unwrap();
        let places = listeners.describe();
        assert!(
            places.contains("tcp:127.0.0.1:") && places.contains("a.sock"),
            "{places}"
        );
        let wrong = listen(&ListenOptions {
            tcp: vec!["localhost".into()],
            ..ListenOptions::default()
        });
        assert!(matches!(wrong, Err(ListenError::Address(_))));
    }

    #[test]
    fn other_machines_are_let_in_only_where_the_config_says_so() {
        let open = |address: &str, open_tcp| {
            listen(&ListenOptions {
                tcp: vec![address.into()],
                open_tcp,
                ..ListenOptions::default()
            })
        };
        for address in ["0.0.0.0:0", "[::]:0"] {
            let error = open(address, false).unwrap_err();
            assert!(
                matches!(error, ListenError::Insecure(_))
                    && error.to_string().contains("client_auth: required"),
                "{error}"
            );
            assert!(open(address, true).is_ok());
        }
        assert!(open("127.0.0.1:0", false).is_ok());
    }

    #[test]
    fn with_nowhere_to_listen_there_is_no_start() {
        assert!(matches!(
            listen(&ListenOptions::default()),
            Err(ListenError::Nowhere)
        ));
    }
}
