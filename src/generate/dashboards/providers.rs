//! Providers: which one is slow, fails, or runs out.

use super::overview::{CIRCUITS, UP_AND_DOWN, circuits};
use super::panel::{Colour, Dashboard, Measure, Panel, Row, Variable};
use super::promql::Promql;
use crate::generate::plan::Plan;
use crate::telemetry::catalogue::{
    CIRCUIT_TRANSITIONS, COST, ERRORS, FALLBACKS, FIRST_TOKEN, OUTPUT_SPEED, OVERHEAD, PROVIDER_DURATION,
    PROVIDER_UP, RATE_LIMIT_REMAINING, REQUEST_DURATION, REQUESTS, RETRIES, TOKENS,
};

/// The providers.
pub fn dashboard(plan: &Plan) -> Dashboard {
    const VARIABLES: &[Variable] = &[Variable::Provider, Variable::Model];
    let q = Promql::new(plan, VARIABLES);
    Dashboard {
        key: "providers",
        title: "atest-ext-ai providers",
        about: "Which provider is slow, fails, or runs out of what it allows.",
        variables: VARIABLES,
        rows: vec![states(&q), calls(plan, &q), limits(plan, &q), models(&q), one(&q)],
    }
}

fn states(q: &Promql) -> Row {
    let panels = vec![
        Panel::timeline(
            "Up",
            "Whether each provider answers. The embedded engine is in the plugin, so it is not listed.",
            &UP_AND_DOWN,
        )
        .query(q.min(&PROVIDER_UP, &["provider"], ""), "{{provider}}")
        .empty_when("only the embedded engine is configured, and it has no line that could be down"),
        Panel::timeline(
            "Circuit breakers",
            "Whether calls go through: an open breaker lets none through, a half open one a trial.",
            &CIRCUITS,
        )
        .query(circuits(q), "{{provider}}"),
    ];
    Row::new("State", panels)
}

fn calls(plan: &Plan, q: &Promql) -> Row {
    let answers = "operation=\"generate\"";
    let own = q.total(&OVERHEAD, &[]);
    let all = q.total(&REQUEST_DURATION, &[]);
    let panels = vec![
        Panel::lines("Calls", Measure::Requests, "Calls to providers. A question may take several.")
            .query(q.observations(&PROVIDER_DURATION, &["provider", "operation"], ""), "{{provider}} {{operation}}"),
        Panel::lines("Duration of calls", Measure::of(&PROVIDER_DURATION), "The time within which 95 of 100 calls for an answer are done.")
            .query(q.quantile(0.95, &PROVIDER_DURATION, &["provider"], answers), "{{provider}}")
            .exemplars()
            .limit(plan, "AtestAiProviderSlow"),
        Panel::lines("Errors by kind", Measure::PerSecond, "What goes wrong at which provider. `auth` is a wrong key, `quota` an empty account.")
            .query(q.rate(&ERRORS, &["provider", "type"], ""), "{{provider}} {{type}}"),
        Panel::lines("Own time", Measure::of(&OVERHEAD), "What the plugin adds to the time of providers and databases.")
            .query(q.quantile(0.5, &OVERHEAD, &[], ""), "50 %")
            .query(q.quantile(0.95, &OVERHEAD, &[], ""), "95 %")
            .query(q.quantile(0.99, &OVERHEAD, &[], ""), "99 %")
            .wide(12)
            .limit(plan, "AtestAiOverheadHigh"),
        Panel::lines("Time to first token", Measure::of(&FIRST_TOKEN), "From sending a call to the first piece of its reply: whether a model is loaded, and how long its prompts take to read.")
            .query(q.quantile(0.95, &FIRST_TOKEN, &["provider"], ""), "{{provider}}")
            .exemplars()
            .wide(12)
            .limit(plan, "AtestAiTimeToFirstTokenHigh"),
        Panel::lines("Where the time goes", Measure::Share, "Share of all waiting that is the plugin's own work. The rest is providers and databases.")
            .query(format!("{own} / {all}"), "the plugin's own")
            .up_to(1.0)
            .wide(12),
        Panel::lines("Retries", Measure::Share, "Calls made again, as a share of all calls.")
            .query(
                format!("{} / {}", q.rate(&RETRIES, &["provider"], ""), q.observations(&PROVIDER_DURATION, &["provider"], "")),
                "{{provider}}",
            )
            .wide(12)
            .limit(plan, "AtestAiRetryStorm"),
    ];
    Row::new("All providers", panels)
}

