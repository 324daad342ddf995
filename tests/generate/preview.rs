//! Pages of the dashboards, drawn from what a real Prometheus knows about a real plugin.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::support::generated::{Generated, said};
use crate::support::http::{query, try_get};
use crate::support::peer::{Peer, wanted};
use crate::support::plugin::{PATIENCE, Plugin, free_address};

const INSTALL: &str = "apt-get install -y --no-install-recommends prometheus";

fn preview(folder: &Path, via: &str, last: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"))
        .args([
            "generate-monitoring",
            "--env",
            "production",
            "--via",
            via,
            "--last",
            last,
        ])
        .arg("--preview")
        .arg(folder)
        .env_clear()
        .env("HOME", "/nonexistent")
        .output()
        .expect("the program runs")
}

#[test]
fn each_dashboard_is_drawn_from_real_figures() {
    if !wanted(&["prometheus"], INSTALL) {
        return;
    }
    let plugin = Plugin::start("");
    let own = free_address();
    let values = format!(
        "prometheus: {{targets: ['{}'], address: '{own}', scrapeInterval: 1s}}\n\
         alertDefaults: {{evaluationInterval: 1s}}\n",
        plugin.http
    );
    let files = Generated::with("{}\n", &values);
    let mut command = Command::new("prometheus");
    let (config, data) = (
        files.path("monitoring/prometheus.yml"),
        files.folder().join("tsdb"),
    );
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", data.display()))
        .arg(format!("--web.listen-address={own}"));
    let _running = Peer::start(&mut command, &files.folder().join("prometheus.log"));

    // A rate needs figures from two moments at least, and some seconds of it make a line.
    let asked = "/api/v1/query?query=sum(rate(atest_ai_requests_total%5B10s%5D%20offset%205s))%3E0";
    let started = Instant::now();
    loop {
        // Always another question: the cache would answer the same one, and nothing would wait or be checked.
        let text = format!("Show the first {} users", started.elapsed().as_millis());
        let body = serde_json::json!({"type": "ai", "natural_language": text, "database_type": "mysql"});
        query(plugin.http, &body);
        let counted = try_get(own, asked).is_some_and(|reply| reply.text().contains("\"value\""));
        if counted {
            break;
        }
        assert!(started.elapsed() < 2 * PATIENCE, "no question was ever counted");
        std::thread::sleep(Duration::from_millis(300));
    }

    let folder = files.folder().join("preview");
    let run = preview(&folder, &format!("http://{own}"), "1m");
    assert!(run.status.success(), "{}", said(&run));
    let page =
        |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    for key in [
        "overview",
        "providers",
        "quality-cost",
        "resources",
        "slo",
        "fleet",
    ] {
        let html = page(&format!("atest-ai-{key}.html"));
        assert!(html.contains("<strong>Preview</strong>, not Grafana"), "{key}");
        assert_eq!(
            html.matches("<svg").count(),
            html.matches("</svg>").count(),
            "{key}"
        );
        assert_eq!(
            html.matches("<figure").count(),
            html.matches("</figure>").count(),
            "{key}"
        );
        // It is whole by itself: nothing is fetched, and nothing runs.
        for part in ["<script", "src=", "@import", "url("] {
            assert!(!html.contains(part), "{key} has {part}");
        }
        assert!(
            !html.contains("NaN") && !html.contains("inf,"),
            "{key} draws what is no number"
        );
        assert!(
            page("index.html").contains(&format!("atest-ai-{key}.html")),
            "{key}"
        );
    }
    let overview = page("atest-ai-overview.html");
    for part in [
        "Request Rate",
        "req/s",
        "success",
        "class=\"threshold warning\"",
        "class=\"heat\"",
        "0.1.0",
    ] {
        assert!(overview.contains(part), "{part} is not in the overview");
    }
    let resources = page("atest-ai-resources.html");
    let empty: Vec<&str> = resources
        .split("<figure ")
        .filter(|panel| panel.contains("No data"))
        .collect();
    assert!(resources.contains("MiB") && empty.is_empty(), "{empty:#?}");
}

#[test]
fn a_preview_that_cannot_be_made_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let nobody = free_address();
    let run = preview(folder.path(), &format!("http://{nobody}"), "5m");
    assert_eq!(run.status.code(), Some(1));
    let told = said(&run);
    assert!(
        told.contains(&nobody.to_string()) && told.contains("refused"),
        "{told}"
    );

    let plugin = Plugin::start("");
    let run = preview(folder.path(), &format!("http://{}", plugin.http), "5m");
    assert_eq!(run.status.code(), Some(1));
    assert!(said(&run).contains("not of Prometheus' API"), "{}", said(&run));

    let run = preview(folder.path(), &format!("http://{nobody}"), "5");
    assert_eq!(run.status.code(), Some(2));
    assert!(said(&run).contains("--last"), "{}", said(&run));

    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let run = preview(&file.join("below"), &format!("http://{nobody}"), "5m");
    assert_eq!(run.status.code(), Some(1));
    assert!(said(&run).contains("below"), "{}", said(&run));
}
