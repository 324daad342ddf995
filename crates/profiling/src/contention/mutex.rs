//! A lock like the one of the standard library, which measures how long it was waited for.

use std::sync::{LockResult, MutexGuard, TryLockError, TryLockResult};

use super::table::{Awaited, TABLE};
use crate::tasks::clock;

/// `std::sync::Mutex`, whose waits stand in the mutex and the block profile. The guard is the standard library's, so its
/// `Condvar` works with it; waiting for that is not measured.
///
/// A lock that is free costs what it costs without this: nothing is measured.
#[derive(Debug, Default)]
pub struct Mutex<T: ?Sized>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// Guards a value.
    pub const fn new(value: T) -> Mutex<T> {
        Mutex(std::sync::Mutex::new(value))
    }

    /// The value, without the lock.
    ///
    /// # Errors
    /// With the value, when somebody panicked while holding the lock.
    pub fn into_inner(self) -> LockResult<T> {
        self.0.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock.
    ///
    /// # Errors
    /// With the guard, when somebody panicked while holding the lock.
    #[inline]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::Poisoned(poisoned)) => Err(poisoned),
            Err(TryLockError::WouldBlock) => self.wait(),
        }
    }

    /// The lock, if it is free.
    ///
    /// # Errors
    /// That it is not, or, with the guard, that somebody panicked while holding it.
    #[inline]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        self.0.try_lock()
    }

    /// The value, of a lock that nobody else knows.
    ///
    /// # Errors
    /// With the value, when somebody panicked while holding the lock.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.0.get_mut()
    }

    /// Whether somebody panicked while holding it.
    pub fn is_poisoned(&self) -> bool {
        self.0.is_poisoned()
    }

    #[cold]
    #[inline(never)]
    fn wait(&self) -> LockResult<MutexGuard<'_, T>> {
        // Before the wait, so that whoever waits next does not pay for it.
        let slot = TABLE.slot(Awaited::Lock);
        let began = clock::now();
        let outcome = self.0.lock();
        slot.add(clock::now().saturating_sub(began), false);
        outcome
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Mutex<T> {
        Mutex::new(value)
    }
}
