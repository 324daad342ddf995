//! Other ways to run the same: the base's model with other values. An overlay is what differs.

use crate::generate::environments::Environment;
use crate::generate::plan::Plan;
use crate::generate::values::{PodForm, Size, Values};

/// A way to run it.
pub struct Variant {
    /// The folder of its overlay.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Sets of objects that it has besides.
    pub more: &'static [Extra],
    environment: Option<Environment>,
    change: fn(&mut Values),
}

/// Objects that not every cluster knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// The Prometheus operator's and the dashboards.
    Operator,
    /// KEDA's, in place of the autoscaler.
    Keda,
    /// The External Secrets operator's, in place of the Secret.
    ExternalSecret,
}

impl Variant {
    /// The plan of this way.
    pub fn of(&self, plan: &Plan) -> Plan {
        let mut plan = plan.with_values(self.change);
        if let Some(environment) = self.environment {
            plan.environment = environment;
        }
        plan
    }
}

fn sized(values: &mut Values, size: Size, pods: [i32; 2]) {
    let kubernetes = &mut values.kubernetes;
    kubernetes.size = size;
    let [fewest, most] = pods;
    kubernetes.autoscaling.min_replicas = fewest;
    kubernetes.autoscaling.max_replicas = most;
}

fn debugging(values: &mut Values) {
    let level = ("LOG_LEVEL".to_owned(), "debug".to_owned());
    values.kubernetes.environment.extend([level]);
}

/// All of them: environments, sizes, forms, and what takes an operator.
pub fn all() -> Vec<Variant> {
    let variant = |name, about, change: fn(&mut Values)| Variant {
        name,
        about,
        more: &[],
        environment: None,
        change,
    };
    let of = |environment: Environment, about, change: fn(&mut Values)| Variant {
        environment: Some(environment),
        ..variant(environment.word(), about, change)
    };
    vec![
        of(
            Environment::Development,
            "One small pod that tells much.",
            |values| {
                sized(values, Size::Minimum, [1, 2]);
                debugging(values);
            },
        ),
        of(
            Environment::Staging,
            "As in production, with fewer pods.",
            |values| {
                sized(values, Size::Recommended, [1, 4]);
            },
        ),
        of(Environment::Production, "What people rely on.", |values| {
            sized(values, Size::Recommended, [2, 20]);
        }),
        variant(
            "minimum",
            "The guide's smallest machine: 2 cores, 2 GiB.",
            |values| {
                values.kubernetes.size = Size::Minimum;
            },
        ),
        variant(
            "recommended",
            "The guide's recommended machine: 4 cores, 4 GiB.",
            |values| {
                values.kubernetes.size = Size::Recommended;
            },
        ),
        variant(
            "high-load",
            "The guide's machine for high load: 8 cores, 8 GiB.",
            |values| {
                values.kubernetes.size = Size::HighLoad;
            },
        ),
        variant(
            "container",
            "For clusters before 1.29, which know no native sidecars.",
            |values| {
                values.kubernetes.form = PodForm::Container;
            },
        ),
        variant(
            "standalone",
            "The plugin in pods of its own, over TCP with TLS.",
            |values| {
                values.kubernetes.form = PodForm::Standalone;
            },
        ),
        Variant {
            more: &[Extra::Operator],
            ..variant(
                "operator",
                "With the Prometheus operator and Grafana's sidecar.",
                |_| {},
            )
        },
        Variant {
            more: &[Extra::Keda],
            ..variant(
                "keda",
                "With KEDA, which asks Prometheus how many questions wait.",
                |values| {
                    values.kubernetes.autoscaling.enabled = false;
                },
            )
        },
        Variant {
            more: &[Extra::ExternalSecret],
            ..variant("external-secret", "With the External Secrets operator.", |_| {})
        },
    ]
}
