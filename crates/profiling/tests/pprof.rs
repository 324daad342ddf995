//! Profiles as `go tool pprof` reads them.

#[allow(dead_code)]
#[path = "support/go.rs"]
mod go;
#[path = "support/work.rs"]
mod work;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use profiling::cpu;
use profiling::heap::{self, View};
use profiling::pprof::Profile;
use work::{known_allocating_function, known_busy_function, known_copying_function};

profiling::jemalloc!();

/// The profiler is the process's only one, where tests share the process.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Something that a thread does until it is told to stop.
type Work = fn(&AtomicBool) -> u64;

fn cpu_profile_of(work: Work) -> cpu::CpuProfile {
    let _alone = ONE_AT_A_TIME.blocking_lock();
    let stop = AtomicBool::new(false);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().name("at-work".to_owned());
        worker.spawn_scoped(scope, || work(&stop)).expect("a thread");
        let options = cpu::Options {
            duration: Duration::from_secs(2),
            hertz: 100,
        };
        let profile = runtime.block_on(cpu::profile(options));
        stop.store(true, Ordering::Relaxed);
        profile.expect("a profile")
    })
}

fn written(folder: &Path, profile: &Profile) -> PathBuf {
    let file = folder.join("profile.pb.gz");
    std::fs::write(&file, profile.to_gzip()).expect("written");
    file
}

/// The rows of `-top`: flat %, cumulative %, name.
fn rows(top: &str) -> Vec<(f64, f64, String)> {
    let table = top
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("flat"))
        .skip(1);
    let percent = |text: &str| text.trim_end_matches('%').parse().expect("a share");
    table
        .map(|row| {
            let cells: Vec<&str> = row.split_whitespace().collect();
            (percent(cells[1]), percent(cells[4]), cells[5..].join(" "))
        })
        .collect()
}

#[test]
fn a_busy_function_is_first_and_copies_and_allocations_are_booked_under_their_callers() {
    let folder = tempfile::tempdir().expect("a folder");
    let works: [(Work, &str); 3] = [
        (known_busy_function, "pprof::work::known_busy_function"),
        (known_copying_function, "pprof::work::known_copying_function"),
        (
            known_allocating_function,
            "pprof::work::known_allocating_function",
        ),
    ];
    for (work, name) in works {
        let taken = cpu_profile_of(work);
        assert!(taken.samples >= 10, "{}", taken.samples);
        assert!(
            taken.cut * 100 <= taken.samples,
            "{} of {} stacks are cut",
            taken.cut,
            taken.samples
        );
        let file = written(folder.path(), &taken.profile);
        for go in go::both().iter().flatten() {
            let top = go.pprof(&["-top".as_ref(), file.as_os_str()]);
            let rows = rows(&top);
            let (_, cumulative, _) = rows
                .iter()
                .find(|row| row.2 == name)
                .unwrap_or_else(|| panic!("{name}:\n{top}"));
            assert!(*cumulative >= 95.0, "{top}");
            if name.contains("busy") {
                assert_eq!(rows[0].2, name, "{top}");
                assert!(rows[0].0 >= 90.0, "{top}");
            }
            assert!(top.contains("Type: cpu"), "{top}");
        }
    }
}

#[test]
fn pprof_reads_threads_mappings_and_the_build_id_and_draws_a_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = cpu_profile_of(known_busy_function);
    let file = written(folder.path(), &taken.profile);
    for go in go::both().iter().flatten() {
        let raw = go.pprof(&["-raw".as_ref(), file.as_os_str()]);
        assert!(
            raw.contains("PeriodType: cpu nanoseconds") && raw.contains("Period: 10000000"),
            "{raw}"
        );
        assert!(raw.contains("thread:[at-work]"), "{raw}");
        let mapping = raw
            .lines()
            .skip_while(|line| *line != "Mappings")
            .nth(1)
            .expect("a mapping");
        assert!(
            mapping.contains("/pprof-") && mapping.contains("[FN]"),
            "{mapping}"
        );
        let tags = go.pprof(&["-tags".as_ref(), file.as_os_str()]);
        assert!(tags.contains("at-work"), "{tags}");
        let picture = folder.path().join("profile.svg");
        let to = format!("-output={}", picture.display());
        go.pprof(&["-svg".as_ref(), to.as_ref(), file.as_os_str()]);
        let picture = std::fs::read_to_string(picture).expect("a picture");
        assert!(picture.contains("known_busy_function"));
    }
}

