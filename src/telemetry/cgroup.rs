//! The limits that control groups set for this process (cgroups(7)): memory and CPU.
//!
//! Under version 2 `memory.max` and `cpu.max` of one group say nothing about the groups above it, so every group up to
//! the root counts and the smallest limit wins. Version 1 is read the same way from its controllers, and where both are
//! mounted, both count.

use std::fs;
use std::path::{Path, PathBuf};

/// The control groups that this process is in.
#[derive(Debug)]
pub(super) struct Groups {
    memory: Vec<Group>,
    cpu: Vec<Group>,
}

/// One of them.
#[derive(Debug)]
struct Group {
    folder: PathBuf,
    /// Whether it is of version 2.
    unified: bool,
}

/// A mounted hierarchy.
#[derive(Debug)]
struct Hierarchy {
    /// The group that is mounted, as `/proc/self/cgroup` names groups.
    group: String,
    /// Where it is mounted.
    mounted_at: PathBuf,
    /// Whether it is version 2.
    unified: bool,
}

impl Groups {
    /// Finds them. `root` is `/` but in tests. Without control groups there are none.
    pub(super) fn find(root: &Path) -> Groups {
        let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
        let (mounts, groups) = (read("proc/self/mountinfo"), read("proc/self/cgroup"));
        Groups {
            memory: up_to_the_root(root, &mounts, &groups, "memory"),
            cpu: up_to_the_root(root, &mounts, &groups, "cpu"),
        }
    }

    /// The smallest limit of memory in bytes now; `None` when there is none.
    pub(super) fn memory_limit(&self) -> Option<u64> {
        let limit = |group: &Group| {
            // Version 2 says `max` for no limit. Version 1 says a number above any memory there is, which the caller's
            // comparison with the host's memory takes care of.
            let file = if group.unified {
                "memory.max"
            } else {
                "memory.limit_in_bytes"
            };
            group.read(file)?.trim().parse().ok()
        };
        self.memory.iter().filter_map(limit).min()
    }

    /// The smallest quota of CPU now, in cores; `None` when there is none.
    pub(super) fn cpu_quota(&self) -> Option<f64> {
        self.cpu.iter().filter_map(Group::quota).reduce(f64::min)
    }

    /// How long a group was held back because its quota was used up, seconds since the group was made. A group has a
    /// figure of its own for what its own quota does, so the one that was held back longest tells.
    pub(super) fn throttled_seconds(&self) -> Option<f64> {
        let groups = self.cpu.iter();
        groups.filter_map(Group::throttled_seconds).reduce(f64::max)
    }
}

impl Group {
    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }

    /// Time by time, in whatever unit both are.
    fn quota(&self) -> Option<f64> {
        let (quota, period) = if self.unified {
            let text = self.read("cpu.max")?;
            let (quota, period) = text.trim().split_once(' ')?;
            (quota.parse::<f64>().ok()?, period.parse::<f64>().ok()?)
        } else {
            let number = |file: &str| self.read(file)?.trim().parse::<f64>().ok();
            (number("cpu.cfs_quota_us")?, number("cpu.cfs_period_us")?)
        };
        // Version 2 says `max` for no quota, version 1 -1.
        (quota > 0.0 && period > 0.0).then(|| quota / period)
    }

    fn throttled_seconds(&self) -> Option<f64> {
        let (name, second) = if self.unified {
            ("throttled_usec ", 1e6)
        } else {
            ("throttled_time ", 1e9)
        };
        let stat = self.read("cpu.stat")?;
        let number = stat.lines().find_map(|line| line.strip_prefix(name))?;
        Some(number.trim().parse::<f64>().ok()? / second)
    }
}

/// The groups of this process that a controller has, from its own to the outermost that can be seen.
fn up_to_the_root(root: &Path, mounts: &str, groups: &str, controller: &str) -> Vec<Group> {
    let mut found = Vec::new();
    let hierarchies = mounts
        .lines()
        .filter_map(|line| Hierarchy::parse(line, controller));
    for hierarchy in hierarchies {
        let unified = hierarchy.unified;
        let own = groups
            .lines()
            .find_map(|line| own_group(line, unified, controller));
        let mounted_at = root.join(
            hierarchy
                .mounted_at
                .strip_prefix("/")
                .unwrap_or(&hierarchy.mounted_at),
        );
        let below = own.map_or("", |group| group_below(group, &hierarchy.group));
        let mut folder = mounted_at.join(below);
        while folder.starts_with(&mounted_at) {
            found.push(Group {
                folder: folder.clone(),
                unified,
            });
            if !folder.pop() {
                break;
            }
        }
    }
    found
}

