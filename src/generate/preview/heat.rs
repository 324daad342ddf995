//! The buckets of a histogram over time, as SVG.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Filling;
use super::chart::{Frame, open};
use super::data::Shown;
use super::scale::{clock, worded};
use crate::generate::dashboards::panel::Measure;

/// The least that is taken for an observation: rates are never exactly whole.
const LEAST: f64 = 1e-6;

/// A bucket: its upper bound, and how many fell into it at each moment.
struct Bucket {
    bound: f64,
    counts: Vec<(f64, f64)>,
}

/// A heat map.
pub fn map(filling: &Filling<'_>, size: (f64, f64), shown: Shown) -> String {
    let panel = filling.panel;
    let buckets = filled(apart(filling));
    let Some(most) = most(&buckets) else {
        return super::page::nothing(panel);
    };
    let names: Vec<String> = buckets
        .iter()
        .map(|bucket| named(bucket.bound, panel.measure))
        .collect();
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(1);
    let frame = Frame::new(
        size,
        12.0 + 6.2 * widest as f64,
        shown,
        (0.0, buckets.len() as f64),
    );
    let mut out = String::new();
    open(&mut out, size, &panel.title);
    frame.times(&mut out);
    let width = (frame.x(shown.from as f64 + shown.step as f64) - frame.x(shown.from as f64)).max(1.0);
    let every = (buckets.len() as f64 * 14.0 / size.1).ceil().max(1.0) as usize;
    for (index, bucket) in buckets.iter().enumerate() {
        let (top, floor) = (frame.y(index as f64 + 1.0), frame.y(index as f64));
        if index % every == 0 {
            let _ = write!(
                out,
                r#"<text class="tick" x="{}" y="{:.1}" text-anchor="end">{}</text>"#,
                frame.x(shown.from as f64) - 6.0,
                (top + floor) / 2.0 + 3.5,
                names[index]
            );
        }
        for &(time, count) in bucket.counts.iter().filter(|(_, count)| *count > LEAST) {
            // Few must be seen beside many.
            let strength = 0.12 + 0.88 * (count / most).sqrt();
            let _ = write!(
                out,
                r#"<rect class="heat" x="{:.1}" y="{top:.1}" width="{width:.1}" height="{:.1}" opacity="{strength:.2}"><title>{}, {}: {count:.2}</title></rect>"#,
                frame.x(time) - width,
                (floor - top - 0.5).max(0.5),
                clock(time, "%H:%M:%S"),
                names[index],
            );
        }
    }
    out.push_str("</svg>");
    let _ = write!(
        out,
        r#"<p class="far">Stronger is more; the most in one field: {}</p>"#,
        worded(most, Measure::Count)
    );
    out
}

fn named(bound: f64, measure: Measure) -> String {
    match bound.is_finite() {
        true => format!("≤ {}", worded(bound, measure)),
        false => "more".to_owned(),
    }
}

/// Each bucket without what the smaller ones hold already.
fn apart(filling: &Filling<'_>) -> Vec<Bucket> {
    let series = filling.series.iter().flatten();
    let mut buckets: Vec<Bucket> = series
        .filter_map(|series| {
            let bound = series.labels.get("le")?.replace("+Inf", "inf").parse().ok()?;
            Some(Bucket {
                bound,
                counts: series.points.clone(),
            })
        })
        .collect();
    buckets.sort_by(|a, b| a.bound.total_cmp(&b.bound));
    let mut below: BTreeMap<u64, f64> = BTreeMap::new();
    for bucket in &mut buckets {
        for (time, count) in &mut bucket.counts {
            let before = below.insert(*time as u64, *count).unwrap_or(0.0);
            *count = (*count - before).max(0.0);
        }
    }
    buckets
}

/// Without the empty buckets at both ends, a neighbour apart.
fn filled(buckets: Vec<Bucket>) -> Vec<Bucket> {
    let some = |bucket: &Bucket| bucket.counts.iter().any(|(_, count)| *count > LEAST);
    let first = buckets.iter().position(some).unwrap_or(0).saturating_sub(1);
    let last = buckets.iter().rposition(some).map_or(0, |last| last + 2);
    buckets.into_iter().take(last).skip(first).collect()
}

fn most(buckets: &[Bucket]) -> Option<f64> {
    let counts = buckets
        .iter()
        .flat_map(|bucket| &bucket.counts)
        .map(|&(_, count)| count);
    counts.max_by(f64::total_cmp).filter(|most| *most > LEAST)
}
