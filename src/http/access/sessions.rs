//! Who is signed in with a browser: random ids in memory, each for a token that was shown once.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use profiling::contention::Mutex;
use uuid::Uuid;

use super::rules::{Digest, Holder, Rules, sha256};

/// Most sessions at once; the one that would end first makes room.
const MAX_SESSIONS: usize = 1024;

/// Who is signed in. Ids are kept as digests: whoever reads this memory cannot use them.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<Digest, Session>>);

#[derive(Debug)]
struct Session {
    holder: Holder,
    ends: Timestamp,
}

impl Sessions {
    /// Begins one; the id is what the browser is given.
    pub(super) fn begin(&self, holder: Holder, lifetime: Duration, now: Timestamp) -> String {
        let id = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let lifetime = SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::ZERO);
        let ends = now.saturating_add(lifetime).unwrap_or(now);
        let ends = holder.expires.map_or(ends, |end| end.min(ends));
        let mut sessions = self.all();
        if sessions.len() >= MAX_SESSIONS {
            sessions.retain(|_, session| now < session.ends);
        }
        if sessions.len() >= MAX_SESSIONS
            && let Some(first) = sessions.iter().min_by_key(|(_, session)| session.ends)
        {
            let first = *first.0;
            sessions.remove(&first);
        }
        sessions.insert(sha256(id.as_bytes()), Session { holder, ends });
        id
    }

    /// Who has that id, by the rules of this moment.
    pub(super) fn holder(&self, id: &str, rules: &Rules, now: Timestamp) -> Option<Holder> {
        let digest = sha256(id.as_bytes());
        let mut sessions = self.all();
        let session = sessions.get(&digest)?;
        let holder = (now < session.ends)
            .then(|| rules.again(&session.holder, now))
            .flatten();
        if holder.is_none() {
            sessions.remove(&digest);
        }
        holder
    }

    /// Ends one.
    pub(super) fn end(&self, id: &str) {
        self.all().remove(&sha256(id.as_bytes()));
    }

    /// Ends those whose token these rules do not know.
    pub(super) fn keep_those_of(&self, rules: &Rules, now: Timestamp) {
        self.all()
            .retain(|_, session| rules.again(&session.holder, now).is_some());
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Digest, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
