//! Where Redis is and how to sign in, from the settings.

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use secrecy::{ExposeSecret, SecretString};

use crate::config;

/// The port where an address names none.
const PORT: u16 = 6379;

/// Where Redis is, for people: no user, no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(pub String);

/// What to connect to. The error says what is wrong with the setting without repeating it, for it may hold a password.
pub(super) fn connection_info(settings: &config::Redis) -> Result<(ConnectionInfo, Place), String> {
    let address = settings.address.trim();
    let info = if let Some(path) = unix_path(address) {
        ConnectionAddr::Unix(path.into()).into_connection_info()
    } else if address.contains("://") {
        address.into_connection_info()
    } else {
        let (host, port) = host_and_port(address).ok_or_else(|| unusable("it is no host:port"))?;
        (host, port).into_connection_info()
    };
    let info = info.map_err(|error| unusable(error.detail().unwrap_or("it is no URL of Redis")))?;
    if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
        return Err(unusable(
            "#insecure is not offered; give the authority of its certificate in SSL_CERT_FILE",
        ));
    }
    let place = match info.addr() {
        ConnectionAddr::TcpTls { .. } => Place(format!("{} (TLS)", info.addr())),
        other => Place(other.to_string()),
    };
    Ok((signed_in(info, settings), place))
}

fn unusable(reason: &str) -> String {
    format!(
        "performance.cache.redis.address cannot be used: {reason}; write host:port, redis://host:port, \
         rediss://host:port (TLS) or unix:/path"
    )
}

/// Keys of their own win over what the URL says.
fn signed_in(info: ConnectionInfo, settings: &config::Redis) -> ConnectionInfo {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let mut redis = info.redis_settings().clone();
    if let Some(username) = filled(&settings.username) {
        redis = redis.set_username(username);
    }
    if let Some(password) = settings.password.as_ref().map(SecretString::expose_secret)
        && !password.is_empty()
    {
        redis = redis.set_password(password);
    }
    if settings.database != 0 {
        redis = redis.set_db(i64::from(settings.database));
    }
    info.set_redis_settings(redis)
}

fn unix_path(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("unix:").unwrap_or(address);
    let path = rest.strip_prefix("//").unwrap_or(rest);
    path.starts_with('/').then_some(path)
}

/// `redis`, `redis:6379`, `[::1]:6379`, `::1`.
fn host_and_port(address: &str) -> Option<(String, u16)> {
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            let port = match port {
                "" => PORT,
                port => port.strip_prefix(':')?.parse().ok()?,
            };
            (host, port)
        }
        None => match address.rsplit_once(':') {
            Some((host, _)) if host.contains(':') => (address, PORT),
            Some((host, port)) => (host, port.parse().ok()?),
            None => (address, PORT),
        },
    };
    let is_host = !host.is_empty() && !host.contains(['/', '@', ' ']);
    is_host.then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(address: &str) -> config::Redis {
        config::Redis {
            address: address.into(),
            ..config::Redis::default()
        }
    }

    fn place(address: &str) -> Result<String, String> {
        connection_info(&settings(address)).map(|(_, place)| place.0)
    }

    #[test]
    fn every_spelling_of_an_address_is_understood() {
        for (address, expected) in [
            ("redis:6379", "redis:6379"),
            ("redis", "redis:6379"),
            ("10.0.0.7:7000", "10.0.0.7:7000"),
            ("[::1]:7000", "::1:7000"),
            ("::1", "::1:6379"),
            ("redis://h:7000/2", "h:7000"),
            ("redis://user:hunter2@h", "h:6379"),
            ("rediss://h", "h:6379 (TLS)"),
            ("unix:/run/redis.sock", "/run/redis.sock"),
            ("unix:///run/redis.sock", "/run/redis.sock"),
            ("/run/redis.sock", "/run/redis.sock"),
        ] {
            assert_eq!(place(address).as_deref(), Ok(expected), "{address}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_being_repeated() {
        for address in [
            "",
            "h:port",
            "h:70000",
            "user:hunter2@h:1",
            "http://user:hunter2@h",
            "rediss://:hunter2@h/#insecure",
            "redis://:hunter2@h/notanumber",
            "[::1",
        ] {
            let error = place(address).unwrap_err();
            assert!(
                error.contains("host:port") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn keys_of_their_own_win_over_the_url() {
        let settings = config::Redis {
            username: Some("ai".into()),
            password: Some(SecretString::from("p@ss/word")),
            database: 5,
            ..settings("redis://other:wrong@h/2")
        };
        let (info, _) = connection_info(&settings).unwrap();
        let redis = info.redis_settings();
        assert_eq!(
            (redis.username(), redis.password(), redis.db()),
            (Some("ai"), Some("p@ss/word"), 5)
        );
        let empty = config::Redis {
            username: Some(String::new()),
            password: Some(SecretString::from("")),
            database: 0,
            ..super::tests::settings("redis://other:right@h/2")
        };
        let (info, _) = connection_info(&empty).unwrap();
        let redis = info.redis_settings();
        assert_eq!(
            (redis.username(), redis.password(), redis.db()),
            (Some("other"), Some("right"), 2)
        );
    }
}
