//! A changed config reaches the running plugin, or changes nothing and says why.

// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/fake_provider.rs"]
    pub mod fake_provider;
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/kubelet.rs"]
    pub mod kubelet;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
}

#[path = "reload/apply.rs"]
mod apply;
#[path = "reload/files.rs"]
mod files;
#[path = "reload/keeps.rs"]
mod keeps;
#[path = "reload/load.rs"]
mod load;
#[path = "reload/maintenance.rs"]
mod maintenance;
#[path = "reload/refused.rs"]
mod refused;
#[path = "reload/volume.rs"]
mod volume;

use std::time::{Duration, Instant};

use serde_json::Value;
use support::http::{get, send};
use support::plugin::{PATIENCE, Plugin};

/// Waits until a look gives something.
fn wait_for<T>(what: &str, plugin: &Plugin, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "{what} did not come:\n{}",
            plugin.log()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A setting in effect, as the plugin tells it.
fn setting(plugin: &Plugin, key: &str) -> Value {
    let config = get(plugin.http, "/admin/config").json();
    let settings = config["settings"].as_array().cloned().unwrap_or_default();
    let found = settings.into_iter().find(|setting| setting["key"] == key);
    found.map_or(Value::Null, |setting| setting["value"].clone())
}

/// Waits until a setting in effect has that value.
fn wait_for_setting(plugin: &Plugin, key: &str, value: &str) {
    wait_for(&format!("{key}: {value}"), plugin, || {
        (setting(plugin, key) == value).then_some(())
    });
}

fn reload(plugin: &Plugin) -> support::http::Reply {
    send(plugin.http, "POST", "/admin/reload", &[], b"")
}

/// The value of a series.
fn metric(plugin: &Plugin, series: &str) -> f64 {
    let text = get(plugin.http, "/metrics").text();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{series} ")));
    line.unwrap_or_else(|| panic!("there is no {series}"))
        .parse()
        .expect("a number")
}
