//! Who is meant by a wish, who stands in, and what is refused.

use super::*;
use crate::config::Config;
use crate::provider::fake_provider::{FakeProvider, Script};
use crate::telemetry::Format;

fn providers(edit: impl FnOnce(&mut Config)) -> Providers {
    let mut config = Config::default();
    edit(&mut config);
    of(config, None)
}

fn of(config: Config, previous: Option<&Providers>) -> Providers {
    let metrics = Arc::new(Metrics::default());
    let spending = Arc::new(Spending::open(None, Arc::clone(&metrics)));
    Providers::new(Arc::new(config), spending, None, metrics, previous)
}

fn service(kind: ProviderKind, edit: impl FnOnce(&mut Service)) -> Service {
    let mut service = Service {
        provider: kind,
        model: Some("m".into()),
        api_key: Some("k".to_owned().into()),
        ..Service::default()
    };
    edit(&mut service);
    service
}

fn with(services: &[(&str, Service)]) -> Providers {
    providers(|config| {
        config.ai.default_service = services[0].0.into();
        config.ai.services = services
            .iter()
            .map(|(name, service)| ((*name).to_owned(), service.clone()))
            .collect();
    })
}

fn wish(edit: impl FnOnce(&mut Wish)) -> Wish {
    let mut wish = Wish::default();
    edit(&mut wish);
    wish
}

fn named(provider: &str) -> Wish {
    wish(|wish| wish.provider = Some(provider.into()))
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.links.iter().map(|link| link.name.as_str()).collect()
}

