//! atest's query language: a `key`, parameters as JSON text in `sql`, and pairs of text as the answer.
//!
//! | key | parameters | pairs on success |
//! |---|---|---|
//! | `generate` | `prompt` and what goes with it | `api_version generated_sql success meta` and more |
//! | `capabilities`, `ai.capabilities…` | what to include | what the plugin can do |
//! | `providers`, `models`, `models_catalog` | `provider` | who can answer, and with which models |
//! | `test_connection`, `health_check` | `provider` | whether it answers now |
//! | `ai.feedback` | `request_id`, `verdict` | what an asker did with an answer is kept |
//! | `update_config` | `provider`, `config` | what became of the settings |
//! | `ai.preview` | `prompt` as for `generate`, or `sql`; `database` | the answer's, with its first rows in `items` |
//! | `ai.check` | `sql`, and its tables as for `generate` | whether it passes the checks; it is not run |
//! | anything else | SQL that the asker has | the key is a question; answered as `generate` |
//!
//! `type` decides nothing, because atest's REST route drops it on the way. Both doors use this room, so it knows
//! neither gRPC nor HTTP.

use std::collections::BTreeMap;
use std::fmt;

use super::AnswerService;
use crate::telemetry::audit::Actor;
use crate::telemetry::trace::Root;

mod capabilities;
mod check;
mod chinese;
mod feedback;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod generate;
mod lists;
mod natural;
mod parameters;
mod preview;
mod probe;
mod reply;
mod settings;
mod update;

pub use natural::NaturalLanguage;
pub use parameters::schema_values;
pub use reply::Pair;

/// One request in the query language.
#[derive(Clone, Default)]
pub struct QueryRequest {
    /// `ai`, or empty.
    pub kind: String,
    /// What is wanted, or a question.
    pub key: String,
    /// Parameters as JSON text, or SQL that the asker has.
    pub sql: String,
}

/// What is known of the store that a request came through.
#[derive(Clone, Default)]
pub struct StoreContext {
    /// Who sent it, for the audit log.
    pub actor: Actor,
    /// gRPC metadata or HTTP headers, by lower-case name: `pro.<property>`, `password`, `authorization`, ….
    pub properties: BTreeMap<String, String>,
    /// How the request came in.
    pub root: Root,
}

/// What a request gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryReply {
    /// Pairs.
    pub data: Vec<Pair>,
    /// Rows of a database, each the columns in order.
    pub items: Vec<Vec<Item>>,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The column.
    pub key: String,
    /// The value as text; empty for NULL.
    pub value: String,
    /// The database's name of the type; `null` for NULL.
    pub description: String,
}

/// Sizes alone: questions are nobody's business in logs.
impl fmt::Debug for QueryRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryRequest")
            .field("key_bytes", &self.key.len())
            .field("sql_bytes", &self.sql.len())
            .finish_non_exhaustive()
    }
}

/// Why a request got no pairs. The text is for the asker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The request is wrong.
    #[error("{0}")]
    InvalidArgument(String),
    /// It names something that is not here.
    #[error("{0}")]
    NotFound(String),
    /// Not now: the plugin is starting or stopping, so another instance or a later try may answer.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of the plugin.
    #[error("{0}")]
    Internal(String),
}

/// What a `key` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Generate,
    Capabilities,
    OldCapabilities,
    Providers,
    ModelsCatalog,
    Models,
    TestConnection,
    HealthCheck,
    UpdateConfig,
    Preview,
    Check,
    Feedback,
    /// The key is the question.
    Question,
}

