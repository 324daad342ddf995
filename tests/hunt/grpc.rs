//! Calls over gRPC as atest makes them, with keys in all the places that its store has.

use hyper_util::rt::TokioIo;
use serde_json::json;
use tonic::metadata::{MetadataKey, MetadataValue};
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Request, Status};

use crate::contract::remote::loader_client::LoaderClient;
use crate::contract::server::{DataQuery, DataQueryResult, Empty};
use crate::planted::secret;
use crate::scene::{Scene, bearer};

async fn client(scene: &Scene) -> LoaderClient<Channel> {
    let socket = scene.plugin.socket.clone();
    let connector = tower::service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { tokio::net::UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    let endpoint = Endpoint::from_static("http://localhost");
    LoaderClient::new(endpoint.connect_with_connector(connector).await.unwrap())
}

async fn query(
    client: &mut LoaderClient<Channel>,
    key: &str,
    sql: &str,
    metadata: &[(&str, &str)],
) -> Result<DataQueryResult, Status> {
    let mut request = Request::new(DataQuery {
        key: key.into(),
        sql: sql.into(),
        ..DataQuery::default()
    });
    for (name, value) in metadata {
        let name: MetadataKey<_> = name.parse().unwrap();
        request
            .metadata_mut()
            .insert(name, MetadataValue::try_from(*value).unwrap());
    }
    client.query(request).await.map(tonic::Response::into_inner)
}

/// All of them.
pub async fn calls(scene: &mut Scene) {
    let mut client = client(scene).await;
    let url = scene.provider.url();
    let place = |name: &str| format!("{url}/{name}/v1");
    let (password, pro) = (
        secret("request: metadata password"),
        secret("request: metadata pro.api_key"),
    );
    let (other, bearer) = (
        secret("request: metadata x-auth"),
        bearer(&secret("request: metadata authorization")),
    );
    let keys = [
        [("password", password.as_str())],
        [("pro.api_key", pro.as_str())],
        [("x-auth", other.as_str())],
        [("authorization", bearer.as_str())],
    ];
    for (number, name) in ["good", "refusing", "streaming", "broken", "elsewhere", "parrot"]
        .iter()
        .enumerate()
    {
        let endpoint = place(name);
        for (which, key) in keys.iter().enumerate() {
            let mut metadata = vec![("pro.provider", *name), ("pro.endpoint", endpoint.as_str())];
            metadata.extend(key);
            let question = json!({"prompt": format!("names of users {number} {which}"), "database": "shop"});
            let wrong = json!({"prompt": 7, "config": {"api_key": secret("request: api_key")}});
            for (key, sql) in [
                ("generate", question.to_string()),
                ("generate", wrong.to_string()),
                (
                    "generate",
                    format!("{{\"api_key\": \"{}\"", secret("request: a body that is no JSON")),
                ),
                ("models", json!({"provider": name}).to_string()),
                ("test_connection", json!({"provider": name}).to_string()),
                ("health_check", json!({"provider": name}).to_string()),
            ] {
                let said = query(&mut client, key, &sql, &metadata).await;
                scene.out(
                    format!("the answer to {key} of {name} over gRPC"),
                    format!("{said:?}"),
                );
            }
        }
    }
    let said = client.verify(Empty {}).await;
    scene.out("Verify", format!("{said:?}"));
}
