//! The program's commands, beside the running plugin.

use crate::planted::secret;
use crate::scene::Scene;

/// Commands that end by themselves, and what they need more in their environment. A further one is one more line.
const COMMANDS: &[&[&str]] = &[
    &["--validate"],
    &["--validate", "--json"],
    &["--test-providers"],
    &["--test-providers", "--json"],
    &["config", "show"],
    &["config", "show", "--json"],
    &["config", "reload"],
    &["config", "rollback"],
    &["models", "list"],
    &["models", "list", "--json"],
    &["models", "list", "--provider", "refusing"],
    &["models", "pull", "m", "--provider", "html"],
    &["ask", "show all users"],
    &["ask", "show all users", "--json", "--provider", "refusing"],
    &["ask", "show all users", "--provider", "streaming"],
    &["ask", "show all users", "--provider", "parrot"],
    &["ask", "show all users now", "--provider", "parrot"],
    &["ask", "show all users then", "--provider", "parrot"],
    &["ask", "show all users again", "--provider", "parrot"],
    &["models", "list", "--provider", "parrot"],
    &["ask", "show all users", "--provider", "proxied"],
    &["cache", "stats"],
    &["cache", "stats", "--json"],
    &["cache", "clear"],
    &["log-level"],
    &["log-level", "trace"],
    &["maintenance", "on"],
    &["maintenance", "status"],
    &["maintenance", "off"],
    &["healthcheck"],
];

/// All of them.
pub fn all(scene: &mut Scene) {
    for arguments in COMMANDS {
        scene.run(arguments, &[]);
    }
    let file = |scene: &Scene, name: &str| scene.inputs.path().join(name).display().to_string();
    for name in ["token", "wrong-token"] {
        let file = file(scene, name);
        scene.run(&["cache", "stats", "--token-file", &file], &[]);
    }
    let wrong = secret("request: a wrong Bearer");
    scene.run(&["cache", "stats"], &[("ATEST_EXT_AI_TOKEN", &wrong)]);
    let url = format!(
        "postgres://app:{}@db.invalid/shop",
        secret("command line: a database")
    );
    scene.run(&["ask", "show all users", "--database", &url], &[]);
    let file = format!(
        "sqlite:///nowhere/x.db?key={}",
        secret("command line: a database")
    );
    scene.run(&["ask", "show all users", "--database", &file], &[]);
    // A config that is as good, and one that is not.
    let candidate = scene.plugin.folder().join("candidate.yaml");
    let name = candidate.display().to_string();
    let good = scene
        .plugin
        .config_text(&scene.config)
        .replace("model: m\n", "model: other\n");
    let weak = [("JWT_SECRET", &secret("environment: a weak JWT_SECRET")[..20])];
    for text in [
        &good,
        &good
            .replace("kind: mysql", "kind: 7")
            .replace("provider: custom", "provider: costum"),
    ] {
        std::fs::write(&candidate, text).unwrap();
        scene.run(&["config", "apply", "--dry-run", &name], &[]);
        scene.run(&["config", "apply", "--watch", "1s", &name], &[]);
        scene.run(&["--validate"], &weak);
    }
    scene.run(&["config", "rollback", "--watch", "1s"], &[]);
    // Vault by a token that it does not know.
    let by_token = format!(
        "auth_method: token\n    token: {}\n",
        secret("config: secrets.vault.token")
    );
    let at = good.find("auth_method: approle").unwrap();
    let end = good.find("    refresh_interval").unwrap();
    let by_token = format!("{}{by_token}{}", &good[..at], &good[end..]);
    std::fs::write(&candidate, by_token).unwrap();
    for arguments in [
        &["config", "show"][..],
        &["models", "list"],
        &["--test-providers"],
        &[],
    ] {
        let refused = scene.run(&[&["--config", &name], arguments].concat(), &[]);
        assert!(!refused.status.success());
    }
    std::fs::remove_file(candidate).unwrap();
}

/// The command that ends the plugin.
pub fn the_last_one(scene: &mut Scene) {
    let done = scene.run(&["shutdown"], &[]);
    assert!(done.status.success(), "{done:?}");
    scene.plugin.wait_until_ended();
}
