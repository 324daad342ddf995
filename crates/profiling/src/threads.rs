//! The threads of the process, as the kernel sees them.
//!
//! Source of the files and their fields: proc(5), `/proc/pid/task/tid/{comm,stat,status,wchan}`.
#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::pprof::{Builder, Frame, Profile, Tag};

const THREADS: &str = "/proc/self/task";

/// A thread, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The kernel's number of it.
    pub id: u32,
    /// At most 15 bytes long, as the kernel keeps it.
    pub name: String,
    /// What it does.
    pub state: State,
    /// Time on a processor, in the program and in the kernel; in steps of 10 ms mostly.
    pub cpu: Duration,
    /// Times it went to sleep by itself.
    pub voluntary_switches: u64,
    /// Times it was interrupted for another thread.
    pub involuntary_switches: u64,
    /// The function of the kernel it sleeps in; `None` when it does not sleep, or the kernel does not tell.
    pub waits_in: Option<String>,
}

/// What a thread does, by the letter that the kernel uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// R: on a processor, or ready for one.
    Running,
    /// S: until something happens.
    Sleeping,
    /// D: until a disk or a driver answers; cannot be interrupted.
    DiskSleep,
    /// T or t: by a signal or a debugger.
    Stopped,
    /// Any other: it is about to end.
    Ending,
}

impl State {
    /// In words, as `/proc/pid/status` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Sleeping => "sleeping",
            State::DiskSleep => "disk sleep",
            State::Stopped => "stopped",
            State::Ending => "ending",
        }
    }

    fn of(letter: &str) -> State {
        match letter {
            "R" => State::Running,
            "S" => State::Sleeping,
            "D" => State::DiskSleep,
            "T" | "t" => State::Stopped,
            _ => State::Ending,
        }
    }
}

/// The threads, in the order in which they were started.
///
/// # Errors
/// That `/proc` cannot be read, as where it is not mounted.
pub fn list() -> io::Result<Vec<Thread>> {
    let unreadable = |error: io::Error| {
        let text =
            format!("threads are listed from {THREADS}, which cannot be read ({error}): is /proc mounted?");
        io::Error::new(error.kind(), text)
    };
    let ticks = ticks_per_second();
    let mut threads = Vec::new();
    for entry in fs::read_dir(THREADS).map_err(unreadable)? {
        // One that cannot be read any more has ended.
        threads.extend(read(&entry.map_err(unreadable)?.path(), ticks));
    }
    threads.sort_by_key(|thread| thread.id);
    Ok(threads)
}

/// The threads, as Go's threadcreate profile: how many there are of each name, and their time on processors. The labels
/// say what they do, and which function of the kernel they sleep in.
///
/// # Errors
/// As [`list`].
pub fn profile() -> io::Result<Profile> {
    let mut groups: BTreeMap<(String, State, Option<String>), (i64, Duration)> = BTreeMap::new();
    for thread in list()? {
        let key = (thread.name, thread.state, thread.waits_in);
        let (count, cpu) = groups.entry(key).or_default();
        *count += 1;
        *cpu += thread.cpu;
    }
    let mut builder = Builder::new(&[("threadcreate", "count"), ("cpu", "nanoseconds")]);
    builder.period("threadcreate", "count", 1);
    builder.show_first("threadcreate");
    builder.time(SystemTime::now(), Duration::ZERO);
    for ((name, state, waits_in), (count, cpu)) in groups {
        let location = builder.location(&Frame {
            function: Some(name),
            ..Frame::default()
        });
        let mut tags = vec![Tag::Text("state", state.as_str())];
        tags.extend(
            waits_in
                .as_deref()
                .map(|function| Tag::Text("waits_in", function)),
        );
        let cpu = i64::try_from(cpu.as_nanos()).unwrap_or(i64::MAX);
        builder.sample(&[location], &[count, cpu], &tags);
    }
    Ok(builder.finish())
}

