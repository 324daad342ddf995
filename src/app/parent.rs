//! The end of the host that started the plugin.
//!
//! A host that crashes stops nobody, and its successor starts a second plugin; so the first must end by itself. The
//! parent is watched by a pidfd (pidfd_open(2)), which becomes readable when the process ends and cannot mean another
//! process that got the same number. `PR_SET_PDEATHSIG` would follow the parent's *thread* that started us, and Go
//! ends threads at will.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, getpid, getppid, pidfd_open};
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
        let watched =
            pidfd_open(parent, PidfdFlags::NONBLOCK).or_else(|_| pidfd_open(parent, PidfdFlags::empty()));
        let adopted = is_adopted(session_of(getpid()), session_of(parent));
        // If the parent ended in between, its number may already be another process's.
        if adopted || getppid() != Some(parent) {
            return Parent::Gone;
        }
        if parent.is_init() {
            return Parent::Init;
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

/// Whether our parent is not the one that started us, because that one ended before we looked and init (or a
/// subreaper, as systemd's user instance is one) took us over. A child is born into its parent's session, and leaves
/// it only to lead one of its own, as services do.
fn is_adopted(ours: Option<i32>, parents: Option<i32>) -> bool {
    match (ours, parents) {
        // A session whose leader is outside our PID namespace shows as 0 and tells nothing.
        (Some(ours), Some(parents)) if ours > 0 => ours != parents && ours != getpid().as_raw_pid(),
        _ => false,
    }
}

/// The sixth field of `/proc/PID/stat` (proc_pid_stat(5)); the second is a name in brackets, which may hold anything.
/// Not getsid(2) of rustix, whose result has no room for the 0 above.
fn session_of(process: Pid) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(3)?.parse().ok()
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

    #[test]
    fn only_a_member_of_a_foreign_session_was_adopted() {
        let own = getpid().as_raw_pid();
        assert!(is_adopted(Some(7), Some(8)));
        assert!(is_adopted(Some(7), Some(0)), "init in no session");
        assert!(
            !is_adopted(Some(7), Some(7)),
            "the host's child shares its session"
        );
        assert!(!is_adopted(Some(own), Some(8)), "a service leads its own");
        assert!(!is_adopted(Some(0), Some(8)));
        assert!(session_of(getpid()).is_some());
    }

    #[tokio::test]
    async fn a_polled_parent_that_is_not_ours_is_gone() {
        let other = Pid::from_raw(i32::MAX).unwrap();
        tokio::time::timeout(Duration::from_secs(5), Parent::Polled(other).gone())
            .await
            .unwrap();
    }
}
