//! The process of a running plugin: found by its socket, and stopped or reloaded by whoever looks after it.

use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::net::UnixStream;

/// The process that serves a socket.
#[derive(Debug)]
pub(super) struct PluginProcess {
    id: Pid,
    unit: Option<Unit>,
}

/// A service of systemd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// Such as `atest-ai-plugin.service`.
    pub name: String,
    /// Of the user's own systemd, not of the machine's.
    of_user: bool,
}

impl PluginProcess {
    /// The one at the other end of that socket; `None` when nobody is there, or it is in another container.
    pub(super) async fn at(socket: &Path) -> Option<PluginProcess> {
        let connected = UnixStream::connect(socket).await.ok()?;
        let id = connected.peer_cred().ok()?.pid()?;
        let id = Pid::from_raw(id).filter(|id| id.as_raw_pid() > 0)?;
        Some(PluginProcess {
            unit: is_booted().then(|| unit_of(id)).flatten(),
            id,
        })
    }

    /// Its unit, where systemd looks after it.
    pub(super) fn unit(&self) -> Option<&Unit> {
        self.unit.as_ref()
    }

    /// Stops it, through systemd where that would start it again, and waits until it is gone.
    ///
    /// # Errors
    /// It cannot be told, or is not gone after that time.
    pub(super) fn stop(&self, patience: Duration) -> Result<(), String> {
        let handle = pidfd_open(self.id, PidfdFlags::empty())
            .map_err(|error| format!("process {} cannot be looked at: {error}", self.id))?;
        match &self.unit {
            Some(unit) => unit.systemctl("stop")?,
            None => pidfd_send_signal(&handle, Signal::TERM).map_err(|error| {
                format!(
                    "process {} cannot be stopped: {error}; run this as the plugin's user or as root",
                    self.id
                )
            })?,
        }
        let mut ended = [PollFd::from_borrowed_fd(handle.as_fd(), PollFlags::IN)];
        let limit = Timespec {
            tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(patience.subsec_nanos()),
        };
        match poll(&mut ended, Some(&limit)) {
            Ok(0) => Err(format!(
                "process {} is still there after {} s; `kill -KILL {}` ends it without further ado",
                self.id,
                patience.as_secs(),
                self.id
            )),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("process {} cannot be waited for: {error}", self.id)),
        }
    }
}

impl Unit {
    /// Has systemd do something with it, and waits for the end of that.
    ///
    /// # Errors
    /// What systemd says.
    pub(super) fn systemctl(&self, verb: &str) -> Result<(), String> {
        let mut command = Command::new("systemctl");
        if self.of_user {
            command.arg("--user");
        }
        let done = command
            .args([verb, "--", &self.name])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("systemctl cannot be run: {error}"))?;
        if done.status.success() {
            return Ok(());
        }
        Err(format!(
            "systemctl {verb} {} failed: {}",
            self.name,
            String::from_utf8_lossy(&done.stderr).trim()
        ))
    }
}

/// Whether systemd is this machine's init (sd_booted(3)).
fn is_booted() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

fn unit_of(id: Pid) -> Option<Unit> {
    unit_in(&std::fs::read_to_string(format!("/proc/{id}/cgroup")).ok()?)
}

/// The unit in the paths of control groups (systemd.unit(5)): the innermost service. That of a login or of a user's
/// manager is no service of its own. systemd has its own hierarchy, or version 2, or both.
fn unit_in(cgroups: &str) -> Option<Unit> {
    let paths = cgroups.lines().filter_map(|line| match line.strip_prefix("0::") {
        Some(path) => Some(path),
        None => line.split_once(":name=systemd:").map(|(_, path)| path),
    });
    let mut units = paths.filter_map(unit_of_path);
    units.next()
}

fn unit_of_path(path: &str) -> Option<Unit> {
    let mut parts = path.split('/').rev();
    let name = parts.find(|part| part.ends_with(".service"))?;
    if name.starts_with("user@") {
        return None;
    }
    Some(Unit {
        name: name.to_owned(),
        of_user: parts.any(|part| part.starts_with("user@")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_innermost_service() {
        let unit = |name: &str, of_user| {
            Some(Unit {
                name: name.into(),
                of_user,
            })
        };
        for (cgroup, expected) in [
            (
                "0::/system.slice/atest-ai-plugin.service\n",
                unit("atest-ai-plugin.service", false),
            ),
            (
                "1:name=systemd:/system.slice/a.service\n0::/\n",
                unit("a.service", false),
            ),
            (
                "9:name=systemd:/\n8:pids:/x.service\n0::/system.slice/a.service\n",
                unit("a.service", false),
            ),
            (
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.service",
                unit("a.service", true),
            ),
            (
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope",
                None,
            ),
            ("0::/user.slice/user-0.slice/session-1.scope", None),
            ("0::/", None),
            ("", None),
        ] {
            assert_eq!(unit_in(cgroup), expected, "{cgroup}");
        }
    }

    #[tokio::test]
    async fn a_process_is_found_by_its_socket_and_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("a.sock");
        assert!(PluginProcess::at(&socket).await.is_none());
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let own = PluginProcess::at(&socket).await.unwrap();
        assert_eq!(own.id, rustix::process::getpid());

        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let process = PluginProcess {
            id: Pid::from_child(&child),
            unit: None,
        };
        process.stop(Duration::from_secs(20)).unwrap();
        assert!(!child.wait().unwrap().success());
        assert!(process.stop(Duration::ZERO).is_err());
    }
}
