//! Task ids of tokio as numbers, and maps by number.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use tokio::task::Id;

/// The number inside, which is also what `Display` prints: never 0. It has no public accessor, but it is all that
/// `Hash` hands over.
#[inline]
pub(super) fn of(id: Id) -> u64 {
    let mut hasher = Taken(0);
    id.hash(&mut hasher);
    hasher.0
}

/// The running task's; 0 outside a task.
#[inline]
pub(super) fn current() -> u64 {
    tokio::task::try_id().map_or(0, of)
}

struct Taken(u64);

impl Hasher for Taken {
    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

/// A map by numbers that nobody chooses, such as ids: a good hash would cost more than the rest.
pub(super) type Numbered<T> = HashMap<u64, T, BuildHasherDefault<Spread>>;

/// Spreads a number over all bits: the map takes its places from the lowest and its marks from the highest.
#[derive(Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    #[inline]
    fn write_u64(&mut self, number: u64) {
        // The golden ratio in 64 bits.
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn the_number_is_the_one_that_tokio_prints() {
        let task = tokio::spawn(async { super::current() });
        let id = task.id();
        assert_eq!(super::of(id).to_string(), id.to_string());
        assert_eq!(task.await.unwrap(), super::of(id));
        assert_eq!(super::current(), 0, "the root future is no task");
    }
}
