//! Files in their place: compared with what is there, and written so that there is all of it or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::artefact::{Artefact, MARK, Set};

/// Where the list of all files is.
pub const MANIFEST: &str = "monitoring/MANIFEST.json";

/// What was written, so that what is no longer made can be told from what somebody else put there.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    /// What this file is.
    generator: String,
    /// The version of the program that wrote it.
    version: String,
    /// By path.
    files: BTreeMap<String, Written>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    /// What it belongs to.
    set: String,
    /// SHA-256 of its text.
    sha256: String,
}

/// One file that is not as it would be written.
#[derive(Debug)]
pub struct Difference {
    /// Its path below the folder.
    pub path: String,
    /// What is different.
    pub kind: DifferenceKind,
    /// What would change, as `diff -u` shows it.
    pub diff: String,
}

/// What is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// It is not there.
    Missing,
    /// It has another text.
    Changed,
    /// It was written once, and would not be any more.
    Stale,
}

impl DifferenceKind {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            DifferenceKind::Missing => "not there",
            DifferenceKind::Changed => "different",
            DifferenceKind::Stale => "not made any more",
        }
    }
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// A file that somebody else put there is in the way.
    #[error(
        "{} {} there and was not written by this program, so nothing was written; move it away, choose another folder, or overwrite it with --force",
        list(.0), if .0.len() == 1 { "is" } else { "are" }
    )]
    Foreign(Vec<PathBuf>),
    /// The system said no.
    #[error("{}: {source}; nothing was written{}", .path.display(), advice(.source))]
    System {
        /// About which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Some files are in place and others are not.
    #[error("{}: {source}; the files before it are in place: run the same command again once that is mended", .path.display())]
    Halfway {
        /// About which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn list(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths
        .iter()
        .take(5)
        .map(|path| path.display().to_string())
        .collect();
    match paths.len() {
        more if more > 5 => format!("{} and {} more", shown.join(", "), more - 5),
        _ => shown.join(", "),
    }
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ". Make room, or choose another folder with --out"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            ". Choose a folder that may be written with --out"
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => ". --out must be a folder",
        _ => "",
    }
}

fn hash(text: &str) -> String {
    let mut shown = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        write!(shown, "{byte:02x}").expect("a text takes what is written");
    }
    shown
}

/// The manifest after `artefacts` were written; entries of sets that were not made stay as they are.
fn manifest(
    before: &Manifest,
    artefacts: &[Artefact],
    version: &str,
    is_made: &dyn Fn(&str) -> bool,
) -> Manifest {
    let kept = before.files.iter().filter(|(_, written)| !is_made(&written.set));
    let mut files: BTreeMap<String, Written> = kept
        .map(|(path, written)| (path.clone(), written.clone()))
        .collect();
    for artefact in artefacts {
        let written = Written {
            set: artefact.set.word(),
            sha256: hash(&artefact.text),
        };
        files.insert(artefact.path.clone(), written);
    }
    Manifest {
        generator: format!("{MARK} generate-monitoring"),
        version: version.to_owned(),
        files,
    }
}

fn text_of(manifest: &Manifest) -> String {
    let mut text = serde_json::to_string_pretty(manifest).expect("a manifest can be written as JSON");
    text.push('\n');
    text
}

fn read_manifest(folder: &Path) -> Manifest {
    let text = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Which sets a command makes; `None` is all.
fn is_made(only: Option<&[Set]>) -> impl Fn(&str) -> bool + '_ {
    move |set| only.is_none_or(|only| only.iter().any(|one| one.word() == set))
}

/// Paths of files that were written once, are not made any more, and are still there.
fn stale(folder: &Path, before: &Manifest, artefacts: &[Artefact], only: Option<&[Set]>) -> Vec<String> {
    let made: BTreeSet<&str> = artefacts.iter().map(|artefact| artefact.path.as_str()).collect();
    let is_made = is_made(only);
    let old = before
        .files
        .iter()
        .filter(|(path, written)| is_made(&written.set) && !made.contains(path.as_str()));
    // A manifest is a file that somebody may have changed: it must not lead out of the folder.
    let inside = old.filter(|(path, _)| !path.starts_with('/') && !path.split('/').any(|part| part == ".."));
    let there = inside.filter(|(path, _)| folder.join(path).symlink_metadata().is_ok());
    there.map(|(path, _)| path.clone()).collect()
}

/// Everything in `folder` that is not as it would be written.
///
/// # Errors
/// A file cannot be read.
pub fn differences(
    folder: &Path,
    artefacts: &[Artefact],
    only: Option<&[Set]>,
    version: &str,
) -> Result<Vec<Difference>, PlaceError> {
    let before = read_manifest(folder);
    let mut all: Vec<(String, String)> = artefacts
        .iter()
        .map(|artefact| (artefact.path.clone(), artefact.text.clone()))
        .collect();
    let after = manifest(&before, artefacts, version, &is_made(only));
    all.push((MANIFEST.to_owned(), text_of(&after)));
    let mut found = Vec::new();
    for (path, text) in all {
        let there = read(&folder.join(&path))?;
        let kind = match &there {
            None => DifferenceKind::Missing,
            Some(there) if *there != text => DifferenceKind::Changed,
            Some(_) => continue,
        };
        let diff = diff(&path, there.as_deref().unwrap_or(""), &text);
        found.push(Difference { path, kind, diff });
    }
    for path in stale(folder, &before, artefacts, only) {
        found.push(Difference {
            diff: format!("{path} is not made any more; writing the files removes it\n"),
            path,
            kind: DifferenceKind::Stale,
        });
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn read(path: &Path) -> Result<Option<String>, PlaceError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => Ok(None),
        Err(source) => Err(PlaceError::System {
            path: path.to_owned(),
            source,
        }),
    }
}

