//! The plugin's own share of a question that a provider answers: CPU and memory, through a provider that answers at once.

use crate::fake_provider::{FakeProvider, Received, Script, openai_sse};
use crate::load::{CALLS, Load};
use crate::server::Server;
use crate::spread;

/// Runs; the median is printed.
const RUNS: usize = 7;

/// Answers as a model would to questions of both loads: the table is in the question's words.
fn answer(received: &Received) -> Script {
    let is_about_patients = received.body.windows(8).any(|word| word == b"patients");
    let sql = if is_about_patients {
        "SELECT name FROM patients WHERE id = 7"
    } else {
        "SELECT * FROM users WHERE id = 7"
    };
    openai_sse(&format!(
        r#"{{"sql": "{sql}", "explanation": "As asked.", "tables": [], "assumptions": [], "answerable": true, "clarification": null}}"#
    ))
}

/// Prints what one load costs.
pub async fn report(load: Load) {
    let (seen, mut bodies) = tokio::sync::mpsc::channel(1);
    let provider = FakeProvider::start(move |received: &Received| {
        if !received.body.is_empty() {
            let _ = seen.try_send((received.path.clone(), received.body.clone()));
        }
        answer(received)
    })
    .await;
    let plugin = Server::plugin_with(&format!(
        "ai:\n  default_service: it\n  services:\n    it:\n      provider: custom\n      endpoint: {}\n      model: m\n",
        provider.url()
    ));
    let echo = Server::echo();
    echo.first_answer().await;
    plugin.first_answer().await;
    let (path, body) = bodies.recv().await.expect("the provider was asked");
    // The same exchange with nothing around it: what it costs is the provider's share, the rest is the plugin's own.
    let relay = Server::relay(&format!("{}{path}", provider.url()), &body);
    relay.first_answer().await;
    let (mut whole, mut own, mut bare, mut relayed, mut rates) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for run in 0..=RUNS {
        // At a set rate a machine is mostly idle, and every wake-up costs: the bare servers show how much.
        let at_rest = load.run(&echo).await.cpu_per_request * 1e6;
        let exchange = load.run(&relay).await.cpu_per_request * 1e6;
        let done = load.run(&plugin).await;
        // The first run warms up.
        if run > 0 {
            bare.push(at_rest);
            relayed.push(exchange);
            whole.push(done.cpu_per_request * 1e6);
            own.push(done.cpu_per_request * 1e6 - exchange);
            rates.push(done.per_second);
        }
    }
    println!("  {}", load.name);
    for (what, figures) in [
        ("CPU per question, plugin", &mut whole),
        ("CPU per request, bare relay", &mut relayed),
        ("CPU per question, plugin - relay", &mut own),
        ("CPU per request, bare echo", &mut bare),
    ] {
        println!("    {what:36} {} µs", spread(figures));
    }
    println!("    questions a second                   {}", spread(&mut rates));
    println!(
        "    resident memory after {:6} questions {:6.1} MB",
        (RUNS + 1) * CALLS,
        plugin.resident_bytes() as f64 / 1e6
    );
}
