//! The folder of kept profiles: never larger than its bound, and nothing in it is touched that this program has not put
//! there.

use std::fs::{self, DirBuilder, FileType};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::name::KeptName;
use crate::config::{Like, LockedFolder};

/// The name of a file that shows that the folder can be written, and is removed again.
const PROBE: &str = "probe";

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes of all profiles together, also while one is being written.
    pub max_size: u64,
    /// `None` keeps them whatever their age.
    pub max_age: Option<Duration>,
}

/// Why a profile is not in the folder.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeepError {
    /// The system refused.
    #[error("{0}")]
    System(#[from] io::Error),
    /// It alone is larger than all may be.
    #[error("it has {0} bytes, and the folder may have {1}")]
    TooLarge(u64, u64),
}

/// The folder. Everything here blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder(pub PathBuf);

/// A kept profile.
struct Kept {
    name: String,
    at: Timestamp,
    bytes: u64,
}

impl Folder {
    /// Makes the folder where there is none, removes what is over the bounds, and finds out whether it can be written. How
    /// many bytes there are.
    ///
    /// # Errors
    /// It cannot be made, read or written.
    pub(super) fn prepare(&self, bounds: Bounds, now: Timestamp) -> io::Result<u64> {
        let locked = self.lock()?;
        let probe = locked.prepare(PROBE, b"", &Like::PRIVATE)?;
        fs::remove_file(probe)?;
        self.make_room(0, bounds, now)
    }

    /// Removes what is over the bounds. How many bytes are left; none where there is no folder.
    ///
    /// # Errors
    /// It cannot be read, or a profile cannot be removed.
    pub(super) fn tidy(&self, bounds: Bounds, now: Timestamp) -> io::Result<u64> {
        if !self.0.exists() {
            return Ok(0);
        }
        let _locked = LockedFolder::wait(&self.0)?;
        self.make_room(0, bounds, now)
    }

    /// Keeps a profile, after making room for it. Its name, which is of a later second where that one is taken, and how
    /// many bytes there are then.
    ///
    /// # Errors
    /// It cannot be written, or it is larger than the bound. What was kept before stays as far as there is room.
    pub(super) fn keep(
        &self,
        mut name: KeptName,
        profile: &[u8],
        bounds: Bounds,
    ) -> Result<(String, u64), KeepError> {
        let bytes = profile.len() as u64;
        if bytes > bounds.max_size {
            return Err(KeepError::TooLarge(bytes, bounds.max_size));
        }
        let locked = self.lock()?;
        let others = self.make_room(bytes, bounds, name.at)?;
        while fs::symlink_metadata(self.0.join(name.to_string())).is_ok() {
            name.at += SignedDuration::from_secs(1);
        }
        let name = name.to_string();
        locked.replace(&name, profile, &Like::PRIVATE)?;
        Ok((name, others + bytes))
    }

    fn lock(&self) -> io::Result<LockedFolder> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        LockedFolder::wait(&self.0)
    }

    /// Removes the oldest until so many bytes fit. Nobody else is here meanwhile, so a file half written is one of an
    /// earlier run.
    fn make_room(&self, wanted: u64, bounds: Bounds, now: Timestamp) -> io::Result<u64> {
        let mut kept = self.kept()?;
        kept.sort_by(|a, b| a.name.cmp(&b.name));
        let mut total: u64 = kept.iter().map(|profile| profile.bytes).sum();
        for profile in kept {
            let age = now.duration_since(profile.at);
            let is_old = (bounds.max_age)
                .and_then(|most| SignedDuration::try_from(most).ok())
                .is_some_and(|most| age > most);
            if !is_old && total.saturating_add(wanted) <= bounds.max_size {
                continue;
            }
            fs::remove_file(self.0.join(&profile.name))?;
            total -= profile.bytes;
        }
        Ok(total)
    }

    /// The profiles that this program has put there: regular files of its names. Links are none, wherever they lead.
    fn kept(&self) -> io::Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                continue;
            };
            if !entry.file_type().is_ok_and(|of| FileType::is_file(&of)) {
                continue;
            }
            if is_half_written(&name) {
                fs::remove_file(entry.path())?;
            } else if let Some(read) = KeptName::parse(&name) {
                // Somebody may have removed it by hand just now.
                let Ok(found) = entry.metadata() else { continue };
                kept.push(Kept {
                    name,
                    at: read.at,
                    bytes: found.len(),
                });
            }
        }
        Ok(kept)
    }
}

