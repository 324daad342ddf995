//! What is wrong with the values for compose.

use crate::config::Problems;
use crate::generate::deploy::secret_names;
use crate::generate::plan::Plan;

/// Adds what is wrong.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    let values = &plan.values.compose;
    let mut refuse = |key: &str, reason: &str, advice: &str| {
        problems.add(&plan.place(key), key, reason).suggest(advice);
    };
    if !is_project_name(&values.project) {
        refuse(
            "compose.project",
            "not a name that compose takes",
            "lower-case letters, digits, - and _, with a letter or digit first",
        );
    }
    for (key, image) in [
        ("compose.atestImage", &values.atest_image),
        ("compose.prometheusImage", &values.prometheus_image),
        ("compose.alertmanagerImage", &values.alertmanager_image),
        ("compose.grafanaImage", &values.grafana_image),
    ] {
        if !is_pinned(image) {
            refuse(
                key,
                "not one certain image",
                "name its version, as in grafana/grafana:12.1.1, or its digest",
            );
        }
    }
    let file = &values.config_file;
    if file.is_empty() || file.contains('/') || file == ".." {
        refuse(
            "compose.configFile",
            "not a name of a file in compose.configFolder",
            "give the name alone, as in production.yaml",
        );
    }
    for (key, folder) in [
        ("compose.configFolder", &values.config_folder),
        ("compose.secretsFolder", &values.secrets_folder),
    ] {
        if !["/", "./", "../"].iter().any(|start| folder.starts_with(start)) {
            refuse(
                key,
                "not a path",
                "begin it with ./ or ../, from the folder of the compose file, or with /",
            );
        }
    }
    if values.memory_reservation.0 > values.memory_limit.0 {
        refuse(
            "compose.memoryReservation",
            "more than compose.memoryLimit",
            "keep at most as much as it may use",
        );
    }
    if values.cpu_reservation > values.cpu_limit {
        refuse(
            "compose.cpuReservation",
            "more than compose.cpuLimit",
            "keep at most as much as it may use",
        );
    }
    secret_names(plan, "compose.secrets", &values.secrets, problems);
}

fn is_project_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().next().is_some_and(is_plain)
        && name.bytes().all(|byte| is_plain(byte) || b"-_".contains(&byte))
}

/// Whether an image has a digest, or a tag that is not `latest`.
fn is_pinned(image: &str) -> bool {
    if image.contains(char::is_whitespace) || image.starts_with([':', '@']) {
        return false;
    }
    if image.contains("@sha256:") {
        return true;
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':')
        .is_some_and(|(name, tag)| !name.is_empty() && !tag.is_empty() && tag != "latest")
}

#[cfg(test)]
mod tests {
    use super::is_pinned;

    #[test]
    fn certain_images_are_told_from_others() {
        for image in ["grafana/grafana:12.1.1", "host:5000/a/b:1", "a@sha256:00"] {
            assert!(is_pinned(image), "{image}");
        }
        for image in [
            "",
            "grafana/grafana",
            "host:5000/a",
            "a:latest",
            "a:",
            ":1",
            "a b:1",
        ] {
            assert!(!is_pinned(image), "{image}");
        }
    }
}
