//! Makes the gRPC code from `proto/` (protox: no protoc needed) and notes the commit that is built.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use protox::prost::Message;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    note_the_build();
    compile_contract()
}

/// Hands `ATEST_GIT_SHA`, `ATEST_RUSTC`, `ATEST_BUILD_DATE` and `ATEST_FEATURES` to the code.
fn note_the_build() {
    // Naming one file switches off Cargo's default of watching the whole package.
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=ATEST_GIT_SHA={}", commit());
    println!("cargo:rustc-env=ATEST_RUSTC={}", rustc_version());
    println!("cargo:rustc-env=ATEST_BUILD_DATE={}", build_date());
    println!("cargo:rustc-env=ATEST_FEATURES={}", features());
}

/// The commit: from the environment (image builds have no `.git`), else from git, else `unknown`.
fn commit() -> String {
    println!("cargo:rerun-if-env-changed=ATEST_GIT_SHA");
    if let Some(given) = std::env::var("ATEST_GIT_SHA")
        .ok()
        .filter(|given| !given.is_empty())
    {
        return given;
    }
    commit_from_git().unwrap_or_else(|| "unknown".to_owned())
}

fn commit_from_git() -> Option<String> {
    // The sources may lie unpacked inside somebody else's repository: its commit is not ours.
    let top = git(&["rev-parse", "--show-toplevel"])?;
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().ok()?;
    if Path::new(&top).canonicalize().ok()? != package {
        return None;
    }
    // `HEAD` moves on a checkout, its log on every commit. A path that does not exist would make Cargo run
    // this script at every build, so only what is there is named.
    for name in ["HEAD", "logs/HEAD", "packed-refs"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).exists()) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| output.status.success() && !text.is_empty())
}

/// `1.95.0` of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn rustc_version() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc).arg("--version").output().ok();
    output
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|text| text.split_whitespace().nth(1).map(str::to_owned))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// When it is built, or what `SOURCE_DATE_EPOCH` says (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn build_date() -> String {
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("SOURCE_DATE_EPOCH must be seconds since 1970, but is {text:?}")),
        Err(_) => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
    };
    rfc3339(seconds)
}

/// RFC 3339 in UTC; the date by <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn rfc3339(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Cargo features that are on, by name; `none` without any, as an empty label value means no label.
fn features() -> String {
    let mut names: Vec<String> = std::env::vars()
        .filter_map(|(name, _)| {
            Some(
                name.strip_prefix("CARGO_FEATURE_")?
                    .to_ascii_lowercase()
                    .replace('_', "-"),
            )
        })
        .filter(|name| name != "default")
        .collect();
    names.sort();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(",")
    }
}

/// Turns the contract into Rust, and keeps its descriptors for the reflection service.
fn compile_contract() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let contract = protox::compile(["loader.proto"], ["proto"])?;
    let out_dir = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out_dir.join("contract.bin"), contract.encode_to_vec())?;
    // With a client too: the health check and the benches call the plugin as atest does.
    tonic_prost_build::configure().compile_fds(contract)?;
    Ok(())
}
