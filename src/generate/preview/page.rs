//! The pages around the panels.

use std::fmt::Write;

use super::data::Shown;
use super::scale::clock;
use super::{Filling, chart, file_name, heat, states};
use crate::generate::dashboards::panel::{Dashboard, Draw, Panel};
use crate::generate::plan::Plan;

/// Colours, for a light screen and a dark one, and how panels lie on the grid of 24 columns.
const STYLE: &str = include_str!("style.css");

/// Width of one column and height of one line of the grid, in the units of the SVGs.
const COLUMN: f64 = 56.0;
const LINE: f64 = 34.0;

/// A text inside HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// What stands in a panel without data.
pub fn nothing(panel: &Panel) -> String {
    let why = panel
        .empty_when
        .map_or_else(String::new, |why| format!("<br>Expected when {}.", escaped(why)));
    format!(r#"<p class="nothing">No data{why}</p>"#)
}

fn head(plan: &Plan, title: &str, shown: Shown) -> String {
    let (from, to) = (
        clock(shown.from as f64, "%Y-%m-%d %H:%M"),
        clock(shown.to as f64, "%H:%M UTC"),
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} (preview)</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>\
         <header><h1>{title}</h1><p><strong>Preview</strong>, not Grafana: drawn by atest-ext-ai {} from Prometheus' data \
         of {from} to {to}.</p>",
        plan.version,
        title = escaped(title),
    )
}

/// A dashboard with its panels.
pub fn dashboard(
    plan: &Plan,
    all: &[Dashboard],
    dashboard: &Dashboard,
    rows: &[(&str, Vec<Filling<'_>>)],
    shown: Shown,
) -> String {
    let mut out = head(plan, dashboard.title, shown);
    out.push_str("<nav>");
    for other in all {
        let here = if other.key == dashboard.key {
            r#" aria-current="page""#
        } else {
            ""
        };
        let _ = write!(out, r#"<a href="{}"{here}>{}</a>"#, file_name(other), other.key);
    }
    let _ = write!(out, "</nav><p>{}</p></header><main>", escaped(dashboard.about));
    for (title, panels) in rows {
        let _ = write!(
            out,
            r#"<section><h2>{}</h2><div class="row">"#,
            escaped(&title.replace("$provider", "Each provider"))
        );
        for filling in panels {
            panel(&mut out, filling, shown);
        }
        out.push_str("</div></section>");
    }
    out.push_str("</main></body></html>\n");
    out
}

fn panel(out: &mut String, filling: &Filling<'_>, shown: Shown) {
    let panel = filling.panel;
    let place = panel.place;
    let size = (
        f64::from(place.w) * COLUMN - 26.0,
        f64::from(place.h) * LINE - 48.0,
    );
    let empty = filling
        .series
        .iter()
        .flatten()
        .all(|series| series.points.is_empty());
    let body = match panel.draw {
        Draw::Logs => {
            r#"<p class="nothing">Log lines come from Loki, which is not asked here.</p>"#.to_owned()
        }
        Draw::Alerts => states::alerts(filling),
        _ if empty => nothing(panel),
        Draw::Lines => chart::lines(filling, size, shown),
        Draw::Stat => chart::stat(filling, size, shown),
        Draw::Name => states::names(filling),
        Draw::Gauge => states::gauge(filling),
        Draw::Bars => states::bars(filling),
        Draw::Heatmap => heat::map(filling, size, shown),
        Draw::Table => states::table(filling),
        Draw::Timeline => states::timeline(filling, size, shown),
    };
    let _ = write!(
        out,
        r#"<figure style="grid-column:{} / span {}"><figcaption title="{}">{}</figcaption>{body}</figure>"#,
        place.x + 1,
        place.w,
        escaped(&panel.about),
        escaped(&panel.title.replace("$provider", "Each provider"))
    );
}

/// The page that leads to the others.
pub fn index(plan: &Plan, all: &[Dashboard], shown: Shown) -> String {
    let mut out = head(plan, "atest-ext-ai dashboards", shown);
    out.push_str("</header><main><ul class=\"index\">");
    for dashboard in all {
        let _ = write!(
            out,
            r#"<li><a href="{}">{}</a><p>{}</p></li>"#,
            file_name(dashboard),
            escaped(dashboard.title),
            escaped(dashboard.about)
        );
    }
    out.push_str("</ul></main></body></html>\n");
    out
}
