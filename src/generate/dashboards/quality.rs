//! Quality and cost: how good answers are, and what they cost.

use super::overview::weak_share;
use super::panel::{Dashboard, Measure, Panel, Row, Variable};
use super::promql::Promql;
use crate::config::CacheKind;
use crate::generate::plan::Plan;
use crate::telemetry::catalogue::{
    BUDGET, CONFIDENCE, COST, DATABASE_CONNECTIONS, DATABASE_DURATION, DATABASE_OPERATIONS, FEEDBACK,
    OUTPUT_SPEED, REPAIRS, REQUEST_TOKENS, REQUESTS, SPENT, TOKENS, VALIDATED,
};

const NO_BUDGET: &str = "no budget is configured (`ai.budget`)";

const NO_DATABASE: &str = "no database is configured, or none was asked (`databases`)";

/// Quality and cost.
pub fn dashboard(plan: &Plan) -> Dashboard {
    const VARIABLES: &[Variable] = &[Variable::Provider, Variable::Model];
    let q = Promql::new(plan, VARIABLES);
    Dashboard {
        key: "quality-cost",
        title: "atest-ext-ai quality and cost",
        about: "How good answers are, and what they cost.",
        variables: VARIABLES,
        rows: vec![quality(plan, &q), databases(plan, &q), cost(plan, &q), tokens(&q)],
    }
}

fn quality(plan: &Plan, q: &Promql) -> Row {
    let invalid = q.rate(&VALIDATED, &[], "result=\"invalid\"");
    let all = q.rate(&VALIDATED, &[], "");
    let panels = vec![
        Panel::heatmap("Confidence of answers", Measure::of(&CONFIDENCE), "How many answers have which confidence. 0.7 or less counts as weak.")
            .query(q.buckets(&CONFIDENCE), "{{le}}"),
        Panel::lines("Confidence by model", Measure::of(&CONFIDENCE), "The middle answer's confidence.")
            .query(q.quantile(0.5, &CONFIDENCE, &["provider", "model"], ""), "{{provider}} {{model}}")
            .up_to(1.0),
        Panel::lines("Weak answers", Measure::Share, "Share of answers whose confidence is 0.7 or less.")
            .query(weak_share(q, &["provider", "model"]), "{{provider}} {{model}}")
            .up_to(1.0)
            .limit(plan, "LowConfidenceQueries"),
        Panel::lines("Statements", Measure::PerSecond, "Statements that providers wrote, by what the checks made of them.")
            .query(q.rate(&VALIDATED, &["result"], ""), "{{result}}")
            .stacked(),
        Panel::lines("Checked statements", Measure::Share, "Share of statements that do not parse, or do not fit the schema. They are not used; the question goes on.")
            .query(format!("{invalid} / {all}"), "invalid")
            .up_to(1.0)
            .limit(plan, "AtestAiInvalidAnswers"),
        Panel::lines("Second tries", Measure::PerSecond, "Statements that did not pass and were given back to the model once, by what came of it.")
            .query(q.rate(&REPAIRS, &["result"], ""), "{{result}}")
            .stacked(),
        Panel::lines("Feedback", Measure::PerSecond, "What askers said of answers: used as they were, corrected, rejected.")
            .query(q.rate(&FEEDBACK, &["verdict"], ""), "{{verdict}}")
            .stacked(),
    ];
    Row::new("Quality", panels)
}

fn databases(plan: &Plan, q: &Promql) -> Row {
    let failed = q.rate(&DATABASE_OPERATIONS, &[], "result=~\"denied|slow|unreachable\"");
    let panels = vec![
        Panel::lines("Asked of databases", Measure::PerSecond, "What databases were asked, and what came of it: `wrong` is a statement that the database does not take, which is not given out.")
            .query(q.rate(&DATABASE_OPERATIONS, &["operation", "result"], ""), "{{operation}} {{result}}")
            .stacked(),
        Panel::lines("Failing databases", Measure::Share, "Share of what databases were asked that they refused, took too long for, or could not be reached for.")
            .query(format!("{failed} / {}", q.rate(&DATABASE_OPERATIONS, &[], "")), "failed")
            .up_to(1.0)
            .empty_when(NO_DATABASE)
            .limit(plan, "AtestAiDatabaseFailing"),
        Panel::lines("Time of databases", Measure::of(&DATABASE_DURATION), "How long 95 of 100 operations took at most, the wait for a connection included.")
            .query(q.quantile(0.95, &DATABASE_DURATION, &["operation"], ""), "{{operation}}")
            .empty_when(NO_DATABASE),
        Panel::lines("Connections to databases", Measure::of(&DATABASE_CONNECTIONS), "Connections to database servers in use, of all databases together.")
            .query(q.max(&DATABASE_CONNECTIONS, &["instance"], ""), "{{instance}}"),
    ];
    Row::new("Databases", panels)
}

