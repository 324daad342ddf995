//! Everything that decides on tokens at this moment: the rules in effect, who is signed in, and who has failed.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use axum::http::HeaderMap;
use jiff::Timestamp;

use super::failures::Failures;
use super::presented::session_ids;
use super::proven::Proven;
use super::refusal::Refusal;
use super::rules::{Holder, Rules, sha256};
use super::sessions::Sessions;

/// Everything that decides on tokens. The doors hold one; a reload exchanges its rules.
#[derive(Debug, Default)]
pub struct Access {
    rules: ArcSwap<Rules>,
    sessions: Sessions,
    failures: Failures,
    proven: Proven,
}

/// Why nobody is let in with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Denied {
    /// The token opens nothing.
    Refused(Refusal),
    /// Too many wrong ones came from the address; this one was not looked at.
    Wait(Duration),
}

/// A moment by both clocks.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Now {
    /// For what is written down: when tokens end.
    pub calendar: Timestamp,
    /// For lengths of time.
    pub steady: Instant,
}

impl Now {
    /// This moment.
    pub(in crate::http) fn new() -> Now {
        Now {
            calendar: Timestamp::now(),
            steady: Instant::now(),
        }
    }
}

impl Access {
    /// Begins with these rules.
    pub fn new(rules: Rules) -> Access {
        Access {
            rules: ArcSwap::from_pointee(rules),
            ..Access::default()
        }
    }

    /// Goes on with other rules. Whoever signed in with a token that they do not know is signed out.
    pub fn put(&self, rules: Rules) {
        self.sessions.keep_those_of(&rules, Timestamp::now());
        self.rules.store(Arc::new(rules));
    }

    /// The rules in effect.
    pub(in crate::http) fn rules(&self) -> Arc<Rules> {
        self.rules.load_full()
    }

    /// Who holds the token that came from there.
    pub(in crate::http) fn check(
        &self,
        token: &[u8],
        peer: Option<IpAddr>,
        now: Now,
    ) -> Result<Holder, Denied> {
        let digest = sha256(token);
        if let Some(wait) = self.failures.wait(peer, now.steady)
            && !self.proven.has(&digest, now.steady)
        {
            return Err(Denied::Wait(wait));
        }
        let rules = self.rules.load();
        match rules.check(token, now.calendar) {
            Ok(holder) => {
                self.proven.add(digest, now.steady);
                Ok(holder)
            }
            Err(refusal) => {
                if refusal.may_be_a_guess() {
                    self.failures.add(peer, rules.limits, now.steady);
                }
                Err(Denied::Refused(refusal))
            }
        }
    }

    /// Who is signed in with one of the request's cookies. One that is over is as good as none: nobody guesses it.
    pub(in crate::http) fn signed_in(&self, headers: &HeaderMap, now: Now) -> Option<Holder> {
        let rules = self.rules.load();
        session_ids(headers).find_map(|id| self.sessions.holder(id, &rules, now.calendar))
    }

    /// Signs somebody in; gives the id for the cookie, and how long it may last.
    pub(in crate::http) fn sign_in(&self, holder: Holder, now: Now) -> (String, Duration) {
        let lifetime = self.rules.load().session_lifetime;
        (self.sessions.begin(holder, lifetime, now.calendar), lifetime)
    }

    /// Signs out whoever has the request's cookies.
    pub(in crate::http) fn sign_out(&self, headers: &HeaderMap) {
        for id in session_ids(headers) {
            self.sessions.end(id);
        }
    }
}

#[cfg(test)]
mod tests;
