//! The debug page of a running plugin: for people on its machine, and for nobody else.

use crate::support::http::{get, send};
use crate::support::plugin::Plugin;

const PATH: &str = "/debug/";

#[test]
fn the_page_shows_the_places_of_the_running_process() {
    let plugin = Plugin::start("logging:\n  output: file\n  file: {path: logs/plugin.log}\n");
    let page = get(plugin.http, PATH);
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'sha256-")
    );
    let json = send(plugin.http, "GET", PATH, &[("Accept", "application/json")], b"").json();
    let process = &json["process"];
    assert_eq!(process["http"], format!("http://{}", plugin.http));
    assert_eq!(process["socket"], plugin.socket.to_str().unwrap());
    let folder = plugin.folder();
    assert_eq!(
        process["log_file"],
        folder.join("logs/plugin.log").to_str().unwrap()
    );
    assert_eq!(process["audit_file"], folder.join("audit.log").to_str().unwrap());
    assert_eq!(
        process["config_file"],
        folder.join("config.yaml").to_str().unwrap()
    );
    assert_eq!(process["program"], env!("CARGO_BIN_EXE_atest-ext-ai"));
    for place in ["http", "socket", "log_file", "config_file"] {
        assert!(page.text().contains(process[place].as_str().unwrap()), "{place}");
    }
    let head = send(plugin.http, "HEAD", PATH, &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert!(get(plugin.http, "/").text().contains(PATH));
}

#[test]
fn whoever_is_not_local_is_refused_and_sees_no_path() {
    let plugin = Plugin::start("");
    for foreign in [
        ("Host", "attacker.example"),
        ("Origin", "http://attacker.example"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("Via", "1.1 proxy"),
    ] {
        let reply = send(plugin.http, "GET", PATH, &[foreign], b"");
        assert_eq!(reply.status, 403, "{foreign:?}");
        assert!(
            !reply.text().contains(plugin.folder().to_str().unwrap()),
            "{}",
            reply.text()
        );
    }
    let plugin = Plugin::start("server:\n  behind_proxy: true\n");
    assert_eq!(get(plugin.http, PATH).status, 403);
}
