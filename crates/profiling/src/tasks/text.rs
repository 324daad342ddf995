//! The tasks as text, in the forms that Go's goroutine profile has with `?debug=1` and `?debug=2`.

use std::fmt::Write;
use std::time::Duration;

use super::group::{self, Group};
use super::list::{Kind, Task, list};

/// A poll over this long is pointed out: tokio's own advice is 10 to 100 µs between two awaits.
const LONG_POLL: Duration = Duration::from_millis(100);

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// `?debug=1`: how many of each, the most first.
    Groups,
    /// `?debug=2`: each task.
    Each,
}

/// The tasks that are alive.
pub fn text(detail: Detail) -> String {
    let tasks = list();
    match detail {
        Detail::Groups => groups(&tasks),
        Detail::Each => tasks.iter().map(each).collect::<Vec<_>>().join("\n"),
    }
}

fn groups(tasks: &[Task]) -> String {
    let mut text = format!("goroutine profile: total {}\n", tasks.len());
    for group in group::groups(tasks) {
        let Group {
            site, count, state, ..
        } = group;
        // As Go does, groups are told apart by addresses, of which a task has one.
        let address = std::ptr::from_ref(site) as usize;
        let _ = writeln!(
            text,
            "{count} @ {address:#x}\n# labels: {{\"state\":\"{}\"}}\n#\t{address:#x}\t{}\t{}:{}\n#\t{}\n",
            state.as_str(),
            site.name,
            site.file,
            site.line,
            whose(group.kind),
        );
    }
    text
}

fn each(task: &Task) -> String {
    let site = task.site;
    let state = task.state.as_str();
    let mut text = match minutes(task.since) {
        Some(minutes) => format!("goroutine {} [{state}, {minutes}]:\n{}\n", task.id, site.name),
        None => format!("goroutine {} [{state}]:\n{}\n", task.id, site.name),
    };
    if task.is_stuck(LONG_POLL) {
        let _ = writeln!(
            text,
            "\tstuck? this poll began {} ago and has not yielded; other tasks wait for its worker",
            seconds(task.since)
        );
    }
    let _ = writeln!(text, "\tage {}{}", seconds(task.age), work(task));
    let _ = write!(text, "created by {}", whose(task.kind));
    if let Some(parent) = task.parent {
        let _ = write!(text, " in goroutine {parent}");
    }
    let _ = writeln!(text, "\n\t{}:{}", site.file, site.line);
    text
}

fn work(task: &Task) -> String {
    match (task.work, task.kind) {
        (Some(work), Kind::Blocking) => format!(", runs for {}", seconds(work.busy)),
        (Some(work), _) => format!(
            ", polls {}, busy {}, waited to be polled {}",
            work.polls,
            seconds(work.busy),
            seconds(work.waited)
        ),
        (None, _) => ", polls not counted".to_owned(),
    }
}

/// Which function spawned it.
fn whose(kind: Kind) -> &'static str {
    match kind {
        Kind::Task => "profiling::tasks::spawn",
        Kind::Blocking => "profiling::tasks::spawn_blocking",
        Kind::Library => "tokio::spawn",
    }
}

/// As Go: only from one minute on.
fn minutes(time: Duration) -> Option<String> {
    match time.as_secs() / 60 {
        0 => None,
        1 => Some("1 minutes".to_owned()),
        minutes => Some(format!("{minutes} minutes")),
    }
}

/// With three digits behind the point: `1.204s`, `0.350ms`.
fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        return format!("{:.3}ms", time.as_secs_f64() * 1e3);
    }
    format!("{:.3}s", time.as_secs_f64())
}
