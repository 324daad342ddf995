//! Putting a new file in the place of an old one: whoever reads meanwhile, and whatever happens, there is one of the two.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode};

/// A folder that nobody else changes who asks for this too.
#[derive(Debug)]
pub struct LockedFolder {
    path: PathBuf,
    /// The lock is on the folder itself, so it leaves no file behind; it ends when this is closed.
    opened: File,
}

impl LockedFolder {
    /// Waits until nobody else has it. Nothing for an async task.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn wait(path: &Path) -> io::Result<LockedFolder> {
        let opened = File::open(path)?;
        rustix::fs::flock(&opened, FlockOperation::LockExclusive)?;
        Ok(LockedFolder {
            path: path.to_owned(),
            opened,
        })
    }

    /// Where a new version of the file is written before it takes its place.
    pub fn new_of(&self, name: &str) -> PathBuf {
        self.path.join(format!(".{name}.new"))
    }

    /// Writes a file beside its place, for `put`. What is left of an earlier try is removed.
    ///
    /// # Errors
    /// It cannot be written; nothing is left of it then.
    pub fn prepare(&self, name: &str, bytes: &[u8], like: &Like) -> io::Result<PathBuf> {
        let new = self.new_of(name);
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        let outcome = file
            .write_all(bytes)
            .and_then(|()| like.apply(&file))
            .and_then(|()| file.sync_all());
        if outcome.is_err() {
            // The first error is the one to tell; what is left may hold a key.
            let _ = fs::remove_file(&new);
        }
        outcome.map(|()| new)
    }

    /// Has a prepared file take its place.
    ///
    /// # Errors
    /// It cannot; the old file is as it was then.
    pub fn put(&self, name: &str) -> io::Result<()> {
        let new = self.new_of(name);
        let outcome = fs::rename(&new, self.path.join(name)).and_then(|()| self.opened.sync_all());
        if outcome.is_err() {
            let _ = fs::remove_file(&new);
        }
        outcome
    }

    /// Both steps.
    ///
    /// # Errors
    /// It cannot be written; the old file is as it was then.
    pub fn replace(&self, name: &str, bytes: &[u8], like: &Like) -> io::Result<()> {
        self.prepare(name, bytes, like)?;
        self.put(name)
    }
}

/// Mode and owner of a new file.
#[derive(Debug, Clone, Copy)]
pub struct Like {
    mode: u32,
    /// User and group.
    owner: Option<(u32, u32)>,
}

impl Like {
    /// For its owner alone.
    pub const PRIVATE: Like = Like {
        mode: 0o600,
        owner: None,
    };

    /// Those of a file that there is.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn of(path: &Path) -> io::Result<Like> {
        use std::os::unix::fs::MetadataExt;
        let found = fs::metadata(path)?;
        Ok(Like {
            mode: found.mode() & 0o7777,
            owner: Some((found.uid(), found.gid())),
        })
    }

    fn apply(&self, file: &File) -> io::Result<()> {
        use rustix::fs::{Gid, Uid, fchmod, fchown, fstat};
        if let Some((user, group)) = self.owner {
            let now = fstat(file)?;
            if (now.st_uid, now.st_gid) != (user, group) {
                fchown(file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)))?;
            }
        }
        Ok(fchmod(file, Mode::from_raw_mode(self.mode))?)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_new_file_has_the_mode_of_the_old_one_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.yaml");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        fs::write(folder.path().join(".a.yaml.new"), "of an earlier try").unwrap();
        let locked = LockedFolder::wait(folder.path()).unwrap();
        locked
            .replace("a.yaml", b"new", &Like::of(&file).unwrap())
            .unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_replaced_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a.yaml/inner")).unwrap();
        let locked = LockedFolder::wait(folder.path()).unwrap();
        assert!(locked.replace("a.yaml", b"new", &Like::PRIVATE).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
