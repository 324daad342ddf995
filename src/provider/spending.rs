//! What providers have cost today and this month, kept over restarts, and whether that is still within the budget.
//!
//! The sums lie in `spending.json` in the state folder. Several processes may share it (a served plugin and `ask` on
//! the command line): each adds what it spent under a lock, and takes over what the others have. Plugins with other folders
//! may share a store besides ([`Together`]); then what all of them spent counts.

use std::fs::{DirBuilder, File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use profiling::contention::Mutex;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::together::{OwnSums, Together};
use crate::config::{Budget, BudgetAction};
use crate::telemetry::{BudgetPeriod, Metrics};

/// Name of the file in the state folder.
const FILE: &str = "spending.json";
/// Largest file that is read; a right one has about 100 bytes.
const LARGEST_FILE: u64 = 64 * 1024;

/// Sums of money in US dollars.
#[derive(Debug)]
pub struct Spending {
    sums: Mutex<Sums>,
    file: Option<PathBuf>,
    changed: Notify,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Sums {
    known: Record,
    /// What other folders have spent, as far as it was heard.
    others: Record,
    /// What the file does not hold yet, by the day on which it was spent.
    unsaved: Option<(Date, f64)>,
}

/// The file: the last day and month in which something was spent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Record {
    version: u32,
    /// Whose sums these are among those of other plugins. 0 in files of older versions.
    #[serde(default)]
    id: u64,
    day: Date,
    day_usd: f64,
    /// `YYYY-MM-01`.
    month: Date,
    month_usd: f64,
}

/// A budget that is spent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overspent {
    /// Which one.
    pub period: BudgetPeriod,
    /// How much was allowed, in US dollars.
    pub limit: f64,
    /// What the config says to do.
    pub action: BudgetAction,
}

impl Overspent {
    /// For the asker.
    pub fn told(&self) -> String {
        let (period, ends) = match self.period {
            BudgetPeriod::Day => ("day", "at midnight UTC"),
            BudgetPeriod::Month => ("month", "on the first of next month (UTC)"),
        };
        format!(
            "the budget of ${} for this {period} is spent (ai.budget.{period}); it starts anew {ends}",
            self.limit
        )
    }
}

impl Spending {
    /// Goes on from what the folder says; without a folder it counts for this process alone. A damaged file is set
    /// aside and told.
    pub fn open(state_dir: Option<&Path>, metrics: Arc<Metrics>) -> Spending {
        let today = day_of(Timestamp::now());
        let file = state_dir.map(|folder| folder.join(FILE));
        let mut known = Record::empty(today);
        if let Some(path) = &file {
            match File::open(path).and_then(|mut file| read(&mut file)) {
                Ok(Some(record)) => known = record.with_id(known.id),
                Ok(None) => set_aside(path),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(
                    reason = %error.kind(),
                    "what was spent before cannot be read from the state folder; counting from 0"
                ),
            }
        }
        let spending = Spending {
            sums: Mutex::new(Sums {
                known,
                others: Record::empty(today),
                unsaved: None,
            }),
            file,
            changed: Notify::new(),
            metrics,
        };
        spending.show(known.at(today));
        spending
    }

    /// Adds the cost of one call.
    pub fn add(&self, usd: f64, now: Timestamp) {
        if !usd.is_finite() || usd <= 0.0 {
            return;
        }
        let today = day_of(now);
        let record = {
            let mut sums = self.lock();
            sums.known = sums.known.at(today).plus(usd);
            // What was spent a moment before midnight and is not saved yet counts for the new day: never too little.
            let before = sums
                .unsaved
                .filter(|(day, _)| day.first_of_month() == today.first_of_month());
            sums.unsaved = Some((today, before.map_or(0.0, |(_, usd)| usd) + usd));
            sums.at(today)
        };
        self.show(record);
        self.changed.notify_one();
    }

