//! The states of each database that answers are run on: as it is, and copies in which rows are missing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use profiling::contention::Mutex;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::database::thinned_copy;

type States = Result<Vec<PathBuf>, String>;

/// Makes the copies when they are first asked for; they end with it.
pub(super) struct Databases {
    states: u32,
    folder: TempDir,
    known: Mutex<HashMap<PathBuf, Arc<OnceCell<States>>>>,
}

impl Databases {
    /// So many states of each, the database as it is among them.
    ///
    /// # Errors
    /// There is no room for copies.
    pub(super) fn new(states: u32) -> std::io::Result<Databases> {
        Ok(Databases {
            states,
            folder: TempDir::with_prefix("atest-eval-")?,
            known: Mutex::default(),
        })
    }

    /// The files with the states of one.
    ///
    /// # Errors
    /// Why it cannot be copied.
    pub(super) async fn states_of(&self, database: &Path) -> States {
        let (place, number) = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let number = known.len();
            let place = known.entry(database.to_owned()).or_default();
            (Arc::clone(place), number)
        };
        place.get_or_init(|| self.made(database, number)).await.clone()
    }

    async fn made(&self, database: &Path, number: usize) -> States {
        let mut states = vec![database.to_owned()];
        for variant in 1..self.states {
            let copy = self.folder.path().join(format!("{number}-{variant}.sqlite"));
            thinned_copy(database, &copy, u64::from(variant))
                .await
                .map_err(|error| format!("{} cannot be copied: {error}", database.display()))?;
            states.push(copy);
        }
        Ok(states)
    }
}
