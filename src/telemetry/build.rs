//! Which build this is.

use std::fmt;

/// Which build this is. Everything but the version is found out while compiling (see `build.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildInfo {
    /// Semantic version, without a leading `v`.
    pub version: &'static str,
    /// Commit, 12 hex digits; `unknown` outside a repository.
    pub commit: &'static str,
    /// Compiler, such as `1.95.0`.
    pub rustc: &'static str,
    /// When it was built, RFC 3339, UTC.
    pub date: &'static str,
    /// Cargo features switched on, separated by commas; `none` without any.
    pub features: &'static str,
}

/// Which build this is.
pub const fn build_info() -> BuildInfo {
    BuildInfo {
        version: env!("CARGO_PKG_VERSION"),
        commit: env!("ATEST_GIT_SHA"),
        rustc: env!("ATEST_RUSTC"),
        date: env!("ATEST_BUILD_DATE"),
        features: env!("ATEST_FEATURES"),
    }
}

impl fmt::Display for BuildInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BuildInfo {
            version,
            commit,
            rustc,
            date,
            ..
        } = self;
        write!(f, "{version} (commit {commit}, built {date} with rustc {rustc})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_is_known_or_says_that_it_is_not() {
        let build = build_info();
        let commit = build.commit;
        assert!(
            commit == "unknown" || (commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())),
            "{commit}"
        );
        assert!(build.rustc.starts_with("1."), "{}", build.rustc);
        assert!(build.date.parse::<jiff::Timestamp>().is_ok(), "{}", build.date);
        assert!(!build.features.is_empty());
        assert!(build.to_string().starts_with(env!("CARGO_PKG_VERSION")));
    }
}
