//! What is in a set of files, as one hash.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};

/// Largest part of one file that counts. Nothing that a config is made from is that large.
const MOST: u64 = 64 << 20;

/// What was in the files, as a SHA-256 hash over names and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content([u8; 32]);

/// Reads one file.
pub fn content_of_one(file: &Path) -> Content {
    content_of(&BTreeSet::from([file.to_owned()]))
}

/// Reads the files. One that cannot be read counts as such: that it can be read again is a change.
pub fn content_of(files: &BTreeSet<PathBuf>) -> Content {
    let mut all = Sha256::new();
    for file in files {
        all.update(file.as_os_str().as_encoded_bytes());
        all.update([0]);
        match hash(file) {
            Ok(hash) => all.update(hash),
            Err(error) => all.update(error.kind().to_string()),
        }
    }
    Content(all.finalize().into())
}

fn hash(path: &Path) -> io::Result<[u8; 32]> {
    // Opening a pipe would wait for whoever writes to it.
    let file = File::from(rustix::fs::open(
        path,
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK,
        Mode::empty(),
    )?);
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut file = file.take(MOST);
    let (mut hash, mut part) = (Sha256::new(), [0; 16 * 1024]);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&part[..read]),
        }
    }
}
