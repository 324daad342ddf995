//! Grafana's own types accept every dashboard that is generated.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::peer::{beside_venv, wanted};

const INSTALL: &str = "packaging/peers.sh VENV (it needs node and npm)";
const TYPES: &str = include_str!("dashboard-types.ts");

/// Where `packaging/peers.sh` has installed Grafana's types: beside the venv.
fn modules() -> PathBuf {
    let modules = beside_venv("dashboard-types/node_modules");
    assert!(
        modules.join("@grafana/schema/package.json").is_file(),
        "Grafana's types are not in {}; install them with: {INSTALL}",
        modules.display()
    );
    modules
}

/// Runs the command, and gives the dashboards that it wrote.
fn dashboards(out: &Path, more: &[&str]) -> Vec<(String, Value)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atest-ext-ai"));
    command
        .arg("generate-monitoring")
        .arg("--out")
        .arg(out)
        .args(["--only", "grafana"])
        .args(more);
    let run = command.output().expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let files = fs::read_dir(out.join("dashboards")).expect("dashboards were written");
    let mut found: Vec<(String, Value)> = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("its text");
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, serde_json::from_str(&text).expect("JSON"))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// A dashboard in parts, because TypeScript stops at the first wrong part of a whole.
fn in_parts(dashboard: &Value) -> String {
    let mut frame = dashboard.clone();
    let mut panels = Vec::new();
    for panel in frame["panels"].as_array_mut().expect("panels") {
        let inside = panel["type"] == "row";
        if inside {
            panels.append(panel["panels"].as_array_mut().expect("a row's panels"));
        }
        panels.push(panel.clone());
    }
    frame.as_object_mut().expect("an object").remove("panels");
    let mut text =
        String::from("import type { Frame, LokiQuery, Panels, PrometheusQuery, Row } from \"./types\";\n");
    let _ = writeln!(text, "export const frame: Frame = {frame};");
    for mut panel in panels {
        let id = panel["id"].clone();
        if panel["type"] == "row" {
            let _ = writeln!(text, "export const row{id}: Row = {panel};");
            continue;
        }
        let targets = panel
            .as_object_mut()
            .expect("an object")
            .remove("targets")
            .unwrap_or_default();
        let query = match &targets[0]["datasource"]["type"] {
            kind if kind == "loki" => "LokiQuery",
            _ => "PrometheusQuery",
        };
        let _ = writeln!(
            text,
            "export const panel{id}: Panels[{}] = {panel};",
            panel["type"]
        );
        let _ = writeln!(text, "export const queries{id}: {query}[] = {targets};");
    }
    text
}

/// What TypeScript says about these dashboards; nothing when they are right.
fn complaints(dashboards: &[(String, Value)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let modules = modules();
    let modules = fs::canonicalize(&modules).expect("the types are there");
    std::os::unix::fs::symlink(&modules, folder.path().join("node_modules")).expect("a link");
    fs::write(folder.path().join("types.ts"), TYPES).expect("written");
    for (name, dashboard) in dashboards {
        fs::write(folder.path().join(format!("{name}.ts")), in_parts(dashboard)).expect("written");
    }
    let options = json!({
        "compilerOptions": {
            "strict": true, "noEmit": true, "skipLibCheck": true, "module": "esnext", "target": "es2022",
            "moduleResolution": "bundler", "types": [],
        },
        "include": ["*.ts"],
    });
    fs::write(folder.path().join("tsconfig.json"), options.to_string()).expect("written");
    let run = Command::new("node")
        .arg(modules.join("typescript/bin/tsc"))
        .args(["-p", "."])
        .current_dir(folder.path())
        .output()
        .expect("node starts");
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    assert_eq!(
        run.status.success(),
        told.is_empty(),
        "{told}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    told
}

#[test]
fn grafanas_types_accept_every_dashboard() {
    if !wanted(&["node", "npm"], INSTALL) {
        return;
    }
    let out = tempfile::tempdir().expect("a folder");
    let plain = dashboards(&out.path().join("plain"), &[]);
    assert_eq!(plain.len(), 6);
    let set = [
        "--set",
        "logs.loki=http://loki:3100",
        "--set",
        "logs.tempo=http://tempo:3200",
    ];
    let with_logs = dashboards(&out.path().join("logs"), &set);
    let renamed = with_logs
        .into_iter()
        .map(|(name, model)| (format!("{name}-with-logs"), model));
    let all: Vec<(String, Value)> = plain.into_iter().chain(renamed).collect();
    assert_eq!(complaints(&all), "");
}

#[test]
fn grafanas_types_find_what_is_wrong() {
    if !wanted(&["node", "npm"], INSTALL) {
        return;
    }
    let out = tempfile::tempdir().expect("a folder");
    let whole = dashboards(out.path(), &[]).remove(2).1;
    let broken = [
        ("/schemaVersion", json!("39")),
        ("/time/from", json!(6)),
        ("/panels/1/gridPos/x", json!("left")),
        ("/panels/1/fieldConfig/defaults", json!({"unti": "s"})),
        ("/panels/1/targets/0", json!({"exprr": "up", "refId": "A"})),
        ("/panels/1/options", json!({"colourMode": "value"})),
        ("/panels/1/type", json!("singlestat")),
    ];
    let dashboards: Vec<(String, Value)> = broken
        .iter()
        .enumerate()
        .map(|(index, (pointer, value))| {
            let mut model = whole.clone();
            *model.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value.clone();
            (format!("broken{index}"), model)
        })
        .collect();
    let told = complaints(&dashboards);
    for (index, (pointer, _)) in broken.iter().enumerate() {
        assert!(
            told.contains(&format!("broken{index}.ts")),
            "{pointer} passes: {told}"
        );
    }
}
