//! The memory limit that control groups set for this process (cgroups(7)).
//!
//! Under version 2 `memory.max` of one group says nothing about the groups above it, so every group up to the
//! root counts and the smallest limit wins. Version 1 is read the same way from its memory controller.

use std::fs;
use std::path::{Path, PathBuf};

/// The limit files of the control groups that this process is in.
#[derive(Debug)]
pub(super) struct MemoryLimit {
    files: Vec<PathBuf>,
}

/// A mounted control-group hierarchy that has memory limits.
#[derive(Debug)]
struct Hierarchy {
    /// The group that is mounted, as `/proc/self/cgroup` names groups.
    group: String,
    /// Where it is mounted.
    mounted_at: PathBuf,
    /// What its limit files are called.
    limit_file: &'static str,
    /// Whether it is version 2.
    unified: bool,
}

impl MemoryLimit {
    /// Finds the files. `root` is `/` but in tests. Without control groups there are none.
    pub(super) fn find(root: &Path) -> MemoryLimit {
        let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
        let (mounts, groups) = (read("proc/self/mountinfo"), read("proc/self/cgroup"));
        let mut files = Vec::new();
        for hierarchy in mounts.lines().filter_map(Hierarchy::parse) {
            let own = groups.lines().find_map(|line| own_group(line, hierarchy.unified));
            let mounted_at = root.join(
                hierarchy
                    .mounted_at
                    .strip_prefix("/")
                    .unwrap_or(&hierarchy.mounted_at),
            );
            let below = own.map_or("", |group| group_below(group, &hierarchy.group));
            let mut folder = mounted_at.join(below);
            while folder.starts_with(&mounted_at) {
                files.push(folder.join(hierarchy.limit_file));
                if !folder.pop() {
                    break;
                }
            }
        }
        MemoryLimit { files }
    }

    /// The smallest limit in bytes now; `None` when there is none.
    pub(super) fn read(&self) -> Option<u64> {
        let limits = self.files.iter().filter_map(|file| fs::read_to_string(file).ok());
        // Version 2 says `max` for no limit. Version 1 says a number above any memory there is, which the
        // caller's comparison with the host's memory takes care of.
        limits.filter_map(|text| text.trim().parse().ok()).min()
    }
}

impl Hierarchy {
    /// From a line of mountinfo (proc(5)): `36 35 0:30 ROOT MOUNT OPTIONS [TAGS] - TYPE SOURCE SUPER-OPTIONS`.
    fn parse(line: &str) -> Option<Hierarchy> {
        let (mount, filesystem) = line.split_once(" - ")?;
        let mount: Vec<&str> = mount.split(' ').collect();
        let filesystem: Vec<&str> = filesystem.split(' ').collect();
        let (limit_file, unified) = match *filesystem.first()? {
            "cgroup2" => ("memory.max", true),
            "cgroup" if filesystem.get(2)?.split(',').any(|option| option == "memory") => {
                ("memory.limit_in_bytes", false)
            }
            _ => return None,
        };
        Some(Hierarchy {
            group: unescape(mount.get(3)?),
            mounted_at: PathBuf::from(unescape(mount.get(4)?)),
            limit_file,
            unified,
        })
    }
}

/// The group in a line of `/proc/self/cgroup`, `ID:CONTROLLERS:GROUP`, when it is of that hierarchy.
fn own_group(line: &str, unified: bool) -> Option<&str> {
    let mut parts = line.splitn(3, ':');
    let (id, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
    let matches = if unified {
        id == "0" && controllers.is_empty()
    } else {
        controllers.split(',').any(|name| name == "memory")
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
        MemoryLimit::find(root.path()).read()
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
