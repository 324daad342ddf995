//! Writing for people and programs: a closed pipe ends the output quietly instead of a panic.

use std::io::Write;
use std::process::ExitCode;

/// Writes a line to standard output. A reader that has gone away (`| head`) is no error.
pub fn out(line: &str) {
    write(&mut std::io::stdout().lock(), line);
}

/// Writes a line to standard error.
pub fn note(line: &str) {
    write(&mut std::io::stderr().lock(), line);
}

/// Tells what went wrong and gives the exit code.
pub fn failure(code: u8, reason: impl std::fmt::Display) -> ExitCode {
    note(&format!("atest-ext-ai: {reason}"));
    ExitCode::from(code)
}

fn write(stream: &mut impl Write, line: &str) {
    let _ = writeln!(stream, "{line}").and_then(|()| stream.flush());
}
