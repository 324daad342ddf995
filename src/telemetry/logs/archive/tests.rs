//! What happens to rotated files.

use flate2::read::GzDecoder;

use super::*;

impl Wake {
    /// Wakes nobody: rotated files stay as they are.
    pub(in super::super) fn nobody() -> Wake {
        Wake(mpsc::channel().0)
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn worker(folder: &Path, keep: Keep) -> Worker {
    let names = BackupNames::of(&folder.join("plugin.log"));
    Worker {
        names,
        keep,
        style: Style::Text { colour: false },
        stop: Arc::default(),
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn folder_with(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        fs::write(folder.path().join(name), name.repeat(1_000)).unwrap();
    }
    folder
}

const KEEP_ALL: Keep = Keep {
    max_backups: 0,
    max_age_days: 0,
    compress: false,
};

#[test]
fn rotated_files_are_compressed_whole_and_keep_their_mode() {
    let name = "plugin-2026-11-24T17-23-45.123.log.1";
    let folder = folder_with(&[name, "plugin.log"]);
    fs::set_permissions(folder.path().join(name), Permissions::from_mode(0o640)).unwrap();
    worker(
        folder.path(),
        Keep {
            compress: true,
            ..KEEP_ALL
        },
    )
    .tidy(Timestamp::now())
    .unwrap();
    let packed = "plugin-2026-11-24T17-23-45.123.log.gz";
    assert_eq!(files(folder.path()), [packed, "plugin.log"]);
    let file = File::open(folder.path().join(packed)).unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    let mut unpacked = String::new();
    GzDecoder::new(file).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, name.repeat(1_000));
}

#[test]
fn what_a_crash_left_half_done_is_done_again() {
    let folder = folder_with(&[
        "plugin-2026-11-24T17-23-45.123.log.1",
        "plugin-2026-11-24T17-23-45.123.log.gz.tmp",
    ]);
    worker(
        folder.path(),
        Keep {
            compress: true,
            ..KEEP_ALL
        },
    )
    .tidy(Timestamp::now())
    .unwrap();
    assert_eq!(files(folder.path()), ["plugin-2026-11-24T17-23-45.123.log.gz"]);
}

#[test]
fn a_stop_leaves_the_file_for_the_next_start() {
    let folder = folder_with(&["plugin-2026-11-24T17-23-45.123.log.1"]);
    let stopped = worker(
        folder.path(),
        Keep {
            compress: true,
            ..KEEP_ALL
        },
    );
    let backup = stopped.names.list().unwrap().pop().unwrap();
    stopped.stop.store(true, Ordering::Release);
    stopped.compress(&backup).unwrap();
    assert_eq!(files(folder.path()), ["plugin-2026-11-24T17-23-45.123.log.1"]);
}

#[test]
fn the_oldest_go_when_there_are_too_many() {
    let folder = folder_with(&[
        "plugin-2026-11-21T00-00-00.000.log.gz",
        "plugin-2026-11-22T00-00-00.000.log.gz",
        "plugin-2026-11-23T00-00-00.000.log.1",
    ]);
    worker(
        folder.path(),
        Keep {
            max_backups: 2,
            ..KEEP_ALL
        },
    )
    .tidy(Timestamp::now())
    .unwrap();
    assert_eq!(
        files(folder.path()),
        [
            "plugin-2026-11-22T00-00-00.000.log.gz",
            "plugin-2026-11-23T00-00-00.000.log.1"
        ]
    );
}

#[test]
fn those_past_their_days_go_and_others_files_never() {
    let old_and_foreign = [
        "plugin-2020-01-01T00-00-00.000.log.gz",
        "plugin-2026-11-20T00-00-01.000.log.gz",
        "plugin-notes.log.gz",
        "plugin-2020-01-01.log.gz",
        "plugin-2020-01-01T00-00-00.000.txt.gz",
        "audit-2020-01-01T00-00-00.000.log.gz",
    ];
    let folder = folder_with(&old_and_foreign);
    worker(
        folder.path(),
        Keep {
            max_age_days: 4,
            ..KEEP_ALL
        },
    )
    .tidy(at("2026-11-24T00:00:00Z"))
    .unwrap();
    let mut expected = old_and_foreign[1..].to_vec();
    expected.sort_unstable();
    assert_eq!(files(folder.path()), expected);
}

#[test]
fn a_taken_name_is_never_given_again() {
    let folder = folder_with(&[
        "plugin-2026-11-24T17-23-45.999.log.gz",
        "plugin-2026-11-24T17-23-46.000.log.1",
    ]);
    let names = BackupNames::of(&folder.path().join("plugin.log"));
    let free = names.free(at("2026-11-24T17:23:45.999Z"));
    assert_eq!(free, folder.path().join("plugin-2026-11-24T17-23-46.001.log.1"));
}

#[test]
fn rotated_names_are_found_for_every_kind_of_log_name() {
    for name in ["plugin.log", "plugin", "a.b.log", ".hidden"] {
        let folder = tempfile::tempdir().unwrap();
        let names = BackupNames::of(&folder.path().join(name));
        let free = names.free(at("2026-11-24T17:23:45.5Z"));
        fs::write(&free, "").unwrap();
        let found: Vec<PathBuf> = names
            .list()
            .unwrap()
            .into_iter()
            .map(|backup| backup.path)
            .collect();
        assert_eq!(found, [free], "{name}");
    }
}
