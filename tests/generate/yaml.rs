//! Generated YAML in the hands of another reader: PyYAML, which keeps to YAML 1.1 as many programs in Python do, and yamllint.

use std::process::Command;

use serde_json::Value;

use crate::support::generated::{Generated, content};
use crate::support::peer::{in_venv, wanted};

/// Words and figures that YAML 1.1 takes for something else, in each place that a person fills in.
const ODD: &str = "
alertDefaults: {team: 'on', labels: {tier: '1.10', mode: '0644', note: 'no', span: '12:30:45', empty: ''}, annotations: {chat: '#qa: x', star: '*a', yes: 'y'}}
dashboards: {folder: 'null', tags: ['1e3', 'off']}
prometheus: {externalLabels: {cluster: '0x1f', zone: '1_000'}}
receivers: {critical: {slack: {channel: '#ops', apiUrlFile: /run/secrets/slack}}}
";

const READ: &str = "
import json, sys, yaml
for path in sys.argv[1:]:
    with open(path) as file:
        print(json.dumps(list(yaml.safe_load_all(file)), default=str))
";

#[test]
fn another_reader_sees_the_same() {
    if !wanted(&[], "make peers") {
        return;
    }
    for values in ["{}", ODD] {
        let files = Generated::with("", values);
        let is_yaml = |name: &str| name.ends_with(".yml") || name.ends_with(".yaml");
        let names: Vec<String> = files.files().into_iter().map(|(name, _)| name).collect();
        let names: Vec<&String> = names.iter().filter(|name| is_yaml(name)).collect();
        assert!(names.len() > 60, "{names:?}");
        let mut command = Command::new(in_venv("python"));
        command.args(["-c", READ]);
        command.args(names.iter().map(|name| files.path(name)));
        let output = command.output().expect("Python runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let lines = String::from_utf8(output.stdout).expect("a text");
        for (name, line) in names.iter().zip(lines.lines()) {
            let seen: Vec<Value> = serde_json::from_str(line).expect("JSON");
            let own: Value = serde_saphyr::from_str(&files.text(name)).expect("YAML");
            assert_eq!(seen, [own], "{name}");
        }
        let mut arguments = vec![
            "-d".to_owned(),
            "{extends: relaxed, rules: {line-length: disable, indentation: {indent-sequences: whatever}}}"
                .to_owned(),
            "--strict".to_owned(),
        ];
        arguments.extend(names.iter().map(|name| files.path(name).display().to_string()));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        content(&in_venv("yamllint"), &arguments);
    }
}
