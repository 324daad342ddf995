//! Where a secret is.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file that the config names.
    File(PathBuf),
    /// A file in a folder of secrets.
    Folder(PathBuf),
    /// A field in Vault: `secret/atest-ai/openai:api_key`.
    Vault(String),
    /// A field in Vault that nobody asked for, because the config is only to be looked at.
    NotAsked(String),
}

impl Place {
    /// The place for a log, without the path to it on this machine.
    pub fn brief(&self) -> String {
        let last = |path: Option<&Path>| {
            let name = path.and_then(Path::file_name).unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        match self {
            Place::File(path) => format!("the file {}", last(Some(path))),
            Place::Folder(path) => format!(
                "the secret folder's file {}/{}",
                last(path.parent()),
                last(Some(path))
            ),
            Place::Vault(_) | Place::NotAsked(_) => self.to_string(),
        }
    }

    /// What kind of place it is, in one word without a path.
    pub fn word(&self) -> &'static str {
        match self {
            Place::File(_) => "file",
            Place::Folder(_) => "folder",
            Place::Vault(_) | Place::NotAsked(_) => "vault",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => write!(f, "file {}", path.display()),
            Place::Folder(path) => write!(f, "secret folder, {}", path.display()),
            Place::Vault(field) => write!(f, "vault {field}"),
            Place::NotAsked(field) => write!(f, "vault {field}, not asked"),
        }
    }
}
