//! What types cannot say of `secrets`.

use std::collections::BTreeSet;

use super::Rules;
use crate::config::endpoint;
use crate::config::model::{AuthMethod, Vault};
use crate::config::secrets::folder::is_variable;

/// The settings that Vault itself is asked with cannot come from it.
const OWN: &str = "ATEST_EXT_AI_SECRETS_";

impl Rules<'_> {
    pub(super) fn secrets(&mut self) {
        let Some(vault) = self.config.secrets.vault.clone() else {
            return;
        };
        if !vault.enabled {
            if self.is_given("secrets.vault.mappings") {
                self.advise("secrets.vault.enabled", "is not true, so Vault is not asked");
            }
            return;
        }
        self.vault_address(&vault);
        self.vault_sign_in(&vault);
        self.vault_mappings(&vault);
        if !is_path(&vault.mount_path) {
            self.wrong(
                "secrets.vault.mount_path",
                "not a path in Vault",
                "write the mount and the path below it, like secret/atest-ai, without `data`",
            );
        }
        if let Some(file) = &vault.ca_file {
            self.ca_file("secrets.vault.ca_file", file);
        }
    }

    fn vault_address(&mut self, vault: &Vault) {
        const KEY: &str = "secrets.vault.address";
        let Some(address) = &vault.address else {
            return self.wrong(
                KEY,
                "this must be given",
                "write the URL of Vault, like https://vault.example.com:8200, or set VAULT_ADDR",
            );
        };
        if let Err(message) = endpoint::check(address.trim()) {
            self.wrong(KEY, message, "write it like https://vault.example.com:8200");
        } else if address.trim().to_ascii_lowercase().starts_with("http://")
            && !endpoint::is_on_this_machine(address)
        {
            self.advise(
                KEY,
                "without TLS, whoever sees the network sees the token and every secret; use https",
            );
        }
    }

    fn vault_sign_in(&mut self, vault: &Vault) {
        let method = vault.auth_method;
        let lacks = match method {
            AuthMethod::Kubernetes if vault.role.is_none() => Some((
                "secrets.vault.role",
                "write the role that Vault has for this service account",
            )),
            AuthMethod::AppRole if vault.role_id.is_none() => Some((
                "secrets.vault.role_id",
                "write what `vault read auth/approle/role/NAME/role-id` shows",
            )),
            AuthMethod::Token if vault.token.is_none() && vault.token_file.is_none() => Some((
                "secrets.vault.token",
                "set VAULT_TOKEN, `token` or `token_file`, or another auth_method: kubernetes, approle",
            )),
            _ => None,
        };
        if let Some((key, suggestion)) = lacks {
            let message = format!("this must be given for the auth_method {}", method.as_str());
            self.wrong(key, message, suggestion);
        }
        if vault.secret_id.is_some() && vault.secret_id_file.is_some() {
            self.advise("secrets.vault.secret_id_file", "is not used beside `secret_id`");
        }
        if vault.token.is_some() && vault.token_file.is_some() {
            self.advise("secrets.vault.token", "is not used beside `token_file`");
        }
    }

    fn vault_mappings(&mut self, vault: &Vault) {
        if vault.mappings.is_empty() {
            self.advise(
                "secrets.vault.mappings",
                "is empty, so nothing is taken from Vault",
            );
        }
        let mut seen = BTreeSet::new();
        for (index, mapping) in vault.mappings.iter().enumerate() {
            let key = |name: &str| format!("secrets.vault.mappings[{index}].{name}");
            if mapping.entry_and_field().is_none() || !is_path(&mapping.vault_path) {
                self.wrong(
                    &key("vault_path"),
                    "not a secret and its field",
                    "write them with a slash between, like openai/api_key",
                );
            }
            let name = mapping.env_var.as_str();
            if !is_variable(name) {
                self.wrong(
                    &key("env_var"),
                    "not the name of a variable",
                    "write it like OPENAI_API_KEY",
                );
            } else if name.starts_with(OWN) || name.starts_with("VAULT_") {
                self.wrong(
                    &key("env_var"),
                    "says how Vault is asked, so it cannot come from there",
                    "give it by the environment, a file or a secret folder",
                );
            } else if !seen.insert(name) {
                self.wrong(
                    &key("env_var"),
                    "mapped twice",
                    "leave one of the two mappings out",
                );
            }
        }
    }
}

/// Whether it is a path of plain parts.
fn is_path(path: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '?' | '#' | '%' | '\\');
        !part.is_empty() && part != "." && part != ".." && part.chars().all(is_plain)
    };
    path.trim_matches('/').split('/').all(is_part)
}
