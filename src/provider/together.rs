//! What several plugins count together, so that five of them do not spend five budgets.
//!
//! Money is a sum of what each state folder has spent: every plugin writes the sum of its own folder and reads those of the
//! others. Writing it twice changes nothing, and a store that lost everything is whole again when each has written once more.
//! Questions a minute have one line for all in the store, by the store's clock.

use std::fmt::Debug;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::civil::Date;

/// What one state folder has spent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnSums {
    /// Whose it is.
    pub id: u64,
    /// The day.
    pub day: Date,
    /// US dollars in it.
    pub day_usd: f64,
    /// The first day of the month.
    pub month: Date,
    /// US dollars in it.
    pub month_usd: f64,
}

/// What the store knows of a day and its month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownSums {
    /// Of this folder, in US dollars: what another process with the same folder has told may be more than was given.
    pub own_day_usd: f64,
    /// The same of the month.
    pub own_month_usd: f64,
    /// Of all others.
    pub others_day_usd: f64,
    /// The same of the month.
    pub others_month_usd: f64,
}

/// Most questions of all plugins together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Time after which there is room for one more.
    pub every: Duration,
    /// How many may come at once.
    pub burst: u32,
}

/// A store that several plugins share.
pub trait Together: Debug + Send + Sync {
    /// Writes what this folder has spent, and reads what the others have. `None` while the store is away.
    fn spent(&self, own: OwnSums) -> BoxFuture<'_, Option<KnownSums>>;

    /// Takes a place for a question, or says how long to wait for one. `None` while the store is away.
    fn take_place(&self, pace: Pace) -> BoxFuture<'_, Option<Result<(), Duration>>>;
}
