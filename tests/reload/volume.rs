//! The volume of a ConfigMap, changed as the kubelet does it (AtomicWriter of k8s.io/kubernetes/pkg/volume/util).

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::{metric, setting, wait_for_setting};
use crate::support::plugin::Plugin;

/// Writes a payload: a folder of its own, the files in it, a link to it, that link renamed over the one in use, links for
/// the names that users see, the old folder removed.
fn write(volume: &Path, stamp: &str, files: &[(&str, &str)]) {
    fs::create_dir_all(volume).expect("the volume is written");
    let old = fs::read_link(volume.join("..data")).ok();
    let new = format!("..2026_11_28_10_00_00.{stamp}");
    fs::create_dir(volume.join(&new)).expect("the volume is written");
    for (name, text) in files {
        fs::write(volume.join(&new).join(name), text).expect("the volume is written");
    }
    symlink(&new, volume.join("..data_tmp")).expect("the volume is written");
    fs::rename(volume.join("..data_tmp"), volume.join("..data")).expect("the volume is written");
    for (name, _) in files {
        let seen = volume.join(name);
        if seen.symlink_metadata().is_err() {
            symlink(Path::new("..data").join(name), seen).expect("the volume is written");
        }
    }
    if let Some(old) = old {
        fs::remove_dir_all(volume.join(old)).expect("the volume is written");
    }
}

pub(super) fn place(folder: &Path, text: &str) -> PathBuf {
    let volume = folder.join("etc");
    write(&volume, "1", &[("config.yaml", text)]);
    volume.join("config.yaml")
}

#[test]
fn each_new_version_of_a_config_map_takes_effect() {
    let plugin = Plugin::start_from("ai:\n  timeout: 10s\n", &[], place);
    let volume = plugin.folder().join("etc");
    assert_eq!(setting(&plugin, "ai.timeout"), "10s");
    // The second one is what a watch on the file itself would miss.
    for (stamp, timeout) in [("2", "11s"), ("3", "12s"), ("4", "13s")] {
        let text = plugin.config_text(&format!("ai:\n  timeout: {timeout}\n"));
        write(&volume, stamp, &[("config.yaml", &text)]);
        wait_for_setting(&plugin, "ai.timeout", timeout);
    }
    assert_eq!(
        metric(
            &plugin,
            "atest_ai_config_reloads_total{result=\"applied\",trigger=\"file\"}"
        ),
        3.0
    );
    assert_eq!(metric(&plugin, "atest_ai_config_watch_up"), 1.0);
    assert_eq!(metric(&plugin, "atest_ai_config_last_reload_successful"), 1.0);
}

#[test]
fn a_swap_that_brings_the_same_text_is_no_reload() {
    let plugin = Plugin::start_from("ai:\n  timeout: 10s\n", &[], place);
    let volume = plugin.folder().join("etc");
    let same = plugin.config_text("ai:\n  timeout: 10s\n");
    write(&volume, "2", &[("config.yaml", &same)]);
    let other = plugin.config_text("ai:\n  timeout: 14s\n");
    write(&volume, "3", &[("config.yaml", &other)]);
    wait_for_setting(&plugin, "ai.timeout", "14s");
    assert_eq!(
        metric(
            &plugin,
            "atest_ai_config_reloads_total{result=\"unchanged\",trigger=\"file\"}"
        ),
        0.0
    );
}
