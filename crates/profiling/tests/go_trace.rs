//! A real program is recorded, and the real `go tool trace` shows it: its pages are fetched and read.

#[path = "go_trace/go.rs"]
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
        let mut out = BufWriter::new(File::create(Path::new(&kept).with_extension("perfetto-trace")).unwrap());
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
        let printed = tool.print(&path);
        assert!(!printed.is_empty());
        let pages = Pages::serve(tool, &path);
        println!("{}", pages.get("/usertasks"));
    }
}
