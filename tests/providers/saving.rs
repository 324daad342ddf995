//! `update_config`: in effect at once, kept over a restart, and never a way to send a key elsewhere.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::fake_provider::{FakeProvider, Received, openai_sse};
use crate::support::plugin::Plugin;
use crate::{GOOD, ask, query};

async fn listening() -> (FakeProvider, std::sync::mpsc::Receiver<Received>) {
    let (sender, received) = std::sync::mpsc::channel();
    let provider = FakeProvider::start(move |request: &Received| {
        // Looks at the list of models are not what this is about.
        if request.method == "POST" {
            let _ = sender.send(request.clone());
        }
        openai_sse(GOOD)
    })
    .await;
    (provider, received)
}

fn save(plugin: &Plugin, provider: &str, config: &Value) -> crate::support::http::Reply {
    query(
        plugin,
        "update_config",
        &json!({"provider": provider, "config": config}),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_saves_answers_the_next_question_and_the_first_after_a_restart() {
    let (provider, received) = listening().await;
    let mut plugin = Plugin::start("");
    let settings = json!({"provider": "openai", "endpoint": provider.url(), "model": "saved", "api_key": "k-saved",
                          "max_tokens": 321, "timeout": "45s", "database_type": "mysql"});
    let reply = save(&plugin, "openai", &settings);
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    assert_eq!(
        reply.pair("message").as_deref(),
        Some("Configuration updated successfully")
    );
    for _ in 0..2 {
        let answer = ask(&plugin, &json!({"provider": "openai"}));
        assert_eq!(
            answer.pair("provider").as_deref(),
            Some("openai"),
            "{}",
            answer.text()
        );
        let request = received.recv_timeout(crate::support::plugin::PATIENCE).unwrap();
        assert_eq!(request.header("authorization"), "Bearer k-saved");
        assert_eq!(request.json()["model"], "saved");
        plugin.restart();
    }
    let file = plugin.folder().join("state/settings.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let shown = plugin.run(&["config", "show"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        shown.contains("saved by the page") && !shown.contains("k-saved"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_key_keeps_the_stored_one_but_never_for_another_endpoint() {
    let ((home, at_home), (other, elsewhere)) = (listening().await, listening().await);
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  services:\n    openai:\n      endpoint: {}\n      api_key: k-file\n      model: m\n",
        home.url()
    );
    let plugin = Plugin::start(&config);
    let kept = save(
        &plugin,
        "openai",
        &json!({"endpoint": home.url(), "model": "m2", "api_key": ""}),
    );
    assert_eq!(kept.pair("success").as_deref(), Some("true"), "{}", kept.text());
    ask(&plugin, &json!({"provider": "openai"}));
    let request = at_home.recv_timeout(crate::support::plugin::PATIENCE).unwrap();
    assert_eq!(request.header("authorization"), "Bearer k-file");
    assert_eq!(request.json()["model"], "m2");

    let moved = save(
        &plugin,
        "openai",
        &json!({"endpoint": other.url(), "model": "m2"}),
    );
    assert_eq!(moved.pair("success").as_deref(), Some("true"), "{}", moved.text());
    assert!(moved.pair("message").unwrap().contains("key"), "{}", moved.text());
    ask(&plugin, &json!({"provider": "openai"}));
    assert_eq!(
        elsewhere
            .recv_timeout(crate::support::plugin::PATIENCE)
            .unwrap()
            .header("authorization"),
        "",
        "the stored key went elsewhere"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_under_way_end_as_they_began() {
    let (slow, _) = {
        let provider = FakeProvider::start(|_: &Received| {
            openai_sse(GOOD).head_after(std::time::Duration::from_millis(800))
        })
        .await;
        (provider, ())
    };
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  default_service: openai\n  services:\n    openai:\n      endpoint: {}\n      model: m\n",
        slow.url()
    );
    let plugin = Plugin::start(&config);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask(&plugin, &json!({})));
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(slow.until(|seen| seen.open == 1));
        });
        let saved = save(
            &plugin,
            "openai",
            &json!({"endpoint": "http://127.0.0.1:9", "model": "gone"}),
        );
        assert_eq!(saved.pair("success").as_deref(), Some("true"), "{}", saved.text());
        let answer = asked.join().unwrap();
        assert_eq!(
            answer.pair("provider").as_deref(),
            Some("openai"),
            "{}",
            answer.text()
        );
        assert_eq!(
            answer.pair("degraded").as_deref(),
            Some("false"),
            "{}",
            answer.text()
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_and_changes_nothing() {
    let plugin = Plugin::start("");
    for (provider, config, words) in [
        (
            "openai",
            json!({"endpoint": "http://10.1.2.3"}),
            "ai.allowed_endpoints",
        ),
        ("openai", json!({"endpoint": "ftp://127.0.0.1"}), "endpoint"),
        ("custom", json!({"model": "m"}), "endpoint"),
    ] {
        let reply = save(&plugin, provider, &config);
        assert_eq!(
            reply.pair("success").as_deref(),
            Some("false"),
            "{}",
            reply.text()
        );
        assert!(reply.pair("error").unwrap().contains(words), "{}", reply.text());
    }
    let unknown = save(&plugin, "skynet", &json!({"model": "m"}));
    assert_eq!(unknown.status, 400, "{}", unknown.text());
    assert!(!plugin.folder().join("state/settings.json").exists());
}
