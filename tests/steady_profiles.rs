//! Profiles that nobody has to ask for, of the real binary: at intervals, by the guard, into a folder and to a server, and
//! what becomes of them when the config changes, the folder fails or the process ends.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

#[path = "support/fake_provider.rs"]
mod fake_provider;
#[path = "../crates/profiling/tests/support/go.rs"]
#[allow(dead_code, clippy::print_stderr)]
mod go;
// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fake_provider::{FakeProvider, Received, Script};
use support::http::{get, send};
use support::plugin::{PATIENCE, Plugin};

/// As often and as short as may be.
const SHORT: &str = "interval: 10s, duration: 1s, hertz: 250";

/// Waits until a look gives something.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The profiles in a folder, oldest first.
fn profiles(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.to_string_lossy().ends_with(".pb.gz"))
        .collect();
    paths.sort();
    paths
}

fn of_kind(folder: &Path, end: &str) -> Option<PathBuf> {
    let found = profiles(folder).into_iter();
    found.rev().find(|path| path.to_string_lossy().ends_with(end))
}

fn state(plugin: &Plugin) -> PathBuf {
    plugin.folder().join("state/profiles")
}

fn reload(plugin: &Plugin, config: &str) {
    fs::write(plugin.config_file(), plugin.config_text(config)).unwrap();
    let reply = send(plugin.http, "POST", "/admin/reload", &[], b"");
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// The value of a series.
fn metric(plugin: &Plugin, series: &str) -> f64 {
    let text = get(plugin.http, "/metrics").text();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{series} ")));
    line.unwrap_or_else(|| panic!("there is no {series}"))
        .parse()
        .unwrap()
}

/// Reading the metrics is work enough to be above a hundredth of this machine.
fn work(plugin: &Plugin) {
    for _ in 0..20 {
        get(plugin.http, "/metrics");
    }
}

/// Both versions of Go open it, and show these words.
fn opens(profile: &Path, words: &str) {
    for tool in go::both().iter().flatten() {
        let top = tool.pprof(&["-top", "-cum", profile.to_str().unwrap()]);
        assert!(top.contains(words), "{top}");
    }
}

#[test]
fn profiles_come_at_intervals_once_a_reload_says_so_and_no_more_after_another() {
    let plugin = Plugin::start("");
    assert!(!state(&plugin).exists());
    reload(
        &plugin,
        &format!("profiling: {{continuous: {{enabled: true, {SHORT}}}}}\n"),
    );
    let heap = wait_for("a heap profile", || {
        of_kind(&state(&plugin), "-interval-heap.pb.gz")
    });
    let cpu = of_kind(&state(&plugin), "-interval-cpu.pb.gz").expect("the CPU profile comes first");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&state(&plugin)), mode(&heap), mode(&cpu)),
        (0o700, 0o600, 0o600)
    );
    wait_for("the metric", || {
        let kept = metric(
            &plugin,
            "atest_ai_profiles_kept_total{cause=\"interval\",place=\"folder\"}",
        );
        (kept >= 2.0).then_some(())
    });
    let bytes: u64 = profiles(&state(&plugin))
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .sum();
    assert_eq!(metric(&plugin, "atest_ai_profiles_folder_bytes"), bytes as f64);
    opens(&heap, "Type: inuse_space");
    opens(&cpu, "Type: cpu");

    // The next ones, of the same interval. After them there is a while without any.
    let last = of_kind(&state(&plugin), "-interval-heap.pb.gz");
    wait_for("the next heap profile", || {
        of_kind(&state(&plugin), "-interval-heap.pb.gz").filter(|path| Some(path) > last.as_ref())
    });
    // No more come: what the guard has watched for longer than an interval comes, and nothing beside it.
    reload(
        &plugin,
        &format!(
            "profiling: {{continuous: {{{SHORT}}}, guard: {{enabled: true, cpu_percent: 1, for: 11s}}}}\n"
        ),
    );
    let count = profiles(&state(&plugin)).len();
    wait_for("the guard's heap profile", || {
        work(&plugin);
        of_kind(&state(&plugin), "-cpu-guard-heap.pb.gz")
    });
    assert_eq!(profiles(&state(&plugin)).len(), count + 2);
}

#[test]
fn the_guard_leaves_a_profile_of_the_incident() {
    let plugin = Plugin::start(&format!(
        "profiling: {{continuous: {{{SHORT}}}, guard: {{enabled: true, cpu_percent: 1, for: 1s}}}}\n"
    ));
    let heap = wait_for("the heap profile of the incident", || {
        work(&plugin);
        of_kind(&state(&plugin), "-cpu-guard-heap.pb.gz")
    });
    let cpu = of_kind(&state(&plugin), "-cpu-guard-cpu.pb.gz").expect("the CPU profile comes first");
    plugin.wait_for_log("a threshold of profiling.guard was passed", 1);
    let log = plugin.log();
    let line = log.lines().find(|line| line.contains("profiling.guard")).unwrap();
    for file in [&heap, &cpu] {
        assert!(
            line.contains(file.file_name().unwrap().to_str().unwrap()),
            "{line}"
        );
    }
    assert!(line.contains("cpu_guard"), "{line}");
    assert!(!line.contains("state/"), "{line}");
    // At rest, it leaves no second one however busy the plugin is.
    work(&plugin);
    let kept = "atest_ai_profiles_kept_total{cause=\"cpu_guard\",place=\"folder\"}";
    assert_eq!(metric(&plugin, kept), 2.0);
    opens(&cpu, "render");
}