    /// The first budget that is spent, if one is.
    pub fn overspent(&self, budget: &Budget, now: Timestamp) -> Option<Overspent> {
        if !budget.is_set() {
            return None;
        }
        let record = self.lock().at(day_of(now));
        [
            (BudgetPeriod::Day, budget.day, record.day_usd),
            (BudgetPeriod::Month, budget.month, record.month_usd),
        ]
        .into_iter()
        .find_map(|(period, limit, spent)| {
            let limit = limit.filter(|limit| spent >= *limit)?;
            Some(Overspent {
                period,
                limit,
                action: budget.action,
            })
        })
    }

    /// Spent today and this month, in US dollars.
    #[cfg(test)]
    pub fn sums(&self, now: Timestamp) -> (f64, f64) {
        let record = self.lock().at(day_of(now));
        (record.day_usd, record.month_usd)
    }

    /// Waits until there is something to save.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Writes what is not saved yet, and takes over what other processes spent. Blocks for one small file.
    ///
    /// # Errors
    /// The file cannot be written; what was spent is kept and written next time.
    pub fn save(&self) -> std::io::Result<()> {
        let Some(path) = &self.file else { return Ok(()) };
        let Some((day, usd)) = self.lock().unsaved.take() else {
            return Ok(());
        };
        let id = self.lock().known.id;
        match merge(path, id, day, usd) {
            Ok(record) => {
                let mut sums = self.lock();
                sums.known = match sums.unsaved {
                    None => record,
                    Some((day, since)) => record.at(day).plus(since),
                };
                Ok(())
            }
            Err(error) => {
                let mut sums = self.lock();
                sums.unsaved = Some(match sums.unsaved {
                    Some((later, since)) => (later, usd + since),
                    None => (day, usd),
                });
                Err(error)
            }
        }
    }

    /// Tells what this folder has spent, and takes over what others have. What they were heard to have spent is kept while
    /// nobody tells anything, and what is spent here meanwhile is told then.
    pub async fn share(self: &Arc<Self>, together: &dyn Together) {
        self.share_at(together, Timestamp::now()).await;
    }

    async fn share_at(self: &Arc<Self>, together: &dyn Together, now: Timestamp) {
        if self.file.is_some() && self.lock().unsaved.is_some() {
            // Another process may have the same folder: the sum of both is in the file alone. A failure is told by whoever
            // saves now and then.
            let saving = Arc::clone(self);
            let _ = profiling::tasks::spawn_blocking("save what was spent", move || saving.save()).await;
        }
        let own = self.lock().known.at(day_of(now));
        let Some(heard) = together.spent(own.told()).await else {
            return;
        };
        let total = {
            let mut sums = self.lock();
            let mut others = Record {
                day_usd: heard.others_day_usd,
                month_usd: heard.others_month_usd,
                ..own
            };
            // Replies may overtake each other. Within a day, sums only grow.
            let before = sums.others.at(own.day);
            others.day_usd = others.day_usd.max(before.day_usd);
            others.month_usd = others.month_usd.max(before.month_usd);
            if before.day == own.day {
                sums.others = others;
            }
            let known = sums.known.at(own.day);
            if known.day == own.day {
                sums.known = Record {
                    day_usd: known.day_usd.max(heard.own_day_usd),
                    month_usd: known.month_usd.max(heard.own_month_usd),
                    ..known
                };
            }
            sums.at(day_of(now))
        };
        self.show(total);
    }

    fn show(&self, record: Record) {
        self.metrics.spent(BudgetPeriod::Day, record.day_usd);
        self.metrics.spent(BudgetPeriod::Month, record.month_usd);
    }

