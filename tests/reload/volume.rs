//! A config in the volume of a ConfigMap.

use std::path::{Path, PathBuf};

use super::{metric, setting, wait_for_setting};
use crate::support::kubelet::write;
use crate::support::plugin::Plugin;

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
