//! What the audit log says of saved settings: the service and the names of the keys, never a value.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::answer::AnswerService;
use crate::config::{SavedService, Service};
use crate::telemetry::audit::{Actor, Event, Outcome, Record};

/// Notes that the settings of a service were to be changed, and whether they were. `before` is how they were.
pub(super) fn changed(
    service: &AnswerService,
    actor: &Actor,
    name: &str,
    before: Option<&Service>,
    wanted: Option<&SavedService>,
    outcome: Outcome,
) {
    let keys = wanted
        .map(|wanted| changed_keys(before, wanted))
        .unwrap_or_default();
    service.audit().record(&Record {
        event: Event::ConfigChange,
        outcome,
        actor,
        target: &format!("ai.services.{name}"),
        details: json!({ "keys": keys }),
    });
}

/// The keys that are given and differ from what was there.
fn changed_keys(before: Option<&Service>, wanted: &SavedService) -> Vec<&'static str> {
    let Some(before) = before else {
        return vec!["provider"]
            .into_iter()
            .chain(given_keys(wanted, |_| true))
            .collect();
    };
    let same_key = |a: &Option<SecretString>, b: &Option<SecretString>| {
        a.as_ref().map(ExposeSecret::expose_secret) == b.as_ref().map(ExposeSecret::expose_secret)
    };
    let differs = |key: &str| match key {
        "endpoint" => wanted.endpoint != before.endpoint,
        "api_key" => !same_key(&wanted.api_key, &before.api_key),
        "model" => wanted.model != before.model,
        "max_tokens" => wanted.max_tokens != before.max_tokens,
        _ => wanted.timeout != before.timeout,
    };
    let provider = (wanted.provider != before.provider).then_some("provider");
    provider.into_iter().chain(given_keys(wanted, differs)).collect()
}

fn given_keys(wanted: &SavedService, which: impl Fn(&str) -> bool) -> Vec<&'static str> {
    [
        ("endpoint", wanted.endpoint.is_some()),
        ("api_key", wanted.api_key.is_some()),
        ("model", wanted.model.is_some()),
        ("max_tokens", wanted.max_tokens.is_some()),
        ("timeout", wanted.timeout.is_some()),
    ]
    .into_iter()
    .filter(|(key, given)| *given && which(key))
    .map(|(key, _)| key)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ProviderKind;

    #[test]
    fn only_keys_whose_values_differ_are_named() {
        let before = Service {
            provider: ProviderKind::OpenAi,
            model: Some("m".into()),
            api_key: Some("old".into()),
            ..Service::default()
        };
        let mut wanted = SavedService::new(ProviderKind::OpenAi);
        wanted.model = Some("m".into());
        wanted.api_key = Some("old".into());
        assert_eq!(changed_keys(Some(&before), &wanted), Vec::<&str>::new());
        wanted.api_key = Some("new".into());
        wanted.max_tokens = Some(5);
        assert_eq!(changed_keys(Some(&before), &wanted), ["api_key", "max_tokens"]);
        assert_eq!(
            changed_keys(None, &wanted),
            ["provider", "api_key", "model", "max_tokens"]
        );
    }
}
