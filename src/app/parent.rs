//! The end of the host that started the plugin.
//!
//! A host that crashes stops nobody, and its successor starts a second plugin; so the first must end by itself. The
//! parent is watched by a pidfd (pidfd_open(2)), which becomes readable when the process ends and cannot mean another
//! process that got the same number. `PR_SET_PDEATHSIG` would follow the parent's *thread* that started us, and Go
//! ends threads at will.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, getpid, getppid, getsid, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// How often the parent is looked at where pidfd_open(2) is missing or forbidden.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The process that started this one, as seen at the start.
#[derive(Debug)]
pub enum Parent {
    /// Not to be waited for: init, or a process outside this PID namespace.
    Init,
    /// It had ended before we looked.
    Gone,
    /// It runs, and its end will be seen.
    Watched(OwnedFd),
    /// It runs, and is looked at now and then.
    Polled(Pid),
}

impl Parent {
    /// Looks who the parent is. The earlier in the life of the process, the better: see `Parent::Gone`.
    pub fn look() -> Parent {
        let Some(parent) = getppid() else {
            return Parent::Init;
        };
        if parent.is_init() {
            return if adopted_by_init() {
                Parent::Gone
            } else {
                Parent::Init
            };
        }
        let watched =
            pidfd_open(parent, PidfdFlags::NONBLOCK).or_else(|_| pidfd_open(parent, PidfdFlags::empty()));
        // If the parent ended in between, its number may already be another process's.
        if getppid() != Some(parent) {
            return Parent::Gone;
        }
        match watched {
            Ok(pidfd) => Parent::Watched(pidfd),
            Err(_) => Parent::Polled(parent),
        }
    }

    /// Waits until the parent is gone; for ever when it is not to be waited for.
    pub async fn gone(self) {
        match self {
            Parent::Init => std::future::pending().await,
            Parent::Gone => {}
            Parent::Watched(pidfd) => match ended(pidfd).await {
                Ok(()) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot watch the parent process; the plugin will not end with it");
                    std::future::pending().await
                }
            },
            Parent::Polled(parent) => {
                while getppid() == Some(parent) {
                    tokio::time::sleep(LOOK_INTERVAL).await;
                }
            }
        }
    }
}

#[allow(
    deprecated,
    reason = "its successor is unsafe, for types that may lie about their descriptor; an OwnedFd cannot"
)]
async fn ended(pidfd: OwnedFd) -> io::Result<()> {
    let pidfd = AsyncFd::with_interest(pidfd, Interest::READABLE)?;
    pidfd.readable().await.map(|_| ())
}

/// Whether init took us over from a parent that ended before we looked. What init starts itself leads a session of
/// its own or shares init's (in a container); a process that still belongs to another session was started by a
/// process in it.
fn adopted_by_init() -> bool {
    match getsid(None) {
        Ok(session) => session != getpid() && !session.is_init(),
        // The session's leader is outside this PID namespace.
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_parent_that_runs_is_waited_for() {
        let parent = Parent::look();
        assert!(!matches!(parent, Parent::Gone));
        let waited = tokio::time::timeout(Duration::from_millis(50), parent.gone()).await;
        assert!(waited.is_err());
    }

    #[tokio::test]
    async fn the_end_of_a_watched_process_is_seen() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let pid = Pid::from_child(&child);
        let parent = Parent::Watched(pidfd_open(pid, PidfdFlags::empty()).unwrap());
        child.kill().unwrap();
        tokio::time::timeout(Duration::from_secs(5), parent.gone())
            .await
            .unwrap();
        child.wait().unwrap();
    }

    #[tokio::test]
    async fn a_polled_parent_that_is_not_ours_is_gone() {
        let other = Pid::from_raw(i32::MAX).unwrap();
        tokio::time::timeout(Duration::from_secs(5), Parent::Polled(other).gone())
            .await
            .unwrap();
    }
}
