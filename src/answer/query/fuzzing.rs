//! A request up to the question that it asks, for `fuzz/`: read as it always is, and not answered.

use super::generate::{Asked, prepare};
use super::parameters::Parameters;
use super::{QueryError, QueryRequest, StoreContext, Wanted, settings, wanted};
use crate::answer::{ProviderWish, Question};

/// What was read of a request.
pub enum Read {
    /// A question.
    Question(Box<Question>),
    /// Which provider something is wanted of.
    Wish(ProviderWish),
    /// Something that takes nothing from others.
    Plain,
}

/// Reads a request as [`super::run`] does.
///
/// # Errors
/// What is wrong with it, for the asker.
pub fn read(request: &QueryRequest, context: &StoreContext) -> Result<Read, QueryError> {
    let home = |name: &str| (name == "ollama").then(|| "http://127.0.0.1:11434".to_owned());
    let question = |asked: Asked| {
        let prepared = prepare(asked, context, home)?;
        Ok(Read::Question(Box::new(prepared.question)))
    };
    match wanted(request)? {
        Wanted::Generate | Wanted::Preview => question(Asked::by_parameters(&request.sql)?),
        Wanted::Question => question(Asked::by_key(&request.key, &request.sql)?),
        Wanted::Models | Wanted::TestConnection | Wanted::HealthCheck | Wanted::UpdateConfig => {
            let parameters = Parameters::optional(&request.sql)?;
            Ok(Read::Wish(settings::wish(&parameters, context, home)?.0))
        }
        Wanted::Capabilities
        | Wanted::Providers
        | Wanted::ModelsCatalog
        | Wanted::Check
        | Wanted::Feedback => {
            Parameters::optional(&request.sql)?;
            Ok(Read::Plain)
        }
        Wanted::OldCapabilities => Ok(Read::Plain),
    }
}
