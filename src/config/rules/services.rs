//! What types cannot say of services: who can be asked, where it is, and what goes to it.

use std::io::Read;
use std::path::Path;

use http::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use super::Rules;
use crate::config::endpoint;
use crate::config::model::{Price, ProviderKind, Service};
use crate::config::suggest;

/// Headers that the plugin writes itself, and what to do instead.
const OWN_HEADERS: [(&str, &str); 6] = [
    ("authorization", "give the key as `api_key`"),
    ("x-api-key", "give the key as `api_key`"),
    ("host", "it is the host of `endpoint`"),
    ("content-length", "the plugin counts it"),
    ("transfer-encoding", "the plugin chooses it"),
    ("connection", "the plugin keeps its connections itself"),
];

/// Largest file with certificates. All that a system trusts have about 250 kB.
const LARGEST_CA_FILE: u64 = 4 << 20;

/// US dollars for a million tokens that no model costs; the dearest are at 600.
const HIGHEST_PRICE: f64 = 10_000.0;
/// US dollars for a million tokens that are rather those for one token.
const LOWEST_PRICE: f64 = 0.001;

impl Rules<'_> {
    pub(super) fn services(&mut self) {
        let ai = &self.config.ai;
        for (name, service) in &ai.services {
            self.service(name, service);
        }
        let of_default = ai.services.get(&ai.default_service);
        if of_default.is_some_and(|service| !service.enabled) {
            self.advise(
                "ai.default_service",
                "this service is not enabled, so it answers no question",
            );
        }
        self.fallback();
        for (index, pattern) in ai.allowed_endpoints.iter().enumerate() {
            if let Err(message) = endpoint::check_pattern(pattern) {
                let suggestion = "write it like https://llm.example.com, http://*.lan:11434, a host, or `*`";
                self.wrong(&format!("ai.allowed_endpoints[{index}]"), message, suggestion);
            }
        }
        self.prices();
    }

    fn service(&mut self, name: &str, service: &Service) {
        let key = |setting: &str| format!("ai.services.{name}.{setting}");
        if ProviderKind::parse(name) == Some(ProviderKind::Builtin)
            && service.provider != ProviderKind::Builtin
        {
            self.wrong(
                &key("provider"),
                "this name is the embedded engine's",
                "give the service another name",
            );
        }
        match &service.endpoint {
            Some(endpoint) => {
                if let Err(message) = endpoint::check(endpoint) {
                    self.wrong(&key("endpoint"), message, endpoint::LIKE);
                }
            }
            None if service.provider == ProviderKind::Custom && service.enabled => self.wrong(
                &key("endpoint"),
                "a service of the kind `custom` needs an endpoint",
                "give its base URL",
            ),
            None => {}
        }
        if service.enabled && service.api_key.is_none() && service.provider.needs_key() {
            let advice = "not set, so only requests that bring a key can use this service: from the store in atest or the page";
            self.advise(&key("api_key"), advice);
        }
        let longest = self.config.ai.timeout;
        if service.timeout.is_some_and(|timeout| timeout > longest) {
            self.advise(
                &key("timeout"),
                "longer than `ai.timeout`, which ends the answer first",
            );
        }
        if let Some(file) = &service.ca_file {
            self.ca_file(&key("ca_file"), file);
        }
        self.headers(&key("headers"), service);
    }

    pub(super) fn ca_file(&mut self, key: &str, file: &Path) {
        let Err(message) = read_certificates(file) else {
            return;
        };
        let suggestion = if file.is_relative() {
            "relative paths start at the folder in which the plugin is started"
        } else {
            "give a file with `-----BEGIN CERTIFICATE-----` in it, which this user may read"
        };
        self.wrong(key, message, suggestion);
    }

    fn headers(&mut self, section: &str, service: &Service) {
        for (name, value) in &service.headers {
            let key = format!("{section}.{name}");
            let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
                self.wrong(
                    &key,
                    "not the name of a header",
                    "write letters, digits and hyphens, for example X-Team",
                );
                continue;
            };
            let own = OWN_HEADERS.iter().find(|(own, _)| *own == parsed.as_str());
            if let Some((_, instead)) = own {
                self.wrong(&key, "the plugin sets this header itself", *instead);
            } else if HeaderValue::from_str(value.0.expose_secret()).is_err() {
                self.wrong(
                    &key,
                    "not the value of a header",
                    "write printable ASCII on one line",
                );
            }
        }
    }

    /// The names have been brought to those of services; what is left is unknown.
    fn fallback(&mut self) {
        let ai = &self.config.ai;
        let builtin = ProviderKind::Builtin.as_str();
        for (index, name) in ai.fallback_order.iter().enumerate() {
            let key = format!("ai.fallback_order[{index}]");
            let service = ai.services.get(name);
            if service.is_none() && name != builtin {
                let known = ai.services.keys().map(String::as_str).chain([builtin]);
                let suggestion = match suggest::closest(name, known) {
                    Some(close) => format!("did you mean {close}?"),
                    None => "name services under `ai.services`".into(),
                };
                self.wrong(&key, "neither a service nor a kind of provider", suggestion);
            } else if ai.fallback_order[..index].contains(name) {
                self.wrong(
                    &key,
                    "this service stands here a second time",
                    "remove one of the two",
                );
            } else if service.is_some_and(|service| !service.enabled) {
                self.advise(&key, format!("{name} is not enabled, so it is passed over"));
            } else if name == builtin && index + 1 < ai.fallback_order.len() {
                self.advise(&key, "`builtin` comes last, wherever it stands here");
            }
        }
    }

    fn prices(&mut self) {
        for (model, price) in &self.config.ai.prices {
            let key = format!("ai.prices.{model}");
            let is_plain = |c: char| !c.is_whitespace() && !c.is_control();
            if model.is_empty()
                || model.starts_with('/')
                || model.ends_with('/')
                || !model.chars().all(is_plain)
            {
                self.wrong(
                    &key,
                    "not the name of a model",
                    "write `model` or `service/model`, for example openai/gpt-4o",
                );
            } else if model.chars().any(char::is_uppercase) {
                self.wrong(
                    &key,
                    "names of models are compared in lower case",
                    "write it in lower case",
                );
            } else {
                self.price(&key, price);
            }
        }
    }

    fn price(&mut self, key: &str, price: &Price) {
        let all = [Some(price.input), Some(price.output), price.cached_input];
        let given = || all.into_iter().flatten();
        if given().any(|dollars| dollars > HIGHEST_PRICE) {
            let message = format!("more than {HIGHEST_PRICE} US dollars for a million tokens");
            self.wrong(key, message, "prices are in US dollars for a million tokens");
        } else if given().any(|dollars| dollars > 0.0 && dollars < LOWEST_PRICE) {
            self.advise(
                key,
                "is this the price of one token? Prices are in US dollars for a million tokens",
            );
        } else if price.cached_input.is_some_and(|cached| cached > price.input) {
            self.advise(
                key,
                "the prompt costs more from the provider's cache than without",
            );
        }
    }
}

/// Whether a file holds certificates that can be trusted.
fn read_certificates(file: &Path) -> Result<(), String> {
    let shown = file.display();
    let found = std::fs::metadata(file).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    if !found.is_file() {
        return Err(format!("{shown} is not a file"));
    }
    if found.len() > LARGEST_CA_FILE {
        return Err(format!("{shown} is larger than 4 MiB"));
    }
    let mut pem = Vec::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(LARGEST_CA_FILE).read_to_end(&mut pem))
        .map_err(|error| format!("{shown} cannot be read: {error}"))?;
    match reqwest::Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if certificates.is_empty() => {
            Err(format!("{shown} holds no certificate in PEM form"))
        }
        Ok(_) => Ok(()),
        Err(_) => Err(format!("{shown} holds a certificate that cannot be read")),
    }
}
