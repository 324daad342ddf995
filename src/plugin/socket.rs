//! One Unix socket of our own: taken without stealing, removed without harming a successor.
//!
//! Everything that looks at the path and then changes it happens under a lock on the folder, so two plugins that
//! start at once cannot both find the path free. The lock is on the folder itself: it leaves no file behind.

use std::fs::{DirBuilder, Metadata};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, CWD, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use super::access::Access;

/// `sun_path` of unix(7) holds 108 bytes with the closing zero.
const LONGEST_PATH: usize = 107;

/// Connections that wait to be accepted; the kernel caps it at `net.core.somaxconn`.
const BACKLOG: i32 = 1024;

/// A plugin holds the lock for less than a millisecond, so waiting longer than this means something else holds it.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// A Unix socket that this process listens on and removes when dropped, if it is still its own.
#[derive(Debug)]
pub(super) struct OwnSocket {
    path: PathBuf,
    /// Keeps the inode, so that its number cannot pass to a successor's socket while we compare.
    inode: OwnedFd,
}

/// Why a path cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub(super) enum SocketError {
    #[error("the path is {0} bytes long and Unix sockets allow {LONGEST_PATH}: choose a shorter one")]
    TooLong(usize),
    #[error("it is in use by {0}: stop that process, or choose another path")]
    InUse(Holder),
    #[error("it is a {0}, which is not replaced: remove it, or choose another path")]
    NotASocket(&'static str),
    #[error(
        "another process has locked the folder for more than {LOCK_PATIENCE:?}: try again, or choose another one"
    )]
    Locked,
    #[error("{action}: {source}")]
    Io { action: &'static str, source: io::Error },
}

/// The process that listens on a path already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) pid: Option<i32>,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(pid) = self.pid else {
            return f.write_str("another process");
        };
        match std::fs::read_to_string(format!("/proc/{pid}/comm")) {
            Ok(name) => write!(f, "process {pid} ({})", name.trim()),
            Err(_) => write!(f, "process {pid}"),
        }
    }
}

fn io_error(action: &'static str) -> impl Fn(io::Error) -> SocketError {
    move |source| SocketError::Io { action, source }
}

fn errno(action: &'static str) -> impl Fn(Errno) -> SocketError {
    move |source| SocketError::Io {
        action,
        source: source.into(),
    }
}

/// Listens on a path: a stale socket is replaced, a live one and any other file are left alone. Nobody can connect
/// before mode and owner are set.
pub(super) fn bind(path: &Path, access: Access) -> Result<(UnixListener, OwnSocket), SocketError> {
    let length = path.as_os_str().len();
    if length > LONGEST_PATH {
        return Err(SocketError::TooLong(length));
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    // As the first plugin made it, so that `--socket` works with a fresh home.
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(folder)
        .map_err(io_error("cannot create its folder"))?;
    let _lock = lock(folder)?;
    make_room(path)?;

    let socket = rustix::net::socket_with(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )
    .map_err(errno("cannot create a socket"))?;
    let address = SocketAddrUnix::new(path).map_err(errno("cannot use the path"))?;
    rustix::net::bind(&socket, &address).map_err(errno("cannot create the socket file"))?;
    let inode = rustix::fs::open(
        path,
        OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(errno("cannot open the socket file"))?;
    // From here on a failure removes the file again.
    let own = OwnSocket {
        path: path.to_owned(),
        inode,
    };
    // A socket refuses connections until listen(2), so there is no moment with the wrong mode.
    restrict(&own.inode, access)?;
    rustix::net::listen(&socket, BACKLOG).map_err(errno("cannot listen"))?;
    Ok((UnixListener::from(socket), own))
}

/// Removes a stale socket; gives an error for all else that stands at the path.
fn make_room(path: &Path) -> Result<(), SocketError> {
    let found = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_error("cannot look at the path")(error)),
        Ok(found) => found,
    };
    if let Some(kind) = kind_other_than_socket(&found) {
        return Err(SocketError::NotASocket(kind));
    }
    if let Some(holder) = holder(path)? {
        return Err(SocketError::InUse(holder));
    }
    tracing::info!(path = %path.display(), "replacing a stale socket");
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(io_error("cannot remove the stale socket")(error))
        }
        _ => Ok(()),
    }
}

