//! Builds everything from one checked config, starts the doors, stops in order.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::Config;
use crate::telemetry::logs::LogCounts;
use crate::telemetry::{MetricLabels, Metrics};

/// The metrics for the providers and models that a config names.
pub fn metrics_for(config: &Config) -> Metrics {
    let providers = crate::provider::Providers::new(Arc::new(config.clone()));
    let mut names = BTreeSet::new();
    let mut models = BTreeSet::new();
    for info in providers.list() {
        let service = config.ai.services.get(&info.name);
        models.extend(
            service
                .and_then(|service| service.model.clone())
                .map(|model| (info.name.clone(), model)),
        );
        models.extend(info.models.into_iter().map(|model| (info.name.clone(), model.id)));
        names.insert(info.name);
    }
    Metrics::new(
        &MetricLabels {
            providers: names.into_iter().collect(),
            models: models.into_iter().collect(),
        },
        LogCounts::default(),
    )
}
