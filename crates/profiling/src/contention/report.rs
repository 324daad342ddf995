//! The waits as profiles for `go tool pprof`.

use std::io;
use std::time::{Duration, SystemTime};

use super::table::{Awaited, Sum, TABLE, Waited};
use crate::places::Places;
use crate::pprof::{Builder, Frame, LocationId, Profile, Tag};

/// Waits for locks since the process began, by the stack that waited: Go's mutex profile, except that Go books a wait on
/// whoever held the lock. Reads the names of functions from files, which takes milliseconds.
///
/// # Errors
/// `/proc/self/maps` cannot be read.
pub fn mutex() -> io::Result<Profile> {
    profile(TABLE.read(|awaited| awaited == Awaited::Lock))
}

/// Waits for locks and the named waits of tasks since the process began: Go's block profile. Reads the names of functions
/// from files, which takes milliseconds.
///
/// # Errors
/// `/proc/self/maps` cannot be read.
pub fn block() -> io::Result<Profile> {
    profile(TABLE.read(|_| true))
}

fn profile(waits: Vec<Waited>) -> io::Result<Profile> {
    let mut builder = Builder::new(&[("contentions", "count"), ("delay", "nanoseconds")]);
    builder.period("contentions", "count", 1);
    builder.time(SystemTime::now(), Duration::ZERO);
    let places = Places::look_up(waits.iter().flat_map(|waited| waited.frames.iter().copied()))?;
    let placing = places.begin(&mut builder);
    for waited in waits {
        let mut stack = Vec::new();
        if let Some(leaf) = leaf(&waited) {
            stack.push(builder.location(&leaf));
        }
        for address in &waited.frames {
            stack.push(placing.location(&mut builder, *address));
        }
        sample(&mut builder, &stack, waited.done, &[]);
        let given_up = [Tag::Text("outcome", "given up")];
        sample(&mut builder, &stack, waited.given_up, &given_up);
    }
    Ok(builder.finish())
}

/// What was waited for. A lock's stack begins in the lock itself, unless it found no place in the table.
fn leaf(waited: &Waited) -> Option<Frame> {
    match waited.awaited {
        Awaited::Lock if !waited.frames.is_empty() => None,
        Awaited::Lock => Some(Frame {
            function: Some("other locks, for which the table had no place".to_owned()),
            ..Frame::default()
        }),
        Awaited::Named(site) => Some(Frame {
            function: Some(site.name.to_owned()),
            file: site.file.to_owned(),
            line: site.line.into(),
            ..Frame::default()
        }),
    }
}

fn sample(builder: &mut Builder, stack: &[LocationId], sum: Sum, tags: &[Tag<'_>]) {
    if sum.count > 0 {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        builder.sample(stack, &[whole(sum.count), whole(sum.nanoseconds)], tags);
    }
}
