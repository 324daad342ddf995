//! `/proc/self/maps`: which files are mapped where. Format: proc_pid_maps(5).

/// One mapping with code in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Where in the file it begins.
    pub(crate) offset: u64,
    pub(crate) inode: u64,
    /// The file, or a name in brackets; may be empty.
    pub(crate) path: String,
}

/// What code is mapped, by address; the program itself comes first, as it does in memory unless a library was put below it.
pub(crate) fn mappings() -> std::io::Result<Vec<Mapping>> {
    let text = std::fs::read_to_string("/proc/self/maps")?;
    Ok(text.lines().filter_map(executable).collect())
}

/// Mappings that a thread's stack may be in, by address. The first thread's grows by itself, and is none of them.
#[cfg(feature = "unwind")]
pub(crate) fn stacks() -> std::io::Result<Vec<std::ops::Range<u64>>> {
    let text = std::fs::read_to_string("/proc/self/maps")?;
    let range = |line: &str| {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        if !rest.starts_with("rw") || line.ends_with("[stack]") {
            return None;
        }
        Some(u64::from_str_radix(start, 16).ok()?..u64::from_str_radix(end, 16).ok()?)
    };
    Ok(text.lines().filter_map(range).collect())
}

fn executable(line: &str) -> Option<Mapping> {
    let (range, rest) = line.split_once(' ')?;
    let (rights, rest) = rest.split_once(' ')?;
    if rights.as_bytes().get(2) != Some(&b'x') {
        return None;
    }
    let (offset, rest) = rest.split_once(' ')?;
    let (_device, rest) = rest.split_once(' ')?;
    let (inode, path) = rest.split_once(' ').unwrap_or((rest, ""));
    let (start, end) = range.split_once('-')?;
    let hex = |digits| u64::from_str_radix(digits, 16).ok();
    Some(Mapping {
        start: hex(start)?,
        end: hex(end)?,
        offset: hex(offset)?,
        inode: inode.parse().ok()?,
        path: path.trim_start().trim_end_matches(" (deleted)").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_data_and_a_path_may_have_spaces() {
        let code = "55d3c0a00000-55d3c0b00000 r-xp 00028000 fd:00 1234                       /opt/a b/prog (deleted)";
        let mapping = executable(code).unwrap();
        assert_eq!((mapping.start, mapping.end), (0x55d3_c0a0_0000, 0x55d3_c0b0_0000));
        assert_eq!((mapping.offset, mapping.inode), (0x28000, 1234));
        assert_eq!(mapping.path, "/opt/a b/prog");
        assert!(executable("7ffc0000-7ffd0000 rw-p 00000000 00:00 0   [stack]").is_none());
        assert!(executable("nonsense").is_none());
        assert_eq!(executable("7f00-7f01 r-xp 00000000 00:00 0 ").unwrap().path, "");
    }
}
