//! The waits as profiles for `go tool pprof`.

use std::time::{Duration, SystemTime};

use super::table::{Awaited, Sum, TABLE, Waited};
use crate::pprof::{Builder, Frame, LocationId, Profile, Tag};

/// Looks addresses up: the locations of a stack, innermost first. An inlined call may have more than one.
pub type Resolve<'a> = dyn FnMut(&mut Builder, &[u64]) -> Vec<LocationId> + 'a;

/// Waits for locks since the process began, by the stack that waited: Go's mutex profile, except that Go books a wait on
/// whoever held the lock.
pub fn mutex(resolve: &mut Resolve<'_>) -> Profile {
    profile(resolve, TABLE.read(|awaited| awaited == Awaited::Lock))
}

/// Waits for locks and the named waits of tasks since the process began: Go's block profile.
pub fn block(resolve: &mut Resolve<'_>) -> Profile {
    profile(resolve, TABLE.read(|_| true))
}

fn profile(resolve: &mut Resolve<'_>, waits: Vec<Waited>) -> Profile {
    let mut builder = Builder::new(&[("contentions", "count"), ("delay", "nanoseconds")]);
    builder.period("contentions", "count", 1);
    builder.time(SystemTime::now(), Duration::ZERO);
    for waited in waits {
        let mut stack = Vec::new();
        if let Some(leaf) = leaf(&waited) {
            stack.push(builder.location(&leaf));
        }
        stack.extend(resolve(&mut builder, &waited.frames));
        sample(&mut builder, &stack, waited.done, &[]);
        let given_up = [Tag::Text("outcome", "given up")];
        sample(&mut builder, &stack, waited.given_up, &given_up);
    }
    builder.finish()
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