fn kind_other_than_socket(found: &Metadata) -> Option<&'static str> {
    let kind = found.file_type();
    if kind.is_socket() {
        None
    } else if kind.is_symlink() {
        Some("symbolic link")
    } else if kind.is_dir() {
        Some("folder")
    } else if kind.is_file() {
        Some("regular file")
    } else {
        Some("special file")
    }
}

/// Who listens on a socket file; `None` when nobody does.
fn holder(path: &Path) -> Result<Option<Holder>, SocketError> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let probe = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
        .map_err(errno("cannot create a socket"))?;
    let address = SocketAddrUnix::new(path).map_err(errno("cannot use the path"))?;
    match rustix::net::connect(&probe, &address) {
        Ok(()) => Ok(Some(Holder { pid: peer_pid(probe) })),
        Err(Errno::CONNREFUSED | Errno::NOENT) => Ok(None),
        // A full backlog, or a socket of another type: somebody is there.
        Err(Errno::AGAIN | Errno::INPROGRESS | Errno::PROTOTYPE) => Ok(Some(Holder { pid: None })),
        Err(error) => Err(errno(
            "a socket is there already, and whether it is in use cannot be seen",
        )(error)),
    }
}

/// The process at the other end. Through tokio, because its answer allows for a peer in another PID namespace, whose
/// number is 0; without a runtime the name stays unknown.
fn peer_pid(probe: OwnedFd) -> Option<i32> {
    tokio::runtime::Handle::try_current().ok()?;
    let stream = tokio::net::UnixStream::from_std(UnixStream::from(probe)).ok()?;
    stream.peer_cred().ok()?.pid().filter(|pid| *pid > 0)
}

fn restrict(inode: &OwnedFd, access: Access) -> Result<(), SocketError> {
    if access.owner.is_some() || access.group.is_some() {
        rustix::fs::chownat(inode, "", access.uid(), access.gid(), AtFlags::EMPTY_PATH).map_err(errno(
            "cannot give the socket file to the configured owner and group (a process may only give files to groups \
             it is in, and only root to other users)",
        ))?;
    }
    // chmod(2) by descriptor: a path could have been swapped for a link to somebody else's file.
    let by_descriptor = format!("/proc/self/fd/{}", inode.as_raw_fd());
    rustix::fs::chmod(by_descriptor, Mode::from_raw_mode(access.mode))
        .map_err(errno("cannot set the mode of the socket file"))
}

/// The folder's lock, held until dropped. A folder that we may write to but not read cannot be locked: then the look
/// just before the change has to do.
fn lock(folder: &Path) -> Result<Option<OwnedFd>, SocketError> {
    let opened = rustix::fs::open(folder, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let folder = match opened {
        Ok(folder) => folder,
        Err(Errno::ACCESS) => return Ok(None),
        Err(error) => return Err(errno("cannot open its folder")(error)),
    };
    let started = Instant::now();
    loop {
        match rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Some(folder)),
            Err(Errno::WOULDBLOCK | Errno::INTR) if started.elapsed() < LOCK_PATIENCE => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(Errno::WOULDBLOCK | Errno::INTR) => return Err(SocketError::Locked),
            // A file system without locks.
            Err(_) => return Ok(None),
        }
    }
}

