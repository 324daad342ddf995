//! The volume of a ConfigMap or Secret, changed as the kubelet does it (AtomicWriter of
//! k8s.io/kubernetes/pkg/volume/util).

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Writes a payload: a folder of its own, the files in it, a link to it, that link renamed over the one in use, links for
/// the names that users see, the old folder removed.
pub fn write(volume: &Path, stamp: &str, files: &[(&str, &str)]) {
    try_write(volume, stamp, files).expect("the volume is written");
}

fn try_write(volume: &Path, stamp: &str, files: &[(&str, &str)]) -> std::io::Result<()> {
    fs::create_dir_all(volume)?;
    let old = fs::read_link(volume.join("..data")).ok();
    let new = format!("..2026_11_28_10_00_00.{stamp}");
    fs::create_dir(volume.join(&new))?;
    for (name, text) in files {
        fs::write(volume.join(&new).join(name), text)?;
    }
    symlink(&new, volume.join("..data_tmp"))?;
    fs::rename(volume.join("..data_tmp"), volume.join("..data"))?;
    for (name, _) in files {
        let seen = volume.join(name);
        if seen.symlink_metadata().is_err() {
            symlink(Path::new("..data").join(name), seen)?;
        }
    }
    match old {
        Some(old) => fs::remove_dir_all(volume.join(old)),
        None => Ok(()),
    }
}
