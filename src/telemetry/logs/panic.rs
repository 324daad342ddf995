//! What is logged of a panic: where it was, and nothing that it says, which may hold a key or the words of a question.

use std::panic::{PanicHookInfo, set_hook};

/// Has panics logged from here on, in place of Rust's own lines on standard error.
pub(super) fn log_panics() {
    set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(
        || "unknown".to_owned(),
        |location| format!("{}:{}", without_machine(location.file()), location.line()),
    );
    let thread = std::thread::current();
    tracing::error!(
        place,
        thread = thread.name().unwrap_or("unnamed"),
        "a fault of the plugin: a panic; please report it with its place"
    );
}

/// A source file from the folder of its crate on: `tokio-1.54.0/src/time/sleep.rs`.
fn without_machine(file: &str) -> &str {
    let Some(at) = file.starts_with('/').then(|| file.rfind("/src/")).flatten() else {
        return file;
    };
    &file[file[..at].rfind('/').map_or(0, |before| before + 1)..]
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, set_hook, take_hook};

    use super::super::tests::logged;
    use super::*;
    use crate::config::Logging;

    #[test]
    fn a_panic_tells_where_it_was_and_not_what_it_says() {
        let before = take_hook();
        log_panics();
        let lines = logged(Logging::default(), || {
            let key = "sk-planted".to_owned();
            assert!(catch_unwind(move || panic!("the key {key}")).is_err());
        });
        set_hook(before);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let place = lines[0]["place"].as_str().unwrap();
        assert!(place.starts_with("src/telemetry/logs/panic.rs:"), "{place}");
        assert_eq!(lines[0]["level"], "error");
        assert!(!lines[0].to_string().contains("planted"), "{lines:?}");
    }

    #[test]
    fn the_machine_that_built_it_is_not_named() {
        for (file, expected) in [
            ("src/answer/queue.rs", "src/answer/queue.rs"),
            (
                "/home/one/.cargo/registry/src/index-1/tokio-1.54.0/src/time/sleep.rs",
                "tokio-1.54.0/src/time/sleep.rs",
            ),
            ("/rustc/59807616/library/core/src/option.rs", "core/src/option.rs"),
        ] {
            assert_eq!(without_machine(file), expected);
        }
    }
}