impl Wanted {
    /// Keys are exact, as in the first plugin; only `generate` is taken in any case, because the host does so too
    /// when it rewrites the reply.
    fn by(key: &str) -> Result<Wanted, QueryError> {
        Ok(match key {
            "capabilities" => Wanted::Capabilities,
            "providers" => Wanted::Providers,
            "models_catalog" => Wanted::ModelsCatalog,
            "models" => Wanted::Models,
            "test_connection" => Wanted::TestConnection,
            "health_check" => Wanted::HealthCheck,
            "update_config" => Wanted::UpdateConfig,
            _ if key.eq_ignore_ascii_case("generate") => Wanted::Generate,
            "ai.preview" => Wanted::Preview,
            "ai.check" => Wanted::Check,
            "ai.capabilities" => Wanted::OldCapabilities,
            "ai.feedback" => Wanted::Feedback,
            _ if key.starts_with("ai.capabilities.") => Wanted::OldCapabilities,
            _ if key.starts_with("ai.") => {
                return Err(QueryError::InvalidArgument(format!(
                    "unknown key {:?}: keys beginning with \"ai.\" are reserved, and of them this version knows \
                     ai.capabilities, ai.check, ai.feedback and ai.preview; to ask a question, use the key generate",
                    parameters::shorten(key)
                )));
            }
            _ => Wanted::Question,
        })
    }
}

/// Answers one request. A question that gets no SQL is still an answer: pairs with `success` = `false`.
pub async fn run(
    service: &AnswerService,
    request: QueryRequest,
    context: StoreContext,
) -> Result<QueryReply, QueryError> {
    let answer = answer(service, &request, &context).await;
    if chinese::is_wanted(&request.sql) {
        chinese::answer(answer)
    } else {
        answer
    }
}

async fn answer(
    service: &AnswerService,
    request: &QueryRequest,
    context: &StoreContext,
) -> Result<QueryReply, QueryError> {
    let sql = request.sql.as_str();
    let pairs = match wanted(request)? {
        Wanted::Preview => return preview::report(service, sql, context).await,
        Wanted::Generate => generate::by_parameters(service, sql, context).await,
        Wanted::Question => generate::by_key(service, &request.key, sql, context).await,
        Wanted::Capabilities => capabilities::report(service, sql).await,
        Wanted::OldCapabilities => Ok(capabilities::old_report(service)),
        Wanted::Providers => lists::providers(service, sql).await,
        Wanted::ModelsCatalog => lists::models_catalog(service, sql),
        Wanted::Models => lists::models(service, sql, context).await,
        Wanted::TestConnection => probe::test_connection(service, sql, context).await,
        Wanted::HealthCheck => probe::health_check(service, sql, context).await,
        Wanted::Check => check::report(service, sql, context).await,
        Wanted::Feedback => feedback::give(service, sql).await,
        Wanted::UpdateConfig => update::update_config(service, sql, context).await,
    };
    pairs.map(QueryReply::from)
}

/// What a request asks for.
fn wanted(request: &QueryRequest) -> Result<Wanted, QueryError> {
    if !matches!(request.kind.as_str(), "" | "ai") {
        return Err(QueryError::InvalidArgument(format!(
            "unsupported query type: {} (use \"ai\", or leave it empty)",
            parameters::shorten(&request.kind)
        )));
    }
    if request.key.trim().is_empty() {
        return Err(QueryError::InvalidArgument(
            "key field is required: generate, capabilities, providers, models, models_catalog, test_connection, \
             health_check, update_config, or a question"
                .into(),
        ));
    }
    Wanted::by(&request.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_routed_by_its_exact_name_and_all_else_is_a_question() {
        for (key, wanted) in [
            ("generate", Wanted::Generate),
            ("Generate", Wanted::Generate),
            ("models", Wanted::Models),
            ("Models", Wanted::Question),
            ("ai.preview", Wanted::Preview),
            ("ai.capabilities", Wanted::OldCapabilities),
            ("ai.capabilities.metadata", Wanted::OldCapabilities),
            ("ai.check", Wanted::Check),
            ("ai.feedback", Wanted::Feedback),
            ("how many users are there?", Wanted::Question),
            ("airports by country", Wanted::Question),
        ] {
            assert_eq!(Wanted::by(key), Ok(wanted), "{key}");
        }
    }

    #[test]
    fn reserved_keys_are_refused_rather_than_taken_for_questions() {
        for key in ["ai.previews", "ai.capabilitiesx", "ai."] {
            assert!(
                matches!(Wanted::by(key), Err(QueryError::InvalidArgument(text)) if text.contains("reserved")),
                "{key}"
            );
        }
    }
}