    fn lock(&self) -> MutexGuard<'_, Sums> {
        // A panic between two assignments could at most lose the cost of one call.
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Saves at most once a second while the process runs. Ends when aborted; call [`Spending::save`] once more then.
pub async fn keep_spending(spending: Arc<Spending>) {
    let mut failed = false;
    loop {
        spending.changed().await;
        let saving = Arc::clone(&spending);
        let outcome = profiling::tasks::spawn_blocking("save what was spent", move || saving.save()).await;
        match outcome {
            Ok(Ok(())) => failed = false,
            Ok(Err(error)) if !failed => {
                failed = true;
                tracing::warn!(reason = %error.kind(), "what was spent cannot be saved; it is tried again");
            }
            Ok(Err(_)) | Err(_) => {}
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

impl Sums {
    /// What all together have spent.
    fn at(&self, day: Date) -> Record {
        let (own, others) = (self.known.at(day), self.others.at(day));
        Record {
            day_usd: own.day_usd + others.day_usd,
            month_usd: own.month_usd + others.month_usd,
            ..own
        }
    }
}

impl Record {
    fn empty(day: Date) -> Record {
        Record {
            version: 1,
            // The hasher of each table begins with chance.
            id: RandomState::new().build_hasher().finish().max(1),
            day,
            day_usd: 0.0,
            month: day.first_of_month(),
            month_usd: 0.0,
        }
    }

    /// As it stands on that day: what belongs to an earlier day or month no longer counts. A clock that went back
    /// does not open the budget again.
    fn at(self, day: Date) -> Record {
        Record {
            day: self.day.max(day),
            day_usd: if day > self.day { 0.0 } else { self.day_usd },
            month: self.month.max(day.first_of_month()),
            month_usd: if day.first_of_month() > self.month {
                0.0
            } else {
                self.month_usd
            },
            ..self
        }
    }

    /// With that id, where it has none.
    fn with_id(self, id: u64) -> Record {
        match self.id {
            0 => Record { id, ..self },
            _ => self,
        }
    }

    fn told(self) -> OwnSums {
        OwnSums {
            id: self.id,
            day: self.day,
            day_usd: self.day_usd,
            month: self.month,
            month_usd: self.month_usd,
        }
    }

    fn plus(self, usd: f64) -> Record {
        Record {
            day_usd: self.day_usd + usd,
            month_usd: self.month_usd + usd,
            ..self
        }
    }
}

fn day_of(now: Timestamp) -> Date {
    now.to_zoned_datetime(TimeZone::UTC).date()
}

/// Adds to the file under its lock and gives what it then holds.
fn merge(path: &Path, id: u64, day: Date, usd: f64) -> std::io::Result<Record> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    flock(&file, FlockOperation::LockExclusive)?;
    let standing = read(&mut file)?.unwrap_or_else(|| Record {
        id,
        ..Record::empty(day)
    });
    let record = standing.with_id(id).at(day).plus(usd);
    let text = serde_json::to_vec(&record)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&text)?;
    file.set_len(text.len() as u64)?;
    file.sync_data()?;
    Ok(record)
}

/// The record in the file; `None` when it holds something else.
fn read(file: &mut File) -> std::io::Result<Option<Record>> {
    let mut text = String::new();
    match file.take(LARGEST_FILE).read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => return Ok(None),
        Err(error) => return Err(error),
    }
    Ok(serde_json::from_str(&text).ok().filter(|record: &Record| {
        record.version == 1
            && [record.day_usd, record.month_usd]
                .iter()
                .all(|usd| usd.is_finite() && *usd >= 0.0)
    }))
}

fn set_aside(path: &Path) {
    let aside = path.with_extension("json.broken");
    match std::fs::rename(path, &aside) {
        Ok(()) => tracing::warn!(
            "what was spent before cannot be understood; counting from 0, and the old file is kept as spending.json.broken"
        ),
        Err(error) => {
            tracing::warn!(reason = %error.kind(), "what was spent before cannot be understood; counting from 0")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;

    use super::super::together::{KnownSums, Pace};
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn open(folder: &Path) -> Spending {
        Spending::open(Some(folder), Arc::new(Metrics::default()))
    }

    fn budget(day: f64, month: f64) -> Budget {
        Budget {
            day: Some(day),
            month: Some(month),
            action: BudgetAction::Refuse,
        }
    }

    /// Some time after the clock of the test machine, so that what is opened "today" is older.
    const DAY: &str = "2199-03-30T23:59:00Z";
    const NEXT_DAY: &str = "2199-03-31T00:01:00Z";
    const NEXT_MONTH: &str = "2199-04-01T00:01:00Z";

    #[test]
    fn days_and_months_begin_anew_in_utc() {
        let spending = Spending::open(None, Arc::new(Metrics::default()));
        spending.add(2.0, at(DAY));
        assert_eq!(spending.sums(at(DAY)), (2.0, 2.0));
        assert_eq!(spending.sums(at(NEXT_DAY)), (0.0, 2.0));
        spending.add(1.0, at(NEXT_DAY));
        assert_eq!(spending.sums(at(NEXT_DAY)), (1.0, 3.0));
        assert_eq!(spending.sums(at(NEXT_MONTH)), (0.0, 0.0));
    }

    #[test]
    fn a_clock_that_goes_back_does_not_open_the_budget_again() {
        let spending = Spending::open(None, Arc::new(Metrics::default()));
        spending.add(5.0, at(NEXT_DAY));
        let over = spending.overspent(&budget(5.0, 100.0), at(DAY)).unwrap();
        assert_eq!(over.period, BudgetPeriod::Day);
    }

    #[test]
    fn a_budget_is_spent_when_its_sum_is_reached() {
        let spending = Spending::open(None, Arc::new(Metrics::default()));
        spending.add(4.99, at(DAY));
        assert_eq!(spending.overspent(&budget(5.0, 5.0), at(DAY)), None);
        spending.add(0.01, at(DAY));
        assert!(spending.overspent(&budget(5.0, 50.0), at(DAY)).is_some());
        let month = spending.overspent(&budget(50.0, 5.0), at(DAY)).unwrap();
        assert_eq!(month.period, BudgetPeriod::Month);
        assert_eq!(spending.overspent(&Budget::default(), at(DAY)), None);
    }

    #[test]
    fn what_was_spent_outlives_the_process_and_is_shared() {
        let folder = tempfile::tempdir().unwrap();
        let one = open(folder.path());
        let other = open(folder.path());
        one.add(1.5, at(DAY));
        one.save().unwrap();
        other.add(2.0, at(DAY));
        other.save().unwrap();
        assert_eq!(other.sums(at(DAY)), (3.5, 3.5));
        one.add(0.25, at(DAY));
        one.save().unwrap();
        assert_eq!(one.sums(at(DAY)), (3.75, 3.75));
        assert_eq!(open(folder.path()).sums(at(DAY)), (3.75, 3.75));
    }

    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let spending = open(folder.path());
        spending.add(1.0, at(DAY));
        spending.save().unwrap();
        let mode = std::fs::metadata(folder.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_kept_aside_and_counting_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        for damaged in [
            &b"{\"version\": 1"[..],
            b"\xff\xfe",
            b"{\"version\":1,\"day\":\"2026-01-01\",\"day_usd\":-5,\"month\":\"2026-01-01\",\"month_usd\":1}",
        ] {
            std::fs::write(folder.path().join(FILE), damaged).unwrap();
            let spending = open(folder.path());
            assert_eq!(
                std::fs::read(folder.path().join("spending.json.broken")).unwrap(),
                damaged
            );
            spending.add(1.0, at(DAY));
            spending.save().unwrap();
            assert_eq!(open(folder.path()).sums(at(DAY)), (1.0, 1.0));
        }
    }

    #[test]
    fn what_cannot_be_saved_is_kept_for_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        std::fs::write(&taken, "a file where the folder should be").unwrap();
        let spending = open(&taken);
        spending.add(1.0, at(DAY));
        assert!(spending.save().is_err());
        spending.add(1.0, at(NEXT_DAY));
        std::fs::remove_file(&taken).unwrap();
        spending.save().unwrap();
        assert_eq!(open(&taken).sums(at(NEXT_DAY)).1, 2.0);
    }

    /// Sums of folders by day and by month, as Redis keeps them.
    #[derive(Debug, Default)]
    struct Store {
        sums: Mutex<BTreeMap<(Date, u64), f64>>,
        is_away: AtomicBool,
    }

    impl Store {
        fn told(&self, period: Date, id: u64, usd: f64) -> (f64, f64) {
            let mut sums = self.sums.lock().unwrap();
            let own = sums.entry((period, id)).or_default();
            *own = own.max(usd);
            let own = *own;
            let others = sums
                .iter()
                .filter(|((other, by), _)| *other == period && *by != id);
            (own, others.map(|(_, usd)| usd).sum())
        }
    }

    impl Together for Store {
        fn spent(&self, own: OwnSums) -> BoxFuture<'_, Option<KnownSums>> {
            let is_away = self.is_away.load(Ordering::Relaxed);
            let (own_month_usd, others_month_usd) = self.told(own.month, own.id, own.month_usd);
            // The first of a month is a day of its own here.
            let day = own.day.tomorrow().unwrap();
            let (own_day_usd, others_day_usd) = self.told(day, own.id, own.day_usd);
            let known = KnownSums {
                own_day_usd,
                own_month_usd,
                others_day_usd,
                others_month_usd,
            };
            std::future::ready((!is_away).then_some(known)).boxed()
        }

        fn take_place(&self, _: Pace) -> BoxFuture<'_, Option<Result<(), Duration>>> {
            std::future::ready(None).boxed()
        }
    }

