//! Lines over time, and large numbers with a line beneath, as SVG.

use std::fmt::Write;

use super::Filling;
use super::data::{Series, Shown};
use super::page::escaped;
use super::scale::{clock, moments, ticks, worded};
use crate::generate::dashboards::panel::{Colour, Measure, Panel};

/// How many colours there are for series; further ones begin again, dashed.
pub const HUES: usize = 8;
/// How many series a legend lists.
const LISTED: usize = 12;

/// Where a chart is drawn inside its SVG.
pub struct Frame {
    /// Width of the SVG.
    pub width: f64,
    /// Height of the SVG.
    pub height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    shown: Shown,
    low: f64,
    high: f64,
}

impl Frame {
    /// For values from `low` to `high`, with room for words `left` of it.
    pub fn new(size: (f64, f64), left: f64, shown: Shown, (low, high): (f64, f64)) -> Frame {
        Frame {
            width: size.0,
            height: size.1,
            left,
            right: 10.0,
            top: 8.0,
            bottom: 20.0,
            shown,
            low,
            high,
        }
    }

    /// Where a moment is.
    pub fn x(&self, time: f64) -> f64 {
        let (from, to) = (self.shown.from as f64, self.shown.to as f64);
        self.left + (time - from) / (to - from) * (self.width - self.left - self.right)
    }

    /// Where a value is.
    pub fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        self.height - self.bottom - share * (self.height - self.top - self.bottom)
    }

    /// The lowest line.
    pub fn floor(&self) -> f64 {
        self.height - self.bottom
    }

    /// The axis of time.
    pub fn times(&self, out: &mut String) {
        let short = self.shown.to - self.shown.from <= 600;
        let pattern = match self.shown.to - self.shown.from {
            0..=600 => "%H:%M:%S",
            601..=172_800 => "%H:%M",
            _ => "%b %d",
        };
        let count = (self.width / if short { 95.0 } else { 70.0 }) as u64;
        for moment in moments(self.shown, count.max(2)) {
            let x = self.x(moment);
            let (top, floor) = (self.top, self.floor());
            let _ = write!(
                out,
                r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{top}" y2="{floor:.1}"/><text class="tick" x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                floor + 14.0,
                clock(moment, pattern)
            );
        }
    }

    /// The axis of values.
    pub fn values(&self, out: &mut String, ticks: &[f64], measure: Measure) {
        for tick in ticks {
            let y = self.y(*tick);
            let _ = write!(
                out,
                r#"<line class="grid" x1="{}" x2="{}" y1="{y:.1}" y2="{y:.1}"/><text class="tick" x="{}" y="{:.1}" text-anchor="end">{}</text>"#,
                self.left,
                self.width - self.right,
                self.left - 6.0,
                y + 3.5,
                worded(*tick, measure)
            );
        }
    }

    fn threshold(&self, out: &mut String, value: f64, colour: Colour, measure: Measure) {
        let y = self.y(value);
        let class = class(colour);
        let _ = write!(
            out,
            r#"<line class="threshold {class}" x1="{}" x2="{}" y1="{y:.1}" y2="{y:.1}"/><text class="tick {class}-text" x="{}" y="{:.1}" text-anchor="end">{}</text>"#,
            self.left,
            self.width - self.right,
            self.width - self.right,
            y - 3.0,
            worded(value, measure)
        );
    }
}

/// The class of a colour that means something.
pub fn class(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "good",
        Colour::Blue => "info",
        Colour::Orange => "warning",
        Colour::Red => "critical",
    }
}

/// The colour that a value has by a panel's steps.
pub fn colour(panel: &Panel, value: f64) -> Colour {
    let reached = panel
        .steps
        .iter()
        .rev()
        .find(|step| step.from.is_none_or(|from| value >= from));
    reached.map_or(Colour::Green, |step| step.colour)
}

/// The beginning of an SVG of that size.
pub fn open(out: &mut String, (width, height): (f64, f64), title: &str) {
    let _ = write!(
        out,
        r#"<svg viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{}">"#,
        escaped(title)
    );
}

struct Line<'a> {
    name: String,
    series: &'a Series,
    /// What it stands on, where lines are stacked.
    base: Vec<(f64, f64)>,
    points: Vec<(f64, f64)>,
}

