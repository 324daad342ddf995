//! Heap profiles: who holds memory, and who asked for it since the start, as jemalloc samples it.
//!
//! The program has to say `profiling::jemalloc!();` in its `main.rs`, which makes jemalloc its allocator, with profiling on from the
//! start: one allocation in [`SAMPLE_BYTES`] bytes is remembered with its stack. `MALLOC_CONF` in the environment overrides that
//! (`MALLOC_CONF=prof:false`).

mod dump;

use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::{AsRawFd, FromRawFd};
use std::time::{Duration, SystemTime};

use tikv_jemalloc_ctl::{epoch, raw, stats};

pub use tikv_jemallocator::Jemalloc;

use crate::places::{Places, called_from};
use crate::pprof::{Builder, Profile};
use dump::{Counts, Dump};

/// Mean distance between two allocations that are sampled, in bytes, as in Go: a smaller one would cost more, with a larger one a small
/// heap would hardly be seen.
pub const SAMPLE_BYTES: u64 = 1 << 19;

/// Makes jemalloc the allocator of the program, with heap profiles on from the start.
///
/// - `prof_accum` keeps what was freed in the sums, for `allocs`.
/// - Unused pages go back to the system after a second.
/// - Two arenas, and threads keep nothing larger than 4 KiB for themselves: more would keep more unused memory, and a service of
///   a few threads does not wait for them.
#[macro_export]
macro_rules! jemalloc {
    () => {
        #[global_allocator]
        static ALLOCATOR: $crate::heap::Jemalloc = $crate::heap::Jemalloc;

        // The name under which jemalloc looks for it, and has it named where it does not replace the C library's allocator.
        #[cfg_attr(
            any(target_os = "android", target_os = "macos", target_os = "dragonfly"),
            unsafe(export_name = "_rjem_malloc_conf")
        )]
        #[cfg_attr(
            not(any(target_os = "android", target_os = "macos", target_os = "dragonfly")),
            unsafe(export_name = "malloc_conf")
        )]
        #[allow(unsafe_code)]
        static MALLOC_CONF: $crate::heap::MallocConf = $crate::heap::MALLOC_CONF;
    };
}

/// Settings as jemalloc reads them: a pointer to a text that ends with a zero.
#[repr(transparent)]
pub struct MallocConf(*const u8);

// SAFETY: it is never written, nor what it points at.
#[allow(unsafe_code)]
unsafe impl Sync for MallocConf {}

/// What [`jemalloc!`](crate::jemalloc) sets.
pub const MALLOC_CONF: MallocConf = MallocConf(
    c"prof:true,prof_active:true,prof_accum:true,lg_prof_sample:19,background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0,narenas:2,lg_tcache_max:12"
        .as_ptr()
        .cast(),
);

/// Has samples take their stacks by frame pointers, which costs a small part of what unwinding does, and reads none of the program's
/// unwinding tables into memory. To be called once, at the start of a program that is built with frame pointers, its C code
/// included (`-C force-frame-pointers=yes`, `CFLAGS=-fno-omit-frame-pointer`). Where jemalloc does not sample, or the build
/// keeps none, nothing changes.
pub fn walk_frame_pointers() {
    let mut stack = [0; 2];
    let keeps_them = crate::stack::here(&mut stack) == stack.len();
    if keeps_them && is_sampling() {
        let hook: Hook = backtrace;
        // SAFETY: a function of that type is what jemalloc takes here (`prof_backtrace_hook_t` of its `prof_hook.h`).
        #[allow(unsafe_code)]
        let outcome = unsafe { raw::write(b"experimental.hooks.prof_backtrace\0", hook) };
        debug_assert!(outcome.is_ok(), "this jemalloc has the hook");
    }
}

/// What jemalloc calls for the stack of an allocation: room for addresses to return to, how many were written, how many fit.
type Hook = unsafe extern "C" fn(*mut *mut std::ffi::c_void, *mut u32, u32);

