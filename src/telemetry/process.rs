//! What the system knows about this process: CPU time, memory, files, threads, start.
//!
//! Read from `/proc` (proc(5)), whose figures cost a few microseconds; where there is none, sysinfo gives the
//! main ones. A figure that cannot be read is `None`, never 0.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sysinfo::{MemoryRefreshKind, ProcessRefreshKind, ProcessesToUpdate, System};

/// The figures of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Figures {
    /// User and system CPU time, seconds.
    pub cpu_seconds: Option<f64>,
    /// Resident memory, bytes.
    pub resident_bytes: Option<u64>,
    /// Virtual memory, bytes.
    pub virtual_bytes: Option<u64>,
    /// Threads.
    pub threads: Option<u64>,
    /// Open file descriptors.
    pub open_fds: Option<u64>,
    /// Most file descriptors that may be open; `None` when there is no limit.
    pub max_fds: Option<u64>,
    /// Start, seconds since 1970.
    pub start_seconds: Option<f64>,
}

impl Figures {
    /// The figures of now. `root` is `/` but in tests.
    pub(super) fn read(root: &Path) -> Figures {
        let own = root.join("proc/self");
        let figures = Figures::read_use(root);
        let limits = fs::read_to_string(own.join("limits")).ok();
        Figures {
            open_fds: fs::read_dir(own.join("fd")).ok().map(|entries| {
                // Reading the folder takes a descriptor of its own, which is closed again right after.
                (entries.count() as u64).saturating_sub(1)
            }),
            max_fds: limits.and_then(|text| max_open_files(&text)),
            ..figures
        }
    }

    /// Those that two small files tell, without the ones of descriptors.
    pub(super) fn read_use(root: &Path) -> Figures {
        let Ok(stat) = fs::read_to_string(root.join("proc/self/stat")) else {
            return Figures::from_sysinfo();
        };
        let stat = Stat::parse(&stat);
        let boot = fs::read_to_string(root.join("proc/stat"))
            .ok()
            .and_then(|text| boot_seconds(&text));
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        let page = rustix::param::page_size() as u64;
        Figures {
            cpu_seconds: stat.cpu_ticks.map(|count| count as f64 / ticks),
            resident_bytes: stat.resident_pages.map(|count| count * page),
            virtual_bytes: stat.virtual_bytes,
            threads: stat.threads,
            start_seconds: boot
                .zip(stat.start_ticks)
                .map(|(boot, count)| boot as f64 + count as f64 / ticks),
            ..Figures::default()
        }
    }

    /// Where there is no `/proc`.
    fn from_sysinfo() -> Figures {
        let (Ok(mut system), Ok(pid)) = (System::new(), sysinfo::get_current_pid()) else {
            return Figures::default();
        };
        let wanted = ProcessRefreshKind::nothing().with_memory().with_cpu();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, wanted);
        system
            .process(pid)
            .map_or_else(Figures::default, |process| Figures {
                cpu_seconds: Some(process.accumulated_cpu_time() as f64 / 1_000.0),
                resident_bytes: Some(process.memory()),
                virtual_bytes: Some(process.virtual_memory()),
                start_seconds: Some(process.start_time() as f64),
                ..Figures::default()
            })
    }

    /// How long the process has been running.
    pub(super) fn age(&self) -> Option<Duration> {
        let started = UNIX_EPOCH + Duration::try_from_secs_f64(self.start_seconds?).ok()?;
        SystemTime::now().duration_since(started).ok()
    }
}

/// All memory of the host, bytes.
pub(super) fn host_memory() -> Option<u64> {
    let mut system = System::new().ok()?;
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    Some(system.total_memory()).filter(|bytes| *bytes > 0)
}

/// Cores that the scheduler may put this process on.
pub(super) fn allowed_cores(root: &Path) -> Option<u32> {
    let status = fs::read_to_string(root.join("proc/self/status")).ok()?;
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed:"))?;
    let digits = mask.chars().filter_map(|digit| digit.to_digit(16));
    Some(digits.map(u32::count_ones).sum()).filter(|cores| *cores > 0)
}