/// Whether it is what [`LockedFolder`] writes before a profile takes its place.
fn is_half_written(name: &str) -> bool {
    let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(".new"));
    inner.is_some_and(|name| KeptName::parse(name).is_some())
}

/// Where profiles are kept: the folder of the config, else one in the state folder.
pub(super) fn place(named: Option<&Path>, state_dir: Option<&Path>) -> Option<Folder> {
    let folder = match named {
        Some(folder) => folder.to_owned(),
        None => state_dir?.join("profiles"),
    };
    Some(Folder(folder))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use proptest::prelude::*;

    use super::*;
    use crate::telemetry::label::ProfileCause;
    use crate::telemetry::profiles::ProfileName;

    const DAY: Duration = Duration::from_secs(86_400);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn name(second: i64) -> KeptName {
        KeptName {
            at: at(second),
            cause: ProfileCause::CpuGuard,
            profile: ProfileName::Cpu,
        }
    }

    fn bounds(max_size: u64) -> Bounds {
        Bounds {
            max_size,
            max_age: Some(DAY),
        }
    }

    /// Name and size of everything in a folder.
    fn files(folder: &Path) -> BTreeMap<String, u64> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        entries
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, entry.path().symlink_metadata().unwrap().len())
            })
            .collect()
    }

    #[test]
    fn the_oldest_make_room_for_the_newest() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder(root.path().join("deep/profiles"));
        for second in 0..4 {
            let (kept, total) = folder.keep(name(second), &[7; 40], bounds(100)).unwrap();
            assert_eq!(kept, name(second).to_string());
            assert_eq!(total, 40 * (second as u64 + 1).min(2));
        }
        let left: Vec<String> = files(&folder.0).into_keys().collect();
        assert_eq!(left, [name(2).to_string(), name(3).to_string()]);
        // What alone is too large drives nothing out.
        let error = folder.keep(name(9), &[7; 101], bounds(100)).unwrap_err();
        assert_eq!(error.to_string(), "it has 101 bytes, and the folder may have 100");
        assert_eq!(files(&folder.0).len(), 2);
    }

    #[test]
    fn folder_and_files_are_for_their_owner_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder(root.path().join("profiles"));
        let (kept, _) = folder.keep(name(0), b"x", bounds(100)).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder.0), 0o700);
        assert_eq!(mode(&folder.0.join(kept)), 0o600);
    }

    #[test]
    fn what_is_past_its_age_goes_and_without_a_bound_of_age_it_stays() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder(root.path().to_owned());
        folder.keep(name(0), b"x", bounds(100)).unwrap();
        let later = at(DAY.as_secs() as i64 + 1);
        let unbounded = Bounds {
            max_size: 100,
            max_age: None,
        };
        assert_eq!(folder.tidy(unbounded, later).unwrap(), 1);
        assert_eq!(folder.tidy(bounds(100), at(DAY.as_secs() as i64)).unwrap(), 1);
        assert_eq!(folder.prepare(bounds(100), later).unwrap(), 0);
        assert!(files(root.path()).is_empty());
    }

    #[test]
    fn what_others_put_there_stays_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let outside = root.path().join("precious");
        fs::write(&outside, [1; 500]).unwrap();
        let folder = Folder(root.path().join("profiles"));
        fs::create_dir(&folder.0).unwrap();
        fs::write(folder.0.join("notes.txt"), [1; 500]).unwrap();
        fs::write(folder.0.join("19700101T000000Z-night-cpu.pb.gz"), [1; 500]).unwrap();
        symlink(&outside, folder.0.join(name(0).to_string())).unwrap();
        fs::create_dir(folder.0.join(name(1).to_string())).unwrap();
        let before = files(&folder.0);
        for second in 10..20 {
            folder.keep(name(second), &[7; 90], bounds(100)).unwrap();
        }
        let mut after = files(&folder.0);
        assert_eq!(after.remove(&name(19).to_string()), Some(90));
        assert_eq!(after, before);
        assert_eq!(fs::read(&outside).unwrap(), [1; 500]);
    }

    #[test]
    fn a_taken_name_is_not_written_over() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder(root.path().to_owned());
        let outside = root.path().join("precious");
        fs::write(&outside, "mine").unwrap();
        symlink(&outside, root.path().join(name(0).to_string())).unwrap();
        folder.keep(name(0), b"first", bounds(100)).unwrap();
        let (second, _) = folder.keep(name(0), b"second", bounds(100)).unwrap();
        assert_eq!(second, name(2).to_string());
        assert_eq!(fs::read(root.path().join(name(1).to_string())).unwrap(), b"first");
        assert_eq!(fs::read(&outside).unwrap(), b"mine");
    }

    #[test]
    fn what_an_earlier_run_left_half_written_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder(root.path().to_owned());
        let half = format!(".{}.new", name(0));
        fs::write(root.path().join(&half), [7; 500]).unwrap();
        fs::write(root.path().join(".other.new"), [7; 500]).unwrap();
        folder.keep(name(5), b"x", bounds(100)).unwrap();
        let left: Vec<String> = files(root.path()).into_keys().collect();
        assert_eq!(left, [".other.new".to_owned(), name(5).to_string()]);
    }

    #[test]
    fn a_folder_that_cannot_be_made_says_why() {
        let root = tempfile::tempdir().unwrap();
        // Not even the superuser makes a folder in a file.
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let folder = Folder(file.join("profiles"));
        assert!(folder.prepare(bounds(100), at(0)).is_err());
        assert!(folder.keep(name(0), b"x", bounds(100)).is_err());
        assert_eq!(folder.tidy(bounds(100), at(0)).unwrap(), 0);
    }

    #[test]
    fn the_state_folder_keeps_them_where_no_other_is_named() {
        let of = |named: Option<&str>, state: Option<&str>| {
            place(named.map(Path::new), state.map(Path::new)).map(|folder| folder.0)
        };
        assert_eq!(of(None, Some("/state")), Some("/state/profiles".into()));
        assert_eq!(of(Some("/named"), Some("/state")), Some("/named".into()));
        assert_eq!(of(None, None), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever is kept in whatever order, also when clocks jump and bounds change.
        #[test]
        fn the_folder_is_never_larger_than_its_bound(
            steps in prop::collection::vec((0..200i64, 0..60usize, 40..200u64, any::<bool>()), 1..30),
        ) {
            let root = tempfile::tempdir().unwrap();
            let folder = Folder(root.path().to_owned());
            fs::write(root.path().join("foreign"), [1; 1000]).unwrap();
            for (second, size, max_size, is_tidied) in steps {
                let bounds = Bounds { max_size, max_age: Some(Duration::from_secs(100)) };
                let total = if is_tidied {
                    folder.tidy(bounds, at(second)).unwrap()
                } else {
                    match folder.keep(name(second), &vec![7; size], bounds) {
                        Ok((kept, total)) => {
                            prop_assert_eq!(files(root.path())[&kept], size as u64);
                            total
                        }
                        Err(KeepError::TooLarge(..)) => {
                            prop_assert!(size as u64 > max_size);
                            continue;
                        }
                        Err(error) => panic!("{error}"),
                    }
                };
                let mut found = files(root.path());
                prop_assert_eq!(found.remove("foreign"), Some(1000));
                let sum: u64 = found.values().sum();
                prop_assert_eq!(sum, total);
                prop_assert!(sum <= max_size, "{} > {}", sum, max_size);
            }
        }
    }
}