/// Longest stack of a sample: as many as jemalloc keeps (`prof_stack_limit`).
const DEEPEST: usize = 128;

#[allow(unsafe_code)]
unsafe extern "C" fn backtrace(addresses: *mut *mut std::ffi::c_void, length: *mut u32, room: u32) {
    let mut stack = [0; DEEPEST];
    let depth = crate::stack::here(&mut stack).min(room as usize);
    for (index, inside) in stack[..depth].iter().enumerate() {
        // SAFETY: jemalloc gives room for that many, and a length of its own.
        unsafe { addresses.add(index).write((inside + 1) as *mut std::ffi::c_void) };
    }
    // SAFETY: as above.
    unsafe { length.write(depth as u32) };
}

/// Why there is no heap profile.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// jemalloc does not sample.
    #[error(
        "this process takes no heap samples: jemalloc is not its allocator, or MALLOC_CONF says prof:false"
    )]
    Off,
    /// What was freed is not kept.
    #[error("what was allocated since the start is not kept: MALLOC_CONF says prof_accum:false")]
    OnlyInUse,
    /// jemalloc could not write it, or it could not be read.
    #[error("the heap profile could not be taken: {0}")]
    System(#[from] std::io::Error),
}

/// What is shown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Memory that is held now.
    InUse,
    /// Memory that was asked for since the start.
    Allocated,
}

/// The allocator's own figures, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// What the program holds.
    pub allocated: u64,
    /// Pages that hold some of it.
    pub active: u64,
    /// Pages that are in memory: those, the allocator's own, and unused ones that were not given back yet.
    pub resident: u64,
    /// Address space that is mapped.
    pub mapped: u64,
    /// Address space that is kept without memory behind it.
    pub retained: u64,
    /// What the allocator needs for itself.
    pub metadata: u64,
}

/// Reads the allocator's figures. `None` when jemalloc is not the allocator.
pub fn figures() -> Option<Figures> {
    epoch::advance().ok()?;
    let bytes = |figure: tikv_jemalloc_ctl::Result<usize>| figure.ok().map(|bytes| bytes as u64);
    let figures = Figures {
        allocated: bytes(stats::allocated::read())?,
        active: bytes(stats::active::read())?,
        resident: bytes(stats::resident::read())?,
        mapped: bytes(stats::mapped::read())?,
        retained: bytes(stats::retained::read())?,
        metadata: bytes(stats::metadata::read())?,
    };
    // Where another allocator is in use, jemalloc holds next to nothing.
    (is_sampling() || figures.allocated > 1 << 16).then_some(figures)
}

/// Bytes that the program holds now; 0 when jemalloc is not the allocator.
pub fn allocated() -> u64 {
    let _ = epoch::advance();
    stats::allocated::read().map_or(0, |bytes| bytes as u64)
}

/// Whether heap samples are taken.
pub fn is_sampling() -> bool {
    flag(b"opt.prof\0") && flag(b"prof.active\0")
}

/// Takes a heap profile: `alloc_objects`, `alloc_space`, `inuse_objects`, `inuse_space`; without the first two where they are not
/// kept. Its figures are estimates from the samples. Takes milliseconds, and blocks: nothing for an async task.
///
/// # Errors
/// No samples are taken, or jemalloc could not write them.
pub fn profile(view: View) -> Result<Profile, Error> {
    if !is_sampling() {
        return Err(Error::Off);
    }
    let keeps_all = flag(b"opt.prof_accum\0");
    if view == View::Allocated && !keeps_all {
        return Err(Error::OnlyInUse);
    }
    let dump = Dump::parse(&written()?).ok_or_else(|| {
        std::io::Error::other("jemalloc wrote it in an unknown form; this is for jemalloc 5.3")
    })?;
    Ok(encode(&dump, view, keeps_all)?)
}

