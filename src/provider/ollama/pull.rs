//! Having an Ollama server get a model (`POST /api/pull`): lines of progress, the last one `success`.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::provider::client::{Documents, Fault, Progress, Said, each, read};
use crate::provider::remote::Remote;
use crate::provider::{ProviderError, Target};

/// Longest silence: the server says nothing while it checks a large file.
const LONGEST_SILENCE: Duration = Duration::from_secs(600);

/// How far a model is.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Pulling {
    /// What is being done, in the server's words.
    #[serde(default)]
    pub status: String,
    /// Bytes of the file that is being got.
    #[serde(default)]
    pub total: Option<u64>,
    /// Bytes of it that are there.
    #[serde(default)]
    pub completed: Option<u64>,
    #[serde(default)]
    error: Option<Value>,
}

/// Has the server get a model; `tell` hears of each step.
///
/// # Errors
/// The server is not there, has no such model, or ended before it was done.
pub(in crate::provider) async fn pull(
    target: Target,
    model: &str,
    tell: impl FnMut(Pulling) + Send,
) -> Result<(), ProviderError> {
    let remote = Remote::new(Target {
        stall_timeout: LONGEST_SILENCE,
        ..target
    });
    let peer = &remote.peer;
    let body = json!({"model": model, "stream": true}).to_string().into_bytes();
    let sent = Instant::now();
    let answer = peer
        .post(peer.endpoint().ollama("/pull"), body, model)
        .await
        .map_err(|rejection| rejection.failure)?;
    let mut steps = Steps { tell, is_done: false };
    read(peer, answer, &mut steps, model, sent).await?;
    Ok(())
}

struct Steps<F> {
    tell: F,
    is_done: bool,
}

impl<F: FnMut(Pulling)> Documents for Steps<F> {
    const BY_LINE: bool = true;

    fn take(&mut self, json: &[u8]) -> Result<(), Fault> {
        each(json, |step: Pulling| {
            if let Some(said) = step.error.as_ref().filter(|said| !said.is_null()) {
                return Err(Fault::Error(Said::of(&json!({ "error": said }))));
            }
            self.is_done |= step.status == "success";
            (self.tell)(step);
            Ok(())
        })
    }

    fn progress(&self) -> Progress {
        if self.is_done { Progress::Ended } else { Progress::Open }
    }

    fn has_text(&self) -> bool {
        self.is_done
    }
}
