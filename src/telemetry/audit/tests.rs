//! Lines are whole, counted when they are lost, and few in a flood.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::*;
use crate::telemetry::Format;

fn settings(path: &Path) -> AuditSettings {
    AuditSettings {
        path: Some(path.to_owned()),
        ..AuditSettings::default()
    }
}

fn open(settings: &AuditSettings, path: &Path) -> (Audit, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::default());
    let audit = Audit::open(settings, path, &Logging::default(), Arc::clone(&metrics)).unwrap();
    (audit, metrics)
}

fn started(audit: &Audit) {
    audit.record(&Record {
        event: Event::PluginStart,
        outcome: Outcome::Success,
        actor: &Actor::PLUGIN,
        target: "plugin",
        details: Value::Null,
    });
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn failures(metrics: &Metrics) -> String {
    let text = String::from_utf8(metrics.render(Format::Text004)).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("atest_ai_audit_write_failures_total "));
    line.unwrap_or_default().rsplit(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_line_is_in_the_file_at_once_and_only_owner_and_group_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/audit.log");
    let (audit, metrics) = open(&settings(&path), &path);
    started(&audit);
    audit.clone().refused(&Actor::default(), "/admin/cache", "why");
    let lines = lines(&path);
    assert_eq!((lines.len(), &lines[1]["details"]["reason"]), (2, &"why".into()));
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7137, 0, "{mode:o}");
    assert_eq!(failures(&metrics), "0");
}

#[tokio::test]
async fn a_full_disk_is_counted_and_told_in_the_file_when_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let (audit, metrics) = open(&settings(&path), &path);
    for _ in 0..3 {
        started(&audit);
    }
    assert_eq!(failures(&metrics), "3");
    fs::remove_file(&path).unwrap();
    audit.reopen().unwrap();
    started(&audit);
    started(&audit);
    let lines = lines(&path);
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["event"], &lines[0]["details"]["lost"]),
        (&"audit_gap".into(), &3.into())
    );
    assert_eq!(failures(&metrics), "3");
}

#[test]
fn a_named_file_that_cannot_be_opened_is_an_error_and_another_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("file");
    fs::write(&blocked, "").unwrap();
    let path = blocked.join("audit.log");
    let metrics = Arc::new(Metrics::default());
    let named = Audit::open(&settings(&path), &path, &Logging::default(), metrics);
    assert!(named.unwrap_err().to_string().contains("audit.path"));

    let (audit, _) = open(&AuditSettings::default(), &path);
    started(&audit);
    fs::remove_file(&blocked).unwrap();
    started(&audit);
    let lines = lines(&path);
    assert_eq!((lines.len(), &lines[0]["details"]["lost"]), (2, &1.into()));
}

#[test]
fn logrotate_may_move_it_and_it_rotates_by_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let small = AuditSettings {
        max_size: crate::config::units::Size(300),
        compress: false,
        ..settings(&path)
    };
    let (audit, _) = open(&small, &path);
    started(&audit);
    fs::rename(&path, folder.path().join("moved")).unwrap();
    audit.reopen().unwrap();
    for _ in 0..10 {
        started(&audit);
    }
    let mut all = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        all += lines(&entry.unwrap().path()).len();
    }
    assert_eq!(all, 11);
    assert!(fs::metadata(&path).unwrap().len() <= 300);
}

#[test]
fn a_flood_of_refusals_is_bounded_and_summed_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let (audit, _) = open(&settings(&path), &path);
    let start = Instant::now();
    for number in 0..10_000 {
        let now = start + Duration::from_millis(number);
        audit.refused_at(&Actor::default(), "/admin/cache", "why", now);
    }
    audit.refused_at(
        &Actor::default(),
        "/admin/cache",
        "why",
        start + Duration::from_secs(61),
    );
    audit.settle();
    let lines = lines(&path);
    assert_eq!(lines.len() as u64, flood::A_MINUTE + 2);
    let sum = &lines[lines.len() - 2];
    assert_eq!(sum["event"], "authentication_failure");
    assert_eq!(sum["details"]["left_out"], 10_000 - flood::A_MINUTE);
}

#[test]
fn without_a_file_nothing_is_done() {
    let audit = Audit::default();
    started(&audit);
    audit.refused(&Actor::default(), "/", "why");
    audit.settle();
    audit.reopen().unwrap();
}
