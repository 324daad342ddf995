//! What the checker accepts, the real tools accept.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::check::check;
use super::random::recipes;

#[path = "../../tests/support/go.rs"]
#[allow(dead_code)]
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
mod go;

#[test]
fn go_tool_trace_accepts_every_recording() {
    let Some(tools) = go::both() else { return };
    // More can be asked for by hand.
    let cases = std::env::var("ATEST_TRACES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    for case in 0..cases.unwrap_or(60) {
        let recipe = recipes(400).new_tree(&mut runner).unwrap().current();
        let mut bytes = Vec::new();
        recipe.trace().write_go(&mut bytes).unwrap();
        let events = check(&bytes).events.len();
        let path = folder.path().join(format!("{case}.trace"));
        std::fs::write(&path, bytes).unwrap();
        for tool in &tools {
            let printed = tool.print(&path).lines().count();
            // 1.19 writes a line for each; 1.27 several for some and none for others.
            assert!(printed * 3 > events, "{events} events, {printed} lines");
            tool.profile("net", &path);
        }
    }
}
