//! What every call goes through: its request has to come in time, and its reply has to be taken.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use super::connection::Client;
use super::traffic::Call;
use crate::answer::AnswerService;
use crate::http::{RatedCaller, Rates};
use crate::telemetry::RejectReason;
use crate::telemetry::audit::Peer;

/// Streams of reflection may stay open while a person thinks.
const REFLECTION: &str = "/grpc.reflection.";
const HEALTH: &str = "/grpc.health.";
const REFLECTION_TIME: Duration = Duration::from_secs(10 * 60);

/// Wraps every call.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    service: Arc<AnswerService>,
    rates: Arc<Rates>,
}

impl Calls {
    pub(super) fn of(service: &Arc<AnswerService>) -> Calls {
        Calls {
            service: Arc::clone(service),
            rates: Arc::default(),
        }
    }

    /// Whether the caller sends no more calls than it may. Whoever asks for health is not counted.
    fn admit(&self, path: &str, client: &Client) -> Result<(), Status> {
        if path.starts_with(HEALTH) {
            return Ok(());
        }
        let caller = match client.peer {
            Some(Peer::Address(address)) => RatedCaller::at(address.ip()),
            Some(Peer::Process { user, .. }) => RatedCaller::User(user),
            None => RatedCaller::Unknown,
        };
        let per_second = self.service.snapshot().config.server.max_requests_per_second;
        self.rates.admit(caller, per_second).map_err(|_| {
            self.service.metrics.rejected(RejectReason::RateLimit);
            let text =
                "more calls a second than `server.max_requests_per_second` allows; send them more slowly";
            Status::resource_exhausted(text)
        })
    }
}

/// The service within.
#[derive(Debug, Clone)]
pub(super) struct Counted<S>(S, Calls);

impl<S> Layer<S> for Calls {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Counted<S> {
        Counted(inner, self.clone())
    }
}

impl<S, B> Service<Request<Body>> for Counted<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Send + 'static,
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // Every connection of this door puts it there.
        let Some(client) = request.extensions().get::<Client>().cloned() else {
            let answer = self.0.call(request);
            return Box::pin(async move { Ok(answer.await?.map(Body::new)) });
        };
        if let Err(refused) = self.1.admit(request.uri().path(), &client) {
            return Box::pin(async move { Ok(refused.into_http()) });
        }
        let time = if request.uri().path().starts_with(REFLECTION) {
            REFLECTION_TIME
        } else {
            client.patience.read
        };
        let asked = client.traffic.call();
        let request = request.map(|body| {
            Body::new(Asked {
                body,
                time,
                too_long: None,
                call: asked,
            })
        });
        let call = client.traffic.call();
        let answer = self.0.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            call.waits();
            Ok(answer.map(|body| Body::new(Answered { body, call })))
        })
    }
}

/// A request on its way in.
struct Asked {
    body: Body,
    time: Duration,
    /// Set once the client lets the plugin wait.
    too_long: Option<Pin<Box<Sleep>>>,
    call: Call,
}

impl HttpBody for Asked {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                if !this.call.holds(bytes) {
                    let text = "the requests on this connection hold too much: send fewer large ones at once";
                    return Poll::Ready(Some(Err(Status::resource_exhausted(text))));
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Pending => {
                let time = this.time;
                let too_long = this.too_long.get_or_insert_with(|| Box::pin(sleep(time)));
                if too_long.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                let text = format!("the request did not arrive within {} s", time.as_secs_f64());
                Poll::Ready(Some(Err(Status::deadline_exceeded(text))))
            }
            ready => ready,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A reply on its way out.
struct Answered<B> {
    body: B,
    call: Call,
}

impl<B> HttpBody for Answered<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    /// Asked for once the client has room for more, so that the time between two of these is the client's.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(_))) => self.call.waits(),
            _ => self.call.goes_on(),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
