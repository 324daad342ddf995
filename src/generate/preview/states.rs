//! States over time, bars, dials, names, tables and alerts.

use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::fmt::Write;

use super::Filling;
use super::chart::{class, colour, open};
use super::data::{Series, Shown};
use super::page::{escaped, nothing};
use super::scale::{clock, worded};
use crate::generate::dashboards::panel::{Colour, Measure, Panel};

fn named<'a>(filling: &'a Filling<'_>) -> Vec<(String, &'a Series)> {
    let queries = filling.panel.queries.iter().zip(&filling.series);
    let mut all: Vec<(String, &Series)> = queries
        .flat_map(|(query, found)| found.iter().map(|series| (series.called(&query.legend), series)))
        .filter(|(_, series)| !series.points.is_empty())
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// The word and the colour of a value.
fn state(panel: &Panel, value: f64) -> (String, Colour) {
    match panel.words.iter().find(|word| f64::from(word.value) == value) {
        Some(word) => (word.text.to_owned(), word.colour),
        None => (worded(value, panel.measure), colour(panel, value)),
    }
}

/// States over time.
pub fn timeline(filling: &Filling<'_>, size: (f64, f64), shown: Shown) -> String {
    let (panel, all) = (filling.panel, named(filling));
    if all.is_empty() {
        return nothing(panel);
    }
    let names = all
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(1);
    let left = (12.0 + 6.4 * names as f64).min(size.0 / 2.0);
    let row = ((size.1 - 24.0) / all.len() as f64).clamp(12.0, 34.0);
    let (from, to) = (shown.from as f64, shown.to as f64);
    let x = |time: f64| left + (time - from) / (to - from) * (size.0 - left - 10.0);
    let mut out = String::new();
    open(&mut out, size, &panel.title);
    for (index, (name, series)) in all.iter().enumerate() {
        let y = 4.0 + row * index as f64;
        let _ = write!(
            out,
            r#"<text class="tick" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
            left - 6.0,
            y + row / 2.0 + 3.5,
            escaped(name)
        );
        let same = |a: &(f64, f64), b: &(f64, f64)| a.1 == b.1 && b.0 - a.0 <= shown.step as f64 * 1.5;
        for part in series.points.chunk_by(same) {
            let (begin, value) = part[0];
            let end = part[part.len() - 1].0 + shown.step as f64;
            let (word, colour) = state(panel, value);
            let (begin_x, end_x) = (x(begin), x(end.min(to)).max(x(begin) + 1.0));
            let _ = write!(
                out,
                r#"<rect class="fill {}" x="{begin_x:.1}" y="{y:.1}" width="{:.1}" height="{:.1}"><title>{}: {word} from {}</title></rect>"#,
                class(colour),
                end_x - begin_x,
                row - 3.0,
                escaped(name),
                clock(begin, "%H:%M:%S")
            );
            if end_x - begin_x > 8.0 * word.len() as f64 {
                let _ = write!(
                    out,
                    r#"<text class="on-fill" x="{:.1}" y="{:.1}">{word}</text>"#,
                    begin_x + 6.0,
                    y + row / 2.0 + 2.5
                );
            }
        }
    }
    let floor = 4.0 + row * all.len() as f64 + 12.0;
    let pattern = if shown.to - shown.from <= 172_800 {
        "%H:%M"
    } else {
        "%b %d"
    };
    for moment in super::scale::moments(shown, ((size.0 - left) / 70.0) as u64) {
        let _ = write!(
            out,
            r#"<text class="tick" x="{:.1}" y="{floor:.1}" text-anchor="middle">{}</text>"#,
            x(moment),
            clock(moment, pattern)
        );
    }
    out.push_str("</svg>");
    out
}

/// A bar for each series.
pub fn bars(filling: &Filling<'_>) -> String {
    let (panel, mut all) = (filling.panel, named(filling));
    if all.is_empty() {
        return nothing(panel);
    }
    all.sort_by(|a, b| b.1.last().unwrap_or(0.0).total_cmp(&a.1.last().unwrap_or(0.0)));
    let most = panel.max.unwrap_or_else(|| {
        let values = all.iter().filter_map(|(_, series)| series.last());
        values.fold(0.0, f64::max)
    });
    let mut out = String::from(r#"<div class="bars">"#);
    for (name, series) in &all {
        let value = series.last().unwrap_or(0.0);
        let share = if most > 0.0 {
            (value / most).clamp(0.0, 1.0) * 100.0
        } else {
            0.0
        };
        // A moment is told, not measured.
        let share = if panel.measure == Measure::Moment {
            0.0
        } else {
            share
        };
        let class = class(colour(panel, value));
        let _ = write!(
            out,
            r#"<div class="bar"><span>{}</span><span class="track"><b class="{class}" style="width:{share:.1}%"></b></span><strong class="{class}-text">{}</strong></div>"#,
            escaped(name),
            worded(value, panel.measure)
        );
    }
    out.push_str("</div>");
    out
}

/// Dials, a series each.
pub fn gauge(filling: &Filling<'_>) -> String {
    let (panel, all) = (filling.panel, named(filling));
    if all.is_empty() {
        return nothing(panel);
    }
    let mut out = String::from(r#"<div class="dials">"#);
    for (name, series) in &all {
        let value = series.last().unwrap_or(0.0);
        let most = panel.max.unwrap_or(1.0);
        let class = class(colour(panel, value));
        open(&mut out, (120.0, 92.0), &format!("{}: {name}", panel.title));
        let arc = |share: f64| {
            let angle = PI * (1.0 - share.clamp(0.0, 1.0));
            format!(
                "M15,65A45,45 0 0 1 {:.2},{:.2}",
                60.0 + 45.0 * angle.cos(),
                65.0 - 45.0 * angle.sin()
            )
        };
        let _ = write!(
            out,
            r#"<path class="dial" d="{}"/><path class="dial {class}" d="{}"/><text class="dial-text {class}-text" x="60" y="62" text-anchor="middle">{}</text><text class="tick" x="60" y="84" text-anchor="middle">{}</text></svg>"#,
            arc(1.0),
            arc(value / most),
            worded(value, panel.measure),
            escaped(name)
        );
    }
    out.push_str("</div>");
    out
}

/// The names of series.
pub fn names(filling: &Filling<'_>) -> String {
    let all = named(filling);
    if all.is_empty() {
        return nothing(filling.panel);
    }
    let names = all
        .iter()
        .map(|(name, _)| format!(r#"<p class="number info-text">{}</p>"#, escaped(name)));
    names.collect()
}

/// A line for each combination of labels, a column for each query.
pub fn table(filling: &Filling<'_>) -> String {
    let panel = filling.panel;
    let mut rows: BTreeMap<Vec<String>, Vec<Option<f64>>> = BTreeMap::new();
    let mut labels: Vec<String> = Vec::new();
    for (column, found) in filling.series.iter().enumerate() {
        for series in found {
            if labels.is_empty() {
                labels = series.labels.keys().cloned().collect();
            }
            let key = labels
                .iter()
                .map(|label| series.labels.get(label).cloned().unwrap_or_default())
                .collect();
            let row = rows.entry(key).or_insert_with(|| vec![None; panel.queries.len()]);
            row[column] = series.last();
        }
    }
    if rows.is_empty() {
        return nothing(panel);
    }
    let mut out = String::from(r#"<table class="data"><thead><tr>"#);
    let heads = labels
        .iter()
        .chain(panel.queries.iter().map(|query| &query.legend));
    heads.for_each(|head| {
        let _ = write!(out, "<th>{}</th>", escaped(head));
    });
    out.push_str("</tr></thead><tbody>");
    for (key, values) in &rows {
        out.push_str("<tr>");
        for label in key {
            let _ = write!(out, "<td>{}</td>", escaped(label));
        }
        for (value, query) in values.iter().zip(&panel.queries) {
            let measure = column(&query.legend);
            let word = value.map_or_else(|| "–".to_owned(), |value| worded(value, measure));
            let _ = write!(out, r#"<td class="figure">{word}</td>"#);
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    out
}

fn column(title: &str) -> Measure {
    let units = [
        ("(s)", Measure::Seconds),
        ("(USD)", Measure::Dollars),
        ("(share)", Measure::Share),
    ];
    units
        .iter()
        .find(|(end, _)| title.ends_with(end))
        .map_or(Measure::Count, |&(_, measure)| measure)
}

/// The alerts that fire or are about to.
pub fn alerts(filling: &Filling<'_>) -> String {
    let mut rows: Vec<[&str; 4]> = Vec::new();
    for series in filling.series.iter().flatten() {
        let label = |name: &str| series.labels.get(name).map_or("", String::as_str);
        rows.push([
            label("alertstate"),
            label("severity"),
            label("alertname"),
            label("instance"),
        ]);
    }
    rows.sort_unstable();
    if rows.is_empty() {
        return r#"<p class="nothing good-text">No alert fires.</p>"#.to_owned();
    }
    let mut out = String::from(
        r#"<table class="data"><thead><tr><th>State</th><th>Severity</th><th>Alert</th><th>Instance</th></tr></thead><tbody>"#,
    );
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", escaped(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    out
}
