//! Keeps the secrets of Vault current while the plugin runs: says in the log, the metrics and the audit log what happens,
//! and hands on what changed, so that the config is loaded again.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::answer::Ground;
use crate::config::secrets::keeper::{Keeper, News};
use crate::config::{Held, Loaded};
use crate::telemetry::Metrics;
use crate::telemetry::audit::{Actor, Audit, Event, Outcome, Record};

/// Keeps the secrets of Vault current; it stops when this is dropped.
pub(super) struct Secrets {
    news: Newsroom,
    changed: mpsc::Sender<Held>,
    running: Mutex<Option<Running>>,
}

struct Running {
    task: JoinHandle<()>,
    /// What it began with.
    held: Held,
}

/// Who hears what happens.
#[derive(Clone)]
struct Newsroom {
    metrics: Arc<Metrics>,
    audit: Audit,
}

impl Secrets {
    /// Begins, where Vault was asked at the start. What changes comes out of the receiver; it belongs into
    /// [`Sources::vault`](crate::config::Sources) of the next load.
    pub(super) fn start(loaded: &Loaded, ground: &Ground) -> (Secrets, mpsc::Receiver<Held>) {
        // The newest is offered again while somebody is busy with an older one.
        let (changed, receiver) = mpsc::channel(1);
        let secrets = Secrets {
            news: Newsroom {
                metrics: Arc::clone(&ground.metrics),
                audit: ground.audit.clone(),
            },
            changed,
            running: Mutex::default(),
        };
        secrets.put(loaded);
        (secrets, receiver)
    }

    /// Goes on with another config: the same work where its settings of Vault are the same, else another one.
    pub(super) fn put(&self, loaded: &Loaded) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = running.as_ref().map(|running| &running.held);
        if let (Some(standing), Some(held)) = (standing, &loaded.vault)
            && standing.is_of_same_vault(held)
        {
            return;
        }
        if let Some(earlier) = running.take() {
            earlier.task.abort();
        }
        self.news.metrics.vault_up(None);
        self.news.metrics.secrets_end(&[]);
        let Some((held, keeper)) = loaded
            .vault
            .as_ref()
            .and_then(|held| Some((held, Keeper::new(held)?)))
        else {
            return;
        };
        self.news.begin(held);
        let news = self.news.clone();
        let work = keeper.run(self.changed.clone(), move |what| news.tell(what));
        *running = Some(Running {
            task: profiling::tasks::spawn("keep the secrets of Vault", work),
            held: held.clone(),
        });
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        let running = self.running.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = running.take() {
            running.task.abort();
        }
    }
}

impl Newsroom {
    fn begin(&self, held: &Held) {
        // When not even those that need not be there were read, Vault may be well and only lack them.
        self.metrics.vault_up(Some(held.was_answered));
        for (name, reason) in &held.missing {
            tracing::warn!(
                secret = name,
                reason,
                "starting without a secret of Vault; it is looked for again and again"
            );
        }
    }

    fn tell(&self, news: News) {
        match news {
            News::Lost(failure) => {
                self.metrics.vault_up(Some(false));
                tracing::warn!(reason = %failure, "Vault cannot be asked; the secrets that were read stay in use");
            }
            News::Back => {
                self.metrics.vault_up(Some(true));
                tracing::info!("Vault can be asked again");
            }
            News::SignedIn => tracing::info!("signed in to Vault anew: it knew the token no longer"),
            News::Unread(name, failure) => {
                tracing::warn!(secret = name, reason = %failure, "a secret cannot be read from Vault; what was read before stays in use");
            }
            News::Changed(names) => {
                let secrets = names.join(", ");
                tracing::info!(secrets, "secrets have changed in Vault");
                self.audit.record(&Record {
                    event: Event::SecretChange,
                    outcome: Outcome::Success,
                    actor: &Actor::PLUGIN,
                    target: "secrets.vault",
                    details: json!({ "from": "vault", "variables": names }),
                });
            }
            News::Ends(ends) => {
                let ends: Vec<(&str, i64)> = ends
                    .iter()
                    .map(|(name, end)| (name.as_str(), end.as_second()))
                    .collect();
                self.metrics.secrets_end(&ends);
            }
        }
    }
}

#[cfg(test)]
mod tests;
