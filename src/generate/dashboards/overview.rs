//! The overview: whether it works, how fast, how well, and at what cost.

use super::links;
use super::panel::{Colour, Dashboard, Measure, Panel, Row, Variable, Word};
use super::promql::Promql;
use super::slo;
use crate::generate::alerts::{FAILED, NOT_COUNTED, WEAK};
use crate::generate::plan::Plan;
use crate::telemetry::catalogue::{
    BUILD_INFO, CACHE_BACKEND_UP, CACHE_EVICTIONS, CACHE_HITS, CACHE_LOOKUPS, CACHE_MISSES, CIRCUIT_STATE,
    CONFIDENCE, COST, ERRORS, FALLBACKS, FIRST_TOKEN, PROVIDER_UP, READY, REJECTED, REQUEST_DURATION,
    REQUESTS, RETRIES, SPENT, TOKENS,
};

/// Outcomes that say something about the plugin: whoever goes away or is refused does not count.
pub fn counted() -> String {
    format!("status!~\"{}\"", NOT_COUNTED.join("|"))
}

/// Those of them that are bad.
pub fn failed() -> String {
    format!("status=~\"{}\"", FAILED.join("|"))
}

/// Up and down.
pub const UP_AND_DOWN: [Word; 2] = [
    Word {
        value: 0,
        text: "down",
        colour: Colour::Red,
    },
    Word {
        value: 1,
        text: "up",
        colour: Colour::Green,
    },
];

/// The states of a breaker, as [`circuits`] numbers them.
pub const CIRCUITS: [Word; 3] = [
    Word {
        value: 0,
        text: "closed",
        colour: Colour::Green,
    },
    Word {
        value: 1,
        text: "half open",
        colour: Colour::Orange,
    },
    Word {
        value: 2,
        text: "open",
        colour: Colour::Red,
    },
];

/// The overview.
pub fn dashboard(plan: &Plan) -> Dashboard {
    const VARIABLES: &[Variable] = &[Variable::Provider, Variable::Model];
    let promql = Promql::new(plan, VARIABLES);
    let mut rows = vec![
        at_a_glance(plan, &promql),
        requests(plan, &promql),
        answers(plan, &promql),
        providers(&promql),
        cache(plan, &promql),
        Row::new(
            "Alerts",
            vec![Panel::alerts(
                "Firing alerts",
                "Alerts of the plugin that fire now; each links to what to do about it.",
            )],
        ),
    ];
    if !plan.values.logs.loki.is_empty() {
        rows.push(logs());
    }
    Dashboard {
        key: "overview",
        // The title that people know from the guide.
        title: "atest-ext-ai Plugin Monitoring",
        about: "Whether the plugin works, how fast, how well, and at what cost.",
        variables: VARIABLES,
        rows,
    }
}

fn at_a_glance(plan: &Plan, q: &Promql) -> Row {
    let scope = q.scope();
    let mut panels = vec![
        Panel::stat("Up", Measure::Count, "Instances that Prometheus reaches.")
            .query(format!("sum (up{{{scope}}})"), "up")
            .coloured(Colour::Red, &[(1.0, Colour::Green)]),
        Panel::stat("Ready", Measure::Count, "Instances that take questions. An instance in maintenance does not.")
            .query(q.sum(&READY, &[], ""), "ready")
            .coloured(Colour::Red, &[(1.0, Colour::Green)]),
        Panel::name("Version", "The builds that run. More than one, and a change is under way, or got stuck.")
            .query(q.count(&BUILD_INFO, &["version"]), "{{version}}"),
        Panel::stat("Errors now", Measure::Share, "Share of questions that fail or take too long, of those that were taken on.")
            .query(error_share(q, &[]), "errors")
            .limit(plan, "HighErrorRate"),
        Panel::stat("95 % within", Measure::Seconds, "The time within which 95 of 100 questions are done.")
            .query(q.quantile(0.95, &REQUEST_DURATION, &[], ""), "95 %")
            .limit(plan, "AtestAiLatencyHigh"),
        Panel::stat("Spent today", Measure::Dollars, "Money spent since midnight UTC, all providers and models together.")
            .query(q.sum(&SPENT, &[], "period=\"day\""), "today"),
        Panel::stat("Alerts firing", Measure::Count, "Alerts of the plugin that fire, the sign of life left out.")
            .query(
                "count (ALERTS{alertstate=\"firing\",component=\"atest-ext-ai\",severity!=\"none\"}) or vector(0)",
                "alerts",
            )
            .coloured(Colour::Green, &[(1.0, Colour::Orange)]),
    ];
    match slo::budget_left(plan, "availability") {
        Some(expr) => panels.insert(
            3,
            Panel::stat(
                "Error budget left",
                Measure::Share,
                "Share of the failures that the availability objective allows for which are still to come.",
            )
            .query(expr, "left")
            .coloured(Colour::Red, &[(0.0, Colour::Orange), (0.25, Colour::Green)]),
        ),
        None => panels[0].place.w = 6,
    }
    Row::new("At a glance", panels)
}

