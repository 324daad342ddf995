//! One file with one secret in it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Largest file with a secret, in bytes. A certificate chain has about 10 kB.
pub const LARGEST: u64 = 64 << 10;

/// What keeps a file from being a secret. None of them shows the content or the path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is not there.
    #[error("does not exist")]
    Missing,
    /// It is a folder, a pipe or a device.
    #[error("is not a regular file")]
    NoFile,
    /// The system does not let this user read it.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It holds too much.
    #[error("is larger than 64 KiB, the most that a secret may have")]
    TooLarge,
    /// It holds bytes of another encoding.
    #[error("is not UTF-8 text")]
    NoText,
    /// It holds nothing but line feeds.
    #[error("is empty")]
    Empty,
}

impl Unusable {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            Unusable::Missing => {
                "check the path; a relative one starts at the folder of the config file. `${file:PATH:-default}` has a \
                 value without the file"
            }
            Unusable::NoFile => "name the file in it",
            Unusable::Unreadable(_) => "let the user that runs the plugin read it",
            Unusable::TooLarge => "is this the right file?",
            Unusable::NoText => "write it as UTF-8, without a key in binary form",
            Unusable::Empty => "write the secret into it, or give a default: `${file:PATH:-default}`",
        }
    }
}

/// The content of a file, without the line feeds at its end.
///
/// # Errors
/// What keeps it from being a secret.
pub fn read(path: &Path) -> Result<String, Unusable> {
    let told = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Unusable::Missing,
        _ => Unusable::Unreadable(error.to_string()),
    };
    // Opening a pipe would wait for whoever writes into it.
    if !std::fs::metadata(path).map_err(told)?.is_file() {
        return Err(Unusable::NoFile);
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(told)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Unusable::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|_| Unusable::NoText)?;
    let secret = without_line_feeds(&text);
    if secret.is_empty() {
        return Err(Unusable::Empty);
    }
    Ok(secret.to_owned())
}

/// A secret as it is meant: editors and `echo` end it with a line feed.
pub fn without_line_feeds(text: &str) -> &str {
    text.trim_end_matches(['\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_feeds_at_the_end_are_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for (written, expected) in [
            ("sk-1", "sk-1"),
            ("sk-1\n", "sk-1"),
            ("sk-1\r\n\n", "sk-1"),
            (" two words \n", " two words "),
            ("-----BEGIN\nx\n-----END\n", "-----BEGIN\nx\n-----END"),
        ] {
            std::fs::write(&path, written).unwrap();
            assert_eq!(read(&path).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_secret_is_told_by_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert_eq!(read(&path), Err(Unusable::Missing));
        assert_eq!(read(folder.path()), Err(Unusable::NoFile));
        for (written, expected) in [
            (b"\n\n".to_vec(), Unusable::Empty),
            (vec![b'a'; LARGEST as usize + 1], Unusable::TooLarge),
            (vec![0xff, 0xfe], Unusable::NoText),
        ] {
            std::fs::write(&path, written).unwrap();
            assert_eq!(read(&path), Err(expected));
        }
        std::fs::write(&path, vec![b'a'; LARGEST as usize]).unwrap();
        assert!(read(&path).is_ok());
    }
}
