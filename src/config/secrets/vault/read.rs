//! Reading key-value secrets, of both versions of the store.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;

use super::call::Reply;
use super::{Failure, FailureKind, Vault};
use crate::config::model::{KvVersion, VaultMapping};
use crate::config::secrets::HeldSecret;
use crate::config::secrets::file::without_line_feeds;

/// What each mapped variable came to.
pub type Readings = BTreeMap<String, Result<HeldSecret, Failure>>;

/// Where the key-value store is.
#[derive(Debug, Clone)]
pub(super) struct Mount {
    /// Its path.
    path: String,
    /// What stands between it and the names of secrets.
    prefix: String,
    /// Its version; `None` when Vault does not tell.
    version: Option<KvVersion>,
}

impl Vault {
    /// Reads every mapped secret, each entry once.
    ///
    /// # Errors
    /// That Vault cannot be asked at all.
    pub async fn read(&mut self) -> Result<Readings, Failure> {
        let mount = match &self.mount {
            Some(mount) => mount.clone(),
            None => self.find_mount().await?,
        };
        let settings = self.settings.clone();
        let mut entries: BTreeMap<&str, Result<Reply, Failure>> = BTreeMap::new();
        let mut readings = Readings::new();
        for mapping in &settings.mappings {
            let Some((entry, field)) = mapping.entry_and_field() else {
                continue;
            };
            if !entries.contains_key(entry) {
                let reply = self.read_entry(&mount, entry).await?;
                entries.insert(entry, reply);
            }
            let outcome = match &entries[entry] {
                Ok(reply) => secret_of(reply, field),
                Err(failure) => Err(failure.clone()),
            };
            readings.insert(mapping.env_var.clone(), outcome);
        }
        let is_found = readings.values().any(Result::is_ok);
        // A store may be exchanged for one of the other version.
        self.mount = is_found.then_some(mount);
        Ok(readings)
    }

    /// Asks which mount the path is in, and of which version it is. A token without any right below it is not told.
    async fn find_mount(&mut self) -> Result<Mount, Failure> {
        let path = self.settings.mount_path.trim_matches('/').to_owned();
        let ask = format!("sys/internal/ui/mounts/{path}");
        let reply = self.call(Method::GET, &ask, None).await?;
        let data = &reply.body["data"];
        let told = data["path"].as_str().map(|told| told.trim_matches('/'));
        let told = told.filter(|told| is_within(&path, told));
        let mount = told.unwrap_or_else(|| path.split('/').next().unwrap_or(&path));
        let told_version = match data["options"]["version"].as_str() {
            Some("2") => Some(KvVersion::Two),
            // Mounts from before there were versions have no option.
            _ if told.is_some() => Some(KvVersion::One),
            _ => None,
        };
        Ok(Mount {
            path: mount.to_owned(),
            prefix: path[mount.len()..].trim_matches('/').to_owned(),
            version: match self.settings.kv_version {
                KvVersion::Auto => told_version,
                version => Some(version),
            },
        })
    }

    /// Where nobody says the version, both are tried: what the other one's path says is the same as for no secret.
    async fn read_entry(&mut self, mount: &Mount, entry: &str) -> Result<Result<Reply, Failure>, Failure> {
        let versions = match mount.version {
            Some(version) => vec![version],
            None => vec![KvVersion::Two, KvVersion::One],
        };
        let mut first = None;
        for version in versions {
            let infix = if version == KvVersion::Two { "data" } else { "" };
            let path = format!("{}/{infix}/{}/{entry}", mount.path, mount.prefix);
            let reply = self.call(Method::GET, &path, None).await?;
            match failure_of(&reply) {
                None => return Ok(Ok(reply)),
                Some(failure) => drop(first.get_or_insert(failure)),
            }
        }
        Ok(Err(first.unwrap_or_else(missing)))
    }
}

fn is_within(path: &str, mount: &str) -> bool {
    let rest = path.strip_prefix(mount);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn failure_of(reply: &Reply) -> Option<Failure> {
    match reply.status {
        200 => None,
        403 => Some(Failure::new(
            FailureKind::Denied,
            "Vault does not let this token read it (HTTP 403)",
            "give its policy `read` on that path (with `data/` after the mount for version 2), or sign in anew",
        )),
        404 => Some(missing()),
        status => Some(Failure::new(
            FailureKind::Unusable,
            format!("Vault does not understand the question (HTTP {status})"),
            "check secrets.vault.mount_path, kv_version and namespace",
        )),
    }
}

fn missing() -> Failure {
    Failure::new(
        FailureKind::Missing,
        "Vault has no such secret, or it was deleted",
        "write it (`vault kv put`), or check its path, secrets.vault.mount_path and kv_version",
    )
}

fn secret_of(reply: &Reply, field: &str) -> Result<HeldSecret, Failure> {
    let data = &reply.body["data"];
    // An entry of version 1 may have fields of these names, but not both of this form.
    let (fields, metadata) = match (&data["data"], &data["metadata"]) {
        (Value::Object(_), Value::Object(_)) => (&data["data"], Some(&data["metadata"])),
        _ => (data, None),
    };
    let text = match &fields[field] {
        Value::String(text) => without_line_feeds(text).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null => String::new(),
        Value::Array(_) | Value::Object(_) => {
            return Err(Failure::new(
                FailureKind::Unusable,
                "the secret's field is no single value",
                "write a text into it",
            ));
        }
    };
    if text.is_empty() {
        return Err(Failure::new(
            FailureKind::Missing,
            "the secret has no such field, or nothing in it",
            "write it (`vault kv patch`), or check the last part of its vault_path",
        ));
    }
    let deletion = metadata.and_then(|metadata| metadata["deletion_time"].as_str());
    Ok(HeldSecret {
        value: SecretString::from(text),
        expires: deletion.and_then(|time| time.parse::<Timestamp>().ok()),
    })
}

/// Where a mapped secret is, for people: `secret/atest-ai/openai:api_key`.
pub fn place(mount_path: &str, mapping: &VaultMapping) -> String {
    let (entry, field) = mapping.entry_and_field().unwrap_or((&mapping.vault_path, ""));
    format!("{}/{entry}:{field}", mount_path.trim_matches('/'))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    fn read(body: Value, field: &str) -> Result<String, FailureKind> {
        let reply = Reply { status: 200, body };
        secret_of(&reply, field)
            .map(|secret| secret.value.expose_secret().to_owned())
            .map_err(|failure| failure.kind)
    }

    #[test]
    fn both_versions_are_read_and_single_values_become_text() {
        let two = json!({"data": {"data": {"k": "v\n", "n": 7, "o": {}, "e": ""}, "metadata": {"deletion_time": ""}}});
        assert_eq!(read(two.clone(), "k").as_deref(), Ok("v"));
        assert_eq!(read(two.clone(), "n").as_deref(), Ok("7"));
        assert_eq!(read(two.clone(), "o"), Err(FailureKind::Unusable));
        assert_eq!(read(two.clone(), "e"), Err(FailureKind::Missing));
        assert_eq!(read(two, "none"), Err(FailureKind::Missing));
        let one = json!({"data": {"k": "v", "data": "d", "metadata": "m"}});
        assert_eq!(read(one.clone(), "k").as_deref(), Ok("v"));
        assert_eq!(read(one, "data").as_deref(), Ok("d"));
        assert_eq!(read(Value::Null, "k"), Err(FailureKind::Missing));
    }

    #[test]
    fn a_mount_is_a_whole_part_of_the_path() {
        assert!(is_within("secret/atest-ai", "secret") && is_within("kv", "kv"));
        assert!(!is_within("secrets/atest-ai", "secret"));
    }
}
