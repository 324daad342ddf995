//! Last words to a client that is not served, in its own protocol.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest time for them.
const LIMIT: Duration = Duration::from_secs(1);

/// Why an HTTP/2 connection is not served: an error code of RFC 9113 §7.
#[derive(Debug, Clone, Copy)]
pub enum GoAway {
    /// There are too many.
    EnhanceYourCalm = 0xb,
    /// It may not, as it is.
    InadequateSecurity = 0xc,
}

/// A reply of HTTP/1.1 that ends the connection: a refusal as grpc-gateway words it.
pub fn http1(status: &str, code: u8, message: &str, retry_after: Option<u32>) -> Vec<u8> {
    let message = serde_json::Value::from(message);
    let body = format!("{{\"code\":{code},\"message\":{message},\"details\":[]}}\n");
    let retry_after = retry_after.map_or_else(String::new, |seconds| format!("retry-after: {seconds}\r\n"));
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{retry_after}\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A GOAWAY frame with the reason (RFC 9113 §6.8). Without the SETTINGS that should come first: after those, gRPC clients
/// take the connection for a good one and connect anew at once, hundreds of times a second; without them a try has failed,
/// and they wait longer before each next one.
pub fn go_away(why: GoAway, message: &str) -> Vec<u8> {
    let message = message.as_bytes();
    let length = u32::try_from(8 + message.len()).unwrap_or_default();
    let mut bytes = length.to_be_bytes()[1..].to_vec();
    bytes.extend_from_slice(&[7, 0, 0, 0, 0, 0]);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&(why as u32).to_be_bytes());
    bytes.extend_from_slice(message);
    bytes
}

/// Says it, and closes. What the client has sent is thrown away, for a moment, because unread bytes would turn the
/// words into a reset.
pub async fn say(mut stream: impl AsyncRead + AsyncWrite + Unpin, words: &[u8]) {
    let saying = async {
        stream.write_all(words).await?;
        stream.shutdown().await?;
        let mut unread = [0; 4096];
        while stream.read(&mut unread).await? > 0 {}
        io::Result::Ok(())
    };
    // Whether the client has listened is its own affair.
    let _ = tokio::time::timeout(LIMIT, saying).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_go_away_is_a_frame_of_its_length() {
        let bytes = go_away(GoAway::EnhanceYourCalm, "calm");
        assert_eq!(&bytes[..9], [0, 0, 12, 7, 0, 0, 0, 0, 0]);
        assert_eq!(&bytes[9..17], [0, 0, 0, 0, 0, 0, 0, 0xb]);
        assert_eq!(&bytes[17..], b"calm");
    }

    #[test]
    fn a_refusal_is_as_long_as_it_says() {
        let text = String::from_utf8(http1("503 Service Unavailable", 14, "a \"b\"", Some(1))).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}", body.len())),
            "{head}"
        );
        assert_eq!(body, "{\"code\":14,\"message\":\"a \\\"b\\\"\",\"details\":[]}\n");
    }
}