impl Hierarchy {
    /// From a line of mountinfo (proc(5)): `36 35 0:30 ROOT MOUNT OPTIONS [TAGS] - TYPE SOURCE SUPER-OPTIONS`, if it may
    /// have that controller.
    fn parse(line: &str, controller: &str) -> Option<Hierarchy> {
        let (mount, filesystem) = line.split_once(" - ")?;
        let mount: Vec<&str> = mount.split(' ').collect();
        let filesystem: Vec<&str> = filesystem.split(' ').collect();
        let unified = match *filesystem.first()? {
            "cgroup2" => true,
            "cgroup" if filesystem.get(2)?.split(',').any(|option| option == controller) => false,
            _ => return None,
        };
        Some(Hierarchy {
            group: unescape(mount.get(3)?),
            mounted_at: PathBuf::from(unescape(mount.get(4)?)),
            unified,
        })
    }
}

/// The group in a line of `/proc/self/cgroup`, `ID:CONTROLLERS:GROUP`, when it is of that hierarchy.
fn own_group<'a>(line: &'a str, unified: bool, controller: &str) -> Option<&'a str> {
    let mut parts = line.splitn(3, ':');
    let (id, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
    let matches = if unified {
        id == "0" && controllers.is_empty()
    } else {
        controllers.split(',').any(|name| name == controller)
    };
    matches.then_some(group)
}

/// The path of `group` below the mounted group. Inside a container the names may be those of the host, or lead
/// out of the namespace (`/../x`): then the mounted group is the nearest that can be seen.
fn group_below<'a>(group: &'a str, mounted: &str) -> &'a str {
    let below = match mounted {
        "/" => Some(group),
        _ => group
            .strip_prefix(mounted)
            .filter(|rest| rest.is_empty() || rest.starts_with('/')),
    };
    below
        .filter(|rest| !rest.split('/').any(|part| part == ".."))
        .unwrap_or_default()
        .trim_matches('/')
}

