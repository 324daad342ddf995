//! Loading the config again, as those see it who ask for it and who want to know what became of it.

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use crate::config::Problems;
use crate::telemetry::audit::Actor;
use crate::telemetry::{ReloadResult, ReloadTrigger};

/// Requests that may wait; a reload takes milliseconds.
const ROOM: usize = 16;

/// Problems that are told in one line.
const TOLD: usize = 3;

/// What became of a reload.
#[derive(Debug, Clone, Serialize)]
pub struct Reloaded {
    /// When.
    pub at: Timestamp,
    /// What caused it.
    #[serde(serialize_with = "trigger_word")]
    pub trigger: ReloadTrigger,
    /// What came of it.
    #[serde(serialize_with = "result_word")]
    pub result: ReloadResult,
    /// The keys of settings that took effect.
    pub changed: Vec<String>,
    /// The keys of settings whose new values take effect at the next start.
    pub needs_restart: Vec<&'static str>,
    /// What is wrong, where nothing was changed for that.
    pub problems: Vec<String>,
}

fn trigger_word<S: serde::Serializer>(trigger: &ReloadTrigger, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(trigger.word())
}

fn result_word<S: serde::Serializer>(result: &ReloadResult, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(result.word())
}

impl Reloaded {
    /// Whether the config that was found is in effect.
    pub fn is_right(&self) -> bool {
        matches!(self.result, ReloadResult::Applied | ReloadResult::Unchanged)
    }

    /// Why it is not, in one line.
    pub fn reason(&self) -> String {
        let mut reason = self
            .problems
            .iter()
            .take(TOLD)
            .cloned()
            .collect::<Vec<_>>()
            .join("; ");
        if self.problems.len() > TOLD {
            reason.push_str(&format!("; and {} more", self.problems.len() - TOLD));
        }
        reason
    }
}

/// What is wrong, without the paths of this machine: for whoever asks over the network.
pub fn without_paths(problems: &Problems) -> Vec<String> {
    use crate::config::Origin;
    let told = problems.0.iter().map(|problem| {
        let place = match &problem.origin {
            Origin::File { line: 0, .. } | Origin::Default => String::new(),
            Origin::File { line, column, .. } => format!("line {line}, column {column}: "),
            other => format!("{other}: "),
        };
        let key = match problem.key.as_str() {
            "" => String::new(),
            key => format!("{key}: "),
        };
        let suggestion = problem.suggestion.iter().map(|text| format!("; {text}"));
        format!(
            "{place}{key}{}{}",
            problem.message,
            suggestion.collect::<String>()
        )
    });
    told.collect()
}

/// Somebody wants the config loaded again.
#[derive(Debug)]
pub struct ReloadRequest {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub trigger: ReloadTrigger,
    /// Hears what became of it.
    pub done: oneshot::Sender<Reloaded>,
}

/// Where requests for reloads go: they are done one after the other.
#[derive(Debug, Clone)]
pub struct Reloads(mpsc::Sender<ReloadRequest>);

impl Reloads {
    /// The way for requests, and its end.
    pub fn channel() -> (Reloads, mpsc::Receiver<ReloadRequest>) {
        let (sender, receiver) = mpsc::channel(ROOM);
        (Reloads(sender), receiver)
    }

    /// Has the config loaded again; `None` when the plugin is stopping.
    pub async fn ask(&self, trigger: ReloadTrigger, actor: Actor) -> Option<Reloaded> {
        let (done, outcome) = oneshot::channel();
        let request = ReloadRequest { actor, trigger, done };
        self.0.send(request).await.ok()?;
        outcome.await.ok()
    }
}
