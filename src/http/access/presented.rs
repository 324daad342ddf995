//! What a request shows: a token in `Authorization`, or the cookie of a session.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The session's cookie.
pub(in crate::http) const SESSION_COOKIE: &str = "atest_ext_ai_session";
/// Most cookies of that name that are looked at: any page of this host name may have set some.
const MAX_COOKIES: usize = 4;

/// Whether a client pads its base64 matters to nobody.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What `Authorization` holds.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) enum Presented {
    /// There is no such header.
    Nothing,
    /// A token as `Bearer`, which only a program sends.
    Bearer(Vec<u8>),
    /// A token as the password of `Basic`, which a browser may send by itself.
    Basic(Vec<u8>),
    /// Anything else.
    Unreadable,
}

impl Presented {
    /// Reads the header. Two of them are refused: another reader may take the other one.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Presented {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = match (values.next(), values.next()) {
            (None, _) => return Presented::Nothing,
            (Some(value), None) => value.as_bytes(),
            (Some(_), Some(_)) => return Presented::Unreadable,
        };
        let mut parts = value.splitn(2, |byte| *byte == b' ');
        let scheme = parts.next().unwrap_or_default();
        let rest = parts.next().unwrap_or_default().trim_ascii();
        if rest.is_empty() {
            Presented::Unreadable
        } else if scheme.eq_ignore_ascii_case(b"bearer") {
            Presented::Bearer(rest.to_vec())
        } else if scheme.eq_ignore_ascii_case(b"basic") {
            password(rest).map_or(Presented::Unreadable, Presented::Basic)
        } else {
            Presented::Unreadable
        }
    }
}

/// The password of `user:password`, where any user will do.
fn password(encoded: &[u8]) -> Option<Vec<u8>> {
    let pair = BASE64.decode(encoded).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    Some(pair[colon + 1..].to_vec()).filter(|password| !password.is_empty())
}

/// The ids in the session's cookies.
pub(in crate::http) fn session_ids(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(SESSION_COOKIE)?.strip_prefix('='))
        .take(MAX_COOKIES)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(values: &[&str]) -> Presented {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        Presented::of(&headers)
    }

    #[test]
    fn a_token_is_read_as_bearer_and_as_the_password_of_basic() {
        assert_eq!(of(&[]), Presented::Nothing);
        assert_eq!(of(&["Bearer abc"]), Presented::Bearer(b"abc".into()));
        assert_eq!(of(&["bearer  abc "]), Presented::Bearer(b"abc".into()));
        // x:TOKEN, :a:b without padding.
        assert_eq!(of(&["Basic eDpUT0tFTg=="]), Presented::Basic(b"TOKEN".into()));
        assert_eq!(of(&["BASIC OmE6Yg"]), Presented::Basic(b"a:b".into()));
        for unreadable in [
            "Bearer",
            "Bearer ",
            "Basic",
            "Basic !!!!",
            "Basic eA==",
            "Basic eDo=",
            "Digest x",
            "abc",
            "",
        ] {
            assert_eq!(of(&[unreadable]), Presented::Unreadable, "{unreadable:?}");
        }
        assert_eq!(of(&["Bearer abc", "Bearer abc"]), Presented::Unreadable);
    }

    #[test]
    fn a_few_cookies_of_the_name_are_looked_at_and_no_other() {
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("a=b; atest_ext_ai_session=one; atest_ext_ai_sessions=x"),
        );
        headers.append(COOKIE, HeaderValue::from_static("atest_ext_ai_session=two"));
        assert_eq!(session_ids(&headers).collect::<Vec<_>>(), ["one", "two"]);
        let many = vec!["atest_ext_ai_session=x"; 100].join("; ");
        headers.append(COOKIE, HeaderValue::from_str(&many).unwrap());
        assert_eq!(session_ids(&headers).count(), MAX_COOKIES);
    }
}
