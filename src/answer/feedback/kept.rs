//! The file in which verdicts are kept: `feedback.jsonl` in the state folder, for its owner alone, bounded in size.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::answer::ConfidenceSource;
use crate::answer::confidence::Features;
use crate::config::{Like, LockedFolder};

/// Its name in the state folder.
pub const FILE: &str = "feedback.jsonl";

/// Largest file, in bytes: some ten thousand verdicts. Beyond this the older half goes.
const LARGEST: u64 = 8 << 20;

/// One verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When it was given.
    pub at: Timestamp,
    /// The name of the request that was answered.
    pub request_id: String,
    /// The service that answered.
    pub provider: String,
    /// The model that answered.
    pub model: String,
    /// The dialect of the SQL.
    pub dialect: String,
    /// The confidence that was given.
    pub confidence: f64,
    /// Where it came from.
    pub confidence_source: ConfidenceSource,
    /// What it was made from; none for a provider's own score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// What the asker said.
    pub verdict: Verdict,
    /// The question, where it may be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The SQL, where it may be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// What the asker made of it, where it may be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_sql: Option<String>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The last verdict on each answer, in the order in which the answers were first judged.
    pub lines: Vec<Line>,
    /// Lines that are of no use: broken, or with features of another version.
    pub unreadable: usize,
}

/// Adds a verdict at the end.
pub(super) fn append(folder: &Path, line: &Line) -> io::Result<()> {
    append_within(folder, line, LARGEST)
}

fn append_within(folder: &Path, line: &Line, largest: u64) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let locked = LockedFolder::wait(folder)?;
    let path = folder.join(FILE);
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)?;
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    let length = file.metadata()?.len();
    if length > 0 && length + bytes.len() as u64 > largest {
        drop(file);
        return locked.replace(
            FILE,
            &[newer_half(&path, largest)?, bytes].concat(),
            &Like::PRIVATE,
        );
    }
    if !ends_with_line(&mut file, length)? {
        // What was cut off by a crash must not take this one with it.
        bytes.insert(0, b'\n');
    }
    // One write: a line is there as a whole or, after a crash, told as broken.
    file.write_all(&bytes)
}

fn ends_with_line(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// The last lines of the file, half of what it may hold.
fn newer_half(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(largest / 2);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if from > 0 {
        // The first line has lost its beginning.
        let end = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |at| at + 1);
        bytes.drain(..end);
    }
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// What was said so far.
///
/// # Errors
/// The file cannot be read.
pub fn read(folder: &Path) -> io::Result<Found> {
    let path = folder.join(FILE);
    match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::default()),
        Err(error) => return Err(error),
        // Opening a pipe would wait for whoever writes to it.
        Ok(found) if !found.is_file() => return Err(ErrorKind::InvalidInput.into()),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    File::open(&path)?.take(2 * LARGEST).read_to_end(&mut bytes)?;
    let mut found = Found::default();
    let mut places: HashMap<String, usize> = HashMap::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Ok(line) = serde_json::from_slice::<Line>(line) else {
            found.unreadable += 1;
            continue;
        };
        match places.get(&line.request_id) {
            Some(place) => found.lines[*place] = line,
            None => {
                places.insert(line.request_id.clone(), found.lines.len());
                found.lines.push(line);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn line(request_id: &str, verdict: Verdict) -> Line {
        Line {
            at: Timestamp::constant(1_800_000_000, 0),
            request_id: request_id.into(),
            provider: "it".into(),
            model: "m".into(),
            dialect: "sqlite".into(),
            confidence: 0.5,
            confidence_source: ConfidenceSource::Heuristic,
            features: None,
            verdict,
            question: None,
            sql: None,
            corrected_sql: None,
        }
    }

    #[test]
    fn of_several_verdicts_on_one_answer_the_last_counts() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        assert_eq!(read(&state).unwrap(), Found::default());
        for (id, verdict) in [
            ("a", Verdict::Used),
            ("b", Verdict::Rejected),
            ("a", Verdict::Corrected),
        ] {
            append(&state, &line(id, verdict)).unwrap();
        }
        let found = read(&state).unwrap();
        let verdicts: Vec<_> = found
            .lines
            .iter()
            .map(|line| (line.request_id.as_str(), line.verdict))
            .collect();
        assert_eq!(verdicts, [("a", Verdict::Corrected), ("b", Verdict::Rejected)]);
        let mode = fs::metadata(state.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_line_that_was_cut_off_costs_itself_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{\"at\": \"2026-").unwrap();
        append(folder.path(), &line("a", Verdict::Used)).unwrap();
        let found = read(folder.path()).unwrap();
        assert_eq!((found.lines.len(), found.unreadable), (1, 1));
    }

    #[test]
    fn the_file_does_not_grow_beyond_its_size_and_keeps_what_is_newest() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..500 {
            append_within(folder.path(), &line(&number.to_string(), Verdict::Used), 10_000).unwrap();
            assert!(fs::metadata(folder.path().join(FILE)).unwrap().len() <= 10_000);
        }
        let found = read(folder.path()).unwrap();
        assert_eq!(found.unreadable, 0);
        assert_eq!(found.lines.last().unwrap().request_id, "499");
        assert!(found.lines.len() > 10, "{}", found.lines.len());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
