//! One hunt for all secrets: a different one is planted in every place that can hold one, everything is done that can be
//! done, and none may show in anything that comes out. `hunt/planted.rs` is the table of places, `hunt/outputs.rs` that
//! of outputs.

#![allow(clippy::unwrap_used, reason = "a test may end with a panic")]

#[path = "../benches/echo/contract.rs"]
mod contract;
#[path = "support/fake_provider.rs"]
mod fake_provider;
// Each test crate uses another part of it.
#[allow(dead_code)]
mod support {
    #[path = "../support/http.rs"]
    pub mod http;
    #[path = "../support/openbao.rs"]
    pub mod openbao;
    #[path = "../support/peer.rs"]
    pub mod peer;
    #[path = "../support/plugin.rs"]
    pub mod plugin;
    #[path = "../support/redis.rs"]
    pub mod redis;
}
#[path = "hunt/commands.rs"]
mod commands;
#[path = "hunt/config.rs"]
mod config;
#[path = "hunt/faults.rs"]
mod faults;
#[path = "hunt/forms.rs"]
mod forms;
#[path = "hunt/grpc.rs"]
mod grpc;
#[path = "hunt/outputs.rs"]
mod outputs;
#[path = "hunt/planted.rs"]
mod planted;
#[path = "hunt/requests.rs"]
mod requests;
#[path = "hunt/scene.rs"]
mod scene;
#[path = "hunt/tls.rs"]
mod tls;

use forms::Hunt;
use scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_shows_in_anything_that_comes_out() {
    let Some(mut scene) = Scene::start().await else {
        return;
    };
    let recording = outputs::Recording::begin(&scene);
    grpc::calls(&mut scene).await;
    requests::all(&mut scene);
    commands::all(&mut scene);
    scene.rotate();
    scene.reload_another();
    faults::all(&mut scene);
    recording.take(&mut scene);
    // From here on this address waits with every token.
    requests::until_slowed_down(&mut scene);
    scene.signals();
    outputs::take(&mut scene);
    commands::the_last_one(&mut scene);
    outputs::take_files(&mut scene);

    planted::assert_that_all_are_planted();
    outputs::assert_that_they_say_something(&scene.came_out);
    let hunt = Hunt::new(&scene.secrets());
    let found: Vec<String> = scene
        .came_out
        .iter()
        .flat_map(|(output, bytes)| hunt.find(output, bytes))
        .collect();
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.join("\n\n"));
    scene.assert_that_secrets_were_used();
}
