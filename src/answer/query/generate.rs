//! `generate`, and the older way of asking in which the key itself is the question.

use nl2sql::Dialect;
use serde_json::{Value, json};
use uuid::Uuid;

use super::parameters::{DIALECT_NAMES, Parameters, malformed, schema_values, shorten};
use super::reply::{API_VERSION, Pair, Reply, answered};
use super::{QueryError, StoreContext, settings};
use crate::answer::{Answer, AnswerService, AskError, Question, SchemaHints};

/// The one code that pages know; `error_kind` beside it tells failures apart.
const ERROR_CODE: &str = "GENERATION_FAILED";

/// `generate`: everything is in the parameters.
pub(super) async fn by_parameters(
    service: &AnswerService,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    let start = Reply::new().with("api_version", API_VERSION);
    ask(service, Asked::by_parameters(sql)?, context, start).await
}

/// The key is the question, and `sql` is SQL that the asker has, or parameters after all.
pub(super) async fn by_key(
    service: &AnswerService,
    key: &str,
    sql: &str,
    context: &StoreContext,
) -> Result<Vec<Pair>, QueryError> {
    ask(service, Asked::by_key(key, sql)?, context, Reply::new()).await
}

/// A question with what came beside it.
pub(super) struct Asked {
    prompt: String,
    parameters: Parameters,
    existing_sql: Option<String>,
}

impl Asked {
    /// Everything is in the parameters.
    pub(super) fn by_parameters(sql: &str) -> Result<Asked, QueryError> {
        let parameters = Parameters::required(sql)?;
        let Some(prompt) = parameters.text("prompt")?.map(str::to_owned) else {
            return Err(QueryError::InvalidArgument(
                "invalid request: prompt is empty; it must hold the question".into(),
            ));
        };
        Ok(Asked {
            prompt,
            parameters,
            existing_sql: None,
        })
    }

    /// The key is the question, unless the parameters have one.
    pub(super) fn by_key(key: &str, sql: &str) -> Result<Asked, QueryError> {
        // No SQL statement is a JSON object, so an object can only be parameters.
        let (parameters, existing_sql) = match serde_json::from_str(sql) {
            Ok(Value::Object(object)) => (Parameters::new(object)?, None),
            _ => (
                Parameters::default(),
                Some(sql.trim()).filter(|sql| !sql.is_empty()).map(str::to_owned),
            ),
        };
        let prompt = parameters.text("prompt")?.unwrap_or(key).to_owned();
        Ok(Asked {
            prompt,
            parameters,
            existing_sql,
        })
    }
}

/// A question ready to be asked, and what its asker should know whatever the answer is.
pub(super) struct Prepared {
    pub(super) question: Question,
    notes: Vec<String>,
    /// Words for a dialect that mean none of ours.
    unknown_dialects: Vec<String>,
}

async fn ask(
    service: &AnswerService,
    asked: Asked,
    context: &StoreContext,
    start: Reply,
) -> Result<Vec<Pair>, QueryError> {
    match answer(service, asked, context).await? {
        Ok((answer, notes)) => Ok(start.and(answered(&answer, &notes)).done()),
        Err((error, notes, request_id)) => failed(service, &error, start, &notes, &request_id),
    }
}

/// Why there is no answer, what the asker should know beside it, and the name of the request.
type NoAnswer = (AskError, Vec<String>, String);

/// Asks, and gives the answer with what its asker should know of it.
pub(super) async fn answer(
    service: &AnswerService,
    asked: Asked,
    context: &StoreContext,
) -> Result<Result<(Answer, Vec<String>), NoAnswer>, QueryError> {
    let prepared = {
        let snapshot = service.snapshot();
        prepare(asked, context, |name| {
            snapshot.providers.find(name).ok()?.endpoint
        })?
    };
    let request_id = prepared.question.request_id.clone();
    let mut notes = prepared.notes;
    Ok(match service.ask(prepared.question).await {
        Ok(answer) => {
            let unknown = prepared.unknown_dialects.iter();
            notes.extend(unknown.map(|word| not_that_dialect(word, &answer)));
            notes.extend(answer.warnings.iter().cloned());
            Ok((answer, notes))
        }
        Err(error) => Err((error, notes, request_id)),
    })
}

/// Reads the question. `home` gives the endpoint that a provider is known by here.
pub(super) fn prepare(
    asked: Asked,
    context: &StoreContext,
    home: impl Fn(&str) -> Option<String>,
) -> Result<Prepared, QueryError> {
    let parameters = &asked.parameters;
    let (wish, withheld) = settings::wish(parameters, context, home)?;
    let (dialect, unknown_dialects) = dialect(parameters, context);
    let schema = schema(parameters, context)?;
    let existing_sql = match asked.existing_sql {
        Some(sql) => Some(sql),
        None => parameters.text("existing_sql")?.map(str::to_owned),
    };
    let mut notes = parameters.notes.clone();
    notes.extend(withheld);
    Ok(Prepared {
        question: Question {
            text: asked.prompt,
            dialect,
            schema,
            wish,
            existing_sql,
            request_id: Uuid::now_v7().to_string(),
            root: context.root.clone(),
        },
        notes,
        unknown_dialects,
    })
}

