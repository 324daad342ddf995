//! Cloud providers through today's atest: all it sends beside a question is its store, as gRPC metadata.

use hyper_util::rt::TokioIo;
use serde_json::json;
use tonic::Request;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint, Uri};

use self::contract::remote::loader_client::LoaderClient;
use self::contract::server::DataQuery;
use crate::GOOD;
use crate::fake_provider::{FakeProvider, Received, Script, anthropic_sse, openai_sse};
use crate::support::plugin::{PATIENCE, Plugin};

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

async fn client(plugin: &Plugin) -> LoaderClient<Channel> {
    let socket = plugin.socket.clone();
    let connector = tower::service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { tokio::net::UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    let endpoint = Endpoint::from_static("http://localhost");
    LoaderClient::new(endpoint.connect_with_connector(connector).await.unwrap())
}

/// A call as atest makes it: `type` is dropped on the way, and the store's fields are metadata.
fn call(sql: String, store: &[(&str, &str)]) -> Request<DataQuery> {
    let mut request = Request::new(DataQuery {
        key: "generate".into(),
        sql,
        ..DataQuery::default()
    });
    for (name, value) in store {
        let name: tonic::metadata::MetadataKey<_> = name.parse().unwrap();
        request
            .metadata_mut()
            .insert(name, MetadataValue::try_from(*value).unwrap());
    }
    request
}

/// How a wire writes an answer.
type Writes = fn(&str) -> Script;

#[tokio::test(flavor = "multi_thread")]
async fn a_stores_password_and_properties_reach_a_cloud_provider() {
    let wires: [(&str, &str, &str, Writes); 3] = [
        ("openai", "authorization", "Bearer k-store", openai_sse),
        ("deepseek", "authorization", "Bearer k-store", openai_sse),
        ("anthropic", "x-api-key", "k-store", anthropic_sse),
    ];
    for (kind, header, expected, answer) in wires {
        let (sender, received) = std::sync::mpsc::channel();
        let provider = FakeProvider::start(move |request: &Received| {
            let _ = sender.send(request.clone());
            answer(GOOD)
        })
        .await;
        let plugin = Plugin::start("");
        let url = provider.url();
        let store = [
            ("name", "ai"),
            ("kind", "atest-ext-ai"),
            ("kind.url", "unix:///tmp/atest-ext-ai.sock"),
            ("username", ""),
            ("password", "k-store"),
            ("readonly", "false"),
            ("disabled", "false"),
            ("pro.provider", kind),
            ("pro.endpoint", url.as_str()),
            ("pro.model", "model-of-the-store"),
            ("pro.max_tokens", "4096"),
            ("pro.timeout", "30s"),
        ];
        // What the host's own AI route and its page send.
        let sql = json!({"prompt": "names of active users", "model": "", "config": json!({"provider": kind, "timeout": "120s"}).to_string()});
        let reply = client(&plugin)
            .await
            .query(call(sql.to_string(), &store))
            .await
            .unwrap()
            .into_inner();
        let pair = |key: &str| {
            let found = reply.data.iter().find(|pair| pair.key == key);
            found.map(|pair| pair.value.clone())
        };
        assert_eq!(
            pair("success").as_deref(),
            Some("true"),
            "{kind}: {:?}",
            reply.data
        );
        let generated = pair("generated_sql").unwrap();
        assert_eq!(
            generated,
            "sql:SELECT name FROM users WHERE active = TRUE\nexplanation:Names of active users."
        );
        assert_eq!(pair("error"), None);
        let request = received.recv_timeout(PATIENCE).unwrap();
        assert_eq!(request.header(header), expected, "{kind}");
        assert_eq!(request.json()["model"], "model-of-the-store");
    }
}
