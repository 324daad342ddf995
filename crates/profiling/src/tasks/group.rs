//! Tasks of the same name, place and state, counted together.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::list::{Kind, State, Task, Work};
use crate::Site;

/// Tasks that differ in nothing but their number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) site: &'static Site,
    pub(super) kind: Kind,
    pub(super) state: State,
    pub(super) count: usize,
    /// All of theirs.
    pub(super) work: Work,
}

/// The largest first.
pub(super) fn groups(tasks: &[Task]) -> Vec<Group> {
    let mut groups: HashMap<(&Site, Kind, State), Group> = HashMap::new();
    for task in tasks {
        let key = (task.site, task.kind, task.state);
        let group = groups.entry(key).or_insert(Group {
            site: task.site,
            kind: task.kind,
            state: task.state,
            count: 0,
            work: Work::default(),
        });
        let work = task.work.unwrap_or_default();
        group.count += 1;
        group.work.polls += work.polls;
        group.work.busy += work.busy;
        group.work.waited += work.waited;
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| {
        let site = group.site;
        let place = (site.name, site.file, site.line);
        (Reverse(group.count), place, group.kind, group.state)
    });
    groups
}
