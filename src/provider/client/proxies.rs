//! Proxies by the usual variables, never for this machine.

use std::fmt;

use reqwest::{ClientBuilder, NoProxy, Proxy};

use crate::config::Environment;

/// Never through a proxy, whatever `NO_PROXY` says.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1,::ffff:127.0.0.0/104";

/// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in either case, as curl reads them.
#[derive(Clone, Default)]
pub struct Proxies {
    http: Option<Variable>,
    https: Option<Variable>,
    not_for: String,
}

#[derive(Clone)]
struct Variable {
    name: &'static str,
    /// May hold a password.
    url: String,
}

impl Proxies {
    /// Reads the variables.
    pub fn of(environment: &Environment) -> Proxies {
        let first = |names: [&'static str; 2]| {
            // Of two spellings the first that is set counts, even when it is empty: that switches a proxy off.
            let (name, value) = names
                .into_iter()
                .find_map(|name| Some((name, environment.get(name)?)))?;
            let url = value.trim().to_owned();
            (!url.is_empty()).then_some(Variable { name, url })
        };
        // In a CGI program HTTP_PROXY is a header of the request (CVE-2016-5385).
        if environment.get("REQUEST_METHOD").is_some() {
            return Proxies::default();
        }
        let all = first(["ALL_PROXY", "all_proxy"]);
        let not_for = ["NO_PROXY", "no_proxy"]
            .into_iter()
            .find_map(|name| environment.get(name));
        Proxies {
            http: first(["HTTP_PROXY", "http_proxy"]).or_else(|| all.clone()),
            https: first(["HTTPS_PROXY", "https_proxy"]).or(all),
            not_for: not_for.unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.http.is_none() && self.https.is_none()
    }

    pub(super) fn apply(&self, mut builder: ClientBuilder) -> Result<ClientBuilder, String> {
        let not_for = NoProxy::from_string(&format!("{THIS_MACHINE},{}", self.not_for));
        if let Some(variable) = &self.http {
            builder = builder.proxy(variable.read(Proxy::http)?.no_proxy(not_for.clone()));
        }
        if let Some(variable) = &self.https {
            builder = builder.proxy(variable.read(Proxy::https)?.no_proxy(not_for));
        }
        Ok(builder)
    }
}

impl Variable {
    fn read<'a>(&'a self, kind: impl Fn(&'a str) -> reqwest::Result<Proxy>) -> Result<Proxy, String> {
        let scheme = self.url.split_once("://").map_or("http", |(scheme, _)| scheme);
        let is_known = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(scheme));
        match kind(&self.url) {
            Ok(proxy) if is_known => Ok(proxy),
            // The value may hold a password, so it is not repeated.
            _ => Err(format!(
                "the variable {} is not the address of a proxy; write one like http://proxy.example:3128 or \
                 socks5h://127.0.0.1:1080, or unset it",
                self.name
            )),
        }
    }
}

impl fmt::Debug for Proxies {
    /// Names of variables only: values may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(
                [&self.http, &self.https]
                    .into_iter()
                    .flatten()
                    .map(|variable| variable.name),
            )
            .finish()
    }
}
