//! What askers say of answers, over both doors.

use std::os::unix::fs::PermissionsExt;

use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tonic::transport::{Channel, Endpoint, Uri};

use self::contract::remote::loader_client::LoaderClient;
use self::contract::server::DataQuery;
use crate::fake_provider::Received;
use crate::support::http::{self, Reply};
use crate::support::plugin::Plugin;
use crate::{ask, query, start, written};

/// The generated gRPC types.
#[allow(missing_docs, clippy::all)]
mod contract {
    pub mod server {
        tonic::include_proto!("server");
    }
    pub mod remote {
        tonic::include_proto!("remote");
    }
}

const QUESTION: &str = "names of all users";

fn model(_: &Received) -> crate::fake_provider::Script {
    written("SELECT name FROM users")
}

fn give(plugin: &Plugin, request_id: &str, verdict: &str) -> Reply {
    let parameters = json!({"request_id": request_id, "verdict": verdict});
    query(plugin, "ai.feedback", &parameters)
}

fn kept(plugin: &Plugin) -> (String, Vec<Value>) {
    let text = std::fs::read_to_string(plugin.folder().join("state/feedback.jsonl")).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    (text, lines)
}

async fn client(plugin: &Plugin) -> LoaderClient<Channel> {
    let socket = plugin.socket.clone();
    let connector = tower::service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { tokio::net::UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    let endpoint = Endpoint::from_static("http://localhost");
    LoaderClient::new(endpoint.connect_with_connector(connector).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_is_kept_for_the_owner_alone_and_without_texts() {
    let (_provider, plugin) = start("", model).await;
    let id = |reply: &Reply| reply.pair("request_id").unwrap();
    let first = ask(&plugin, QUESTION, &json!({}));
    let cached = ask(&plugin, QUESTION, &json!({}));
    assert_eq!(cached.pair("cached").as_deref(), Some("true"));
    for (reply, verdict) in [(&first, "used"), (&cached, "rejected")] {
        let given = give(&plugin, &id(reply), verdict);
        assert_eq!(given.pair("success").as_deref(), Some("true"), "{}", given.text());
        assert_eq!(given.pair("verdict").as_deref(), Some(verdict));
        assert_eq!(given.pair("keeps_text").as_deref(), Some("false"));
    }
    let (text, lines) = kept(&plugin);
    assert!(!text.contains("name") && !text.contains("SELECT"), "{text}");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["provider"], "it");
    assert_eq!(lines[0]["features"]["engine"], 1.0);
    assert_eq!(lines[0]["features"], lines[1]["features"]);
    let mode = |name: &str| {
        let path = plugin.folder().join("state").join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("feedback.jsonl"), 0o600);
    let metrics = http::get(plugin.http, "/metrics").text();
    assert!(
        metrics.contains("atest_ai_feedback_total{verdict=\"used\"} 1\n"),
        "{metrics}"
    );
    assert!(metrics.contains("atest_ai_feedback_total{verdict=\"rejected\"} 1\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_comes_through_atest_too() {
    let (_provider, plugin) = start("", model).await;
    let mut atest = client(&plugin).await;
    let call = |key: &str, parameters: Value| DataQuery {
        key: key.into(),
        sql: parameters.to_string(),
        ..DataQuery::default()
    };
    let parameters = json!({"prompt": QUESTION, "database_type": "sqlite", "schema_ddl": crate::DDL});
    let answer = atest
        .query(call("generate", parameters))
        .await
        .unwrap()
        .into_inner();
    let id = answer.data.iter().find(|pair| pair.key == "request_id").unwrap();
    let parameters =
        json!({"request_id": id.value, "verdict": "corrected", "corrected_sql": "SELECT 'mine'"});
    let given = atest
        .query(call("ai.feedback", parameters))
        .await
        .unwrap()
        .into_inner();
    assert!(
        given
            .data
            .iter()
            .any(|pair| pair.key == "success" && pair.value == "true")
    );
    let (text, lines) = kept(&plugin);
    assert_eq!(lines[0]["verdict"], "corrected");
    assert!(!text.contains("mine"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_kept_where_the_config_says_so() {
    let (_provider, plugin) = start("  feedback: {keep_text: true}\n", model).await;
    let id = ask(&plugin, QUESTION, &json!({})).pair("request_id").unwrap();
    let parameters =
        json!({"request_id": id, "verdict": "corrected", "corrected_sql": "SELECT name FROM users LIMIT 1"});
    assert_eq!(query(&plugin, "ai.feedback", &parameters).status, 200);
    let (_, lines) = kept(&plugin);
    assert_eq!(lines[0]["question"], QUESTION);
    assert_eq!(lines[0]["sql"], "SELECT name FROM users");
    assert_eq!(lines[0]["corrected_sql"], "SELECT name FROM users LIMIT 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_feedback_is_told() {
    let (_provider, plugin) = start("", model).await;
    let id = ask(&plugin, QUESTION, &json!({})).pair("request_id").unwrap();
    let unknown = give(&plugin, "11111111-2222-3333-4444-555555555555", "used");
    assert_eq!(unknown.status, 404, "{}", unknown.text());
    for (parameters, told) in [
        (json!({"verdict": "used"}), "request_id is missing"),
        (
            json!({"request_id": id, "verdict": "great"}),
            "used, corrected, rejected",
        ),
        (json!({"request_id": id}), "verdict must be one of"),
        (
            json!({"request_id": 5, "verdict": "used"}),
            "request_id must be text",
        ),
        (
            json!({"request_id": "x".repeat(1000), "verdict": "used"}),
            "longer than",
        ),
        (
            json!({"request_id": id, "verdict": "used", "corrected_sql": "SELECT 1"}),
            "goes with the verdict corrected",
        ),
    ] {
        let refused = query(&plugin, "ai.feedback", &parameters);
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains(told), "{}", refused.text());
    }
    assert!(!plugin.folder().join("state/feedback.jsonl").exists());
    let (_provider, plugin) = start("  feedback: {enabled: false}\n", model).await;
    let id = ask(&plugin, QUESTION, &json!({})).pair("request_id").unwrap();
    let refused = give(&plugin, &id, "used");
    assert_eq!(refused.status, 400);
    assert!(
        refused.text().contains("ai.feedback.enabled"),
        "{}",
        refused.text()
    );
}
