//! Figures from Prometheus, over its HTTP API.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::Trouble;

/// The span of time that is shown, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Where it begins.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
    /// From one point to the next.
    pub step: u64,
}

impl Shown {
    /// `range` before `end`, in about so many points, at whole multiples of a step as Grafana has them.
    pub fn new(end: u64, range: Duration, points: u64) -> Shown {
        let step = (range.as_secs() / points).max(1);
        let to = end / step * step;
        Shown {
            from: to.saturating_sub(range.as_secs()),
            to,
            step,
        }
    }
}

/// A series, or its last point.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its points: seconds since 1970, and a value. Those that are no numbers are left out.
    pub points: Vec<(f64, f64)>,
}

impl Series {
    /// The last value.
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|&(_, value)| value)
    }

    /// What a legend calls it.
    pub fn called(&self, legend: &str) -> String {
        let mut text = legend.to_owned();
        for (label, value) in &self.labels {
            text = text.replace(&format!("{{{{{label}}}}}"), value);
        }
        text
    }
}

/// Why a query brought nothing.
pub enum Refusal {
    /// Prometheus gave no answer.
    NoAnswer(Trouble),
    /// Prometheus did not like it.
    Words(String),
}

impl Refusal {
    /// The same with the panel in it.
    pub fn in_panel(self, panel: &str, expr: &str) -> Trouble {
        match self {
            Refusal::NoAnswer(trouble) => trouble,
            Refusal::Words(reason) => Trouble::Refused {
                panel: panel.to_owned(),
                expr: expr.to_owned(),
                reason,
            },
        }
    }
}

#[derive(Deserialize)]
struct Reply {
    /// `success` or `error`; what is not of Prometheus has no such word.
    #[allow(dead_code, reason = "that it is there is what counts")]
    status: String,
    #[serde(default)]
    error: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Value,
}

#[derive(Deserialize)]
struct Found {
    metric: BTreeMap<String, String>,
    #[serde(default)]
    value: Option<(f64, String)>,
    #[serde(default)]
    values: Vec<(f64, String)>,
}

/// A Prometheus.
pub struct Prometheus {
    address: String,
    client: reqwest::Client,
}

impl Prometheus {
    /// The one at that address, such as `http://localhost:9091`.
    pub fn at(address: &str) -> Result<Prometheus, Trouble> {
        let address = address.trim_end_matches('/').to_owned();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build();
        match client {
            Ok(client) => Ok(Prometheus { address, client }),
            Err(error) => Err(Trouble::NoAnswer(address, error.to_string())),
        }
    }

    /// What a query gives over the time that is shown.
    pub async fn over_time(&self, expr: &str, shown: Shown) -> Result<Vec<Series>, Refusal> {
        let (from, to, step) = (
            shown.from.to_string(),
            shown.to.to_string(),
            shown.step.to_string(),
        );
        let form = [("query", expr), ("start", &from), ("end", &to), ("step", &step)];
        self.ask("query_range", &form).await
    }

    /// What a query gives at the end of it.
    pub async fn at_the_end(&self, expr: &str, shown: Shown) -> Result<Vec<Series>, Refusal> {
        let to = shown.to.to_string();
        self.ask("query", &[("query", expr), ("time", &to)]).await
    }

    async fn ask(&self, what: &str, form: &[(&str, &str)]) -> Result<Vec<Series>, Refusal> {
        let no_answer = |reason: String| Refusal::NoAnswer(Trouble::NoAnswer(self.address.clone(), reason));
        let pairs = form.iter().map(|(key, value)| {
            let encode = |text: &str| {
                percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
            };
            format!("{key}={}", encode(value))
        });
        let body = pairs.collect::<Vec<_>>().join("&");
        let sent = self
            .client
            .post(format!("{}/api/v1/{what}", self.address))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await;
        let reply = sent.map_err(|error| no_answer(reason(&error)))?;
        let status = reply.status();
        let text = reply.text().await.map_err(|error| no_answer(reason(&error)))?;
        let Ok(reply) = serde_json::from_str::<Reply>(&text) else {
            return Err(no_answer(format!(
                "its reply ({status}) is not of Prometheus' API"
            )));
        };
        let Some(data) = reply.data else {
            return Err(Refusal::Words(reply.error));
        };
        series(data).ok_or_else(|| no_answer("its figures are not in the form of Prometheus' API".to_owned()))
    }
}

/// An error with what caused it, which reqwest does not say by itself.
fn reason(error: &reqwest::Error) -> String {
    let mut causes = vec![error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    causes.join(": ")
}

fn series(data: Data) -> Option<Vec<Series>> {
    if data.result_type == "scalar" {
        let value: (f64, String) = serde_json::from_value(data.result).ok()?;
        return Some(vec![Series {
            labels: BTreeMap::new(),
            points: numbers(vec![value]),
        }]);
    }
    let found: Vec<Found> = serde_json::from_value(data.result).ok()?;
    let series = found.into_iter().map(|found| Series {
        labels: found.metric,
        points: numbers(found.value.into_iter().chain(found.values).collect()),
    });
    Some(series.collect())
}

fn numbers(values: Vec<(f64, String)>) -> Vec<(f64, f64)> {
    let parsed = values
        .into_iter()
        .filter_map(|(time, value)| Some((time, value.parse::<f64>().ok()?)));
    parsed.filter(|(_, value)| value.is_finite()).collect()
}
