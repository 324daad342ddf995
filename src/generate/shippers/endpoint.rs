//! The address of Elasticsearch, in the parts that shippers ask for.

/// An http or https address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// Whether it speaks TLS.
    pub is_tls: bool,
    /// The name, or the IP address; IPv6 in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// What comes before Elasticsearch's own paths, without a slash at its end.
    pub path: String,
}

impl Default for Endpoint {
    fn default() -> Endpoint {
        Endpoint {
            is_tls: true,
            host: "elasticsearch".to_owned(),
            port: 9200,
            path: String::new(),
        }
    }
}

impl Endpoint {
    /// Reads `https://host:port/path`. The port is 9200 when none is given, as all shippers have it.
    ///
    /// # Errors
    /// What is wrong with it, without showing it: it may hold a password.
    pub(super) fn parse(url: &str) -> Result<Endpoint, String> {
        let (is_tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err("is not an http or https URL".to_owned()),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err("holds a user or a password".to_owned());
        }
        if rest.contains(['?', '#'])
            || rest.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'`$\\{}".contains(c))
        {
            return Err("is more than a host, a port and a path".to_owned());
        }
        let bracket = authority.rfind(']').unwrap_or(0);
        let (host, port) = match authority[bracket..].rfind(':') {
            Some(colon) => {
                let (host, port) = authority.split_at(bracket + colon);
                let port = port[1..].parse().ok().filter(|port| *port != 0);
                (
                    host,
                    port.ok_or_else(|| "has no port from 1 to 65535".to_owned())?,
                )
            }
            None => (authority, 9200),
        };
        let is_name = !host.is_empty()
            && (host.starts_with('[') == host.ends_with(']'))
            && (host.starts_with('[') || !host.contains(':'));
        if !is_name {
            return Err("names no host".to_owned());
        }
        Ok(Endpoint {
            is_tls,
            host: host.to_owned(),
            port,
            path: match path.trim_end_matches('/') {
                "" => String::new(),
                path => format!("/{path}"),
            },
        })
    }

    /// The scheme.
    pub(super) fn scheme(&self) -> &'static str {
        if self.is_tls { "https" } else { "http" }
    }

    /// All of it.
    pub(super) fn url(&self) -> String {
        format!("{}://{}:{}{}", self.scheme(), self.host, self.port, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let read = |url: &str| Endpoint::parse(url).map(|endpoint| endpoint.url());
        assert_eq!(read("https://es:9201").as_deref(), Ok("https://es:9201"));
        assert_eq!(read("http://es").as_deref(), Ok("http://es:9200"));
        assert_eq!(read("https://es:443/logs/").as_deref(), Ok("https://es:443/logs"));
        assert_eq!(read("http://[::1]:9200").as_deref(), Ok("http://[::1]:9200"));
        for wrong in [
            "",
            "es:9200",
            "ftp://es",
            "http://",
            "http://:9200",
            "http://es:0",
            "http://es:x",
            "http://::1:9",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_shown() {
        let error = Endpoint::parse("https://user:hunter2@es:9200").unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
