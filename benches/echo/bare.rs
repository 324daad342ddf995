//! Bare tonic servers that answer `/remote.Loader/Query`: an echo of what it was sent, and a relay that asks a provider
//! over HTTP, reads its answer to the end, and does nothing else.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::contract::server::{DataQuery, DataQueryResult, Pair};

/// What a call does.
#[derive(Clone)]
pub enum Bare {
    /// Answers at once.
    Echo,
    /// Posts the same bytes to the same URL for every call, and answers once the reply is read.
    Relay {
        client: reqwest::Client,
        url: String,
        body: bytes::Bytes,
    },
}

impl Bare {
    /// A relay that posts what is in a file.
    pub fn relay(url: &str, body: &Path) -> Bare {
        Bare::Relay {
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client is built"),
            url: url.into(),
            body: std::fs::read(body).expect("the body is there").into(),
        }
    }
}

/// Serves until killed.
pub fn serve(socket: PathBuf, bare: Bare) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let listener = UnixListener::bind(socket).expect("the socket is free");
        tonic::transport::Server::builder()
            .add_service(bare)
            .serve_with_incoming(UnixListenerStream::new(listener))
            .await
            .expect("it serves until killed");
    });
}

impl NamedService for Bare {
    const NAME: &'static str = "remote.Loader";
}

impl UnaryService<DataQuery> for Bare {
    type Response = DataQueryResult;
    type Future = BoxFuture<'static, Result<Response<DataQueryResult>, Status>>;

    fn call(&mut self, request: Request<DataQuery>) -> Self::Future {
        let bare = self.clone();
        Box::pin(async move {
            if let Bare::Relay { client, url, body } = bare {
                exchange(&client, &url, body).await;
            }
            let query = request.into_inner();
            let pair = |key: &str, value: String| Pair {
                key: key.into(),
                value,
                description: String::new(),
            };
            Ok(Response::new(DataQueryResult {
                data: vec![pair("success", "true".into()), pair("generated_sql", query.sql)],
                ..DataQueryResult::default()
            }))
        })
    }
}

impl tower::Service<http::Request<Body>> for Bare {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let bare = self.clone();
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::<DataQueryResult, DataQuery>::default());
            Ok(grpc.unary(bare, request).await)
        })
    }
}

async fn exchange(client: &reqwest::Client, url: &str, body: bytes::Bytes) {
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .body(body);
    let mut reply = request.send().await.expect("the provider answers");
    while let Some(piece) = reply.chunk().await.expect("the reply is whole") {
        std::hint::black_box(piece);
    }
}
