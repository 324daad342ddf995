//! Each place that tasks come from, once: its name and its line.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::{LazyLock, PoisonError, RwLock};

use crate::Site;

/// What the compiler knows a place by. The same place may have more than one address.
type Address = (*const u8, usize, usize);

#[derive(Default)]
struct Sites {
    by_address: HashMap<[usize; 3], &'static Site>,
    by_content: HashMap<Site, &'static Site>,
}

static SITES: LazyLock<RwLock<Sites>> = LazyLock::new(RwLock::default);

/// The place of a call that gives its task a name. There are as many as the program's text has, so none is ever freed.
#[inline]
pub(crate) fn named(name: &'static str, place: &'static Location<'static>) -> &'static Site {
    find((name.as_ptr(), name.len(), address(place)), || Site {
        name,
        file: shorten(place.file()),
        line: place.line(),
    })
}

/// The place where a library spawned a task. It is named after the crate and the line.
#[cfg_attr(not(tokio_unstable), allow(dead_code, reason = "only the hooks see such"))]
pub(crate) fn unnamed(place: &'static Location<'static>) -> &'static Site {
    find((std::ptr::null(), 0, address(place)), || {
        let file = shorten(place.file());
        Site {
            name: leak(name_of(file, place.line())),
            file,
            line: place.line(),
        }
    })
}

/// The place whose address that is.
pub(crate) fn at(address: usize) -> Option<&'static Site> {
    let sites = SITES.read().unwrap_or_else(PoisonError::into_inner);
    let mut all = sites.by_content.values();
    all.find(|site| std::ptr::from_ref(**site) as usize == address)
        .copied()
}

/// The package with its version that a file belongs to, `hyper-util-0.1.21`; `None` for the program's own.
pub(super) fn package(file: &str) -> Option<&str> {
    let (first, _) = file.split_once("/src/")?;
    let has_version = parse_version(first).is_some();
    (has_version || first == "std").then_some(first)
}

fn address(place: &'static Location<'static>) -> usize {
    std::ptr::from_ref(place) as usize
}

fn find(key: Address, make: impl FnOnce() -> Site) -> &'static Site {
    let key = [key.0 as usize, key.1, key.2];
    let known = SITES.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(site) = known.by_address.get(&key) {
        return site;
    }
    drop(known);
    let site = make();
    let mut sites = SITES.write().unwrap_or_else(PoisonError::into_inner);
    let known = *sites
        .by_content
        .entry(site)
        .or_insert_with(|| Box::leak(Box::new(site)));
    sites.by_address.insert(key, known);
    known
}

/// `hyper-util rt/tokio.rs:127`.
fn name_of(file: &str, line: u32) -> String {
    match package(file) {
        Some(package) => {
            let name = parse_version(package).unwrap_or(package);
            let path = &file[package.len() + "/src/".len()..];
            format!("{name} {path}:{line}")
        }
        None => format!("{file}:{line}"),
    }
}

/// A path without what is this machine's: `hyper-util-0.1.21/src/rt/tokio.rs`, `std/src/thread.rs`. Those of the workspace
/// are given by cargo as they are in it.
fn shorten(file: &'static str) -> &'static str {
    if !file.starts_with('/') {
        return file;
    }
    if let Some((_, rest)) = file.split_once("/registry/src/") {
        return rest.split_once('/').map_or(rest, |(_, package)| package);
    }
    if let Some((_, rest)) = file.split_once("/git/checkouts/") {
        // `name-0123456789abcdef/0123456/src/…`: the second is the commit.
        let parts = rest.split_once('/').zip(rest.split('/').nth(1));
        return match parts {
            Some(((_, inner), commit)) => inner[commit.len()..].trim_start_matches('/'),
            None => rest,
        };
    }
    if let Some((_, rest)) = file.split_once("/library/") {
        return rest;
    }
    file.rsplit_once("/src/").map_or(file, |(package, _)| {
        let name = package.rfind('/').map_or(0, |slash| slash + 1);
        &file[name..]
    })
}

/// The name in `hyper-util-0.1.21`.
fn parse_version(package: &str) -> Option<&str> {
    let (name, _) = package
        .match_indices('-')
        .map(|(dash, _)| package.split_at(dash))
        .find(|(_, version)| version[1..].starts_with(|first: char| first.is_ascii_digit()))?;
    package.contains('.').then_some(name)
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_and_line_are_one_place() {
        fn here(name: &'static str) -> &'static Site {
            named(name, Location::caller())
        }
        let first = here("answer");
        assert!(std::ptr::eq(first, here("answer")));
        assert!(!std::ptr::eq(first, here("refuse")));
        assert_eq!(first.file, "crates/profiling/src/tasks/sites.rs");
    }

    #[test]
    fn a_place_in_a_library_has_its_name_and_nothing_of_the_machine() {
        let names = [
            (
                "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/hyper-util-0.1.21/src/rt/tokio.rs",
                "hyper-util-0.1.21/src/rt/tokio.rs",
                "hyper-util rt/tokio.rs:127",
            ),
            (
                "/home/me/.cargo/git/checkouts/tonic-0a1b2c3d4e5f6071/89abcde/tonic/src/server.rs",
                "tonic/src/server.rs",
                "tonic/src/server.rs:127",
            ),
            (
                "/rustc/59807616e1/library/std/src/thread/mod.rs",
                "std/src/thread/mod.rs",
                "std thread/mod.rs:127",
            ),
            (
                "/build/vendor/h2-0.4.12/src/proto/ping.rs",
                "h2-0.4.12/src/proto/ping.rs",
                "h2 proto/ping.rs:127",
            ),
            ("src/app.rs", "src/app.rs", "src/app.rs:127"),
        ];
        for (path, file, name) in names {
            assert_eq!(shorten(path), file);
            assert_eq!(name_of(file, 127), name);
        }
        assert_eq!(
            package("hyper-util-0.1.21/src/rt/tokio.rs"),
            Some("hyper-util-0.1.21")
        );
        assert_eq!(package("crates/profiling/src/tasks.rs"), None);
    }
}
