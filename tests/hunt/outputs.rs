//! Everything that comes out of the plugin. A further output is one more line of the table.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::scene::{Scene, mode};
use crate::support::http::{Reply, send};
use crate::support::plugin::PATIENCE;

/// Paths that can be read, and what is accepted.
const PAGES: &[(&str, &str)] = &[
    ("/", "*/*"),
    ("/", "text/html"),
    ("/login", "text/html"),
    ("/metrics", "text/plain"),
    ("/metrics", "application/openmetrics-text; version=1.0.0"),
    ("/health", "*/*"),
    ("/health?verbose", "*/*"),
    ("/health/live?verbose", "*/*"),
    ("/health/ready?verbose", "*/*"),
    ("/health/startup?verbose", "*/*"),
    ("/admin/config", "*/*"),
    ("/admin/reload", "*/*"),
    ("/admin/cache", "*/*"),
    ("/admin/log-level", "*/*"),
    ("/admin/maintenance-mode", "*/*"),
    ("/debug/", "text/html"),
    ("/debug/", "*/*"),
    ("/debug/pprof/", "text/html"),
    ("/debug/pprof/cmdline", "*/*"),
    ("/debug/pprof/symbol", "*/*"),
    ("/debug/pprof/profile?seconds=1&debug=1", "*/*"),
    ("/debug/pprof/heap?debug=1", "*/*"),
    ("/debug/pprof/allocs?format=svg", "*/*"),
    ("/debug/pprof/goroutine?debug=1", "*/*"),
    ("/debug/pprof/goroutine?debug=2", "*/*"),
    ("/debug/pprof/threadcreate?debug=1", "*/*"),
    ("/debug/pprof/mutex?debug=1", "*/*"),
    ("/debug/pprof/block?debug=1", "*/*"),
];

/// Profiles as files, which are compressed.
const FILES: &[&str] = &["heap", "allocs", "goroutine", "threadcreate", "mutex", "block"];

/// An execution trace that is being recorded.
pub struct Recording(std::thread::JoinHandle<Vec<(String, Reply)>>);

impl Recording {
    /// Records what follows, some seconds for each of the tools.
    pub fn begin(scene: &Scene) -> Recording {
        let address = scene.plugin.http;
        Recording(std::thread::spawn(move || {
            let paths = ["trace?seconds=6", "trace?seconds=3&format=perfetto"];
            let replies = paths.map(|path| {
                let path = format!("/debug/pprof/{path}");
                let reply = send(address, "GET", &path, &[], b"");
                (path, reply)
            });
            replies.into()
        }))
    }

    /// What was recorded comes out.
    pub fn take(self, scene: &mut Scene) {
        for (path, reply) in self.0.join().unwrap() {
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            scene.reply(format!("GET {path}"), &reply);
        }
    }
}

/// Takes an output.
type Taken = fn(&Scene) -> Vec<u8>;

/// What else comes out while the plugin runs.
const RUNNING: &[(&str, Taken)] = &[
    ("what the collector was sent", |scene| {
        scene.spans.lock().unwrap().clone()
    }),
    ("what Redis keeps", redis),
    ("the command line", |scene| {
        fs::read(format!("/proc/{}/cmdline", scene.plugin.id())).unwrap()
    }),
    ("the names of its threads", threads),
];

/// Takes all of them.
pub fn take(scene: &mut Scene) {
    for (path, accepted) in PAGES {
        let page = || -> Reply { send(scene.plugin.http, "GET", path, &[("Accept", accepted)], b"") };
        // The plugin takes profiles by itself, too; one at a time.
        let mut reply = page();
        let began = Instant::now();
        while reply.status == 409 && began.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(200));
            reply = page();
        }
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        scene.reply(format!("GET {path} as {accepted}"), &reply);
    }
    for name in FILES {
        let path = format!("/debug/pprof/{name}");
        let reply = send(scene.plugin.http, "GET", &path, &[], b"");
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        scene.out(format!("GET {path}"), plain(&reply.body));
    }
    for (name, take) in RUNNING {
        let bytes = take(scene);
        assert!(!bytes.is_empty(), "there is nothing in {name}");
        scene.out(*name, bytes);
    }
    // The environment of the plugin is the operator's; that of a program that it starts is its own doing.
    for child in children(scene.plugin.id()) {
        for name in ["cmdline", "environ"] {
            // It may have ended meanwhile.
            let bytes = fs::read(format!("/proc/{child}/{name}")).unwrap_or_default();
            scene.out(format!("{name} of a program that the plugin started"), bytes);
        }
    }
}

/// The files that the plugin wrote, once it has ended: its logs, its audit log, its standard output, its state.
pub fn take_files(scene: &mut Scene) {
    let mut files = files_in(scene.plugin.folder());
    files.extend(files_in(&scene.logs));
    let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    for part in ["plugin.log", ".gz", "audit.log", "/log", "settings.json"] {
        assert!(
            names.iter().any(|name| name.contains(part)),
            "{part} is not among {names:?}"
        );
    }
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("config.yaml") || name.starts_with("settings.json") {
            // These are meant to hold secrets, for their owner alone.
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            continue;
        }
        let mut bytes = fs::read(&path).unwrap();
        if name.ends_with(".gz") {
            bytes = plain(&bytes);
        }
        scene.out(path.display().to_string(), bytes);
    }
}

fn plain(compressed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(compressed)
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

/// What must be found where, so that an empty output is no clean one.
const SAID: &[(&str, &str)] = &[
    ("what the collector was sent", "names of all users"),
    ("what Redis keeps", "SELECT name FROM users"),
    ("GET /debug/pprof/trace?seconds=6", "question answered"),
    ("GET /debug/pprof/heap", "atest_ext_ai::"),
    ("GET /debug/pprof/goroutine?debug=2", "watch the config"),
    ("plugin.log", "\"level\":\"trace\",\"component\":\"hyper_util\""),
    ("plugin.log", "\"component\":\"ai_provider\""),
    ("plugin.log", "the config is not used"),
    ("plugin.log", "secrets have changed in Vault"),
    ("audit.log", "authentication_failure"),
    ("audit.log", "sign_in"),
    ("audit.log", "secret_change"),
    ("audit.log", "\"config_reload\",\"outcome\":\"refused\""),
    ("GET /metrics as application/openmetrics-text", "# EOF"),
    ("what [\"config\", \"show\"] prints", "********"),
];

/// Nothing was looked at for nothing.
pub fn assert_that_they_say_something(came_out: &[(String, Vec<u8>)]) {
    for (output, words) in SAID {
        let of_it = came_out.iter().filter(|(name, _)| name.contains(output));
        let is_said = of_it
            .into_iter()
            .any(|(_, bytes)| memchr::memmem::find(bytes, words.as_bytes()).is_some());
        assert!(is_said, "{output} does not say {words}");
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_in(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files
}

fn redis(scene: &Scene) -> Vec<u8> {
    let keys = scene.redis.cli(&["--scan"]);
    let values = keys.lines().map(|key| scene.redis.cli(&["get", key]));
    values
        .chain([keys.clone()])
        .collect::<Vec<_>>()
        .join("\n")
        .into_bytes()
}

fn threads(scene: &Scene) -> Vec<u8> {
    let tasks = fs::read_dir(format!("/proc/{}/task", scene.plugin.id())).unwrap();
    let names = tasks.filter_map(|task| fs::read(task.unwrap().path().join("comm")).ok());
    names.collect::<Vec<_>>().concat()
}

fn children(parent: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{parent}/task")).unwrap();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}
