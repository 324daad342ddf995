//! `go tool pprof`, as the guide types it.

use crate::support::http::{get, send};
use crate::support::plugin::Plugin;
use crate::{Load, go};

#[test]
fn the_guides_commands_open_profiles_by_url() {
    let Some(tools) = go::both() else { return };
    let plugin = Plugin::start("");
    let load = Load::on(&plugin, &[]);
    let base = format!("http://localhost:{}/debug/pprof", plugin.http.port());
    for tool in &tools {
        let top = tool.pprof(&[
            "-top",
            "-nodecount=500",
            // It waits half as long as the profile lasts, unless told otherwise.
            "-timeout=60",
            &format!("{base}/profile?seconds=2"),
        ]);
        assert!(top.contains("Type: cpu"), "{top}");
        assert!(top.contains("atest_ext_ai::answer::"), "{top}");
        let top = tool.pprof(&["-top", &format!("{base}/heap")]);
        assert!(top.contains("Type: inuse_space"), "{top}");
        let top = tool.pprof(&["-top", &format!("{base}/allocs")]);
        assert!(top.contains("Type: alloc_space"), "{top}");
        let top = tool.pprof(&["-top", &format!("{base}/goroutine")]);
        assert!(top.contains("Type: goroutine"), "{top}");
        assert!(top.contains("watch the config"), "{top}");
        let top = tool.pprof(&["-top", &format!("{base}/threadcreate")]);
        assert!(top.contains("atest-worker"), "{top}");
        for name in ["mutex", "block"] {
            // Nobody may have waited yet; it opens all the same.
            let raw = tool.pprof(&["-raw", &format!("{base}/{name}")]);
            assert!(raw.contains("delay/nanoseconds"), "{raw}");
        }
    }
    drop(load);
}

#[test]
fn with_a_token_as_the_password_a_profile_opens_from_elsewhere() {
    let Some(tools) = go::both() else { return };
    const TOKEN: &str = "planted-debug-0123456789abcdef-0123456789abcdef";
    let plugin = Plugin::start(&format!(
        "server:\n  behind_proxy: true\naccess:\n  tokens:\n    looks: {{token: {TOKEN}, scopes: [debug]}}\n"
    ));
    let port = plugin.http.port();
    assert_eq!(get(plugin.http, "/debug/pprof/heap").status, 401);
    for tool in &tools {
        let top = tool.pprof(&[
            "-top",
            &format!("http://x:{TOKEN}@localhost:{port}/debug/pprof/heap"),
        ]);
        assert!(top.contains("Type: inuse_space"), "{top}");
    }
    // The token is in no profile, and in no list of words.
    let authorized = [("Authorization", &*format!("Bearer {TOKEN}"))];
    for path in ["cmdline", "goroutine?debug=2", "heap?debug=1"] {
        let reply = send(
            plugin.http,
            "GET",
            &format!("/debug/pprof/{path}"),
            &authorized,
            b"",
        );
        assert_eq!(reply.status, 200, "{path}");
        assert!(!reply.text().contains("planted"), "{path}");
    }
}

#[test]
fn every_task_of_the_runtime_is_listed() {
    let plugin = Plugin::start("");
    // The runtime's own count, and the list, at a quiet moment; connections come and go between the two.
    let agree = (0..50).any(|_| {
        let metrics = get(plugin.http, "/metrics").text();
        let counted = metrics
            .lines()
            .find_map(|line| line.strip_prefix("atest_ai_tokio_live_tasks "))
            .and_then(|count| count.parse::<f64>().ok());
        let list = get(plugin.http, "/debug/pprof/goroutine?debug=1").text();
        let total = list
            .lines()
            .next()
            .and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        assert!(counted.is_some() && total.is_some(), "{list}");
        counted == total
    });
    assert!(
        agree,
        "{}",
        get(plugin.http, "/debug/pprof/goroutine?debug=2").text()
    );
}

#[test]
fn a_flame_graph_opens_in_a_browser_and_can_do_nothing_there() {
    let plugin = Plugin::start("");
    let load = Load::on(&plugin, &[]);
    for path in [
        "profile?seconds=1&format=svg",
        "heap?format=svg",
        "allocs?format=svg",
        "goroutine?format=svg",
    ] {
        let reply = get(plugin.http, &format!("/debug/pprof/{path}"));
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, "image/svg+xml"),
            "{path}"
        );
        assert!(
            reply
                .header("content-security-policy")
                .contains("sandbox allow-scripts")
        );
        assert!(reply.text().contains("</svg>"), "{path}");
    }
    drop(load);
}