fn same_inode(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

impl Drop for OwnSocket {
    /// Removes the file if it is still ours: the host may have removed it, and a successor may have taken its place.
    fn drop(&mut self) {
        let _lock = self.path.parent().map(lock);
        let at_path = rustix::fs::statat(CWD, &self.path, AtFlags::SYMLINK_NOFOLLOW);
        let (Ok(at_path), Ok(ours)) = (at_path, rustix::fs::fstat(&self.inode)) else {
            return;
        };
        if same_inode(&at_path, &ours)
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the socket file");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    const ACCESS: Access = Access {
        mode: 0o640,
        owner: None,
        group: None,
    };

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_socket_has_its_mode_and_takes_its_file_along() {
        let folder = folder();
        let path = folder.path().join("new/deep/a.sock");
        let (_listener, own) = bind(&path, ACCESS).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
            0o640
        );
        UnixStream::connect(&path).unwrap();
        drop(own);
        assert!(!path.exists());
    }

    #[test]
    fn a_stale_socket_is_replaced() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let (_listener, _own) = bind(&path, ACCESS).unwrap();
        UnixStream::connect(&path).unwrap();
    }

    #[tokio::test]
    async fn a_live_socket_is_left_alone_and_its_owner_named() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        let _live = UnixListener::bind(&path).unwrap();
        let before = std::fs::metadata(&path).unwrap().ino();
        let error = bind(&path, ACCESS).unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&format!("process {}", std::process::id())),
            "{error}"
        );
        assert_eq!(std::fs::metadata(&path).unwrap().ino(), before);
    }

    #[test]
    fn a_socket_whose_owner_is_stuck_counts_as_live() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        let socket = rustix::net::socket_with(
            AddressFamily::UNIX,
            SocketType::STREAM,
            SocketFlags::CLOEXEC,
            None,
        )
        .unwrap();
        rustix::net::bind(&socket, &SocketAddrUnix::new(&path).unwrap()).unwrap();
        rustix::net::listen(&socket, 0).unwrap();
        let _waiting = UnixStream::connect(&path).unwrap();
        assert!(matches!(bind(&path, ACCESS), Err(SocketError::InUse(_))));
    }

    #[test]
    fn files_folders_and_links_are_never_replaced() {
        let folder = folder();
        let file = folder.path().join("file");
        std::fs::write(&file, "precious").unwrap();
        let link = folder.path().join("link");
        symlink(&file, &link).unwrap();
        let dangling = folder.path().join("dangling");
        symlink(folder.path().join("nowhere"), &dangling).unwrap();
        for path in [&file, &link, &dangling, &folder.path().to_owned()] {
            assert!(
                matches!(bind(path, ACCESS), Err(SocketError::NotASocket(_))),
                "{}",
                path.display()
            );
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
        assert_ne!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert!(!folder.path().join("nowhere").exists());
    }

    #[test]
    fn a_path_of_107_bytes_works_and_a_longer_one_says_so() {
        let folder = folder();
        let room = LONGEST_PATH - folder.path().as_os_str().len() - 1;
        bind(&folder.path().join("x".repeat(room)), ACCESS).unwrap();
        let error = bind(&folder.path().join("x".repeat(room + 1)), ACCESS).unwrap_err();
        assert!(matches!(error, SocketError::TooLong(108)), "{error}");
    }

    #[test]
    fn a_removed_file_and_a_successors_socket_survive_the_end() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        let (first_listener, first) = bind(&path, ACCESS).unwrap();
        std::fs::remove_file(&path).unwrap();
        drop(first_listener);
        let (_listener, _second) = bind(&path, ACCESS).unwrap();
        drop(first);
        UnixStream::connect(&path).unwrap();
    }

    #[test]
    fn of_many_that_start_at_once_one_gets_the_path() {
        let folder = folder();
        let path = folder.path().join("a.sock");
        drop(UnixListener::bind(&path).unwrap());
        let winners: Vec<_> = thread::scope(|scope| {
            let starters: Vec<_> = (0..16).map(|_| scope.spawn(|| bind(&path, ACCESS))).collect();
            starters
                .into_iter()
                .map(|starter| starter.join().unwrap())
                .filter_map(Result::ok)
                .collect()
        });
        assert_eq!(winners.len(), 1);
        UnixStream::connect(&path).unwrap();
    }
}
