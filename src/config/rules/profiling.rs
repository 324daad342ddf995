//! What types cannot say of `profiling`.

use http::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use super::Rules;
use crate::config::endpoint;

const URL: &str = "profiling.continuous.push_url";
const HEADERS: &str = "profiling.continuous.push_headers";

impl Rules<'_> {
    pub(super) fn profiling(&mut self) {
        let settings = &self.config.profiling.continuous;
        if settings.duration >= settings.interval {
            self.wrong(
                "profiling.continuous.duration",
                "not shorter than `profiling.continuous.interval`, so profiling would never pause",
                "make it shorter, or `interval` longer",
            );
        }
        let folder = settings.folder.as_deref();
        if folder.is_some_and(|folder| folder.exists() && !folder.is_dir()) {
            self.wrong(
                "profiling.continuous.folder",
                "this is a file",
                "name a folder; it is made when it does not exist",
            );
        }
        self.push();
    }

    fn push(&mut self) {
        let settings = &self.config.profiling.continuous;
        if let Some(Err(message)) = settings.push_url.as_deref().map(endpoint::check) {
            // The other endpoints that are checked there have a key.
            self.wrong(
                URL,
                message.replace("`api_key`", "`push_headers`"),
                "write the server's base URL, like http://pyroscope:4040",
            );
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
        let name = settings.push_name.as_deref();
        if name.is_some_and(|name| !name.chars().all(is_plain)) {
            self.wrong(
                "profiling.continuous.push_name",
                "not a name that such a server takes: letters, digits, dots, underscores, hyphens and slashes",
                "write one like atest-ext-ai",
            );
        }
        for (name, value) in &settings.push_headers {
            let key = format!("{HEADERS}.{name}");
            if HeaderName::from_bytes(name.as_bytes()).is_err() {
                self.wrong(
                    &key,
                    "not the name of a header",
                    "write letters, digits and hyphens, for example X-Scope-OrgID",
                );
            } else if HeaderValue::from_str(value.0.expose_secret().trim()).is_err() {
                self.wrong(
                    &key,
                    "not the value of a header",
                    "write printable ASCII on one line",
                );
            }
        }
        let url = settings.push_url.as_deref().map(str::trim);
        match url {
            _ if settings.push_headers.is_empty() => {}
            None => self.advise(HEADERS, "sent nowhere without a `push_url` beside them"),
            Some(url) => {
                let is_plain_text = url.to_ascii_lowercase().starts_with("http://");
                if is_plain_text && !endpoint::is_on_this_machine(url) {
                    self.advise(
                        HEADERS,
                        "sent in plain text to another machine; an https URL hides them",
                    );
                }
            }
        }
    }
}