fn limits(plan: &Plan, q: &Promql) -> Row {
    let throttled = q.rate(&ERRORS, &["provider"], "type=\"rate_limit\"");
    let calls = q.observations(&PROVIDER_DURATION, &["provider"], "");
    let panels = vec![
        Panel::lines("Rate limit left", Measure::of(&RATE_LIMIT_REMAINING), "Share of a provider's rate limit that was left when it last answered.")
            .query(q.min(&RATE_LIMIT_REMAINING, &["provider", "kind"], ""), "{{provider}} {{kind}}")
            .up_to(1.0)
            .wide(6)
            .limit(plan, "AtestAiRateLimitNear")
            .empty_when("no provider has told its rate limit: the embedded engine and Ollama have none"),
        Panel::lines("Rate-limited calls", Measure::Share, "Share of calls that a provider refused because there were too many.")
            .query(format!("{throttled} / {calls}"), "{{provider}}")
            .up_to(1.0)
            .wide(6)
            .limit(plan, "AtestAiRateLimited"),
        Panel::lines("Fallbacks", Measure::PerSecond, "Questions passed on after a provider failed: to another one over the network, or to the embedded engine.")
            .query(q.rate(&FALLBACKS, &["from", "to"], ""), "{{from}} → {{to}}")
            .wide(6),
        Panel::bars("Changes of breakers", Measure::Count, "Changes of a breaker's state in the time shown, by the state that it went to: a breaker that goes to and fro.")
            .query(q.grown(&CIRCUIT_TRANSITIONS, &["provider", "to"], ""), "{{provider}} → {{to}}")
            .wide(6),
    ];
    Row::new("Limits", panels)
}

fn models(q: &Promql) -> Row {
    let by = &["provider", "model"];
    let failed = q.grown(&REQUESTS, by, &super::overview::failed());
    let counted = q.grown(&REQUESTS, by, &super::overview::counted());
    let panel = Panel::table(
        "Models",
        "Each model in the time shown. A cost that is missing has no price in the config.",
    )
    .query(q.grown(&REQUESTS, by, ""), "Questions")
    .query(format!("{failed} / {counted}"), "Failed (share)")
    .query(
        q.quantile_of_range(0.95, &REQUEST_DURATION, by),
        "95 % within (s)",
    )
    .query(q.quantile_of_range(0.5, &OUTPUT_SPEED, by), "Tokens/s")
    .query(q.grown(&TOKENS, by, "direction=~\"input|output\""), "Tokens")
    .query(q.grown(&COST, by, ""), "Cost (USD)");
    Row::new("Models", vec![panel])
}

fn one(q: &Promql) -> Row {
    let panels = vec![
        Panel::lines(
            "$provider: time of a call",
            Measure::of(&PROVIDER_DURATION),
            "How long its calls for an answer take.",
        )
        .query(
            q.quantile(0.5, &PROVIDER_DURATION, &[], "operation=\"generate\""),
            "50 %",
        )
        .query(
            q.quantile(0.95, &PROVIDER_DURATION, &[], "operation=\"generate\""),
            "95 %",
        )
        .exemplars()
        .wide(6),
        Panel::lines(
            "$provider: first token",
            Measure::of(&FIRST_TOKEN),
            "How long until its replies begin, by model.",
        )
        .query(q.quantile(0.95, &FIRST_TOKEN, &["model"], ""), "{{model}}")
        .exemplars()
        .wide(6),
        Panel::lines(
            "$provider: speed",
            Measure::PerSecond,
            "Tokens by the second while it writes, by model; the middle one of all replies.",
        )
        .query(q.quantile(0.5, &OUTPUT_SPEED, &["model"], ""), "{{model}}")
        .wide(6),
        Panel::lines("$provider: errors", Measure::PerSecond, "What goes wrong there.")
            .query(q.rate(&ERRORS, &["type"], ""), "{{type}}")
            .coloured(Colour::Green, &[])
            .wide(6),
    ];
    Row::new("$provider", panels).for_each(Variable::Provider)
}
