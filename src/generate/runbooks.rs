//! `alerts/runbooks.md`: what each alert means, where to look and what to do; and the same for one alert on the terminal.

use super::alert::{AlertDef, Group, Guard, Runbook};
use super::artefact::{Artefact, Set};
use super::plan::Plan;
use super::rules::{self, burn_severities};
use super::signal::{number, span};
use super::slo;
use super::values::Severity;

/// The page.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let mut page = String::from(
        "# Runbooks\n\nOne section an alert: what it means, where to look, what to do. The queries are for Prometheus; the commands for\na terminal on the plugin's machine.\n",
    );
    for group in Group::ALL {
        for alert in plan.alerts.iter().filter(|alert| alert.group == group) {
            section(plan, alert, &mut page);
        }
    }
    for severity in burn_severities(plan) {
        burn_section(plan, severity, &mut page);
    }
    vec![Artefact::markdown(
        plan,
        Set::Runbooks,
        "alerts/runbooks.md",
        &page,
    )]
}

fn section(plan: &Plan, alert: &AlertDef, page: &mut String) {
    let expr = alert.expr(&plan.scope());
    let severity = plan.capped(alert.severity).word();
    page.push_str(&format!(
        "\n## {}\n\n{} Severity: {severity}",
        alert.name, alert.summary
    ));
    if alert.hold > 0 {
        page.push_str(&format!(", after {}", span(alert.hold)));
    }
    page.push_str(&format!(".\n\n{}\n", alert.runbook.means));
    page.push_str(&format!("\nIt fires on:\n\n```promql\n{expr}\n```\n"));
    steps(plan, &alert.runbook, page);
}

fn steps(plan: &Plan, runbook: &Runbook, page: &mut String) {
    let look = runbook.look.replace("SCOPE", &plan.scope());
    page.push_str(&format!(
        "\nWhere it comes from:\n\n```promql\n{look}\n```\n\nWhat to do:\n\n"
    ));
    for (index, step) in runbook.steps.iter().enumerate() {
        page.push_str(&format!("{}. {step}\n", index + 1));
    }
}

fn burn_section(plan: &Plan, severity: Severity, page: &mut String) {
    let name = slo::alert_name(severity);
    let how = match severity {
        Severity::Critical => "so fast that it will be gone in days: somebody is paged",
        _ => "faster than planned, for long: look at it in working hours",
    };
    page.push_str(&format!(
        "\n## {name}\n\nAn error budget burns {how}. The labels `slo` and `window` say which and over which span.\n\nA burn is told while both a long and a short span are over the limit, and only with enough events: at night, one failure in ten\nquestions is one failure.\n"
    ));
    for slo in &plan.slos {
        let windows = slo
            .windows
            .iter()
            .filter(|window| slo::alert_name(window.severity) == name);
        let spans: Vec<String> = windows.map(|window| span(window.long.0.as_secs())).collect();
        if spans.is_empty() {
            continue;
        }
        page.push_str(&format!(
            "\n### {}: {}\n\nObjective: {} % over {}. Told over {}. {}\n",
            slo.name,
            slo.about,
            number(slo.objective),
            span(slo.period),
            spans.join(" and "),
            slo.runbook.means
        ));
        let left = format!("{}{{slo=\"{}\"}}", rules::BUDGET_LEFT, slo.name);
        page.push_str(&format!(
            "\nWhat is left of the budget:\n\n```promql\n{left}\n```\n"
        ));
        steps(plan, &slo.runbook, page);
    }
}

