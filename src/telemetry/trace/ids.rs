//! What names a span: to logs, to exemplars, and to whoever is called (<https://www.w3.org/TR/trace-context/>).

use std::fmt;

/// The two ids of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanIds {
    /// The trace that it belongs to; never 0.
    pub trace: u128,
    /// The span itself; never 0.
    pub span: u64,
}

impl SpanIds {
    /// The trace's id, in 32 hexadecimal digits.
    pub fn trace_id(&self) -> impl fmt::Display + use<> {
        Hex::<32>(self.trace)
    }

    /// The span's id, in 16 hexadecimal digits.
    pub fn span_id(&self) -> impl fmt::Display + use<> {
        Hex::<16>(u128::from(self.span))
    }
}

struct Hex<const DIGITS: usize>(u128);

impl<const DIGITS: usize> fmt::Display for Hex<DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0DIGITS$x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_their_leading_zeros() {
        let ids = SpanIds {
            trace: 0xab,
            span: 0xc,
        };
        assert_eq!(ids.trace_id().to_string(), "000000000000000000000000000000ab");
        assert_eq!(ids.span_id().to_string(), "000000000000000c");
    }
}
