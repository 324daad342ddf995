//! `secrets`: where secrets come from, besides the file and the environment.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::config::kinds::{self, Secret};
use crate::config::units::Time;

/// Where the kubelet puts the token of the pod's service account.
const SERVICE_ACCOUNT_TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// Where secrets come from, besides this file and the environment.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Secrets {
    /// Folders whose files are secrets, such as a mounted Kubernetes Secret: the file `openai-api-key` gives the variable
    /// `OPENAI_API_KEY`. systemd's `$CREDENTIALS_DIRECTORY` is one without being named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<PathBuf>,
    /// HashiCorp Vault, or OpenBao.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<Vault>,
}

/// HashiCorp Vault, or OpenBao.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Vault {
    /// Whether it is asked.
    pub enabled: bool,
    /// Its URL; when not set, `VAULT_ADDR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its namespace, where it has several; when not set, `VAULT_NAMESPACE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Certificates (PEM) of authorities to trust besides the system's; when not set, `VAULT_CACERT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// How the plugin proves who it is.
    pub auth_method: AuthMethod,
    /// Where that method is mounted; when not set, under its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_mount: Option<String>,
    /// For `kubernetes`: the role to sign in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// For `kubernetes`: the file with the service account's token. It is read again at each sign-in.
    pub jwt_file: PathBuf,
    /// For `approle`: which role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_id: Option<String>,
    /// For `approle`: its secret, where it has one.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    pub secret_id: Option<SecretString>,
    /// For `approle`: a file with that secret, read again at each sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_id_file: Option<PathBuf>,
    /// For `token`: the token; when neither it nor `token_file` is set, `VAULT_TOKEN`.
    #[serde(with = "kinds::secret", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Secret>")]
    pub token: Option<SecretString>,
    /// For `token`: a file with the token, such as the sink of a Vault agent. It is read again when the token ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// The mount of the key-value store, and the path in it that all secrets are under.
    pub mount_path: String,
    /// Version of the key-value store; `auto` asks Vault.
    pub kv_version: KvVersion,
    /// Which secret becomes which variable. It wins over a secret folder, and that over the environment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<VaultMapping>,
    /// Time between two looks for changed secrets.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1s"))]
    pub refresh_interval: Duration,
    /// Longest time for one reply; at the start, for all tries together.
    #[serde(with = "kinds::time")]
    #[schemars(with = "Time", extend("x-min" = "1ms"))]
    pub timeout: Duration,
}

impl Default for Vault {
    fn default() -> Vault {
        Vault {
            enabled: false,
            address: None,
            namespace: None,
            ca_file: None,
            auth_method: AuthMethod::default(),
            auth_mount: None,
            role: None,
            jwt_file: SERVICE_ACCOUNT_TOKEN.into(),
            role_id: None,
            secret_id: None,
            secret_id_file: None,
            token: None,
            token_file: None,
            mount_path: "secret/atest-ai".into(),
            kv_version: KvVersion::default(),
            mappings: Vec::new(),
            refresh_interval: Duration::from_secs(60),
            timeout: Duration::from_secs(10),
        }
    }
}

impl Vault {
    /// Whether both say the same, secrets included.
    pub fn is_same(&self, other: &Vault) -> bool {
        let same = |a: &Option<SecretString>, b: &Option<SecretString>| {
            a.as_ref().map(ExposeSecret::expose_secret) == b.as_ref().map(ExposeSecret::expose_secret)
        };
        serde_json::to_value(self).ok() == serde_json::to_value(other).ok()
            && same(&self.secret_id, &other.secret_id)
            && same(&self.token, &other.token)
    }
}

/// How the plugin proves to Vault who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum AuthMethod {
    /// By the token of its Kubernetes service account.
    Kubernetes,
    /// By a role and its secret.
    AppRole,
    /// By a token of Vault itself.
    #[default]
    Token,
}

impl AuthMethod {
    /// Its word in a config, and the mount that it has when nobody names another.
    pub fn as_str(self) -> &'static str {
        match self {
            AuthMethod::Kubernetes => "kubernetes",
            AuthMethod::AppRole => "approle",
            AuthMethod::Token => "token",
        }
    }
}

/// Version of Vault's key-value store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum KvVersion {
    /// What Vault says of the mount.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// Without versions of a secret.
    #[serde(rename = "1")]
    One,
    /// With them.
    #[serde(rename = "2")]
    Two,
}

/// Which secret becomes which variable.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct VaultMapping {
    /// The secret below `mount_path`, and the field in it: `openai/api_key`.
    pub vault_path: String,
    /// The variable that it becomes.
    pub env_var: String,
    /// Whether the plugin cannot start without it.
    #[serde(default = "required")]
    pub required: bool,
}

fn required() -> bool {
    true
}

impl VaultMapping {
    /// The path of the secret below `mount_path`, and the name of its field.
    pub fn entry_and_field(&self) -> Option<(&str, &str)> {
        let (entry, field) = self.vault_path.trim_matches('/').rsplit_once('/')?;
        (!entry.is_empty() && !field.is_empty()).then_some((entry, field))
    }
}
