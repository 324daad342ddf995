//! The 32 calls of `remote.Loader`. The plugin answers questions and keeps no tests: lists of tests are empty, and
//! changing them is an error that says so.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::connection::Client;
use super::context::{status, store_context};
use super::contract::remote::loader_server::Loader;
use super::contract::remote::{HistoryTestSuites, TestSuite, TestSuites};
use super::contract::server::{
    CommonResult, DataQuery, DataQueryResult, Empty, ExtensionStatus, HelloReply, HistoryTestCase,
    HistoryTestCases, HistoryTestResult, MenuList, PProfData, PProfRequest, Pair, Pairs, SimpleList,
    SimpleName, TestCase, TestCaseDuplicate, TestCases, TestSuiteDuplicate, Version,
};
use super::{pages, pprof};
use crate::answer::query::{self, QueryRequest};
use crate::answer::{AnswerService, Stage};
use crate::telemetry::audit::Door;
use crate::telemetry::build_info;

/// What atest's users should know of this process.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Sentences such as "HTTP listener off: 127.0.0.1:9090 is in use".
    pub notices: Vec<String>,
    /// Where atest's extension proxy finds `POST /query`, as a URL; `None` when nothing listens for it.
    pub page_server: Option<String>,
}

/// The service.
pub(super) struct AtestLoader {
    answers: Arc<AnswerService>,
    about: Arc<About>,
}

impl AtestLoader {
    pub(super) fn new(answers: Arc<AnswerService>, about: Arc<About>) -> AtestLoader {
        AtestLoader { answers, about }
    }

    /// Whether atest may use the store now, and what its users read beside it. No provider is asked: atest gives
    /// this call five seconds, for every store, each time it lists them.
    fn standing(&self) -> (bool, String) {
        let (ready, state) = match self.answers.admission.stage() {
            Stage::Starting => (false, "AI plugin is starting".to_owned()),
            Stage::Draining => (
                false,
                "AI plugin is stopping and takes no new questions".to_owned(),
            ),
            Stage::Open | Stage::Leaving if self.answers.admission.in_maintenance() => (
                false,
                "AI plugin is in maintenance: an operator has switched questions off".to_owned(),
            ),
            Stage::Open | Stage::Leaving => (true, self.state_when_open()),
        };
        let mut sentences = vec![state];
        sentences.extend(self.about.notices.iter().cloned());
        (ready, sentences.join("; "))
    }

    fn state_when_open(&self) -> String {
        let troubles: Vec<String> = self
            .answers
            .readiness()
            .into_iter()
            .filter(|check| !check.ok)
            .map(|check| format!("{}: {}", check.name, check.detail))
            .collect();
        if troubles.is_empty() {
            "AI Plugin fully operational".to_owned()
        } else {
            format!("AI Plugin ready (degraded mode: {})", troubles.join(", "))
        }
    }
}

/// The version in the form that atest's users know.
fn version() -> String {
    format!(
        "atest-ext-ai v{} (API: v1, gRPC: remote.Loader)",
        build_info().version
    )
}

type Reply<T> = Result<Response<T>, Status>;

fn reply<T>(message: T) -> Reply<T> {
    Ok(Response::new(message))
}

fn keeps_no_tests<T>() -> Reply<T> {
    Err(Status::failed_precondition(
        "this store keeps no test suites, test cases or history: it answers questions; use another store for tests",
    ))
}

#[tonic::async_trait]
impl Loader for AtestLoader {
    async fn query(&self, request: Request<DataQuery>) -> Reply<DataQueryResult> {
        let mut context = store_context(request.metadata());
        context.actor.door = Door::Grpc;
        context.actor.peer = request
            .extensions()
            .get::<Client>()
            .and_then(|client| client.peer);
        let asked = request.into_inner();
        let request = QueryRequest {
            kind: asked.r#type,
            key: asked.key,
            sql: asked.sql,
        };
        let answered = query::run(&self.answers, request, context)
            .await
            .map_err(status)?;
        let data = answered.data.into_iter().map(|pair| Pair {
            key: pair.key,
            value: pair.value,
            description: String::new(),
        });
        let row = |row: Vec<query::Item>| Pairs {
            data: row
                .into_iter()
                .map(|item| Pair {
                    key: item.key,
                    value: item.value,
                    description: item.description,
                })
                .collect(),
        };
        reply(DataQueryResult {
            data: data.collect(),
            items: answered.items.into_iter().map(row).collect(),
            ..DataQueryResult::default()
        })
    }

    async fn verify(&self, _: Request<Empty>) -> Reply<ExtensionStatus> {
        let (ready, message) = self.standing();
        reply(ExtensionStatus {
            ready,
            read_only: true,
            version: version(),
            message,
        })
    }

    async fn get_version(&self, _: Request<Empty>) -> Reply<Version> {
        reply(Version {
            version: version(),
            commit: build_info().commit.into(),
            date: build_info().date.into(),
        })
    }

    async fn p_prof(&self, request: Request<PProfRequest>) -> Reply<PProfData> {
        let name = &request.get_ref().name;
        let data = pprof::profile(&self.answers, name, request.metadata()).await;
        reply(PProfData { data })
    }

    async fn get_menus(&self, _: Request<Empty>) -> Reply<MenuList> {
        reply(MenuList {
            data: vec![pages::menu()],
        })
    }

