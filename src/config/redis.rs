//! Addresses of Redis: their forms, and the user, password and database that a URL may hold.

use super::endpoint::is_host;
use super::problem::Problems;
use super::spellings::settle;
use super::tree::Node;

const SECTION: [&str; 3] = ["performance", "cache", "redis"];

/// What a URL says beside the address. No `Debug`: it may hold a password.
#[derive(Default)]
struct Url {
    address: String,
    username: Option<String>,
    password: Option<String>,
    database: Option<String>,
}

/// Moves what a URL holds beside the address to settings of its own, so that a password ends up where passwords are
/// kept secret, whichever way it was written.
pub fn take_apart(tree: &mut Node, problems: &mut Problems) {
    let path = [&SECTION[..], &["address"]].concat();
    let Some(node) = tree.get(&path) else {
        return;
    };
    let Some(url) = node.as_text().and_then(read) else {
        return;
    };
    let origin = node.origin.clone();
    tree.put(&path, Node::text(url.address, origin.clone()));
    for (key, text) in [
        ("username", url.username),
        ("password", url.password),
        ("database", url.database),
    ] {
        if let Some(text) = text {
            let first = format!("{}.{key}", SECTION.join("."));
            settle(
                tree,
                Node::text(text, origin.clone()),
                &path.join("."),
                &first,
                problems,
            );
        }
    }
}

/// The parts of a `redis://` or `rediss://` URL; `None` for anything else, which [`check`] then looks at.
fn read(text: &str) -> Option<Url> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://")?;
    if !matches!(scheme, "redis" | "rediss") {
        return None;
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let mut url = Url {
        address: format!("{scheme}://{host}"),
        ..Url::default()
    };
    if let Some((name, password)) = user.map(|user| user.split_once(':').unwrap_or((user, ""))) {
        url.username = Some(decoded(name)).filter(|name| !name.is_empty());
        url.password = Some(decoded(password)).filter(|password| !password.is_empty());
    }
    match path.trim_end_matches('/') {
        "" => {}
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => url.database = Some(number.to_owned()),
        // Queries and whatever else: left in the address for the check to find.
        other => url.address = format!("{}/{other}", url.address),
    }
    Some(url)
}

/// `%40` and the like as the characters that they stand for; what is no such sign stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let is_hex = |hex: &&str| hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let byte = hex
            .filter(is_hex)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.filter(|_| bytes[at] == b'%') {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Checks an address: `host`, `host:port`, `redis://host:port`, `rediss://host:port` or `unix:/path`.
///
/// # Errors
/// What is wrong with it, and how to write it. Neither repeats it: it may hold a password.
pub fn check(address: &str) -> Result<(), (&'static str, &'static str)> {
    const LIKE: &str =
        "write redis:6379, redis://host:6379, rediss://host:6379 (TLS) or unix:/run/redis.sock";
    let address = address.trim();
    if let Some(path) = address.strip_prefix("unix:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return if path.starts_with('/') {
            Ok(())
        } else {
            Err(("not an absolute path to a socket", LIKE))
        };
    }
    let host = match address.split_once("://") {
        Some(("redis" | "rediss", host)) => host,
        Some(_) => return Err(("not a URL of Redis", LIKE)),
        None => address,
    };
    if host.contains('@') {
        return Err((
            "a user and password stand here",
            "give them as `username` and `password`",
        ));
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => match port.parse::<u16>() {
            Ok(port) if port != 0 => name,
            _ => return Err(("the port is not a number from 1 to 65535", LIKE)),
        },
        _ => host,
    };
    let is_bare_v6 = name.contains(':') && !name.starts_with('[');
    if is_host(name) && !is_bare_v6 {
        Ok(())
    } else {
        Err(("not an address of Redis", LIKE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address_is_known() {
        for right in [
            "redis:6379",
            "127.0.0.1:6379",
            "[::1]:6379",
            "cache.example.com",
            "redis://h:6379",
            "rediss://h",
            "unix:/run/redis.sock",
            "unix:///run/redis.sock",
        ] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "h:0",
            "h:port",
            "http://h",
            "redis://u:p@h",
            "redis://h?x=y",
            "redis://h/x",
            "unix:redis.sock",
            "::1:6379",
            "a b",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_url_gives_up_its_user_password_and_database() {
        let url = read("rediss://us%65r:p%40ss:w%zz@h:6380/2").unwrap();
        assert_eq!(url.address, "rediss://h:6380");
        assert_eq!(url.username.as_deref(), Some("user"));
        assert_eq!(url.password.as_deref(), Some("p@ss:w%zz"));
        assert_eq!(url.database.as_deref(), Some("2"));
        let bare = read("redis://:secret@h").unwrap();
        assert_eq!(bare.username, None);
        assert_eq!(bare.password.as_deref(), Some("secret"));
        assert!(read("h:6379").is_none());
    }
}
