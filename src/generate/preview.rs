//! A preview of the dashboards: a page for each, its panels drawn from a real Prometheus' data. It shows what will be seen,
//! not how Grafana draws it.

use std::path::{Path, PathBuf};
use std::time::Duration;

mod chart;
pub mod data;
mod heat;
mod page;
mod scale;
mod states;

use self::data::{Prometheus, Shown};
use super::dashboards::panel::{Dashboard, Draw, Panel};
use super::dashboards::{self, Filled};
use super::plan::Plan;
use super::signal::span;

/// Columns of points in a chart.
const POINTS: u64 = 240;

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Prometheus gave no answer.
    #[error("Prometheus at {0} cannot be asked: {1}")]
    NoAnswer(String, String),
    /// The plugin gave no answer.
    #[error("the plugin cannot be asked at {0}: {1}")]
    NoPlugin(String, String),
    /// Prometheus did not like a query.
    #[error("Prometheus refused the query of {panel:?}, {expr}: {reason}")]
    Refused {
        /// The panel.
        panel: String,
        /// The query.
        expr: String,
        /// Its own words.
        reason: String,
    },
    /// A page could not be written.
    #[error("{0}: {1}")]
    Unwritten(String, std::io::Error),
}

/// A panel and what came back for each of its queries.
struct Filling<'a> {
    panel: &'a Panel,
    series: Vec<Vec<data::Series>>,
}

/// Writes a page for each dashboard, and one that leads to them, into `folder`. They show the time from `end` (seconds since
/// 1970) back to `range` before, as the Prometheus at `address` tells it.
///
/// # Errors
/// Prometheus gives no answer or does not like a query, or the folder cannot be written.
pub async fn write(
    plan: &Plan,
    folder: &Path,
    address: &str,
    range: Duration,
    end: u64,
) -> Result<Vec<PathBuf>, Trouble> {
    let prometheus = Prometheus::at(address)?;
    let shown = Shown::new(end, range, POINTS);
    let scrape = plan.values.prometheus.scrape_interval.0.as_secs();
    // As Grafana does: four scrapes, or a step and a scrape.
    let window = span((shown.step + scrape).max(4 * scrape));
    let range = span(range.as_secs());
    let with = Filled {
        job: &plan.values.selectors.job,
        window: &window,
        range: &range,
    };
    let dashboards = plan.dashboards();
    let mut written = Vec::new();
    create(folder).await?;
    for dashboard in dashboards {
        let mut rows = Vec::new();
        for row in &dashboard.rows {
            let mut panels = Vec::new();
            for panel in &row.panels {
                panels.push(ask(&prometheus, panel, with, shown).await?);
            }
            rows.push((row.title.as_str(), panels));
        }
        let html = page::dashboard(plan, dashboards, dashboard, &rows, shown);
        written.push(save(folder, &file_name(dashboard), &html).await?);
    }
    let index = page::index(plan, dashboards, shown);
    written.push(save(folder, "index.html", &index).await?);
    Ok(written)
}

fn file_name(dashboard: &Dashboard) -> String {
    format!("{}.html", dashboards::uid(dashboard.key))
}

async fn ask<'a>(
    prometheus: &Prometheus,
    panel: &'a Panel,
    with: Filled<'_>,
    shown: Shown,
) -> Result<Filling<'a>, Trouble> {
    let mut series = Vec::new();
    // Log lines are Loki's.
    let queries = if panel.draw == Draw::Logs {
        &[]
    } else {
        panel.queries.as_slice()
    };
    for query in queries {
        let expr = with.fill(&query.expr);
        let found = match query.instant {
            true => prometheus.at_the_end(&expr, shown).await,
            false => prometheus.over_time(&expr, shown).await,
        };
        series.push(found.map_err(|refusal| refusal.in_panel(&panel.title, &expr))?);
    }
    if panel.draw == Draw::Alerts {
        let expr = "ALERTS{component=\"atest-ext-ai\",severity!=\"none\"}";
        let found = prometheus.at_the_end(expr, shown).await;
        series.push(found.map_err(|refusal| refusal.in_panel(&panel.title, expr))?);
    }
    Ok(Filling { panel, series })
}

async fn create(folder: &Path) -> Result<(), Trouble> {
    let made = tokio::fs::create_dir_all(folder).await;
    made.map_err(|error| Trouble::Unwritten(folder.display().to_string(), error))
}

async fn save(folder: &Path, name: &str, html: &str) -> Result<PathBuf, Trouble> {
    let path = folder.join(name);
    match tokio::fs::write(&path, html).await {
        Ok(()) => Ok(path),
        Err(error) => Err(Trouble::Unwritten(path.display().to_string(), error)),
    }
}