    #[tokio::test]
    async fn folders_that_share_a_store_spend_one_budget() {
        let store = Store::default();
        let [one, other] = [(); 2].map(|()| Arc::new(Spending::open(None, Arc::new(Metrics::default()))));
        one.add(2.0, at(DAY));
        other.add(3.0, at(DAY));
        for spending in [&one, &other, &one] {
            spending.share_at(&store, at(DAY)).await;
            spending.share_at(&store, at(DAY)).await;
        }
        assert_eq!((one.sums(at(DAY)), other.sums(at(DAY))), ((5.0, 5.0), (5.0, 5.0)));
        assert!(one.overspent(&budget(5.0, 50.0), at(DAY)).is_some());

        // What was known stays known, and what is spent here counts.
        store.is_away.store(true, Ordering::Relaxed);
        other.add(1.0, at(DAY));
        other.share_at(&store, at(DAY)).await;
        assert_eq!(other.sums(at(DAY)).0, 6.0);
        assert_eq!(one.sums(at(DAY)).0, 5.0);

        // It comes back empty: each writes its sum once more.
        store.is_away.store(false, Ordering::Relaxed);
        store.sums.lock().unwrap().clear();
        for spending in [&one, &other, &one] {
            spending.share_at(&store, at(DAY)).await;
        }
        assert_eq!((one.sums(at(DAY)), other.sums(at(DAY))), ((6.0, 6.0), (6.0, 6.0)));

        other.share_at(&store, at(NEXT_DAY)).await;
        assert_eq!(other.sums(at(NEXT_DAY)), (0.0, 6.0));
        assert_eq!(one.sums(at(NEXT_MONTH)), (0.0, 0.0));
    }

    #[tokio::test]
    async fn processes_with_one_folder_are_not_counted_twice() {
        let (store, folder) = (Store::default(), tempfile::tempdir().unwrap());
        let one = Arc::new(open(folder.path()));
        one.add(1.5, at(DAY));
        one.share_at(&store, at(DAY)).await;
        let other = Arc::new(open(folder.path()));
        other.add(2.0, at(DAY));
        other.share_at(&store, at(DAY)).await;
        one.share_at(&store, at(DAY)).await;
        assert_eq!(one.sums(at(DAY)), (3.5, 3.5));
        assert_eq!(other.sums(at(DAY)), (3.5, 3.5));
        let restarted = Arc::new(open(folder.path()));
        restarted.share_at(&store, at(DAY)).await;
        assert_eq!(restarted.sums(at(DAY)), (3.5, 3.5));
    }

    #[test]
    fn numbers_that_are_none_cost_nothing() {
        let spending = Spending::open(None, Arc::new(Metrics::default()));
        for usd in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
            spending.add(usd, at(DAY));
        }
        assert_eq!(spending.sums(at(DAY)), (0.0, 0.0));
    }
}
