//! PromQL for panels: series of the catalogue's metrics, narrowed down by the dashboard's variables.

use super::panel::Variable;
use crate::generate::plan::Plan;
use crate::generate::signal::bound_matcher;
use crate::telemetry::catalogue::MetricDef;

/// What a counter's rate looks back; Grafana makes it four scrapes or a step, whichever is longer.
pub const WINDOW: &str = "$__rate_interval";
/// The span of time that the dashboard shows.
pub const RANGE: &str = "$__range";

/// Writes the queries of one dashboard.
#[derive(Debug, Clone)]
pub struct Promql {
    scope: String,
    variables: &'static [Variable],
}

impl Promql {
    /// For a dashboard with these variables.
    pub fn new(plan: &Plan, variables: &'static [Variable]) -> Promql {
        let extra = plan.values.selectors.extra.trim();
        let comma = if extra.is_empty() { "" } else { "," };
        Promql {
            scope: format!("job=~\"$job\",instance=~\"$instance\"{comma}{extra}"),
            variables,
        }
    }

    /// Matchers of whatever comes from the plugin's scrapes.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The series of a metric, and of no other provider or model than the dashboard's. `more` are further matchers.
    pub fn of(&self, def: &MetricDef, more: &str) -> String {
        self.named(def, def.name, more)
    }

    fn named(&self, def: &MetricDef, name: &str, more: &str) -> String {
        let mut matchers = self.scope.clone();
        for variable in self.variables {
            let label = variable.word();
            if def.labels.iter().any(|known| known.name == label) {
                matchers.push_str(&format!(",{label}=~\"${label}\""));
            }
        }
        if !more.is_empty() {
            matchers.push(',');
            matchers.push_str(more);
        }
        format!("{name}{{{matchers}}}")
    }

    /// A counter by the second.
    pub fn rate(&self, def: &MetricDef, by: &[&str], more: &str) -> String {
        format!("{} (rate({}[{WINDOW}]))", sum(by), self.of(def, more))
    }

    /// How much a counter grew while the dashboard's time passed.
    pub fn grown(&self, def: &MetricDef, by: &[&str], more: &str) -> String {
        format!("{} (increase({}[{RANGE}]))", sum(by), self.of(def, more))
    }

    /// How many observations a histogram got by the second.
    pub fn observations(&self, def: &MetricDef, by: &[&str], more: &str) -> String {
        let count = self.named(def, &format!("{}_count", def.name), more);
        format!("{} (rate({count}[{WINDOW}]))", sum(by))
    }

    /// The sum of what a histogram got, by the second.
    pub fn total(&self, def: &MetricDef, by: &[&str]) -> String {
        let total = self.named(def, &format!("{}_sum", def.name), "");
        format!("{} (rate({total}[{WINDOW}]))", sum(by))
    }

    /// The value that a share `q` of the observations lies below.
    pub fn quantile(&self, q: f64, def: &MetricDef, by: &[&str], more: &str) -> String {
        let buckets = self.named(def, &format!("{}_bucket", def.name), more);
        format!(
            "histogram_quantile({q}, {} (rate({buckets}[{WINDOW}])))",
            sum(&with_bound(by))
        )
    }

    /// The same over the dashboard's time, for tables.
    pub fn quantile_of_range(&self, q: f64, def: &MetricDef, by: &[&str]) -> String {
        let buckets = self.named(def, &format!("{}_bucket", def.name), "");
        format!(
            "histogram_quantile({q}, {} (increase({buckets}[{RANGE}])))",
            sum(&with_bound(by))
        )
    }

    /// How many observations fell into each bucket.
    pub fn buckets(&self, def: &MetricDef) -> String {
        let buckets = self.named(def, &format!("{}_bucket", def.name), "");
        format!("sum by (le) (increase({buckets}[{WINDOW}]))")
    }

    /// The share of observations up to a bound of the buckets.
    pub fn share_up_to(&self, def: &MetricDef, bound: f64, by: &[&str]) -> String {
        let matcher = bound_matcher(bound);
        let buckets = self.named(def, &format!("{}_bucket", def.name), &matcher);
        let below = format!("{} (rate({buckets}[{WINDOW}]))", sum(by));
        format!("{below} / {}", self.observations(def, by, ""))
    }

    /// A gauge, added up.
    pub fn sum(&self, def: &MetricDef, by: &[&str], more: &str) -> String {
        format!("{} ({})", sum(by), self.of(def, more))
    }

    /// A gauge's highest value.
    pub fn max(&self, def: &MetricDef, by: &[&str], more: &str) -> String {
        format!("{} ({})", aggregate("max", by), self.of(def, more))
    }

    /// A gauge's lowest value.
    pub fn min(&self, def: &MetricDef, by: &[&str], more: &str) -> String {
        format!("{} ({})", aggregate("min", by), self.of(def, more))
    }

    /// How many series there are.
    pub fn count(&self, def: &MetricDef, by: &[&str]) -> String {
        format!("{} ({})", aggregate("count", by), self.of(def, ""))
    }
}

/// A quantile needs the buckets' bounds.
fn with_bound<'a>(by: &[&'a str]) -> Vec<&'a str> {
    ["le"].into_iter().chain(by.iter().copied()).collect()
}

fn sum(by: &[&str]) -> String {
    aggregate("sum", by)
}

fn aggregate(how: &str, by: &[&str]) -> String {
    match by {
        [] => how.to_owned(),
        by => format!("{how} by ({})", by.join(", ")),
    }
}
