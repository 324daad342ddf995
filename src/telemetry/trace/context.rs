//! The context that comes with a request and goes out with calls: `traceparent` of
//! <https://www.w3.org/TR/trace-context/>.

use std::fmt;

use super::SpanIds;

/// The name of the header, also as gRPC metadata.
pub const TRACEPARENT: &str = "traceparent";

/// Where a request stands in a trace of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace, and the caller's span.
    pub ids: SpanIds,
    /// The caller sends this trace.
    pub is_sampled: bool,
}

impl TraceContext {
    /// Reads a header. `None` for what the standard says to ignore: another form, upper case, ids of zeros.
    pub fn parse(header: &str) -> Option<TraceContext> {
        let mut parts = header.trim().split('-');
        let version = hex(parts.next()?, 2)?;
        let trace = hex(parts.next()?, 32)?;
        let span = hex(parts.next()?, 16)?;
        let flags = hex(parts.next()?, 2)?;
        // A later version may have more parts; 255 is none.
        let is_known = version == 0 && parts.next().is_none() || (1..255).contains(&version);
        (is_known && trace != 0 && span != 0).then_some(TraceContext {
            ids: SpanIds {
                trace,
                span: u64::try_from(span).ok()?,
            },
            is_sampled: flags & 1 == 1,
        })
    }
}

/// As the header's value.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, span) = (self.ids.trace_id(), self.ids.span_id());
        write!(f, "00-{trace}-{span}-{:02x}", u8::from(self.is_sampled))
    }
}

fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (text.len() == digits && is_hex)
        .then(|| u128::from_str_radix(text, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_header_comes_back_as_it_was_read() {
        let context = TraceContext::parse(GOOD).unwrap();
        assert!(context.is_sampled);
        assert_eq!(context.to_string(), GOOD);
        let unsampled = GOOD.replace("-01", "-00");
        assert_eq!(TraceContext::parse(&unsampled).unwrap().to_string(), unsampled);
    }

    #[test]
    fn what_the_standard_says_to_ignore_is_ignored() {
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
            "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
        ] {
            assert_eq!(TraceContext::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_later_version_may_say_more() {
        let later = GOOD.replacen("00", "cc", 1) + "-what-the-future-will-be-like";
        assert!(TraceContext::parse(&later).is_some());
    }
}