/// Share of failures, of what was taken on.
pub fn error_share(q: &Promql, by: &[&str]) -> String {
    format!(
        "{} / {}",
        q.rate(&REQUESTS, by, &failed()),
        q.rate(&REQUESTS, by, &counted())
    )
}

/// Share of answers that count as weak.
pub fn weak_share(q: &Promql, by: &[&str]) -> String {
    q.share_up_to(&CONFIDENCE, WEAK, by)
}

fn requests(plan: &Plan, q: &Promql) -> Row {
    let panels = vec![
        Panel::lines("Request Rate", Measure::Requests, "Questions done by the second, by what became of them. Refused ones (a write, chit-chat, nothing in the schema) are no errors.")
            .query(q.rate(&REQUESTS, &["status"], ""), "{{status}}")
            .stacked(),
        Panel::lines("Error ratio", Measure::Share, "Share of questions that fail or take too long, of those that were taken on.")
            .query(error_share(q, &[]), "all")
            .query(error_share(q, &["provider"]), "{{provider}}")
            .limit(plan, "HighErrorRate"),
        Panel::lines("Errors by type", Measure::PerSecond, "What goes wrong, by kind. One question may add several.")
            .query(q.rate(&ERRORS, &["type"], ""), "{{type}}")
            .stacked(),
        Panel::lines("Response Time", Measure::of(&REQUEST_DURATION), "From taking a question to the last byte of its answer. Points are single traces.")
            .query(q.quantile(0.5, &REQUEST_DURATION, &[], ""), "50 %")
            .query(q.quantile(0.95, &REQUEST_DURATION, &[], ""), "95 %")
            .exemplars()
            .query(q.quantile(0.99, &REQUEST_DURATION, &[], ""), "99 %")
            .limit(plan, "AtestAiLatencyHigh"),
        Panel::heatmap("Response times", Measure::of(&REQUEST_DURATION), "How many questions took how long: two bands are two kinds of questions, or a cache.")
            .query(q.buckets(&REQUEST_DURATION), "{{le}}")
            .exemplars(),
        Panel::lines("Turned away", Measure::Requests, "Questions turned away before anybody worked on them, by reason.")
            .query(q.rate(&REJECTED, &["reason"], ""), "{{reason}}")
            .stacked(),
    ];
    Row::new("Questions", panels)
}

