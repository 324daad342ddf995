//! Money: what answers cost, and what happens when the budget is spent.

use serde_json::json;

use crate::fake_provider::{FakeProvider, Received, openai_sse};
use crate::support::plugin::Plugin;
use crate::{GOOD, ask, metric};

/// 100 tokens in, 64 of them cached, 20 out: at these prices 36 + 32 + 200 millionths of a dollar.
const PRICED: &str = "  prices:\n    it/m:\n      input: 1\n      output: 10\n      cached_input: 0.5\n";

async fn start(more: &str) -> (FakeProvider, Plugin) {
    let provider = FakeProvider::start(|_: &Received| openai_sse(GOOD)).await;
    let config = format!(
        "ai:\n  health_check_interval: 0s\n  default_service: it\n{more}  services:\n    it:\n      provider: custom\n      endpoint: {}\n      model: m\n",
        provider.url()
    );
    let plugin = Plugin::start(&config);
    (provider, plugin)
}

fn nth(number: u32) -> serde_json::Value {
    json!({"existing_sql": format!("SELECT {number}")})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_what_it_cost_and_says_nothing_where_no_price_is_known() {
    let (_provider, plugin) = start(PRICED).await;
    let reply = ask(&plugin, &nth(1));
    assert_eq!(
        reply.pair("cost_usd").as_deref(),
        Some("0.000268"),
        "{}",
        reply.text()
    );
    assert_eq!(
        metric(&plugin, r#"atest_ai_cost_usd_total{model="m",provider="it"}"#),
        Some(0.000_268)
    );

    let (_provider, plugin) = start("").await;
    let reply = ask(&plugin, &nth(1));
    assert_eq!(reply.pair("success").as_deref(), Some("true"));
    assert_eq!(reply.pair("cost_usd"), None);
    assert!(
        !crate::support::http::get(plugin.http, "/metrics")
            .text()
            .contains("\natest_ai_cost_usd_total{")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_holds_over_a_restart() {
    let budget = "  budget:\n    day: 0.0005\n    action: refuse\n";
    let (provider, mut plugin) = start(&format!("{PRICED}{budget}")).await;
    for number in 0..2 {
        let reply = ask(&plugin, &nth(number));
        assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    }
    let refused = ask(&plugin, &nth(2));
    assert_eq!(
        refused.pair("error_kind").as_deref(),
        Some("budget"),
        "{}",
        refused.text()
    );
    plugin.restart();
    let refused = ask(&plugin, &nth(3));
    assert_eq!(
        refused.pair("error_kind").as_deref(),
        Some("budget"),
        "{}",
        refused.text()
    );
    assert!(
        refused.pair("error").unwrap().contains("ai.budget.day"),
        "{}",
        refused.text()
    );
    assert_eq!(provider.requests(), 2);
    // What costs nothing goes on.
    let own = ask(
        &plugin,
        &json!({"provider": "builtin", "prompt": "show all users"}),
    );
    assert_eq!(own.pair("success").as_deref(), Some("true"), "{}", own.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_budget_can_warn_or_pass_on() {
    let (_provider, plugin) = start(&format!("{PRICED}  budget:\n    month: 0.0001\n")).await;
    ask(&plugin, &nth(0));
    let warned = ask(&plugin, &nth(1));
    assert_eq!(warned.pair("provider").as_deref(), Some("it"));
    assert!(
        warned.pair("warnings").unwrap().contains("ai.budget.month"),
        "{}",
        warned.text()
    );

    let passing_on = "  budget:\n    month: 0.0001\n    action: fallback\n";
    let (provider, plugin) = start(&format!("{PRICED}{passing_on}")).await;
    ask(&plugin, &nth(0));
    let passed_on = ask(&plugin, &json!({"prompt": "show all users"}));
    assert_eq!(
        passed_on.pair("degraded").as_deref(),
        Some("true"),
        "{}",
        passed_on.text()
    );
    assert_eq!(provider.requests(), 1);
}
