//! A real program is recorded, and the real `go tool trace` shows it: its pages are fetched and read.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]
#![allow(clippy::print_stderr, reason = "a skipped test must be seen")]

#[allow(dead_code)]
#[path = "support/go.rs"]
mod go;
#[path = "go_trace/pages.rs"]
mod pages;
#[path = "go_trace/program.rs"]
mod program;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Duration;

use pages::Pages;
use profiling::execution::{self, Options, Recording, Trace};

const QUESTIONS: usize = 5;

/// Recordings are one at a time in a process.
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn recorded() -> Trace {
    let _alone = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let options = Options {
        heap: Some(|| 123_456_789),
        alive: Some(|| vec![(9_000_000, &program::REAPER)]),
        ..Options::default()
    };
    let recording = Recording::start(options).unwrap();
    runtime.block_on(async {
        recording.tick();
        program::answer(QUESTIONS).await;
        recording.tick();
    });
    // The threads of the blocking pool end while it still records.
    runtime.shutdown_timeout(Duration::from_secs(10));
    recording.finish()
}

fn file(trace: &Trace, folder: &tempfile::TempDir) -> std::path::PathBuf {
    let path = folder.path().join("service.trace");
    let mut out = BufWriter::new(File::create(&path).unwrap());
    trace.write_go(&mut out).unwrap();
    std::io::Write::flush(&mut out).unwrap();
    if let Some(kept) = std::env::var_os("ATEST_KEEP_TRACE") {
        std::fs::copy(&path, &kept).unwrap();
        let mut out =
            BufWriter::new(File::create(Path::new(&kept).with_extension("perfetto-trace")).unwrap());
        trace.write_perfetto(&mut out).unwrap();
    }
    path
}

#[test]
fn both_versions_show_the_program_on_every_page() {
    let Some(tools) = go::both() else { return };
    let trace = recorded();
    assert_eq!(trace.lost(), execution::Lost::default());
    let folder = tempfile::tempdir().unwrap();
    let path = file(&trace, &folder);
    for tool in &tools {
        for kind in ["net", "sync", "syscall", "sched"] {
            tool.profile(kind, &path);
        }
        let pages = Pages::serve(tool, &path);
        check_names(&pages);
        check_questions(&pages);
        check_phases(&pages);
        for path in ["/", "/trace", "/mmu", "/io", "/block", "/syscall", "/sched"] {
            assert!(!pages.get(path).is_empty(), "{path}");
        }
    }
}

/// Tasks have their names, in the list and in the picture, and rows for the workers and for what waits for the network.
fn check_names(pages: &Pages) {
    let list = pages.get("/goroutines");
    let picture = pages.get("/jsontrace");
    let sites = [
        program::QUESTION,
        program::MODEL,
        program::SCHEMA,
        program::REAPER,
        program::ABORTED,
    ];
    for site in sites {
        assert!(list.contains(site.name), "{}:\n{list}", site.name);
        assert!(picture.contains(site.name), "{}:\n{picture}", site.name);
    }
    for row in ["Proc 1", "Network", "Heap", "unblock"] {
        assert!(picture.contains(row), "{row}:\n{picture}");
    }
}

/// Each question is there, whole, with its log, and took as long as the model thinks at least.
fn check_questions(pages: &Pages) {
    let counted = format!("/usertask?type=query\">{QUESTIONS}<");
    let list = pages.get("/usertasks");
    assert!(list.contains(&counted), "{list}");
    // One of two phases at the same time cannot be a region.
    assert!(list.contains("/usertask?type=score"), "{list}");

    let page = pages.text("/usertask?type=query");
    let words: Vec<&str> = page.split_whitespace().collect();
    let questions = words.windows(3).filter_map(|words| {
        let number = words[2].parse::<u32>().ok()?;
        (words[1] == "Task").then_some((number, words[0]))
    });
    let questions: Vec<(u32, &str)> = questions.collect();
    assert_eq!(questions.len(), QUESTIONS, "{page}");
    for (number, took) in questions {
        let milliseconds = took.strip_suffix("ms").and_then(|took| took.parse::<f64>().ok());
        let took = Duration::from_secs_f64(milliseconds.expect(took) / 1000.0);
        assert!(took >= program::THINKS, "{took:?}");
        let view = pages.get(&format!("/jsontrace?taskid={number}"));
        assert!(view.contains(program::QUESTION.name), "{view}");
    }
    assert_eq!(page.matches("(complete)").count(), QUESTIONS, "{page}");
    assert_eq!(
        page.matches("how many users are there?").count(),
        QUESTIONS,
        "{page}"
    );
    // A log without a task belongs to the one whose phase is open.
    assert_eq!(page.matches("answered").count(), QUESTIONS, "{page}");
}

fn check_phases(pages: &Pages) {
    let list = pages.get("/userregions");
    for phase in ["schema", "provider", "preview"] {
        let link = format!("href=\"/userregion?type={phase}&");
        let at = list.find(&link).unwrap_or_else(|| panic!("{phase}:\n{list}"));
        let link = list[at..].split('"').nth(1).unwrap();
        let page = pages.text(&link.replace("&amp;", "&"));
        assert!(page.contains(phase), "{page}");
    }
}

#[test]
fn both_versions_accept_whatever_threads_say() {
    let Some(tools) = go::both() else { return };
    let _alone = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    for (round, max_bytes) in [(1, 0), (2, 16 << 20)] {
        let options = Options {
            max_bytes,
            ..Options::default()
        };
        let recording = Recording::start(options).unwrap();
        let threads: Vec<_> = (0..4)
            .map(|thread| std::thread::spawn(move || program::talk_nonsense(round * 10 + thread, 8000)))
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let trace = recording.finish();
        assert_eq!(trace.lost().events > 0, max_bytes == 0);
        let path = file(&trace, &folder);
        for tool in &tools {
            let printed = tool.print(&path);
            assert!(printed.lines().count() > 1000, "{printed}");
            let pages = Pages::serve(tool, &path);
            let list = pages.get("/goroutines");
            assert_eq!(list.contains("events lost"), max_bytes == 0, "{list}");
            for path in ["/jsontrace", "/usertasks", "/userregions"] {
                assert!(!pages.get(path).is_empty(), "{path}");
            }
        }
    }
}
