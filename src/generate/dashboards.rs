//! Grafana's dashboards.

use super::alert::{AlertDef, Panel};
use super::plan::Plan;

/// The address of the panel that shows an alert; `None` without Grafana's address.
pub fn link(plan: &Plan, alert: &AlertDef) -> Option<String> {
    panel_link(plan, alert.panel)
}

/// The address of a panel.
pub fn panel_link(plan: &Plan, panel: Panel) -> Option<String> {
    let base = plan.values.alert_defaults.dashboard_base.trim_end_matches('/');
    (!base.is_empty()).then(|| format!("{base}/d/atest-ai-{}", panel.dashboard))
}

/// The address of the log lines around an alert; `None` without Loki.
pub fn logs_link(_plan: &Plan, _alert: &AlertDef) -> Option<String> {
    None
}
