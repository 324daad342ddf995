//! Reading a request's JSON text: bounded in size and time, and refused with the reason.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::BytesMut;
use http_body_util::BodyExt;

use super::reply::Refused;

/// Largest body: 1 MiB of DDL and 64 KiB for the question and the JSON around both.
pub(super) const MAX_BODY: usize = 1024 * 1024 + 64 * 1024;
/// How much of a body that is too large is still read, so that a client that sends before it listens gets to see the
/// refusal instead of a reset connection.
const MAX_DISCARDED: usize = 16 * 1024 * 1024;

/// The body as text, or the refusal to send.
pub(super) async fn json_text(headers: &HeaderMap, body: Body, within: Duration) -> Result<String, Refused> {
    check_content_type(headers)?;
    let bytes = match tokio::time::timeout(within, read(body)).await {
        Ok(read) => read?,
        Err(_) => {
            return Err(Refused::new(
                StatusCode::REQUEST_TIMEOUT,
                format!("the body did not arrive within {} s", within.as_secs_f64()),
            ));
        }
    };
    let text = String::from_utf8(bytes).map_err(|_| bad_request("the body is not UTF-8 text"))?;
    if text.trim().is_empty() {
        return Err(bad_request(
            "the body is empty; send a JSON object such as \
             {\"type\":\"ai\",\"natural_language\":\"show all users\",\"database_type\":\"mysql\"}",
        ));
    }
    Ok(text)
}

fn bad_request(message: &str) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, message)
}

/// JSON by its name, or no name at all; never a form, which any web page can send.
fn check_content_type(headers: &HeaderMap) -> Result<(), Refused> {
    let unsupported = |message: String| Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    if let Some(coding) = headers.get(header::CONTENT_ENCODING)
        && !coding.as_bytes().eq_ignore_ascii_case(b"identity")
    {
        return unsupported("compressed bodies are not taken; send the JSON as it is".into());
    }
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let text = value.to_str().unwrap_or_default().to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if !is_json {
        return unsupported("the body must be JSON: send the header Content-Type: application/json".into());
    }
    let charset = parts.find_map(|parameter| parameter.strip_prefix("charset="));
    match charset.map(|name| name.trim_matches('"')) {
        None | Some("utf-8" | "utf8") => Ok(()),
        Some(_) => unsupported("the body must be JSON in UTF-8".into()),
    }
}

async fn read(mut body: Body) -> Result<Vec<u8>, Refused> {
    let announced = axum::body::HttpBody::size_hint(&body).lower();
    if announced > MAX_DISCARDED as u64 {
        return Err(too_large());
    }
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| bad_request("the body ended before it was complete"))?;
        let Some(data) = frame.data_ref() else { continue };
        seen += data.len();
        if seen > MAX_DISCARDED {
            break;
        }
        if seen <= MAX_BODY {
            kept.extend_from_slice(data);
        }
    }
    if seen > MAX_BODY {
        return Err(too_large());
    }
    Ok(kept.into())
}

fn too_large() -> Refused {
    Refused::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!(
            "the body is larger than {MAX_BODY} bytes; send less DDL, or name a configured database in `database`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn typed(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    #[test]
    fn json_is_taken_under_each_of_its_names() {
        for name in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "application/json; charset=\"utf-8\"",
            "application/grpc-web+json",
        ] {
            assert!(check_content_type(&typed(name)).is_ok(), "{name}");
        }
        assert!(check_content_type(&HeaderMap::new()).is_ok());
    }

    #[test]
    fn anything_else_is_415() {
        for name in [
            "application/x-www-form-urlencoded",
            "text/plain",
            "text/json",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "application/jsonp",
            "",
        ] {
            let refused = check_content_type(&typed(name)).unwrap_err();
            assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{name}");
        }
        let mut gzipped = typed("application/json");
        gzipped.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(check_content_type(&gzipped).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_408() {
        let endless = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let refused = json_text(&HeaderMap::new(), endless, Duration::from_secs(5))
            .await
            .unwrap_err();
        assert_eq!(refused.status, StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn the_largest_body_is_taken_and_one_byte_more_is_413() {
        let second = Duration::from_secs(1);
        let largest = Body::from(
            vec![b' '; MAX_BODY - 1]
                .into_iter()
                .chain([b'1'])
                .collect::<Vec<_>>(),
        );
        assert!(json_text(&HeaderMap::new(), largest, second).await.is_ok());
        let refused = json_text(&HeaderMap::new(), Body::from(vec![b'1'; MAX_BODY + 1]), second)
            .await
            .unwrap_err();
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn memory_for_a_body_without_end_is_bounded() {
        let chunk = vec![b'x'; 1 << 20];
        let flood = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
        let refused = read(Body::from_stream(flood)).await.unwrap_err();
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