    async fn get_page_of_js(&self, request: Request<SimpleName>) -> Reply<CommonResult> {
        reply(pages::script(&request.get_ref().name)?)
    }

    async fn get_page_of_css(&self, request: Request<SimpleName>) -> Reply<CommonResult> {
        reply(pages::style(&request.get_ref().name)?)
    }

    async fn get_page_of_static(&self, request: Request<SimpleName>) -> Reply<CommonResult> {
        Err(pages::missing("static file", &request.get_ref().name))
    }

    async fn get_page_of_server(&self, request: Request<SimpleName>) -> Reply<CommonResult> {
        match &self.about.page_server {
            Some(url) if request.get_ref().name == pages::PAGE => reply(CommonResult {
                success: true,
                message: url.clone(),
            }),
            _ => Err(pages::missing("server behind the page", &request.get_ref().name)),
        }
    }

    async fn get_themes(&self, _: Request<Empty>) -> Reply<SimpleList> {
        reply(SimpleList::default())
    }

    async fn get_theme(&self, request: Request<SimpleName>) -> Reply<CommonResult> {
        Err(pages::missing("theme", &request.get_ref().name))
    }

    async fn get_bindings(&self, _: Request<Empty>) -> Reply<SimpleList> {
        reply(SimpleList::default())
    }

    async fn get_binding(&self, request: Request<SimpleName>) -> Reply<CommonResult> {
        Err(pages::missing("binding", &request.get_ref().name))
    }

    async fn list_test_suite(&self, _: Request<Empty>) -> Reply<TestSuites> {
        reply(TestSuites::default())
    }

    async fn create_test_suite(&self, _: Request<TestSuite>) -> Reply<Empty> {
        keeps_no_tests()
    }

    async fn get_test_suite(&self, _: Request<TestSuite>) -> Reply<TestSuite> {
        reply(TestSuite::default())
    }

    async fn update_test_suite(&self, _: Request<TestSuite>) -> Reply<TestSuite> {
        keeps_no_tests()
    }

    async fn delete_test_suite(&self, _: Request<TestSuite>) -> Reply<Empty> {
        keeps_no_tests()
    }

    async fn rename_test_suite(&self, _: Request<TestSuiteDuplicate>) -> Reply<HelloReply> {
        keeps_no_tests()
    }

    async fn list_test_cases(&self, _: Request<TestSuite>) -> Reply<TestCases> {
        reply(TestCases::default())
    }

    async fn create_test_case(&self, _: Request<TestCase>) -> Reply<Empty> {
        keeps_no_tests()
    }

    async fn get_test_case(&self, _: Request<TestCase>) -> Reply<TestCase> {
        reply(TestCase::default())
    }

    async fn update_test_case(&self, _: Request<TestCase>) -> Reply<TestCase> {
        keeps_no_tests()
    }

    async fn delete_test_case(&self, _: Request<TestCase>) -> Reply<Empty> {
        keeps_no_tests()
    }

    async fn rename_test_case(&self, _: Request<TestCaseDuplicate>) -> Reply<HelloReply> {
        keeps_no_tests()
    }

    async fn list_history_test_suite(&self, _: Request<Empty>) -> Reply<HistoryTestSuites> {
        reply(HistoryTestSuites::default())
    }

    async fn create_test_case_history(&self, _: Request<HistoryTestResult>) -> Reply<Empty> {
        keeps_no_tests()
    }

    async fn get_history_test_case_with_result(
        &self,
        _: Request<HistoryTestCase>,
    ) -> Reply<HistoryTestResult> {
        reply(HistoryTestResult::default())
    }

    async fn get_history_test_case(&self, _: Request<HistoryTestCase>) -> Reply<HistoryTestCase> {
        reply(HistoryTestCase::default())
    }

    async fn delete_history_test_case(&self, _: Request<HistoryTestCase>) -> Reply<Empty> {
        keeps_no_tests()
    }

    async fn delete_all_history_test_case(&self, _: Request<HistoryTestCase>) -> Reply<Empty> {
        keeps_no_tests()
    }

    async fn get_test_case_all_history(&self, _: Request<TestCase>) -> Reply<HistoryTestCases> {
        reply(HistoryTestCases::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Ground, Snapshot};
    use crate::config::Config;

    fn loader(notices: &[&str]) -> AtestLoader {
        let ground = Ground::default();
        let snapshot = Snapshot::new(Arc::new(Config::default()), &ground, None);
        let about = About {
            notices: notices.iter().map(|notice| (*notice).to_owned()).collect(),
            page_server: None,
        };
        AtestLoader::new(Arc::new(AnswerService::new(snapshot, ground)), Arc::new(about))
    }

    #[test]
    fn a_store_is_ready_only_while_questions_are_taken() {
        let loader = loader(&["HTTP listener off: 127.0.0.1:9090 is in use"]);
        let ready = || loader.standing().0;
        assert!(!ready());
        loader.answers.admission.open();
        assert!(ready());
        assert!(loader.standing().1.contains("HTTP listener off"));
        loader.answers.admission.set_maintenance(true);
        assert!(!ready());
        assert!(loader.standing().1.contains("maintenance"));
        loader.answers.admission.set_maintenance(false);
        loader.answers.admission.drain();
        assert!(!ready());
    }
}