/// The fields of `/proc/self/stat` that are looked at.
#[derive(Debug, PartialEq)]
struct Stat {
    cpu_ticks: Option<u64>,
    threads: Option<u64>,
    start_ticks: Option<u64>,
    virtual_bytes: Option<u64>,
    resident_pages: Option<u64>,
}

impl Stat {
    fn parse(text: &str) -> Stat {
        // The second field, the program's name in parentheses, may hold blanks and parentheses itself.
        let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        // proc(5) counts from 1, and two fields are gone.
        let field = |number: usize| fields.get(number - 3).and_then(|word| word.parse::<u64>().ok());
        Stat {
            cpu_ticks: field(14).zip(field(15)).map(|(user, system)| user + system),
            threads: field(20),
            start_ticks: field(22),
            virtual_bytes: field(23),
            resident_pages: field(24),
        }
    }
}

/// The line `btime` of `/proc/stat`: when the system was booted, seconds since 1970.
fn boot_seconds(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("btime "))?;
    line.trim().parse().ok()
}

/// The soft limit in the line `Max open files` of `/proc/self/limits`.
fn max_open_files(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_from_the_files_of_proc() {
        let root = tempfile::tempdir().unwrap();
        let own = root.path().join("proc/self");
        fs::create_dir_all(own.join("fd")).unwrap();
        for descriptor in ["0", "1", "2", "3"] {
            fs::write(own.join("fd").join(descriptor), "").unwrap();
        }
        let stat = "42 (odd) name (x) S 1 42 42 0 -1 4194560 900 0 0 0 150 50 0 0 20 0 7 0 1000 9000000 256 184467 1";
        fs::write(own.join("stat"), stat).unwrap();
        fs::write(
            root.path().join("proc/stat"),
            "cpu 1 2\nbtime 1700000000\nprocesses 9\n",
        )
        .unwrap();
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024    4096    files\n";
        fs::write(own.join("limits"), limits).unwrap();

        let ticks = rustix::param::clock_ticks_per_second() as f64;
        let expected = Figures {
            cpu_seconds: Some(200.0 / ticks),
            resident_bytes: Some(256 * rustix::param::page_size() as u64),
            virtual_bytes: Some(9_000_000),
            threads: Some(7),
            open_fds: Some(3),
            max_fds: Some(1024),
            start_seconds: Some(1_700_000_000.0 + 1000.0 / ticks),
        };
        assert_eq!(Figures::read(root.path()), expected);
    }

    #[test]
    fn a_figure_that_cannot_be_read_is_missing_rather_than_nought() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("proc/self")).unwrap();
        fs::write(root.path().join("proc/self/stat"), "42 (x) S 1").unwrap();
        assert_eq!(Figures::read(root.path()), Figures::default());
        assert_eq!(max_open_files("Max open files unlimited unlimited files"), None);
    }

    #[test]
    fn the_cores_are_those_that_the_scheduler_may_use() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(allowed_cores(root.path()), None);
        let own = root.path().join("proc/self");
        fs::create_dir_all(&own).unwrap();
        for (status, cores) in [
            (
                "Name:\tx\nCpus_allowed:\t0000000f,ff000001\nCpus_allowed_list:\t0\n",
                Some(13),
            ),
            ("Cpus_allowed:\t3\n", Some(2)),
            ("Name:\tx\n", None),
        ] {
            fs::write(own.join("status"), status).unwrap();
            assert_eq!(allowed_cores(root.path()), cores);
        }
        assert!(allowed_cores(Path::new("/")).unwrap() >= 1);
    }

    #[test]
    fn without_proc_the_main_figures_come_from_sysinfo() {
        let empty = tempfile::tempdir().unwrap();
        let figures = Figures::read(empty.path());
        assert!(figures.resident_bytes.unwrap() > 100_000);
        assert!(figures.age().unwrap() < Duration::from_secs(3_600));
    }

    #[test]
    fn this_process_has_believable_figures() {
        let figures = Figures::read(Path::new("/"));
        assert!(figures.resident_bytes.unwrap() > 500_000);
        assert!(figures.virtual_bytes >= figures.resident_bytes);
        assert!(figures.threads.unwrap() >= 1);
        assert!(figures.open_fds.unwrap() >= 3);
        assert!(figures.age().unwrap() < Duration::from_secs(3_600));
        assert!(host_memory() > figures.resident_bytes);
    }
}