/// Lines over time, and the list of them.
pub fn lines(filling: &Filling<'_>, size: (f64, f64), shown: Shown) -> String {
    let panel = filling.panel;
    let lines = laid_out(filling);
    let values = lines
        .iter()
        .flat_map(|line| line.points.iter().map(|&(_, value)| value));
    let (mut low, mut high) = (panel.min.unwrap_or(f64::INFINITY), f64::NEG_INFINITY);
    for value in values {
        (low, high) = (low.min(value), high.max(value));
    }
    if !low.is_finite() || !high.is_finite() {
        (low, high) = (0.0, 1.0);
    }
    // A threshold far above all values would press them to the floor; it is told below the chart then.
    let farthest = high * 4.0 + f64::MIN_POSITIVE;
    let near = |limit: f64| limit <= farthest;
    let steps: Vec<(f64, Colour)> = panel
        .steps
        .iter()
        .zip(std::iter::once(Colour::Green).chain(panel.steps.iter().map(|step| step.colour)))
        // Below a lower bound it is bad: the line has the colour of its bad side.
        .filter_map(|(step, before)| {
            let colour = if step.colour == Colour::Green {
                before
            } else {
                step.colour
            };
            Some((step.from?, colour))
        })
        .filter(|_| !panel.thresholds.is_empty())
        .collect();
    for &(limit, _) in steps.iter().filter(|(limit, _)| near(*limit)) {
        high = high.max(limit * 1.05);
    }
    let listed = (lines.len().min(LISTED) as f64).min(4.0);
    let size = (size.0, size.1 - 18.0 * listed);
    let ticks = ticks(low, high, (size.1 / 45.0) as usize, panel.measure);
    let ends = (ticks[0], *ticks.last().unwrap_or(&1.0));
    let widest = ticks
        .iter()
        .map(|tick| worded(*tick, panel.measure).chars().count())
        .max()
        .unwrap_or(1);
    let frame = Frame::new(size, 12.0 + 6.2 * widest as f64, shown, ends);
    let mut out = String::new();
    open(&mut out, size, &panel.title);
    frame.values(&mut out, &ticks, panel.measure);
    frame.times(&mut out);
    for (index, line) in lines.iter().enumerate() {
        draw(&mut out, &frame, panel, line, index, shown);
    }
    for &(limit, colour) in &steps {
        if near(limit) {
            frame.threshold(&mut out, limit, colour, panel.measure);
        }
    }
    out.push_str("</svg>");
    legend(&mut out, panel, &lines);
    let far: Vec<String> = steps
        .iter()
        .filter(|(limit, _)| !near(*limit))
        .map(|(limit, _)| worded(*limit, panel.measure))
        .collect();
    if !far.is_empty() {
        let _ = write!(
            out,
            r#"<p class="far">Threshold beyond the chart: {}</p>"#,
            far.join(", ")
        );
    }
    out
}

fn laid_out<'a>(filling: &'a Filling<'_>) -> Vec<Line<'a>> {
    let panel = filling.panel;
    let mut lines = Vec::new();
    let mut base: Vec<(f64, f64)> = Vec::new();
    for (query, found) in panel.queries.iter().zip(&filling.series) {
        let mut found: Vec<(String, &Series)> = found
            .iter()
            .map(|series| (series.called(&query.legend), series))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, series) in found {
            let points = match panel.stacked {
                true => on_top(&base, &series.points),
                false => series.points.clone(),
            };
            let line = Line {
                name,
                series,
                base: base.clone(),
                points: points.clone(),
            };
            if panel.stacked {
                base = points;
            }
            lines.push(line);
        }
    }
    lines
}

fn on_top(base: &[(f64, f64)], points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let below = |time: f64| {
        base.iter()
            .find(|(at, _)| *at == time)
            .map_or(0.0, |(_, value)| *value)
    };
    let mut all: Vec<(f64, f64)> = points
        .iter()
        .map(|&(time, value)| (time, value + below(time)))
        .collect();
    // Where this series has nothing, the pile is as high as before.
    all.extend(
        base.iter()
            .filter(|(at, _)| points.iter().all(|(time, _)| time != at)),
    );
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

/// The points in parts without gaps.
fn parts(points: &[(f64, f64)], step: u64) -> Vec<&[(f64, f64)]> {
    points.chunk_by(|a, b| b.0 - a.0 <= step as f64 * 1.5).collect()
}

fn path(frame: &Frame, points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, &(time, value)) in points.iter().enumerate() {
        let letter = if index == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{:.1},{:.1}", frame.x(time), frame.y(value));
    }
    path
}