fn reason(outcome: Result<Plan, ProviderError>) -> String {
    match outcome {
        Ok(plan) => panic!("{:?} would be asked", names(&plan)),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_embedded_engine_answers_to_its_aliases_and_to_nothing_else() {
    let providers = providers(|_| {});
    for name in ["builtin", "Embedded", "offline"] {
        let plan = providers.plan(&named(name)).unwrap();
        assert_eq!(names(&plan), ["builtin"], "{name}");
        assert!(!plan.leaves_the_machine);
    }
    assert!(reason(providers.plan(&named("skynet"))).contains("builtin"));
}

#[test]
fn the_engine_is_last_in_every_chain_unless_it_is_switched_off() {
    let all = [
        ("b", service(ProviderKind::OpenAi, |_| {})),
        ("a", service(ProviderKind::Anthropic, |_| {})),
        (
            "off",
            service(ProviderKind::OpenAi, |service| service.enabled = false),
        ),
        (
            "keyless",
            service(ProviderKind::OpenAi, |service| service.api_key = None),
        ),
    ];
    let mut config = with(&all).config.as_ref().clone();
    assert_eq!(
        names(&of(config.clone(), None).plan(&Wish::default()).unwrap()),
        ["b", "builtin"]
    );
    config.ai.fallback_order = ["off", "keyless", "b", "a"].map(str::to_owned).into();
    let plan = of(config.clone(), None).plan(&Wish::default()).unwrap();
    assert_eq!(names(&plan), ["b", "a", "builtin"]);
    let engine = service(ProviderKind::Builtin, |service| service.enabled = false);
    config.ai.services.insert("builtin".into(), engine);
    assert_eq!(
        names(&of(config, None).plan(&Wish::default()).unwrap()),
        ["b", "a"]
    );
}

#[test]
fn a_kind_without_a_service_is_asked_when_the_request_brings_what_it_needs() {
    let providers = providers(|_| {});
    assert!(reason(providers.plan(&named("openai"))).contains("API key"));
    let plan = providers
        .plan(&wish(|wish| {
            wish.provider = Some("openai".into());
            wish.model = Some("gpt-5".into());
            wish.api_key = Some("k".to_owned().into());
        }))
        .unwrap();
    assert_eq!(names(&plan), ["openai", "builtin"]);
    assert!(plan.first().is_askers_own && plan.leaves_the_machine);
    assert_eq!(plan.first().price, None, "somebody else pays");
    let plan = providers.plan(&named("local")).unwrap();
    assert_eq!(
        names(&plan),
        ["ollama"],
        "nobody stands in for what was never set up"
    );
    assert!(!plan.leaves_the_machine);
}

#[test]
fn only_loopback_known_and_allowed_endpoints_may_be_named() {
    let there = service(ProviderKind::Custom, |service| {
        service.endpoint = Some("http://10.9.8.7:8000".into());
    });
    let mut config = with(&[("there", there)]).config.as_ref().clone();
    config.ai.allowed_endpoints = vec!["https://*.example.com".into()];
    let providers = of(config, None);
    let at = |endpoint: &str| {
        providers.plan(&wish(|wish| {
            wish.provider = Some("ollama".into());
            wish.model = Some("m".into());
            wish.endpoint = Some(endpoint.into());
        }))
    };
    for endpoint in [
        "http://127.0.0.1:1234",
        "http://localhost:11434/",
        "https://api.openai.com/v1",
        "http://10.9.8.7:8000",
        "https://llm.example.com",
    ] {
        assert!(at(endpoint).is_ok(), "{endpoint}");
    }
    for endpoint in [
        "http://10.9.8.7:8001",
        "http://169.254.169.254",
        "http://llm.example.com",
    ] {
        assert!(
            reason(at(endpoint)).contains("ai.allowed_endpoints"),
            "{endpoint}"
        );
    }
}

#[test]
fn a_model_leads_to_the_service_that_offers_it_or_is_refused() {
    let own = service(ProviderKind::Custom, |service| {
        service.endpoint = Some("http://localhost:8000".into());
        service.models = vec!["small".into()];
    });
    let mut config = with(&[("own", own)]).config.as_ref().clone();
    config.ai.default_service = "builtin".into();
    let providers = of(config, None);
    for model in ["m", "small"] {
        let plan = providers
            .plan(&wish(|wish| wish.model = Some(model.into())))
            .unwrap();
        assert_eq!(
            (plan.first().name.as_str(), plan.first().model.as_str()),
            ("own", model)
        );
    }
    let nobody = providers
        .plan(&wish(|wish| wish.model = Some("large".into())))
        .unwrap();
    assert_eq!(
        (names(&nobody), nobody.notes.len()),
        (vec!["builtin"], 1),
        "{:?}",
        nobody.notes
    );
    let unlisted = providers.plan(&wish(|wish| {
        wish.provider = Some("own".into());
        wish.model = Some("large".into());
    }));
    assert!(reason(unlisted).contains("small"));
    let own = providers
        .plan(&wish(|wish| wish.model = Some("builtin".into())))
        .unwrap();
    assert!(own.notes.is_empty());
}

#[test]
fn what_the_engine_cannot_honour_is_refused() {
    let providers = providers(|_| {});
    let endpoint = wish(|wish| wish.endpoint = Some("http://localhost:1".into()));
    assert!(reason(providers.plan(&endpoint)).contains("no endpoint"));
}

#[test]
fn what_did_not_change_goes_on_over_a_change_of_the_config() {
    let (a, b) = (
        service(ProviderKind::OpenAi, |_| {}),
        service(ProviderKind::Anthropic, |_| {}),
    );
    let first = with(&[("a", a.clone()), ("b", b)]);
    let mut config = first.config.as_ref().clone();
    config.ai.services.insert(
        "b".into(),
        service(ProviderKind::Anthropic, |service| {
            service.model = Some("n".into())
        }),
    );
    let second = of(config.clone(), Some(&first));
    assert!(Arc::ptr_eq(&first.members["a"], &second.members["a"]));
    assert!(!Arc::ptr_eq(&first.members["b"], &second.members["b"]));
    assert!(Arc::ptr_eq(&first.foreign, &second.foreign));
    config.ai.services.insert(
        "a".into(),
        service(ProviderKind::OpenAi, |service| {
            service.api_key = Some("k2".to_owned().into())
        }),
    );
    let third = of(config, Some(&second));
    assert!(
        !Arc::ptr_eq(&second.members["a"], &third.members["a"]),
        "a new key needs a new provider"
    );
}

#[test]
fn the_breakers_of_askers_own_endpoints_and_keys_are_their_own() {
    let providers = with(&[("a", service(ProviderKind::OpenAi, |_| {}))]);
    let mine = |key: &str| {
        let plan = providers
            .plan(&wish(|wish| wish.api_key = Some(key.to_owned().into())))
            .unwrap();
        Arc::clone(&plan.first().breaker)
    };
    let stored = Arc::clone(&providers.plan(&Wish::default()).unwrap().first().breaker);
    assert!(!Arc::ptr_eq(&mine("x"), &stored));
    assert!(!Arc::ptr_eq(&mine("x"), &mine("y")));
    assert!(Arc::ptr_eq(&mine("x"), &mine("x")));
}

#[test]
fn labels_name_what_the_config_names() {
    let mut config = Config::default();
    let listing = service(ProviderKind::OpenAi, |service| service.models = vec!["n".into()]);
    config.ai.services.insert("a".into(), listing);
    let labels = metric_labels(&config);
    assert!(labels.providers.contains(&"a".to_owned()) && labels.providers.contains(&"builtin".to_owned()));
    assert!(labels.models.contains(&("a".into(), "n".into())));
}

#[test]
fn who_is_asked_first_is_named_first_and_with_the_model_that_is_asked_for() {
    let mut config = Config::default();
    for name in ["a", "b", "openai", "z"] {
        let listing = service(ProviderKind::OpenAi, |service| {
            service.models = vec!["n".into()];
            // Where none is set, the kind has a usual one.
            service.model = service.model.take().filter(|_| name != "openai");
        });
        config.ai.services.insert(name.into(), listing);
    }
    config.ai.default_service = "z".into();
    config.ai.fallback_order = vec!["openai".into(), "builtin".into(), "a".into()];
    let labels = metric_labels(&config);
    assert_eq!(labels.providers, ["builtin", "z", "openai", "a", "b"]);
    let usual = catalogue::default_model(ProviderKind::OpenAi).unwrap();
    let models: Vec<(&str, &str)> = labels
        .models
        .iter()
        .map(|(provider, model)| (provider.as_str(), model.as_str()))
        .collect();
    assert_eq!(
        models[1..],
        [
            ("z", "m"),
            ("openai", usual),
            ("a", "m"),
            ("b", "m"),
            ("z", "n"),
            ("openai", "n"),
            ("a", "n"),
            ("b", "n")
        ]
    );
}

#[tokio::test]
async fn a_rate_holds_for_providers_over_the_network_and_not_for_the_engine() {
    let providers = providers(|config| {
        config.ai.rate_limit = RateLimit {
            requests_per_minute: Some(1),
            burst_size: Some(1),
            ..RateLimit::default()
        };
    });
    assert_eq!(providers.too_many().await, None);
    let wait = providers.too_many().await.unwrap();
    assert!(
        wait > Duration::from_secs(30) && wait <= Duration::from_secs(60),
        "{wait:?}"
    );
    assert!(of(Config::default(), None).limit.is_none());
}

#[tokio::test]
async fn what_is_left_of_a_rate_limit_is_shown_for_our_own_key_alone() {
    let fake = FakeProvider::start(|received| {
        let left = match received.header("authorization") {
            "Bearer k" => "15",
            _ => "1",
        };
        Script::json(200, r#"{"object":"list","data":[]}"#)
            .header("x-ratelimit-limit-requests", "60")
            .header("x-ratelimit-remaining-requests", left)
    })
    .await;
    let providers = with(&[(
        "tea",
        service(ProviderKind::Custom, |service| {
            service.endpoint = Some(fake.url())
        }),
    )]);
    providers.metrics.learn(&metric_labels(&providers.config));
    let shown = || {
        let text = String::from_utf8(providers.metrics.render(Format::Text004)).unwrap();
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .find(|line| line.starts_with("atest_ai_rate_limit_remaining_ratio"))
            .map(str::to_owned)
    };
    assert_eq!(shown(), None, "nobody has told it yet");
    let limit = Duration::from_secs(30);
    providers.probe(&named("tea"), limit).await.unwrap();
    let ours = "atest_ai_rate_limit_remaining_ratio{kind=\"requests\",provider=\"tea\"} 0.25";
    assert_eq!(shown().as_deref(), Some(ours));
    let own_key = wish(|wish| {
        wish.provider = Some("tea".into());
        wish.api_key = Some("the asker's".to_owned().into());
    });
    providers.probe(&own_key, limit).await.unwrap();
    assert_eq!((shown().as_deref(), fake.requests()), (Some(ours), 2));
}