/// What jemalloc writes. It wants a file's name: one in memory has a name too, and needs no folder that can be written.
#[allow(unsafe_code)]
fn written() -> std::io::Result<String> {
    // SAFETY: the name is a C string; the result is checked.
    let descriptor = unsafe { libc::memfd_create(c"heap-profile".as_ptr(), libc::MFD_CLOEXEC) };
    if descriptor < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: it was just made, and is nobody else's.
    let mut file = unsafe { File::from_raw_fd(descriptor) };
    let name = std::ffi::CString::new(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
    // SAFETY: `prof.dump` takes a pointer to a C string, which lives longer than the call.
    unsafe { raw::write(b"prof.dump\0", name.as_ptr()) }
        .map_err(|error| std::io::Error::other(format!("jemalloc: {error}")))?;
    let mut text = String::new();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    Ok(text)
}

#[allow(unsafe_code)]
fn flag(name: &[u8]) -> bool {
    // SAFETY: the names above are those of flags of one byte.
    unsafe { raw::read::<bool>(name) }.unwrap_or(false)
}

fn encode(dump: &Dump, view: View, keeps_all: bool) -> std::io::Result<Profile> {
    const ALL: &[(&str, &str)] = &[
        ("alloc_objects", "count"),
        ("alloc_space", "bytes"),
        ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
    ];
    let values = if keeps_all { ALL } else { &ALL[2..] };
    let mut builder = Builder::new(values);
    builder.period("space", "bytes", i64::try_from(dump.period).unwrap_or(i64::MAX));
    builder.time(SystemTime::now(), Duration::ZERO);
    builder.show_first(match view {
        View::InUse => "inuse_space",
        View::Allocated => "alloc_space",
    });
    // Every address is one to return to: the samples come from inside the allocator.
    let mut addresses: Vec<u64> = dump
        .stacks
        .iter()
        .flat_map(|(stack, _)| stack)
        .map(|address| called_from(1, *address))
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    let places = Places::look_up(addresses)?;
    let placing = places.begin(&mut builder);
    for (stack, counts) in &dump.stacks {
        let stack: Vec<u64> = stack.iter().map(|address| called_from(1, *address)).collect();
        let asked = beyond_the_allocator(&stack, &places);
        let stack: Vec<_> = asked
            .iter()
            .map(|address| placing.location(&mut builder, *address))
            .collect();
        let Counts { allocated, in_use } = counts;
        let values = [allocated.0, allocated.1, in_use.0, in_use.1];
        let skipped = if keeps_all { 0 } else { 2 };
        builder.sample(&stack, &values[skipped..], &[]);
    }
    Ok(builder.finish())
}

/// The stack from whoever asked for memory outwards: the inside of the allocator is the same in all.
fn beyond_the_allocator<'a>(stack: &'a [u64], places: &Places) -> &'a [u64] {
    const DEEPEST: usize = 24;
    let is_allocator = |address: &u64| places.function(*address).is_some_and(is_allocator);
    let inside = stack
        .iter()
        .take(DEEPEST)
        .rposition(is_allocator)
        .map_or(0, |last| last + 1);
    // All of it inside: jemalloc's own.
    if inside == stack.len() {
        stack
    } else {
        &stack[inside..]
    }
}

/// Where allocators are entered: C's functions, Rust's, and what [`Jemalloc`] makes of them.
fn is_allocator(function: &str) -> bool {
    const ENTRIES: &[&str] = &[
        "malloc",
        "calloc",
        "realloc",
        "memalign",
        "aligned_alloc",
        "posix_memalign",
        "valloc",
        "mallocx",
        "rallocx",
        "xallocx",
    ];
    let name = function.trim_start_matches("_rjem_").trim_start_matches("je_");
    ENTRIES.contains(&name)
        || function.contains("GlobalAlloc")
        || ["__rust_alloc", "__rust_realloc", "__rust_alloc_zeroed"]
            .iter()
            .any(|entry| function.ends_with(entry))
        || function.starts_with("alloc::alloc::")
        || function.starts_with("<alloc::alloc::Global")
        || function.starts_with("alloc::raw_vec::")
        || function.starts_with("<alloc::raw_vec::")
}
