//! `grpc.health.v1.Health`, asked at the moment of the question.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use tonic::server::NamedService;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::contract::remote::loader_server::LoaderServer;
use super::loader::AtestLoader;
use crate::answer::{AnswerService, Stage};

/// How often a watched status is looked at.
const WATCH_INTERVAL: Duration = Duration::from_millis(500);

/// The health service: readiness of the whole is that of `remote.Loader`, its one service.
pub(super) fn service(answers: Arc<AnswerService>) -> HealthServer<Readiness> {
    HealthServer::new(Readiness { answers })
}

/// Readiness as gRPC asks for it.
#[derive(Clone)]
pub(super) struct Readiness {
    answers: Arc<AnswerService>,
}

impl Readiness {
    /// `None` for a service that is not here.
    fn of(&self, name: &str) -> Option<ServingStatus> {
        if !name.is_empty() && name != LoaderServer::<AtestLoader>::NAME {
            return None;
        }
        let ready = self.answers.readiness().iter().all(|check| check.ok);
        Some(if ready {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        })
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}

#[tonic::async_trait]
impl Health for Readiness {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match self.of(&request.get_ref().service) {
            Some(status) => Ok(Response::new(response(status))),
            None => Err(Status::not_found(
                "no such service: ask for \"\" or \"remote.Loader\"",
            )),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let start = (self.clone(), request.into_inner().service, None);
        let changes = stream::unfold(start, |(readiness, name, last)| async move {
            loop {
                let now = readiness.of(&name).unwrap_or(ServingStatus::ServiceUnknown);
                if last != Some(now) {
                    return Some((Ok(response(now)), (readiness, name, Some(now))));
                }
                // Nothing changes any more, and a watcher must not hold the stop.
                if readiness.answers.admission.stage() == Stage::Draining {
                    return None;
                }
                tokio::time::sleep(WATCH_INTERVAL).await;
            }
        });
        Ok(Response::new(Box::pin(changes)))
    }
}