#[inline(never)]
fn known_holder() -> Vec<Vec<u8>> {
    // Asked for, and never touched: many samples, and hardly any memory.
    (0..4000).map(|_| Vec::with_capacity(100_000)).collect()
}

#[inline(never)]
fn known_forgetter() {
    for _ in 0..4000 {
        black_box(Vec::<u8>::with_capacity(100_000));
    }
}

#[test]
fn the_heap_shows_who_holds_memory_and_who_asked_for_it() {
    heap_shows_it(1);
    // The same with stacks by frame pointers.
    heap::walk_frame_pointers();
    heap_shows_it(2);
}

/// `times` that memory has been asked for, this one included.
fn heap_shows_it(times: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let held = known_holder();
    known_forgetter();
    let in_use = heap::profile(View::InUse).expect("a profile");
    let allocated = heap::profile(View::Allocated).expect("a profile");
    drop(held);
    let later = heap::profile(View::InUse).expect("a profile");
    let share = |profile: &Profile, kind: &str, name: &str| {
        let stacks = profile.folded(kind).expect("that kind");
        let bytes = |line: &String| {
            line.rsplit_once(' ')
                .expect("a value")
                .1
                .parse::<u64>()
                .expect("a number")
        };
        stacks
            .iter()
            .filter(|line| line.contains(name))
            .map(bytes)
            .sum::<u64>()
    };
    // Estimates from one sample in 524,288 bytes, 700 in all: within a fifth of 400 MB.
    let right = 320_000_000..480_000_000;
    assert!(right.contains(&share(&in_use, "inuse_space", "pprof::known_holder")));
    assert!((3200..4800).contains(&share(&in_use, "inuse_objects", "pprof::known_holder")));
    assert_eq!(share(&in_use, "inuse_space", "pprof::known_forgetter"), 0);
    let asked = share(&allocated, "alloc_space", "pprof::known_forgetter");
    assert!(right.contains(&(asked / times)), "{asked}");
    assert_eq!(share(&later, "inuse_space", "pprof::known_holder"), 0);

    let other = tempfile::tempdir().expect("a folder");
    let (file, all) = (written(folder.path(), &in_use), written(other.path(), &allocated));
    for go in go::both().iter().flatten() {
        let top = go.pprof(&["-top".as_ref(), file.as_os_str()]);
        assert!(top.contains("Type: inuse_space"), "{top}");
        // The inside of the allocator is nobody's fault.
        assert!(
            rows(&top)
                .iter()
                .all(|row| row.0 == 0.0 || !row.2.contains("malloc")),
            "{top}"
        );
        let top = go.pprof(&["-top".as_ref(), all.as_os_str()]);
        assert!(top.contains("Type: alloc_space"), "{top}");
    }
    let figures = heap::figures().expect("figures");
    assert!(
        figures.allocated <= figures.active && figures.active <= figures.resident,
        "{figures:?}"
    );
}

#[test]
fn what_a_profile_needs_is_given_back() {
    // Once for what stays for good: the handler, tables of the C library.
    drop(cpu_profile_of(known_busy_function));
    let before = resident();
    for _ in 0..3 {
        drop(cpu_profile_of(known_busy_function));
        drop(heap::profile(View::InUse));
    }
    // Unused pages go back after a second.
    let given_back = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        resident() <= before + (4 << 20)
    });
    assert!(
        given_back,
        "{} KiB before, {} KiB after",
        before >> 10,
        resident() >> 10
    );
}

/// Memory of this process that is in use, in bytes.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("figures of this process");
    let pages: u64 = pages
        .split_whitespace()
        .nth(1)
        .expect("a figure")
        .parse()
        .expect("a number");
    pages * 4096
}
