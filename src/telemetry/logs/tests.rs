//! The log as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tracing::dispatcher::{self, Dispatch};

use super::*;
use crate::config::LogLevel;

fn to_file(path: &Path, max_size: u64, compress: bool) -> Logging {
    Logging {
        output: LogOutput::File {
            path: path.to_owned(),
            max_size,
            max_backups: 0,
            max_age_days: 0,
            compress,
        },
        ..Logging::default()
    }
}

/// What `act` logs, as JSON lines.
pub(super) fn logged(logging: Logging, act: impl FnOnce()) -> Vec<Json> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    let output = to_file(&path, 0, false).output;
    let (subscriber, handle) = build(&Logging { output, ..logging }).unwrap();
    tracing::subscriber::with_default(subscriber, act);
    drop(handle);
    let text = fs::read_to_string(&path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Every line in the folder, compressed or not. A file that goes away meanwhile has none.
fn all_lines(folder: &Path) -> Vec<String> {
    let read = |path: &Path| {
        let file = fs::File::open(path)?;
        if path.extension().is_some_and(|extension| extension == "gz") {
            io::read_to_string(flate2::read::GzDecoder::new(file))
        } else {
            io::read_to_string(file)
        }
    };
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<String> = files.map(|path| read(&path).unwrap_or_default()).collect();
    texts
        .iter()
        .flat_map(|text| text.lines())
        .map(str::to_owned)
        .collect()
}

#[test]
fn many_threads_lose_no_line_while_files_are_rotated_and_compressed() {
    const THREADS: usize = 8;
    const LINES: usize = 500;
    let folder = tempfile::tempdir().unwrap();
    let (subscriber, handle) = build(&to_file(&folder.path().join("plugin.log"), 20_000, true)).unwrap();
    let dispatch = Dispatch::new(subscriber);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let dispatch = &dispatch;
            scope.spawn(move || {
                dispatcher::with_default(dispatch, || {
                    (0..LINES).for_each(|line| tracing::info!(thread, line, "answered\nnot a new line"));
                });
            });
        }
    });
    let counts = handle.counts();
    // A busy machine may need longer to write them than the second that the end of the log allows.
    let patience = Instant::now() + Duration::from_secs(60);
    while all_lines(folder.path()).len() < THREADS * LINES && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(50));
    }
    drop((dispatch, handle));

    let lines = all_lines(folder.path());
    let seen: BTreeSet<(u64, u64)> = lines
        .iter()
        .map(|line| {
            let json: Json = serde_json::from_str(line).unwrap();
            (json["thread"].as_u64().unwrap(), json["line"].as_u64().unwrap())
        })
        .collect();
    assert_eq!((lines.len(), seen.len()), (THREADS * LINES, THREADS * LINES));
    assert_eq!(counts.dropped(), 0);
    assert_eq!(counts.by_level()[2], ("info", (THREADS * LINES) as u64));
    assert!(
        fs::read_dir(folder.path()).unwrap().count() > 20,
        "the file was rotated many times"
    );
}

#[test]
fn a_line_has_the_fields_of_its_event_and_of_the_spans_around_it() {
    let lines = logged(Logging::default(), || {
        let outer = tracing::info_span!("request", request_id = "r-1", dialect = tracing::field::Empty);
        let _outer = outer.enter();
        outer.record("dialect", "mysql");
        let _inner = tracing::info_span!("provider", provider = "builtin", attempt = 1).entered();
        let cause = io::Error::other("disk on fire");
        let error: &(dyn std::error::Error + 'static) = &cause;
        tracing::info!(
            took_ms = 1.5,
            ok = true,
            attempt = 2,
            error,
            odd = f64::NAN,
            "answered {}",
            42
        );
    });
    let line = &lines[0];
    for (name, value) in [
        ("level", Json::from("info")),
        ("message", "answered 42".into()),
        ("component", "metrics".into()),
        ("request_id", "r-1".into()),
        ("dialect", "mysql".into()),
        ("provider", "builtin".into()),
        ("attempt", 2.into()),
        ("took_ms", 1.5.into()),
        ("ok", true.into()),
        ("error", "disk on fire".into()),
        ("odd", "NaN".into()),
    ] {
        assert_eq!(line[name], value, "{name} in {line}");
    }
    assert!(
        line["timestamp"]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .is_ok()
    );
    assert_eq!(lines.len(), 1);
}

#[test]
fn levels_and_configured_fields_are_heeded() {
    let logging = Logging {
        level: LogLevel::Info,
        fields: BTreeMap::from([("service".to_owned(), "atest-ai-plugin".to_owned())]),
        components: BTreeMap::from([("database".to_owned(), LogLevel::Warn)]),
        ..Logging::default()
    };
    let lines = logged(logging, || {
        tracing::info!(target: "atest_ext_ai::database", "too quiet");
        tracing::warn!(target: "atest_ext_ai::database", "loud enough");
        tracing::debug!(target: "atest_ext_ai::plugin", "too quiet");
        tracing::info!(target: "atest_ext_ai::plugin", "loud enough");
        tracing::warn!(target: "sqlx::query", "select secret");
    });
    let said: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| {
            (
                line["component"].as_str().unwrap(),
                line["message"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(said, [("database", "loud enough"), ("plugin", "loud enough")]);
    assert!(lines.iter().all(|line| line["service"] == "atest-ai-plugin"));
}

#[test]
fn on_a_full_disk_every_line_is_lost_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plugin.log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let (subscriber, handle) = build(&to_file(&path, 0, false)).unwrap();
    tracing::subscriber::with_default(subscriber, || {
        (0..1_000).for_each(|number| tracing::info!(number, "lost"));
    });
    handle.flush();
    let counts = handle.counts();
    assert_eq!(counts.by_level().map(|(_, lines)| lines), [0; 5]);
    assert_eq!(counts.dropped(), 1_000);
}

#[test]
fn the_handle_reopens_the_file_that_logrotate_moved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/deep/plugin.log");
    let (subscriber, handle) = build(&to_file(&path, 0, false)).unwrap();
    tracing::subscriber::with_default(subscriber, || {
        fs::rename(&path, folder.path().join("moved")).unwrap();
        handle.reopen().unwrap();
        tracing::info!("after");
    });
    drop(handle);
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
}

#[test]
fn a_log_file_that_cannot_be_written_is_an_error_with_path_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let Err(error) = build(&to_file(folder.path(), 0, false)) else {
        panic!("a folder is no log file")
    };
    let text = error.to_string();
    assert!(
        text.contains(&folder.path().display().to_string()) && text.contains("directory"),
        "{text}"
    );

    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let Err(error) = build(&to_file(&file.join("plugin.log"), 0, false)) else {
        panic!("a file is no folder")
    };
    assert!(error.to_string().contains("file/plugin.log"), "{error}");
}
