//! No line is lost while the file can be written, and nothing else is when it cannot.

use super::*;

const STYLE: Style = Style::Text { colour: false };

fn open(path: &Path, max_size: u64) -> (LogFile, LogCounts) {
    let counts = LogCounts::default();
    (
        LogFile::open(path, max_size, Wake::nobody(), STYLE, counts.clone()).unwrap(),
        counts,
    )
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
    let (mut file, counts) = open(&folder.path().join("plugin.log"), 100);
    let lines: Vec<String> = (0..200).map(|number| format!("line {number:03}")).collect();
    for line in &lines {
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    let mut kept = all_lines(folder.path());
    kept.sort();
    assert_eq!(kept, lines);
    assert_eq!(counts.dropped(), 0);
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
    let (mut file, _) = open(&folder.path().join("plugin.log"), 10);
    for line in ["a much longer line\n", "short\n", "a much longer line\n"] {
        file.write_all(line.as_bytes()).unwrap();
    }
    assert_eq!(all_lines(folder.path()).len(), 3);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn an_existing_file_is_continued_and_its_size_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    fs::write(&path, "from before\n").unwrap();
    let (mut file, _) = open(&path, 15);
    file.write_all(b"new line\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new line\n");
    assert_eq!(all_lines(folder.path()), ["from before", "new line"]);
}

#[test]
fn after_logrotate_has_moved_the_file_lines_go_to_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    let moved = folder.path().join("plugin.log.old");
    let (mut file, _) = open(&path, 0);
    file.write_all(b"one\n").unwrap();
    fs::rename(&path, &moved).unwrap();
    file.write_all(b"two\n").unwrap();
    file.reopen().unwrap();
    file.write_all(b"three\n").unwrap();
    assert_eq!(fs::read_to_string(&moved).unwrap(), "one\ntwo\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
}

#[test]
fn a_reopen_that_fails_keeps_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    let moved = folder.path().join("plugin.log.old");
    let (mut file, counts) = open(&path, 0);
    fs::rename(&path, &moved).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(file.reopen().is_err());
    file.write_all(b"kept\n").unwrap();
    assert_eq!(
        (fs::read_to_string(&moved).unwrap().as_str(), counts.dropped()),
        ("kept\n", 0)
    );
}

#[test]
fn a_file_that_somebody_else_moved_is_not_rotated_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    let (mut file, _) = open(&path, 10);
    file.write_all(b"mine 1\n").unwrap();
    fs::rename(&path, folder.path().join("moved")).unwrap();
    fs::write(&path, "theirs\n").unwrap();
    file.write_all(b"mine 2\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs\nmine 2\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_full_disk_costs_lines_but_no_more_and_is_told_when_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let (mut file, counts) = open(&path, 10);
    for _ in 0..3 {
        file.write_all(b"lost\n").unwrap();
    }
    assert_eq!(counts.dropped(), 3);
    fs::remove_file(&path).unwrap();
    file.reopen().unwrap();
    file.write_all(b"kept\n").unwrap();
    let lines = all_lines(folder.path());
    assert_eq!(lines[0], "kept");
    assert!(
        lines[1].ends_with("the log file can be written again lost_lines=3"),
        "{lines:?}"
    );
    assert_eq!((lines.len(), counts.dropped()), (2, 3));
}

#[test]
fn a_link_to_a_device_is_never_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    let (mut file, _) = open(&path, 5);
    for _ in 0..10 {
        file.write_all(b"anything\n").unwrap();
    }
    assert_eq!(fs::read_link(&path).unwrap(), Path::new("/dev/null"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
