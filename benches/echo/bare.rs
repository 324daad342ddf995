//! A bare tonic server: answers `/remote.Loader/Query` with what it was sent, and does nothing else.

use std::convert::Infallible;
use std::path::PathBuf;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use crate::contract::server::{DataQuery, DataQueryResult, Pair};

/// Serves until killed.
pub fn serve(socket: PathBuf) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let listener = UnixListener::bind(socket).expect("the socket is free");
        tonic::transport::Server::builder()
            .add_service(Echo)
            .serve_with_incoming(UnixListenerStream::new(listener))
            .await
            .expect("it serves until killed");
    });
}

#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "remote.Loader";
}

impl UnaryService<DataQuery> for Echo {
    type Response = DataQueryResult;
    type Future = BoxFuture<'static, Result<Response<DataQueryResult>, Status>>;

    fn call(&mut self, request: Request<DataQuery>) -> Self::Future {
        Box::pin(async move {
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

impl tower::Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::<DataQueryResult, DataQuery>::default());
            Ok(grpc.unary(Echo, request).await)
        })
    }
}