fn diff(path: &str, before: &str, after: &str) -> String {
    similar::TextDiff::from_lines(before, after)
        .unified_diff()
        .header(&format!("{path} (there)"), &format!("{path} (would be written)"))
        .to_string()
}

/// What writing did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Paths that were written, because they were not there or different.
    pub written: Vec<String>,
    /// How many files were as they should be.
    pub unchanged: usize,
    /// Paths that were removed, because they are not made any more.
    pub removed: Vec<String>,
    /// Paths that are not made any more and were changed by somebody, so that they stay.
    pub left: Vec<String>,
}

/// Writes the files below `folder`: all of them beside their places first, then each into its place.
///
/// # Errors
/// A foreign file is in the way, or the system does not let it write. Nothing has changed then.
pub fn write(
    folder: &Path,
    artefacts: &[Artefact],
    only: Option<&[Set]>,
    version: &str,
    may_overwrite: bool,
) -> Result<Outcome, PlaceError> {
    let before = read_manifest(folder);
    let after = manifest(&before, artefacts, version, &is_made(only));
    let manifest_text = text_of(&after);
    let files = artefacts
        .iter()
        .map(|artefact| (artefact.path.as_str(), artefact.text.as_str()))
        .chain([(MANIFEST, manifest_text.as_str())]);
    let mut outcome = Outcome::default();
    let mut foreign = Vec::new();
    let mut todo = Vec::new();
    for (path, text) in files {
        let place = folder.join(path);
        match read(&place)? {
            Some(there) if there == text => outcome.unchanged += 1,
            Some(there) if !may_overwrite && !is_own(&there, path, &before) => foreign.push(place),
            _ => todo.push((path, place, text)),
        }
    }
    if !foreign.is_empty() {
        return Err(PlaceError::Foreign(foreign));
    }
    let staged = stage(folder, &todo)?;
    let mut is_first = true;
    for (path, place, new) in &staged {
        if let Err(source) = fs::rename(new, place) {
            for (_, _, new) in &staged {
                let _ = fs::remove_file(new);
            }
            let path = place.clone();
            return Err(match is_first {
                true => PlaceError::System { path, source },
                false => PlaceError::Halfway { path, source },
            });
        }
        is_first = false;
        outcome.written.push(path.clone());
    }
    for path in stale(folder, &before, artefacts, only) {
        let place = folder.join(&path);
        let is_as_written = read(&place)?.is_some_and(|text| hash(&text) == before.files[&path].sha256);
        match is_as_written && fs::remove_file(&place).is_ok() {
            true => outcome.removed.push(path),
            false => outcome.left.push(path),
        }
    }
    Ok(outcome)
}

/// Whether a file is one that this program wrote.
fn is_own(text: &str, path: &str, before: &Manifest) -> bool {
    let head: Vec<&str> = text.lines().take(3).collect();
    let says_so = match path.ends_with(".json") {
        true => text.contains(MARK),
        false => head.iter().any(|line| line.contains(MARK)),
    };
    says_so
        || before
            .files
            .get(path)
            .is_some_and(|written| written.sha256 == hash(text))
}

/// A path below the folder, the place, and where the new text waits.
type Staged = (String, PathBuf, PathBuf);

/// Writes each file beside its place, and waits until all are on the disk; what was written is removed when one cannot be.
fn stage(folder: &Path, todo: &[(&str, PathBuf, &str)]) -> Result<Vec<Staged>, PlaceError> {
    let mut made: Vec<PathBuf> = Vec::new();
    let mut staged: Vec<Staged> = Vec::new();
    let mut written = Ok(());
    for (path, place, text) in todo {
        let parent = place.parent().unwrap_or(folder);
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let new = parent.join(format!(".{name}.new"));
        let outcome = make_folders(parent, &mut made).and_then(|()| fs::write(&new, text));
        staged.push(((*path).to_owned(), place.clone(), new));
        if let Err(source) = outcome {
            written = Err((place.clone(), source));
            break;
        }
    }
    let Err((path, source)) = written.and_then(|()| synced(&staged)) else {
        return Ok(staged);
    };
    for (_, _, new) in &staged {
        let _ = fs::remove_file(new);
    }
    for folder in made.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
    Err(PlaceError::System { path, source })
}

/// How many files are waited for at once: the disk brings them in together.
const AT_ONCE: usize = 8;

/// Waits until the files are on the disk.
fn synced(staged: &[Staged]) -> Result<(), (PathBuf, io::Error)> {
    let sync = |part: &[Staged]| {
        part.iter().try_for_each(|(_, place, new)| {
            let outcome = fs::File::open(new).and_then(|file| file.sync_all());
            outcome.map_err(|source| (place.clone(), source))
        })
    };
    let parts = staged.chunks(staged.len().div_ceil(AT_ONCE).max(1));
    std::thread::scope(|scope| {
        let waiting: Vec<_> = parts.map(|part| scope.spawn(move || sync(part))).collect();
        let mut ends = waiting.into_iter().map(|thread| thread.join());
        ends.try_for_each(|end| end.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Makes a folder and those above it, and notes each that was not there.
fn make_folders(folder: &Path, made: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folders(parent, made)?;
    }
    fs::create_dir(folder)?;
    made.push(folder.to_owned());
    Ok(())
}
