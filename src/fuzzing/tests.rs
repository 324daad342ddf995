//! The seeds, and what was once found, tried without a fuzzer.

use std::fs;
use std::path::{Path, PathBuf};

/// Files of a target, from both folders.
fn inputs(target: &str) -> Vec<PathBuf> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut files = Vec::new();
    for folder in ["corpus", "regressions"] {
        let Ok(entries) = fs::read_dir(fuzz.join(folder).join(target)) else {
            continue;
        };
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    assert!(files.len() >= 5, "{target} has {} inputs", files.len());
    files.sort();
    files
}

fn try_all(target: &str, run: impl Fn(&[u8])) {
    for file in inputs(target) {
        let bytes = fs::read(&file).unwrap();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&bytes)));
        assert!(outcome.is_ok(), "{}", file.display());
    }
}

#[test]
fn configs_hold() {
    let folder = tempfile::tempdir().unwrap();
    try_all("config", |bytes| super::config::in_folder(folder.path(), bytes));
}

#[test]
fn requests_hold() {
    try_all("http_query", super::http_query);
}

#[test]
fn signed_tokens_hold() {
    try_all("jwt", super::jwt);
}

#[test]
fn ddl_holds() {
    try_all("sql_ddl", super::sql_ddl);
}

#[test]
fn questions_hold() {
    try_all("question", super::question);
}

#[test]
fn every_target_is_built_and_has_seeds() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/targets");
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for entry in fs::read_dir(targets).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "{name} is not built"
        );
        inputs(name);
    }
}