/// Everything about one of the alerts that tell of burning budgets; `None` when none of them has that name.
pub fn explain_burn(plan: &Plan, name: &str) -> Option<String> {
    let severities = burn_severities(plan).into_iter();
    let severity = severities
        .into_iter()
        .find(|severity| slo::alert_name(*severity).eq_ignore_ascii_case(name))?;
    let mut page = String::new();
    burn_section(plan, severity, &mut page);
    let rules = rules::slos(plan).groups.into_iter().flat_map(|group| group.rules);
    for rule in rules {
        if let rules::Rule::Alert(rule) = rule
            && rule.alert == slo::alert_name(severity)
        {
            let (slo, window) = (&rule.labels["slo"], &rule.labels["window"]);
            page.push_str(&format!(
                "\n{slo} over {window}, for {}:\n  {}\n",
                rule.hold,
                rule.expr.replace('\n', "\n  ")
            ));
            let key = format!(
                "slos.{}.objective",
                if slo == "first-token" { "firstToken" } else { slo }
            );
            page.push_str(&format!("  objective: {}\n", plan.origin(&key)));
        }
    }
    Some(page.trim_start().trim_start_matches("## ").to_owned())
}

/// Everything about an alert of somebody's own.
pub fn explain_extra(plan: &Plan, extra: &super::values::ExtraAlert) -> String {
    format!(
        "{}: {}\n\nfrom         {} (extraAlerts)\nfor          {}\nexpression   {}\nmetrics      {}\n",
        extra.alert,
        extra.summary,
        plan.place("extraAlerts"),
        span(extra.hold.0.as_secs()),
        extra.expr.replace('\n', "\n             "),
        super::promql_check::metrics(&extra.expr).join(", ")
    )
}

/// Everything about one alert, for a terminal.
pub fn explain(plan: &Plan, alert: &AlertDef, is_on: bool) -> String {
    let key = |part: &str| format!("alerts.{}.{part}", alert.name);
    let mut text = format!("{}: {}\n\n", alert.name, alert.summary);
    let mut say = |what: &str, value: &str| {
        text.push_str(&format!(
            "{what:<12} {}\n",
            value.replace('\n', "\n             ")
        ));
    };
    let given = |part: &str| plan.origin(&key(part));
    say(
        "on",
        &format!("{} ({})", if is_on { "yes" } else { "no" }, given("enabled")),
    );
    let severity = plan.capped(alert.severity);
    let capped = match severity == alert.severity {
        true => String::new(),
        false => format!("; {} at most in {}", severity.word(), plan.environment),
    };
    say(
        "severity",
        &format!("{} ({}{capped})", severity.word(), given("severity")),
    );
    match alert.limit() {
        Some(limit) => {
            let words = alert.condition.limit.words();
            let shown = match words == number(limit) {
                true => words,
                false => format!("{} = {words}", number(limit)),
            };
            say("threshold", &format!("{shown} ({})", given("threshold")));
        }
        None => say("threshold", "none: it is so or it is not"),
    }
    if let Some(window) = alert.condition.signal.window() {
        say("window", &format!("{} ({})", span(window), given("window")));
    }
    for guard in &alert.condition.guards {
        if let Guard::Events { at_least, window, .. } = guard {
            say(
                "min. events",
                &format!("{at_least} in {} ({})", span(*window), given("minEvents")),
            );
        }
    }
    say("for", &format!("{} ({})", span(alert.hold), given("for")));
    if alert.keep > 0 {
        say(
            "keeps firing",
            &format!("{} ({})", span(alert.keep), given("keepFiringFor")),
        );
    }
    let mut metrics: Vec<&str> = alert.picks().iter().map(|pick| pick.def.name).collect();
    metrics.sort_unstable();
    metrics.dedup();
    if !metrics.is_empty() {
        say("metrics", &metrics.join("\n"));
    }
    say("expression", &alert.expr(&plan.scope()));
    say(
        "panel",
        &format!("{}, \"{}\"", alert.panel.dashboard, alert.panel.title),
    );
    say("runbook", &plan.runbook_url(alert.name));
    text.push_str(&format!(
        "\n{}\n\nLook:\n  {}\n\nDo:\n",
        alert.runbook.means,
        alert.runbook.look.replace("SCOPE", &plan.scope())
    ));
    for (index, step) in alert.runbook.steps.iter().enumerate() {
        text.push_str(&format!("  {}. {step}\n", index + 1));
    }
    text
}