fn answers(plan: &Plan, q: &Promql) -> Row {
    let panels = vec![
        Panel::lines("Time to first token", Measure::of(&FIRST_TOKEN), "From sending a call to the first piece of its reply: whether a model is loaded, and how long its prompts take to read.")
            .query(q.quantile(0.5, &FIRST_TOKEN, &[], ""), "50 %")
            .query(q.quantile(0.95, &FIRST_TOKEN, &[], ""), "95 %")
            .exemplars()
            .limit(plan, "AtestAiTimeToFirstTokenHigh"),
        Panel::lines("Confidence", Measure::of(&CONFIDENCE), "The middle answer's confidence, by provider.")
            .query(q.quantile(0.5, &CONFIDENCE, &["provider"], ""), "{{provider}}")
            .up_to(1.0),
        Panel::lines("Weak answers", Measure::Share, "Share of answers whose confidence is 0.7 or less.")
            .query(weak_share(q, &[]), "all")
            .query(weak_share(q, &["provider"]), "{{provider}}")
            .up_to(1.0)
            .limit(plan, "LowConfidenceQueries"),
        Panel::lines("Tokens", Measure::PerSecond, "Tokens that providers counted. Cached input is a part of input, reasoning a part of output.")
            .query(q.rate(&TOKENS, &["direction"], ""), "{{direction}}")
            .wide(12),
        Panel::lines("Cost by the hour", Measure::Dollars, "What an hour costs at the present pace, by model. A model without a price has no line.")
            .query(format!("{} * 3600", q.rate(&COST, &["provider", "model"], "")), "{{provider}} {{model}}")
            .stacked()
            .wide(12),
    ];
    Row::new("Answers", panels)
}

fn providers(q: &Promql) -> Row {
    let panels = vec![
        Panel::timeline("Providers", "Whether each provider answers. The embedded engine is in the plugin, so it is not listed.", &UP_AND_DOWN)
            .query(q.min(&PROVIDER_UP, &["provider"], ""), "{{provider}}"),
        Panel::timeline("Circuit breakers", "Whether calls go through to each provider: an open breaker lets none through, a half open one a trial.", &CIRCUITS)
            .query(circuits(q), "{{provider}}"),
        Panel::lines("Retries", Measure::PerSecond, "Calls made again to the same provider, by the failure before.")
            .query(q.rate(&RETRIES, &["reason"], ""), "{{reason}}")
            .wide(12),
        Panel::lines("Fallbacks", Measure::PerSecond, "Questions passed on after a provider failed.")
            .query(q.rate(&FALLBACKS, &["from", "to"], ""), "{{from}} → {{to}}")
            .wide(12),
    ];
    Row::new("Providers", panels)
}

/// 0, 1 or 2 for closed, half open, open: the worst of all instances.
pub fn circuits(q: &Promql) -> String {
    let half = q.max(&CIRCUIT_STATE, &["provider"], "state=\"half_open\"");
    let open = q.max(&CIRCUIT_STATE, &["provider"], "state=\"open\"");
    format!("clamp_max({half} + 2 * {open}, 2)")
}

fn cache(plan: &Plan, q: &Promql) -> Row {
    let (hits, misses) = (q.rate(&CACHE_HITS, &[], ""), q.rate(&CACHE_MISSES, &[], ""));
    let panels = vec![
        Panel::lines("Cache hit ratio", Measure::Share, "Share of questions that cost no call of their own.")
            .query(format!("{hits} / ({hits} + {misses})"), "hits")
            .wide(6)
            .up_to(1.0)
            .limit(plan, "AtestAiCacheHitRatioLow"),
        Panel::lines("Cache look-ups", Measure::PerSecond, "Look-ups in each cache: hit, miss, or shared with one for the same thing that was under way.")
            .query(q.rate(&CACHE_LOOKUPS, &["cache", "result"], ""), "{{cache}} {{result}}")
            .wide(6),
        Panel::timeline("Cache backends", "Whether answers are kept there: while Redis is down, in memory alone.", &UP_AND_DOWN)
            .query(q.min(&CACHE_BACKEND_UP, &["instance", "backend"], ""), "{{instance}} {{backend}}")
            .wide(6)
            .high(8),
        Panel::lines("Cache evictions", Measure::PerSecond, "Entries that went because of their time or for lack of room: many of them beside few hits, and the cache is too small.")
            .query(q.rate(&CACHE_EVICTIONS, &["cache"], ""), "{{cache}}")
            .wide(6),
    ];
    Row::new("Cache", panels)
}

fn logs() -> Row {
    let panel = Panel::logs(
        "Warnings and errors",
        "What the plugin has logged at these levels, newest first.",
    )
    .query(links::log_query("$job", links::SERIOUS), "");
    Row::new("Logs", vec![panel]).collapsed()
}
