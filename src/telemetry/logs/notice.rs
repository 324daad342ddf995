//! What the log itself has to say, where its own queue is not to be used.

use std::io::Write;

use jiff::Timestamp;
use tracing::Level;

use super::component;
use super::line::{Line, Style, Value};

/// A line of the log about the log, in the same style as all others.
pub(super) fn line(style: &Style, level: Level, message: &str, fields: &[(&'static str, Value)]) -> String {
    let target = module_path!();
    let mut out = String::new();
    let line = Line {
        time: Timestamp::now(),
        level,
        component: component::of_target(target),
        target,
        message,
        ids: None,
        fields,
    };
    style.write(&mut out, &line);
    out
}

/// Says on standard error what the log file can not.
pub(super) fn warn_on_stderr(style: &Style, message: &str, fields: &[(&'static str, Value)]) {
    let text = line(style, Level::WARN, message, fields);
    // Where not even standard error takes it, nobody is left to tell.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
