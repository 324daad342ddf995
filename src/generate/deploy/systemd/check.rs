//! What is wrong with the values for systemd.

use super::unit::knows;
use crate::config::Problems;
use crate::generate::deploy::secret_names;
use crate::generate::plan::Plan;

/// Adds what is wrong.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    let values = &plan.values.systemd;
    for (key, name) in [("systemd.user", &values.user), ("systemd.group", &values.group)] {
        if !is_user_name(name) {
            problems
                .add(&plan.place(key), key, "not a name of a user or a group")
                .suggest("up to 31 lower-case letters, digits, - and _, with a letter or _ first");
        }
    }
    let key = "systemd.user";
    if values.user == "root" {
        problems
            .add(&plan.place(key), key, "the plugin needs none of root's rights")
            .suggest("take a user of its own, as atest");
    }
    let key = "systemd.credentials";
    if !values.credentials.is_empty() && !knows(values.version, "LoadCredential") {
        let version = values.version;
        problems
            .add(
                &plan.place(key),
                key,
                format!("systemd {version} has no credentials"),
            )
            .suggest("they came with 247; name a folder in the config's secrets.folders instead");
    }
    secret_names(plan, key, &values.credentials, problems);
    let key = "systemd.credentialsFolder";
    let folder = &values.credentials_folder;
    if !folder.starts_with('/') || folder.contains([':', '\n']) {
        problems
            .add(&plan.place(key), key, "not a whole path without colons")
            .suggest("begin it with /, as in /etc/atest-ai/credentials");
    }
}

/// As systemd takes it in its strict form.
fn is_user_name(name: &str) -> bool {
    let first = name.bytes().next();
    name.len() <= 31
        && first.is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
}
