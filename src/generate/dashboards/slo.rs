//! Objectives: what is promised, what is left of the error budget, and how fast it goes.

use super::panel::{Colour, Dashboard, Measure, Panel, Row};
use crate::generate::plan::Plan;
use crate::generate::signal::{number, span};
use crate::generate::slo::Slo;
use crate::generate::values::Severity;

/// The objectives.
pub fn dashboard(plan: &Plan) -> Dashboard {
    let mut rows = vec![all(plan)];
    rows.extend(plan.slos.iter().map(|slo| one(plan, slo)));
    Dashboard {
        key: "slo",
        title: "atest-ext-ai objectives",
        about: "What is promised, what is left of the error budgets, and how fast they go.",
        variables: &[],
        rows,
    }
}

/// Objectives are about all instances together.
fn scope(plan: &Plan) -> String {
    match plan.values.selectors.extra.trim() {
        "" => "job=~\"$job\"".to_owned(),
        extra => format!("job=~\"$job\",{extra}"),
    }
}

/// The share of bad events over a span.
fn bad_share(plan: &Plan, slo: &Slo, seconds: u64) -> String {
    let scope = scope(plan);
    format!("{} / {}", slo.bad(&scope, "increase", seconds), slo.all(&scope, "increase", seconds))
}

/// How many times faster than planned the budget goes.
fn burn(plan: &Plan, slo: &Slo, seconds: u64) -> String {
    format!("({}) / {}", bad_share(plan, slo, seconds), slo.budget())
}

fn left(plan: &Plan, slo: &Slo) -> String {
    format!("1 - {}", burn(plan, slo, slo.period))
}

/// What is left of the budget of an objective, as a share; `None` when it is not watched.
pub fn budget_left(plan: &Plan, name: &str) -> Option<String> {
    plan.slos.iter().find(|slo| slo.name == name).map(|slo| left(plan, slo))
}

/// The spans of the most urgent burn that is told.
fn first_window(slo: &Slo) -> u64 {
    slo.windows.first().map_or(3_600, |window| window.long.0.as_secs())
}

fn all(plan: &Plan) -> Row {
    let mut budget = Panel::bars("Budget left", Measure::Share, "What is left of each error budget. Below 0 the objective is missed.")
        .coloured(Colour::Red, &[(0.0, Colour::Orange), (0.25, Colour::Green)])
        .up_to(1.0);
    let mut promised = Panel::bars("Promised and kept", Measure::Share, "What is promised, and what was kept in the span of the budget.").up_to(1.0);
    let mut burning = Panel::lines("Burn rate", Measure::Count, "How many times faster than planned each budget goes. At 1 it lasts exactly as long as it should.");
    for slo in &plan.slos {
        budget = budget.query(left(plan, slo), slo.name);
        promised = promised
            .query(format!("vector({})", slo.ratio()), format!("{} promised", slo.name))
            .query(format!("1 - {}", bad_share(plan, slo, slo.period)), format!("{} kept", slo.name));
        let seconds = first_window(slo);
        burning = burning.query(burn(plan, slo, seconds), format!("{} over {}", slo.name, span(seconds)));
    }
    let mut panels = vec![budget, promised, burning.coloured(Colour::Green, &[(1.0, Colour::Orange)])];
    // Without objectives there is nothing to ask for.
    panels.retain(|panel| !panel.queries.is_empty());
    Row::new("All objectives", panels)
}

fn one(plan: &Plan, slo: &Slo) -> Row {
    let name = slo.name;
    let mut burning = Panel::lines(
        format!("{name}: burn rates"),
        Measure::Count,
        "How many times faster than planned the budget goes, over each span that an alert looks at. An alert comes when a long span and its short one are both over their factor.",
    )
    .wide(16);
    for seconds in slo.spans() {
        burning = burning.query(burn(plan, slo, seconds), span(seconds));
    }
    let factors: Vec<(f64, Colour)> =
        slo.windows.iter().map(|window| (window.factor, Colour::of(window.severity))).collect();
    burning = burning.coloured(Colour::Green, &ascending(factors));
    burning.thresholds.extend(slo.windows.iter().map(|window| burn_alert(window.severity)));
    let hour = 3_600;
    let scope = scope(plan);
    let bad = slo.bad(&scope, "increase", hour);
    let all = slo.all(&scope, "increase", hour);
    let events = Panel::lines(
        format!("{name}: events of an hour"),
        Measure::Count,
        format!(
            "Events of the last hour, and the bad ones among them. With fewer than {} in an hour no burn is told, because a single failure says nothing.",
            number(slo.min_events_per_hour)
        ),
    )
    .query(all, "all")
    .query(bad, "bad")
    .coloured(Colour::Orange, &[(slo.min_events_per_hour, Colour::Green)]);
    let title = format!("{name}: {} % of {}, over {}", number(slo.objective), slo.about, span(slo.period));
    Row::new(title, vec![burning, events])
}

fn burn_alert(severity: Severity) -> &'static str {
    crate::generate::slo::alert_name(severity)
}

fn ascending(mut steps: Vec<(f64, Colour)>) -> Vec<(f64, Colour)> {
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    steps
}
