//! Who may connect to a Unix socket: its mode, owner and group.

use std::path::Path;

use rustix::fs::{Gid, Uid};

/// Who may connect to a Unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Permission bits.
    pub mode: u32,
    /// Owner; `None` leaves it to the process.
    pub owner: Option<u32>,
    /// Group; `None` leaves it to the process.
    pub group: Option<u32>,
}

/// There is no such user or group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} has no {kind} named {name:?}: create it, or give its number")]
pub struct UnknownName {
    kind: &'static str,
    name: String,
    file: &'static str,
}

/// The number of a user, given by it or by name.
pub(super) fn user(name: &str) -> Result<u32, UnknownName> {
    const FILE: &str = "/etc/passwd";
    number_of(name.trim(), Path::new(FILE)).ok_or_else(|| UnknownName {
        kind: "user",
        name: name.trim().to_owned(),
        file: FILE,
    })
}

impl Access {
    /// Looks names up; numbers are taken as they are.
    pub fn new(mode: u32, owner: Option<&str>, group: Option<&str>) -> Result<Access, UnknownName> {
        let look_up = |kind, name: Option<&str>, file| match name.map(str::trim) {
            None | Some("") => Ok(None),
            Some(name) => number_of(name, Path::new(file)).map(Some).ok_or(UnknownName {
                kind,
                name: name.to_owned(),
                file,
            }),
        };
        Ok(Access {
            mode,
            owner: look_up("user", owner, "/etc/passwd")?,
            group: look_up("group", group, "/etc/group")?,
        })
    }

    pub(super) fn uid(&self) -> Option<Uid> {
        self.owner.map(Uid::from_raw)
    }

    pub(super) fn gid(&self) -> Option<Gid> {
        self.group.map(Gid::from_raw)
    }
}

/// The third field of the line that begins with the name: passwd(5) and group(5) agree so far.
fn number_of(name: &str, file: &Path) -> Option<u32> {
    if let Ok(number) = name.parse() {
        return Some(number);
    }
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name))
            .then(|| fields.nth(1)?.parse().ok())
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_up_and_numbers_taken() {
        let access = Access::new(0o660, Some("root"), Some("4711")).unwrap();
        assert_eq!((access.owner, access.group), (Some(0), Some(4711)));
        assert_eq!(Access::new(0o600, Some(""), None).unwrap().owner, None);
    }

    #[test]
    fn an_unknown_group_is_named_with_what_to_do() {
        let error = Access::new(0o660, None, Some("no-such-group"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("/etc/group has no group named \"no-such-group\""),
            "{error}"
        );
    }
}