fn draw(out: &mut String, frame: &Frame, panel: &Panel, line: &Line<'_>, index: usize, shown: Shown) {
    let hue = index % HUES;
    let dashed = if index >= HUES { " dashed" } else { "" };
    for part in parts(&line.points, shown.step) {
        let tip = format!(
            "{}: {}",
            line.name,
            part.last()
                .map_or_else(String::new, |&(_, value)| worded(value, panel.measure))
        );
        if let [(time, value)] = part {
            let (x, y) = (frame.x(*time), frame.y(*value));
            let _ = write!(
                out,
                r#"<circle class="dot h{hue}" cx="{x:.1}" cy="{y:.1}" r="2"/>"#
            );
            continue;
        }
        let outline = path(frame, part);
        if panel.stacked {
            let (first, last) = (part[0].0, part[part.len() - 1].0);
            let mut under: Vec<(f64, f64)> = line
                .base
                .iter()
                .copied()
                .filter(|(time, _)| (first..=last).contains(time))
                .collect();
            if under.len() < 2 {
                under = vec![(first, 0.0), (last, 0.0)];
            }
            under.reverse();
            let back = path(frame, &under).replacen('M', "L", 1);
            let _ = write!(out, r#"<path class="area h{hue}" d="{outline}{back}Z"/>"#);
        }
        let _ = write!(
            out,
            r#"<path class="line h{hue}{dashed}" d="{outline}"><title>{}</title></path>"#,
            escaped(&tip)
        );
    }
}

fn legend(out: &mut String, panel: &Panel, lines: &[Line<'_>]) {
    let most = |line: &Line<'_>| {
        let values = line.series.points.iter().map(|&(_, value)| value);
        values.max_by(f64::total_cmp)
    };
    // Most of what can happen never does; it would hide what did.
    let told = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| most(line).is_some_and(|most| most != 0.0));
    let mut told: Vec<(usize, &Line<'_>)> = told.collect();
    if told.is_empty() {
        told = lines.iter().enumerate().take(LISTED / 2).collect();
    }
    let count = told.len();
    told.truncate(LISTED);
    out.push_str(
        r#"<table class="legend"><thead><tr><th>Series</th><th>Mean</th><th>Max</th><th>Last</th></tr></thead><tbody>"#,
    );
    for (index, line) in &told {
        let points = &line.series.points;
        let sum = points.iter().map(|&(_, value)| value).sum::<f64>();
        let mean = (!points.is_empty()).then(|| sum / points.len() as f64);
        let _ = write!(
            out,
            r#"<tr><td><i class="key h{}"></i>{}</td>"#,
            index % HUES,
            escaped(&line.name)
        );
        for figure in [mean, most(line), line.series.last()] {
            let word = figure.map_or_else(|| "–".to_owned(), |value| worded(value, panel.measure));
            let _ = write!(out, "<td>{word}</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    let (more, quiet) = (count - told.len(), lines.len() - count);
    let parts = [
        (more > 0).then(|| format!("{more} more")),
        (quiet > 0).then(|| format!("{quiet} at 0 or without data")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        let _ = write!(out, r#"<p class="far">and {}</p>"#, parts.join(", "));
    }
}

/// One large number, with its course beneath.
pub fn stat(filling: &Filling<'_>, size: (f64, f64), shown: Shown) -> String {
    let panel = filling.panel;
    let Some(series) = filling
        .series
        .iter()
        .flatten()
        .find(|series| !series.points.is_empty())
    else {
        return super::page::nothing(panel);
    };
    let last = series.last().unwrap_or_default();
    let class = class(colour(panel, last));
    let mut out = format!(
        r#"<p class="number {class}-text">{}</p>"#,
        worded(last, panel.measure)
    );
    let size = (size.0, (size.1 - 46.0).max(14.0));
    let values = series.points.iter().map(|&(_, value)| value);
    let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let mut frame = Frame::new(
        size,
        0.0,
        shown,
        (low, if high > low { high * 1.1 } else { low + 1.0 }),
    );
    (frame.right, frame.top, frame.bottom) = (0.0, 1.0, 0.0);
    open(&mut out, size, &panel.title);
    for part in parts(&series.points, shown.step)
        .into_iter()
        .filter(|part| part.len() > 1)
    {
        let outline = path(&frame, part);
        let (first, last) = (frame.x(part[0].0), frame.x(part[part.len() - 1].0));
        let floor = frame.floor();
        let _ = write!(
            out,
            r#"<path class="area {class}" d="{outline}L{last:.1},{floor:.1}L{first:.1},{floor:.1}Z"/><path class="line {class}" d="{outline}"/>"#
        );
    }
    out.push_str("</svg>");
    out
}