/// The first word that means a dialect, and the words before it that mean none.
fn dialect(parameters: &Parameters, context: &StoreContext) -> (Option<Dialect>, Vec<String>) {
    let of_store = DIALECT_NAMES
        .iter()
        .filter_map(|name| {
            context
                .properties
                .get(&format!("pro.{}", name.to_ascii_lowercase()))
        })
        .map(String::as_str)
        .filter(|word| !word.trim().is_empty());
    let mut unknown = Vec::new();
    for word in parameters.dialect_words().into_iter().chain(of_store) {
        match Dialect::parse(word) {
            Some(dialect) => return (Some(dialect), unknown),
            None if unknown.iter().any(|known| known == word) => {}
            None => unknown.push(word.to_owned()),
        }
    }
    (None, unknown)
}

pub(super) fn schema(parameters: &Parameters, context: &StoreContext) -> Result<SchemaHints, QueryError> {
    let ddl = parameters.text("schema_ddl")?.map(str::to_owned);
    let values = match parameters.value("schema_values") {
        None => None,
        Some(value) => schema_values(value).map_err(|why| malformed(&why))?,
    };
    let database = match parameters.text("database")? {
        Some(name) => Some(name.trim().to_owned()),
        // A request that brings its own tables is not about the store's.
        None if ddl.is_some() => None,
        None => context
            .properties
            .get("pro.database")
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty()),
    };
    Ok(SchemaHints {
        ddl,
        values,
        database,
        read: None,
    })
}

fn not_that_dialect(word: &str, answer: &Answer) -> String {
    format!(
        "the dialect {:?} is not known here (mysql, postgresql and sqlite are), so the SQL is written for {}",
        shorten(word),
        answer.dialect
    )
}

/// A failure is a reply, so that pages can show why; only what is wrong with the request, or with the plugin itself,
/// is an error of the call.
pub(super) fn failed(
    service: &AnswerService,
    error: &AskError,
    start: Reply,
    notes: &[String],
    request_id: &str,
) -> Result<Vec<Pair>, QueryError> {
    let text = error.to_string();
    let text = if text.trim().is_empty() {
        "the question was not answered".to_owned()
    } else {
        text
    };
    let kind = match error {
        AskError::BadRequest(_) => return Err(QueryError::InvalidArgument(text)),
        AskError::Internal(_) => return Err(QueryError::Internal(text)),
        AskError::NotAdmitted(_) if service.admission.in_maintenance() => "maintenance",
        AskError::NotAdmitted(_) => return Err(QueryError::Unavailable(text)),
        other => other.word(),
    };
    let mut reply = start
        .success(false)
        .with("error", text)
        .with("error_code", ERROR_CODE)
        .with("error_kind", kind)
        .with_json("warnings", &json!(notes))
        .with("request_id", request_id);
    if let AskError::ProviderUnavailable { provider, .. } | AskError::ProviderFailed { provider, .. } = error
    {
        reply = reply.with("provider", provider);
    }
    Ok(reply.done())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(value: Value) -> Parameters {
        let Value::Object(object) = value else {
            panic!("an object")
        };
        Parameters::new(object).unwrap()
    }

    fn store(pairs: &[(&str, &str)]) -> StoreContext {
        StoreContext {
            properties: pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            ..StoreContext::default()
        }
    }

    #[test]
    fn the_first_word_that_means_a_dialect_counts_and_unknown_ones_are_told() {
        let request = parameters(json!({"database_type": "oracle", "config": {"dialect": "PG"}}));
        assert_eq!(
            dialect(&request, &store(&[])),
            (Some(Dialect::PostgreSql), vec!["oracle".to_owned()])
        );
        let silent = parameters(json!({"database_type": ""}));
        let of_store = store(&[("pro.databasedialect", "sqlite")]);
        assert_eq!(dialect(&silent, &of_store), (Some(Dialect::Sqlite), vec![]));
        assert_eq!(dialect(&silent, &store(&[])), (None, vec![]));
    }

    #[test]
    fn the_stores_database_is_meant_unless_the_request_brings_tables() {
        let of_store = store(&[("pro.database", "shop")]);
        let plain = schema(&parameters(json!({})), &of_store).unwrap();
        assert_eq!(plain.database.as_deref(), Some("shop"));
        let own = schema(
            &parameters(json!({"schema_ddl": "CREATE TABLE t (a INT)"})),
            &of_store,
        )
        .unwrap();
        assert_eq!(own.database, None);
        let named = schema(&parameters(json!({"config": {"database": "crm"}})), &of_store).unwrap();
        assert_eq!(named.database.as_deref(), Some("crm"));
    }

    #[test]
    fn broken_schema_values_make_an_invalid_request() {
        let error = schema(&parameters(json!({"schema_values": "{"})), &store(&[])).unwrap_err();
        assert!(matches!(error, QueryError::InvalidArgument(text) if text.contains("schema_values")));
    }
}
