//! No line is lost while the file can be written, and nothing else is when it cannot.

use std::fs;
use std::path::PathBuf;

use super::*;

const STYLE: Style = Style::Text { colour: false };

fn open(path: &Path, max_size: u64) -> LogFile {
    LogFile::open(path, max_size, Wake::nobody(), STYLE).unwrap()
}

/// That all of these lines are written.
fn write(file: &mut LogFile, lines: &str) {
    assert_eq!(file.write_lines(lines.as_bytes()), count_lines(lines.as_bytes()));
}

fn all_lines(folder: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            fs::read_to_string(file)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn rotation_keeps_every_line_and_every_file_within_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = open(&folder.path().join("plugin.log"), 100);
    let lines: Vec<String> = (0..200).map(|number| format!("line {number:03}")).collect();
    // One by one, and many at once.
    for line in &lines[..50] {
        write(&mut file, &format!("{line}\n"));
    }
    write(&mut file, &(lines[50..].join("\n") + "\n"));
    let mut kept = all_lines(folder.path());
    kept.sort();
    assert_eq!(kept, lines);
    let sizes: Vec<u64> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .collect();
    assert_eq!(sizes.len(), 19, "eleven lines of nine bytes fit into a file");
    assert!(sizes.iter().all(|size| *size <= 100), "{sizes:?}");
}

#[test]
fn a_line_longer_than_a_file_is_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = open(&folder.path().join("plugin.log"), 10);
    for line in ["a much longer line\n", "short\n", "a much longer line\n"] {
        write(&mut file, line);
    }
    assert_eq!(all_lines(folder.path()).len(), 3);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn an_existing_file_is_continued_and_its_size_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    fs::write(&path, "from before\n").unwrap();
    let mut file = open(&path, 15);
    write(&mut file, "new line\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "new line\n");
    assert_eq!(all_lines(folder.path()), ["from before", "new line"]);
}

#[test]
fn after_logrotate_has_moved_the_file_lines_go_to_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    let moved = folder.path().join("plugin.log.old");
    let mut file = open(&path, 0);
    write(&mut file, "one\n");
    fs::rename(&path, &moved).unwrap();
    write(&mut file, "two\n");
    file.reopen().unwrap();
    write(&mut file, "three\n");
    assert_eq!(fs::read_to_string(&moved).unwrap(), "one\ntwo\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
}

#[test]
fn a_reopen_that_fails_keeps_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    let moved = folder.path().join("plugin.log.old");
    let mut file = open(&path, 0);
    fs::rename(&path, &moved).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(file.reopen().is_err());
    write(&mut file, "kept\n");
    assert_eq!(fs::read_to_string(&moved).unwrap(), "kept\n");
}

#[test]
fn a_file_that_somebody_else_moved_is_not_rotated_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    let mut file = open(&path, 10);
    write(&mut file, "mine 1\n");
    fs::rename(&path, folder.path().join("moved")).unwrap();
    fs::write(&path, "theirs\n").unwrap();
    write(&mut file, "mine 2\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs\nmine 2\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_full_disk_costs_lines_but_no_more_and_is_told_when_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let mut file = open(&path, 10);
    assert_eq!(file.write_lines(b"lost\n"), 0);
    assert_eq!(file.write_lines(b"lost\nlost too\n"), 0);
    fs::remove_file(&path).unwrap();
    file.reopen().unwrap();
    write(&mut file, "kept\n");
    let lines = all_lines(folder.path());
    assert_eq!(lines[0], "kept");
    assert!(
        lines[1].ends_with("the log file can be written again lost_lines=3"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_link_to_a_device_is_never_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    let mut file = open(&path, 5);
    for _ in 0..10 {
        write(&mut file, "anything\n");
    }
    assert_eq!(fs::read_link(&path).unwrap(), Path::new("/dev/null"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