fn cost(plan: &Plan, q: &Promql) -> Row {
    // Plugins that share their limits show one sum, each of them.
    let config = &plan.config;
    let is_shared = config.performance.cache.kind == CacheKind::Redis && config.ai.shared_limits;
    let total = |def| match is_shared {
        true => q.max(def, &["period"], ""),
        false => q.sum(def, &["period"], ""),
    };
    let spent = total(&SPENT);
    let per_question = format!(
        "{} / {}",
        q.rate(&COST, &["provider", "model"], ""),
        q.rate(&REQUESTS, &["provider", "model"], "status=\"success\"")
    );
    let panels = vec![
        Panel::lines("Spent and budget", Measure::Dollars, "Money spent in the day and the month under way, beside what may be spent. Restarts are counted in; each instance has a budget of its own, unless `ai.shared_limits` makes it one.")
            .query(spent.clone(), "spent this {{period}}")
            .query(total(&BUDGET), "budget of the {{period}}")
            .wide(10),
        Panel::gauge("Budget used", Measure::Share, "Share of the budget that is spent; the highest of all instances.")
            .query(format!("max by (period) ({} / {})", q.of(&SPENT, ""), q.of(&BUDGET, "")), "{{period}}")
            .limit(plan, "AtestAiMonthlyBudgetNear")
            .limit(plan, "AtestAiMonthlyBudget")
                        .empty_when(NO_BUDGET)
            .wide(4)
            .high(8),
        Panel::lines("Budget left", Measure::Share, "What is left of the budget: it starts each day, and each month, at 100 %, and below 0 it is overspent.")
            .query(format!("1 - {spent} / {}", total(&BUDGET)), "{{period}}")
            .up_to(1.0)
            .empty_when(NO_BUDGET)
            .wide(10),
        Panel::bars("Cost by model", Measure::Dollars, "What each model cost in the time shown.")
            .query(q.grown(&COST, &["provider", "model"], ""), "{{provider}} {{model}}"),
        Panel::lines("A day at this pace", Measure::Dollars, "What a day would cost at the present pace, by provider.")
            .query(format!("{} * 86400", q.rate(&COST, &["provider"], "")), "{{provider}}")
            .stacked(),
        Panel::lines("Cost of a question", Measure::Dollars, "What a question costs that is answered, failures and retries included.")
            .query(per_question, "{{provider}} {{model}}"),
    ];
    Row::new("Cost", panels)
}

fn tokens(q: &Promql) -> Row {
    let cached = q.rate(&TOKENS, &["provider"], "direction=\"cached_input\"");
    let input = q.rate(&TOKENS, &["provider"], "direction=\"input\"");
    let panels = vec![
        Panel::lines(
            "Tokens of a call",
            Measure::of(&REQUEST_TOKENS),
            "Tokens of the middle call and of a large one. Prompts that grow cost money and time.",
        )
        .query(
            q.quantile(0.5, &REQUEST_TOKENS, &["direction"], ""),
            "50 % {{direction}}",
        )
        .query(
            q.quantile(0.95, &REQUEST_TOKENS, &["direction"], ""),
            "95 % {{direction}}",
        ),
        Panel::lines(
            "Tokens by model",
            Measure::PerSecond,
            "Tokens that go to each model and come back.",
        )
        .query(
            q.rate(&TOKENS, &["provider", "model"], "direction=~\"input|output\""),
            "{{provider}} {{model}}",
        )
        .stacked(),
        Panel::lines(
            "Prompts from the provider's cache",
            Measure::Share,
            "Share of prompt tokens that the provider had in its cache, which costs less.",
        )
        .query(format!("{cached} / {input}"), "{{provider}}")
        .up_to(1.0),
        Panel::lines(
            "Writing speed",
            Measure::PerSecond,
            "Tokens by the second while a model writes: the middle reply, and the slowest 5 of 100.",
        )
        .query(
            q.quantile(0.5, &OUTPUT_SPEED, &["provider", "model"], ""),
            "50 % {{provider}} {{model}}",
        )
        .query(
            q.quantile(0.05, &OUTPUT_SPEED, &["provider", "model"], ""),
            "5 % {{provider}} {{model}}",
        )
        .wide(12),
        Panel::heatmap(
            "Sizes of calls",
            Measure::of(&REQUEST_TOKENS),
            "How many calls have how many tokens.",
        )
        .query(q.buckets(&REQUEST_TOKENS), "{{le}}")
        .wide(12),
    ];
    Row::new("Tokens", panels)
}
