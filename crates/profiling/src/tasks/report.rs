//! The tasks as a profile for `go tool pprof`.

use std::time::{Duration, SystemTime};

use super::group::groups;
use super::list::{Kind, list};
use super::sites;
use crate::Site;
use crate::pprof::{Builder, Frame, Profile, Tag};

/// The tasks that are alive, as Go's goroutine profile: how many, how long they have been polled, and how long they
/// waited to be polled. The leaf is the task's name, below it who spawned it; the label `state` says what they do.
pub fn profile() -> Profile {
    let mut builder = Builder::new(&[
        ("goroutine", "count"),
        ("busy", "nanoseconds"),
        ("runnable", "nanoseconds"),
    ]);
    builder.period("goroutine", "count", 1);
    builder.show_first("goroutine");
    builder.time(SystemTime::now(), Duration::ZERO);
    for group in groups(&list()) {
        let frames = frames(group.kind, group.site);
        let stack: Vec<_> = frames.iter().map(|frame| builder.location(frame)).collect();
        let values = [
            i64::try_from(group.count).unwrap_or(i64::MAX),
            nanoseconds(group.work.busy),
            nanoseconds(group.work.waited),
        ];
        builder.sample(&stack, &values, &[Tag::Text("state", group.state.as_str())]);
    }
    builder.finish()
}

/// Innermost first.
fn frames(kind: Kind, site: &Site) -> Vec<Frame> {
    let group = |name: &str| Frame {
        function: Some(name.to_owned()),
        ..Frame::default()
    };
    let leaf = Frame {
        file: site.file.to_owned(),
        line: site.line.into(),
        ..group(site.name)
    };
    match kind {
        Kind::Task => vec![leaf, group("tasks")],
        Kind::Blocking => vec![leaf, group("blocking calls")],
        Kind::Library => {
            let package = sites::package(site.file).unwrap_or("this program");
            vec![leaf, group(package), group("tasks without a name")]
        }
    }
}

fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}
