//! Objectives: what is promised, what is left of the error budget, and how fast it goes.

use super::panel::{Colour, Dashboard, Measure, Panel, Row};
use crate::generate::plan::Plan;
use crate::generate::rules::{BUDGET_LEFT, OBJECTIVE, events_record, ratio_record};
use crate::generate::signal::{number, span};
use crate::generate::slo::{Slo, alert_name};

/// The objectives. What they show is recorded by the rules, because a budget looks back over a month.
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

/// A recorded series of one objective. It is about all instances together, and has no label of theirs.
fn recorded(series: &str, slo: &Slo) -> String {
    format!("max by (slo) ({series}{{job=~\"$job\",slo=\"{}\"}})", slo.name)
}

/// How many times faster than planned the budget goes.
fn burn(slo: &Slo, seconds: u64) -> String {
    format!("{} / {}", recorded(&ratio_record(seconds), slo), slo.budget())
}

/// What is left of the budget of an objective, as a share; `None` when it is not watched.
pub fn budget_left(plan: &Plan, name: &str) -> Option<String> {
    let slo = plan.slos.iter().find(|slo| slo.name == name)?;
    Some(format!(
        "min ({BUDGET_LEFT}{{job=~\"$job\",slo=\"{}\"}})",
        slo.name
    ))
}

fn all(plan: &Plan) -> Row {
    let every = |series: &str| format!("min by (slo) ({series}{{job=~\"$job\"}})");
    let mut burning = Panel::lines(
        "Burn rate",
        Measure::Count,
        "How many times faster than planned each budget goes. At 1 it lasts exactly as long as it should.",
    )
    .coloured(Colour::Green, &[(1.0, Colour::Orange)]);
    for slo in &plan.slos {
        for seconds in slo
            .windows
            .first()
            .iter()
            .flat_map(|window| [window.short, window.long])
        {
            let seconds = seconds.0.as_secs();
            burning = burning.query(burn(slo, seconds), format!("{{{{slo}}}} over {}", span(seconds)));
        }
    }
    let mut panels = vec![
        Panel::bars("Promised", Measure::Share, "The share of events that has to be good.")
            .query(every(OBJECTIVE), "{{slo}}")
            .up_to(1.0)
            .wide(6),
        Panel::bars("Budget left", Measure::Share, "What is left of each error budget. Below 0 the objective is missed.")
            .query(every(BUDGET_LEFT), "{{slo}}")
            .coloured(Colour::Red, &[(0.0, Colour::Orange), (0.25, Colour::Green)])
            .up_to(1.0)
            .wide(6),
        burning.wide(12),
        Panel::lines("Budget over time", Measure::Share, "What is left of each error budget. A step down is an incident; it rises again as that leaves the span of the budget.")
            .query(every(BUDGET_LEFT), "{{slo}}")
            .up_to(1.0)
            .wide(24),
    ];
    // Without objectives there is nothing to ask for.
    if plan.slos.is_empty() {
        panels.clear();
    }
    Row::new("All objectives", panels)
}

fn one(plan: &Plan, slo: &Slo) -> Row {
    let name = slo.name;
    let mut burning = Panel::lines(
        format!("Burn of {name}"),
        Measure::Count,
        "How many times faster than planned the budget goes, over each span that an alert looks at. An alert comes when a long span and its short one are both over their factor.",
    )
    .wide(14);
    for seconds in slo.spans() {
        burning = burning.query(burn(slo, seconds), format!("{{{{slo}}}} over {}", span(seconds)));
    }
    let mut factors: Vec<(f64, Colour)> = slo
        .windows
        .iter()
        .map(|window| (window.factor, Colour::of(plan.capped(window.severity))))
        .collect();
    factors.sort_by(|a, b| a.0.total_cmp(&b.0));
    burning = burning.coloured(Colour::Green, &factors);
    burning.thresholds = slo
        .windows
        .iter()
        .map(|window| alert_name(window.severity))
        .collect();
    burning.thresholds.dedup();
    let title = format!(
        "{name}: {} % of {} have to be right",
        number(slo.objective),
        span(slo.period)
    );
    let mut panels = vec![burning];
    if let Some(window) = slo.windows.first() {
        let seconds = window.long.0.as_secs();
        let (events, bad) = (
            recorded(&events_record(seconds), slo),
            recorded(&ratio_record(seconds), slo),
        );
        let about = format!(
            "Promised: {}. Events over {}, and the bad ones among them. With fewer than {} in an hour no burn is told, because a single failure says nothing.",
            slo.about,
            span(seconds),
            number(slo.min_events_per_hour)
        );
        panels.push(
            Panel::lines(format!("Events of {name}"), Measure::Count, about)
                .query(events.clone(), "{{slo}}: all")
                .query(format!("{bad} * {events}"), "{{slo}}: bad")
                .wide(10),
        );
    }
    Row::new(title, panels)
}
