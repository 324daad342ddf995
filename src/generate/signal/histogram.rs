//! Histograms: their bounds, how PromQL names one, and how observations must lie for a wanted quantile.

use crate::generate::plan::quoted;
use crate::telemetry::catalogue::{Kind, MetricDef};

/// The bounds of a histogram's buckets, without `+Inf`; none for other metrics.
pub fn bounds(def: &MetricDef) -> &'static [f64] {
    match def.kind {
        Kind::Histogram(bounds) => bounds,
        Kind::Counter | Kind::Gauge => &[],
    }
}

/// Matches a bound's bucket in either spelling: Prometheus 2 keeps `le="10"` as it is exposed, Prometheus 3 makes
/// `le="10.0"` of it.
pub fn bound_matcher(bound: f64) -> String {
    let plain = format!("{bound}");
    let pattern = match plain.contains('.') {
        true => plain.replace('.', "\\."),
        false => format!("{plain}(\\.0)?"),
    };
    format!("le=~{}", quoted(&pattern))
}

/// A bound as one version of Prometheus stores it.
pub fn bound_text(bound: f64, with_point: bool) -> String {
    let plain = format!("{bound}");
    match with_point && !plain.contains('.') {
        true => format!("{plain}.0"),
        false => plain,
    }
}

/// The shares of observations at or below each bound, so that the quantile `q` is `level`. Prometheus assumes that
/// observations lie evenly between two bounds.
pub fn shares_for_quantile(bounds: &[f64], q: f64, level: f64) -> Vec<f64> {
    let Some(index) = bounds.iter().position(|bound| *bound >= level) else {
        // Beyond the last bound; its quantile is that bound.
        return vec![0.0; bounds.len()];
    };
    let high = bounds[index];
    let low = if index == 0 { 0.0 } else { bounds[index - 1] };
    let within = (level - low) / (high - low);
    // `below` of the observations are under the bucket and `inside` in it: below + inside * within = q.
    let (below, inside) = if within < q {
        let below = (q - within) / (1.0 - within);
        (below, 1.0 - below)
    } else {
        (0.0, q / within)
    };
    // There is no room under the first bucket: all of it lies there, as far as the quantile goes.
    let (below, inside) = if index == 0 {
        (0.0, (q / within).min(1.0))
    } else {
        (below, inside)
    };
    let share = |position: usize| match position {
        _ if position + 1 == index => below,
        _ if position < index => 0.0,
        _ if position == index => below + inside,
        _ => 1.0,
    };
    (0..bounds.len()).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Prometheus reckons it.
    fn quantile(bounds: &[f64], shares: &[f64], q: f64) -> f64 {
        let index = shares.iter().position(|share| *share >= q - 1e-12);
        let index = index.unwrap_or(bounds.len() - 1);
        let (low, below) = match index {
            0 => (0.0, 0.0),
            _ => (bounds[index - 1], shares[index - 1]),
        };
        low + (bounds[index] - low) * (q - below) / (shares[index] - below)
    }

    proptest::proptest! {
        #[test]
        fn a_histogram_can_be_given_any_quantile(q in 0.05f64..0.99, level in 0.02f64..9.9) {
            let bounds = [0.01, 0.1, 0.5, 1.0, 2.5, 10.0];
            let shares = shares_for_quantile(&bounds, q, level);
            proptest::prop_assert!(shares.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12), "{shares:?}");
            let got = quantile(&bounds, &shares, q);
            proptest::prop_assert!((got - level).abs() < 1e-6 * level.max(1.0), "{got} for {level}: {shares:?}");
        }
    }

    #[test]
    fn a_bound_is_matched_in_both_spellings() {
        assert_eq!(bound_matcher(10.0), r#"le=~"10(\\.0)?""#);
        assert_eq!(bound_matcher(0.7), r#"le=~"0\\.7""#);
        assert_eq!(bound_text(10.0, true), "10.0");
        assert_eq!(bound_text(10.0, false), "10");
        assert_eq!(bound_text(0.7, true), "0.7");
    }
}
