//! The names of kept profiles: when, why, what. In the order of their text they are in the order of time.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::ProfileName;
use crate::telemetry::label::ProfileCause;

/// A moment, as names begin with it: `20261128T231500Z`, in UTC.
const MOMENT: &str = "%Y%m%dT%H%M%SZ";
/// What every name ends with.
const END: &str = ".pb.gz";

const CAUSES: [ProfileCause; 3] = [
    ProfileCause::Interval,
    ProfileCause::CpuGuard,
    ProfileCause::MemoryGuard,
];
/// The profiles that are taken without being asked for.
const PROFILES: [ProfileName; 2] = [ProfileName::Cpu, ProfileName::Heap];

/// The name of a kept profile, such as `20261128T231500Z-cpu-guard-heap.pb.gz`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KeptName {
    /// When it was taken, in whole seconds.
    pub at: Timestamp,
    pub cause: ProfileCause,
    pub profile: ProfileName,
}

impl KeptName {
    /// Reads a name; `None` for what this program has not named.
    pub(super) fn parse(text: &str) -> Option<KeptName> {
        let (moment, rest) = text.split_once('-')?;
        let at = DateTime::strptime(MOMENT, moment).ok()?;
        let at = TimeZone::UTC.to_timestamp(at).ok()?;
        let found = CAUSES.into_iter().find_map(|cause| {
            let profile = rest.strip_prefix(&in_a_name(cause))?.strip_prefix('-')?;
            let profile = profile.strip_suffix(END)?;
            let profile = PROFILES.into_iter().find(|known| kind(*known) == profile)?;
            Some(KeptName { at, cause, profile })
        });
        // Numbers can be written in more ways than one.
        found.filter(|name| name.to_string() == text)
    }
}

impl fmt::Display for KeptName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}-{}{END}",
            self.at.strftime(MOMENT),
            in_a_name(self.cause),
            kind(self.profile)
        )
    }
}

fn in_a_name(cause: ProfileCause) -> String {
    ProfileCause::WORDS[cause as usize].replace('_', "-")
}

/// Go calls its CPU profile `profile`, which says nothing in the name of a file.
pub(super) fn kind(profile: ProfileName) -> &'static str {
    match profile {
        ProfileName::Cpu => "cpu",
        other => other.word(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_when_why_and_what_and_is_read_back() {
        let at: Timestamp = "2026-11-28T23:15:00Z".parse().unwrap();
        let mut names = Vec::new();
        for cause in CAUSES {
            for profile in PROFILES {
                let name = KeptName { at, cause, profile };
                assert_eq!(KeptName::parse(&name.to_string()), Some(name));
                names.push(name.to_string());
            }
        }
        assert!(names.contains(&"20261128T231500Z-cpu-guard-cpu.pb.gz".to_owned()));
        assert!(names.contains(&"20261128T231500Z-interval-heap.pb.gz".to_owned()));
    }

    #[test]
    fn names_of_others_are_not_read() {
        for other in [
            "",
            "-",
            "20261128T231500Z",
            "20261128T231500Z-cpu-guard-cpu.pb",
            "20261128T231500Z-cpu-guard-cpu.pb.gz.new",
            ".20261128T231500Z-cpu-guard-cpu.pb.gz",
            "20261128T231500Z-cpu-guard-profile.pb.gz",
            "20261128T231500Z-night-cpu.pb.gz",
            "20261328T231500Z-interval-cpu.pb.gz",
            "2026112T231500Z-interval-cpu.pb.gz",
            "20261128T231500Z-interval-../../x.pb.gz",
            "../20261128T231500Z-interval-cpu.pb.gz",
            "heap.pb.gz",
        ] {
            assert_eq!(KeptName::parse(other), None, "{other}");
        }
    }
}
