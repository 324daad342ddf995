//! Folders of secrets: mounted Kubernetes Secrets, and credentials of systemd.
//!
//! A mounted Secret has its keys as links into `..data`, which the kubelet exchanges as a whole; systemd's folder has
//! plain files. In both a file's name says which variable it is.

use std::io;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::file::{self, Unusable};

/// The variable with the folder of a systemd unit's credentials.
pub const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// What the kubelet exchanges when a mounted Secret changes.
pub const EXCHANGED: &str = "..data";

/// One file whose name is wanted.
#[derive(Debug)]
pub struct Found {
    /// The variable that it is.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its content, or what is wrong with it.
    pub content: Result<SecretString, Unusable>,
}

/// The files of a folder that give a wanted variable, by name. Others are not opened.
///
/// # Errors
/// Why the folder cannot be listed.
pub fn read(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().and_then(variable) else {
            continue;
        };
        let path = entry.path();
        if !is_wanted(&name) || path.is_dir() {
            continue;
        }
        let content = file::read(&path).map(SecretString::from);
        found.push(Found { name, path, content });
    }
    found.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(found)
}

/// The variable that a file's name means: `openai-api-key` is `OPENAI_API_KEY`. Hidden files and names that no variable
/// can have mean none.
fn variable(name: &str) -> Option<String> {
    let variable: String = name
        .chars()
        .map(|c| match c {
            '-' | '.' => '_',
            c => c.to_ascii_uppercase(),
        })
        .collect();
    (!name.starts_with('.') && is_variable(&variable)).then_some(variable)
}

/// Whether a variable can have that name.
pub fn is_variable(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(is_word) && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn names_of_files_are_names_of_variables() {
        let of = |name: &str| variable(name).unwrap_or_default();
        assert_eq!(of("openai-api-key"), "OPENAI_API_KEY");
        assert_eq!(of("jwt.secret"), "JWT_SECRET");
        assert_eq!(of("Claude_Api_Key"), "CLAUDE_API_KEY");
        for none in ["..data", ".hidden", "1st", "schlüssel", "a b", ""] {
            assert_eq!(of(none), "", "{none}");
        }
    }

    #[test]
    fn a_mounted_secret_is_read_through_its_links_and_what_nobody_wants_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("..2026_11_28");
        std::fs::create_dir(&inner).unwrap();
        std::fs::create_dir(folder.path().join("openai-folder")).unwrap();
        symlink("..2026_11_28", folder.path().join(EXCHANGED)).unwrap();
        for (name, content) in [("openai-api-key", "sk-1\n"), ("other", "x")] {
            std::fs::write(inner.join(name), content).unwrap();
            symlink(format!("{EXCHANGED}/{name}"), folder.path().join(name)).unwrap();
        }
        let found = read(folder.path(), |name| name.starts_with("OPENAI")).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].name, "OPENAI_API_KEY");
        let content = found[0].content.as_ref().unwrap();
        assert_eq!(content.expose_secret(), "sk-1");
        assert!(!format!("{found:?}").contains("sk-1"), "{found:?}");
    }
}
