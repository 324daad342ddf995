//! The config file in use: found, locked, kept aside, exchanged.

use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::FlockOperation;

use super::{Checked, beside};
use crate::config::{Like, LockedFolder, Origin, Problems, Sources, file_in_use};

/// The place of the config file in use, while nobody else changes it.
pub(super) struct Place {
    file: PathBuf,
    name: String,
    folder: LockedFolder,
    like: Like,
    _lock: File,
}

impl Place {
    /// That of the config that these sources name or find.
    ///
    /// # Errors
    /// There is none, somebody else is changing it, or it is not for this command to change.
    pub(super) fn of(sources: &Sources) -> Result<Place, String> {
        let file = file_in_use(sources)
            .map_err(|problems| problems.to_string())?
            .ok_or("no config file is in use; name the one to change with --config")?;
        // The file itself is exchanged, not a link that leads to it.
        let file = file
            .canonicalize()
            .map_err(|error| format!("{} cannot be found: {error}", file.display()))?;
        if is_of_kubernetes(&file) {
            return Err(format!(
                "{} is in a volume that Kubernetes writes: change the ConfigMap or Secret, and it arrives here by itself",
                file.display()
            ));
        }
        let name = file.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let (Some(name), Some(folder)) = (name, file.parent()) else {
            return Err(format!("{} has no usable name", file.display()));
        };
        let cannot = |error: &dyn std::fmt::Display| {
            format!(
                "the folder {} cannot be written: {error}; run this as a user who may",
                folder.display()
            )
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(format!(".{name}.lock")))
            .map_err(|error| cannot(&error))?;
        rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| format!("{} is being changed by another `config apply`", file.display()))?;
        Ok(Place {
            like: Like::of(&file).map_err(|error| cannot(&error))?,
            folder: LockedFolder::wait(folder).map_err(|error| cannot(&error))?,
            name,
            file,
            _lock: lock,
        })
    }

    /// The file.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Where the config before the last change is.
    pub(super) fn backup(&self) -> PathBuf {
        beside(&self.file, ".backup")
    }

    /// Loads that text as the config, from the folder in which it will be: relative paths mean the same there.
    pub(super) fn check(&self, sources: &Sources, bytes: &[u8], from: &Path) -> Checked {
        let new = self
            .folder
            .prepare(&self.name, bytes, &self.like)
            .map_err(|error| {
                let mut problems = Problems::default();
                let message = format!("cannot be written beside {}: {error}", self.file.display());
                problems.add(&whole(from), "", message);
                problems
            })?;
        let outcome = crate::cli::load(&Sources {
            file: Some(new.clone()),
            piped: None,
            ..sources.clone()
        });
        // It may hold keys. That it cannot be removed says nothing about the config.
        let _ = std::fs::remove_file(&new);
        outcome.map_err(|problems| renamed(problems, &new, from))
    }

    /// Keeps the file as the backup, and puts those bytes in its place; gives the bytes that were there.
    ///
    /// # Errors
    /// It cannot be written; the file is as it was then.
    pub(super) fn exchange(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let cannot = |what: &Path, error: std::io::Error| {
            format!(
                "{} cannot be written: {error}; nothing was changed",
                what.display()
            )
        };
        let old = std::fs::read(&self.file).map_err(|error| cannot(&self.file, error))?;
        self.folder
            .replace(&format!("{}.backup", self.name), &old, &self.like)
            .map_err(|error| cannot(&self.backup(), error))?;
        self.restore(bytes)?;
        Ok(old)
    }

    /// Puts those bytes in the file's place.
    ///
    /// # Errors
    /// It cannot be written; the file is as it was then.
    pub(super) fn restore(&self, bytes: &[u8]) -> Result<(), String> {
        self.folder
            .replace(&self.name, bytes, &self.like)
            .map_err(|error| format!("{} cannot be written: {error}", self.file.display()))
    }
}

/// Whether the kubelet writes it: the real path leads through a folder `..TIMESTAMP`.
fn is_of_kubernetes(file: &Path) -> bool {
    file.components().any(|component| match component {
        Component::Normal(name) => name.as_encoded_bytes().starts_with(b".."),
        _ => false,
    })
}

fn whole(file: &Path) -> Origin {
    Origin::File {
        file: Arc::new(file.to_owned()),
        line: 0,
        column: 0,
    }
}

/// The same problems, told of the file that the user named.
fn renamed(mut problems: Problems, new: &Path, from: &Path) -> Problems {
    let from = Arc::new(from.to_owned());
    for problem in &mut problems.0 {
        if let Origin::File { file, .. } = &mut problem.origin
            && file.as_path() == new
        {
            *file = Arc::clone(&from);
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_of_kubernetes_is_known_by_its_folder() {
        assert!(is_of_kubernetes(Path::new(
            "/etc/atest-ai/..2026_11_28_10_00_00.1/config.yaml"
        )));
        assert!(!is_of_kubernetes(Path::new("/etc/atest-ai/.config.yaml")));
    }
}
