//! Has an Ollama server get a model (`POST /api/pull`), and tells how far it is.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::ProviderKind;
use crate::provider::client::{Documents, Fault, Progress, Said, each, read};
use crate::provider::remote::Remote;
use crate::provider::{Failure, FailureKind, ProviderError, Target};

/// Longest silence: checking the digest of a model of 40 GB takes minutes, and nothing is said meanwhile.
const SILENCE: Duration = Duration::from_secs(15 * 60);

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulling {
    /// What it does now, in Ollama's words.
    pub status: String,
    /// Bytes of the part that it gets now, where it has any.
    pub total: Option<u64>,
    /// Bytes of them that are there.
    pub completed: Option<u64>,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    stream: bool,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    status: Option<Cow<'a, str>>,
    #[serde(default)]
    total: Option<u64>,
    #[serde(default)]
    completed: Option<u64>,
    #[serde(default)]
    error: Option<Value>,
}

/// Takes reports in, and passes them on.
struct Reports<F> {
    tell: F,
    is_there: bool,
    is_unknown: bool,
}

impl<F: FnMut(Pulling)> Documents for Reports<F> {
    const BY_LINE: bool = true;

    fn take(&mut self, json: &[u8]) -> Result<(), Fault> {
        each(json, |line: Line<'_>| {
            if let Some(error) = line.error.filter(|error| !error.is_null()) {
                let said = Said::of(&serde_json::json!({ "error": error }));
                self.is_unknown = said.tells(&["file does not exist"]);
                return Err(Fault::Error(said));
            }
            let status = line.status.unwrap_or_default().into_owned();
            self.is_there |= status == "success";
            (self.tell)(Pulling {
                status,
                total: line.total,
                completed: line.completed,
            });
            Ok(())
        })
    }

    fn progress(&self) -> Progress {
        if self.is_there {
            Progress::Ended
        } else {
            Progress::Open
        }
    }

    fn has_text(&self) -> bool {
        false
    }
}

/// Has the server get a model; `tell` hears of each step. Takes as long as it takes; dropped, it stops, and Ollama goes
/// on from there the next time.
///
/// # Errors
/// `Unavailable` for another kind of service, else why the model could not be got.
pub(in crate::provider) async fn pull(
    target: Target,
    model: &str,
    tell: impl FnMut(Pulling) + Send,
) -> Result<(), ProviderError> {
    if target.kind != ProviderKind::Ollama {
        return Err(ProviderError::Unavailable(format!(
            "{} is not an Ollama service, and only Ollama gets models",
            target.name
        )));
    }
    let url = target.endpoint.ollama("/pull");
    let remote = Remote::new(target, url);
    let peer = &remote.peer;
    let body = serde_json::to_vec(&Body { model, stream: true }).expect("a name is JSON");
    let answer = peer.post(remote.url.clone(), body, model).await?.long(SILENCE);
    let mut reports = Reports {
        tell,
        is_there: false,
        is_unknown: false,
    };
    match read(peer, answer, &mut reports, model, Instant::now()).await {
        Ok(_) => Ok(()),
        Err(_) if reports.is_unknown => Err(ProviderError::Failed(Failure::new(
            FailureKind::NotFound,
            format!(
                "Ollama's library has no model {model:?} (\"file does not exist\"); look for its name at \
                 https://ollama.com/library"
            ),
        ))),
        Err(rejection) => Err(rejection.into()),
    }
}
