//! Looks after what Vault gave: keeps the sign-in alive, and reads again what may have changed.
//!
//! A Vault that is sealed or gone changes nothing: what is held stays in use. The keeper tells its caller what happens
//! and logs nothing.

mod pace;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Duration, Instant, sleep_until};

use self::pace::Pace;
use super::Held;
use super::vault::{Readings, Vault};

pub use super::vault::{Failure, FailureKind};

/// Time after which a change is offered again to somebody who was busy.
const OFFER_AGAIN: Duration = Duration::from_millis(200);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Vault cannot be asked, for another reason than the one told before.
    Lost(Failure),
    /// It can be asked again.
    Back,
    /// The token had ended, and there is a new one.
    SignedIn,
    /// One mapped variable cannot be read, for another reason than the one told before.
    Unread(String, Failure),
    /// These variables have other values, which are on their way to whoever uses them.
    Changed(Vec<String>),
    /// When the token ends (`vault_token`), and when Vault deletes secrets that it said so of (by variable).
    Ends(Vec<(String, Timestamp)>),
}

/// Looks after what Vault gave.
#[derive(Debug)]
pub struct Keeper {
    vault: Vault,
    held: Held,
    pace: Pace,
    /// Why Vault cannot be asked; `None` while it can.
    lost: Option<FailureKind>,
    /// Variables that could not be read, and why.
    unread: BTreeMap<String, FailureKind>,
    is_offer_open: bool,
}

impl Keeper {
    /// One that goes on with what was held at the start; `None` when Vault was not asked then.
    pub fn new(held: &Held) -> Option<Keeper> {
        let session = held.session.as_ref()?;
        let vault = Vault::of(session);
        Some(Keeper {
            pace: Pace::new(vault.settings().refresh_interval),
            vault,
            held: held.clone(),
            lost: (!held.was_answered).then_some(FailureKind::Unreachable),
            unread: BTreeMap::new(),
            is_offer_open: false,
        })
    }

    /// Goes on until nobody takes what changed. `tell` hears what happens.
    pub async fn run(mut self, changed: mpsc::Sender<Held>, mut tell: impl FnMut(News)) {
        let mut ends = self.ends();
        tell(News::Ends(ends.clone()));
        let mut read_at = if self.held.missing.is_empty() {
            self.pace.next_read()
        } else {
            self.pace.soon()
        };
        loop {
            let offer_at = self.is_offer_open.then(|| Instant::now() + OFFER_AGAIN);
            let token_at = match self.lost {
                None => self.vault.token_due(),
                Some(_) => None,
            };
            let wake_at = [Some(read_at), token_at, offer_at].into_iter().flatten().min();
            tokio::select! {
                () = sleep_until(wake_at.unwrap_or(read_at)) => {}
                () = changed.closed() => return,
            }
            let is_reading = Instant::now() >= read_at;
            if is_reading || token_at.is_some_and(|at| Instant::now() >= at) {
                read_at = match self.turn(is_reading, &mut tell).await {
                    Ok(()) => {
                        if self.lost.take().is_some() {
                            tell(News::Back);
                        }
                        self.pace.went_well();
                        if is_reading {
                            self.pace.next_read()
                        } else {
                            read_at
                        }
                    }
                    Err(failure) => {
                        if self.lost.replace(failure.kind) != Some(failure.kind) {
                            tell(News::Lost(failure));
                        }
                        self.pace.next_try()
                    }
                };
                if ends != self.ends() {
                    ends = self.ends();
                    tell(News::Ends(ends.clone()));
                }
            }
            if self.is_offer_open && !self.offer(&changed) {
                return;
            }
        }
    }

    async fn turn(&mut self, is_reading: bool, tell: &mut impl FnMut(News)) -> Result<(), Failure> {
        let is_due = self.vault.token_due().is_some_and(|due| Instant::now() >= due);
        let renewed = match is_due {
            true => self.vault.renew().await,
            false => Ok(()),
        };
        // With the last third of its life, a token that has no successor still reads.
        if !is_reading || !self.vault.has_living_token() {
            return renewed;
        }
        let mut readings = self.vault.read().await?;
        let is_denied = |reading: &Result<_, Failure>| matches!(reading, Err(failure) if failure.kind == FailureKind::Denied);
        if readings.values().any(is_denied) && self.vault.is_token_dead().await? {
            self.vault.sign_in().await?;
            tell(News::SignedIn);
            readings = self.vault.read().await?;
        }
        self.take(readings, tell);
        renewed
    }

    /// Takes what was read; what could not be read stays as it was.
    fn take(&mut self, readings: Readings, tell: &mut impl FnMut(News)) {
        let before = self.held.clone();
        for (name, outcome) in readings {
            match outcome {
                Ok(secret) => {
                    self.unread.remove(&name);
                    self.held.missing.remove(&name);
                    self.held.secrets.insert(name, secret);
                }
                Err(failure) => {
                    if !self.held.secrets.contains_key(&name) {
                        self.held.missing.insert(name.clone(), failure.to_string());
                    }
                    let known = before.missing.contains_key(&name) && !self.unread.contains_key(&name);
                    if self.unread.insert(name.clone(), failure.kind) != Some(failure.kind) && !known {
                        tell(News::Unread(name, failure));
                    }
                }
            }
        }
        let changed = before.changed(&self.held);
        if !changed.is_empty() {
            self.is_offer_open = true;
            tell(News::Changed(changed));
        }
    }

    /// False when nobody takes it any more.
    fn offer(&mut self, changed: &mpsc::Sender<Held>) -> bool {
        let mut held = self.held.clone();
        held.was_answered = true;
        held.session = Some(Arc::new(self.vault.session()));
        match changed.try_send(held) {
            Ok(()) => self.is_offer_open = false,
            Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Closed(_)) => return false,
        }
        true
    }

    fn ends(&self) -> Vec<(String, Timestamp)> {
        let token = self.vault.token_expires();
        let token = token.map(|end| ("vault_token".to_owned(), end));
        let secrets = self.held.secrets.iter();
        let secrets = secrets.filter_map(|(name, secret)| Some((name.clone(), secret.expires?)));
        token.into_iter().chain(secrets).collect()
    }
}

#[cfg(test)]
mod tests;