/// Undoes the octal escapes of mountinfo (blank, tab, line feed, backslash).
fn unescape(text: &str) -> String {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    escapes.iter().fold(text.to_owned(), |text, (escape, letter)| {
        text.replace(escape, letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder tree with those files.
    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn limit(files: &[(&str, &str)]) -> Option<u64> {
        let root = tree(files);
        Groups::find(root.path()).memory_limit()
    }

    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const V1: &str = "33 32 0:29 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory\n\
                      34 32 0:30 / /sys/fs/cgroup/cpu rw,nosuid shared:10 - cgroup cgroup rw,cpu,cpuacct\n";
    const V1_NONE: &str = "9223372036854771712\n";

    #[test]
    fn the_tightest_group_up_to_the_root_decides() {
        let files = [
            ("proc/self/mountinfo", V2),
            ("proc/self/cgroup", "0::/system.slice/plugin.service\n"),
            (
                "sys/fs/cgroup/system.slice/plugin.service/memory.max",
                "4000000000\n",
            ),
            ("sys/fs/cgroup/system.slice/memory.max", "2000000000\n"),
        ];
        assert_eq!(limit(&files), Some(2_000_000_000));
    }

    #[test]
    fn no_limit_anywhere_is_no_limit() {
        let files = [
            ("proc/self/mountinfo", V2),
            ("proc/self/cgroup", "0::/user.slice\n"),
            ("sys/fs/cgroup/user.slice/memory.max", "max\n"),
        ];
        assert_eq!(limit(&files), None);
        assert_eq!(limit(&[]), None);
    }

    #[test]
    fn a_container_sees_its_own_group_at_the_mount() {
        let files = [
            ("proc/self/mountinfo", V2),
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/memory.max", "536870912\n"),
        ];
        assert_eq!(limit(&files), Some(536_870_912));
    }

    #[test]
    fn a_group_outside_the_namespace_falls_back_to_the_mount() {
        let files = [
            ("proc/self/mountinfo", V2),
            ("proc/self/cgroup", "0::/../neighbour\n"),
            ("sys/fs/cgroup/memory.max", "100\n"),
            ("sys/fs/neighbour/memory.max", "7\n"),
        ];
        assert_eq!(limit(&files), Some(100));
    }

    #[test]
    fn version_1_is_read_from_its_memory_controller() {
        let files = [
            ("proc/self/mountinfo", V1),
            (
                "proc/self/cgroup",
                "5:cpu,cpuacct:/other\n4:memory:/a/b\n1:name=systemd:/x\n0::/\n",
            ),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", V1_NONE),
            ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "300\n"),
            ("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", V1_NONE),
            ("sys/fs/cgroup/cpu/other/memory.limit_in_bytes", "1\n"),
        ];
        assert_eq!(limit(&files), Some(300));
    }

    #[test]
    fn names_of_the_host_are_matched_against_the_mounted_group() {
        let mounts = "33 32 0:29 /docker/c0ffee /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
        let files = [
            ("proc/self/mountinfo", mounts),
            ("proc/self/cgroup", "4:memory:/docker/c0ffee/inner\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "900\n"),
            ("sys/fs/cgroup/memory/inner/memory.limit_in_bytes", "800\n"),
        ];
        assert_eq!(limit(&files), Some(800));
        assert_eq!(group_below("/docker/c0ffee-two/x", "/docker/c0ffee"), "");
    }

    #[test]
    fn no_limit_in_between_and_files_that_are_missing_change_nothing() {
        let mut files = vec![
            ("proc/self/mountinfo", V2),
            ("proc/self/cgroup", "0::/a/b/c/d\n"),
            ("sys/fs/cgroup/a/b/c/memory.max", "max\n"),
            ("sys/fs/cgroup/a/b/memory.max", "700\n"),
            ("sys/fs/cgroup/a/memory.max", "not a number\n"),
        ];
        assert_eq!(limit(&files), Some(700));
        files.push(("sys/fs/cgroup/a/b/c/d/memory.max", "600\n"));
        assert_eq!(limit(&files), Some(600));
        // A limit of nothing is one.
        files.push(("sys/fs/cgroup/memory.max", "0\n"));
        assert_eq!(limit(&files), Some(0));
        // The process is in a group, but nothing is mounted; or it cannot be told which group.
        assert_eq!(limit(&files[1..]), None);
        assert_eq!(limit(&[files[0], ("sys/fs/cgroup/memory.max", "5\n")]), Some(5));
    }

    #[test]
    fn where_both_versions_are_mounted_both_count() {
        let mounts = format!("{V1}41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
        let mut files = vec![
            ("proc/self/mountinfo", mounts.as_str()),
            ("proc/self/cgroup", "4:memory:/a\n1:cpu,cpuacct:/\n0::/b\n"),
            ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "300\n"),
        ];
        assert_eq!(limit(&files), Some(300));
        files.push(("sys/fs/cgroup/unified/b/memory.max", "200\n"));
        assert_eq!(limit(&files), Some(200));
    }

    #[test]
    fn the_tightest_quota_and_the_longest_throttling_are_told() {
        let files = [
            ("proc/self/mountinfo", V2),
            ("proc/self/cgroup", "0::/pod/plugin\n"),
            ("sys/fs/cgroup/pod/plugin/cpu.max", "max 100000\n"),
            (
                "sys/fs/cgroup/pod/plugin/cpu.stat",
                "usage_usec 9\nnr_throttled 0\nthrottled_usec 0\n",
            ),
            ("sys/fs/cgroup/pod/cpu.max", "150000 100000\n"),
            (
                "sys/fs/cgroup/pod/cpu.stat",
                "usage_usec 9\nnr_throttled 4\nthrottled_usec 2500000\n",
            ),
            // The root has no quota, and tells nothing of throttling.
            ("sys/fs/cgroup/cpu.stat", "usage_usec 9\n"),
        ];
        let root = tree(&files);
        let groups = Groups::find(root.path());
        assert_eq!(
            (groups.cpu_quota(), groups.throttled_seconds()),
            (Some(1.5), Some(2.5))
        );

        let root = tree(&files[..3]);
        let groups = Groups::find(root.path());
        assert_eq!((groups.cpu_quota(), groups.throttled_seconds()), (None, None));
    }

    #[test]
    fn version_1_has_its_quota_in_two_files() {
        let mut files = vec![
            ("proc/self/mountinfo", V1),
            ("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/b\n"),
            ("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n"),
            (
                "sys/fs/cgroup/cpu/a/cpu.stat",
                "nr_periods 8\nnr_throttled 3\nthrottled_time 1500000000\n",
            ),
        ];
        let root = tree(&files);
        let groups = Groups::find(root.path());
        assert_eq!(
            (groups.cpu_quota(), groups.throttled_seconds()),
            (None, Some(1.5))
        );
        files.push(("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n"));
        files.push(("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"));
        let root = tree(&files);
        assert_eq!(Groups::find(root.path()).cpu_quota(), Some(0.5));
    }

    #[test]
    fn a_mount_point_with_a_blank_is_found() {
        let mounts = "30 23 0:26 / /sys/fs/c\\040group rw - cgroup2 cgroup2 rw\n";
        let files = [
            ("proc/self/mountinfo", mounts),
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/c group/memory.max", "55\n"),
        ];
        assert_eq!(limit(&files), Some(55));
    }
}