/// The threads as text, in groups of one name, the largest first.
///
/// # Errors
/// As [`list`].
pub fn text() -> io::Result<String> {
    let threads = list()?;
    let mut text = format!("threadcreate profile: total {}\n", threads.len());
    let mut groups: BTreeMap<&str, Vec<&Thread>> = BTreeMap::new();
    for thread in &threads {
        groups.entry(&thread.name).or_default().push(thread);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, threads)| std::cmp::Reverse(threads.len()));
    for (name, threads) in groups {
        let cpu: Duration = threads.iter().map(|thread| thread.cpu).sum();
        let _ = writeln!(
            text,
            "\n{} @ {name}, cpu {:.2}s",
            threads.len(),
            cpu.as_secs_f64()
        );
        for thread in threads {
            let _ = write!(
                text,
                "#\tthread {}\t[{}]\tcpu {:.2}s\tswitches {} voluntary, {} involuntary",
                thread.id,
                thread.state.as_str(),
                thread.cpu.as_secs_f64(),
                thread.voluntary_switches,
                thread.involuntary_switches
            );
            if let Some(function) = &thread.waits_in {
                let _ = write!(text, "\tin {function}");
            }
            text.push('\n');
        }
    }
    Ok(text)
}

fn read(folder: &Path, ticks: u64) -> Option<Thread> {
    let file = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let stat = file("stat")?;
    let (state, cpu) = parse_stat(&stat, ticks)?;
    let status = file("status").unwrap_or_default();
    let waits_in = file("wchan").filter(|function| !matches!(function.as_str(), "" | "0"));
    Some(Thread {
        id: folder.file_name()?.to_str()?.parse().ok()?,
        name: file("comm")?.trim_end_matches('\n').to_owned(),
        state,
        cpu,
        voluntary_switches: parse_status(&status, "voluntary_ctxt_switches"),
        involuntary_switches: parse_status(&status, "nonvoluntary_ctxt_switches"),
        waits_in,
    })
}

/// State and time from `stat`. The name in it may itself hold spaces and brackets, so the fields are those behind the last.
fn parse_stat(stat: &str, ticks: u64) -> Option<(State, Duration)> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let state = State::of(fields.next()?);
    // Field 14 of all, utime; the state is field 3.
    let mut times = fields.skip(10);
    let user: u64 = times.next()?.parse().ok()?;
    let system: u64 = times.next()?.parse().ok()?;
    let cpu = Duration::from_secs(user + system) / u32::try_from(ticks).ok()?;
    Some((state, cpu))
}

/// A number from `status`; 0 when it is not there.
fn parse_status(status: &str, name: &str) -> u64 {
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(':')?.trim().parse().ok();
    status.lines().find_map(value).unwrap_or_default()
}

/// The unit of the times in `stat`.
fn ticks_per_second() -> u64 {
    // SAFETY: it reads a constant of the system.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    // 100 is what Linux has on all machines that anybody still uses.
    u64::try_from(ticks)
        .ok()
        .filter(|ticks| *ticks > 0)
        .unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_confuse_the_fields() {
        let stat = "7 (a) S (b) D 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 3 0 99 0 0";
        assert_eq!(
            parse_stat(stat, 100),
            Some((State::DiskSleep, Duration::from_secs(3)))
        );
        assert_eq!(parse_stat("7 (a", 100), None);
        let status = "Name:\ta\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(parse_status(status, "voluntary_ctxt_switches"), 12);
        assert_eq!(parse_status(status, "nonvoluntary_ctxt_switches"), 3);
        assert_eq!(parse_status(status, "missing"), 0);
    }

    #[test]
    fn threads_are_listed_counted_and_told_by_name() {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("look at me".to_owned())
            .spawn(move || {
                tell.send(()).unwrap();
                let _ = released.recv();
            })
            .unwrap();
        told.recv().unwrap();
        let listed = list().unwrap();
        let own = listed.iter().find(|thread| thread.id == std::process::id());
        assert!(own.is_some(), "{listed:?}");
        let count = listed.iter().filter(|thread| thread.name == "look at me").count();
        assert_eq!(count, 1);
        let folded = profile().unwrap().folded("threadcreate").unwrap();
        assert!(folded.contains(&"look at me 1".to_owned()), "{folded:?}");
        let text = text().unwrap();
        assert!(text.starts_with("threadcreate profile: total "));
        assert!(text.contains("\n1 @ look at me, cpu 0.00s\n#\tthread "), "{text}");
        drop(release);
        thread.join().unwrap();
    }
}
