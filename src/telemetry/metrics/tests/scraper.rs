//! A real Prometheus reads both formats, and gives exemplars back.

use std::fs;
use std::net::SocketAddr;
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::Value;

use super::*;

#[allow(clippy::duplicate_mod, reason = "other tests talk to other programs")]
// Others use another part of it.
#[allow(dead_code)]
#[path = "../../../../tests/support/peer.rs"]
mod peer;

const INSTALL: &str = "apt-get install -y --no-install-recommends prometheus";
/// Far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves metrics: `/metrics` in the format asked for, `/text` in 0.0.4 alone.
async fn serve(metrics: Arc<Metrics>) -> SocketAddr {
    async fn asked_for(State(metrics): State<Arc<Metrics>>, headers: HeaderMap) -> impl IntoResponse {
        let accept = headers.get(header::ACCEPT);
        let accept = accept.map_or("", |value| value.to_str().unwrap());
        answer(&metrics, Format::negotiate(accept))
    }
    fn answer(metrics: &Metrics, format: Format) -> impl IntoResponse + use<> {
        (
            [(header::CONTENT_TYPE, format.content_type())],
            metrics.render(format),
        )
    }
    let text = |State(metrics): State<Arc<Metrics>>| async move { answer(&metrics, Format::Text004) };
    let router = axum::Router::new()
        .route("/metrics", get(asked_for))
        .route("/text", get(text))
        .with_state(metrics);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A Prometheus with a job for each format.
struct Prometheus {
    address: SocketAddr,
    client: reqwest::Client,
    folder: tempfile::TempDir,
    _running: peer::Peer,
}

impl Prometheus {
    fn start(target: SocketAddr) -> Prometheus {
        let folder = tempfile::tempdir().unwrap();
        let job = |name: &str, path: &str| {
            format!(
                "- job_name: {name}\n  metrics_path: {path}\n  static_configs: [{{targets: ['{target}']}}]\n"
            )
        };
        let config = format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n{}{}",
            job("open", "/metrics"),
            job("text", "/text")
        );
        fs::write(folder.path().join("prometheus.yml"), config).unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut command = Command::new("prometheus");
        command
            .current_dir(folder.path())
            .arg("--config.file=prometheus.yml")
            .arg("--storage.tsdb.path=tsdb")
            .arg("--enable-feature=exemplar-storage")
            .arg(format!("--web.listen-address={address}"));
        let running = peer::Peer::start(&mut command, &folder.path().join("log"));
        Prometheus {
            address,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            folder,
            _running: running,
        }
    }

    /// Asks until the data of the answer is as wanted.
    async fn wait_for(&self, path: &str, query: &[(&str, &str)], wanted: impl Fn(&Value) -> bool) -> Value {
        let url = format!("http://{}/api/v1/{path}", self.address);
        let url = reqwest::Url::parse_with_params(&url, query).unwrap();
        let started = Instant::now();
        let mut last = Value::Null;
        while started.elapsed() < PATIENCE {
            if let Ok(answer) = self.client.get(url.clone()).send().await
                && let Ok(body) = answer.bytes().await
                && let Ok(Value::Object(mut answer)) = serde_json::from_slice(&body)
            {
                last = answer.remove("data").unwrap_or_default();
                if wanted(&last) {
                    return last;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap();
        panic!("{path} {query:?} never was as wanted; last: {last}\n{log}");
    }
}

#[tokio::test]
async fn prometheus_reads_both_formats_and_gives_exemplars_back() {
    if !peer::wanted(&["prometheus"], INSTALL) {
        return;
    }
    let metrics = in_full_use();
    let took = Duration::from_millis(750);
    let span = SpanIds {
        trace: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
        span: 0x00f0_67aa_0ba9_02b7,
    };
    metrics.request_finished_in(Some(span), "openai", "gpt-4o", RequestStatus::Success, took);
    metrics.provider_call_in(Some(span), "openai", ProviderOperation::Generate, took);
    metrics.first_token_in(Some(span), "openai", "gpt-4o", took);
    let prometheus = Prometheus::start(serve(metrics).await);

    let both = |data: &Value| data["result"].as_array().is_some_and(|list| list.len() == 2);
    for query in [
        "up == 1",
        "atest_ai_request_duration_seconds_count{provider=\"openai\",model=\"gpt-4o\"} == 1",
        "histogram_quantile(1, atest_ai_request_duration_seconds_bucket{model=\"gpt-4o\"}) == 1",
        "atest_ai_requests_total{model=\"gpt-4o\",status=\"success\"} == 1",
    ] {
        prometheus.wait_for("query", &[("query", query)], both).await;
    }
    for family in [
        "atest_ai_request_duration_seconds",
        "atest_ai_provider_request_duration_seconds",
        "atest_ai_time_to_first_token_seconds",
    ] {
        let query = format!("{family}_bucket{{job=\"open\"}}");
        let now = jiff::Timestamp::now().as_second();
        let (start, end) = ((now - 600).to_string(), (now + 600).to_string());
        let query = [
            ("query", query.as_str()),
            ("start", start.as_str()),
            ("end", end.as_str()),
        ];
        let found = |data: &Value| data.as_array().is_some_and(|list| !list.is_empty());
        let data = prometheus.wait_for("query_exemplars", &query, found).await;
        let exemplar = &data[0]["exemplars"][0];
        assert_eq!(
            exemplar["labels"]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736",
            "{data}"
        );
        assert_eq!(exemplar["labels"]["span_id"], "00f067aa0ba902b7", "{data}");
        assert_eq!(exemplar["value"], "0.75", "{data}");
        assert_eq!(
            data.as_array().unwrap().len(),
            1,
            "only the bucket that it fell into: {data}"
        );
        assert_eq!(data[0]["seriesLabels"]["le"], "1.0", "{data}");
    }
    let targets = prometheus.wait_for("targets", &[], |_| true).await;
    for target in targets["activeTargets"].as_array().unwrap() {
        assert_eq!(target["lastError"], "", "{targets}");
    }
}
