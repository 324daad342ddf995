//! Each command on the debug page works for the process that shows it.

use std::path::Path;

use crate::scene::with_go;
use crate::support::http::{get, send};
use crate::support::peer::wanted;
use crate::support::plugin::Plugin;
use crate::{INSTALL, TOOLS, shell};

/// Commands that go on until they are stopped: they follow something, or serve pages.
const FOLLOWS: [&str; 3] = ["tail -F ", "journalctl -f ", "curl -s -o trace "];

#[test]
fn every_command_of_the_debug_page_works() {
    if !wanted(TOOLS, INSTALL) {
        return;
    }
    let plugin = Plugin::start("logging:\n  output: file\n  file: {path: \"my logs/plugin.log\"}\n");
    // Something to see: a question, and a caller that is refused.
    let question = br#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;
    let json = [("Content-Type", "application/json")];
    assert_eq!(
        send(plugin.http, "POST", "/api/v1/data/query", &json, question).status,
        200
    );
    assert_eq!(
        send(plugin.http, "GET", "/admin/cache", &[("Host", "x.example")], b"").status,
        403
    );

    let page = send(
        plugin.http,
        "GET",
        "/debug/",
        &[("Accept", "application/json")],
        b"",
    )
    .json();
    let path = with_go();
    let mut ran = 0;
    for sight in page["sights"].as_array().unwrap() {
        if let Some(link) = sight["path"].as_str() {
            assert_eq!(get(plugin.http, link).status, 200, "{link}");
        }
        for command in sight["commands"].as_array().unwrap() {
            let line = command["line"].as_str().unwrap();
            if FOLLOWS.iter().any(|follows| line.starts_with(follows)) {
                continue;
            }
            let outcome = shell::run(
                line,
                plugin.folder(),
                &[("PATH", &path), ("HOME", plugin.folder().to_str().unwrap())],
            );
            let has_worked = outcome.code == Some(0) && !outcome.printed.contains("\"code\":");
            let prints = !outcome.printed.is_empty() || line.starts_with("kill ");
            assert!(
                has_worked && prints,
                "{line}: {:?}\n{}",
                outcome.code,
                outcome.printed
            );
            ran += 1;
        }
    }
    assert!(ran > 15, "only {ran} commands ran");
    assert!(Path::new(page["process"]["log_file"].as_str().unwrap()).is_file());
}
