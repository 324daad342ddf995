//! The functions that a query must not call.
//!
//! One list for all databases: a name that is harmless on one is not missed there. It is a fence, not the wall; the
//! wall is a database role that may only read.

mod families;

use std::sync::LazyLock;

use families::{FAMILIES, HARMLESS};

/// No function of these databases has other letters than ASCII's; a name that does is made to look like one.
const FOREIGN_LETTERS: &str = "its name has letters that no function of the database has";

/// A name, or with a `*` the beginning of names, and why it is refused.
type Refused = (&'static str, &'static str);

/// The same by their first letter, in the same order, so that a name is compared with few.
static BY_LETTER: LazyLock<[Vec<Refused>; 26]> = LazyLock::new(|| {
    let mut by_letter = [const { Vec::new() }; 26];
    for (why, patterns) in FAMILIES {
        for pattern in *patterns {
            let letter = letter(pattern).expect("every pattern begins with a letter");
            by_letter[letter].push((*pattern, *why));
        }
    }
    by_letter
});

fn letter(name: &str) -> Option<usize> {
    let first = name.bytes().next().filter(u8::is_ascii_alphabetic)?;
    Some(usize::from(first.to_ascii_lowercase() - b'a'))
}

/// Why a function of the tree must not be called: as [`why_denied`], or because its name is made to look like another's.
pub(super) fn why_denied_by_name(name: &str) -> Option<&'static str> {
    let foreign = (!name.is_ascii()).then_some(FOREIGN_LETTERS);
    why_denied(name).or(foreign)
}

/// Whether nothing of a namespace may be called: its functions run SQL later, or elsewhere.
pub(super) fn is_denied_namespace(name: &str) -> bool {
    const NAMESPACES: [&str; 8] = [
        "cron",
        "pgagent",
        "partman",
        "pgtle",
        "aws_lambda",
        "aws_s3",
        "dblink",
        "net",
    ];
    NAMESPACES.iter().any(|denied| name.eq_ignore_ascii_case(denied))
}

/// Why a function must not be called; `None` when it may. The name is its last part, in any case.
pub(super) fn why_denied(name: &str) -> Option<&'static str> {
    let denied = |pattern: &str| match pattern.strip_suffix('*') {
        Some(prefix) => name
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
        None => name.eq_ignore_ascii_case(pattern),
    };
    let (_, why) = BY_LETTER[letter(name)?]
        .iter()
        .find(|(pattern, _)| denied(pattern))?;
    let is_harmless = HARMLESS
        .iter()
        .any(|harmless| name.eq_ignore_ascii_case(harmless));
    Some(*why).filter(|_| !is_harmless)
}

#[cfg(test)]
mod tests {
    use super::{FAMILIES, why_denied};

    #[test]
    fn families_match_by_whole_name_or_by_beginning() {
        assert_eq!(
            why_denied("PG_Sleep_For"),
            Some("it waits, or keeps the server busy")
        );
        assert_eq!(why_denied("lo_import"), Some("it writes files of the server"));
        for harmless in [
            "sleepiness",
            "log",
            "lower",
            "locate",
            "count",
            "pg_typeof",
            "editdist",
            "replace",
        ] {
            assert_eq!(why_denied(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn every_name_of_every_family_is_refused_for_the_reason_of_the_first() {
        let plainly = |name: &str| {
            let denied = |pattern: &&str| match pattern.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == *pattern,
            };
            let found = FAMILIES.iter().find(|(_, patterns)| patterns.iter().any(denied));
            found.map(|(why, _)| *why)
        };
        for pattern in FAMILIES.iter().flat_map(|(_, patterns)| *patterns) {
            for name in [
                pattern.replace('*', ""),
                pattern.replace('*', "_x"),
                format!("{pattern}y"),
                format!("x{pattern}"),
            ] {
                assert_eq!(why_denied(&name.to_uppercase()), plainly(&name), "{name}");
            }
            assert!(why_denied(&pattern.replace('*', "z")).is_some(), "{pattern}");
        }
    }
}