/// The parts of a form, by name.
fn parts(request: &Received) -> Vec<(String, Vec<u8>)> {
    let kind = request.header("content-type");
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .expect("a form");
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let body = [b"\r\n", &request.body[..]].concat();
    let mut parts = Vec::new();
    let mut rest = &body[..];
    while let Some(at) = find(rest, &delimiter) {
        rest = &rest[at + delimiter.len()..];
        if rest.starts_with(b"--") {
            return parts;
        }
        let end = find(rest, &delimiter).expect("a part ends");
        let head = find(rest, b"\r\n\r\n").expect("a part has a head");
        let text = String::from_utf8_lossy(&rest[..head]);
        let name = text
            .split("name=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        parts.push((name.unwrap().to_owned(), rest[head + 4..end].to_vec()));
    }
    panic!("the form has no end");
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_sent_what_go_opens_and_its_secret_stays_between_the_two() {
    let received: Arc<Mutex<Vec<Received>>> = Arc::default();
    let into = Arc::clone(&received);
    let server = FakeProvider::start(move |request| {
        into.lock().unwrap().push(request.clone());
        Script::status(200)
    })
    .await;
    let plugin = Plugin::start(&format!(
        "plugin: {{environment: staging}}\nlogging: {{level: trace}}\nprofiling: {{continuous: {{enabled: true, {SHORT}, \
         push_url: '{}/', push_headers: {{Authorization: Bearer planted-secret}}}}}}\n",
        server.url()
    ));
    wait_for("both profiles", || {
        (received.lock().unwrap().len() >= 2).then_some(())
    });
    let requests = received.lock().unwrap().clone();
    for (request, kind) in requests.iter().zip(["cpu", "inuse_space"]) {
        assert_eq!(request.method, "POST");
        assert_eq!(request.header("authorization"), "Bearer planted-secret");
        let (path, query) = request.path.split_once('?').unwrap();
        assert_eq!(path, "/ingest");
        let value = |key: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let found = pairs.clone().find(|(known, _)| *known == key);
            found
                .unwrap_or_else(|| panic!("no {key} in {query}"))
                .1
                .to_owned()
        };
        let name = value("name");
        assert!(name.starts_with("atest%2Dext%2Dai%7Bversion%3D"), "{name}");
        assert!(
            name.contains("environment%3Dstaging%2Ccause%3Dinterval%7D"),
            "{name}"
        );
        let [from, until] = ["from", "until"].map(|key| value(key).parse::<u64>().unwrap());
        assert!(from < until, "{query}");
        assert_eq!(value("sampleRate"), "250");
        // With it, the server would not read the form.
        assert!(!query.contains("format="), "{query}");
        let parts = parts(request);
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].0, "profile");
        let file = plugin.folder().join(format!("{kind}.pb.gz"));
        fs::write(&file, &parts[0].1).unwrap();
        opens(&file, &format!("Type: {kind}"));
    }
    wait_for("the metric", || {
        let sent = metric(
            &plugin,
            "atest_ai_profiles_kept_total{cause=\"interval\",place=\"server\"}",
        );
        (sent >= 2.0).then_some(())
    });
    assert!(profiles(&state(&plugin)).is_empty());
    let shown = get(plugin.http, "/admin/config").text();
    for (what, text) in [
        ("log", plugin.log()),
        ("config", shown),
        ("metrics", get(plugin.http, "/metrics").text()),
    ] {
        assert!(!text.contains("planted-secret"), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_refuses_is_kept_in_the_folder() {
    let server = FakeProvider::start(|request| Script::json(403, format!("{:?}", request.headers))).await;
    let plugin = Plugin::start(&format!(
        "profiling: {{continuous: {{enabled: true, {SHORT}, push_url: '{}', push_headers: {{X-Token: planted-secret}}}}}}\n",
        server.url()
    ));
    wait_for("both profiles", || {
        (profiles(&state(&plugin)).len() >= 2).then_some(())
    });
    plugin.wait_for_log(
        "it answers with status 403; check profiling.continuous.push_headers",
        1,
    );
    assert_eq!(metric(&plugin, "atest_ai_profile_push_failures_total"), 2.0);
    assert!(!plugin.log().contains("planted-secret"));
}

#[test]
fn a_folder_that_cannot_be_written_is_told_once_and_the_plugin_serves() {
    // Not even the superuser makes a folder in a file; no other folder is like that for everybody.
    let plugin = Plugin::start(&format!(
        "profiling: {{continuous: {{enabled: true, {SHORT}, folder: /proc/version/profiles}}}}\n"
    ));
    wait_for("both profiles", || {
        let lost = metric(
            &plugin,
            "atest_ai_profiles_kept_total{cause=\"interval\",place=\"nowhere\"}",
        );
        (lost >= 2.0).then_some(())
    });
    assert_eq!(get(plugin.http, "/health/ready").status, 200);
    let told = plugin
        .log()
        .matches("profiles cannot be kept in their folder")
        .count();
    assert_eq!(told, 1, "{}", plugin.log());
    assert!(plugin.log().contains("profiling.continuous.folder"));
    assert!(!plugin.log().contains("/proc/version"));
}

#[test]
fn a_stop_does_not_wait_for_a_profile() {
    let mut plugin = Plugin::start("profiling: {continuous: {enabled: true, interval: 10m, duration: 5m}}\n");
    let threads = format!("/proc/{}/task", plugin.id());
    wait_for("a profile under way", || {
        let threads = fs::read_dir(&threads).unwrap().flatten();
        let mut names =
            threads.map(|thread| fs::read_to_string(thread.path().join("comm")).unwrap_or_default());
        names.find(|name| name.trim() == "cpu-profiler")
    });
    plugin.ask_to_stop();
    assert!(plugin.wait_until_ended().success(), "{}", plugin.log());
    assert!(profiles(&state(&plugin)).is_empty());
}
