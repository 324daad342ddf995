//! Files whose changes the system does not tell, or that never change at all.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fs::statfs;

/// File systems of which other machines or programs change the files, by their numbers (statfs(2)).
const OF_OTHERS: &[(u64, &str)] = &[
    (0x6969, "NFS"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x6573_5546, "FUSE"),
    (0x0102_1997, "9P"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
];

/// What to know of files that are changed where this machine does not see it; each a sentence.
pub fn silent_places(files: &BTreeSet<PathBuf>) -> Vec<String> {
    let mounts = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
    let mount_points = mount_points(&mounts);
    let mut told = Vec::new();
    for file in files {
        if mount_points.contains(file) {
            told.push(format!(
                "{} is mounted as a single file (in Kubernetes, a subPath): a new version of it never arrives here; mount \
                 its folder instead, or restart the plugin after a change",
                file.display()
            ));
        } else if let Some(name) = kind_of(file) {
            told.push(format!(
                "{} is on {name}, which sends no events for what others change; it is looked at every \
                 `reload.poll_interval`",
                file.display()
            ));
        }
    }
    told
}

fn kind_of(file: &Path) -> Option<&'static str> {
    let number = statfs(file).ok()?.f_type as u64 & 0xffff_ffff;
    let found = OF_OTHERS.iter().find(|(known, _)| *known == number);
    found.map(|(_, name)| *name)
}

/// The fifth field of each line (proc_pid_mountinfo(5)), whose blanks and backslashes are written in octal.
fn mount_points(text: &[u8]) -> BTreeSet<PathBuf> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| line.split(|byte| *byte == b' ').nth(4))
        .map(unescaped)
        .collect()
}

fn unescaped(field: &[u8]) -> PathBuf {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, others)) = rest.split_first() {
        let octal = others
            .get(..3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let octal = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match (first, octal) {
            (b'\\', Some(byte)) => {
                out.push(byte);
                rest = &others[3..];
            }
            _ => {
                out.push(*first);
                rest = others;
            }
        }
    }
    PathBuf::from(std::ffi::OsString::from_vec(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_points_are_read_with_their_blanks() {
        let text = b"36 35 98:0 /mnt1 /etc/atest-ai/config.yaml rw,noatime - ext4 /dev/root rw\n\
                     37 35 0:5 / /with\\040blank rw - proc proc rw\n\n";
        let expected = ["/etc/atest-ai/config.yaml", "/with blank"].map(PathBuf::from);
        assert_eq!(mount_points(text), BTreeSet::from(expected));
    }

    #[test]
    fn a_file_that_is_mounted_by_itself_is_told() {
        // Containers mount this one so; elsewhere there is nothing to see.
        let hosts = PathBuf::from("/etc/hosts");
        let mounts = std::fs::read("/proc/self/mountinfo").unwrap();
        let told = silent_places(&BTreeSet::from([hosts.clone()]));
        assert_eq!(
            told.iter().any(|text| text.contains("subPath")),
            mount_points(&mounts).contains(&hosts),
            "{told:?}"
        );
    }
}
